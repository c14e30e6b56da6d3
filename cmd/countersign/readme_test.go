package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The adapter that the README shows is a whole one, and is judged as the README
// says.
func TestTheExampleAdapterOfTheREADME(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip("no python3 here")
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```python\n(.*?)```").FindSubmatch(readme)
	if block == nil {
		t.Fatal("the README shows no adapter in Python")
	}
	if lines := strings.Count(string(block[1]), "\n"); lines > 45 {
		t.Errorf("the example has %d lines: it is to show how few it takes", lines)
	}
	name := filepath.Join(t.TempDir(), "adapter.py")
	if err := os.WriteFile(name, block[1], 0o666); err != nil {
		t.Fatal(err)
	}
	signer := python + " " + name
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"adapter", "check", "--signer", signer}, exitAsExpected, "my-sdk 1.0"},
		{[]string{"run", "--signer", signer}, exitNonconformant, "not as expected: 2 unexpected failures"},
		{[]string{"run", "--signer", signer, "--skip", "oss-v4/header/keys/*raw-leading-slash"}, exitAsExpected, "as expected"},
	} {
		cmd := exec.Command("countersign", test.args...) // which is this test binary, see TestMain
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != test.code || !strings.Contains(string(out), test.want) {
			t.Errorf("countersign %s: exit code %d, want %d and %q in\n%s", strings.Join(test.args, " "), code, test.code, test.want, out)
		}
	}
}
