package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
)

// Layout is the form of console output.
type Layout struct {
	Width int // columns of the console; 0: no limit
	Style Style
}

// FailureOptions say what [WriteFailures] writes. The zero value writes every
// unexpected failure in full and every other finding in one line.
type FailureOptions struct {
	Layout
	Max          int  // failures written in full, the rest in one line; 0: all
	MaxBrief     int  // lines of each list of others; 0: all
	FullExpected bool // expected failures in full too
	Wire         bool // with the request on the wire
}

// The measures of console output, in columns.
const (
	widestText   = 110
	leastExcerpt = 24   // columns an excerpt gets however narrow the console is
	mostExcerpt  = 2000 // columns of an excerpt on either side where there is no limit: a body may be megabytes
	fieldIndent  = 4
	labelWidth   = 14
)

// WriteFailures writes the findings of the stream: unexpected failures, each
// with the first divergent stage, both byte strings with the differing byte
// marked, why it matters, the source of the rule and a command that reproduces
// it; then provisional and expected failures and contested results; and of many
// failures at last how many there are of each rule. Nothing in it acts, in a
// terminal or in the log of a CI service.
func WriteFailures(w io.Writer, s *Stream, opts FailureOptions) error {
	var buf bytes.Buffer
	p := failurePrinter{w: &buf, FailureOptions: opts}
	for _, r := range s.standing(StandQuestion) {
		p.question(r)
	}
	failed, flaky, notRun := s.failures()
	unexpected := slices.Concat(failed, flaky)
	for i, r := range unexpected {
		if opts.Max > 0 && i == opts.Max {
			p.brief(fmt.Sprintf("%d more unexpected failures", len(unexpected)-i), unexpected[i:])
			break
		}
		p.full(r)
	}
	p.notRun(notRun)
	p.brief("provisional failures (new in this suite version, not red)", s.standing(StandProvisional))
	if expected := s.standing(StandExpected); opts.FullExpected {
		for _, r := range expected {
			p.full(r)
		}
	} else {
		p.brief("expected failures", expected)
	}
	p.brief("contested (another reading of a rule whose sources disagree, not red)", s.standing(StandContested))
	p.byRule(unexpected)
	_, err := io.WriteString(w, disarm(buf.String()))
	return err
}

// plainText is the description of a failure without width or style, as JUnit
// carries it.
func (r Result) plainText() string {
	var buf bytes.Buffer
	p := failurePrinter{w: &buf, FailureOptions: FailureOptions{Wire: true}}
	p.fields(r)
	return buf.String()
}

type failurePrinter struct {
	w *bytes.Buffer
	FailureOptions
}

// brief lists results one a line below a heading, those that failed for the
// same reason below it: one reading of a rule explains hundreds.
func (p *failurePrinter) brief(heading string, results []Result) {
	if len(results) == 0 {
		return
	}
	fmt.Fprintln(p.w, p.Style.Strong.of(heading))
	left := len(results)
	if p.MaxBrief > 0 {
		left = min(left, p.MaxBrief)
	}
	more := len(results) - left
	for _, group := range byReason(results) {
		if left == 0 {
			break
		}
		for _, line := range wrap(prose(group.reason), p.measure()-2) {
			fmt.Fprintf(p.w, "  %s\n", line)
		}
		shown := group.results[:min(left, len(group.results))]
		left -= len(shown)
		for _, r := range shown {
			fmt.Fprintf(p.w, "      %s  %s\n", Legible(r.ID), p.Style.Notice.of(Legible(r.Place())))
		}
	}
	if more > 0 {
		fmt.Fprintf(p.w, "  … and %d more\n", more)
	}
	fmt.Fprintln(p.w)
}

// reasonGroup are the results that have one reason.
type reasonGroup struct {
	reason  string
	results []Result
}

