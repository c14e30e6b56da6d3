package reports

import (
	"fmt"
	"slices"
	"strings"
)

// Standing is what a result means for the run, once expectations and
// provisional cases are taken into account. Every report groups by it.
type Standing int

// The standings, in the order reports show them.
const (
	StandFail        Standing = iota // red
	StandProvisional                 // failed, but the case is new in this suite version
	StandExpected                    // failed as the expected-failures file says
	StandContested                   // follows another reading of a contested rule
	StandUnsupported                 // not offered by the subject
	StandPass
	StandQuestion // an open question, answered or not: nothing that could be right or wrong
)

// Standing decides what the result means for the run.
//
// A pass on a retry is not a pass, and a case that was selected but not run is
// as red as one that failed: only an expected-failures file excuses either.
// Provisional wins over an expectation: a wildcard that happens to cover a new
// case must not turn a run red that the user changed nothing in.
func (r Result) Standing() Standing {
	switch r.Outcome {
	case Pass:
		return StandPass
	case Unsupported:
		return StandUnsupported
	case Contested:
		return StandContested
	case Answered, Unanswered:
		return StandQuestion
	}
	switch {
	case r.Provisional:
		return StandProvisional
	case r.Expectation != nil && r.Expectation.Met:
		return StandExpected
	}
	return StandFail
}

// stale reports whether an expected-failures file names a result that does not
// fail. A pin may be an outcome, so a listed case may be unsupported or
// contested when that is what the line says.
func (r Result) stale() bool {
	if r.Expectation == nil || r.Provisional {
		return false
	}
	switch r.Outcome {
	case Pass:
		return true
	case Unsupported, Contested:
		return !r.Expectation.Met
	}
	return false
}

// Conclude counts the results and decides the verdict of every profile and of
// the run, and whether all is as expected. It is the only place that does.
//
// problems are reasons outside of the results why the run is red (a pattern
// that matches nothing, a subject that did not start). Conclude adds its own:
// two results with one id, an expected failure that no longer fails, and a run
// that proves nothing: no case passed, and none failed as expected for a cause
// that its signature proves. aborted runs are never as
// expected and no profile of theirs is conformant; nor is it where a filter
// left out cases.
//
// Conclude is idempotent: given the problems of the footer it made before, it
// makes the same footer again.
func Conclude(h Header, results []Result, problems []string, aborted bool) Footer {
	total := newTally("")
	profiles := map[string]*tally{}
	if len(h.Selection) == 0 {
		for _, name := range h.Profiles {
			profiles[name] = newTally(name)
		}
	}
	for _, r := range results {
		name := r.Profile()
		if profiles[name] == nil {
			profiles[name] = newTally(name)
		}
		profiles[name].add(r)
		total.add(r)
	}

	f := Footer{
		Type: "footer", Results: len(results), Counts: total.Counts,
		Expected: total.Expected, Unexpected: total.Unexpected, Flaky: total.Flaky, NotRun: total.NotRun, Provisional: total.Provisional,
		Profiles: []ProfileCounts{}, Problems: slices.Clone(problems), Aborted: aborted,
	}
	complete := !aborted && len(h.Selection) == 0 // open questions have no verdict: they leave a profile partial
	for _, t := range profiles {
		t.Verdict = t.verdict(complete)
		f.Profiles = append(f.Profiles, t.ProfileCounts)
	}
	slices.SortFunc(f.Profiles, func(a, b ProfileCounts) int { return strings.Compare(a.Profile, b.Profile) })
	f.Verdict = worst(f.Profiles)

	own := slices.Concat(duplicates(results), staleExpectations(results), unproven(total))
	if h.Part == nil { // what a part of a profile does not show, another part may
		own = append(own, unoffered(f.Profiles)...)
	}
	for _, problem := range own {
		if !slices.Contains(f.Problems, problem) {
			f.Problems = append(f.Problems, problem)
		}
	}
	f.AsExpected = f.Unexpected == 0 && len(f.Problems) == 0 && !aborted
	return f
}

// ExitCode is 0 for a run that is as expected, else 1. An interrupted run is
// the caller's to tell apart (130).
func ExitCode(f Footer) int {
	if f.AsExpected {
		return 0
	}
	return 1
}

// tally is a profile while it is counted.
type tally struct {
	ProfileCounts
	proven  bool // a case passed, or failed as expected for a proven cause
	failed  bool // a case that is not provisional failed, expected or not
	missing bool // a must-case that is not provisional is unsupported or was not run
}

func newTally(profile string) *tally {
	return &tally{ProfileCounts: ProfileCounts{Profile: profile, Counts: map[Outcome]int{}}}
}

