// Package native runs fuzz targets under `go test`. It stands apart so that
// the other engines do not build package testing into their targets.
package native

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/fuzz/barehashes"
)

// Fuzz adds every file of the folder corpus, beside the test, as it is, and
// runs check on them and on what the engine makes of them. An empty corpus is
// an error: its replay would prove nothing.
//
// Where [barehashes.Variable] is set, it runs the bare hashes instead of check:
// in the same program, because what the engine does for one execution grows
// with the code that is linked.
func Fuzz(f *testing.F, check func(data []byte)) {
	if os.Getenv(barehashes.Variable) != "" {
		check = barehashes.Check
	}
	entries, err := os.ReadDir("corpus")
	if err != nil {
		f.Fatal(err)
	}
	if len(entries) == 0 {
		f.Fatal("the folder corpus has no file")
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join("corpus", entry.Name()))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) { check(data) })
}
