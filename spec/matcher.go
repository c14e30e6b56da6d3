package spec

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"

	"github.com/countersign/countersign/reports"
)

// Conform matches a [reports.Result] that passed. Its failure message is the
// whole explanation: stage, both byte strings, why it matters and who says so.
func Conform() types.GomegaMatcher { return conform{} }

type conform struct{}

func (conform) Match(actual any) (bool, error) {
	r, ok := actual.(reports.Result)
	if !ok {
		return false, fmt.Errorf("Conform matches a reports.Result, not\n%s", format.Object(actual, 1))
	}
	return r.Outcome == reports.Pass, nil
}

func (conform) FailureMessage(actual any) string { return explanation(actual.(reports.Result)) }

func (conform) NegatedFailureMessage(actual any) string {
	return actual.(reports.Result).ID + " passed, and was not expected to"
}

func explanation(r reports.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", r.ID, r.Outcome)
	if place := r.Place(); place != string(r.Outcome) {
		fmt.Fprintf(&b, " at %s", place)
	}
	fmt.Fprintf(&b, "\n  %s\n", r.Message)
	if r.Expected != nil && r.Observed != nil {
		at := reports.FirstDifference(*r.Expected, *r.Observed)
		fmt.Fprintf(&b, "  expected  %s\n  observed  %s\n  they differ at byte %d\n", reports.Show(*r.Expected), reports.Show(*r.Observed), at)
	}
	for _, line := range [][2]string{{"why", r.Why}, {"rule", r.Rule}, {"source", r.Source}, {"status", r.Status}, {"agreed by", strings.Join(r.AgreedBy, ", ")}} {
		if line[1] != "" {
			fmt.Fprintf(&b, "  %-9s %s\n", line[0], line[1])
		}
	}
	return b.String()
}
