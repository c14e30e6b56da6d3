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

// openTerminal opens a pseudo terminal: what a user has, and what a program has.
func openTerminal(t *testing.T) (control, terminal *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo terminals here:", err)
	}
	t.Cleanup(func() { control.Close() })
	if err := unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return control, terminal
}

// onTerminal runs countersign with a terminal as standard output and returns
// what arrives there.
func onTerminal(t *testing.T, environment []string, args ...string) string {
	t.Helper()
	control, terminal := openTerminal(t)
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

func TestDiagnoseAsksForAPasteOnATerminal(t *testing.T) {
	control, terminal := openTerminal(t)
	cmd := exec.Command("countersign", "diagnose")
	cmd.Stdin = terminal
	asked, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Close()
	question := make([]byte, 256)
	n, err := asked.Read(question)
	if err != nil || !strings.HasPrefix(string(question[:n]), "Paste what you have of the refused request") {
		t.Errorf("it asks %q, %v", question[:n], err)
	}
	fmt.Fprint(control, "<Error><Code>RequestTimeTooSkewed</Code>\n<EC>0002-00000504</EC></Error>\n\x04")
	go io.Copy(io.Discard, asked)
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if !strings.Contains(out.String(), "proof C12: Clock or expiry") {
		t.Errorf("it answers %q", out.String())
	}
}
