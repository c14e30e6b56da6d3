package runner_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
)

func parse(t *testing.T, text string) *runner.ExpectedFailures {
	t.Helper()
	x, err := runner.ParseExpectedFailures("expected-failures.txt", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestExpectedFailuresNamesTheLineOfEachFault(t *testing.T) {
	for _, test := range []struct{ line, fault string }{
		{"oss-v4/**  stringToSign", "oss-v4/** has no reason"},
		{"oss-v4/**  stringToSign  #", "oss-v4/** has no reason"},
		{"oss-v4/**  stringToSign  # \t ", "oss-v4/** has no reason"},
		{"oss-v4/**  # a reason", "PATTERN  PIN  # reason, link"},
		{"oss-v4/**  stringToSign url  # a reason", "PATTERN  PIN  # reason, link"},
		{"oss-v4/**  StringToSign  # a reason", `pin "StringToSign" is none of canonicalHeaders`},
		{"oss-v4/**  sig  # a reason", `pin "sig" is none of`},
		{"oss-v4/**  pass  # a reason", `pin "pass" is none of`},
		{"oss-v4/**  contested  # a reason", `pin "contested" is none of`},
		{"oss-v4/**  unsupported  # a reason", `pin "unsupported" is none of`},
		{"oss-v4/**  not-run  # a reason", `pin "not-run" is none of`},
		{"oss-v4//x  url  # a reason", "a part between slashes is empty"},
		{"oss-v4/a**  url  # a reason", "** must be a part of its own"},
	} {
		text := "# comment\n\n" + test.line + "\noss-v1/** crash # fine\n"
		x, err := runner.ParseExpectedFailures("list.txt", strings.NewReader(text))
		if x != nil || err == nil || !strings.HasPrefix(err.Error(), "list.txt:3: ") || !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%q: error is %v, want list.txt:3 and %q", test.line, err, test.fault)
		}
	}
	_, err := runner.ParseExpectedFailures("list.txt", strings.NewReader("a/b  sig  # x\n# fine\na/b  url\n"))
	if err == nil || !strings.Contains(err.Error(), "list.txt:1: ") || !strings.Contains(err.Error(), "list.txt:3: ") {
		t.Errorf("two faults: error is %v", err)
	}
}

func TestEveryPlaceOfAFailureIsAPin(t *testing.T) {
	for _, r := range []reports.Result{
		failed("a/b/c", "canonicalRequest"), failed("a/b/c", "form"),
		diverged("a/b/c", "unsigned"), diverged("a/b/c", "parameter"),
		{ID: "a/b/c", Outcome: reports.Fail},
		{ID: "a/b/c", Outcome: reports.Flaky}, {ID: "a/b/c", Outcome: reports.RejectedWrongly}, {ID: "a/b/c", Outcome: reports.AcceptedWrongly},
		{ID: "a/b/c", Outcome: reports.Crash}, {ID: "a/b/c", Outcome: reports.Timeout}, {ID: "a/b/c", Outcome: reports.AdapterError},
		{ID: "a/b/c", Outcome: reports.ProtocolError},
	} {
		results := []reports.Result{r}
		problems := parse(t, "a/b/c  "+r.Place()+"  # known").Apply(results)
		if len(problems) > 0 || results[0].Expectation == nil || !results[0].Expectation.Met {
			t.Errorf("%s: problems %q, expectation %+v", r.Place(), problems, results[0].Expectation)
		}
	}
}

func failed(id, stage string) reports.Result {
	return reports.Result{Type: "result", ID: id, Level: "must", Outcome: reports.Fail, Stage: stage, Message: stage + " differs"}
}

func diverged(id, kind string) reports.Result {
	return reports.Result{Type: "result", ID: id, Level: "must", Outcome: reports.Fail, Divergence: kind, Message: "a " + kind + " is lost"}
}

func passing(id string) reports.Result {
	return reports.Result{Type: "result", ID: id, Level: "must", Outcome: reports.Pass}
}

func TestExpectedFailuresTurnARunGreenOnlyWhereTheyHold(t *testing.T) {
	for _, test := range []struct {
		name    string
		list    string
		results []reports.Result
		problem string // in the footer; "": none
		red     int    // results that turn the run red
	}{
		{"listed and fails there", "a/b/t/x  signature  # r", []reports.Result{failed("a/b/t/x", "signature")}, "", 0},
		{"not listed", "a/b/t/x  signature  # r", []reports.Result{failed("a/b/t/x", "signature"), failed("a/b/t/y", "signature")}, "", 1},
		{"listed and passes", "a/b/t/x  signature  # r", []reports.Result{passing("a/b/t/x")}, "stale expected failure", 0},
		{"fails at another stage", "a/b/t/x  signature  # r", []reports.Result{failed("a/b/t/x", "stringToSign")}, "", 1},
		{"fails with another outcome", "a/b/t/x  signature  # r", []reports.Result{{ID: "a/b/t/x", Outcome: reports.Crash}}, "", 1},
		{"fails with another divergence", "a/b/t/x  header  # r", []reports.Result{diverged("a/b/t/x", "token")}, "", 1},
		{"matches nothing", "a/b/t/x  signature  # r\na/b/t/gone  signature  # r", []reports.Result{failed("a/b/t/x", "signature")}, "a/b/t/gone", 0},
		{"wildcard and all fail there", "a/b/**  signature  # r", []reports.Result{failed("a/b/t/x", "signature"), failed("a/b/u/y", "signature")}, "", 0},
		{"wildcard and one fails elsewhere", "a/b/**  signature  # r", []reports.Result{failed("a/b/t/x", "signature"), failed("a/b/u/y", "url")}, "", 1},
		{"wildcard and one passes", "a/b/**  signature  # r", []reports.Result{failed("a/b/t/x", "signature"), passing("a/b/u/y")}, "a/b/u/y (pass)", 0},
		{"the pin fail holds for any failure", "a/b/**  fail  # r", []reports.Result{failed("a/b/t/x", "signature"), diverged("a/b/t/y", "key")}, "", 0},
		{"the pin fail holds for no crash", "a/b/**  fail  # r", []reports.Result{{ID: "a/b/t/x", Outcome: reports.Crash}}, "", 1},
		{
			"several lines, one for each place", "a/b/**  signature  # r\na/b/t/y  url  # s",
			[]reports.Result{failed("a/b/t/x", "signature"), failed("a/b/t/y", "url")}, "", 0,
		},
		{
			"several lines, the second holds by its outcome", "a/b/**  crash  # r\na/b/t/y  fail  # s",
			[]reports.Result{{ID: "a/b/t/x", Outcome: reports.Crash}, failed("a/b/t/y", "url")}, "", 0,
		},
		{"several lines and none holds", "a/b/**  signature  # r\na/b/t/y  url  # s", []reports.Result{failed("a/b/t/y", "form")}, "", 1},
		{"a reading is listed without it", "a/b/t/x  signature  # r", []reports.Result{failed("a/b/t/x@other", "signature")}, "", 0},
		{"unsupported is not excused", "a/b/t/x  crash  # r", []reports.Result{{ID: "a/b/t/x", Outcome: reports.Unsupported}}, "(unsupported)", 0},
		{"not run is not excused", "a/b/t/x  crash  # r", []reports.Result{{ID: "a/b/t/x", Outcome: reports.NotRun}}, "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			results := append(test.results, passing("c/d/t/control"))
			problems := parse(t, test.list).Apply(results)
			f := reports.Conclude(reports.Header{}, results, problems, false)
			if test.problem == "" && len(f.Problems) > 0 || test.problem != "" && !problem(f, test.problem) {
				t.Errorf("problems are %q, want %q", f.Problems, test.problem)
			}
			if f.Unexpected != test.red {
				t.Errorf("%d unexpected failures, want %d", f.Unexpected, test.red)
			}
			if green := test.problem == "" && test.red == 0; f.AsExpected != green {
				t.Errorf("as expected: %t", f.AsExpected)
			}
		})
	}
}