// byReason groups results by what is said of them, in the order in which the
// reasons first occur.
func byReason(results []Result) []*reasonGroup {
	var groups []*reasonGroup
	index := map[string]*reasonGroup{}
	for _, r := range results {
		reason := r.Reason()
		if r.Standing() == StandExpected {
			reason = r.Expectation.Reason
		}
		group := index[reason]
		if group == nil {
			group = &reasonGroup{reason: reason}
			index[reason] = group
			groups = append(groups, group)
		}
		group.results = append(group.results, r)
	}
	return groups
}

// notRun tells of what was never asked in a line for each reason: one
// interruption may leave thousands.
func (p *failurePrinter) notRun(results []Result) {
	for _, group := range byReason(results) {
		var which []string
		for _, r := range group.results {
			which = append(which, Legible(r.ID))
		}
		fmt.Fprintf(p.w, "%s %s\n", p.Style.Notice.of("NOT RUN"), p.Style.Strong.of(Counted(len(which), "case")))
		p.field("", group.reason)
		if most := 3; len(which) > most {
			which = append(which[:most:most], fmt.Sprintf("… and %d more", len(which)-most))
		}
		for _, id := range which {
			fmt.Fprintf(p.w, "%*s%s\n", fieldIndent, "", id)
		}
		fmt.Fprintln(p.w)
	}
}

// full describes one failure.
func (p *failurePrinter) full(r Result) {
	word, paint := "FAIL", p.Style.Bad
	switch {
	case r.Standing() == StandExpected:
		word, paint = "EXPECTED", p.Style.Notice
	case r.Outcome == Flaky:
		word = "FLAKY"
	}
	fmt.Fprintf(p.w, "%s %s\n", paint.of(word), p.Style.Strong.of(Legible(r.ID)))
	p.fields(r)
	fmt.Fprintln(p.w)
}

// question describes an open question and its answer.
func (p *failurePrinter) question(r Result) {
	word, paint := "ANSWERED", p.Style.Good
	if r.Outcome == Unanswered {
		word, paint = "UNANSWERED", p.Style.Notice
	}
	fmt.Fprintf(p.w, "%s %s\n", paint.of(word), p.Style.Strong.of(Legible(r.ID)))
	for _, l := range r.answerLines() {
		p.field(l[0], l[1])
	}
	if r.Observed != nil {
		p.line("it signs", Around(*r.Observed, -1, p.columns()).styled(p.Style))
	}
	fmt.Fprintln(p.w)
}

// columns is the room for a byte string.
func (p *failurePrinter) columns() int {
	if p.Width <= 0 {
		return mostExcerpt
	}
	return max(leastExcerpt, p.measure()-fieldIndent-labelWidth-30) * 4
}

func (p *failurePrinter) fields(r Result) {
	p.field("", r.Title)
	label, place := r.placeLine()
	if at := r.difference(); at >= 0 && r.Stage != "" {
		place += fmt.Sprintf(", byte %d", at)
	}
	p.field("", label+": "+place)
	if place != string(r.Outcome) {
		p.field("outcome", string(r.Outcome))
	}
	p.field("what", r.Reason())
	p.byteStrings(r)
	p.field("why", r.Why)
	p.field("rule", r.authority())
	p.field("source", r.Source)
	p.field("agreed by", strings.Join(r.AgreedBy, ", "))
	if r.Diagnosis != nil {
		for _, c := range r.Diagnosis.Causes {
			p.field("cause", c.line())
		}
	}
	if e := r.Expectation; e != nil {
		if e.Met {
			p.field("listed", e.Reason)
		} else {
			p.field("listed", fmt.Sprintf("the expected-failures line %q wants it to fail at %q, not at %q", e.Pattern, e.Pin, r.Place()))
		}
	}
	if p.Wire && r.Wire != nil {
		p.wire(*r.Wire)
	}
	if r.Reproduce != "" {
		p.line("reproduce", Legible(r.Reproduce)) // never wrapped: it is to be copied
	}
}

