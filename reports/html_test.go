package reports

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// element is a node of the parsed page.
type element struct {
	name     string
	attr     map[string]string
	content  strings.Builder
	children []*element
}

// text is what stands in the element and below it.
func (e *element) text() string { return e.content.String() }

// parseHTML reads a page as a browser does, and holds it to closing what it
// opens, which a browser does not.
func parseHTML(t rapid.TB, page string) *element {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	root := &element{}
	stack := []*element{root}
	for z.Next() != html.ErrorToken {
		switch token := z.Token(); token.Type {
		case html.StartTagToken:
			e := &element{name: token.Data, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Key] = a.Val
			}
			parent := stack[len(stack)-1]
			parent.children = append(parent.children, e)
			if !slices.Contains([]string{"meta", "br", "input"}, token.Data) { // void elements
				stack = append(stack, e)
			}
		case html.EndTagToken:
			if top := stack[len(stack)-1]; top.name != token.Data {
				t.Fatalf("</%s> closes <%s>", token.Data, top.name)
			}
			stack = stack[:len(stack)-1]
		case html.TextToken:
			for _, e := range stack {
				e.content.WriteString(token.Data)
			}
		case html.CommentToken, html.SelfClosingTagToken:
			t.Fatalf("the page holds %s", token)
		}
	}
	if err := z.Err(); err != io.EOF {
		t.Fatal(err)
	}
	if len(stack) != 1 {
		t.Fatalf("<%s> is not closed", stack[len(stack)-1].name)
	}
	return root
}

func (e *element) all(name string) []*element {
	var found []*element
	for _, child := range e.children {
		if child.name == name {
			found = append(found, child)
		}
		found = append(found, child.all(name)...)
	}
	return found
}

// findings are the results of a kind that are shown in full.
func (e *element) findings(kind string) []*element {
	return slices.DeleteFunc(e.all("details"), func(d *element) bool {
		return !strings.Contains(d.attr["class"], "finding") || d.attr["data-kind"] != kind
	})
}

func TestPageShowsVerdictsThenFailures(t *testing.T) {
	page := parseHTML(t, render(t, "html", aRun()))
	var headings []string
	for _, h := range page.all("h2") {
		headings = append(headings, h.text())
	}
	if want := "Verdict per profile, Failures, Provisional failures, Expected failures, Contested, Unsupported, Passed"; strings.Join(headings, ", ") != want {
		t.Errorf("got %v", headings)
	}
	rows := page.all("table")[0].all("tr")
	got := strings.Join(strings.Fields(rows[1].text()), " ")
	if want := "oss-v1/header nonconformant"; !strings.HasPrefix(rows[1].text(), "oss-v1/headernonconformant") {
		t.Errorf("first row %q, want %q", got, want)
	}
	failures := page.findings("failure")
	if len(failures) != 2 {
		t.Fatalf("%d failures on the page", len(failures))
	}
	failure := failures[0]
	for _, want := range []string{
		"oss-v1/header/operations/keys/get-plus", "A key with a plus sign", "stringToSign", "byte 75",
		"SignatureDoesNotMatch", "OSS1-RES-03: The resource is built", "documented: a page", "002_7846fe820f9f4d27.txt, step 6",
		"oss-python-sdk 2.19.1, oss-java-sdk 3.18.1", "Key encoding C03", "Fix: sign the decoded key.", "countersign run --signer 'oss-go-v2-adapter'",
		`Authorization:·OSS·LTAI5tExample`, `HTTP/1.1\r\n` + "\n", "curl --path-as-is http://examplebucket.oss-cn-hangzhou.aliyuncs.com/a%2Bb%20c.txt",
	} {
		if !strings.Contains(failure.text(), want) {
			t.Errorf("the failure does not say %q", want)
		}
	}
	var marks []string
	for _, mark := range failure.all("mark") {
		marks = append(marks, mark.text())
	}
	if got := strings.Join(marks, " "); got != "»+« »2B« »%« »25«" {
		t.Errorf("marked: %s", got)
	}
	if got := failure.all("pre")[0].text(); !strings.HasPrefix(got, `GET\n`+"\n"+`\n`+"\n") {
		t.Errorf("the StringToSign is not shown line by line: %q", got)
	}
}

