package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/vectors"
)

// disputeView is a rule whose sources contradict each other, and who reads it
// how.
type disputeView struct {
	ID       string // of the requirement, or the reading of a rule that is not contested as a whole
	Rule     string
	Evidence string
	Readings []readingView // the suite's own first
}

// readingView is a reading and who follows it.
type readingView struct {
	Name string // "" is the suite's own
	What string // who is known to read it so, and what is known
	Who  []string
}

// noName stands for answers that no reading with a name explains.
const noName = "another reading, without a name"

// disputes lists every contested requirement of the vectors, and every other
// rule that a subject was found to read otherwise, with who does what. A subject
// may stand under two readings: not every case tells them apart.
func (k *collection) disputes() []disputeView {
	d := k.collectDisputes()
	for _, id := range k.set.RequirementIDs() {
		if r, _ := k.set.Requirement(id); r.Status == vectors.Contested && d.followers[id] == nil {
			d.followers[id] = map[string][]string{}
		}
	}
	var out []disputeView
	for _, id := range slices.Sorted(maps.Keys(d.followers)) {
		view := disputeView{ID: Legible(id), Rule: "A part of a rule that no source settles, and SDKs read in more than one way."}
		if r, ok := k.set.Requirement(id); ok {
			view.Rule, view.Evidence = Legible(r.Rule), Legible(r.Evidence)
			if own := k.passers(id); len(own) > 0 {
				view.Readings = append(view.Readings, readingView{Who: own})
			}
		}
		if what := d.what[id]; what != "" { // a reading that stands for its rule
			view.Rule = Legible(what)
			d.what[id] = ""
		}
		for _, reading := range slices.Sorted(maps.Keys(d.followers[id])) {
			view.Readings = append(view.Readings, readingView{Name: Legible(reading), What: Legible(d.what[reading]), Who: d.followers[id][reading]})
		}
		out = append(out, view)
	}
	return out
}

type disputes struct {
	followers map[string]map[string][]string // by rule, then by reading
	what      map[string]string              // a reading in words
}

// collectDisputes sorts the contested results of all reports by rule and reading.
func (k *collection) collectDisputes() disputes {
	rules := k.rulesOfReadings()
	d := disputes{map[string]map[string][]string{}, map[string]string{}}
	for _, c := range k.reports {
		counts := map[[2]string]int{} // by rule and reading
		for _, p := range c.Profiles {
			for _, e := range p.Contested {
				_, reading, named := strings.Cut(e.ID, "@")
				rule := cmp.Or(rules[readingUnder{schemeOf(p.Profile), reading}], reading)
				switch {
				case !named:
					reading = noName
					rule = cmp.Or(append(k.contested(e.Requirements), noName)...)
				case e.Dispute != nil:
					what := e.Dispute.Known
					if rule == reading { // it stands for its rule, which nothing else tells
						what = e.Reason
					}
					d.what[reading] = cmp.Or(d.what[reading], sentenceCase(what))
				}
				counts[[2]string{rule, reading}]++
			}
		}
		for _, key := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
			rule, reading := key[0], key[1]
			if d.followers[rule] == nil {
				d.followers[rule] = map[string][]string{}
			}
			d.followers[rule][reading] = append(d.followers[rule][reading], c.Subject.identity()+" ("+Counted(counts[key], "case")+")")
		}
	}
	return d
}

// passers are the subjects that read a rule as the suite does, as far as its
// cases that they passed tell.
func (k *collection) passers(rule string) []string {
	var who []string
	for i, sums := range k.sums {
		if n := sums[rule]; n != nil && n.Passed > 0 {
			who = append(who, k.reports[i].Subject.identity()+" ("+Counted(n.Passed, "case")+")")
		}
	}
	return who
}

// readingUnder is a reading under a scheme.
type readingUnder struct{ scheme, reading string }

// rulesOfReadings finds the contested requirement that each reading is of: the
// one that its cases name. Where a report names none, as reports of the first
// days do, it is the one that most cases of the reading are about. A reading
// whose cases are about none is left out.
func (k *collection) rulesOfReadings() map[readingUnder]string {
	votes := map[readingUnder]map[string]int{}
	for _, c := range k.reports {
		for _, p := range c.Profiles {
			for _, e := range p.Contested {
				_, reading, named := strings.Cut(e.ID, "@")
				if !named {
					continue
				}
				key := readingUnder{schemeOf(p.Profile), reading}
				about := e.Requirements
				if e.Dispute != nil && e.Dispute.Rule != "" {
					about = []string{e.Dispute.Rule}
				}
				for _, rule := range k.contested(about) {
					if votes[key] == nil {
						votes[key] = map[string]int{}
					}
					votes[key][rule]++
				}
			}
		}
	}
	rules := map[readingUnder]string{}
	for key, ofKey := range votes {
		candidates := slices.Sorted(maps.Keys(ofKey))
		rules[key] = slices.MaxFunc(candidates, func(a, b string) int { return ofKey[a] - ofKey[b] })
	}
	return rules
}

// contested are those of some requirements that are contested.
func (k *collection) contested(rules []string) []string {
	var out []string
	for _, rule := range rules {
		if r, ok := k.set.Requirement(rule); ok && r.Status == vectors.Contested {
			out = append(out, rule)
		}
	}
	return out
}
