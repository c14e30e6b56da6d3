package reports

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

//go:embed templates
var templates embed.FS

var pageTemplate = template.Must(template.ParseFS(templates, "templates/*.tmpl"))

// shell is what every page has: its style, the one script, and the policy that
// lets a browser run these two and load nothing. A page is complete without the
// script, which adds the filter.
type shell struct {
	Style  template.CSS
	Script template.JS
	Policy string
}

var pageShell = func() shell {
	css, js := mustRead("templates/page.css"), mustRead("templates/page.js")
	return shell{
		Style: template.CSS(css), Script: template.JS(js),
		Policy: fmt.Sprintf("default-src 'none'; base-uri 'none'; form-action 'none'; style-src %s; script-src %s", hashSource(css), hashSource(js)),
	}
}()

func mustRead(name string) string {
	text, err := templates.ReadFile(name)
	if err != nil {
		panic(err) // embedded above
	}
	return string(text)
}

// hashSource names a text in a content security policy.
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// The page stays below about 4 MB however long the run was: what is shown in
// full has a budget, in bytes of the strings shown, and what is over it is one
// row. The NDJSON stream has everything.
const (
	pageBudget   = 400 << 10
	pageExcerpt  = 600 // columns on either side of a difference
	pageHex      = 9   // bytes on either side of it
	pageWire     = 2 << 10
	pageSentence = 240 // characters of a sentence in a row
	pageOpen     = 3   // failures that are shown open
)

// page is what the template shows. All texts in it are legible.
type page struct {
	shell
	Header     Header
	Time       string
	Footer     Footer
	Conclusion string
	Part       string // which part of a run this is; "" is the whole
	Columns    []string
	Profiles   []profileRowView
	Totals     []int

	Questions   []questionView
	Rules       []ruleView
	Failures    findingList
	Flaky       findingList
	NotRun      findingList
	Provisional findingList
	Contested   findingList
	Expected    findingList
	Unsupported []findingView
	Refused     []findingView // passed, by refusing what must be refused
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

// writeHTML renders kind "html": one page that needs no network and no script.
func writeHTML(w io.Writer, s *Stream) error {
	h := s.Header.mapped(Legible)
	p := page{
		shell: pageShell, Header: h, Time: h.Time.UTC().Format("2006-01-02 15:04:05 UTC"),
		Footer: s.Footer, Conclusion: sentenceCase(s.Footer.conclusion()), Part: s.partLine(),
	}
	p.Footer.Problems = mapAll(s.Footer.Problems, Legible)
	p.addProfiles(columnsFor(s))

	for _, r := range s.standing(StandQuestion) {
		p.Questions = append(p.Questions, viewQuestion(r))
	}
	failures, flaky, notRun := s.failures()
	p.Rules = rulesOf(failures)
	budget := pageBudget
	p.Failures = listFindings("failure", failures, &budget)
	for i := range p.Failures.Full {
		p.Failures.Full[i].Open = i < pageOpen
	}
	p.Flaky = listFindings("flaky", flaky, &budget)
	p.NotRun = listFindings("not-run", notRun, &budget)
	p.Provisional = listFindings("provisional", s.standing(StandProvisional), &budget)
	p.Contested = listFindings("contested", s.standing(StandContested), &budget)
	p.Expected = listFindings("expected", s.standing(StandExpected), &budget)
	for _, r := range s.standing(StandUnsupported) {
		p.Unsupported = append(p.Unsupported, viewFinding("unsupported", r))
	}
	p.addPassed(s)
	return pageTemplate.ExecuteTemplate(w, "report.html.tmpl", p)
}

func (p *page) addPassed(s *Stream) {
	for _, sec := range s.sections() {
		passed := passedView{Profile: Legible(sec.Profile)}
		for _, r := range withStanding(sec.Results, StandPass) {
			if r.Message != "" { // a pass that has something to say was a refusal
				p.Refused = append(p.Refused, viewFinding("refused", r))
				continue
			}
			passed.Names = append(passed.Names, Legible(r.Name()))
		}
		if len(passed.Names) > 0 {
			p.Passed = append(p.Passed, passed)
		}
	}
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

// Total is the number of cases, for the caption of the verdict table.
func (p page) Total() string { return fmt.Sprintf("%s, by profile", Counted(p.Footer.Results, "case")) }

// Known says how many failures are expected: who sees that none is unexpected
// must not take that for none. It is "" where there are none.
func (p page) Known() string {
	switch n := p.Expected.Len(); n {
	case 0:
		return ""
	case 1:
		return "1 known failure is listed"
	default:
		return fmt.Sprintf("%d known failures are listed", n)
	}
}

// Words explains the words of the page to who has never seen one.
func (p page) Words() [][2]string { return words }

var words = [][2]string{
	{"conformant", "every must-case of the profile was run, and no case failed"},
	{"partial", "no case failed, but must-cases are unsupported or were not run, so that nothing can be said of them"},
	{"nonconformant", "a case failed, whether or not a list of expected failures has it"},
	{"as expected", "nothing failed but what the list of expected failures has, at the place it says: the exit code is 0"},
	{"expected failure", "a known defect: the project of the subject lists it with a reason, and it fails where the list says"},
	{"flaky", "it passed, but only when it was asked again: that is no pass"},
	{"not run", "it was selected and never asked, as where a run was interrupted"},
	{"contested", "the sources of the rule contradict each other, and the subject follows another reading than the suite: no failure"},
	{"unsupported", "the subject does not offer what the case needs"},
	{"provisional", "the case is new in this version of the suite: its failure is reported and turns nothing red yet"},
}

// statusWords says what the status of a rule rests on.
var statusWords = map[string]string{
	"observed":      "observed: a real server's own answer shows it",
	"documented":    "documented: a page of the service says so",
	"sdk-agreement": "sdk-agreement: no page says so, the official SDKs agree",
	"inferred":      "inferred: a conclusion that no source states",
	"contested":     "contested: sources contradict each other",
}
