package coverage_test

import (
	"testing"

	"github.com/countersign/countersign/internal/coverage"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
)

// What kills a sender must let the careful one pass.
func TestTheCarefulSenderPassesEveryOperation(t *testing.T) {
	set := load(t)
	for _, profile := range signature.Profiles {
		for _, c := range set.OperationCases() {
			if !c.RunsUnder(profile.ID()) {
				continue
			}
			item := &spec.Item{ID: c.IDUnder(profile.ID()), Profile: profile, Operation: c}
			if r := coverage.Send(set, item, coverage.Reference); r.Outcome != reports.Pass {
				t.Errorf("%s: %s at %s: %s", item.ID, r.Outcome, r.Place(), r.Message)
			}
		}
	}
}
