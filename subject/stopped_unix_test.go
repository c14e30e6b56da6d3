//go:build unix

package subject_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/countersign/countersign/subject"
)

// Where the suite and the adapter of the test below meet.
const (
	askedPipe    = ".asked"
	goOnPipe     = ".go-on"
	answeredPipe = ".answered"
)

func init() {
	// The suite asks one question and says what came of it.
	adapters["is no adapter but a suite"] = func() {
		p, err := subject.StartProcess(context.Background(), subject.ProcessOptions{
			Command: []string{os.Args[0]}, Env: []string{adapterEnv + "=answers when it is told to", "GORACE=atexit_sleep_ms=0"}, Timeout: stoppedTimeout,
		})
		if err != nil {
			panic(err)
		}
		o := p.Sign(context.Background(), question("q1"))
		fmt.Printf("%s %s", o.Kind, o.Message)
	}
	adapters["answers when it is told to"] = func() {
		eachLine(func(id string, _ int) {
			mark := os.Getenv(markEnv)
			meet(mark+askedPipe, os.O_WRONLY)
			meet(mark+goOnPipe, os.O_RDONLY)
			answer(id)
			meet(mark+answeredPipe, os.O_WRONLY)
		})
	}
}

const stoppedTimeout = 3 * time.Second

// meet waits until somebody has opened the other end of a named pipe.
func meet(pipe string, flag int) {
	file, err := os.OpenFile(pipe, flag, 0)
	if err != nil {
		panic(err)
	}
	file.Close()
}

// Who stops a run at the terminal and continues it, or runs it on a machine that
// stands still for a while, does not read that the adapter was late.
func TestTheTimeInWhichTheSuiteStoodStillIsNotTheAdapters(t *testing.T) {
	for name, meanwhile := range map[string]bool{"it answers meanwhile": true, "it answers afterwards": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mark := filepath.Join(t.TempDir(), "mark")
			for _, pipe := range []string{askedPipe, goOnPipe, answeredPipe} {
				if err := syscall.Mkfifo(mark+pipe, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			suite := exec.Command(os.Args[0])
			suite.Env = append(os.Environ(), adapterEnv+"=is no adapter but a suite", markEnv+"="+mark, "GORACE=atexit_sleep_ms=0")
			var said bytes.Buffer
			suite.Stdout, suite.Stderr = &said, &said
			if err := suite.Start(); err != nil {
				t.Fatal(err)
			}
			meet(mark+askedPipe, os.O_RDONLY)
			stop(t, suite.Process.Pid)
			let := func() {
				meet(mark+goOnPipe, os.O_WRONLY)
				meet(mark+answeredPipe, os.O_RDONLY)
			}
			if meanwhile {
				let()
			}
			time.Sleep(2 * stoppedTimeout)
			if err := suite.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			if !meanwhile {
				go let() // in vain where the adapter has been given up
			}
			if err := suite.Wait(); err != nil || said.String() != "answered " {
				t.Errorf("%v, the suite says %q", err, said.String())
			}
		})
	}
}

// stop stops a child of this process and waits until it stands still.
func stop(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); err == nil {
			break
		} else if err != syscall.EINTR {
			t.Fatal(err)
		}
	}
	if !status.Stopped() {
		t.Fatalf("it has ended before it was stopped: %v", status)
	}
}
