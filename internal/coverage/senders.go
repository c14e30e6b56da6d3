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

// sendItems are the operation vectors, each under every profile it names.
func sendItems(set *vectors.Set) []*spec.Item {
	var items []*spec.Item
	for _, profile := range signature.Profiles {
		for _, c := range set.OperationCases() {
			if c.RunsUnder(profile.ID()) {
				items = append(items, &spec.Item{ID: c.IDUnder(profile.ID()), Profile: profile, Operation: c})
			}
		}
	}
	return items
}

// KillsSender reports whether an operation vector tells a mutant from the
// careful sender. One that sends the same bytes is not told apart, and need not
// be judged.
func KillsSender(set *vectors.Set, item *spec.Item, m *mutants.Mutant) bool {
	_, careful, err := new(mutants.Sender).Send(set, item.Profile, item.Operation)
	if err == nil {
		_, sent, err := m.Sender().Send(set, item.Profile, item.Operation)
		if err == nil && string(sent.AppendHTTP(nil)) == string(careful.AppendHTTP(nil)) {
			return false
		}
	}
	return failed(Send(set, item, m).Outcome)
}

// Send judges a mutant as an SDK that is driven by operations. What it sends is
// read from the wire, where not everything arrives.
func Send(set *vectors.Set, item *spec.Item, m *mutants.Mutant) reports.Result {
	plan, req, err := m.Sender().Send(set, item.Profile, item.Operation)
	o := &subject.Observation{ID: item.ID, Mode: subject.SendMode, Kind: subject.Answered, Status: 200}
	if err != nil {
		o.Kind, o.Message = subject.Rejected, err.Error()
		return spec.Judge(set, item, o)
	}
	captured := subject.Captured{Status: 200, At: plan.Time}
	if captured.Request, err = wire.ParseRequest(req.AppendHTTP(nil), req.Transport); err != nil {
		captured.Error = err.Error()
	}
	o.Captured = append(o.Captured, captured)
	return spec.Judge(set, item, o)
}
