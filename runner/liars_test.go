package runner_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
)

// told are the vectors the liars are asked about, in the order in which a run
// that asks one by one comes to them.
var told = []string{
	"oss-v1/header/published-documents/put-acl-path-style-with-x-oss-header",
	"oss-v4/header/basics/get-object-sts",
	"oss-v4/header/published-sdk/put-object-additional-headers",
	"oss-v4/query/basics/presign-get-object-sts",
	"obs-v2/form/basics/post-policy-sts",
}

// What each liar comes to: the outcome of each vector of told, for a failure
// the stage or the kind of divergence; one word stands for all of them.
var lies = []struct {
	liar     string
	outcomes string
	problem  string // the run's own problem that holds this; "": none
	change   func(*subject.ProcessOptions)
}{
	{"null", "timeout", "nothing was proven", hurried},
	{"empty-answer", "protocol-error", "nothing was proven", nil},
	{"echo", "protocol-error", "nothing was proven", nil},
	{"echo-request", "protocol-error", "nothing was proven", nil},
	{"empty-signature", "signature", "nothing was proven", nil},
	{"constant-signature", "signature", "nothing was proven", nil},
	{"accept-all", "signature", "nothing was proven", nil},
	{"reject-all", "rejected-wrongly", "nothing was proven", nil},
	{"unsupported-all", "unsupported", "nothing was proven", nil},
	{"error-all", "adapter-error", "nothing was proven", nil},

	{"slow", "timeout", "nothing was proven", hurried},
	{"crash-at-once", "crash", "nothing was proven", nil},
	{"crash-on-put", "crash pass crash pass pass", "", nil},
	{"chatty", "protocol-error", "nothing was proven", nil},
	{"chatty-afterwards", "pass protocol-error protocol-error protocol-error protocol-error", "did not end as it should", nil},
	{"duplicate-answers", "pass protocol-error protocol-error protocol-error protocol-error", "a question is answered once", nil},
	{"wrong-ids", "protocol-error", "nothing was proven", nil},
	{"invalid-utf8", "protocol-error", "nothing was proven", nil},
	{"endless-line", "protocol-error", "nothing was proven", nil},
	{"flood", "protocol-error", "nothing was proven", nil},
	{"lingers", "pass", "was killed", nil},
	{"leaks", "adapter-error", "nothing was proven", nil},

	{"drops-header", "header pass header pass pass", "", nil},
	{"drops-parameter", "parameter pass parameter pass pass", "", nil},
	{"drops-token", "pass token pass token form", "", nil},
	{"drops-additional-headers", "pass pass header pass pass", "", nil},
	{"other-method", "scheme scheme scheme canonicalRequest pass", "", nil},
	{"other-key", "key key key key pass", "", nil},
	{"other-host", "addressing addressing addressing url pass", "", nil},
	{"other-body", "body body body pass pass", "", nil},
	{"other-region", "pass stringToSign stringToSign canonicalQuery pass", "", nil},
	{"other-expiry", "pass pass pass parameter pass", "", nil},
	{"other-policy", "pass pass pass pass body", "", nil},
	{"other-scheme", "scheme", "nothing was proven", nil},
	{"other-carrier", "carrier", "nothing was proven", nil},
	{"forged-carrier", "authorization authorization authorization url form", "nothing was proven", nil},
	{"unsigned-request", "unsigned", "nothing was proven", nil},
	{"ill-fitting-request", "scheme scheme scheme url form", "nothing was proven", nil},
}