func (t *tally) add(r Result) {
	t.Counts[r.Outcome]++
	standing := r.Standing()
	switch standing {
	case StandFail:
		t.Unexpected++
		switch r.Outcome {
		case Flaky:
			t.Flaky++
		case NotRun:
			t.NotRun++
		}
	case StandExpected:
		t.Expected++
		t.proven = t.proven || r.Outcome == Fail && r.causeProven()
	case StandProvisional:
		t.Provisional++
	case StandPass:
		t.proven = true
	}
	if r.Provisional {
		return
	}
	switch {
	case r.Outcome == NotRun || r.Outcome == Unsupported:
		t.missing = t.missing || r.Level == "must"
	case standing == StandFail || standing == StandExpected:
		t.failed = true
	}
}

// questions counts the open questions, all counts every result.
func (t *tally) questions() int { return t.Counts[Answered] + t.Counts[Unanswered] }

func (t *tally) all() int {
	n := 0
	for _, count := range t.Counts {
		n += count
	}
	return n
}

func (t *tally) verdict(complete bool) Verdict {
	switch {
	case t.failed:
		return Nonconformant
	case t.missing || !complete || t.Counts[Pass] == 0:
		return Partial
	}
	return Conformant
}

func worst(profiles []ProfileCounts) Verdict {
	verdict := Conformant
	if len(profiles) == 0 {
		verdict = Partial
	}
	for _, p := range profiles {
		switch {
		case p.Verdict == Nonconformant:
			return Nonconformant
		case p.Verdict == Partial:
			verdict = Partial
		}
	}
	return verdict
}

// duplicates names the ids that more than one result has: one of them would
// hide the other in every report that is keyed by id.
func duplicates(results []Result) []string {
	seen := make(map[string]int, len(results))
	var twice []string
	for _, r := range results {
		seen[r.ID]++
		if seen[r.ID] == 2 {
			twice = append(twice, r.ID)
		}
	}
	slices.Sort(twice)
	for i, id := range twice {
		twice[i] = fmt.Sprintf("%s has %d results, must have one", id, seen[id])
	}
	return twice
}

// expectedLine is a line of the expected-failures file, as results know it.
type expectedLine struct{ pattern, pin string }

// staleLines are the lines of the expected-failures file that cover results
// which do not fail, with these results and their outcomes.
func staleLines(results []Result) map[expectedLine][]string {
	covered := map[expectedLine][]string{}
	for _, r := range results {
		if r.stale() {
			key := expectedLine{r.Expectation.Pattern, r.Expectation.Pin}
			covered[key] = append(covered[key], fmt.Sprintf("%s (%s)", r.ID, r.Outcome))
		}
	}
	return covered
}

// StaleExpectations counts the lines of the expected-failures file that cover
// results which do not fail.
func (s *Stream) StaleExpectations() int { return len(staleLines(s.Results)) }

// staleExpectations has one sentence for each of these lines.
func staleExpectations(results []Result) []string {
	var problems []string
	for key, ids := range staleLines(results) {
		slices.Sort(ids)
		more := ""
		if len(ids) > 5 {
			ids, more = ids[:5], fmt.Sprintf(" and %d more", len(ids)-5)
		}
		problems = append(problems, fmt.Sprintf("stale expected failure: the line %q with pin %q covers cases that do not fail: %s%s; remove it or narrow it",
			key.pattern, key.pin, strings.Join(ids, ", "), more))
	}
	slices.Sort(problems)
	return problems
}

// unoffered finds profiles that a subject declares and offers nothing of: they
// would look harmless beside one that passes.
func unoffered(profiles []ProfileCounts) []string {
	var problems []string
	for _, p := range profiles {
		cases := 0
		for _, n := range p.Counts {
			cases += n
		}
		if cases > 0 && p.Counts[Unsupported] == cases {
			problems = append(problems, fmt.Sprintf("nothing was proven of %s: all its %d cases are unsupported; a profile that is not offered must not be declared", p.Profile, cases))
		}
	}
	return problems
}

// causeProven reports whether the signature of a result is the one that its
// cause makes of the request: nobody has it who does not sign.
func (r Result) causeProven() bool {
	return len(r.Diagnosis.Proven()) > 0
}

// unproven keeps a null adapter, a reject-everything adapter and an empty
// selection from being green.
func unproven(total *tally) []string {
	if total.proven || total.questions() > 0 && total.questions() == total.all() {
		return nil // an open question proves nothing, and is not meant to
	}
	if len(total.Counts) == 0 {
		return []string{"nothing was proven: no case ran"}
	}
	var parts []string
	for _, outcome := range Outcomes {
		if n := total.Counts[outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	return []string{"nothing was proven: no case passed (" + strings.Join(parts, ", ") + ")"}
}
