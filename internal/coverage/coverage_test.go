package coverage_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/coverage"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/vectors"
)

func load(t *testing.T) *vectors.Set {
	t.Helper()
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// What kills a mutant must let the reference pass: else it kills everything.
func TestTheReferencePassesEveryVector(t *testing.T) {
	set := load(t)
	for _, c := range set.Cases() {
		if !c.IsVerifierCase() {
			if r := coverage.Sign(set, c, coverage.Reference); r.Outcome != reports.Pass {
				t.Errorf("%s, signed: %s: %s", c.ID, r.Outcome, r.Message)
			}
		}
		if r := coverage.Serve(set, c, coverage.Reference); c.ForServers() && r.Outcome != reports.Pass {
			t.Errorf("%s, served: %s: %s", c.ID, r.Outcome, r.Message)
		}
	}
}

func TestEveryMustIsProvenFromBothSides(t *testing.T) {
	for _, row := range coverage.Rows(load(t), mutants.All) {
		if gaps := row.Gaps(); row.Requirement.Level == vectors.Must && len(gaps) > 0 {
			t.Errorf("%s lacks %s: %s", row.Requirement.ID, strings.Join(gaps, ", "), row.Requirement.Rule)
		}
	}
}

func TestEveryMutantIsKilledByAVectorOfItsOwnRequirement(t *testing.T) {
	set := load(t)
	if len(mutants.All) < 120 {
		t.Errorf("there are %d mutants", len(mutants.All))
	}
	matrix := coverage.Cross(set, mutants.All, coverage.OwnVectors)
	seen := map[string]bool{}
	for i := range mutants.All {
		m := &mutants.All[i]
		if _, ok := set.Requirement(m.Requirement); !ok || seen[m.ID()] {
			t.Errorf("%s: it breaks no requirement there is, or its name is taken", m.ID())
		}
		seen[m.ID()] = true
		if len(matrix.Killers(m)) == 0 {
			t.Errorf("%s survives: no vector of %s tells that it %s", m.ID(), m.Requirement, m.About)
		}
	}
}

// No padding: a vector of our own is there for a requirement, a mutant or a
// reading that no other vector of its profile has with it.
func TestNoVectorRepeatsAnother(t *testing.T) {
	for _, group := range coverage.Repeats(load(t), mutants.All) {
		t.Errorf("these prove the same: %s", strings.Join(group, ", "))
	}
}
