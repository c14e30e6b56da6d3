package spec

import (
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Observe returns what the subject did with an item. It is called when the
// item's spec runs, never at tree construction.
type Observe func(item *Item) *subject.Observation

// Register adds a Ginkgo spec for every item: a container for each profile and
// theme, and in it an It for each vector, labelled with its scheme, carrier,
// theme, level, mode, flags and requirements.
//
// Each It judges one observation with [Judge] and gives the result to emit,
// which may be nil. It fails if the result is a failure, is skipped for what
// the subject does not offer, and passes with a report entry for a contested
// rule.
func Register(set *vectors.Set, items []*Item, observe Observe, emit func(reports.Result)) {
	for _, group := range byTheme(items) {
		ginkgo.Describe(group.theme, func() {
			for _, item := range group.items {
				ginkgo.It(item.name(), ginkgo.Label(labels(item)...), func() {
					result := Diagnosed(set, item, observe(item))
					if emit != nil {
						emit(result)
					}
					assert(result)
				})
			}
		})
	}
}

func assert(result reports.Result) {
	switch result.Outcome {
	case reports.Unsupported:
		ginkgo.Skip(joined("unsupported", result.Message))
	case reports.Contested:
		ginkgo.AddReportEntry("contested", result.Message)
	case reports.Answered:
		ginkgo.AddReportEntry("answered", result.Answer.Says)
	case reports.Unanswered: // a question cannot fail
		ginkgo.Skip(joined("unanswered", result.Message))
	default:
		gomega.Expect(result).To(Conform())
	}
}

type themeGroup struct {
	theme string
	items []*Item
}

// byTheme groups items by all parts of their id but the last, in order of
// appearance.
func byTheme(items []*Item) []*themeGroup {
	var groups []*themeGroup
	index := map[string]*themeGroup{}
	for _, item := range items {
		theme := item.ID[:strings.LastIndexByte(item.ID, '/')]
		g := index[theme]
		if g == nil {
			g = &themeGroup{theme: theme}
			index[theme], groups = g, append(groups, g)
		}
		g.items = append(g.items, item)
	}
	return groups
}

// name is the last part of the id and the title, so that a spec can be found
// by either.
func (it *Item) name() string {
	return it.ID[strings.LastIndexByte(it.ID, '/')+1:] + ": " + it.Title()
}

// labels drops what Ginkgo does not allow in a label.
func labels(item *Item) []string {
	out := item.Labels()
	for i := range out {
		out[i] = strings.Map(func(r rune) rune {
			if strings.ContainsRune("&|!,()/:", r) {
				return '-'
			}
			return r
		}, out[i])
	}
	return out
}
