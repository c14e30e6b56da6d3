package subject_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// start runs this test binary as the adapter of that name in adapters.
func start(t *testing.T, name string, change func(*subject.ProcessOptions)) *subject.Process {
	t.Helper()
	p, err := tryStart(t, name, change)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryStart(t *testing.T, name string, change func(*subject.ProcessOptions)) (*subject.Process, error) {
	t.Helper()
	if adapters[name] == nil {
		t.Fatalf("no adapter %q", name)
	}
	opts := subject.ProcessOptions{
		Command: []string{os.Args[0]},
		Env:     []string{adapterEnv + "=" + name, "GORACE=atexit_sleep_ms=0"}, // else ends a second late under -race
		Timeout: 20 * time.Second,                                              // only those who wait for a deadline set a short one
	}
	if change != nil {
		change(&opts)
	}
	p, err := subject.StartProcess(t.Context(), opts)
	if err == nil {
		t.Cleanup(func() { _ = p.Close() })
	}
	return p, err
}

func parallel(n int) func(*subject.ProcessOptions) {
	return func(o *subject.ProcessOptions) { o.Parallel = n }
}

func hurried(o *subject.ProcessOptions) { o.Timeout = 3 * time.Second }

func question(id string) *subject.SignQuestion {
	return &subject.SignQuestion{
		ID: id, Scheme: "oss-v4", Carrier: signature.InHeader,
		Input: &signature.Input{
			Request:     &wire.Request{Transport: "https", Method: "GET", Target: "/" + id, Headers: []wire.Header{{Name: "Host", Value: "b.example"}}},
			Bucket:      "b",
			Key:         id,
			Addressing:  signature.VirtualHost,
			Credentials: signature.Credentials{AccessKeyID: "AKID", AccessKeySecret: "not really secret"},
			Time:        time.Date(2022, 12, 28, 10, 27, 41, 0, time.UTC),
		},
	}
}

// one asks one question after the other, q1 to qn.
func one(p *subject.Process, n int) []*subject.Observation {
	var out []*subject.Observation
	for i := range n {
		out = append(out, p.Sign(context.Background(), question(fmt.Sprintf("q%d", i+1))))
	}
	return out
}

// all asks q1 to qn at once; they reach the adapter in any order.
func all(p *subject.Process, n int) []*subject.Observation {
	out := make([]*subject.Observation, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { out[i] = p.Sign(context.Background(), question(fmt.Sprintf("q%d", i+1))) })
	}
	wg.Wait()
	return out
}

func kinds(observations []*subject.Observation) string {
	var out []string
	for _, o := range observations {
		out = append(out, string(o.Kind))
	}
	return strings.Join(out, " ")
}

func count(observations []*subject.Observation, kind subject.Kind) int {
	n := 0
	for _, o := range observations {
		if o.Kind == kind {
			n++
		}
	}
	return n
}

// checkSigned checks that the answers are those to their questions.
func checkSigned(t *testing.T, observations []*subject.Observation) {
	t.Helper()
	for i, o := range observations {
		id := fmt.Sprintf("q%d", i+1)
		if got, _ := o.Stage(signature.SignatureValue); o.ID != id || o.Kind == subject.Answered && got != "signature of "+id {
			t.Errorf("observation %d has id %s and signature %q, want those of %s", i, o.ID, got, id)
		}
	}
}

