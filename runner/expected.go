package runner

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
)

// ExpectedFailures is a reviewable list of what a subject is known to fail,
// kept by its own project: one line `PATTERN  PIN  # reason, link` each.
//
// The pin says where it fails: a stage, an outcome, or a kind of divergence. A
// listed case that passes, one that fails elsewhere, a pattern that matches
// nothing and a missing reason are red: a list that nobody has to mend hides
// more than it shows.
type ExpectedFailures struct {
	Name    string // for messages
	lines   []expectedLine
	set     *vectors.PatternSet
	entries []int // lines that are entries, by index of their pattern
}

// expectedLine is one line of the file, an entry or not. Text keeps comments
// and blank lines for rewriting.
type expectedLine struct {
	number               int
	text                 string
	pattern, pin, reason string
}

func (l *expectedLine) entry() bool { return l.pattern != "" }

// divergences are the kinds of divergence a pin may name.
var divergences = []string{"scheme", "carrier", "addressing", "key", "header", "parameter", "token", "body", "unsigned"}

// neverExpected are outcomes that no list may wave through: they say that
// nothing was judged.
var neverExpected = []reports.Outcome{reports.Pass, reports.Contested, reports.Unsupported, reports.NotRun}

// pins lists every word a pin may be.
func pins() []string {
	var out []string
	for _, s := range signature.Stages {
		out = append(out, string(s))
	}
	for _, o := range reports.Outcomes {
		if !slices.Contains(neverExpected, o) {
			out = append(out, string(o))
		}
	}
	return append(out, divergences...)
}

// ParseExpectedFailures reads a list. All faults of the file are reported at
// once, each with its line.
func ParseExpectedFailures(name string, r io.Reader) (*ExpectedFailures, error) {
	x := &ExpectedFailures{Name: name}
	var faults []error
	var patterns []string
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		line, err := parseExpectedLine(scanner.Text())
		line.number = n
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, n, err))
		}
		if line.entry() {
			patterns, x.entries = append(patterns, line.pattern), append(x.entries, len(x.lines))
		}
		x.lines = append(x.lines, line)
	}
	if err := scanner.Err(); err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", name, err))
	}
	var err error
	if x.set, err = vectors.NewPatternSet(patterns); err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", name, err))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return x, nil
}

func parseExpectedLine(text string) (expectedLine, error) {
	line := expectedLine{text: text}
	content, reason, commented := strings.Cut(text, "#")
	fields := strings.Fields(content)
	if len(fields) == 0 {
		return line, nil
	}
	line.pattern, line.reason = fields[0], strings.TrimSpace(reason)
	switch {
	case len(fields) != 2:
		return line, fmt.Errorf("a line is `PATTERN  PIN  # reason, link`, got %q", strings.TrimSpace(content))
	case !slices.Contains(pins(), fields[1]):
		return line, fmt.Errorf("pin %q is none of %s", fields[1], strings.Join(pins(), " "))
	case !commented || line.reason == "":
		return line, fmt.Errorf("%s has no reason: write one behind a #, with a link if there is one", line.pattern)
	}
	line.pin = fields[1]
	return line, nil
}

// Apply marks the results that the list covers and returns what is wrong with
// the list itself: patterns that match nothing. Where several lines cover a
// result, the one that names the place it failed at counts, else the first.
func (x *ExpectedFailures) Apply(results []reports.Result) (problems []string) {
	ids := make([]string, len(results))
	for i := range results {
		r := &results[i]
		ids[i] = withoutReading(r.ID)
		covering := x.set.Find(ids[i])
		if len(covering) == 0 {
			continue
		}
		best := &x.lines[x.entries[covering[0]]]
		for _, c := range covering {
			if line := &x.lines[x.entries[c]]; line.pin == r.Place() || line.pin == string(r.Outcome) && r.Outcome != reports.Fail {
				best = line
				break
			}
		}
		r.Expectation = &reports.Expectation{Pattern: best.pattern, Pin: best.pin, Reason: best.reason, Met: met(r, best.pin)}
	}
	if err := x.set.UnmatchedError(ids); err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			problems = append(problems, x.Name+": "+line)
		}
	}
	return problems
}

// met reports whether a result failed where the pin says.
func met(r *reports.Result, pin string) bool {
	return !slices.Contains(neverExpected, r.Outcome) && (pin == r.Place() || pin == string(r.Outcome))
}

func withoutReading(id string) string {
	id, _, _ = strings.Cut(id, "@")
	return id
}

// Rewrite writes the list as the results would have it: entries that are
// wrong are mended or dropped, new failures are added, and comments, blank
// lines and the reasons of what stays are kept. New entries get a reason that
// asks for a real one.
//
// An entry stays as it is while every result it covers fails at its pin.
// Where only some do, it is replaced by a line for each that still fails.
func (x *ExpectedFailures) Rewrite(w io.Writer, results []reports.Result) error {
	covered := map[string]bool{}
	byEntry := x.resultsByEntry(results)
	out := bufio.NewWriter(w)
	for i := range x.lines {
		line := &x.lines[i]
		if !line.entry() {
			fmt.Fprintln(out, line.text)
			continue
		}
		hits := byEntry[i]
		if len(hits) > 0 && !slices.ContainsFunc(hits, func(r *reports.Result) bool { return !met(r, line.pin) }) {
			fmt.Fprintln(out, line.text)
			for _, r := range hits {
				covered[r.ID] = true
			}
			continue
		}
		for _, r := range hits {
			if isFailure(r) && !covered[r.ID] {
				fmt.Fprintf(out, "%s  %s  # %s\n", withoutReading(r.ID), r.Place(), line.reason)
				covered[r.ID] = true
			}
		}
	}
	for i := range results {
		if r := &results[i]; isFailure(r) && !covered[r.ID] {
			fmt.Fprintf(out, "%s  %s  # not looked into yet: %s\n", withoutReading(r.ID), r.Place(), oneLine(r.Message))
		}
	}
	return out.Flush()
}

func (x *ExpectedFailures) resultsByEntry(results []reports.Result) map[int][]*reports.Result {
	out := map[int][]*reports.Result{}
	for i := range results {
		for _, c := range x.set.Find(withoutReading(results[i].ID)) {
			out[x.entries[c]] = append(out[x.entries[c]], &results[i])
		}
	}
	return out
}

func isFailure(r *reports.Result) bool {
	return !slices.Contains(neverExpected, r.Outcome) && !r.Provisional
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "#", "")), " ")
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return s
}