func TestNoLiarPasses(t *testing.T) {
	for _, lie := range lies {
		t.Run(lie.liar, func(t *testing.T) {
			t.Parallel()
			stream := run(t, runner.Options{Start: process(lie.liar, lie.change), Select: told, Parallel: 1})
			want := strings.Fields(lie.outcomes)
			got := outcomes(stream.Results)
			for i, id := range told {
				if want := want[min(i, len(want)-1)]; got[id] != want {
					t.Errorf("%s: %s, want %s", id, got[id], want)
				}
			}
			if len(got) != len(told) {
				t.Errorf("%d results for %d vectors", len(got), len(told))
			}
			if problems := stream.Footer.Problems; lie.problem == "" && len(problems) > 0 || lie.problem != "" && !problem(stream.Footer, lie.problem) {
				t.Errorf("problems are %q, want %q among them", problems, lie.problem)
			}
			if code := reports.ExitCode(stream.Footer); code != 1 || stream.Footer.Verdict == reports.Conformant {
				t.Errorf("exit code %d and verdict %s", code, stream.Footer.Verdict)
			}
			if t.Failed() {
				logAll(t, stream)
			}
		})
	}
}

// The control: the same run without a lie.
func TestTheHonestPassesWhereLiarsFail(t *testing.T) {
	t.Parallel()
	stream := run(t, runner.Options{Start: process("honest", nil), Select: told, Parallel: 1})
	for id, outcome := range outcomes(stream.Results) {
		if outcome != "pass" {
			t.Errorf("%s: %s", id, outcome)
		}
	}
	if len(stream.Results) != len(told) || reports.ExitCode(stream.Footer) != 0 {
		t.Errorf("%d results, exit code %d", len(stream.Results), reports.ExitCode(stream.Footer))
		logAll(t, stream)
	}
}

// A run that asks many at a time may charge a line to another question, but it
// ends, and is red.
func TestNoLiarPassesOrHangsAConcurrentRun(t *testing.T) {
	for _, lie := range lies {
		t.Run(lie.liar, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			stream := run(t, runner.Options{Start: process(lie.liar, lie.change), Select: told})
			if reports.ExitCode(stream.Footer) != 1 || len(stream.Results) != len(told) {
				t.Errorf("exit code %d, %d results", reports.ExitCode(stream.Footer), len(stream.Results))
				logAll(t, stream)
			}
			if took := time.Since(began); took > 5*time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestLiarsThatDoNotStartAreAnError(t *testing.T) {
	for _, test := range []struct{ liar, message string }{
		{"crash-before-hello", "cannot find module"},
		{"banner", `got "SDK 1.0 ready."`},
		{"no such liar", "no liar is called"},
	} {
		t.Run(test.liar, func(t *testing.T) {
			t.Parallel()
			stream, err := runner.Run(t.Context(), runner.Options{Start: process(test.liar, nil), Select: told})
			if stream != nil || !errors.Is(err, runner.ErrNotStarted) || !errors.Is(err, subject.ErrNotStarted) {
				t.Fatalf("error is %v", err)
			}
			if !strings.Contains(err.Error(), test.message) {
				t.Errorf("error %q does not say %q", err, test.message)
			}
		})
	}
}

func TestEveryLiarIsTried(t *testing.T) {
	tried := map[string]bool{"crash-before-hello": true, "banner": true, "crash-at-tenth": true}
	for _, lie := range lies {
		tried[lie.liar] = true
	}
	for _, liar := range liars.All {
		if !tried[liar.Name] {
			t.Errorf("no test of the liar %s", liar.Name)
		}
	}
}

// What the suite knows of a real account must not come back from an adapter.
func TestALeakingAdapterKnowsNoCredentials(t *testing.T) {
	t.Setenv("COUNTERSIGN_ACCESS_KEY_SECRET", "the-secret-of-a-real-account")
	t.Setenv("COUNTERSIGN_SECURITY_TOKEN", "the-token-of-a-real-account")
	t.Setenv("COUNTERSIGN_TEST_CANARY", "the-canary")
	stream := run(t, runner.Options{Start: process("leaks", nil), Select: told[:1]})
	message := stream.Results[0].Message
	if strings.Contains(message, "of-a-real-account") {
		t.Error("a credential is in the message")
	}
	if !strings.Contains(message, "the-canary") {
		t.Errorf("the environment is not in the message: %q", message)
	}
}
