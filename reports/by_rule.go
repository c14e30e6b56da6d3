package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// ruleView is a rule that is broken, and how often.
type ruleView struct {
	ID       string // of the requirement, or the outcome of cases that were never judged
	Rule     string
	Failures int
	Places   string // where, each once
}

// rulesOf sums failures up by the rule that decided: hundreds of them have few
// causes. The rule most failures break comes first.
func rulesOf(failures []Result) []ruleView {
	var rules []ruleView
	places := map[string][]string{}
	for _, r := range failures {
		id, sentence, named := strings.Cut(r.Rule, ": ")
		if !named {
			id, sentence = string(r.Outcome), sentenceCase(outcomeSentence[r.Outcome])+"."
		}
		i := slices.IndexFunc(rules, func(v ruleView) bool { return v.ID == id })
		if i < 0 {
			i, rules = len(rules), append(rules, ruleView{ID: id, Rule: sentence})
		}
		rules[i].Failures++
		if place := r.Place(); !slices.Contains(places[id], place) {
			places[id] = append(places[id], place)
		}
	}
	slices.SortStableFunc(rules, func(a, b ruleView) int { return b.Failures - a.Failures })
	for i := range rules {
		v := &rules[i]
		v.Places = Legible(strings.Join(places[v.ID], ", "))
		v.ID, v.Rule = Legible(v.ID), Legible(v.Rule)
	}
	return rules
}

// summedUp is how many failures are read one by one. More are summed up by rule
// as well: a stranger sees hundreds, and one slip of the pen is behind most.
const summedUp = 10

// byRule sums the failures up, a rule a line, the one most of them break first.
// On a terminal a long rule is cut: its failures have it whole.
func (p *failurePrinter) byRule(failures []Result) {
	if len(failures) <= summedUp {
		return
	}
	rules := rulesOf(failures)
	fmt.Fprintln(p.w, p.Style.Strong.of(fmt.Sprintf("%d unexpected failures, by the rule that decided", len(failures))))
	widest := 0
	for _, rule := range rules {
		widest = max(widest, len(rule.ID))
	}
	for i, rule := range rules {
		if p.MaxBrief > 0 && i == p.MaxBrief {
			fmt.Fprintf(p.w, "  … and %s\n", Counted(len(rules)-i, "more rule"))
			break
		}
		begin := fmt.Sprintf("%6d  %-*s  ", rule.Failures, widest, rule.ID)
		lines := wrap(rule.Rule, max(leastExcerpt, p.measure()-len(begin)-2))
		if len(lines) > 1 {
			lines[0] += " …"
		}
		fmt.Fprintf(p.w, "%s%s\n", begin, lines[0])
	}
	fmt.Fprintln(p.w)
}

// markdownByRule is the same as a table, where a summary does not describe all
// failures.
func markdownByRule(w io.Writer, failures []Result) {
	if len(failures) <= summaryFailures {
		return
	}
	rules := rulesOf(failures)
	fmt.Fprint(w, "| rule | failures | what it says | fails at |\n| --- | ---: | --- | --- |\n")
	for i, rule := range rules {
		if i == summaryFailures {
			fmt.Fprintf(w, "| … | | and %s | |\n", Counted(len(rules)-i, "more rule"))
			break
		}
		fmt.Fprintf(w, "| %s | %d | %s | %s |\n", markdownText(rule.ID), rule.Failures, markdownText(rule.Rule), markdownText(rule.Places))
	}
	fmt.Fprintln(w)
}
