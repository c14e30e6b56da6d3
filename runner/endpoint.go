package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// The pace of a run against somebody's server, unless the user asks for
// another one. OBS locks out who sends many wrong signatures
// (TooManyWrongSignature).
const (
	DefaultRate            = 20              // requests a second
	DefaultWrongSignatures = 20              // in a run
	DefaultWrongGap        = 1 * time.Second // from one wrong signature to the next
)

// observeEndpoint asks a server, and cleans up whatever happens.
func (r *run) observeEndpoint(ctx context.Context) error {
	live, err := subject.NewLive(*r.Endpoint)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSelection, err)
	}
	if r.caps, err = r.askedOf(live); err != nil {
		return err
	}
	plan, err := r.planFor(live)
	if err != nil {
		return err
	}
	for _, line := range plan.Summary() {
		r.Note(line)
	}
	if err := live.Reach(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	if live.Loopback() {
		r.caps.Features = append(slices.Clone(r.caps.Features), subject.LoopbackFeature)
	}
	r.items, r.mode = plan.items, string(subject.EndpointMode)
	d := &driver{set: r.set, live: live, caps: r.caps}
	if r.asksQuestions() {
		r.Parallel = 1 // what one costs is known before the next is asked
	}
	err = r.drive(ctx, d)
	if closed := live.Close(); closed != nil {
		r.problems = append(r.problems, closed.Error())
	}
	if apart := live.Clock(); apart != nil {
		return apart // nothing is judged by it, and it is said once
	}
	if r.asksQuestions() {
		if err == nil && ctx.Err() == nil && !subject.Interrogated(r.observations) {
			return fmt.Errorf("%w: %s", ErrNothingAsked, subject.WhyNotAsked(r.observations))
		}
		return err
	}
	if ctx.Err() == nil && !slices.ContainsFunc(r.items, func(it *spec.Item) bool { return it.Case.IsVerifierCase() }) {
		r.problems = append(r.problems, "nothing was sent that must be refused: a server that lets everybody in would have passed")
	}
	return err
}

// Plan is what a run would send to an endpoint.
type Plan struct {
	Requests []PlannedRequest
	LeftOut  []PlannedOmission
	items    []*spec.Item
	controls []string // of open questions, asked once
	oddHost  string   // [subject.Live.BucketBeforeAddress]
}

// PlannedRequest is one request of a plan.
type PlannedRequest struct {
	ID      string
	Request *wire.Request
	Expect  string // "accepted", or how it must be refused
}

// PlannedOmission is a vector that is not sent, and why.
type PlannedOmission struct{ ID, Reason string }

// Summary says in lines what is odd about the plan, and what is left out: how
// many vectors for which reason.
func (p *Plan) Summary() []string {
	var lines []string
	if p.oddHost != "" {
		lines = append(lines, fmt.Sprintf("the bucket stands in front of an address (Host: %s), which few servers read as a bucket: give the endpoint by a host name, or --addressing path", p.oddHost))
	}
	count := map[string]int{}
	for _, o := range p.LeftOut {
		reason, _, _ := strings.Cut(o.Reason, ":")
		count[reason]++
	}
	if len(count) == 0 {
		return lines
	}
	lines = append(lines, reports.Counted(len(p.LeftOut), "vector")+" left out; --dry-run lists all:")
	reasons := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	for _, reason := range reasons {
		lines = append(lines, fmt.Sprintf("%5d  %s", count[reason], reason))
	}
	return lines
}

