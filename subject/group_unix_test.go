//go:build unix

package subject_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

func init() {
	adapters["has a child that has left the group"] = hasChild(func(child *exec.Cmd) {
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	})
}

// startWithChild starts an adapter and has it start a process. What is
// returned can be read until that process has ended.
func startWithChild(t *testing.T, ctx context.Context, adapter string) (p *subject.Process, pid int, life *os.File) {
	t.Helper()
	mark := filepath.Join(t.TempDir(), "mark")
	if err := syscall.Mkfifo(mark, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := subject.StartProcess(ctx, subject.ProcessOptions{
		Command: []string{os.Args[0]},
		Env:     []string{adapterEnv + "=" + adapter, markEnv + "=" + mark, "GORACE=atexit_sleep_ms=0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	observations := one(p, 1)
	check(t, observations, "answered", "")
	value, _ := observations[0].Stage(signature.SignatureValue)
	if pid, err = strconv.Atoi(value); err != nil {
		t.Fatal(err)
	}
	life, err = os.Open(mark) // waits until the process has it open
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { life.Close() })
	return p, pid, life
}

func TestProcessTakesItsChildrenWithIt(t *testing.T) {
	for _, test := range []struct {
		how, adapter string
		end          func(p *subject.Process, cancel func())
	}{
		{"closed", "has a child", func(p *subject.Process, _ func()) { _ = p.Close() }},
		{"closed by force", "has a child that holds its streams open", func(p *subject.Process, _ func()) { _ = p.Close() }},
		{"context ended", "has a child that holds its streams open", func(_ *subject.Process, cancel func()) { cancel() }},
	} {
		t.Run(test.how, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			p, pid, life := startWithChild(t, ctx, test.adapter)
			test.end(p, cancel)
			if err := life.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := life.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the child of the adapter lives on: %v", err)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			_ = p.Close()
		})
	}
}

func TestProcessDoesNotWaitForWhatHasLeftItsGroup(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	p, pid, _ := startWithChild(t, ctx, "has a child that has left the group")
	defer func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
	cancel()
	closed := make(chan struct{})
	go func() {
		_ = p.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Error("Close hangs while a process that nobody knows of holds the streams open")
	}
}
