//go:build unix

package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
)

// The subject is a shell that writes down its process id and becomes a liar.
func TestAnInterruptedRunLeavesNoProcessBehind(t *testing.T) {
	for _, liar := range []string{"null", "honest", "lingers"} {
		t.Run(liar, func(t *testing.T) {
			t.Parallel()
			note := filepath.Join(t.TempDir(), "pid")
			ctx, cancel := context.WithCancel(t.Context())
			_, err := runner.Run(ctx, runner.Options{
				Start: func(context.Context) (subject.Subject, error) {
					s, err := subject.StartProcess(ctx, subject.ProcessOptions{Command: []string{
						"/bin/sh", "-c", `echo $$ >"$0"; exec "$@"`, note, os.Args[0], "liar", liar,
					}})
					time.AfterFunc(200*time.Millisecond, cancel) // it has begun
					if err == nil && liar == "honest" {          // it would be done before the interruption
						<-ctx.Done()
					}
					return s, err
				},
				Judge: runner.JudgeHere,
			})
			if err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(note)
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
				t.Errorf("process %d is still there (%v)", pid, err)
			}
		})
	}
}

// A run that ends by itself leaves none behind either.
func TestARunLeavesNoProcessBehind(t *testing.T) {
	t.Parallel()
	note := filepath.Join(t.TempDir(), "pid")
	stream := run(t, runner.Options{
		Select: told[:1],
		Start: func(ctx context.Context) (subject.Subject, error) {
			return subject.StartProcess(ctx, subject.ProcessOptions{Command: []string{
				"/bin/sh", "-c", `echo $$ >"$0"; exec "$@"`, note, os.Args[0], "liar", "lingers",
			}})
		},
	})
	if reports.ExitCode(stream.Footer) != 1 {
		t.Error("a subject that had to be killed is no problem")
	}
	text, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	if pid, _ := strconv.Atoi(strings.TrimSpace(string(text))); pid == 0 || syscall.Kill(pid, 0) != syscall.ESRCH {
		t.Errorf("process %d is still there", pid)
	}
}
