//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/countersign/countersign/internal/secret"
)

// TestSignalsInterrupt interrupts verbs that wait for more input.
func TestSignalsInterrupt(t *testing.T) {
	for _, args := range [][]string{{"signer"}, {"sign"}, {"verify", "-"}} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			cmd := exec.Command("countersign", args...)
			cmd.Env = append(os.Environ(), secret.EnvAccessKeyID+"=id", secret.EnvAccessKeySecret+"=example-secret")
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// More than a pipe holds: when it is written, the verb is reading.
			if _, err := in.Write(bytes.Repeat([]byte("\n"), 1<<20)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the exit code says it all
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(stderr.String(), "interrupted") {
				t.Errorf("%v, %v: exit code %d, want %d; it says %q", args, signal, code, exitInterrupted, stderr.String())
			}
		}
	}
}

// TestAnInterruptKeepsWhatFuzzHasFound interrupts fuzz, which would go on for
// hours, when it has told of a class.
func TestAnInterruptKeepsWhatFuzzHasFound(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("countersign", "fuzz", "--signer", "mutant OSS4-PARAM-02/slash-raw", "--profile", "oss-v4/header", "--time", "5h", "--out", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it is written before it is told
		t.Error(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait() // the exit code says it all
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(stderr.String(), " new, ") {
		t.Errorf("exit code %d, want %d; it says %q", code, exitInterrupted, stderr.String())
	}
	if found, err := filepath.Glob(filepath.Join(dir, "oss-v4-header-canonicalQuery-*.json")); err != nil || len(found) == 0 {
		t.Errorf("%q, %v", found, err)
	}
}
