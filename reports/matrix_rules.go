package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/vectors"
)

// collection is what many reports say, requirement by requirement.
type collection struct {
	set     *vectors.Set
	reports []*Compliance
	ledgers []ledger                // of the reports, in their order
	sums    []map[string]*ruleCount // of the ledgers, by requirement
}

func newCollection(set *vectors.Set, reports []*Compliance) *collection {
	k := &collection{set: set, reports: reports}
	profiles := map[string]bool{}
	for _, c := range reports {
		for _, p := range c.Profiles {
			profiles[p.Profile] = true
		}
	}
	a := newAsker(set, slices.Sorted(maps.Keys(profiles)))
	for _, c := range reports {
		l := a.ledger(c)
		k.ledgers, k.sums = append(k.ledgers, l), append(k.sums, l.byRule())
	}
	return k
}

// schemeRules is the table of a scheme: what its subjects do under each
// requirement.
type schemeRules struct {
	Scheme   string
	Subjects []string
	Rows     []ruleRow
	Met      int // requirements that nobody breaks
}

type ruleRow struct {
	ID    string
	Cells []ruleCell
}

// ruleCell is a subject under a requirement: its class in the style sheet, what
// stands in it, and the whole in words where that is not all.
type ruleCell struct{ Class, Text, Words string }

// schemes makes a table for each scheme that a subject offers, of the
// requirements that any of its subjects breaks or reads otherwise.
func (k *collection) schemes() []schemeRules {
	offered := map[string][]int{} // the reports by scheme
	for i, c := range k.reports {
		for _, p := range c.Profiles {
			scheme, _, _ := strings.Cut(p.Profile, "/")
			if !slices.Contains(offered[scheme], i) {
				offered[scheme] = append(offered[scheme], i)
			}
		}
	}
	var tables []schemeRules
	for _, scheme := range slices.Sorted(maps.Keys(offered)) {
		t := schemeRules{Scheme: Legible(scheme)}
		for _, i := range offered[scheme] {
			t.Subjects = append(t.Subjects, Legible(k.reports[i].Subject.Name))
		}
		for _, rule := range k.rulesUnder(scheme) {
			row := ruleRow{ID: Legible(rule)}
			remarkable := false
			for _, i := range offered[scheme] {
				n := k.ledgers[i][ruleUnder{scheme, rule}]
				row.Cells = append(row.Cells, n.cell())
				remarkable = remarkable || n != nil && n.red()+n.Contested > 0
			}
			if remarkable {
				t.Rows = append(t.Rows, row)
			} else {
				t.Met++
			}
		}
		tables = append(tables, t)
	}
	return tables
}

func (k *collection) rulesUnder(scheme string) []string {
	ids := map[string]bool{}
	for _, l := range k.ledgers {
		for key := range l {
			if key.Scheme == scheme {
				ids[key.Rule] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

func (n *ruleCount) cell() ruleCell {
	if n == nil || n.Passed+n.red()+n.Contested == 0 {
		return ruleCell{Text: "–"}
	}
	passed := fmt.Sprint(n.Passed)
	if n.Untold {
		passed = "?"
	}
	switch {
	case n.red() > 0 && n.Contested > 0:
		return ruleCell{"nonconformant", passed + " / " + notPassed(n.Failed, n.Flaky), n.words()}
	case n.red() > 0:
		return ruleCell{Class: "nonconformant", Text: passed + " / " + notPassed(n.Failed, n.Flaky)}
	case n.Contested > 0:
		return ruleCell{Class: "partial", Text: fmt.Sprintf("%s ~ %d", passed, n.Contested)}
	}
	return ruleCell{Text: passed}
}

// words counts in words, without what there is none of.
func (n *ruleCount) words() string {
	return inWords(counted{n.Passed, "passed"}, counted{n.Failed, "failed"}, counted{n.Flaky, "flaky"}, counted{n.Contested, "contested"}, counted{n.Unsupported, "unsupported"})
}

// counted is a number and what it counts.
type counted struct {
	n    int
	what string
}

func inWords(all ...counted) string {
	var parts []string
	for _, c := range all {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return strings.Join(parts, ", ")
}

// ruleDetail is a requirement that a subject breaks or reads otherwise: what it
// says, what it rests on, and who does so where.
type ruleDetail struct {
	ID     string
	Rule   string
	Level  string
	Source string
	Status string
	Who    []ruleBreaker
}

// ruleBreaker is a subject that breaks a requirement, or reads it otherwise.
type ruleBreaker struct {
	Subject string
	Counts  string
	Example string // a case that shows it
	Place   string
}

// rules describes every requirement that a table of a scheme leads to.
func (k *collection) rules() []ruleDetail {
	broken := map[string][]ruleBreaker{}
	for i, sums := range k.sums {
		for rule, n := range sums {
			if n.red()+n.Contested == 0 {
				continue
			}
			e := n.Example
			place := Result{Stage: e.Stage, Divergence: e.Divergence, Outcome: e.Outcome}.Place()
			broken[rule] = append(broken[rule], ruleBreaker{
				Subject: k.reports[i].Subject.identity(), Counts: n.words(), Example: Legible(e.ID), Place: Legible(place),
			})
		}
	}
	var details []ruleDetail
	for _, id := range slices.Sorted(maps.Keys(broken)) {
		r, _ := k.set.Requirement(id)
		details = append(details, ruleDetail{
			ID: Legible(id), Rule: Legible(r.Rule), Level: string(r.Level), Source: Legible(r.Source),
			Status: statusWords[string(r.Status)], Who: broken[id],
		})
	}
	return details
}
