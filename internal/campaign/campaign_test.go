package campaign

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/targets"
)

// The process that replays is this test with another task. The targets of the
// repository have no open finding, so it has two that do.
func TestMain(m *testing.M) {
	if os.Getenv("CAMPAIGN_TEST_REPLAY") == "" {
		os.Exit(m.Run())
	}
	targets.All["finds"] = func(data []byte) {
		fuzz.Run("finds", data, func(data []byte) {
			switch {
			case bytes.Contains(data, []byte("ONE")) && !fuzz.Known("finds/one"):
				fuzz.Fail("finds/one", "seen")
			case bytes.Contains(data, []byte("TWO")):
				fuzz.Fail("finds/two", "seen")
			}
		})
	}
	targets.All["hangs"] = func([]byte) { select {} }
	targets.All["dies"] = func([]byte) { os.Exit(3) }
	if err := Replay(targets.All, os.Args[1:], os.Stdout); err != nil {
		os.Exit(4)
	}
	os.Exit(0)
}

func replaying(t *testing.T, target string) *campaign {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &campaign{Options: Options{Target: target, Out: t.TempDir(), Replay: []string{self}, Settings: []string{"CAMPAIGN_TEST_REPLAY=1"}}, tmp: t.TempDir()}
}

func TestCrashersAreReplayedInAProcessOfTheirOwn(t *testing.T) {
	for _, test := range []struct{ target, input, class, known string }{
		{"finds", "xxONExx", "finds/one", "finds/two"},
		{"finds", "TWO of ONE", "finds/one", ""},
		{"finds", "TWO of ONE", "finds/two", "finds/one"}, // the engine passed over the other
		{"finds", "xxTWO", "finds/two", ""},
		{"finds", "nothing", "finds/not reproducible", ""},
		{"dies", "x", "dies/died", ""},
		{"no-such-target", "x", "no-such-target/died", ""},
	} {
		if class := replaying(t, test.target).classOf(t.Context(), []byte(test.input), []string{test.known}); class != test.class {
			t.Errorf("%s on %q is of the class %q, want %q", test.target, test.input, class, test.class)
		}
	}
}

func TestAHangHasAClass(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if class := replaying(t, "hangs").classOf(ctx, nil, nil); class != "hangs/hang" && class != "hangs/died" { // a process without another goroutine is told that it sleeps
		t.Errorf("class %q", class)
	}
}

