package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// onTerminal runs countersign with a terminal as standard output and returns
// what arrives there.
func onTerminal(t *testing.T, environment []string, args ...string) string {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo terminals here:", err)
	}
	defer control.Close()
	if err := unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("countersign", args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "NO_COLOR=") || strings.HasPrefix(entry, "TERM=")
	}), environment...)
	cmd.Stdout = terminal
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Close()
	out, _ := io.ReadAll(control) // it ends with an error when nobody has the terminal open any more
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestColourIsForTerminalsThatWantIt(t *testing.T) {
	args := []string{"vectors", "list", "oss-v4/header/basics/get-object-sts"}
	for environment, want := range map[string]bool{"TERM=xterm": true, "TERM=xterm NO_COLOR=": true, "TERM=xterm NO_COLOR=1": false, "TERM=dumb": false} {
		out := onTerminal(t, strings.Fields(environment), args...)
		if !strings.Contains(out, "GET object with an STS token") {
			t.Fatalf("%s: it printed %q", environment, out)
		}
		if got := strings.Contains(out, "\x1b[1m"); got != want {
			t.Errorf("%s: colour is %v, want %v: %q", environment, got, want, out)
		}
	}
}
