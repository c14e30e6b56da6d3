package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/countersign/countersign/reports"
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

// slowly answers one question, and none behind it.
const slowly = `read hello
echo '{"type":"hello","protocol":1,"adapter":{"name":"漢字","version":"1"},"schemes":["oss-rtmp/query"],"operations":[],"features":[]}'
read -r line
id=$(echo "$line" | sed 's/.*"id":"\([^"]*\)".*/\1/')
echo "{\"id\":\"$id\",\"stages\":{\"signature\":\"kSHKmLxlyEAKtZPkJhG9bZb5k7M=\"}}"
cat >/dev/null
`

// Who types Ctrl-C sees the live bar go, what is known by then, and that it is
// not all; and so does who reads the reports of it.
func TestCtrlCLeavesReportsThatSayTheyArePartial(t *testing.T) {
	dir := t.TempDir()
	control, terminal := openTerminal(t)
	if err := unix.IoctlSetWinsize(int(control.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 40}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("countersign", "run", "--signer", "sh -c "+quoteWord(slowly))
	for _, kind := range reports.Kinds {
		cmd.Args = append(cmd.Args, "--report", kind+"="+filepath.Join(dir, kind))
	}
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Close()
	var out strings.Builder
	buffer := make([]byte, 4096)
	for typed := false; ; {
		n, err := control.Read(buffer)
		out.Write(buffer[:n])
		if err != nil {
			break
		}
		if !typed && strings.Contains(out.String(), "(1/") {
			typed = true
			fmt.Fprint(control, "\x03")
		}
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	_, ending, _ := strings.Cut(out.String(), "NOT RUN")
	for _, want := range []string{"the run was interrupted", "notrun", "aborted", "countersign run: interrupted"} {
		if !strings.Contains(ending, want) {
			t.Errorf("no %q in %q", want, out.String())
		}
	}
	if rest, _, _ := strings.Cut(ending, "countersign run:"); strings.Contains(rest, "\x1b") {
		t.Errorf("an escape sequence although NO_COLOR is set: %q", rest)
	}
	for kind, want := range map[string]string{
		"ndjson": `"aborted":true`, "json": `"aborted": true`, "junit": "aborted", "html": "aborted before all cases ran", "md": "aborted before all cases ran",
	} {
		if text, err := os.ReadFile(filepath.Join(dir, kind)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s does not say %q: %v", kind, want, err)
		}
	}
}

// A terminal gets the first failures in full, a pipe all of them.
func TestATerminalGetsTheFirstFailuresInFull(t *testing.T) {
	wrong := strings.ReplaceAll(slowly, "read -r line\n", "while read -r line; do\n")
	wrong = strings.ReplaceAll(wrong, "cat >/dev/null\n", "done\n")
	control, terminal := openTerminal(t)
	cmd := exec.Command("countersign", "run", "--signer", "sh -c "+quoteWord(wrong))
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1")
	cmd.Stdout = terminal
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Close()
	text, _ := io.ReadAll(control)
	cmd.Wait()
	piped, _ := exec.Command("countersign", cmd.Args[1:]...).Output()
	if n := strings.Count(string(text), "\nFAIL "); n != shownInFull-1 { // the first stands at the top
		t.Errorf("%d failures in full:\n%s", n+1, text)
	}
	if !strings.Contains(string(text), "failures not shown in full: --report html=report.html writes all.") {
		t.Errorf("it does not say where the others are:\n%s", text)
	}
	if n := strings.Count(string(piped), "\nFAIL "); n <= 2*shownInFull || strings.Contains(string(piped), "more unexpected failures") {
		t.Errorf("a pipe gets %d failures in full", n)
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