func TestTheReasonOfAnExpectedFailureReachesItsResult(t *testing.T) {
	results := []reports.Result{failed("a/b/t/x", "signature"), passing("a/b/t/y")}
	parse(t, "a/b/*/x  signature  # the SDK trims keys, https://example.org/issues/7#note-2\n").Apply(results)
	want := reports.Expectation{Pattern: "a/b/*/x", Pin: "signature", Reason: "the SDK trims keys, https://example.org/issues/7#note-2", Met: true}
	if got := results[0].Expectation; got == nil || *got != want {
		t.Errorf("expectation is %+v, want %+v", got, want)
	}
	if results[1].Expectation != nil {
		t.Errorf("a result that is not listed has the expectation %+v", results[1].Expectation)
	}
}

func TestTheLineThatNamesThePlaceCounts(t *testing.T) {
	for _, list := range []string{"a/b/*/x  fail  # r\na/b/t/x  signature  # s\n", "a/b/t/x  signature  # s\na/b/*/x  fail  # r\n"} {
		results := []reports.Result{failed("a/b/t/x", "signature")}
		parse(t, list).Apply(results)
		if got := results[0].Expectation; got == nil || got.Pin != "signature" {
			t.Errorf("expectation is %+v of\n%s", got, list)
		}
	}
}

