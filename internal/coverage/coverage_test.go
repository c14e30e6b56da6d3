package coverage_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/countersign/countersign/internal/coverage"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
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

var everything = sync.OnceValue(func() *coverage.Matrix {
	set, err := vectors.Load()
	if err != nil {
		panic(err)
	}
	return coverage.Cross(set, mutants.All, nil)
})

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
	seen := map[string]bool{}
	for i := range mutants.All {
		m := &mutants.All[i]
		if _, ok := set.Requirement(m.Requirement); !ok || seen[m.ID()] {
			t.Errorf("%s: it breaks no requirement there is, or its name is taken", m.ID())
		}
		seen[m.ID()] = true
		own := func(id string) bool {
			item, err := spec.ItemByID(set, id)
			return err == nil && coverage.OwnVectors(m, item.Requirements())
		}
		if !slices.ContainsFunc(everything().Killers(m), own) {
			t.Errorf("%s survives: no vector of %s tells that it %s (killed by %q)", m.ID(), m.Requirement, m.About, everything().Killers(m))
		}
	}
}

// No padding: a vector of our own is there for a requirement, a mutant or a
// reading that no other vector of its profile has with it.
func TestNoVectorRepeatsAnother(t *testing.T) {
	set := load(t)
	killed := map[string][]string{}
	for i := range mutants.All {
		for _, id := range everything().Killers(&mutants.All[i]) {
			killed[id] = append(killed[id], mutants.All[i].ID())
		}
	}
	worth := map[string]string{}
	for _, c := range set.Cases() {
		if c.Source.Kind != "own" {
			continue
		}
		key := fmt.Sprint(c.Profile(), c.IsVerifierCase(), slices.Sorted(slices.Values(c.Requirements)), killed[c.ID])
		for _, a := range c.Alternatives {
			key += " " + a.Reading
		}
		if other := worth[key]; other != "" {
			t.Errorf("%s proves what %s proves: %s", c.ID, other, key)
		}
		worth[key] = c.ID
	}
}
