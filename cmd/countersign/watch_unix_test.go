//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/secret"
)

func TestAnInterruptEndsTheWatchedProgramToo(t *testing.T) {
	cmd := exec.Command("countersign", "watch", "--ca", t.TempDir(), "--", "sh", "-c", `trap 'echo told; exit 0' TERM; echo ready; while :; do sleep 0.05; done`)
	cmd.Env = append(os.Environ(), secret.EnvAccessKeyID+"=id", secret.EnvAccessKeySecret+"=example-secret")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(out)
	var said []string
	for lines.Scan() {
		if said = append(said, lines.Text()); len(said) == 1 {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // the exit code says it all
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || strings.Join(said, " ") != "ready told" {
		t.Errorf("exit code %d, the program said %q", code, said)
	}
}

func TestAProgramEndedByASignalIsSaidAsAShellSaysIt(t *testing.T) {
	args := curl(t, "http://"+watchedHost, watchedHost, "examplebucket", "/k", "virtual-host")
	if code, _, errOut := watching(t, append([]string{"--", "sh", "-c", `"$@"; kill -TERM $$`, "sh"}, args[1:]...)...); code != 128+int(syscall.SIGTERM) {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
}
