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
var neverExpected = []reports.Outcome{reports.Pass, reports.Contested, reports.Unsupported, reports.NotRun, reports.Answered, reports.Unanswered}

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
		text := scanner.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff") // editors put it in front, and nobody sees it
		}
		line, err := parseExpectedLine(text)
		line.number = n
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, n, err))
		}
		if line.entry() && err == nil {
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
	_, err := vectors.NewPatternSet(fields[:1])
	return line, err
}

// know tells the list of vectors that are not in the results, so that its lines
// about them are not taken for stale.
func (x *ExpectedFailures) know(ids []string) {
	for _, id := range ids {
		x.set.Match(id)
	}
}

// Apply marks the results that the list covers and returns what is wrong with
// the list itself: patterns that match nothing.
func (x *ExpectedFailures) Apply(results []reports.Result) []string {
	ids := make([]string, len(results))
	for i := range results {
		r := &results[i]
		ids[i] = withoutReading(r.ID)
		if counting := x.counting(r); counting >= 0 {
			line := &x.lines[counting]
			r.Expectation = &reports.Expectation{Pattern: line.pattern, Pin: line.pin, Reason: line.reason, Met: met(r, line.pin)}
		}
	}
	return reports.ListProblems(x.Name, x.set.UnmatchedError(ids))
}

// Patterns lists the patterns of the list, in order.
func (x *ExpectedFailures) Patterns() []string {
	patterns := make([]string, len(x.entries))
	for i, line := range x.entries {
		patterns[i] = x.lines[line].pattern
	}
	return patterns
}

// counting returns the line that counts for a result, by its index, or -1. Of
// several that cover it that is the first that names the place it failed at,
// else the first that is met, else the first.
func (x *ExpectedFailures) counting(r *reports.Result) int {
	best, rank := -1, 0
	for _, c := range x.set.Find(withoutReading(r.ID)) {
		n := 1
		switch pin := x.lines[x.entries[c]].pin; {
		case !met(r, pin):
		case pin == r.Place():
			n = 3
		default:
			n = 2
		}
		if n > rank {
			best, rank = x.entries[c], n
		}
	}
	return best
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
// An entry stays as it is while every result it counts for fails at its pin.
// Where only some do, it is replaced by a line for each that still fails.
func (x *ExpectedFailures) Rewrite(w io.Writer, results []reports.Result) error {
	counts, covers := map[int][]*reports.Result{}, map[int]bool{}
	out := bufio.NewWriter(w)
	for i := range results {
		r := &results[i]
		for _, c := range x.set.Find(withoutReading(r.ID)) {
			covers[x.entries[c]] = true
		}
		counts[x.counting(r)] = append(counts[x.counting(r)], r)
	}
	for i := range x.lines {
		line := &x.lines[i]
		wrong := func(r *reports.Result) bool { return !r.Provisional && !met(r, line.pin) }
		if !line.entry() || covers[i] && !slices.ContainsFunc(counts[i], wrong) {
			fmt.Fprintln(out, line.text)
			continue
		}
		for _, r := range counts[i] {
			if isFailure(r) {
				fmt.Fprintf(out, "%s  %s  # %s\n", withoutReading(r.ID), r.Place(), line.reason)
			}
		}
	}
	for _, r := range counts[-1] {
		if isFailure(r) {
			fmt.Fprintf(out, "%s  %s  # not looked into yet: %s\n", withoutReading(r.ID), r.Place(), oneLine(r.Message))
		}
	}
	return out.Flush()
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
