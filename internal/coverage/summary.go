package coverage

import (
	"strings"

	"github.com/countersign/countersign/vectors"
)

// Summary counts what rows say together.
type Summary struct {
	Levels     map[vectors.Level]int
	Provenance map[string]int // of valid signature vectors: published, attested, derived
	Readings   int            // valid signature vectors that name other readings of a contested rule
	Rejecting  int
	Operations int
	Mutants    int
	Killed     int // mutants that a vector of their own requirement kills

	Contested []vectors.Requirement // every rule that sources read in different ways
	Derived   []string              // ids of musts whose signature vectors all rest on the reference alone
	Gaps      []Gap                 // empty cells of musts
}

// Gap is what a must lacks.
type Gap struct {
	Requirement string
	Lacks       []string
}

// Summarize sums up rows of a set.
func Summarize(set *vectors.Set, rows []Row) Summary {
	s := Summary{Levels: map[vectors.Level]int{}, Provenance: map[string]int{}}
	seen := map[string]bool{}
	for i := range rows {
		s.addRow(&rows[i])
		for _, id := range append(rows[i].Valid, rows[i].Rejecting...) {
			if !seen[id] {
				seen[id] = true
				s.addVector(set, id)
			}
		}
	}
	return s
}

func (s *Summary) addRow(row *Row) {
	r := row.Requirement
	s.Levels[r.Level]++
	if r.Status == vectors.Contested {
		s.Contested = append(s.Contested, r)
	}
	for _, m := range row.Mutants {
		s.Mutants++
		if len(m.Killers) > 0 {
			s.Killed++
		}
	}
	if r.Level != vectors.Must {
		return
	}
	if row.Best == string(vectors.Derived) {
		s.Derived = append(s.Derived, r.ID)
	}
	if gaps := row.Gaps(); len(gaps) > 0 {
		s.Gaps = append(s.Gaps, Gap{r.ID, gaps})
	}
}

func (s *Summary) addVector(set *vectors.Set, id string) {
	c, ok := set.Case(id)
	switch {
	case !ok:
		s.Operations++
	case c.IsVerifierCase():
		s.Rejecting++
	default:
		kind, _, _ := strings.Cut(set.Provenance(c), "(")
		s.Provenance[kind]++
		if len(c.Alternatives) > 0 {
			s.Readings++
		}
	}
}