func TestAPageWithoutUnexpectedFailuresNamesTheKnownOnes(t *testing.T) {
	sentence := func(results ...Result) (string, []*element) {
		for _, section := range parseHTML(t, render(t, "html", streamOf(results...))).all("section") {
			if section.attr["aria-labelledby"] == "failures" {
				return section.all("p")[0].text(), section.all("a")
			}
		}
		t.Fatal("there is no section on failures")
		return "", nil
	}
	other := expectedFailure()
	other.ID += "-too"
	pass := passing("oss-v1/header/published/get-object")
	for _, c := range []struct {
		results []Result
		want    string
	}{
		{[]Result{pass}, "No unexpected failures."},
		{[]Result{pass, expectedFailure()}, "No unexpected failures. 1 known failure is listed under Expected failures."},
		{[]Result{expectedFailure(), other}, "No unexpected failures. 2 known failures are listed under Expected failures."},
	} {
		text, links := sentence(c.results...)
		if text != c.want {
			t.Errorf("%q, want %q", text, c.want)
		}
		if leads := len(links) == 1 && links[0].attr["href"] == "#expected"; leads != (len(c.results) > 1) {
			t.Errorf("%q: %d links", text, len(links))
		}
	}
}

func TestFlakyResultsStandApart(t *testing.T) {
	again := passing("oss-v1/header/published/get-object")
	again.Outcome = Flaky
	page := parseHTML(t, render(t, "html", streamOf(passing("oss-v1/header/published/put-object"), again, plusInKey())))
	if n := len(page.findings("failure")); n != 1 {
		t.Errorf("%d failures, want one", n)
	}
	flaky := page.findings("flaky")
	if len(flaky) != 1 || !strings.Contains(flaky[0].text(), again.ID) || !strings.Contains(flaky[0].text(), "only on a retry") {
		t.Errorf("flaky: %d", len(flaky))
	}
}

// "Passed" alone does not tell a right refusal from a server that refuses all.
func TestRightRefusalsSayWhatTheyWere(t *testing.T) {
	refusal := passing("oss-v1/header/tampered/method")
	refusal.Title, refusal.Message = "Another method than was signed", "refused for the right reason, signature-mismatch: 403 SignatureDoesNotMatch"
	page := parseHTML(t, render(t, "html", streamOf(passing("oss-v1/header/published/put-object"), refusal)))
	var row *element
	for _, tr := range page.all("tr") {
		if tr.attr["data-kind"] == "refused" {
			row = tr
		}
	}
	if row == nil {
		t.Fatal("the refusal is not told apart from other passes")
	}
	for _, want := range []string{refusal.ID, refusal.Title, refusal.Message} {
		if !strings.Contains(row.text(), want) {
			t.Errorf("the refusal does not say %q", want)
		}
	}
}

func TestFailuresAreSummedUpByRule(t *testing.T) {
	other := plusInKey()
	other.ID, other.Rule, other.Stage = "oss-v1/header/a/b", "OSS1-AUTH-01: Another rule.", "authorization"
	again := plusInKey()
	again.ID, again.Stage = "oss-v1/header/a/c", "canonicalResource"
	crashed := Result{ID: "oss-v1/header/a/d", Level: "must", Outcome: Crash}
	page := parseHTML(t, render(t, "html", streamOf(passing("oss-v1/header/a/a"), other, again, plusInKey(), crashed)))
	var rows []string
	for _, table := range page.all("table") {
		if table.attr["class"] == "rules" {
			for _, tr := range table.all("tr")[1:] {
				var cells []string
				for _, cell := range append(tr.all("th"), tr.all("td")...) {
					cells = append(cells, cell.text())
				}
				rows = append(rows, strings.Join(cells, "|"))
			}
		}
	}
	want := []string{
		"OSS1-RES-03|2|The resource is built from the key as it is, not as it is encoded in the URL.|canonicalResource, stringToSign",
		"OSS1-AUTH-01|1|Another rule.|authorization",
		"crash|1|The subject ended before it answered.|crash",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("got %q", rows)
	}
}

func TestPageNeedsNoNetworkAndNoScript(t *testing.T) {
	page := parseHTML(t, render(t, "html", aRun()))
	scripts := page.all("script")
	if len(scripts) != 1 || len(scripts[0].attr) > 0 || !strings.Contains(page.all("meta")[1].attr["content"], hashSource(scripts[0].text())) {
		t.Error("want one script, inside the page, and the policy to name it")
	}
	for _, form := range page.all("form") {
		if _, hidden := form.attr["hidden"]; !hidden {
			t.Error("without the script there is a form that does nothing")
		}
	}
	for _, name := range []string{"link", "img", "iframe", "object", "embed", "video", "audio", "base"} {
		if n := len(page.all(name)); n > 0 {
			t.Errorf("%d <%s>", n, name)
		}
	}
	style := page.all("style")[0].text()
	if strings.Contains(style, "url(") || strings.Contains(style, "@import") {
		t.Error("the style loads something")
	}
	for _, want := range []string{"prefers-color-scheme: dark", "@media print"} {
		if !strings.Contains(style, want) {
			t.Errorf("no %s in the style", want)
		}
	}
}