// byteStrings writes expected and observed below each other, windows around
// the first difference, and the same place in hexadecimal.
func (p *failurePrinter) byteStrings(r Result) {
	at := r.difference()
	columns := mostExcerpt
	if p.Width > 0 {
		columns = max(leastExcerpt, p.measure()-fieldIndent-labelWidth-30) / 2 // 30: marks and what was left out
	}
	show := func(label string, b *wire.Bytes) {
		if b != nil {
			p.line(label, Around(*b, at, columns).styled(p.Style))
		}
	}
	show("expected", r.Expected)
	show("observed", r.Observed)
	if at < 0 {
		return
	}
	around := 8
	if p.Width > 0 {
		around = max(2, min(around, (p.measure()-fieldIndent-labelWidth-20)/6))
	}
	for _, row := range []struct {
		label string
		b     wire.Bytes
	}{{"expected hex", *r.Expected}, {"observed hex", *r.Observed}} {
		window := Hex(row.b, at, around)
		p.line(row.label, fmt.Sprintf("%d: %s", window.Offset, window.styled(p.Style)))
	}
}

// wireLimit is how many bytes of a request are shown outside of the stream.
const wireLimit = 4 << 10

func (p *failurePrinter) wire(request wire.Bytes) {
	for i, line := range strings.Split(shownRequest(request, wireLimit), "\n") {
		label := ""
		if i == 0 {
			label = "wire"
		}
		p.line(label, line)
	}
}

// shownRequest shows the first limit bytes of a request, one line of it a
// line.
func shownRequest(request wire.Bytes, limit int) string {
	shown := strings.TrimSuffix(BreakLines(Show(request[:min(limit, len(request))])), "\n")
	if len(request) > limit {
		shown += fmt.Sprintf("\n… %d more bytes: see the result in the NDJSON stream", len(request)-limit)
	}
	return shown
}

// field writes prose, wrapped.
func (p *failurePrinter) field(label, text string) {
	if text == "" {
		return
	}
	indent := fieldIndent + labelWidth
	if label == "" {
		indent = fieldIndent
	}
	for i, line := range wrap(prose(text), p.measure()-indent) {
		switch {
		case label == "":
			fmt.Fprintf(p.w, "%*s%s\n", fieldIndent, "", line)
		case i == 0:
			p.line(label, line)
		default:
			p.line("", line)
		}
	}
}

func (p *failurePrinter) line(label, text string) {
	fmt.Fprintf(p.w, "%*s%s%s\n", fieldIndent, "", p.Style.Faint.of(fmt.Sprintf("%-*s", labelWidth, label)), text)
}

// measure is the width text is wrapped to.
func (p *failurePrinter) measure() int {
	if p.Width <= 0 {
		return 1 << 20
	}
	return min(p.Width, widestText)
}

// wrap breaks text at blanks into lines of up to width columns. A word that is
// longer stands on a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		var line strings.Builder
		used := -1 // columns of the line; -1: it is empty
		for word := range strings.SplitSeq(paragraph, " ") {
			n := consoleColumns(word)
			switch {
			case used < 0:
				used = n
			case used+1+n > width:
				lines = append(lines, line.String())
				line.Reset()
				used = n
			default:
				line.WriteByte(' ')
				used += 1 + n
			}
			line.WriteString(word)
		}
		lines = append(lines, line.String())
	}
	return lines
}

// proseLimit is how many bytes of a text are shown outside of the stream.
const proseLimit = 4 << 10

// prose makes a text legible. Of a long one it shows the beginning: a subject
// may say anything, and megabytes are no sentence.
func prose(text string) string {
	if len(text) <= proseLimit {
		return Legible(text)
	}
	shown := text[:proseLimit]
	for !utf8.RuneStart(text[len(shown)]) && len(shown) > proseLimit-utf8.UTFMax {
		shown = shown[:len(shown)-1]
	}
	return Legible(shown) + fmt.Sprintf("… %d more bytes: see the result in the NDJSON stream", len(text)-len(shown))
}
