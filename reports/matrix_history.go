package reports

import (
	"maps"
	"slices"
)

// historyView is a subject that was judged at several versions.
type historyView struct {
	Name     string
	Versions []versionView // the newest first
}

// versionView is one version of a subject, and what it changed.
type versionView struct {
	subjectView
	Date      string
	Suite     string
	First     bool // there is no version before it
	Other     bool // the version before it was judged by other vectors
	Fixed     changeView
	Regressed changeView
}

// changeView is some cases that changed, the first of them by name.
type changeView struct {
	Cases int
	Named []string
	More  int
}

// mostChanged is how many cases of a change the page names.
const mostChanged = 20

// histories tells of every subject with more than one version what became of
// its cases from each to the next.
func histories(all []*Compliance, folder string) []historyView {
	var out []historyView
	for _, l := range lineages(all) {
		if len(l) < 2 {
			continue
		}
		h := historyView{Name: Legible(l[0].Subject.Name)}
		for i, c := range l {
			v := versionView{subjectView: viewSubject(c, folder), Date: c.Time.UTC().Format("2006-01-02"), Suite: Legible(c.SuiteVersion), First: i+1 == len(l)}
			if !v.First {
				before := l[i+1]
				v.Other = before.VectorSetSHA256 != c.VectorSetSHA256
				v.Fixed, v.Regressed = changed(before, c), changed(c, before)
			}
			h.Versions = append(h.Versions, v)
		}
		out = append(out, h)
	}
	return out
}

// changed are the cases that fail by one report and neither fail nor are left
// out by the other.
func changed(failing, other *Compliance) changeView {
	not := map[string]bool{} // what the other says nothing good of
	offered := map[string]bool{}
	for _, p := range other.Profiles {
		offered[p.Profile] = true
		for _, entries := range [][]Entry{p.Failures, p.ExpectedFailures, p.ProvisionalFailures, p.Contested, p.Unsupported} {
			for _, e := range entries {
				not[e.ID] = true
			}
		}
	}
	ids := map[string]bool{}
	for _, p := range failing.Profiles {
		for _, entries := range [][]Entry{p.Failures, p.ExpectedFailures} {
			for _, e := range entries {
				if offered[p.Profile] && !not[e.ID] {
					ids[Legible(e.ID)] = true
				}
			}
		}
	}
	sorted := slices.Sorted(maps.Keys(ids))
	v := changeView{Cases: len(sorted), Named: sorted[:min(len(sorted), mostChanged)]}
	v.More = v.Cases - len(v.Named)
	return v
}