func rewrite(t *testing.T, x *runner.ExpectedFailures, results []reports.Result) string {
	t.Helper()
	var b strings.Builder
	if err := x.Rewrite(&b, results); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRewriteMendsWhatIsWrongAndKeepsTheRest(t *testing.T) {
	const list = `# What we know of.

# Keys:
a/b/keys/*     canonicalResource  # keys are trimmed, issue 7
a/b/t/fixed    signature          # goes
a/b/t/gone     signature          # goes too
a/b/mixed/**   signature          # one was mended, one fails elsewhere
a/b/t/moved    signature          # fails elsewhere now
	
# The end.
`
	results := []reports.Result{
		failed("a/b/keys/blank", "canonicalResource"), failed("a/b/keys/plus", "canonicalResource"),
		failed("a/b/mixed/one", "signature"), passing("a/b/mixed/two"), diverged("a/b/mixed/three", "token"),
		failed("a/b/t/moved", "url"), passing("a/b/t/fixed"),
		{ID: "a/b/t/new@reading", Outcome: reports.Crash, Message: "exit status 3; the end of its standard error:\nSegmentation fault #1"},
		{ID: "a/b/t/tomorrow", Outcome: reports.Fail, Stage: "url", Provisional: true},
		{ID: "a/b/t/other", Outcome: reports.Unsupported}, {ID: "a/b/t/contested", Outcome: reports.Contested},
	}
	const want = `# What we know of.

# Keys:
a/b/keys/*     canonicalResource  # keys are trimmed, issue 7
a/b/mixed/one  signature  # one was mended, one fails elsewhere
a/b/mixed/three  token  # one was mended, one fails elsewhere
a/b/t/moved  url  # fails elsewhere now
	
# The end.
a/b/t/new  crash  # not looked into yet: exit status 3; the end of its standard error: Segmentation fault 1
`
	got := rewrite(t, parse(t, list), results)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := rewrite(t, parse(t, got), results); again != got {
		t.Errorf("a second time\n%s", again)
	}
	if f := conclude(parse(t, got), results); !f.AsExpected {
		t.Errorf("the rewritten list is not green: %d unexpected, problems %q", f.Unexpected, f.Problems)
	}
}

func conclude(x *runner.ExpectedFailures, results []reports.Result) reports.Footer {
	return reports.Conclude(reports.Header{}, results, x.Apply(results), false)
}

// A list that is green stays as it is, byte for byte.
func TestRewriteLeavesAGreenListAlone(t *testing.T) {
	results := []reports.Result{
		failed("a/b/t/x", "signature"), failed("a/b/t/y", "url"), {ID: "a/b/t/w", Outcome: reports.Crash}, passing("a/b/u/z"),
		{ID: "a/b/t/tomorrow", Outcome: reports.Fail, Stage: "url", Provisional: true},
	}
	for _, list := range []string{
		"a/b/t/*  signature  # r\na/b/t/y  url  # an exception from the line above\na/b/t/w  crash  # s\n",
		"a/b/t/*  fail  # r\na/b/t/x  signature  # s\na/b/t/y  url  # s\na/b/t/w  crash  # s\n",
	} {
		if f := conclude(parse(t, list), results); !f.AsExpected {
			t.Errorf("not green: %d unexpected, problems %q\n%s", f.Unexpected, f.Problems, list)
		}
		if got := rewrite(t, parse(t, list), results); got != list {
			t.Errorf("got\n%s\nwant\n%s", got, list)
		}
	}
}

func TestRewriteBeginsAList(t *testing.T) {
	got := rewrite(t, parse(t, ""), []reports.Result{
		passing("a/b/t/x"), failed("a/b/t/y", "url"),
		{ID: "a/b/t/z", Outcome: reports.Timeout, Message: strings.Repeat("long ", 40)},
	})
	want := "a/b/t/y  url  # not looked into yet: url differs\n" +
		"a/b/t/z  timeout  # not looked into yet: " + strings.Repeat("long ", 24) + "…\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// The list of a whole SDK may be used for a part of it.
func TestAFilteredRunDoesNotComplainAboutLinesOfTheRest(t *testing.T) {
	const list = "oss-v1/header/**/put-acl-path-style-with-x-oss-header  header  # it loses one\n" +
		"oss-v4/header/twins-of-another-run/**  header  # in no run of this suite\n" +
		"oss-v4/header/basics/get-object-sts  header  # of a part that is not run\n"
	for _, test := range []struct {
		name string
		opts runner.Options
	}{
		{"profile", runner.Options{Profiles: []string{"oss-v1/header"}}},
		{"select", runner.Options{Select: told[:2]}},
		{"skip", runner.Options{Skip: []string{"oss-v4/**"}}},
		{"label", runner.Options{LabelFilter: "oss-v1"}},
		{"shard", runner.Options{Shard: runner.Shard{Index: 1, Count: 2}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opts.Start, test.opts.Expected = process("drops-header", nil), parse(t, list)
			f := run(t, test.opts).Footer
			if problem(f, "get-object-sts\" matches nothing") {
				t.Errorf("it complains about a vector of the rest: %q", f.Problems)
			}
			if !problem(f, "twins-of-another-run/**\" matches nothing") {
				t.Errorf("it does not complain about a line for no vector at all: %q", f.Problems)
			}
		})
	}
}

func TestExpectedFailuresOfARun(t *testing.T) {
	opts := func(list string) runner.Options {
		return runner.Options{Start: process("drops-header", nil), Select: told, Expected: parse(t, list)}
	}
	stream := run(t, opts("oss-v1/**  header  # it loses headers\noss-v4/header/published-sdk/*  header  # it loses headers\n"))
	if f := stream.Footer; reports.ExitCode(f) != 0 || f.Expected != 2 || f.Verdict != reports.Nonconformant {
		t.Errorf("exit code %d, %d expected failures, verdict %s", reports.ExitCode(f), f.Expected, f.Verdict)
		logAll(t, stream)
	}
	stream = run(t, opts("oss-v1/**  header  # it loses headers\n"))
	if f := stream.Footer; reports.ExitCode(f) != 1 || f.Expected != 1 || f.Unexpected != 1 {
		t.Errorf("one line too few: exit code %d, %d expected and %d unexpected failures", reports.ExitCode(f), f.Expected, f.Unexpected)
	}
	stream = run(t, opts("oss-v1/**  header  # it loses headers\noss-v4/header/**  header  # one of them passes\n"))
	if f := stream.Footer; reports.ExitCode(f) != 1 || !problem(f, "oss-v4/header/basics/get-object-sts (pass)") {
		t.Errorf("one line too wide: exit code %d, problems %q", reports.ExitCode(f), f.Problems)
	}
}
