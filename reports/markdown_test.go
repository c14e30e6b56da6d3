package reports

import (
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMarkdownIsATableThenFailures(t *testing.T) {
	text := render(t, "md", aRun())
	for _, want := range []string{
		"## alibabacloud-oss-go-sdk-v2 1.3.0: nonconformant\n",
		"Not as expected: 2 unexpected failures. Suite 0.1.0, mode send, 10 cases.",
		"| profile | passed | failed | expected failures | unsupported | contested | provisional failures | verdict |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n",
		"| oss-v1/header | 1 | 1 | 0 | 0 | 0 | 0 | nonconformant |\n",
		"- `oss-v1/header/operations/keys/get-plus`, first divergent stage `stringToSign`: the resource holds",
		"  - why: Every request for an object",
		"/examplebucket/a»+«b·c.txt`\n",
		"- `oss-v4/header/operations/headers/blank-around-value` (header): net/http trims, issue 25\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestMarkdownStaysShort(t *testing.T) {
	text := render(t, "md", manyFailures(5000))
	if len(text) > 64<<10 {
		t.Errorf("%d bytes", len(text))
	}
	if !strings.Contains(text, "and 2480 more") {
		t.Error("it does not say how many more there are")
	}
}

func TestMarkdownTextStaysInItsPlace(t *testing.T) {
	for in, want := range map[string]string{
		"a|b <i> `c`\n# d": "a\\|b \\<i\\> \\`c\\` \\# d",
		"plain, 1.5 (x)":   "plain, 1.5 (x)",
	} {
		if got := markdownText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"a`b``c": "```a`b``c```", "`": "`` ` ``", "": "`  `", "a\nb": "`a\\nb`"} {
		if got := codeSpan(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A table row and a list item are one line each, whatever is in them: the
// number of lines must not depend on the texts.
func TestMarkdownSurvivesAnyByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := awkwardRun(t)
		plain := &Stream{Header: s.Header, Results: make([]Result, len(s.Results)), Footer: s.Footer}
		for i, r := range s.Results {
			plain.Results[i] = r.mapped(func(text string) string {
				if text == "" || text == r.Level {
					return text
				}
				return "x"
			})
			plain.Results[i].ID = r.Profile() + "/x"
		}
		got, want := strings.Count(render(t, "md", s), "\n"), strings.Count(render(t, "md", plain), "\n")
		if got != want {
			t.Fatalf("%d lines, with plain texts %d", got, want)
		}
	})
}

// A subject decides how long its messages are, and how many problems there are.
func TestASummaryIsCutBeforeItIsDropped(t *testing.T) {
	s := manyFailures(100)
	for i := range s.Results {
		s.Results[i].Message = strings.Repeat("all of it again ", 10_000)
	}
	for range 5000 {
		s.Footer.Problems = append(s.Footer.Problems, strings.Repeat("p", 100))
	}
	text := render(t, "md", s)
	if len(text) > summaryLimit+200 || len(text) < summaryLimit/2 || !strings.HasSuffix(text, "\n\nThis summary was cut here: the HTML report and the NDJSON stream have it all.\n") {
		t.Errorf("%d bytes, ending in %q", len(text), text[max(0, len(text)-100):])
	}
}

// What passed only when it was asked again, and what is contested, is neither
// among the failures nor among the passes, in no report.
func TestFlakyAndContestedStandApart(t *testing.T) {
	failed := plusInKey()
	s := streamOf(failed, passing("oss-v1/header/a/pass"),
		Result{ID: "oss-v1/header/a/flaky", Level: "must", Outcome: Flaky, Message: "it passed only when it was asked again"},
		Result{ID: "oss-v1/header/a/contested", Level: "must", Outcome: Contested, Message: "another reading"})
	if p := s.Footer.Profiles[0]; p.Unexpected != 2 || p.Flaky != 1 || s.Footer.Flaky != 1 || s.Footer.AsExpected {
		t.Errorf("counts are %+v", p)
	}
	if text := render(t, "ndjson", s); !strings.Contains(text, `"unexpected":2,"flaky":1`) {
		t.Errorf("no count of its own in\n%s", text)
	}
	markdown := render(t, "md", s)
	for _, want := range []string{
		"| profile | passed | failed | flaky | expected failures | unsupported | contested | verdict |", "| oss-v1/header | 1 | 1 | 1 | 0 | 0 | 1 | nonconformant |",
		"### Failures\n\n- `" + failed.ID, "### Flaky: passed only when they were asked again\n\n- `oss-v1/header/a/flaky`", "### Contested\n\n- `oss-v1/header/a/contested`",
	} {
		if !strings.Contains(markdown, want) {
			t.Errorf("no %q in\n%s", want, markdown)
		}
	}
	var console strings.Builder
	if err := WriteFailures(&console, s, FailureOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := WriteTable(&console, []*Stream{s}, Layout{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"FAIL " + failed.ID, "\nFLAKY oss-v1/header/a/flaky\n", "contested (another reading", "passed  failed  flaky  expected"} {
		if !strings.Contains(console.String(), want) {
			t.Errorf("no %q in\n%s", want, &console)
		}
	}
	if junit := render(t, "junit", s); !strings.Contains(junit, `type="flaky"`) || !strings.Contains(junit, `<skipped message="contested: another reading">`) {
		t.Errorf("JUnit does not tell them apart:\n%s", junit)
	}
	if compliance := s.Compliance().Profiles[0]; compliance.Counts["must"][Flaky] != 1 || len(compliance.Failures) != 2 || len(compliance.Contested) != 1 {
		t.Errorf("compliance report: %+v", compliance)
	}
	compliance := s.Compliance()
	page := parseHTML(t, pageOf(t, func(w io.Writer) error { return WriteMatrix(w, set(t), []*Compliance{&compliance}, ".") })).text()
	var table strings.Builder
	if err := WriteMatrixTable(&table, []*Compliance{&compliance}); err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"1 / 1 + 1 flaky": page, "| 1 | 1 + 1 flaky |": table.String()} {
		if !strings.Contains(text, where) {
			t.Errorf("no %q in the matrix:\n%s", where, text)
		}
	}
}
