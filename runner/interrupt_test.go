package runner_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// interrupted runs until n vectors are done and then is interrupted.
func interrupted(t *testing.T, n int, opts runner.Options) *reports.Stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	opts.Progress = func(p runner.Progress) {
		if p.Done == n {
			cancel()
		}
	}
	began := time.Now()
	stream, err := runner.Run(ctx, opts)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Minute {
		t.Errorf("it took %s to end", took)
	}
	return stream
}

func TestAnInterruptedRunSaysSo(t *testing.T) {
	for name, start := range map[string]func(context.Context) (subject.Subject, error){
		"process": process("honest", nil), "in process": here(subject.Reference{}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var recorded bytes.Buffer
			stream := interrupted(t, 5, runner.Options{Start: start, Parallel: 1, Recording: func() io.Writer { return &recorded }})
			f := stream.Footer
			if !f.Aborted || f.AsExpected || f.Verdict == reports.Conformant || reports.ExitCode(f) != 1 {
				t.Errorf("aborted %t, as expected %t, verdict %s", f.Aborted, f.AsExpected, f.Verdict)
			}
			whole := run(t, runner.Options{Start: here(subject.Reference{})})
			if !slices.Equal(ids(stream.Results), ids(whole.Results)) {
				t.Errorf("%d results, a whole run has %d", len(stream.Results), len(whole.Results))
			}
			if pass, not := f.Counts[reports.Pass], f.Counts[reports.NotRun]; pass < 5 || not == 0 || pass+not+f.Counts[reports.Timeout] != len(stream.Results) {
				t.Errorf("counts are %v", f.Counts)
			}
			// What was recorded of it must not be taken for a run.
			if _, err := subject.ReadRecording(&recorded); !errors.Is(err, subject.ErrNotWhole) {
				t.Errorf("reading its recording: error is %v", err)
			}
			// The judgements themselves are those of a whole run.
			for _, r := range stream.Results {
				i := slices.IndexFunc(whole.Results, func(w reports.Result) bool { return w.ID == r.ID })
				r.DurationNS, whole.Results[i].DurationNS = 0, 0
				if r.Outcome == reports.Pass && !reflect.DeepEqual(r, whole.Results[i]) {
					t.Errorf("%+v, in a whole run %+v", r, whole.Results[i])
				}
			}
		})
	}
}

func TestAnInterruptedRunIsJudgedWithGinkgoToo(t *testing.T) {
	stream := interrupted(t, 3, runner.Options{
		Start: here(subject.Reference{}), Parallel: 1, Select: []string{"oss-v4/**"}, Judge: ginkgo(),
	})
	if !stream.Footer.Aborted || stream.Footer.Counts[reports.Pass] < 3 {
		t.Errorf("aborted %t, counts %v", stream.Footer.Aborted, stream.Footer.Counts)
	}
}

// Who interrupts while it is judged comes too late: every case was asked, and
// what was observed is not thrown away.
func TestAnInterruptionWhileItIsJudgedLosesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	judge := ginkgo()
	stream, err := runner.Run(ctx, runner.Options{
		Start: here(subject.Reference{}), Select: told,
		Judge: func(ctx context.Context, set *vectors.Set, items []*spec.Item, observations []*subject.Observation) ([]reports.Result, error) {
			cancel()
			return judge(ctx, set, items, observations)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if f := stream.Footer; f.Aborted || f.Counts[reports.Pass] != len(told) {
		t.Errorf("aborted %t, counts %v", f.Aborted, f.Counts)
	}
}

// broken ends its questions with an error as soon as it is interrupted, as a
// connection does that is cut.
type broken struct{ asked chan struct{} }

func (b broken) Sign(ctx context.Context, _ string, _ signature.Carrier, _ *signature.Input) (*subject.Signed, error) {
	b.asked <- struct{}{}
	<-ctx.Done()
	return nil, errors.New("connection reset")
}

func TestWhatAnInterruptionBreaksIsNotTheSubjectsFault(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	signer := broken{make(chan struct{}, 1)}
	go func() { <-signer.asked; cancel() }()
	stream, err := runner.Run(ctx, runner.Options{Start: here(signer), Parallel: 1, Select: told})
	if err != nil {
		t.Fatal(err)
	}
	if f := stream.Footer; f.NotRun != len(told) || f.Verdict != reports.Partial {
		t.Errorf("verdict %s, counts %v", f.Verdict, f.Counts)
	}
}

// stuck signs nothing and returns never.
type stuck struct{ asked chan struct{} }

func (s stuck) Sign(context.Context, string, signature.Carrier, *signature.Input) (*subject.Signed, error) {
	s.asked <- struct{}{}
	select {}
}

func TestASignerThatHangsDoesNotHoldUpTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	signer := stuck{make(chan struct{}, 1)}
	go func() { <-signer.asked; cancel() }()
	stream, err := runner.Run(ctx, runner.Options{Start: here(signer), Parallel: 1, Select: told})
	if err != nil {
		t.Fatal(err)
	}
	if f := stream.Footer; !f.Aborted || f.Counts[reports.NotRun] != len(told) {
		t.Errorf("aborted %t, counts %v", f.Aborted, f.Counts)
	}
}

func TestARunThatIsInterruptedBeforeItBeginsDoesNotStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := runner.Run(ctx, runner.Options{Start: process("honest", nil)}); !errors.Is(err, runner.ErrNotStarted) {
		t.Errorf("error is %v", err)
	}
}

