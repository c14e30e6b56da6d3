//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
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
