package coverage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/coverage"
	"github.com/countersign/countersign/internal/mutants"
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

// No padding here either: an operation is there for a requirement or a mutant
// that no other one has with it, over all its profiles.
func TestNoOperationRepeatsAnother(t *testing.T) {
	set := load(t)
	killed := map[string][]string{}
	for i := range mutants.All {
		for _, id := range everything().Killers(&mutants.All[i]) {
			if profile, name, ok := strings.Cut(id, "/operations/"); ok {
				killed["operations/"+name] = append(killed["operations/"+name], profile+" "+mutants.All[i].ID())
			}
		}
	}
	worth := map[string]string{}
	for _, c := range set.OperationCases() {
		key := fmt.Sprint(slices.Sorted(slices.Values(c.Requirements)), killed[c.ID])
		if other := worth[key]; other != "" {
			t.Errorf("%s proves what %s proves", c.ID, other)
		}
		worth[key] = c.ID
	}
}
