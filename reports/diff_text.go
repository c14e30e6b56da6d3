package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// headings says what each change is, above its cases.
var headings = map[Change]string{
	Regressed: "regressed: fails now and did not, or is offered no longer", Fixed: "fixed: failed and passes now",
	Changed: "changed: fails elsewhere, or ends otherwise", StillFailing: "still failing",
	Added: "new cases", Removed: "removed cases",
}

// words is the change as it is counted.
func (c Change) words() string { return strings.ReplaceAll(string(c), "-", " ") }

// summary counts all changes in one line.
func (d *Diff) summary() string {
	parts := make([]string, len(Changes))
	for i, change := range Changes {
		parts[i] = fmt.Sprintf("%d %s", d.Counts[change], change.words())
	}
	return strings.Join(parts, ", ")
}

// line identifies one of the runs.
func (s DiffSide) line() string {
	expected := "as expected"
	if !s.AsExpected {
		expected = "not as expected"
	}
	return fmt.Sprintf("%s, suite %s, %s, %s, %s", s.Subject.identity(), Legible(s.SuiteVersion), s.Time.UTC().Format("2006-01-02 15:04"), s.Verdict, expected)
}

// transition says how a case ended before and how it does now.
func (c DiffCase) transition() string {
	switch {
	case c.A == nil:
		return c.B.words()
	case c.B == nil:
		return c.A.words()
	case c.Change == StillFailing:
		return c.B.words()
	}
	return c.A.words() + " → " + c.B.words()
}

func (e *Ending) words() string {
	if e.Place == string(e.Outcome) || e.Place == "" {
		return string(e.Outcome)
	}
	return string(e.Outcome) + " at " + e.Place
}

// reason is what went wrong, and what is said about it.
func (c DiffCase) reason() string {
	e := c.B
	if e == nil || !e.failing() {
		return ""
	}
	reason := e.Message
	if reason == "" {
		reason = outcomeSentence[e.Outcome]
	}
	switch {
	case e.Provisional:
		reason += " (provisional: the case is new in this suite version)"
	case e.Expected != "":
		reason += " (expected: " + e.Expected + ")"
	}
	return reason
}

// WriteDiff writes a comparison as text.
func WriteDiff(w io.Writer, d *Diff, layout Layout) error {
	var buf bytes.Buffer
	style := layout.Style
	p := failurePrinter{w: &buf, FailureOptions: FailureOptions{Layout: layout}}
	for _, change := range Changes {
		cases := d.of(change)
		if d.Counts[change] == 0 {
			continue
		}
		fmt.Fprintf(&buf, "%s\n", style.Strong.of(headings[change]))
		for _, c := range cases {
			paint := style.Notice
			switch change {
			case Regressed:
				paint = style.Bad
			case Fixed:
				paint = style.Good
			}
			fmt.Fprintf(&buf, "  %s  %s\n", Legible(c.ID), paint.of(Legible(c.transition())))
			if reason := c.reason(); reason != "" {
				for _, line := range wrap(Legible(reason), p.measure()-6) {
					fmt.Fprintf(&buf, "      %s\n", line)
				}
			}
			if change == Regressed && c.Reproduce != "" {
				fmt.Fprintf(&buf, "      %s\n", Legible(c.Reproduce))
			}
		}
		if n := d.Passes[change]; n > 0 {
			fmt.Fprintf(&buf, "  %s\n", passes(n, len(cases)))
		}
		fmt.Fprintln(&buf)
	}
	fmt.Fprintf(&buf, "A  %s: %s\nB  %s: %s\n", Legible(d.A.File), d.A.line(), Legible(d.B.File), d.B.line())
	for _, note := range d.Notes {
		fmt.Fprintf(&buf, "note: %s\n", Legible(note))
	}
	paint := style.Good
	if d.Regressed() {
		paint = style.Bad
	}
	fmt.Fprintln(&buf, paint.of(d.summary()))
	_, err := w.Write(buf.Bytes())
	return err
}

func passes(n, others int) string {
	if others == 0 {
		return fmt.Sprintf("%s, passing", Counted(n, "case"))
	}
	return fmt.Sprintf("and %s, passing", Counted(n, "case"))
}

// WriteDiffMarkdown writes a comparison for a job summary.
func WriteDiffMarkdown(w io.Writer, d *Diff) error {
	var buf bytes.Buffer
	title := "Nothing regressed"
	if d.Regressed() {
		title = fmt.Sprintf("%d regressed", d.Counts[Regressed])
	}
	fmt.Fprintf(&buf, "## %s: %s\n\n", markdownText(d.B.Subject.identity()), title)
	fmt.Fprintf(&buf, "%s.\n\n", sentenceCase(d.summary()))
	for i, side := range []DiffSide{d.A, d.B} {
		fmt.Fprintf(&buf, "- %s: %s, %s\n", []string{"before", "now"}[i], codeSpan(side.File), markdownText(side.line()))
	}
	for _, note := range d.Notes {
		fmt.Fprintf(&buf, "- note: %s\n", markdownText(note))
	}
	fmt.Fprintln(&buf)
	for _, change := range Changes {
		if d.Counts[change] > 0 {
			d.markdownList(&buf, change)
		}
	}
	return writeSummary(w, buf.Bytes())
}

func (d *Diff) markdownList(w io.Writer, change Change) {
	fmt.Fprintf(w, "### %s\n\n", sentenceCase(headings[change]))
	cases := d.of(change)
	most := summaryFailures
	if change == Regressed {
		most *= 10
	}
	for i, c := range cases {
		if i == most {
			fmt.Fprintf(w, "- … and %d more: countersign report diff lists them\n", len(cases)-i)
			break
		}
		fmt.Fprintf(w, "- %s %s", codeSpan(c.ID), markdownText(c.transition()))
		if reason := c.reason(); reason != "" {
			fmt.Fprintf(w, ": %s", markdownText(reason))
		}
		fmt.Fprintln(w)
		if change == Regressed && c.Reproduce != "" {
			fmt.Fprintf(w, "  - reproduce: %s\n", codeSpan(c.Reproduce))
		}
	}
	if n := d.Passes[change]; n > 0 {
		fmt.Fprintf(w, "- %s\n", passes(n, len(cases)))
	}
	fmt.Fprintln(w)
}

// WriteDiffJSON writes a comparison as JSON.
func WriteDiffJSON(w io.Writer, d *Diff) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}