// A subject that dies now and then is flaky, and that is red.
func TestACrashThatDoesNotComeAgainIsFlaky(t *testing.T) {
	t.Parallel()
	stream := run(t, runner.Options{Start: process("crash-at-tenth", nil), Select: []string{"oss-v4/header/basics/*", "oss-v4/header/published-*/*"}, Parallel: 1})
	if f := stream.Footer; f.Counts[reports.Flaky] != 1 || f.Counts[reports.Pass] != len(stream.Results)-1 || reports.ExitCode(f) != 1 || f.Verdict != reports.Nonconformant {
		t.Errorf("counts %v, exit code %d, verdict %s", f.Counts, reports.ExitCode(f), f.Verdict)
		logAll(t, stream)
	}
}

// A question that always kills the subject takes its neighbours down. They are
// asked again, and are not called flaky for it.
func TestNeighboursOfACrashAreNotFlaky(t *testing.T) {
	t.Parallel()
	put, others := onePut(t)
	stream := run(t, runner.Options{Start: process("crash-on-put", nil), Select: append(others, put)})
	for _, r := range stream.Results {
		want := reports.Pass
		if r.ID == put {
			want = reports.Crash
		}
		if r.Outcome != want {
			t.Errorf("%s: %s, want %s: %s", r.ID, r.Outcome, want, r.Message)
		}
	}
	if f := stream.Footer; f.Counts[reports.Crash] != 1 || f.Counts[reports.Pass] != len(others) {
		t.Errorf("counts %v", f.Counts)
	}
}

// onePut picks a signature vector of a PUT, and more of other methods than are
// asked about at a time.
func onePut(t *testing.T) (put string, others []string) {
	t.Helper()
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range set.Cases() {
		switch {
		case c.IsVerifierCase() || len(c.Alternatives) > 0 || c.Profile() != "oss-v2/header":
		case c.Input.Request.Method == "PUT":
			put = c.ID
		case len(others) < 2*subject.DefaultParallel:
			others = append(others, c.ID)
		}
	}
	if put == "" || len(others) < 2*subject.DefaultParallel {
		t.Fatalf("too few vectors: PUT %q, %d others", put, len(others))
	}
	return put, others
}

// A subject that fails all the time is not asked again for each failure.
func TestManyCrashesAreNotAskedAgain(t *testing.T) {
	asked := 0
	counting := signerFunc(func(in *signature.Input) (*subject.Signed, error) {
		asked++
		panic("broken")
	})
	stream := run(t, runner.Options{Start: here(counting), Parallel: 1})
	if asked != len(stream.Results) || stream.Footer.Counts[reports.Crash] != asked {
		t.Errorf("asked %d times for %d vectors: %v", asked, len(stream.Results), stream.Footer.Counts)
	}
}

// An in-process signer that panics once is flaky too.
func TestAPanicThatDoesNotComeAgainIsFlaky(t *testing.T) {
	first := true
	once := honestBut(func(*signature.Input) {
		if first {
			first = false
			panic("cold cache")
		}
	})
	stream := run(t, runner.Options{Start: here(once, "oss-v1/header"), Parallel: 1})
	if f := stream.Footer; f.Counts[reports.Flaky] != 1 || f.Counts[reports.Pass] != len(stream.Results)-1 || reports.ExitCode(f) != 1 {
		t.Errorf("counts %v, exit code %d", f.Counts, reports.ExitCode(f))
	}
}

type signerFunc func(in *signature.Input) (*subject.Signed, error)

func (f signerFunc) Sign(_ context.Context, _ string, _ signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	return f(in)
}

// honestBut is the honest signer with something that happens first.
type honestBut func(in *signature.Input)

func (f honestBut) Sign(ctx context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	f(in)
	return subject.Reference{}.Sign(ctx, scheme, carrier, in)
}
