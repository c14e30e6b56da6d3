package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// endings reads a run as one of the two forms.
func endings(t rapid.TB, name, form string, s *Stream) *Endings {
	t.Helper()
	kind := map[string]string{"stream": "ndjson", "compliance": "json"}[form]
	e, err := ReadEndings(name, []byte(render(t, kind, s)))
	if err != nil {
		t.Fatal(err)
	}
	if e.Form != form {
		t.Fatalf("%s was read as a %s", form, e.Form)
	}
	return e
}

// always is a suite that had every case at every time.
func always(string, string) (had, known bool) { return true, true }

func outcome(id string, outcome Outcome, stage string) Result {
	return Result{ID: "oss-v4/header/" + id, Level: "must", Outcome: outcome, Stage: stage}
}

func TestEveryChangeIsTold(t *testing.T) {
	const stage, other = "stringToSign", "signature"
	all := map[string]struct {
		a, b Result
		want Change
	}{
		"a/pass-pass":        {outcome("", Pass, ""), outcome("", Pass, ""), ""},
		"a/pass-fail":        {outcome("", Pass, ""), outcome("", Fail, stage), Regressed},
		"a/pass-flaky":       {outcome("", Pass, ""), outcome("", Flaky, ""), Regressed},
		"a/pass-not-run":     {outcome("", Pass, ""), outcome("", NotRun, ""), Regressed},
		"a/pass-unsupported": {outcome("", Pass, ""), outcome("", Unsupported, ""), Regressed},
		"a/contested-fail":   {outcome("", Contested, stage), outcome("", Fail, stage), Regressed},
		"a/unsupported-fail": {outcome("", Unsupported, ""), outcome("", Crash, ""), Regressed},
		"a/fail-pass":        {outcome("", Fail, stage), outcome("", Pass, ""), Fixed},
		"a/flaky-pass":       {outcome("", Flaky, ""), outcome("", Pass, ""), Fixed},
		"a/fail-fail":        {outcome("", Fail, stage), outcome("", Fail, stage), StillFailing},
		"a/fail-elsewhere":   {outcome("", Fail, stage), outcome("", Fail, other), Changed},
		"a/fail-flaky":       {outcome("", Fail, stage), outcome("", Flaky, ""), Changed},
		"a/fail-unsupported": {outcome("", Fail, stage), outcome("", Unsupported, ""), Changed},
		"a/fail-contested":   {outcome("", Fail, stage), outcome("", Contested, stage), Changed},
		"a/contested-pass":   {outcome("", Contested, stage), outcome("", Pass, ""), Changed},
		"a/pass-contested":   {outcome("", Pass, ""), outcome("", Contested, stage), Changed},
	}
	var a, b []Result
	for id, test := range all {
		test.a.ID, test.b.ID = "oss-v4/header/"+id, "oss-v4/header/"+id
		a, b = append(a, test.a), append(b, test.b)
	}
	for _, forms := range [][2]string{{"stream", "stream"}, {"compliance", "stream"}, {"stream", "compliance"}, {"compliance", "compliance"}} {
		d := Compare(endings(t, "a", forms[0], streamOf(a...)), endings(t, "b", forms[1], streamOf(b...)), always)
		got := map[string]Change{}
		for _, c := range d.Cases {
			got[strings.TrimPrefix(c.ID, "oss-v4/header/")] = c.Change
		}
		for id, test := range all {
			if got[id] != test.want {
				t.Errorf("%v: %s is %q, want %q", forms, id, got[id], test.want)
			}
		}
		if !d.Regressed() || d.Counts[Regressed] != 6 || d.Counts[Added]+d.Counts[Removed] > 0 {
			t.Errorf("%v: counts are %v", forms, d.Counts)
		}
	}
}

func TestCasesOfOneRunOnly(t *testing.T) {
	a := streamOf(passing("oss-v4/header/a/stays"), passing("oss-v4/header/a/goes"), outcome("a/goes-failing", Fail, "url"))
	b := streamOf(passing("oss-v4/header/a/stays"), passing("oss-v4/header/a/comes"), outcome("a/comes-failing", Fail, "url"))
	d := Compare(endings(t, "a", "stream", a), endings(t, "b", "stream", b), always)
	if d.Regressed() || d.Counts[Added] != 2 || d.Counts[Removed] != 2 || d.Passes[Added] != 1 || d.Passes[Removed] != 1 || len(d.Cases) != 2 {
		t.Errorf("got %+v", d)
	}
}

