package interop_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pidIn waits for the process id that a process writes into a file.
func pidIn(t *testing.T, name string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(name); err == nil && strings.HasSuffix(string(text), "\n") {
			return strings.TrimSpace(string(text))
		}
	}
	t.Errorf("nothing wrote %s", name)
	return ""
}

// checkGone checks that a process has ended. One that nobody has buried yet has
// no command line.
func checkGone(t *testing.T, what, pid string) {
	t.Helper()
	if pid == "" { // it was never seen, and that is said
		return
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		line, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
		if err != nil || len(line) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("%s is left: %q", what, line)
			return
		}
	}
}

// detaching starts a process in a session of its own, and stays. Neither ends
// when it is interrupted.
const detaching = `"needs":["here"],"install":[["sh","-c",` +
	`"trap '' INT; setsid sh -c 'echo $$ > detached; sleep 600' & echo $$ > attached; sleep 600; sleep 600"]]`

func TestNoProcessOutlivesAnInterruptedRun(t *testing.T) {
	dir := folderOf(t, map[string]string{"forking": plain, "installing": detaching, "waiting": plain})
	ctx, cancel := context.WithCancelCause(t.Context())
	adapters := filepath.Join(dir, "forking", "detached")
	installers := filepath.Join(dir, "installing", "detached")
	leader := filepath.Join(dir, "installing", "attached")
	pids := make(chan map[string]string, 1)
	go func() {
		pids <- map[string]string{"the child of an adapter": pidIn(t, adapters), "that of an installer": pidIn(t, installers), "an installer": pidIn(t, leader)}
		cancel(errors.New("somebody pressed a key"))
	}()
	for name, o := range runUntil(ctx, t, dir, time.Minute) {
		if o.Err == nil || !strings.Contains(o.Err.Error(), "somebody pressed a key") {
			t.Errorf("%s: %v", name, o.Err)
		}
	}
	for what, pid := range <-pids {
		checkGone(t, what, pid)
	}
}

func TestNoProcessOutlivesTheLimitOfItsSubject(t *testing.T) {
	dir := folderOf(t, map[string]string{"forking": plain, "installing": detaching})
	for name, o := range runAll(t, dir, 15*time.Second) {
		if o.Err == nil || !strings.Contains(o.Err.Error(), "it took longer than 15s") {
			t.Errorf("%s: %v", name, o.Err)
		}
		checkGone(t, "the child of "+name, pidIn(t, filepath.Join(dir, name, "detached")))
	}
}
