package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/flows"
	"github.com/countersign/countersign/internal/interop"
	"github.com/countersign/countersign/reports"
)

func TestFlowsAreToldOnTheLineOfTheirSubject(t *testing.T) {
	result := func(outcome reports.Outcome) flows.Result {
		return flows.Result{Result: reports.Result{Outcome: outcome}, Steps: 2}
	}
	known := result(reports.Fail)
	known.Expectation = &reports.Expectation{Met: true}
	if got := flowsText(nil); got != "" {
		t.Errorf("a server has flows: %q", got)
	}
	for want, list := range map[string][]flows.Result{
		", no flows: it sends nothing": nil,
		", flows 2/2 (4 steps)":        {result(reports.Pass), result(reports.Pass)},
		", flows 1/4 (10 steps, 1 known to fail, 1 contested, 1 left out)": {
			result(reports.Pass), known, result(reports.Contested), result(reports.Unsupported), result(reports.Timeout)},
	} {
		if got := flowsText(&interop.Flows{Results: list}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhatTheExitCodeSays(t *testing.T) {
	program := &interop.Program{Name: "sdk", Language: "go"}
	judged := func(asExpected, isolated bool) interop.Outcome {
		return interop.Outcome{Program: program, Judged: &interop.Judged{Isolated: isolated, Compliance: reports.Compliance{AsExpected: asExpected}}}
	}
	good, bad, open := judged(true, true), judged(false, true), judged(true, false)
	broken := interop.Outcome{Program: program, Err: errors.New("it does not start")}
	missing := interop.Outcome{Program: program, Missing: []*interop.Tool{{Name: "cobol"}}}
	for _, test := range []struct {
		what             string
		outcomes         []interop.Outcome
		want, requireAll int
	}{
		{"as expected", []interop.Outcome{good, good}, 0, 0},
		{"one is not as expected", []interop.Outcome{good, bad}, exitUnexpected, exitUnexpected},
		{"one is not judged", []interop.Outcome{good, broken}, exitNotRun, exitNotRun},
		{"one is not as expected and one not judged", []interop.Outcome{bad, broken}, exitNotRun, exitNotRun},
		{"a toolchain is missing", []interop.Outcome{good, missing}, 0, exitNotRun},
		{"all toolchains are missing", []interop.Outcome{missing, missing}, exitNotRun, exitNotRun},
		{"nothing says that it keeps to loopback", []interop.Outcome{good, open}, 0, exitNotRun},
		{"nothing was there to be judged", nil, exitNotRun, exitNotRun},
	} {
		for requireAll, want := range map[bool]int{false: test.want, true: test.requireAll} {
			f := flags{requireAll: requireAll}
			if got := exitCode(t.Context(), f.conclude(test.outcomes, time.Second)); got != want {
				t.Errorf("%s, all required %t: exit code %d, want %d", test.what, requireAll, got, want)
			}
		}
	}
	if got := exitCode(t.Context(), errors.New("unknown flag")); got != exitUsage {
		t.Errorf("wrong usage: exit code %d", got)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if got := exitCode(interrupted, notRun("interrupted")); got != exitInterrupted {
		t.Errorf("interrupted: exit code %d", got)
	}
}