func TestOfEachClassTheShortestInputIsKept(t *testing.T) {
	c := replaying(t, "finds")
	classes, err := c.keep(t.Context(), map[string][][]byte{
		"finds/one": {[]byte("a longer one: ONE"), []byte("an ONE")},
		"finds/two": {[]byte("TWO and more")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name, input string
		crashers    int
	}{{"finds/one", "ONE", 2}, {"finds/two", "TWO", 1}} {
		data, err := os.ReadFile(classes[i].File)
		if err != nil || classes[i].Name != want.name || string(data) != want.input || classes[i].Crashers != want.crashers {
			t.Errorf("%+v holds %q, %v; want %+v", classes[i], data, err, want)
		}
	}
}

func TestWhatAnEngineAddsIsMergedRaw(t *testing.T) {
	root, out := t.TempDir(), t.TempDir()
	seeds := filepath.Join(root, "fuzz", "t", "corpus")
	if err := addInputs(seeds, [][]byte{[]byte("seed")}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "fuzz", "t", "target.go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for round, want := range []int{1, 0} { // what is there already is not added again
		c, err := begin(Options{Root: root, Out: out, Target: "t"})
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(c.tmp)
		if err := os.WriteFile(filepath.Join(c.corpus, "by-the-engine"), []byte("\x00\xff\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if added, err := c.merge(); err != nil || added != want {
			t.Errorf("round %d: %d added, %v; want %d", round, added, err, want)
		}
		inputs, err := inputsOf(filepath.Join(out, "t", "corpus"))
		if err != nil || len(inputs) != 1 || string(inputs[0]) != "\x00\xff\r\n" {
			t.Errorf("kept are %q, %v", inputs, err)
		}
	}
}

func TestInputsOfTheTestingPackageAreRead(t *testing.T) {
	data, err := nativeInput("go test fuzz v1\n[]byte(\"\\x00\\xff)\\\"\\n\")\n")
	if err != nil || string(data) != "\x00\xff)\"\n" {
		t.Errorf("%q, %v", data, err)
	}
	for _, text := range []string{"", "go test fuzz v1\nstring(\"a\")\n", "go test fuzz v2\n[]byte(\"a\")\n"} {
		if _, err := nativeInput(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func TestASeedThatTheNativeEngineStopsAtIsFound(t *testing.T) {
	c := &campaign{corpus: t.TempDir()}
	if err := addInputs(c.corpus, [][]byte{[]byte("one"), []byte("two"), []byte("three")}); err != nil {
		t.Fatal(err)
	}
	all, err := inputsOf(c.corpus)
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.failingSeed("fuzz: elapsed: 0s\nfailure while testing seed corpus entry: FuzzDifferential/seed#1\nfuzz: ")
	if err != nil || len(found) != 1 || string(found[0]) != string(all[1]) {
		t.Errorf("%q, %v; the inputs are %q", found, err, all)
	}
	if found, err := c.failingSeed("FAIL: seed#1"); err != nil || found != nil {
		t.Errorf("%q, %v", found, err)
	}
}

func TestFiguresOfTheEnginesAreRead(t *testing.T) {
	const goFuzz = "2026/11/22 workers: 2, corpus: 19 (3s ago), crashers: 1, restarts: 1/9, execs: 120 (40/sec)\n" +
		"2026/11/22 workers: 3, corpus: 19 (6s ago), crashers: 1, restarts: 1/9, execs: 4821 (1/sec), cover: 88, uptime: 6s\n"
	if n := lastNumber(goFuzzExecutions, goFuzz); n != 4821 {
		t.Errorf("%d executions", n)
	}
	if n := lastNumber(clusterWorkers, goFuzz); n != 3 {
		t.Errorf("%d workers", n)
	}
	if n := lastNumber(goFuzzExecutions, "nothing yet"); n != 0 {
		t.Errorf("%d of nothing", n)
	}
}

func TestUnknownTargetsAndEnginesAreRefusedByName(t *testing.T) {
	for want, opts := range map[string]Options{
		"go-fuzz, native, libfuzzer": {Root: "../..", Target: "signverify", Engine: "afl"},
		"signverify":                 {Root: "../..", Target: "signverifi", Engine: "native"},
	} {
		if _, err := Run(t.Context(), opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}

// Nothing that a command started may outlive it.
func TestAnEngineIsEndedWithAllItStarted(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell")
	}
	c := &campaign{tmp: t.TempDir()}
	mark := filepath.Join(c.tmp, "alive")
	began := time.Now()
	out, err := c.forAWhile(t.Context(), 2*time.Second, c.tmp, "sh", "-c", "echo started; (trap '' INT; sleep 9; touch "+mark+") & wait")
	if err != nil || !strings.Contains(out, "started") {
		t.Fatalf("%q, %v", out, err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("ended after %s", took)
	}
	time.Sleep(10*time.Second - min(10*time.Second, time.Since(began)))
	if _, err := os.Stat(mark); err == nil {
		t.Error("what it started went on")
	}
}

func TestTheTargetsOfTheModuleAreListed(t *testing.T) {
	names, err := Targets("../..")
	if err != nil || !slices.Contains(names, "differential") || !slices.IsSorted(names) {
		t.Errorf("%q, %v", names, err)
	}
	if _, err := Targets(t.TempDir()); err == nil {
		t.Error("a folder without targets has targets")
	}
}
