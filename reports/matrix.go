package reports

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/vectors"
)

// WriteMatrix writes many compliance reports as one self-contained HTML page:
// every subject under every profile, down to the requirements it breaks, where
// SDKs disagree, the findings, and what changed between the versions of a
// subject. Of a subject with several versions the newest stands for it. The page
// links to the files the reports were read from; folder is where the page itself
// will stand. set tells the rules, and with reports of the same vectors, how
// many cases passed.
func WriteMatrix(w io.Writer, set *vectors.Set, all []*Compliance, folder string) error {
	current := newest(all)
	p := matrixPage{shell: pageShell}
	languages := map[string]bool{}
	var sdks, servers []subjectView
	for _, c := range current {
		view := viewSubject(c, folder)
		p.Subjects = append(p.Subjects, view)
		p.Findings += len(c.Findings)
		if c.OfServer() {
			servers = append(servers, view)
			continue
		}
		languages[c.Subject.Language] = true
		sdks = append(sdks, view)
	}
	p.Title = fmt.Sprintf("%s in %s, %s", Counted(len(sdks), "subject"), Counted(len(languages), "language"), Counted(p.Findings, "finding"))
	if len(servers) > 0 {
		p.Title += ", " + Counted(len(servers), "server")
	}
	p.Services, p.Servers = services(sdks), services(servers)
	for i := range p.Servers { // a table is told from the others by its name
		p.Servers[i].Name = "Servers: " + p.Servers[i].Name
	}
	k := newCollection(set, current)
	p.Schemes, p.Rules = k.schemes(), k.rules()
	p.Disputes = k.disputes()
	p.Histories = histories(all, folder)
	return pageTemplate.ExecuteTemplate(w, "matrix.html.tmpl", p)
}

// matrixPage is what the template shows. All texts in it are legible.
type matrixPage struct {
	shell
	Title    string
	Findings int
	Services []serviceView // the SDKs
	Servers  []serviceView
	Subjects []subjectView

	Schemes   []schemeRules
	Rules     []ruleDetail
	Disputes  []disputeView
	Histories []historyView
}

// serviceView is the table of one service: its profiles, and the subjects that
// offer any of them.
type serviceView struct {
	Name    string
	Schemes []schemeView
	Rows    []rowView
}

type schemeView struct {
	Name     string
	Carriers []string
}

type rowView struct {
	subjectView
	Cells []cellView // of the profiles of the service, in order
}

type subjectView struct {
	Subject
	Verdict    Verdict
	Unexpected bool     // something is wrong that nobody has looked into
	Problems   []string // what that is
	Report     string   // where the compliance report is, seen from the page; "" if it was not read from a file
	Profiles   map[string]cellView
	Findings   []matrixFinding
	tallyView
}

// cellView is one subject under one profile.
type cellView struct {
	Offered bool
	Scheme  string
	Verdict Verdict
	tallyView
}

// tallyView counts what became of some cases.
type tallyView struct {
	Passed    int
	Failed    int // expected or not, and without the flaky ones
	Flaky     int
	Contested int
}

func (p *ProfileCompliance) tally() tallyView {
	t := tallyView{Failed: len(p.Failures) + len(p.ExpectedFailures), Contested: len(p.Contested)}
	for _, counts := range p.Counts {
		t.Passed += counts[Pass]
	}
	for _, list := range [][]Entry{p.Failures, p.ExpectedFailures} {
		for _, e := range list {
			if e.Outcome == Flaky {
				t.Flaky++
				t.Failed--
			}
		}
	}
	return t
}

func (t *tallyView) add(other tallyView) {
	t.Passed += other.Passed
	t.Failed += other.Failed
	t.Flaky += other.Flaky
	t.Contested += other.Contested
}

// NotPassed is the number of failures, with the flaky ones apart.
func (t tallyView) NotPassed() string { return notPassed(t.Failed, t.Flaky) }

// Words are all numbers in words.
func (t tallyView) Words() string {
	return inWords(counted{t.Passed, "passed"}, counted{t.Failed, "failed"}, counted{t.Flaky, "flaky"}, counted{t.Contested, "contested"})
}

func notPassed(failed, flaky int) string {
	if flaky == 0 {
		return strconv.Itoa(failed)
	}
	return fmt.Sprintf("%d + %d flaky", failed, flaky)
}

func viewSubject(c *Compliance, folder string) subjectView {
	v := subjectView{Subject: c.Subject, Verdict: c.Verdict, Unexpected: !c.AsExpected, Profiles: map[string]cellView{}}
	for _, text := range []*string{&v.Name, &v.Version, &v.Language, &v.URL} {
		*text = Legible(*text)
	}
	if c.File != "" {
		v.Report = seenFrom(folder, c.File)
	}
	v.Problems = mapAll(c.Problems, Legible)
	unexpected := 0
	for i := range c.Profiles {
		p := &c.Profiles[i]
		unexpected += len(p.Failures)
		cell := cellView{Offered: true, Scheme: schemeOf(p.Profile), Verdict: p.Verdict, tallyView: p.tally()}
		v.add(cell.tallyView)
		v.Profiles[p.Profile] = cell
	}
	if unexpected > 0 {
		v.Problems = append(v.Problems, Counted(unexpected, "failure")+" outside of its list of expected failures")
	}
	for _, f := range c.Findings {
		v.Findings = append(v.Findings, viewMatrixFinding(c, &f))
	}
	return v
}

