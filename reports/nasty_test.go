package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"

	"github.com/countersign/countersign/wire"
)

// nasty is what a subject, a server or a file of somebody else may put into any
// value of a report.
var nasty = map[string]string{
	"script":              `<script>window.owned=1</script>`,
	"end of a script":     `</script></style></textarea></title><img src=x onerror=window.owned=1>`,
	"end of an attribute": `" onmouseover="window.owned=1' autofocus onfocus='window.owned=1`,
	"entities":            `&lt;b&gt;&amp;amp;&#60;b&#62;&nbsp;`,
	"template":            `{{.Header}}{{"{{"}}${7*7}`,
	"comment":             `<!-- --!><!--><![CDATA[x]]>--></pre>`,
	"end of CDATA":        `]]>]]&gt;<!]]>`,
	"address":             `javascript:window.owned=1`,
	"terminal colours":    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://owned.example\x1b\\link\x1b]8;;\x1b\\",
	"terminal, 8 bit":     "\u009b31mred\u009d0;title\u009c \x9b31m",
	"cursor":              "shown\rhidden\x08\x08\x08\x1b[2J\x1b[H\x7f",
	"bidi":                "\u202eevil\u202c \u2066a\u2069 \u200f\u061c",
	"invisible":           "a\u200bb\ufeffc\u00add\u2060e\U000e0041",
	"combining":           "Z" + strings.Repeat("\u0301\u0334", 40),
	"NUL":                 "a\x00b\x00",
	"control":             "\x01\x02\x0b\x0c\x0e\x1f",
	"lone bytes":          "\xff\xfe\x80\xc3",
	"surrogate":           "\xed\xa0\x80 \xf4\x90\x80\x80",
	"not characters":      "\ufffe\uffff\U0010ffff",
	"line ends":           "a\nb\r\nc\rd\u2028e\u2029f\u0085g",
	"backticks":           "` `` ``` ```` `a` ",
	"markdown":            "# *a* _b_ [c](javascript:window.owned=1) ![d](http://owned.example/x) ~~e~~ <https://owned.example>",
	"table":               "| a | b |\n| --- | --- |\n| c \\| d |",
	"mention":             "@owned #1 https://owned.example www.owned.example owned@owned.example",
	"list":                "- a\n- b\n1. c\n\n    code\n---\n> quote",
	"backslash":           `\ \\ \n \x00 \| \` + "`",
	"marks":               "»a« · »end« »",
	"blanks":              "  \t  \u00a0 \u3000 ",
	"JSON":                `"},{"type":"footer","unexpected":0}` + "\n" + `{"type":"header"}`,
	"workflow command":    "\n::set-output name=owned::1\n::error::owned\n##[error]owned ##vso[task.setvariable variable=owned]1\n  ::warning::owned",
	"very long":           strings.Repeat("\xff<a href=\"x\">`|\x1b[31m", 500),
	"one long word":       strings.Repeat("x", 10_000),
	"empty":               "",
}

// eachNasty runs a test with every value in every place of a run.
func eachNasty(t *testing.T, test func(t *testing.T, value string, s *Stream)) {
	for _, name := range slices.Sorted(maps.Keys(nasty)) {
		t.Run(name, func(t *testing.T) { test(t, nasty[name], nastyRun(nasty[name])) })
	}
}