// PlanEndpoint says what [Run] would send with these options, and sends nothing.
func PlanEndpoint(opts Options) (*Plan, error) {
	opts.setDefaults()
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	live, err := subject.NewLive(*opts.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSelection, err)
	}
	r := &run{Options: opts, set: set}
	if r.caps, err = r.askedOf(live); err != nil {
		return nil, err
	}
	plan, err := r.planFor(live)
	if err != nil {
		return nil, err
	}
	for _, item := range plan.items {
		if item.Open != nil {
			if err := plan.addQuestion(set, live, item.Open); err != nil {
				return nil, err
			}
			continue
		}
		moved, err := live.Move(item.Case, item.Profile)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", item.ID, err)
		}
		req, err := moved.Arrival(item.Profile)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", item.ID, err)
		}
		expect := "accepted"
		if want := moved.Expect.Rejected; want != nil {
			expect = fmt.Sprintf("%d %s", want.Status, want.Code)
		}
		plan.Requests = append(plan.Requests, PlannedRequest{item.ID, req, expect})
	}
	return plan, nil
}

// planFor chooses what is sent: of what the options select, that which can be
// moved to the server, with no more wrong signatures than allowed.
func (r *run) planFor(live *subject.Live) (*Plan, error) {
	if err := r.choose(); err != nil {
		return nil, err
	}
	plan := &Plan{oddHost: live.BucketBeforeAddress()}
	if r.asksQuestions() { // one that cannot be asked is a result, too
		plan.items = r.items
		return plan, nil
	}
	var wrong []*spec.Item
	sent := map[string]bool{}
	for _, item := range r.items {
		_, err := live.Move(item.Case, item.Profile)
		var out *vectors.LeftOut
		switch {
		case errors.As(err, &out):
			plan.LeftOut = append(plan.LeftOut, PlannedOmission{item.ID, out.Reason})
		case err != nil:
			return nil, fmt.Errorf("%w: %s: %w", ErrSelection, item.ID, err)
		case subject.IsWrongSignature(item.Case):
			wrong = append(wrong, item)
		default:
			sent[item.ID] = true
		}
	}
	wrong = inTurn(wrong)
	if most := max(0, r.Endpoint.MaxWrong); len(wrong) > most {
		for _, item := range wrong[most:] {
			plan.LeftOut = append(plan.LeftOut, PlannedOmission{item.ID, fmt.Sprintf("beyond the limit of %d wrong signatures", most)})
		}
		r.cut = fmt.Sprintf("%d of %d wrong signatures", most, len(wrong))
		wrong = wrong[:most]
	}
	for _, item := range wrong {
		sent[item.ID] = true
	}
	live.Reserve(len(wrong))
	var profiles []string
	for _, item := range r.items {
		if !sent[item.ID] {
			continue
		}
		plan.items = append(plan.items, item)
		if id := item.Profile.ID(); !slices.Contains(profiles, id) {
			profiles = append(profiles, id)
		}
	}
	slices.SortFunc(plan.LeftOut, func(a, b PlannedOmission) int { return strings.Compare(a.ID, b.ID) })
	r.caps.Profiles = profiles
	if len(plan.items) == 0 {
		return nil, fmt.Errorf("%w: %w: none of the selected vectors can be sent to the endpoint: %s",
			ErrSelection, spec.ErrNothingSelected, strings.Join(plan.Summary(), " "))
	}
	return plan, nil
}

// inTurn orders items so that the first ones are of as many profiles and themes
// as there are: one of each profile in turn, and of its themes in turn.
func inTurn(items []*spec.Item) []*spec.Item {
	type rank struct{ within, theme int }
	ranks := map[*spec.Item]rank{}
	perTheme, themes := map[string]int{}, map[string][]string{}
	for _, item := range items {
		profile, theme := item.Profile.ID(), item.ID[:strings.LastIndexByte(item.ID, '/')]
		if !slices.Contains(themes[profile], theme) {
			themes[profile] = append(themes[profile], theme)
		}
		ranks[item] = rank{perTheme[theme], slices.Index(themes[profile], theme)}
		perTheme[theme]++
	}
	out := slices.Clone(items)
	slices.SortStableFunc(out, func(a, b *spec.Item) int {
		return cmp.Or(ranks[a].within-ranks[b].within, ranks[a].theme-ranks[b].theme)
	})
	return out
}
