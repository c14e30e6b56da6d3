package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// broken are failures of as many rules as counts has numbers, that many of each.
func broken(counts ...int) *Stream {
	results := []Result{passing("oss-v1/header/a/control")}
	for i, n := range counts {
		for k := range n {
			r := plusInKey()
			r.ID, r.Rule = fmt.Sprintf("oss-v1/header/rule-%02d/case-%03d", i, k), fmt.Sprintf("OSS1-RULE-%02d: The %d. rule, which says so much | that no terminal has a line for all of it.", i, i)
			results = append(results, r)
		}
	}
	return streamOf(results...)
}

func TestManyFailuresAreSummedUpByRule(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		opts   FailureOptions
		want   string // "": no summary
	}{
		{"a handful is read one by one", []int{4, 6}, FailureOptions{}, ""},
		{"the rule most of them break comes first", []int{1, 10}, FailureOptions{}, `
11 unexpected failures, by the rule that decided
    10  OSS1-RULE-01  The 1. rule, which says so much | that no terminal has a line for all of it.
     1  OSS1-RULE-00  The 0. rule, which says so much | that no terminal has a line for all of it.
`},
		{"a terminal gets lines that it has room for", []int{1, 10, 1}, FailureOptions{Layout: Layout{Width: 60}, MaxBrief: 2}, `
12 unexpected failures, by the rule that decided
    10  OSS1-RULE-01  The 1. rule, which says so much | …
     1  OSS1-RULE-00  The 0. rule, which says so much | …
  … and 1 more rule
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := WriteFailures(&out, broken(test.counts...), test.opts); err != nil {
				t.Fatal(err)
			}
			if test.want == "" {
				if strings.Contains(out.String(), "by the rule") {
					t.Error("there is a summary")
				}
				return
			}
			if !strings.HasSuffix(out.String(), test.want+"\n") {
				t.Errorf("it ends with\n%s", out.String()[max(0, out.Len()-600):])
			}
		})
	}
}

// What a Markdown summary does not describe it counts at least: the first
// failures by id are of one profile.
func TestAMarkdownSummaryCountsWhatItLeavesOut(t *testing.T) {
	counts := make([]int, 22)
	for i := range counts {
		counts[i] = 1
	}
	counts[21] = 40
	text := render(t, "md", broken(counts...))
	for _, want := range []string{
		"### Failures\n\n| rule | failures | what it says | fails at |\n| --- | ---: | --- | --- |\n| OSS1-RULE-21 | 40 | The 21. rule, which says so much \\| that no terminal has a line for all of it. | stringToSign |\n| OSS1-RULE-00 | 1 |",
		"| … | | and 2 more rules | |\n\n- `",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text[:min(len(text), 4000)])
		}
	}
	if text := render(t, "md", broken(20)); strings.Contains(text, "what it says") {
		t.Error("all failures are described and still counted")
	}
}

// A list that is stale all over must not push the verdict off the screen.
func TestATerminalGetsTheFirstProblems(t *testing.T) {
	s := aRun()
	for i := range 30 {
		s.Footer.Problems = append(s.Footer.Problems, fmt.Sprintf("problem %d", i))
	}
	for width, want := range map[int]int{0: 30, 80: 10} {
		var out bytes.Buffer
		if err := WriteTable(&out, []*Stream{s}, Layout{Width: width}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "  - problem "); n != want || (width > 0) != strings.Contains(out.String(), "  … and 20 more: every report has all of them") {
			t.Errorf("on %d columns:\n%s", width, &out)
		}
	}
}
