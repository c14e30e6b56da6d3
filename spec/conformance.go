package spec

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Options narrow what [Conformance] registers. The zero value is everything
// the profiles of the signer have.
type Options struct {
	Identity subject.Identity // of the signer, for results
	Profiles []string         // e.g. "oss-v4/header"; empty: all there are
	Select   []string         // patterns over vector ids; empty: all
	Skip     []string         // patterns over vector ids
	Timeout  time.Duration    // for one answer; default 10 s
	Emit     func(reports.Result)
}

// Conformance registers the golden vectors as Ginkgo specs in the suite it is
// called in: call it at the top level of a test file or inside a container.
//
// factory is called once, when the first of these specs runs, and not at all
// if none is selected. Conformance has no BeforeSuite of its own and drives
// one vector at a time, so it goes together with whatever the suite does.
// What the options say wrongly is a panic at tree construction, as Ginkgo
// itself does it. Like Ginkgo's own containers it returns true, so that it can
// stand in a `var _ =`.
func Conformance(factory func() subject.Signer, opts Options) bool {
	ginkgo.GinkgoHelper()
	set, err := vectors.Load()
	if err != nil {
		panic(err)
	}
	if len(opts.Profiles) == 0 {
		for _, p := range signature.Profiles {
			opts.Profiles = append(opts.Profiles, p.ID())
		}
	}
	if opts.Timeout == 0 {
		opts.Timeout = 10 * time.Second
	}
	items, err := Items(set, &subject.Capabilities{Identity: opts.Identity, Profiles: opts.Profiles})
	if err != nil {
		panic(err)
	}
	if items, err = Select(items, opts.Select, opts.Skip); err != nil {
		panic(err)
	}
	driven := sync.OnceValue(func() subject.Subject { return subject.InProcess(opts.Identity, opts.Profiles, factory()) })
	observe := func(item *Item) *subject.Observation {
		ctx, cancel := context.WithTimeout(context.Background(), opts.Timeout)
		defer cancel()
		return driven().Sign(ctx, item.Question())
	}
	Register(set, items, observe, opts.Emit)
	registerProof(set, items, observe)
	return true
}

// registerProof adds a spec for each profile that fails when none of its
// vectors passes: a signer that says "unsupported" to all of them would leave
// nothing but skipped specs, and a suite of those is green.
func registerProof(set *vectors.Set, items []*Item, observe Observe) {
	byProfile := map[string][]*Item{}
	var profiles []string
	for _, item := range items {
		id := item.Profile.ID()
		if byProfile[id] == nil {
			profiles = append(profiles, id)
		}
		byProfile[id] = append(byProfile[id], item)
	}
	for _, id := range profiles {
		ginkgo.It(id+": at least one vector passes", ginkgo.Label(id[:strings.IndexByte(id, '/')]), func() {
			for _, item := range byProfile[id] {
				if Judge(set, item, observe(item)).Outcome == reports.Pass {
					return
				}
			}
			ginkgo.Fail("nothing was proven: no vector of " + id + " passed; take the profile out of Options.Profiles if it is not offered")
		})
	}
}

// Question is what a subject is asked for a signature vector.
func (it *Item) Question() *subject.SignQuestion {
	return &subject.SignQuestion{ID: it.ID, Scheme: it.Profile.Scheme, Carrier: it.Profile.Carrier, Input: &it.Case.Input}
}
