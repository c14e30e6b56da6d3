package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// summaryFailures is how many failures a Markdown summary describes, and how
// many lines its other lists have; CI services cut long summaries.
const summaryFailures = 20

// writeMarkdown renders kind "md": a job summary.
func writeMarkdown(w io.Writer, s *Stream) error {
	var buf bytes.Buffer
	fmt.Fprintf(&buf, "## %s: %s\n\n", markdownText(s.Header.Subject.identity()), s.Footer.Verdict)
	fmt.Fprintf(&buf, "%s. Suite %s, mode %s, %s.\n\n", sentenceCase(s.Footer.conclusion()),
		markdownText(s.Header.SuiteVersion), markdownText(s.Header.Mode), Counted(s.Footer.Results, "case"))
	if part := s.partLine(); part != "" {
		fmt.Fprintf(&buf, "**%s.**\n\n", markdownText(sentenceCase(part)))
	}
	markdownTable(&buf, s)
	if len(s.Footer.Problems) > 0 {
		fmt.Fprint(&buf, "### Problems\n\n")
		for _, problem := range s.Footer.Problems {
			fmt.Fprintf(&buf, "- %s\n", markdownText(problem))
		}
		fmt.Fprintln(&buf)
	}
	markdownQuestions(&buf, s.standing(StandQuestion))
	failures, flaky, notRun := s.failures()
	markdownFailures(&buf, "Failures", failures)
	markdownFailures(&buf, "Flaky: passed only when they were asked again", flaky)
	markdownList(&buf, "Not run", notRun)
	markdownList(&buf, "Provisional failures", s.standing(StandProvisional))
	markdownList(&buf, "Expected failures", s.standing(StandExpected))
	markdownList(&buf, "Contested", s.standing(StandContested))
	return writeSummary(w, buf.Bytes())
}

// summaryLimit is how long a summary gets. GitHub drops the whole summary of a
// step that has more than 1 MiB, and a step may have several subjects.
const summaryLimit = 256 << 10

// writeSummary writes a summary, cut behind a line where it is too long: a
// subject decides how long its messages are.
func writeSummary(w io.Writer, text []byte) error {
	if len(text) > summaryLimit {
		text = text[:summaryLimit]
		text = append(text[:bytes.LastIndexByte(text, '\n')+1:summaryLimit], "\nThis summary was cut here: the HTML report and the NDJSON stream have it all.\n"...)
	}
	_, err := w.Write(text)
	return err
}

func markdownTable(w io.Writer, s *Stream) {
	cols := columnsFor(s)
	fmt.Fprint(w, "| profile |")
	for _, c := range cols {
		fmt.Fprintf(w, " %s |", c.Long)
	}
	fmt.Fprintf(w, " verdict |\n| --- |%s --- |\n", strings.Repeat(" ---: |", len(cols)))
	for _, p := range s.Footer.Profiles {
		fmt.Fprintf(w, "| %s |", markdownText(p.Profile))
		for _, c := range cols {
			fmt.Fprintf(w, " %d |", c.Count(p))
		}
		fmt.Fprintf(w, " %s |\n", p.Verdict)
	}
	fmt.Fprintln(w)
}

// markdownQuestions lists all open questions: their answers are what the run was
// for.
func markdownQuestions(w io.Writer, results []Result) {
	if len(results) == 0 {
		return
	}
	fmt.Fprint(w, "### Open questions\n\n")
	for _, r := range results {
		fmt.Fprintf(w, "- %s: %s\n", codeSpan(r.ID), r.Outcome)
		for _, l := range r.answerLines() {
			if l[1] != "" {
				fmt.Fprintf(w, "  - %s: %s\n", l[0], markdownText(l[1]))
			}
		}
		if r.Observed != nil {
			fmt.Fprintf(w, "  - it signs: %s\n", codeSpan(Around(*r.Observed, -1, 400).String()))
		}
	}
	fmt.Fprintln(w)
}

func markdownFailures(w io.Writer, heading string, failures []Result) {
	if len(failures) == 0 {
		return
	}
	fmt.Fprintf(w, "### %s\n\n", heading)
	markdownByRule(w, failures)
	for i, r := range failures {
		if i == summaryFailures {
			fmt.Fprintf(w, "- … and %d more: see the HTML report or the NDJSON stream\n", len(failures)-i)
			break
		}
		markdownFailure(w, r)
	}
	fmt.Fprintln(w)
}

func markdownFailure(w io.Writer, r Result) {
	label, place := r.placeLine()
	fmt.Fprintf(w, "- %s, %s %s: %s\n", codeSpan(r.ID), label, codeSpan(place), markdownText(r.Reason()))
	if r.Why != "" {
		fmt.Fprintf(w, "  - why: %s\n", markdownText(r.Why))
	}
	if rule := r.authority(); rule != "" {
		fmt.Fprintf(w, "  - rule: %s\n", markdownText(rule))
	}
	if r.Source != "" {
		fmt.Fprintf(w, "  - source: %s\n", markdownText(r.Source))
	}
	at := r.difference()
	if r.Expected != nil {
		fmt.Fprintf(w, "  - expected: %s\n", codeSpan(Around(*r.Expected, at, 40).String()))
	}
	if r.Observed != nil {
		fmt.Fprintf(w, "  - observed: %s\n", codeSpan(Around(*r.Observed, at, 40).String()))
	}
	if r.Diagnosis != nil {
		for _, c := range r.Diagnosis.Causes {
			fmt.Fprintf(w, "  - cause: %s\n", markdownText(c.line()))
		}
	}
	if r.Reproduce != "" {
		fmt.Fprintf(w, "  - reproduce: %s\n", codeSpan(r.Reproduce))
	}
}

func markdownList(w io.Writer, heading string, results []Result) {
	if len(results) == 0 {
		return
	}
	fmt.Fprintf(w, "### %s\n\n", heading)
	for i, r := range results {
		if i == summaryFailures {
			fmt.Fprintf(w, "- … and %d more\n", len(results)-i)
			break
		}
		reason := r.Reason()
		if r.Standing() == StandExpected {
			reason = r.Expectation.Reason
		}
		fmt.Fprintf(w, "- %s (%s): %s\n", codeSpan(r.ID), markdownText(r.Place()), markdownText(reason))
	}
	fmt.Fprintln(w)
}

// markdownSpecial are the characters that open markup inside of a line or end
// a table cell. Others, like the full stop of a list number, only mean
// something at the start of a line, where no text of ours stands.
const markdownSpecial = "\\`*_[]<>#|~&@"

// markdownText makes text stand for itself on one line.
func markdownText(text string) string {
	var dst strings.Builder
	for _, r := range strings.ReplaceAll(Legible(text), "\n", " ") {
		if strings.ContainsRune(markdownSpecial, r) {
			dst.WriteByte('\\')
		}
		dst.WriteRune(r)
	}
	return dst.String()
}

// codeSpan puts text between more backticks than it holds in a row.
func codeSpan(text string) string {
	text = strings.ReplaceAll(Legible(text), "\n", `\n`)
	longest, run := 0, 0
	for _, r := range text {
		if r == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	if text == "" || strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " " // taken away again by the reader
	}
	return fence + text + fence
}

// sentenceCase begins a text with a capital letter.
func sentenceCase(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