// nastyRun has the value in every text and every byte string of every standing.
func nastyRun(value string) *Stream {
	h := header()
	h.Subject.Name, h.Subject.Version, h.Subject.Language = "s"+value, value, value
	h.Subject.URL, h.SuiteVersion, h.VectorSetSHA256, h.Mode = value, value, value, value
	h.Selection = []string{value}
	b := wire.Bytes(value)
	other := wire.Bytes("x" + value)
	full := func(i int, outcome Outcome) Result {
		return Result{
			ID: fmt.Sprintf("oss-v1/header/t/%d%s", i, value), Title: value, Requirements: []string{value}, Level: "must", Outcome: outcome,
			Stage: value, Divergence: value, Message: value, Why: value, Rule: value, Source: value, Status: value, AgreedBy: []string{value, value},
			Dispute:  &Dispute{Reading: value, Rule: value, Known: value},
			Expected: &b, Observed: &other, Wire: &b, Reproduce: value,
			Diagnosis: &Diagnosis{Causes: []Cause{{ID: value, Name: value, Confidence: value, Evidence: value, Fix: value}}},
		}
	}
	var results []Result
	for i, outcome := range Outcomes {
		results = append(results, full(i, outcome))
	}
	for i, met := range []bool{true, false} {
		r := full(100+i, Fail)
		r.Expectation = &Expectation{Pattern: value, Pin: value, Reason: value, Met: met}
		results = append(results, r)
	}
	provisional := full(200, Fail)
	provisional.Provisional = true
	question := full(201, Answered)
	question.Answer = &Answer{Question: value, Sources: []string{value}, Rules: []string{value}, Asked: value, Name: value, Says: value, Follows: value, Status: value}
	results = append(results, provisional, question)
	return &Stream{Header: h, Results: results, Footer: Conclude(h, results, []string{"p" + value}, true)}
}

func TestNastyStringsComeBackFromTheStream(t *testing.T) {
	eachNasty(t, func(t *testing.T, value string, s *Stream) {
		text := render(t, "ndjson", s)
		if lines := strings.Count(text, "\n"); lines != len(s.Results)+2 {
			t.Errorf("%d lines for %d results", lines, len(s.Results))
		}
		back, err := Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range back.Results {
			if string(*r.Expected) != value || string(*r.Wire) != value {
				t.Fatalf("%s: a byte string came back otherwise", r.ID)
			}
			if r.Message != validUTF8(value) {
				t.Fatalf("%s: the message came back otherwise", r.ID)
			}
		}
	})
}

func TestNastyStringsComeBackFromTheComplianceReport(t *testing.T) {
	eachNasty(t, func(t *testing.T, value string, s *Stream) {
		text := render(t, "json", s)
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
			t.Fatal("it is no JSON")
		}
		c, err := ReadCompliance(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if c.Subject.Version != validUTF8(value) || c.Profiles[0].ExpectedFailures[0].Reason != validUTF8(value) {
			t.Error("a text came back otherwise")
		}
		var buf bytes.Buffer
		if err := WriteMatrix(&buf, set(t), []*Compliance{c}, "."); err != nil {
			t.Fatal(err)
		}
		checkNastyPage(t, buf.String())
		buf.Reset()
		if err := WriteFindings(&buf, []*Compliance{c}); err != nil {
			t.Fatal(err)
		}
		checkNastyMarkdown(t, buf.String())
		buf.Reset()
		if err := WriteMatrixTable(&buf, []*Compliance{c}); err != nil {
			t.Fatal(err)
		}
		checkNastyMarkdown(t, buf.String())
		if rows := strings.Count(markdownHTML(t, buf.String()), "<tr>"); rows != 2 {
			t.Errorf("the table has %d rows:\n%.2000s", rows, buf.String())
		}
	})
}

func TestNastyStringsStayInTheirPlaceInJUnit(t *testing.T) {
	eachNasty(t, func(t *testing.T, _ string, s *Stream) {
		text := render(t, "junit", s)
		checkNoControls(t, text)
		doc := parseJUnit(t, text)
		checkCounts(t, doc)
		cases := 0
		for _, suite := range doc.Suites {
			cases += len(suite.Cases)
		}
		if want := len(s.Results) + len(s.Footer.Problems) + 1; cases != want {
			t.Errorf("%d test cases, want %d", cases, want)
		}
	})
}

func TestNastyStringsStayTextOnThePage(t *testing.T) {
	eachNasty(t, func(t *testing.T, _ string, s *Stream) { checkNastyPage(t, render(t, "html", s)) })
}