// A reading is how a contested rule is followed, and not another case.
func TestAnotherReadingIsTheSameCase(t *testing.T) {
	d := Compare(endings(t, "a", "stream", streamOf(passing("oss-v4/header/a/b@one"))), endings(t, "b", "stream", streamOf(outcome("a/b@two", Fail, "url"))), always)
	if len(d.Cases) != 1 || d.Cases[0].Change != Regressed || d.Cases[0].ID != "oss-v4/header/a/b" {
		t.Errorf("got %+v", d.Cases)
	}
	both := streamOf(passing("oss-v4/header/a/b@one"), passing("oss-v4/header/a/b@two"))
	if _, err := ReadEndings("both", []byte(ndjson(t, both))); err == nil || !strings.Contains(err.Error(), "oss-v4/header/a/b has two results") {
		t.Errorf("two readings of one case: %v", err)
	}
}

// What a compliance report does not tell counts against the second run.
func TestWhatCannotBeToldIsNoImprovement(t *testing.T) {
	failing, clean := streamOf(outcome("a/b", Fail, "url"), passing("oss-v4/header/a/c")), streamOf(passing("oss-v4/header/a/c"))
	filtered := func() *Stream {
		h := header()
		h.Selection = []string{"skip oss-v4/header/a/b"}
		return &Stream{Header: h, Results: clean.Results, Footer: Conclude(h, clean.Results, nil, false)}
	}
	elsewhere := func() *Stream {
		s := *clean
		s.Header.Profiles = []string{"oss-v1/query"}
		s.Results = []Result{passing("oss-v1/query/a/c")}
		s.Footer = Conclude(s.Header, s.Results, nil, false)
		return &s
	}
	never := func(string, string) (bool, bool) { return false, true }
	nobody := func(string, string) (bool, bool) { return false, false }
	for name, test := range map[string]struct {
		a, b *Stream
		had  Had
		want Change
	}{
		"the suite had it, and it passed":  {clean, failing, always, Regressed},
		"the suite did not have it":        {clean, failing, never, Added},
		"nobody knows":                     {clean, failing, nobody, Regressed},
		"the report left out cases":        {filtered(), failing, always, Regressed},
		"another profile":                  {elsewhere(), failing, always, Added},
		"it does not fail any more":        {failing, clean, always, Fixed},
		"it was withdrawn":                 {failing, clean, nobody, Removed},
		"the second run left out cases":    {failing, filtered(), always, Removed},
		"the second is of other profiles":  {failing, elsewhere(), always, Removed},
		"the second suite did not have it": {failing, clean, never, Removed},
	} {
		d := Compare(endings(t, "a", "compliance", test.a), endings(t, "b", "compliance", test.b), test.had)
		if len(d.Cases) != 1 || d.Cases[0].Change != test.want {
			t.Errorf("%s: got %+v, want %s", name, d.Cases, test.want)
		}
	}
}

