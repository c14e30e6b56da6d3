package reports

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteMatrix writes many compliance reports as one self-contained HTML page:
// every subject under every profile, who breaks which requirement, where SDKs
// disagree, and the findings. folder is where the page finds the reports
// themselves, relative to its own place.
func WriteMatrix(w io.Writer, all []*Compliance, folder string) error {
	all = slices.Clone(all)
	slices.SortFunc(all, bySubject)
	p := matrixPage{Style: pageStyle}
	for _, c := range all {
		for _, profile := range c.Profiles {
			if !slices.Contains(p.Profiles, profile.Profile) {
				p.Profiles = append(p.Profiles, profile.Profile)
			}
		}
	}
	slices.Sort(p.Profiles)
	languages := map[string]bool{}
	for _, c := range all {
		languages[c.Subject.Language] = true
		p.Subjects = append(p.Subjects, viewSubject(c, p.Profiles, folder))
		p.Findings += len(c.Findings)
	}
	p.Languages = len(languages)
	p.Broken = brokenRequirements(all)
	p.Readings = followedReadings(all)
	return pageTemplate.ExecuteTemplate(w, "matrix.html.tmpl", p)
}

// matrixPage is what the template shows. All texts in it are legible.
type matrixPage struct {
	Style     template.CSS
	Languages int
	Findings  int
	Profiles  []string
	Subjects  []subjectView
	Broken    []brokenView
	Readings  []brokenView
}

type subjectView struct {
	Subject
	Verdict  Verdict
	Report   string // where the compliance report is
	Cells    []cellView
	Findings []Account
	Passed   int
	Failed   int
}

// cellView is one subject under one profile.
type cellView struct {
	Offered bool
	Verdict Verdict
	Passed  int
	Failed  int // expected or not
}

// brokenView is a requirement that subjects break, or a reading they follow.
type brokenView struct {
	ID  string
	Who []string // each with how many results show it
}

func viewSubject(c *Compliance, profiles []string, folder string) subjectView {
	v := subjectView{Subject: c.Subject, Verdict: c.Verdict, Cells: make([]cellView, len(profiles))}
	for _, text := range []*string{&v.Name, &v.Version, &v.Language, &v.URL} {
		*text = Legible(*text)
	}
	v.Report = strings.TrimSuffix(folder, "/") + "/" + v.Name + "/" + v.Version + ".json"
	for _, p := range c.Profiles {
		cell := cellView{Offered: true, Verdict: p.Verdict, Failed: len(p.Failures) + len(p.ExpectedFailures)}
		for _, counts := range p.Counts {
			cell.Passed += counts[Pass]
		}
		v.Passed += cell.Passed
		v.Failed += cell.Failed
		v.Cells[slices.Index(profiles, p.Profile)] = cell
	}
	for _, f := range c.Findings {
		v.Findings = append(v.Findings, Account{ID: anchor(c, &f), Title: Legible(f.Title), Status: f.Status})
	}
	return v
}

func brokenRequirements(all []*Compliance) []brokenView {
	return whoByWhat(all, func(c *Compliance) map[string]int {
		broken := map[string]int{}
		for _, f := range c.Findings {
			if id, _, ok := strings.Cut(f.Rule, ":"); ok {
				broken[id] += len(f.Results)
			}
		}
		return broken
	})
}

func followedReadings(all []*Compliance) []brokenView {
	return whoByWhat(all, (*Compliance).Readings)
}

// whoByWhat turns what each report counts into who counts for what.
func whoByWhat(all []*Compliance, counts func(*Compliance) map[string]int) []brokenView {
	who := map[string][]string{}
	for _, c := range all {
		for what, n := range counts(c) {
			who[what] = append(who[what], fmt.Sprintf("%s (%s)", c.Subject.identity(), count(n, "result")))
		}
	}
	var out []brokenView
	for _, what := range slices.Sorted(maps.Keys(who)) {
		out = append(out, brokenView{Legible(what), who[what]})
	}
	return out
}

// WriteMatrixTable writes the subjects as a Markdown table: what a README
// shows.
func WriteMatrixTable(w io.Writer, all []*Compliance) error {
	all = slices.Clone(all)
	slices.SortFunc(all, bySubject)
	var buf bytes.Buffer
	fmt.Fprint(&buf, "| SDK | language | schemes | passed | failed | verdict | findings |\n| --- | --- | --- | ---: | ---: | --- | ---: |\n")
	for _, c := range all {
		v := viewSubject(c, profilesOf(c), "")
		fmt.Fprintf(&buf, "| %s | %s | %s | %d | %d | %s | %d |\n",
			markdownText(c.Subject.identity()), markdownText(c.Subject.Language), schemesOf(c), v.Passed, v.Failed, c.Verdict, len(c.Findings))
	}
	_, err := w.Write(buf.Bytes())
	return err
}

func profilesOf(c *Compliance) []string {
	var ids []string
	for _, p := range c.Profiles {
		ids = append(ids, p.Profile)
	}
	return ids
}

// schemesOf lists schemes, each with its carriers: oss-v1 (header, query).
func schemesOf(c *Compliance) string {
	var schemes []string
	carriers := map[string][]string{}
	for _, id := range profilesOf(c) {
		scheme, carrier, _ := strings.Cut(id, "/")
		if carriers[scheme] == nil {
			schemes = append(schemes, scheme)
		}
		carriers[scheme] = append(carriers[scheme], carrier)
	}
	for i, scheme := range schemes {
		schemes[i] = fmt.Sprintf("%s (%s)", scheme, strings.Join(carriers[scheme], ", "))
	}
	return strings.Join(schemes, ", ")
}