// checkNastyPage holds a page to be what the template makes of harmless text:
// the same elements with the same attributes, and no character that acts.
func checkNastyPage(t *testing.T, page string) {
	t.Helper()
	checkNoControls(t, page)
	known := map[string]bool{"td title": true} // of a template, inside of a condition
	for _, file := range []string{"shell.tmpl", "finding.tmpl", "report.html.tmpl", "matrix.html.tmpl"} {
		for _, e := range tags(t, mustRead("templates/"+file)) {
			known[e] = true
		}
	}
	for _, e := range tags(t, page) {
		if !known[e] {
			t.Errorf("there is %s, which no template has", e)
		}
	}
	root := parseHTML(t, page)
	for _, a := range root.all("a") {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.attr["href"])), "javascript:") {
			t.Errorf("a link goes to %s", a.attr["href"])
		}
	}
	if scripts := root.all("script"); len(scripts) != 1 || scripts[0].text() != string(pageShell.Script) {
		t.Errorf("%d scripts, or not ours", len(scripts))
	}
}

// tags lists the elements and attributes of a page: "a" and "a href".
func tags(t *testing.T, page string) []string {
	t.Helper()
	var list []string
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		list = append(list, token.Data)
		for _, a := range token.Attr {
			if name, _, _ := strings.Cut(a.Key, "{{"); name != "" {
				list = append(list, token.Data+" "+name)
			}
		}
	}
	if err := z.Err(); err != io.EOF {
		t.Fatal(err)
	}
	return list
}

// checkNoControls holds a text to characters that do not act in a terminal, an
// editor or a browser.
func checkNoControls(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Error("it is not UTF-8")
	}
	if strings.Contains(text, "\ufffd") {
		t.Error("a character was replaced")
	}
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("it holds %U", r)
			return
		}
	}
}

func TestNastyStringsStayTextInMarkdown(t *testing.T) {
	eachNasty(t, func(t *testing.T, _ string, s *Stream) {
		text := render(t, "md", s)
		checkNastyMarkdown(t, text)
		page := markdownHTML(t, text)
		if rows := strings.Count(page, "<tr>"); rows != 1+len(s.Footer.Profiles) {
			t.Errorf("the table has %d rows, want %d", rows, 1+len(s.Footer.Profiles))
		}
	})
}

// markdownHTML is what a reader of GitHub's dialect makes of a text that it may
// not trust.
func markdownHTML(t *testing.T, text string) string {
	t.Helper()
	var buf bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert([]byte(text), &buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// checkNastyMarkdown holds a text to elements that reports are made of: goldmark
// leaves out what markup stands in it, and says so in a comment.
func checkNastyMarkdown(t *testing.T, text string) {
	t.Helper()
	checkNoControls(t, text)
	page := markdownHTML(t, text)
	if strings.Contains(page, "<!-- raw HTML omitted -->") {
		t.Error("there is markup in the text")
	}
	for _, a := range parseHTML(t, page).all("a") { // a bare address is a link that says where it goes
		if !strings.HasSuffix(a.attr["href"], a.text()) || strings.HasPrefix(a.attr["href"], "javascript:") {
			t.Errorf("%q is a link to %s", a.text(), a.attr["href"])
		}
	}
	own := []string{"a", "a href", "h1", "h2", "h3", "p", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td", "th style", "td style"}
	for _, e := range tags(t, page) {
		if !slices.Contains(own, e) {
			t.Errorf("there is %s", e)
		}
	}
}

func TestNastyStringsDoNotActInATerminal(t *testing.T) {
	eachNasty(t, func(t *testing.T, _ string, s *Stream) {
		for _, width := range []int{0, 40, 120} {
			var buf bytes.Buffer
			layout := Layout{Width: width}
			if err := WriteTable(&buf, []*Stream{s}, layout); err != nil {
				t.Fatal(err)
			}
			if err := WriteFailures(&buf, s, FailureOptions{Layout: layout, FullExpected: true, Wire: true}); err != nil {
				t.Fatal(err)
			}
			checkNoControls(t, buf.String())
			for line := range strings.Lines(buf.String()) {
				if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
					t.Errorf("a line is a command of a CI service: %q", line)
				}
			}
		}
	})
}
