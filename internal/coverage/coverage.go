package coverage

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/vectors"
)

// Row is what is known of one requirement.
type Row struct {
	Requirement vectors.Requirement
	Valid       []string     // ids of vectors that must be signed, sent or let in so
	Rejecting   []string     // ids of vectors that must be refused
	Mutants     []MutantSeen // those that break it
	Best        string       // the best provenance of its valid vectors
}

// MutantSeen is a mutant with the vectors of its own requirement that kill it.
type MutantSeen struct {
	ID      string
	About   string
	Killers []string
}

// Senders reports whether the rule binds senders only. No server is asked for
// it, so nothing can be rejected for it.
func (r *Row) Senders() bool { return strings.HasPrefix(r.Requirement.ID, "OP-") }

// Gaps names the cells of a row that are empty. A mutant that no vector of the
// requirement kills leaves its cell empty.
func (r *Row) Gaps() []string {
	var gaps []string
	if len(r.Valid) == 0 {
		gaps = append(gaps, "valid vector")
	}
	if len(r.Rejecting) == 0 && !r.Senders() {
		gaps = append(gaps, "rejecting vector")
	}
	if len(r.Mutants) == 0 {
		gaps = append(gaps, "mutant")
	}
	for _, m := range r.Mutants {
		if len(m.Killers) == 0 {
			gaps = append(gaps, "killer of "+m.ID)
		}
	}
	return gaps
}

// Rows returns a row for each requirement, in their order.
func Rows(set *vectors.Set, all []mutants.Mutant) []Row {
	matrix := Cross(set, all, OwnVectors)
	byID := map[string]*Row{}
	rows := make([]Row, len(set.RequirementIDs()))
	for i, id := range set.RequirementIDs() {
		rows[i].Requirement, _ = set.Requirement(id)
		byID[id] = &rows[i]
	}
	for _, c := range set.Cases() {
		for _, id := range c.Requirements {
			if row := byID[id]; c.IsVerifierCase() {
				row.Rejecting = append(row.Rejecting, c.ID)
			} else {
				row.Valid = append(row.Valid, c.ID)
				row.Best = better(row.Best, set.Provenance(c))
			}
		}
	}
	for _, c := range set.OperationCases() {
		for _, id := range c.Requirements {
			byID[id].Valid = append(byID[id].Valid, c.ID)
		}
	}
	for i := range all {
		m := &all[i]
		if row := byID[m.Requirement]; row != nil {
			row.Mutants = append(row.Mutants, MutantSeen{m.ID(), m.About, vectorsOf(matrix.Killers(m))})
		}
	}
	return rows
}

// vectorsOf are the ids of vectors: an operation is one, whatever the profiles
// it killed under.
func vectorsOf(ids []string) []string {
	var out []string
	for _, id := range ids {
		if i := strings.Index(id, "/operations/"); i >= 0 {
			id = id[i+1:]
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// better returns the better of two provenances.
func better(a, b string) string {
	rank := func(p string) int {
		return slices.IndexFunc([]string{"derived", "attested", "published"}, func(kind string) bool { return strings.HasPrefix(p, kind) })
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}
