package reports

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// versions are reports of one subject at three versions, and of another that
// reads contested rules otherwise.
func versions(t testing.TB) []*Compliance {
	t.Helper()
	entry := func(id, rule string, outcome Outcome) Entry {
		return Entry{ID: id, Level: "must", Outcome: outcome, Requirements: []string{rule}, Stage: "stringToSign", Reason: "it differs"}
	}
	report := func(name, version string, profile ProfileCompliance) *Compliance {
		profile.Profile, profile.Verdict = "obs-v2/header", Nonconformant
		profile.Counts = map[string]map[Outcome]int{"must": {Pass: 10, Fail: len(profile.Failures) + len(profile.ExpectedFailures), Contested: len(profile.Contested)}}
		return &Compliance{
			Schema: 1, Subject: Subject{Name: name, Version: version, Language: "go"}, SuiteVersion: "0.1.0", VectorSetSHA256: "00", Mode: "sign",
			Time: time.Date(2026, 3, 9, 14, 5, 6, 0, time.UTC), Verdict: Nonconformant, AsExpected: true, Profiles: []ProfileCompliance{profile},
		}
	}
	const base = "obs-v2/header/"
	first, second, always := entry(base+"a/first", "OBS2-DATE-03", Fail), entry(base+"a/second", "OBS2-VERB-01", Fail), entry(base+"a/always", "OBS2-TYPE-01", Fail)
	reading := entry(base+"a/path@raw-bucket-path", "OBS2-RESOURCE-06", Contested)
	reading.Dispute = &Dispute{Reading: "raw-bucket-path", Rule: "OBS2-RESOURCE-06", Known: "SDKs sign what they send"}
	unnamed := entry(base+"a/other", "OBS2-RESOURCE-06", Contested)
	copied := entry(base+"a/copy@plus-is-a-blank", "OP-COPY-01", Contested)
	return []*Compliance{
		report("sdk", "1.9.0", ProfileCompliance{ExpectedFailures: []Entry{first, always}}),
		report("sdk", "1.10.0", ProfileCompliance{ExpectedFailures: []Entry{always}, Failures: []Entry{second}}),
		report("sdk", "1.10.0-rc1", ProfileCompliance{ExpectedFailures: []Entry{first, always}}),
		report("other", "v2.0", ProfileCompliance{Contested: []Entry{reading, unnamed, copied}}),
	}
}

func TestVersionsAreOrderedByTheirNumbers(t *testing.T) {
	want := []string{"0.9", "1.0.0-rc1", "1.0.0", "1.0.1", "v1.2.0", "1.10.0-beta.2", "1.10.0-beta.10", "1.10.0", "3.1169.0", "2018-09-28", "2018-09-29"}
	for i, a := range want {
		for k, b := range want {
			got := compareVersions(a, b)
			if (got < 0) != (i < k) || (got > 0) != (i > k) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}

func TestMatrixShowsTheNewestVersionAndTellsTheOthersInItsHistory(t *testing.T) {
	page := parseHTML(t, pageOf(t, func(w io.Writer) error { return WriteMatrix(w, set(t), versions(t), ".") }))
	var history *element
	for _, section := range page.all("section") {
		switch section.attr["aria-labelledby"] {
		case "matrix":
			if text := section.text(); !strings.Contains(text, "sdk 1.10.0") || strings.Contains(text, "1.9.0") || strings.Contains(text, "rc1") {
				t.Errorf("the matrix does not show the newest version alone:\n%s", text)
			}
		case "history":
			history = section
		}
	}
	var rows []string
	for _, tr := range history.all("tr")[1:] {
		rows = append(rows, strings.Join(strings.Fields(tr.text()), " "))
	}
	want := []string{
		"1.10.0nonconformant10202026-03-09 by suite 0.1.01 fixedobs-v2/header/a/first1 regressedobs-v2/header/a/second",
		"1.10.0-rc1nonconformant10202026-03-09 by suite 0.1.0nothing changed",
		"1.9.0nonconformant10202026-03-09 by suite 0.1.0the first that was judged",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the history is\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
}

func TestMatrixTellsWhoReadsARuleHow(t *testing.T) {
	k := newCollection(set(t), newest(versions(t)))
	byID := map[string]disputeView{}
	for _, d := range k.disputes() {
		byID[d.ID] = d
	}
	d := byID["OBS2-RESOURCE-06"]
	if len(d.Readings) != 2 || d.Readings[1].Name != "raw-bucket-path" || d.Readings[1].What != "SDKs sign what they send" || !slices.Equal(d.Readings[1].Who, []string{"other v2.0 (1 case)"}) || d.Readings[0].Name != noName {
		t.Errorf("got %+v", d)
	}
	if d := byID["plus-is-a-blank"]; len(d.Readings) != 1 || d.Rule == "" {
		t.Errorf("a reading of a rule that is not contested as a whole: %+v", d)
	}
	if d, ok := byID["OSS4-HEADER-06"]; !ok || len(d.Readings) != 0 || d.Evidence == "" {
		t.Errorf("a contested rule that nobody was asked: %+v, %t", d, ok)
	}
}

// Of the committed reports it is known what the subjects were asked: what their
// ledgers add up to is what the reports count.
func TestLedgersOfTheCommittedReportsKnowWhatPassed(t *testing.T) {
	all, err := ReadCollection("compliance")
	if err != nil {
		t.Fatal(err)
	}
	profiles := map[string]bool{}
	for _, c := range all {
		for _, p := range c.Profiles {
			profiles[p.Profile] = true
		}
	}
	var ids []string
	for id := range profiles {
		ids = append(ids, id)
	}
	a := newAsker(set(t), ids)
	for _, c := range all {
		for i := range c.Profiles {
			p := &c.Profiles[i]
			if c.OfServer() || c.VectorSetSHA256 != set(t).SHA256() {
				continue // the test of the published pages tells of other vectors
			}
			asked := map[string]bool{}
			for _, known := range a.asked(c, p) {
				asked[known.id] = true
			}
			if len(asked) == 0 {
				t.Errorf("%s under %s: it is not known what it was asked", c.Subject.Name, p.Profile)
			}
			for _, entries := range [][]Entry{p.Failures, p.ExpectedFailures, p.Contested, p.Unsupported} {
				for _, e := range entries {
					if id, _, _ := strings.Cut(e.ID, "@"); !asked[id] {
						t.Errorf("%s: %s has a result and was not asked", c.Subject.Name, id)
					}
				}
			}
		}
	}
}

func TestEveryRequirementOfATableIsExplained(t *testing.T) {
	all, err := ReadCollection("compliance")
	if err != nil {
		t.Fatal(err)
	}
	page := parseHTML(t, pageOf(t, func(w io.Writer) error { return WriteMatrix(w, set(t), all, ".") }))
	ids := map[string]bool{}
	var visit func(*element)
	visit = func(e *element) {
		if id := e.attr["id"]; ids[id] && id != "" {
			t.Errorf("two elements with id %s", id)
		}
		ids[e.attr["id"]] = true
		for _, child := range e.children {
			visit(child)
		}
	}
	visit(page)
	links := 0
	for _, a := range page.all("a") {
		if target, ok := strings.CutPrefix(a.attr["href"], "#"); ok {
			links++
			if !ids[target] {
				t.Errorf("link to #%s goes nowhere", target)
			}
		}
	}
	if links < 100 {
		t.Errorf("%d links inside of the page", links)
	}
	for _, th := range page.all("th") {
		if th.attr["scope"] == "" {
			t.Errorf("table header %q without scope", th.text())
		}
	}
}