func TestWhatMakesAComparisonLessIsNoted(t *testing.T) {
	other := streamOf(passing("oss-v4/header/a/c"))
	other.Header.Subject.Name, other.Header.VectorSetSHA256, other.Header.SuiteVersion = "other", strings.Repeat("0", 64), "0.0.9"
	other.Header.Profiles = append(other.Header.Profiles, "oss-v4/form")
	other.Footer = Conclude(other.Header, other.Results, nil, true)
	d := Compare(endings(t, "old.json", "compliance", other), endings(t, "new.ndjson", "stream", aRun()), always)
	text := strings.Join(d.Notes, "\n")
	for _, want := range []string{"different ones: other 1.3.0 and alibabacloud", "old.json is of a run that left out cases", "not about oss-v4/form any more",
		"different vectors: suite 0.0.9 and 0.1.0", "old.json does not list what passed"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if same := Compare(endings(t, "a", "stream", aRun()), endings(t, "b", "stream", aRun()), always); len(same.Notes) > 0 || same.Regressed() {
		t.Errorf("the same run twice: %+v", same)
	}
}

func TestWhatIsNoRunIsNotCompared(t *testing.T) {
	cut, _, _ := strings.Cut(ndjson(t, aRun()), `{"type":"footer"`)
	for text, says := range map[string]string{
		"": "no footer", "{}": "neither a stream of results", cut: "no footer", "prose": "neither a stream", `{"schema":7}`: "schema is version 7",
	} {
		if _, err := ReadEndings("x", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "x") || !strings.Contains(err.Error(), says) {
			t.Errorf("%.20q: %v, want %q", text, err, says)
		}
	}
}

func TestDiffFollowsItsSchema(t *testing.T) {
	schema := compile(t, "diff")
	b := streamOf(append(resultsOfARun(), passing("oss-v4/header/a/new"), outcome("a/worse", Fail, "url"))...)
	b.Results[1] = outcome("published/put-object", Timeout, "")
	b.Footer = Conclude(b.Header, b.Results, nil, false)
	for _, form := range []string{"stream", "compliance"} {
		var text bytes.Buffer
		if err := WriteDiffJSON(&text, Compare(endings(t, "a", form, aRun()), endings(t, "b", "stream", b), always)); err != nil {
			t.Fatal(err)
		}
		if err := validate(t, schema, text.String()); err != nil {
			t.Errorf("%s: %v", form, err)
		}
		if err := validate(t, schema, strings.Replace(text.String(), "{", `{"extra":1,`, 1)); err == nil {
			t.Error("accepted an unknown member")
		}
	}
	empty := &Diff{Counts: map[Change]int{}, Passes: map[Change]int{}}
	if text, err := json.Marshal(empty); err != nil || validate(t, schema, string(text)) == nil {
		t.Errorf("an empty comparison is accepted: %v", err)
	}
}

// The lines of each form do not depend on what is in the texts, and no control
// sequence gets through.
func TestDiffsSurviveAnyByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Compare(endings(t, "a", "stream", awkwardOnce(t)), endings(t, "b", "stream", awkwardOnce(t)), always)
		var text, markdown, again bytes.Buffer
		if err := WriteDiff(&text, d, Layout{}); err != nil {
			t.Fatal(err)
		}
		if err := WriteDiffMarkdown(&markdown, d); err != nil {
			t.Fatal(err)
		}
		if err := WriteDiffJSON(&again, d); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(again.String(), "\ufffd") {
			t.Fatalf("a character was replaced:\n%s", &again)
		}
		for _, out := range []string{text.String(), markdown.String()} {
			if i := strings.IndexFunc(out, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == '\u202e' }); i >= 0 {
				t.Fatalf("a control character at %d of %q", i, out)
			}
		}
		plain := d.Redact(func(text string) string {
			if text == "" {
				return ""
			}
			return "x"
		})
		var want bytes.Buffer
		if err := WriteDiffMarkdown(&want, plain); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Count(markdown.String(), "\n"), strings.Count(want.String(), "\n"); got != want {
			t.Fatalf("%d lines, with plain texts %d:\n%s", got, want, &markdown)
		}
	})
}

// awkwardOnce is a run of one awkward result.
func awkwardOnce(t *rapid.T) *Stream {
	r := awkwardResult(t)
	r.ID, r.Expectation = "oss-v1/header/x/y", nil
	return streamOf(r)
}

func TestADiffAsAJobSummaryStaysShort(t *testing.T) {
	var results []Result
	for _, r := range manyFailures(4000).Results {
		r.Message = strings.Repeat("long ", 1000)
		results = append(results, r)
	}
	clean := make([]Result, len(results))
	for i, r := range results {
		clean[i] = passing(r.ID)
	}
	d := Compare(endings(t, "a", "stream", streamOf(clean...)), endings(t, "b", "stream", streamOf(results...)), always)
	var out bytes.Buffer
	if err := WriteDiffMarkdown(&out, d); err != nil {
		t.Fatal(err)
	}
	if out.Len() > summaryLimit+200 || !strings.HasSuffix(out.String(), "have it all.\n") {
		t.Errorf("%d bytes, ending in %q", out.Len(), out.String()[max(0, out.Len()-80):])
	}
}
