package reports

import (
	"bufio"
	"strings"

	"github.com/countersign/countersign/wire"
)

// findingList is one section of findings.
type findingList struct {
	Kind  string
	Full  []findingView
	Brief []findingView
}

// Len counts the findings of the section.
func (l findingList) Len() int { return len(l.Full) + len(l.Brief) }

type findingView struct {
	Result
	Kind       string // the section it stands in
	In         string // its profile
	Heading    string
	Open       bool
	PlaceLabel string
	Reason     string
	Short      string // Reason, cut
	Authority  string
	Status     string // of the rule, in words
	At         int    // offset of the first differing byte, -1: none
	Strings    []bytesView
	Request    string
	Curl       string
}

// questionView is an open question on the page.
type questionView struct {
	ID       string
	Answered bool
	Lines    [][2]string
	Signs    string
}

type bytesView struct {
	Label  string
	Text   Excerpt
	Hex    HexWindow
	HasHex bool
}

// listFindings spends the budget on the first results and lists the others in
// brief.
func listFindings(kind string, results []Result, budget *int) findingList {
	list := findingList{Kind: kind}
	for _, r := range results {
		if *budget < 0 { // spent: only what a row needs
			list.Brief = append(list.Brief, viewBrief(kind, r))
			continue
		}
		v := viewFinding(kind, r)
		if *budget -= v.cost(); *budget >= 0 {
			list.Full = append(list.Full, v)
		} else {
			list.Brief = append(list.Brief, v)
		}
	}
	return list
}

func viewQuestion(r Result) questionView {
	v := questionView{ID: Legible(r.ID), Answered: r.Outcome == Answered}
	for _, l := range r.answerLines() {
		if l[1] != "" {
			v.Lines = append(v.Lines, [2]string{l[0], Legible(l[1])})
		}
	}
	if r.Observed != nil {
		v.Signs = BreakLines(Around(*r.Observed, -1, pageExcerpt).String())
	}
	return v
}

// viewBrief is the view of a result that has a row and no more.
func viewBrief(kind string, r Result) findingView {
	return viewFinding(kind, Result{ID: r.ID, Title: r.Title, Level: r.Level, Outcome: r.Outcome, Stage: r.Stage, Divergence: r.Divergence, Message: r.Message})
}

func viewFinding(kind string, r Result) findingView {
	v := findingView{
		Result: r.mapped(Legible), Kind: kind, In: Legible(r.Profile()), Heading: Legible(r.Title), At: r.difference(),
		Authority: Legible(r.ruleLine()), Status: statusWords[r.Status],
	}
	if v.Heading == "" {
		v.Heading = Legible(r.Name())
	}
	v.PlaceLabel, _ = r.placeLine()
	v.Reason = Legible(r.Reason())
	v.Short = shorten(v.Reason, pageSentence)
	v.addBytes("expected", r.Expected)
	v.addBytes("observed", r.Observed)
	if r.Wire != nil {
		v.Request = shownRequest(*r.Wire, pageWire)
		v.Curl = curlOf(*r.Wire)
	}
	return v
}

// curlOf is the command by which curl sends a request; "" for what is no
// request, what curl cannot send and what is too long to be copied.
func curlOf(request wire.Bytes) string {
	req, err := wire.ReadRequest(bufio.NewReader(strings.NewReader(string(request))), "http", wire.Limits{}, nil)
	if err != nil {
		return ""
	}
	command := req.CurlCommand()
	if strings.HasPrefix(command, "#") || len(command) > 2*pageWire || Legible(command) != command {
		return ""
	}
	return command
}

func (v *findingView) addBytes(label string, b *wire.Bytes) {
	if b != nil {
		v.Strings = append(v.Strings, viewBytes(label, *b, v.At, pageExcerpt))
	}
}

// viewBytes shows a byte string around the first byte that differs, with some
// columns on either side, and that byte in hexadecimal.
func viewBytes(label string, b wire.Bytes, at, columns int) bytesView {
	view := bytesView{Label: label, Text: Around(b, at, columns)}
	view.Text.Before, view.Text.After = BreakLines(view.Text.Before), BreakLines(view.Text.After)
	if view.Text.Mark == `\n` {
		view.Text.After = "\n" + view.Text.After
	}
	if at >= 0 {
		view.Hex, view.HasHex = Hex(b, at, pageHex), true
	}
	return view
}

// cost is about how many bytes of text the finding takes on the page.
func (v findingView) cost() int {
	n := 800 + len(v.Heading) + len(v.Reason) + len(v.Why) + len(v.Authority) + len(v.Source) + len(v.Request) + len(v.Curl) + len(v.Reproduce)
	for _, s := range v.Strings {
		n += len(s.Text.Before) + len(s.Text.After)
	}
	if v.Diagnosis != nil {
		for _, c := range v.Diagnosis.Causes {
			n += len(c.Name) + len(c.Evidence) + len(c.Fix)
		}
	}
	for _, text := range v.AgreedBy {
		n += len(text)
	}
	return n
}

// shorten cuts text behind limit characters.
func shorten(text string, limit int) string {
	n := 0
	for i := range text {
		if n == limit {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
