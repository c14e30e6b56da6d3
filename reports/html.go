package reports

import (
	"embed"
	"fmt"
	"html/template"
	"io"

	"github.com/countersign/countersign/wire"
)

//go:embed templates
var templates embed.FS

var pageTemplate = template.Must(template.ParseFS(templates, "templates/*.tmpl"))

var pageStyle = func() template.CSS {
	css, err := templates.ReadFile("templates/report.css")
	if err != nil {
		panic(err) // embedded above
	}
	return template.CSS(css)
}()

// The page stays below about 4 MB however long the run was: what is shown in
// full has a budget, in bytes of the strings shown, and what is over it is one
// row. The NDJSON stream has everything.
const (
	pageBudget   = 400 << 10
	pageExcerpt  = 600 // columns on either side of a difference
	pageWire     = 2 << 10
	pageSentence = 240 // characters of a sentence in a row
)

// page is what the template shows. All texts in it are legible.
type page struct {
	Style      template.CSS
	Header     Header
	Time       string
	Footer     Footer
	Conclusion string
	Columns    []string
	Profiles   []profileRowView
	Totals     []int

	Questions   []questionView
	Failures    findingList
	Provisional findingList
	Contested   findingList
	Expected    findingList
	Unsupported []findingView
	Passed      []passedView
}

type profileRowView struct {
	Profile string
	Verdict Verdict
	Numbers []int
}

type passedView struct {
	Profile string
	Names   []string
}

// findingList is one section of findings.
type findingList struct {
	Anchor string
	Full   []findingView
	Brief  []findingView
}

// Len counts the findings of the section.
func (l findingList) Len() int { return len(l.Full) + len(l.Brief) }

type findingView struct {
	Result
	PlaceLabel string
	Reason     string
	Short      string // Reason, cut
	Authority  string
	At         int // offset of the first differing byte, -1: none
	Strings    []bytesView
	Request    string
	Causes     []string
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

// writeHTML renders kind "html": one page that needs no network and no script.
func writeHTML(w io.Writer, s *Stream) error {
	h := s.Header.mapped(Legible)
	p := page{
		Style: pageStyle, Header: h, Time: h.Time.UTC().Format("2006-01-02 15:04:05 UTC"),
		Footer: s.Footer, Conclusion: sentenceCase(s.Footer.conclusion()),
	}
	p.Footer.Problems = mapAll(s.Footer.Problems, Legible)
	p.addProfiles(columnsFor(s))

	for _, r := range s.standing(StandQuestion) {
		p.Questions = append(p.Questions, viewQuestion(r))
	}
	budget := pageBudget
	p.Failures = listFindings("failure", s.standing(StandFail), &budget)
	p.Provisional = listFindings("provisional", s.standing(StandProvisional), &budget)
	p.Contested = listFindings("contested", s.standing(StandContested), &budget)
	p.Expected = listFindings("expected", s.standing(StandExpected), &budget)
	for _, r := range s.standing(StandUnsupported) {
		p.Unsupported = append(p.Unsupported, viewFinding(r))
	}
	for _, sec := range s.sections() {
		passed := passedView{Profile: Legible(sec.Profile)}
		for _, r := range withStanding(sec.Results, StandPass) {
			passed.Names = append(passed.Names, Legible(r.Name()))
		}
		if len(passed.Names) > 0 {
			p.Passed = append(p.Passed, passed)
		}
	}
	return pageTemplate.ExecuteTemplate(w, "report.html.tmpl", p)
}

func (p *page) addProfiles(cols []column) {
	for _, c := range cols {
		p.Columns = append(p.Columns, c.Long)
	}
	p.Totals = make([]int, len(cols))
	for _, counts := range p.Footer.Profiles {
		row := profileRowView{Profile: Legible(counts.Profile), Verdict: counts.Verdict}
		for i, c := range cols {
			n := c.Count(counts)
			row.Numbers = append(row.Numbers, n)
			p.Totals[i] += n
		}
		p.Profiles = append(p.Profiles, row)
	}
}

// listFindings spends the budget on the first results and lists the others in
// brief.
func listFindings(anchor string, results []Result, budget *int) findingList {
	list := findingList{Anchor: anchor}
	for _, r := range results {
		v := viewFinding(r)
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

func viewFinding(r Result) findingView {
	v := findingView{Result: r.mapped(Legible), At: r.difference(), Authority: Legible(r.authority())}
	v.PlaceLabel, _ = r.placeLine()
	v.Reason = Legible(r.Reason())
	v.Short = shorten(v.Reason, pageSentence)
	v.addBytes("expected", r.Expected)
	v.addBytes("observed", r.Observed)
	if r.Wire != nil {
		v.Request = shownRequest(*r.Wire, pageWire)
	}
	if r.Diagnosis != nil {
		for _, c := range r.Diagnosis.Causes {
			v.Causes = append(v.Causes, Legible(c.line()))
		}
	}
	return v
}

func (v *findingView) addBytes(label string, b *wire.Bytes) {
	if b == nil {
		return
	}
	view := bytesView{Label: label, Text: Around(*b, v.At, pageExcerpt)}
	view.Text.Before, view.Text.After = BreakLines(view.Text.Before), BreakLines(view.Text.After)
	if view.Text.Mark == `\n` {
		view.Text.After = "\n" + view.Text.After
	}
	if v.At >= 0 {
		view.Hex, view.HasHex = Hex(*b, v.At, 12), true
	}
	v.Strings = append(v.Strings, view)
}

// cost is about how many bytes of text the finding takes on the page.
func (v findingView) cost() int {
	n := 500 + len(v.Title) + len(v.Reason) + len(v.Why) + len(v.Authority) + len(v.Source) + len(v.Request) + len(v.Reproduce)
	for _, s := range v.Strings {
		n += len(s.Text.Before) + len(s.Text.After)
	}
	for _, text := range append(v.Causes, v.AgreedBy...) {
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

// Total is the number of cases, for the caption of the verdict table.
func (p page) Total() string { return fmt.Sprintf("%s, by profile", count(p.Footer.Results, "case")) }