func TestPageIsAccessible(t *testing.T) {
	page := parseHTML(t, render(t, "html", aRun()))
	for _, landmark := range []string{"header", "nav", "main", "footer", "h1"} {
		if n := len(page.all(landmark)); n != 1 {
			t.Errorf("%d <%s>, want one", n, landmark)
		}
	}
	if page.all("html")[0].attr["lang"] == "" {
		t.Error("no language")
	}
	ids := map[string]bool{}
	var visit func(*element)
	visit = func(e *element) {
		if id := e.attr["id"]; id != "" {
			if ids[id] {
				t.Errorf("two elements with id %s", id)
			}
			ids[id] = true
		}
		for _, child := range e.children {
			visit(child)
		}
	}
	visit(page)
	for _, a := range page.all("a") {
		if target, ok := strings.CutPrefix(a.attr["href"], "#"); ok && !ids[target] {
			t.Errorf("link to #%s goes nowhere", target)
		}
	}
	for _, d := range page.findings("failure") {
		if len(d.all("h3")) != 1 || d.children[0].name != "summary" {
			t.Error("a failure without a heading")
		}
	}
	for _, name := range []string{"section", "article"} {
		for _, e := range page.all(name) {
			if !ids[e.attr["aria-labelledby"]] {
				t.Errorf("<%s> without a label", name)
			}
		}
	}
	for _, th := range page.all("th") {
		if th.attr["scope"] == "" {
			t.Errorf("table header %q without scope", th.text())
		}
	}
}

// Text needs a contrast of 4.5 to its background (WCAG 2.2, 1.4.3) in both
// colour schemes and on paper.
func TestPageColoursHaveContrast(t *testing.T) {
	css := parseHTML(t, render(t, "html", streamOf())).all("style")[0].text()
	palettes := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(css, -1)
	if len(palettes) != 3 {
		t.Fatalf("%d palettes, want light, dark and print", len(palettes))
	}
	for i, palette := range palettes {
		colour := map[string]string{}
		for _, pair := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(palette[1], -1) {
			colour[pair[1]] = pair[2]
		}
		for _, pair := range []string{
			"text page", "text panel", "quiet page", "quiet panel", "link page", "bad page", "half page",
			"good good-back", "bad bad-back", "half half-back", "text good-back", "text bad-back", "text half-back", "mark mark-back",
		} {
			front, back, _ := strings.Cut(pair, " ")
			if ratio := contrast(t, colour[front], colour[back]); ratio < 4.5 {
				t.Errorf("palette %d: %s has contrast %.2f", i, pair, ratio)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestPageSurvivesAnyByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := awkwardRun(t)
		text := render(t, "html", s)
		if strings.Contains(text, "\ufffd") {
			t.Fatalf("a character was replaced:\n%s", text)
		}
		page := parseHTML(t, text)
		for name, own := range map[string]int{"b": 0, "script": 1} {
			if len(page.all(name)) != own {
				t.Fatalf("text became <%s>", name)
			}
		}
		for _, a := range page.all("a") {
			if strings.HasPrefix(strings.ToLower(a.attr["href"]), "javascript:") {
				t.Fatalf("link to %s", a.attr["href"])
			}
		}
	})
}

func TestLongRunsStayReadable(t *testing.T) {
	worst := manyFailures(5000)
	for i := range worst.Results {
		b := raw(strings.Repeat("\xff<&\n", 5000) + fmt.Sprint(i) + strings.Repeat("\"\x00", 5000))
		worst.Results[i].Expected, worst.Results[i].Observed, worst.Results[i].Wire = raw("x"+string(*b)), b, b
	}
	for name, s := range map[string]*Stream{"realistic": manyFailures(5000), "worst": worst} {
		text := render(t, "html", s)
		if limit := 4 << 20; len(text) > limit {
			t.Errorf("%s: %d bytes, limit %d", name, len(text), limit)
		}
		t.Logf("%s: %d bytes", name, len(text))
		page := parseHTML(t, text)
		listed := len(page.findings("failure"))
		if listed == 0 {
			t.Errorf("%s: no failure in full", name)
		}
		named := map[string]bool{}
		for _, code := range page.all("code") {
			named[code.text()] = true
		}
		for _, r := range s.standing(StandFail) {
			if !named[r.ID] {
				t.Errorf("%s: %s is not on the page", name, r.ID)
				break
			}
		}
		if !strings.Contains(page.text(), fmt.Sprintf("%d more, in brief: the NDJSON stream", s.Footer.Unexpected-listed)) {
			t.Errorf("%s: no pointer to the NDJSON stream", name)
		}
	}
}
