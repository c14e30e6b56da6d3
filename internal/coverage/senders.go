package coverage

import (
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// A sendItem is an operation vector under a profile, with the bytes that the
// careful sender sends for it.
type sendItem struct {
	*spec.Item
	plan    *mutants.Plan
	careful string
}

// sendItems are the operation vectors, each under every profile it names.
func sendItems(set *vectors.Set) []sendItem {
	var items []sendItem
	for _, profile := range signature.Profiles {
		for _, c := range set.OperationCases() {
			if c.RunsUnder(profile.ID()) {
				item := sendItem{Item: &spec.Item{ID: c.IDUnder(profile.ID()), Profile: profile, Operation: c}}
				item.plan, item.careful = wireOf(set, item.Item, Reference)
				items = append(items, item)
			}
		}
	}
	return items
}

// wireOf is what a mutant sends, and "" if it sends nothing.
func wireOf(set *vectors.Set, item *spec.Item, m *mutants.Mutant) (*mutants.Plan, string) {
	plan, req, err := m.Sender().Send(set, item.Profile, item.Operation)
	if err != nil {
		return plan, ""
	}
	return plan, string(req.AppendHTTP(nil))
}

// kills reports whether an operation vector tells a mutant from the careful
// sender. One that sends the same bytes need not be judged.
func (item sendItem) kills(set *vectors.Set, m *mutants.Mutant) bool {
	if s := m.Sender(); s.Sign == nil && s.Sent == nil && s.Planned(set, item.Profile, item.Operation).Same(item.plan) {
		return false
	}
	plan, sent := wireOf(set, item.Item, m)
	return sent != item.careful && failed(judgeSent(set, item.Item, plan, sent).Outcome)
}

// Send judges a mutant as an SDK that is driven by operations. What it sends is
// read from the wire, where not everything arrives.
func Send(set *vectors.Set, item *spec.Item, m *mutants.Mutant) reports.Result {
	plan, sent := wireOf(set, item, m)
	return judgeSent(set, item, plan, sent)
}

func judgeSent(set *vectors.Set, item *spec.Item, plan *mutants.Plan, sent string) reports.Result {
	o := &subject.Observation{ID: item.ID, Mode: subject.SendMode, Kind: subject.Answered, Status: 200}
	captured := subject.Captured{Status: 200, At: plan.Time}
	var err error
	if captured.Request, err = wire.ParseRequest([]byte(sent), plan.Request.Transport); err != nil {
		captured.Error = err.Error()
	}
	o.Captured = append(o.Captured, captured)
	return spec.Judge(set, item, o)
}