func TestProcessTellsApartHowAdaptersMisbehave(t *testing.T) {
	for _, test := range []struct {
		adapter string
		change  func(*subject.ProcessOptions)
		want    string
		message string // in the first observation that is not answered
		closing string // in the error of Close; "": none
	}{
		{"good", nil, "answered answered answered", "", ""},
		{"adds fields of its own", nil, "answered answered", "", ""},
		{"says hello and exits", nil, "crash crash crash crash crash not-run not-run", "exit status 0", ""},
		{"crashes on every third", nil, "answered answered crash answered answered crash answered", "exit status 3); the end of its standard error:\nout of cheese", ""},
		{"crashes on every second", nil, "answered crash answered crash answered crash answered crash answered crash answered crash answered", "exit status 3", ""},
		{"ends after each answer", nil, "answered crash answered crash answered", "exit status 0", ""},
		{"dies by a signal on q2", nil, "answered crash answered", "signal: killed", ""},
		{"closes its output on q2", nil, "answered crash answered", "the adapter ended", ""},
		{"breaks off on q2", nil, "answered crash answered", "exit status 0", ""},
		{"hangs on q2", hurried, "answered timeout answered", "no answer within 3s", ""},
		{"is slow on q2", hurried, "answered timeout answered", "no answer within 3s", ""},
		{"garbage on q2", nil, "answered protocol-error answered", `one JSON object on one line, got "Traceback (most recent call last):"`, ""},
		{"array on q2", nil, "answered protocol-error answered", "one JSON object on one line", ""},
		{"null on q2", nil, "answered protocol-error answered", "one JSON object on one line", ""},
		{"no id on q2", nil, "answered protocol-error answered", `has the "id" of its question`, ""},
		{"number as id on q2", nil, "answered protocol-error answered", `"id" is the string that stood in the question, got "2"`, ""},
		{"endless line on q2", nil, "answered protocol-error answered", "line is over the size limit of 8388608 bytes", ""},
		{"invalid UTF-8 on q2", nil, "answered protocol-error answered", `a line is UTF-8, got "{`, ""},
		{"lone surrogate on q2", nil, "answered protocol-error answered", `lone surrogate \ud800`, ""},
		{"wrong id on q2", nil, "answered protocol-error answered", `the id of a question that was asked, got "nobody"`, ""},
		{"answers q2 twice", nil, "answered answered protocol-error answered", `a question is answered once, got "q2"`, ""},
		{"answers everything twice", nil, "answered protocol-error protocol-error protocol-error", `a question is answered once, got "q1"`, "a question is answered once"},
		{"no signature on q2", nil, "answered protocol-error answered", `has the stage "signature"`, ""},
		{"two outcomes on q2", nil, "answered protocol-error answered", `this one has "unsupported" and "stages"`, ""},
		{"no outcome on q2", nil, "answered protocol-error answered", "this one has none of them", ""},
		{"talks before each answer", nil, "protocol-error protocol-error protocol-error", `got "debug: signing"`, ""},
		{"talks after each answer", nil, "answered protocol-error protocol-error", `got "debug: signed"`, "debug: signed"},
		{"writes blank lines", nil, "answered answered answered", "", ""},
	} {
		t.Run(test.adapter, func(t *testing.T) {
			t.Parallel()
			p := start(t, test.adapter, test.change)
			observations := one(p, len(strings.Fields(test.want)))
			check(t, observations, test.want, test.message)
			checkSigned(t, observations)
			if err := p.Close(); test.closing == "" && err != nil || test.closing != "" && !contains(err, test.closing) {
				t.Errorf("Close: %v, want %q", err, test.closing)
			}
		})
	}
}

// equal compares what pointers point to, deeply.
func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
}

func contains(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }

func check(t *testing.T, observations []*subject.Observation, want, message string) {
	t.Helper()
	if got := kinds(observations); got != want {
		t.Errorf("kinds are %s\n       want %s", got, want)
		for _, o := range observations {
			t.Logf("%s: %s: %s", o.ID, o.Kind, o.Message)
		}
	}
	for _, o := range observations {
		if o.Kind == subject.Answered {
			continue
		}
		if !strings.Contains(o.Message, message) {
			t.Errorf("%s: message is %q, want %q in it", o.ID, o.Message, message)
		}
		if o.Stages != nil {
			t.Errorf("%s: %s has stages", o.ID, o.Kind)
		}
		return
	}
}

