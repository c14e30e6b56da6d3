package subject_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

func TestProcessKeepsCredentialsOfTheSuiteToItself(t *testing.T) {
	t.Setenv("COUNTERSIGN_ACCESS_KEY_ID", "inherited-id")
	t.Setenv("COUNTERSIGN_ACCESS_KEY_SECRET", "inherited-secret")
	t.Setenv("COUNTERSIGN_SECURITY_TOKEN", "inherited-token")
	t.Setenv("COUNTERSIGN_OTHER", "inherited-other")
	p := start(t, "shows its environment", func(o *subject.ProcessOptions) {
		o.Env = append(o.Env, "COUNTERSIGN_ACCESS_KEY_SECRET=given-secret", "GIVEN=given-other")
	})
	env, _ := p.Sign(context.Background(), question("q1")).Stage(signature.SignatureValue)
	for _, hidden := range []string{"inherited-id", "inherited-secret", "inherited-token", "given-secret"} {
		if strings.Contains(env, hidden) {
			t.Errorf("the adapter sees %s", hidden)
		}
	}
	for _, seen := range []string{"COUNTERSIGN_OTHER=inherited-other", "GIVEN=given-other"} {
		if !strings.Contains(env, seen) {
			t.Errorf("the adapter does not see %s", seen)
		}
	}
}

func TestStartProcessSaysWhyAnAdapterDidNotStart(t *testing.T) {
	for _, test := range []struct {
		adapter string
		want    string
	}{
		{"exits at once", "it ended before it answered hello (exit status 7); the end of its standard error:\nmodule not found"},
		{"does not answer hello", "no answer to hello within 400ms"},
		{"speaks protocol 2", "the adapter speaks protocol 2 and this suite protocol 1"},
		{"prints a banner", `its log belongs on standard error), got "Welcome to SDK 1.0"`},
		{"has no name", `"adapter":{"name":…,"version":…}`},
		{"offers nothing", `"schemes":["oss-v4/header",…]`},
		{"offers a scheme without carrier", `such as oss-v4/header, got "oss-v4"`},
		{"offers a scheme twice", `stands there once, got "oss-v4/header"`},
		{"endless hello", "over the size limit"},
	} {
		t.Run(test.adapter, func(t *testing.T) {
			t.Parallel()
			p, err := tryStart(t, test.adapter, func(o *subject.ProcessOptions) {
				if o.HelloTimeout = time.Minute; test.adapter == "does not answer hello" {
					o.HelloTimeout = 400 * time.Millisecond
				}
			})
			if p != nil || !errors.Is(err, subject.ErrNotStarted) || !contains(err, test.want) {
				t.Errorf("error is %v, want %q in it", err, test.want)
			}
		})
	}
	for name, command := range map[string][]string{
		"no such program": {"countersign-no-such-program"},
		"no command":      nil,
		"empty command":   {""},
	} {
		p, err := subject.StartProcess(t.Context(), subject.ProcessOptions{Command: command})
		if p != nil || !errors.Is(err, subject.ErrNotStarted) {
			t.Errorf("%s: error is %v", name, err)
		}
		if len(command) > 0 && !contains(err, command[0]) {
			t.Errorf("%s: error does not name the command: %v", name, err)
		}
	}
}

func TestProcessReturnsWhatTheAdapterDeclares(t *testing.T) {
	caps := start(t, "good", nil).Capabilities()
	if caps.Identity != (subject.Identity{Name: "good", Version: "1.0", Language: "go", URL: "https://sdk.example"}) ||
		!slices.Equal(caps.Profiles, []string{"oss-v4/header"}) || !slices.Equal(caps.Operations, []string{"GetObject"}) ||
		!slices.Equal(caps.Features, []string{"sign", "clock"}) {
		t.Errorf("capabilities are %+v", caps)
	}
}

func TestProcessCopiesStandardError(t *testing.T) {
	var stderr bytes.Buffer
	p := start(t, "crashes on every third", func(o *subject.ProcessOptions) { o.Stderr = &stderr })
	one(p, 3)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if got := stderr.String(); got != "out of cheese\n" {
		t.Errorf("standard error is %q", got)
	}
}

func TestProcessShowsEveryLineTheAdapterWrites(t *testing.T) {
	var mu sync.Mutex
	var lines []string
	p := start(t, "garbage on q2", func(o *subject.ProcessOptions) {
		o.Line = func(line []byte) {
			mu.Lock()
			defer mu.Unlock()
			lines = append(lines, string(line))
		}
	})
	one(p, 3)
	mu.Lock()
	defer mu.Unlock()
	if len(lines) < 3 || !strings.HasPrefix(lines[0], `{"type":"hello"`) || !strings.HasPrefix(lines[1], `{"id":"q1"`) || lines[2] != "Traceback (most recent call last):" {
		t.Errorf("the lines are %q", lines)
	}
}
