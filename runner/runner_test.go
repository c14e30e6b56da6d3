package runner_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// The test binary runs itself: "liar NAME" is an adapter, "judge IN OUT" the
// process that judges with Ginkgo. Neither ever runs the tests again.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "liar":
		liars.Main(strings.Join(os.Args[2:], " "))
	case len(os.Args) > 1 && os.Args[1] == "judge":
		if err := runner.ServeJudge(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each child ends a second late under -race
	flag.Parse()
	flag.Set("test.parallel", "8") // they wait for deadlines, not for a processor
	os.Exit(m.Run())
}

// process starts a liar, or the honest one, as an adapter process.
func process(name string, change func(*subject.ProcessOptions)) func(context.Context) (subject.Subject, error) {
	return func(ctx context.Context) (subject.Subject, error) {
		opts := subject.ProcessOptions{Command: []string{os.Args[0], "liar", name}, Timeout: time.Minute}
		if change != nil {
			change(&opts)
		}
		p, err := subject.StartProcess(ctx, opts)
		if err != nil {
			return nil, err // not p: a nil *Process is not a nil Subject
		}
		return p, nil
	}
}

func hurried(o *subject.ProcessOptions) { o.Timeout = 200 * time.Millisecond }

// here starts a signer of this process.
func here(signer subject.Signer, profiles ...string) func(context.Context) (subject.Subject, error) {
	if len(profiles) == 0 {
		profiles = liars.Profiles()
	}
	return func(context.Context) (subject.Subject, error) {
		return subject.InProcess(subject.Identity{Name: "here", Version: "1.0"}, profiles, signer), nil
	}
}

func run(t *testing.T, opts runner.Options) *reports.Stream {
	t.Helper()
	stream, err := runner.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func load(t testing.TB) *vectors.Set {
	t.Helper()
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// outcomes says of each result its outcome, and for a failure where it is.
func outcomes(results []reports.Result) map[string]string {
	out := map[string]string{}
	for _, r := range results {
		outcome := string(r.Outcome)
		if r.Outcome == reports.Fail {
			outcome = r.Place()
		}
		out[r.ID] = outcome
	}
	return out
}

func ids(results []reports.Result) []string {
	var out []string
	for _, r := range results {
		out = append(out, r.ID)
	}
	return out
}

// problem reports whether the footer names a problem that holds all the words.
func problem(f reports.Footer, words ...string) bool {
	return slices.ContainsFunc(f.Problems, func(problem string) bool {
		for _, word := range words {
			if !strings.Contains(problem, word) {
				return false
			}
		}
		return true
	})
}

func logAll(t *testing.T, stream *reports.Stream) {
	t.Helper()
	for _, r := range stream.Results {
		if r.Outcome != reports.Pass {
			t.Logf("%s: %s %s %s", r.ID, r.Outcome, r.Place(), r.Message)
		}
	}
	for _, p := range stream.Footer.Problems {
		t.Log("problem:", p)
	}
}
