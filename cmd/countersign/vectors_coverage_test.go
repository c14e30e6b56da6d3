package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The published table and matrix are what the verb prints today.
func TestThePublishedCoverageIsUpToDate(t *testing.T) {
	for name, args := range map[string][]string{
		"requirements.txt": {"vectors", "coverage"},
		"mutants.txt":      {"vectors", "coverage", "--mutants"},
	} {
		published, err := os.ReadFile(filepath.Join("..", "..", "reports", "coverage", name))
		if err != nil {
			t.Fatal(err)
		}
		code, printed, errOut := run(t, nil, args...)
		if code != exitAsExpected || errOut != "" {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
		if printed != string(published) {
			t.Errorf("reports/coverage/%s is of other vectors; run `make coverage`", name)
		}
	}
}
