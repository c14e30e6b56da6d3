package reports

import (
	"cmp"
	"slices"
	"strings"
)

// lineage is one subject: its reports, the newest version first.
type lineage []*Compliance

// lineages groups reports by the name of their subject, sorted by it.
func lineages(all []*Compliance) []lineage {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b *Compliance) int {
		return cmp.Or(strings.Compare(a.Subject.Name, b.Subject.Name), compareVersions(b.Subject.Version, a.Subject.Version))
	})
	var out []lineage
	for _, c := range sorted {
		if n := len(out); n > 0 && out[n-1][0].Subject.Name == c.Subject.Name {
			out[n-1] = append(out[n-1], c)
		} else {
			out = append(out, lineage{c})
		}
	}
	return out
}

// newest keeps the report of the newest version of each subject: what an older
// one did is history.
func newest(all []*Compliance) []*Compliance {
	var out []*Compliance
	for _, l := range lineages(all) {
		out = append(out, l[0])
	}
	slices.SortFunc(out, bySubject)
	return out
}

// compareVersions orders versions of any project: by their numbers, and between
// these by their text. What goes on behind a hyphen comes before what does not,
// as 1.0.0-rc1 does before 1.0.0.
func compareVersions(a, b string) int {
	a, b = strings.TrimPrefix(a, "v"), strings.TrimPrefix(b, "v")
	for a != "" && b != "" {
		partA, partB := versionPart(a), versionPart(b)
		a, b = a[len(partA):], b[len(partB):]
		if c := compareParts(partA, partB); c != 0 {
			return c
		}
	}
	switch {
	case strings.HasPrefix(a, "-"):
		return -1
	case strings.HasPrefix(b, "-"):
		return 1
	}
	return cmp.Compare(len(a), len(b))
}

// versionPart is the number a version begins with, or else all up to the next.
func versionPart(s string) string {
	number := isDigit(s[0])
	for i := range len(s) {
		if isDigit(s[i]) != number {
			return s[:i]
		}
	}
	return s
}

func compareParts(a, b string) int {
	if !isDigit(a[0]) || !isDigit(b[0]) {
		return strings.Compare(strings.Replace(a, "-", "\x00", 1), strings.Replace(b, "-", "\x00", 1)) // 1.0-rc comes before 1.0.1
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
