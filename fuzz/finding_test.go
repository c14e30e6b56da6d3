package fuzz_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
)

func TestFindReturnsWhatACheckFailsWith(t *testing.T) {
	found := fuzz.Find("t", []byte("x"), func(data []byte) { fuzz.Fail("room/property", "saw %q", data) })
	if found == nil || found.Class != "room/property" || found.Detail != `saw "x"` {
		t.Errorf("%+v", found)
	}
	if found := fuzz.Find("t", nil, func([]byte) {}); found != nil {
		t.Errorf("a check that passes: %+v", found)
	}
}

// Two inputs that run into one bug must not look like two bugs.
func TestAPanicHasTheClassOfItsFunction(t *testing.T) {
	var classes []string
	for _, n := range []int{3, 7} {
		found := fuzz.Find("t", nil, func([]byte) { _ = outOfRange(n) })
		if found == nil {
			t.Fatal("a panic is no finding")
		}
		if !strings.Contains(found.Detail, "out of range") || !strings.Contains(found.Detail, "outOfRange") {
			t.Errorf("the detail has not text and stack of the panic:\n%s", found.Detail)
		}
		classes = append(classes, found.Class)
	}
	if classes[0] != "t/panic in fuzz_test.outOfRange" || classes[1] != classes[0] {
		t.Errorf("%q", classes)
	}
}

func outOfRange(n int) int { return make([]int, n)[n] }

// Run reads its list when the program starts, so this is a program of its own.
func TestRunPanicsWithTheClassUnlessItIsKnown(t *testing.T) {
	if os.Getenv("FUZZ_TEST_RUN") != "" {
		fuzz.Run("t", []byte("\x00input"), func([]byte) { fuzz.Fail("room/property", "the detail") })
		return
	}
	run := func(known string) (string, error) {
		cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "FUZZ_TEST_RUN=1", fuzz.KnownClasses+"="+known)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run("room/other")
	for _, want := range []string{"panic: room/property", `input: "\x00input"`, "the detail"} {
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%q is missing, %v:\n%s", want, err, out)
		}
	}
	if out, err := run("room/other,room/property"); err != nil || strings.Contains(out, "the detail") {
		t.Errorf("a known class is reported: %v\n%s", err, out)
	}
}
