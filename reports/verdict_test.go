package reports

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const profile = "oss-v4/header"

// conclude concludes a run over one profile.
func conclude(results ...Result) Footer {
	h := header()
	h.Profiles = []string{profile}
	return Conclude(h, results, nil, false)
}

func of(name string, outcome Outcome, changes ...func(*Result)) Result {
	r := Result{ID: profile + "/theme/" + name, Level: "must", Outcome: outcome}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func should(r *Result)      { r.Level = "should" }
func provisional(r *Result) { r.Provisional = true }
func listed(r *Result) {
	r.Expectation = &Expectation{Pattern: r.ID, Pin: "p", Reason: "known", Met: true}
}
func elsewhere(r *Result) { r.Expectation = &Expectation{Pattern: r.ID, Pin: "p", Reason: "known"} }

func caused(r *Result)    { r.Diagnosis = because("proof") }
func suspected(r *Result) { r.Diagnosis = because("suspicion") }

func because(confidence string) *Diagnosis {
	return &Diagnosis{Causes: []Cause{{ID: "C13", Name: "Date", Confidence: confidence}}}
}

func TestConcludeDecidesVerdictAndExitCode(t *testing.T) {
	pass := of("pass", Pass)
	for _, c := range []struct {
		name    string
		other   Result
		verdict Verdict
		exit    int
	}{
		{"all pass", of("x", Pass), Conformant, 0},
		{"a failure", of("x", Fail), Nonconformant, 1},
		{"a failure of a should-case", of("x", Fail, should), Nonconformant, 1},
		{"flaky is not passed", of("x", Flaky), Nonconformant, 1},
		{"flaky and listed", of("x", Flaky, listed), Nonconformant, 0},
		{"rejected wrongly", of("x", RejectedWrongly), Nonconformant, 1},
		{"accepted wrongly", of("x", AcceptedWrongly), Nonconformant, 1},
		{"adapter error", of("x", AdapterError), Nonconformant, 1},
		{"crash", of("x", Crash), Nonconformant, 1},
		{"timeout", of("x", Timeout), Nonconformant, 1},
		{"protocol error", of("x", ProtocolError), Nonconformant, 1},
		{"an outcome nobody knows", of("x", "?"), Nonconformant, 1},
		{"not run", of("x", NotRun), Partial, 1},
		{"expected failure", of("x", Fail, listed), Nonconformant, 0},
		{"expected failure that fails elsewhere", of("x", Fail, elsewhere), Nonconformant, 1},
		{"expected failure that passes", of("x", Pass, elsewhere), Conformant, 1},
		{"expected failure that is unsupported", of("x", Unsupported, elsewhere), Partial, 1},
		{"expected failure that is contested", of("x", Contested, elsewhere), Conformant, 1},
		{"listed as unsupported", of("x", Unsupported, listed), Partial, 0},
		{"unsupported must-case", of("x", Unsupported), Partial, 0},
		{"unsupported should-case", of("x", Unsupported, should), Conformant, 0},
		{"contested", of("x", Contested), Conformant, 0},
		{"provisional failure", of("x", Fail, provisional), Conformant, 0},
		{"provisional crash", of("x", Crash, provisional), Conformant, 0},
		{"provisional and unsupported", of("x", Unsupported, provisional), Conformant, 0},
		{"provisional under a wildcard, failing elsewhere", of("x", Fail, provisional, elsewhere), Conformant, 0},
		{"provisional under a wildcard, passing", of("x", Pass, provisional, elsewhere), Conformant, 0},
	} {
		f := conclude(pass, c.other)
		if f.Verdict != c.verdict || f.Profiles[0].Verdict != c.verdict || ExitCode(f) != c.exit {
			t.Errorf("%s: run %s, profile %s, exit %d; want %s and %d (problems %q)",
				c.name, f.Verdict, f.Profiles[0].Verdict, ExitCode(f), c.verdict, c.exit, f.Problems)
		}
	}
}

func TestNothingProvenIsRed(t *testing.T) {
	for name, results := range map[string][]Result{
		"no results":               nil,
		"nothing but unsupported":  {of("a", Unsupported), of("b", Unsupported, should)},
		"nothing but contested":    {of("a", Contested)},
		"all crashed, all listed":  {of("a", Crash, listed), of("b", AdapterError, listed)},
		"all failed, provisional":  {of("a", Fail, provisional)},
		"nothing but flaky":        {of("a", Flaky, listed)},
		"all failed, all listed":   {of("a", Fail, listed), of("b", Fail, listed, suspected)},
		"a proven cause, unlisted": {of("a", Fail, caused)},
		"a proven cause elsewhere": {of("a", Fail, caused, elsewhere)},
	} {
		f := conclude(results...)
		if f.AsExpected || ExitCode(f) != 1 || f.Verdict == Conformant ||
			!slices.ContainsFunc(f.Problems, func(p string) bool { return strings.HasPrefix(p, "nothing was proven") }) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// A signature that a known cause explains is proof that the subject signs.
func TestAnExpectedFailureOfAProvenCauseProvesSomething(t *testing.T) {
	f := conclude(of("a", Fail, caused, listed), of("b", RejectedWrongly, listed))
	if !f.AsExpected || ExitCode(f) != 0 || f.Verdict != Nonconformant {
		t.Errorf("%+v", f)
	}
}

func TestAProfileWithoutAPassIsNotConformant(t *testing.T) {
	h := header() // declares three profiles
	f := Conclude(h, []Result{of("a", Pass), {ID: "oss-v1/header/x/y", Level: "should", Outcome: Unsupported}}, nil, false)
	verdicts := map[string]Verdict{}
	for _, p := range f.Profiles {
		verdicts[p.Profile] = p.Verdict
	}
	want := map[string]Verdict{"oss-v4/header": Conformant, "oss-v1/header": Partial, "oss-v4/query": Partial}
	if !reflect.DeepEqual(verdicts, want) || f.Verdict != Partial {
		t.Errorf("got %v, run %s", verdicts, f.Verdict)
	}
}

func TestAFilteredOrAbortedRunIsNotConformant(t *testing.T) {
	h := header()
	h.Selection = []string{"--select oss-v4/header/theme/*"}
	f := Conclude(h, []Result{of("a", Pass)}, nil, false)
	if len(f.Profiles) != 1 || f.Verdict != Partial || !f.AsExpected {
		t.Errorf("filtered: %+v", f)
	}
	f = Conclude(header(), []Result{of("a", Pass)}, nil, true)
	if f.Verdict != Partial || f.AsExpected || !f.Aborted || ExitCode(f) != 1 {
		t.Errorf("aborted: %+v", f)
	}
}

func TestProblemsNameTheirCause(t *testing.T) {
	var results []Result
	for i := range 7 {
		r := of(fmt.Sprintf("stale%d", i), Pass)
		r.Expectation = &Expectation{Pattern: "oss-v4/header/**", Pin: "stringToSign", Reason: "x"}
		results = append(results, r)
	}
	results = append(results, of("twice", Pass), of("twice", Fail))
	f := Conclude(header(), results, []string{"pattern a/** matches nothing"}, false)
	if len(f.Problems) != 3 {
		t.Fatalf("got %q", f.Problems)
	}
	for i, want := range []string{"pattern a/** matches nothing", "theme/twice has 2 results", `the line "oss-v4/header/**" with pin "stringToSign"`} {
		if !strings.Contains(f.Problems[i], want) {
			t.Errorf("problem %d: %q, want %q in it", i, f.Problems[i], want)
		}
	}
	if !strings.Contains(f.Problems[2], "stale0 (pass)") || !strings.Contains(f.Problems[2], "and 2 more") {
		t.Errorf("got %q", f.Problems[2])
	}
}

func drawResults(t *rapid.T) []Result {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Result {
		r := Result{
			ID:          rapid.SampledFrom([]string{"oss-v1/header", "oss-v4/query", "obs-v2/form"}).Draw(t, "profile") + "/t/" + rapid.StringMatching(`[a-z]{6}`).Draw(t, "name"),
			Level:       rapid.SampledFrom(Levels).Draw(t, "level"),
			Outcome:     rapid.SampledFrom(Outcomes).Draw(t, "outcome"),
			Provisional: rapid.Bool().Draw(t, "provisional"),
		}
		if rapid.Bool().Draw(t, "listed") {
			r.Expectation = &Expectation{Pattern: r.ID, Pin: "p", Reason: "r", Met: rapid.Bool().Draw(t, "met")}
		}
		return r
	}), 0, 12).Draw(t, "results")
}

func TestConcludeIsIdempotentAndIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		results := drawResults(t)
		aborted := rapid.Bool().Draw(t, "aborted")
		f := Conclude(header(), results, []string{"given"}, aborted)
		slices.Reverse(results)
		if again := Conclude(header(), results, f.Problems, aborted); !reflect.DeepEqual(f, again) {
			t.Fatalf("first %+v\nagain %+v", f, again)
		}
	})
}

func TestTheColumnsOfTheTableAddUpToAllResults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		results := drawResults(t)
		total := 0
		for _, p := range Conclude(header(), results, nil, false).Profiles {
			for _, c := range columns {
				total += c.Count(p)
			}
		}
		if total != len(results) {
			t.Fatalf("columns count %d of %d results", total, len(results))
		}
	})
}
