package spec_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestSpecs is red for whoever lies, also where every spec is skipped.
func TestSpecsJudgeWhatTheEnvironmentNames(t *testing.T) {
	for _, test := range []struct {
		signer string
		passes bool
		says   string
	}{
		{"liar honest", true, ""},
		{"liar unsupported-all", false, "nothing was proven"},
		{"liar accept-all", false, "signature differs"},
		{"liar drops-header", false, "a header is lost"},
		{"liar crash-before-hello", false, "cannot find module"},
		{"liar 'no such liar'", false, `no liar is called "no such liar"`},
		{"'unfinished", false, "without closing quote"},
	} {
		t.Run(test.signer, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestSpecs$", "-test.count=1")
			cmd.Env = append(os.Environ(), "COUNTERSIGN_SIGNER="+os.Args[0]+" "+test.signer)
			said, err := cmd.CombinedOutput()
			if (err == nil) != test.passes {
				t.Errorf("it ended with %v:\n%s", err, said)
			}
			if !strings.Contains(string(said), test.says) {
				t.Errorf("it does not say %q:\n%s", test.says, said)
			}
		})
	}
}