// seenFrom is how a page in a folder refers to a file.
func seenFrom(folder, file string) string {
	if rel, err := filepath.Rel(folder, file); err == nil {
		file = rel
	}
	return filepath.ToSlash(file)
}

// serviceNames by what the names of their schemes begin with.
var serviceNames = map[string]string{"oss": "Alibaba Cloud OSS", "obs": "Huawei Cloud OBS"}

// services makes a table for each service: hardly any subject speaks to two,
// and a table of all profiles is wider than a screen. A subject without any
// profile must not be lost: it stands in a table of its own.
func services(subjects []subjectView) []serviceView {
	ids := map[string][]string{}   // the profiles of each service
	rows := map[string][]rowView{} // the subjects of each service
	for _, s := range subjects {
		its := map[string]bool{}
		for id := range s.Profiles {
			service, _, _ := strings.Cut(id, "-")
			its[service] = true
			if !slices.Contains(ids[service], id) {
				ids[service] = append(ids[service], id)
			}
		}
		if len(its) == 0 {
			its[""] = true
		}
		for service := range its {
			rows[service] = append(rows[service], rowView{subjectView: s})
		}
	}
	var out []serviceView
	for _, service := range slices.Backward(slices.Sorted(maps.Keys(rows))) {
		slices.Sort(ids[service])
		view := serviceView{Name: serviceNames[service], Schemes: schemesOf(ids[service]), Rows: rows[service]}
		switch {
		case service == "":
			view.Name = "No profile offered"
		case view.Name == "":
			view.Name = Legible(service)
		}
		for i := range view.Rows {
			for _, id := range ids[service] {
				view.Rows[i].Cells = append(view.Rows[i].Cells, view.Rows[i].Profiles[id])
			}
		}
		out = append(out, view)
	}
	return out
}

// schemesOf groups profiles by their scheme.
func schemesOf(profiles []string) []schemeView {
	var schemes []schemeView
	for _, id := range profiles {
		scheme, carrier, _ := strings.Cut(id, "/")
		i := slices.IndexFunc(schemes, func(s schemeView) bool { return s.Name == scheme })
		if i < 0 {
			i, schemes = len(schemes), append(schemes, schemeView{Name: scheme})
		}
		schemes[i].Carriers = append(schemes[i].Carriers, carrier)
	}
	return schemes
}

// WriteMatrixTable writes the subjects as Markdown tables, SDKs and servers apart:
// what a README shows.
func WriteMatrixTable(w io.Writer, all []*Compliance) error {
	var sdks, servers []*Compliance
	for _, c := range newest(all) {
		if c.OfServer() {
			servers = append(servers, c)
		} else {
			sdks = append(sdks, c)
		}
	}
	var buf bytes.Buffer
	if len(sdks) > 0 || len(servers) == 0 {
		fmt.Fprint(&buf, "| SDK | language | schemes | passed | failed | verdict | findings |\n| --- | --- | --- | ---: | ---: | --- | ---: |\n")
	}
	for _, c := range sdks {
		fmt.Fprintf(&buf, "%s %d |\n", tableRow(c), len(c.Findings))
	}
	if len(servers) > 0 {
		if len(sdks) > 0 {
			fmt.Fprintln(&buf)
		}
		fmt.Fprint(&buf, "| server | language | schemes | passed | failed | verdict |\n| --- | --- | --- | ---: | ---: | --- |\n")
	}
	for _, c := range servers {
		fmt.Fprintln(&buf, tableRow(c))
	}
	_, err := w.Write(buf.Bytes())
	return err
}

// tableRow is a row of the table, but for what only SDKs have.
func tableRow(c *Compliance) string {
	v := viewSubject(c, "")
	verdict := string(c.Verdict)
	if v.Unexpected {
		verdict += ", not as expected"
	}
	return fmt.Sprintf("| %s | %s | %s | %d | %s | %s |",
		markdownText(c.Subject.identity()), markdownText(c.Subject.Language), schemeList(c), v.Passed, v.NotPassed(), verdict)
}

// schemeOf is the scheme of a profile.
func schemeOf(profile string) string {
	scheme, _, _ := strings.Cut(profile, "/")
	return Legible(scheme)
}

// schemeList lists schemes, each with its carriers: oss-v1 (header, query).
func schemeList(c *Compliance) string {
	var ids, list []string
	for _, p := range c.Profiles {
		ids = append(ids, p.Profile)
	}
	for _, s := range schemesOf(ids) {
		list = append(list, fmt.Sprintf("%s (%s)", s.Name, strings.Join(s.Carriers, ", ")))
	}
	return markdownText(strings.Join(list, ", "))
}
