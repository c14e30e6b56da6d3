package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// driver asks a subject about items.
type driver struct {
	set     *vectors.Set
	subject subject.Subject
	caps    subject.Capabilities
	live    *subject.Live // asked in place of the subject, if there is one
	ports   *endpoint.Ports
	done    func() // called after each item
}

// drive asks about all items, parallel at a time, and returns what was
// observed in the order of the items. Items that ctx leaves no time for are
// NotRun.
func (d *driver) drive(ctx context.Context, items []*spec.Item, parallel int) []*subject.Observation {
	observations := make([]*subject.Observation, len(items))
	next := make(chan int)
	var workers sync.WaitGroup
	for range max(1, min(parallel, len(items))) {
		workers.Go(func() {
			for i := range next {
				observations[i] = d.ask(ctx, items[i])
				if ctx.Err() != nil && slices.Contains(cutShort, observations[i].Kind) {
					observations[i] = interrupted(items[i])
				}
				d.done()
			}
		})
	}
	for i := range items {
		if ctx.Err() != nil {
			observations[i] = interrupted(items[i])
			continue
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() == nil {
		d.askAgain(ctx, items, observations)
	}
	return observations
}

// cutShort are the kinds of observation that an interruption makes of a question
// in flight: it ends the wait, the connection and the adapter, and who was asked
// is not to blame. Nor is there a reason that says more.
var cutShort = []subject.Kind{subject.TimedOut, subject.Crashed, subject.AdapterError, subject.ProtocolError, subject.NotRun}

func interrupted(item *spec.Item) *subject.Observation {
	return &subject.Observation{ID: item.ID, Mode: item.Mode(), Kind: subject.NotRun, Message: "the run was interrupted"}
}

func (d *driver) ask(ctx context.Context, item *spec.Item) *subject.Observation {
	if item.Open != nil {
		return d.live.Investigate(ctx, d.set, item.Open)
	}
	if d.live != nil {
		return d.live.Ask(ctx, item.Case, item.Profile)
	}
	if item.Case != nil {
		return d.subject.Sign(ctx, item.Question())
	}
	c := item.Operation
	if !slices.Contains(d.caps.Operations, c.Operation.Name) {
		return &subject.Observation{ID: item.ID, Mode: subject.SendMode, Kind: subject.Unsupported,
			Message: "it does not declare the operation " + c.Operation.Name}
	}
	operation, _ := d.set.Operation(c.Operation.Name)
	scheme := item.Profile.Scheme
	scene := c.Scene(scheme)
	return subject.Capture(ctx, d.subject, d.ports, c.Verifier(scheme), &subject.SendQuestion{
		ID: item.ID, Scheme: scheme, Carrier: item.Profile.Carrier,
		Endpoint: scene.Endpoint, Operation: &c.Operation, Credentials: c.Credentials, Addressing: c.Addressing, Region: scene.Region,
	}, operation.Method)
}

// askAgainLimit bounds how many items are asked again: a subject that fails
// more often than this is not unlucky.
const askAgainLimit = 64

// askAgain asks once more, one at a time, about items that ended in a crash or
// a timeout. What passes then is flaky.
//
// A process that dies takes down every question it was working on. If one of
// them kills it again when it is asked alone, the culprit is found and the
// others were only near it: their second answers count as first ones.
func (d *driver) askAgain(ctx context.Context, items []*spec.Item, observations []*subject.Observation) {
	var again []int
	for i, o := range observations {
		if o.Kind == subject.Crashed || o.Kind == subject.TimedOut {
			again = append(again, i)
		}
	}
	if len(again) == 0 || len(again) > askAgainLimit {
		return
	}
	culprit := false
	second := map[int]*subject.Observation{}
	for _, i := range again {
		second[i] = d.ask(ctx, items[i])
		culprit = culprit || second[i].Kind == subject.Crashed
	}
	for i, o := range second {
		if o.Kind == subject.NotRun { // what it did the first time says more
			continue
		}
		near := culprit && observations[i].Kind == subject.Crashed && o.Kind != subject.Crashed
		o.Retried = !near
		if o.Retried && o.Kind == subject.Answered { // else it has a message of its own
			o.Message = fmt.Sprintf("%s: %s", observations[i].Kind, observations[i].Message)
		}
		observations[i] = o
	}
}

// withoutMode leaves out the signature vectors of profiles that a subject has
// no signer for ([reports.Offer]), and returns a sentence about them, or "".
func withoutMode(caps *subject.Capabilities, items []*spec.Item, observations []*subject.Observation) ([]*spec.Item, []*subject.Observation, string) {
	replies := make([]reports.Reply, len(items))
	for i, item := range items {
		replies[i] = reports.Reply{
			Profile: item.Profile.ID(), Sent: item.Mode() == subject.SendMode, Unsupported: observations[i].Kind == subject.Unsupported,
		}
	}
	without := offerOf(caps).Without(replies)
	if len(without) == 0 {
		return items, observations, ""
	}
	var keptItems []*spec.Item
	var kept []*subject.Observation
	signs := false
	for i, item := range items {
		if replies[i].Sent || !slices.Contains(without, replies[i].Profile) {
			keptItems, kept = append(keptItems, item), append(kept, observations[i])
			signs = signs || !replies[i].Sent && !replies[i].Unsupported
		}
	}
	dropped := len(items) - len(kept)
	if !signs {
		return keptItems, kept, fmt.Sprintf("it sends requests and has no signer to be asked: %d signature vectors are left out", dropped)
	}
	return keptItems, kept, fmt.Sprintf("it sends requests and has no signer to be asked for %s: %d signature vectors are left out",
		strings.Join(without, ", "), dropped)
}

func offerOf(caps *subject.Capabilities) reports.Offer {
	return reports.Offer{Sends: len(caps.Operations) > 0, Signs: caps.Has("sign")}
}