func TestProcessIsNotHeldUpByAnAdapterThatDoesNotRead(t *testing.T) {
	t.Parallel()
	p := start(t, "reads nothing", hurried)
	q := question("q1")
	q.Input.Request.Body = strings.Repeat("x", 1<<20) // more than a pipe takes
	check(t, []*subject.Observation{p.Sign(context.Background(), q)}, "timeout", "no answer within 3s, nor anything else")
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestProcessEndsAnAdapterThatFloods(t *testing.T) {
	t.Parallel()
	p := start(t, "floods after q1", nil)
	observations := one(p, 1)
	time.Sleep(time.Second) // a thousand lines are written long before
	for _, id := range []string{"q2", "q3"} {
		observations = append(observations, p.Sign(context.Background(), question(id)))
	}
	check(t, observations, "answered protocol-error answered", `got "tick" (written while no question was open)`)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestProcessPipelinesTenThousandQuestions(t *testing.T) {
	const n = 10_000
	for _, adapter := range []string{"good", "answers in reverse"} {
		p := start(t, adapter, parallel(64))
		began := time.Now()
		observations := all(p, n)
		t.Logf("%s: %d questions in %s", adapter, n, time.Since(began))
		if got := count(observations, subject.Answered); got != n {
			t.Errorf("%s: %d answered, want %d", adapter, got, n)
		}
		checkSigned(t, observations)
		if err := p.Close(); err != nil {
			t.Errorf("%s: Close: %v", adapter, err)
		}
	}
}

func TestProcessLosesOnlyTheQuestionAnAdapterHangsOn(t *testing.T) {
	for _, adapter := range []string{"hangs on q5", "hangs on q5, answers the others concurrently"} {
		t.Run(adapter, func(t *testing.T) {
			t.Parallel()
			p := start(t, adapter, func(o *subject.ProcessOptions) { o.Parallel, o.Timeout = 8, 5*time.Second })
			observations := all(p, 40)
			for i, o := range observations {
				want := subject.Answered
				if i == 4 {
					want = subject.TimedOut
				}
				if o.Kind != want {
					t.Errorf("%s: %s (%s), want %s", o.ID, o.Kind, o.Message, want)
				}
			}
			checkSigned(t, observations)
		})
	}
}

// Whoever allows answers to be held back has to ask again, one by one.
func TestProcessThatMayHoldAnswersBackHangsWithAllInFlight(t *testing.T) {
	t.Parallel()
	p := start(t, "holds answers back, and hangs on q5", func(o *subject.ProcessOptions) {
		o.Parallel, o.Timeout, o.Hold = 8, 5*time.Second, true
	})
	if observations := all(p, 8); count(observations, subject.TimedOut) != 8 {
		t.Errorf("kinds are %s, want 8 timeouts", kinds(observations))
	}
	for i := range 8 {
		id, want := fmt.Sprintf("q%d", i+1), subject.Answered
		if id == "q5" {
			want = subject.TimedOut
		}
		if o := p.Sign(context.Background(), question(id)); o.Kind != want {
			t.Errorf("%s alone: %s (%s), want %s", id, o.Kind, o.Message, want)
		}
	}
}

func TestProcessGivesEachQuestionItsTimeInTheQueueOfASlowAdapter(t *testing.T) {
	t.Parallel()
	// The last of eight is answered after four seconds.
	p := start(t, "takes 500 ms each", func(o *subject.ProcessOptions) { o.Parallel, o.Timeout = 8, 3*time.Second })
	if observations := all(p, 16); count(observations, subject.Answered) != 16 {
		t.Errorf("kinds are %s, want all answered: none takes longer than its deadline", kinds(observations))
	}
}

func TestProcessCrashTakesAllQuestionsInFlight(t *testing.T) {
	t.Parallel()
	p := start(t, "collects four and crashes, then is good", func(o *subject.ProcessOptions) {
		o.Parallel = 4
		o.Env = append(o.Env, markEnv+"="+filepath.Join(t.TempDir(), "crashed"))
	})
	observations := all(p, 12)
	if crashed := count(observations, subject.Crashed); crashed != 4 || count(observations, subject.Answered) != 8 {
		t.Errorf("kinds are %s, want 4 crash and 8 answered", kinds(observations))
	}
}

// arrivals is the standard error of an adapter that writes a line there for each
// question it has read.
type arrivals chan struct{}

func (a arrivals) Write(p []byte) (int, error) {
	for range bytes.Count(p, []byte("\n")) {
		a <- struct{}{}
	}
	return len(p), nil
}

func TestProcessChargesABrokenLineToOneQuestion(t *testing.T) {
	for _, test := range []struct{ adapter, want, message string }{
		{"collects four and cuts q3 short", "answered answered protocol-error answered", "one JSON object"},
		{"collects four and writes garbage for the first", "protocol-error answered answered answered", "charged to the question that had waited longest of 4"},
	} {
		t.Run(test.adapter, func(t *testing.T) {
			t.Parallel()
			arrived := make(arrivals, 4)
			p := start(t, test.adapter, func(o *subject.ProcessOptions) { o.Parallel, o.Stderr = 4, arrived })
			var wg sync.WaitGroup
			observations := make([]*subject.Observation, 4)
			for i := range observations { // one after the other, and all in flight at the end
				wg.Go(func() { observations[i] = p.Sign(context.Background(), question(fmt.Sprintf("q%d", i+1))) })
				<-arrived
			}
			wg.Wait()
			check(t, observations, test.want, test.message)
		})
	}
}

func TestProcessDoesNotTakeALateAnswerForTheNextAttempt(t *testing.T) {
	t.Parallel()
	p := start(t, "answers the first attempt after the second", nil)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	first := p.Sign(ctx, question("q1"))
	second := p.Sign(context.Background(), question("q1"))
	third := p.Sign(context.Background(), question("q2"))
	if got := kinds([]*subject.Observation{first, second, third}); got != "timeout answered answered" {
		t.Fatalf("kinds are %s", got)
	}
	if value, _ := second.Stage(signature.SignatureValue); value != "second attempt" || second.ID != "q1" {
		t.Errorf("the second attempt got %q under id %s", value, second.ID)
	}
}

func TestProcessStopsRestartingAtItsLimit(t *testing.T) {
	t.Parallel()
	p := start(t, "crashes on every third", func(o *subject.ProcessOptions) { o.Restarts = 1 })
	check(t, one(p, 8), "answered answered crash answered answered crash not-run not-run", "out of cheese")
	if o := p.Sign(context.Background(), question("last")); !strings.Contains(o.Message, "started again 1 times, which is the limit") || !strings.Contains(o.Message, "out of cheese") {
		t.Errorf("message is %q", o.Message)
	}
	never := start(t, "crashes on every third", func(o *subject.ProcessOptions) { o.Restarts = -1 })
	check(t, one(never, 4), "answered answered crash not-run", "out of cheese")
}

func TestProcessReadsRefusals(t *testing.T) {
	p := start(t, "good", nil)
	for id, want := range map[string]subject.Observation{
		"unsupported": {Kind: subject.Unsupported, Message: "no such carrier"},
		"rejected":    {Kind: subject.Rejected, Class: "bad-key", Message: "a key must not be empty"},
		"error":       {Kind: subject.AdapterError, Message: "disk full"},
		"panic":       {Kind: subject.AdapterError, Message: "panic: index out of cheese"},
		"goexit":      {Kind: subject.AdapterError, Message: "the handler ended its goroutine"},
		"nothing":     {Kind: subject.AdapterError, Message: "the handler returned neither an answer nor an error"},
	} {
		o := p.Sign(context.Background(), question(id))
		if o.Kind != want.Kind || o.Class != want.Class || o.Message != want.Message {
			t.Errorf("%s: %s %q %q, want %s %q %q", id, o.Kind, o.Class, o.Message, want.Kind, want.Class, want.Message)
		}
	}
}

func TestProcessSendsOnlyWhatTheAdapterCanRead(t *testing.T) {
	q := question("q1")
	q.Input.Key = "\xff"
	if o := start(t, "good", nil).Sign(context.Background(), q); o.Kind != subject.Unsupported || !strings.Contains(o.Message, `"bytes"`) {
		t.Errorf("without the feature bytes: %s %q", o.Kind, o.Message)
	}
	o := start(t, "echoes keys", nil).Sign(context.Background(), q)
	if key, _ := o.Stage(signature.CanonicalResource); o.Kind != subject.Answered || key != "\xff" {
		t.Errorf("with the feature bytes: %s %q, key came as %q", o.Kind, o.Message, key)
	}
	// Text that looks like the hexadecimal form is text.
	q.Input.Key = `{"hex":"ff"}`
	if o := start(t, "good", nil).Sign(context.Background(), q); o.Kind != subject.Answered {
		t.Errorf("%s %q", o.Kind, o.Message)
	}
}

func TestProcessEndsWithTheContextOfAQuestion(t *testing.T) {
	p := start(t, "hangs on q2", nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if o := p.Sign(ctx, question("q2")); o.Kind != subject.TimedOut || !strings.Contains(o.Message, "deadline exceeded") {
		t.Errorf("asked: %s %q", o.Kind, o.Message)
	}
	full := start(t, "hangs on q2", parallel(1))
	go full.Sign(t.Context(), question("q2"))
	time.Sleep(50 * time.Millisecond)
	if o := full.Sign(ctx, question("q3")); o.Kind != subject.NotRun {
		t.Errorf("not asked: %s %q", o.Kind, o.Message)
	}
}

func TestProcessEndsWithTheContextItWasStartedWith(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p, err := subject.StartProcess(ctx, subject.ProcessOptions{Command: []string{os.Args[0]}, Env: []string{adapterEnv + "=hangs on q2"}, Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, cancel)
	began := time.Now()
	if o := p.Sign(context.Background(), question("q2")); o.Kind != subject.TimedOut || !strings.Contains(o.Message, "stopped before it answered") {
		t.Errorf("in flight: %s %q", o.Kind, o.Message)
	}
	if o := p.Sign(context.Background(), question("q3")); o.Kind != subject.NotRun {
		t.Errorf("afterwards: %s %q", o.Kind, o.Message)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}

func TestProcessCloseSaysWhenItNeededForce(t *testing.T) {
	t.Parallel()
	p := start(t, "does not end", nil)
	check(t, one(p, 1), "answered", "")
	if err := p.Close(); !contains(err, "did not end within 10s of the end of its input and was killed") {
		t.Errorf("Close: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if o := p.Sign(context.Background(), question("q2")); o.Kind != subject.NotRun {
		t.Errorf("after Close: %s %q", o.Kind, o.Message)
	}
}

func TestProcessLeavesNoGoroutinesBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, adapter := range []string{"good", "crashes on every third", "hangs on q2", "endless line on q2", "says hello and exits", "talks after each answer"} {
		p := start(t, adapter, hurried)
		one(p, 4)
		_ = p.Close()
	}
	_, _ = tryStart(t, "exits at once", nil)
	deadline := time.Now().Add(30 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(10 * time.Millisecond)
	}
}
