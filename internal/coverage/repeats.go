package coverage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/vectors"
)

// Repeats returns the groups of vectors of which each proves what the others
// prove: of one profile, with the same requirements and readings, and killing
// the same mutants; for operations, the same bytes are sent over the same
// profiles. Vectors that were published or captured stand for themselves and
// are left out.
func Repeats(set *vectors.Set, all []mutants.Mutant) [][]string {
	groups := map[string][]proof{}
	for profile, cases := range prepare(set) {
		for _, p := range cases {
			if p.Source.Kind != "own" {
				continue
			}
			key := fmt.Sprint(profile, p.IsVerifierCase(), slices.Sorted(slices.Values(p.Requirements)))
			for _, a := range p.Alternatives {
				key += " " + a.Reading
			}
			groups[key] = append(groups[key], proof{p.ID, p.Requirements, func(m *mutants.Mutant) string {
				if m.Sends == nil && m.Of(profile) && !p.alike(m) && Kills(set, p.Case, m) {
					return profile
				}
				return ""
			}})
		}
	}
	for key, group := range operationProofs(set) {
		groups[key] = group
	}
	var repeats [][]string
	for _, group := range groups {
		repeats = append(repeats, refine(group, all)...)
	}
	return repeats
}

// operationProofs are the operation vectors by their requirements. One stands
// for all its profiles.
func operationProofs(set *vectors.Set) map[string][]proof {
	items := map[string][]sendItem{}
	for _, item := range sendItems(set) {
		items[item.Operation.ID] = append(items[item.Operation.ID], item)
	}
	groups := map[string][]proof{}
	for _, c := range set.OperationCases() {
		key := fmt.Sprint("operations", slices.Sorted(slices.Values(c.Requirements)))
		groups[key] = append(groups[key], proof{c.ID, c.Requirements, func(m *mutants.Mutant) string {
			var told []string
			for _, item := range items[c.ID] {
				if m.Sends != nil && m.Of(item.Profile.ID()) && item.differs(set, m) {
					told = append(told, item.Profile.ID())
				}
			}
			return strings.Join(told, " ")
		}})
	}
	return groups
}

// proof is a vector, and where a mutant does otherwise over it.
type proof struct {
	id           string
	requirements []string
	told         func(m *mutants.Mutant) string
}

// refine parts a group by mutant after mutant, those of its own requirements
// first, until nothing is left to part, and returns what cannot be.
func refine(group []proof, all []mutants.Mutant) [][]string {
	groups := [][]proof{group}
	for _, own := range []bool{true, false} {
		for i := range all {
			if slices.Contains(group[0].requirements, all[i].Requirement) == own {
				groups = parted(groups, &all[i])
			}
			if len(groups) == 0 {
				return nil
			}
		}
	}
	repeats := make([][]string, len(groups))
	for i, g := range groups {
		for _, p := range g {
			repeats[i] = append(repeats[i], p.id)
		}
	}
	return repeats
}

// parted parts groups by what a mutant does over their vectors. A vector that
// stands alone then is no repetition and is left out.
func parted(groups [][]proof, m *mutants.Mutant) [][]proof {
	var next [][]proof
	for _, group := range groups {
		if len(group) < 2 {
			continue
		}
		by := map[string][]proof{}
		for _, p := range group {
			told := p.told(m)
			by[told] = append(by[told], p)
		}
		for _, part := range by {
			if len(part) > 1 {
				next = append(next, part)
			}
		}
	}
	return next
}
