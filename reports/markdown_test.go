package reports

import (
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
