// Package native runs fuzz targets under `go test`. It stands apart so that
// the other engines do not build package testing into their targets.
package native

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/countersign/countersign/fuzz/barehashes"
	"github.com/countersign/countersign/signature"
)

// Fuzz adds every file of the folder corpus, beside the test, as it is, and
// runs check on them and on what the engine makes of them. An empty corpus is
// an error: its replay would prove nothing.
//
// Where [barehashes.Variable] is set, it runs the bare hashes instead of check:
// in the same program, because what the engine does for one execution grows
// with the code that is linked.
func Fuzz(f *testing.F, check func(data []byte)) { FuzzOn(f, check, "corpus") }

// FuzzOn is [Fuzz] on a corpus that stands elsewhere.
func FuzzOn(f *testing.F, check func(data []byte), folder string) {
	if os.Getenv(barehashes.Variable) != "" {
		check = barehashes.Check
	}
	inputs, err := Corpus(folder)
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range inputs {
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) { check(data) })
}

// Corpus reads the files of a folder, of which there must be one.
func Corpus(folder string) ([][]byte, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var inputs [][]byte
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, data)
	}
	if len(inputs) == 0 {
		return nil, fmt.Errorf("the folder %s has no file", folder)
	}
	return inputs, nil
}

// HoldSeeds fails the test unless every seed of the folder corpus comes as far
// as a signature, and there is one for every kind and for every profile that
// can be sent without a form. decode says what a seed stands for.
func HoldSeeds(t *testing.T, decode func(data []byte) (profile, kind string, signed bool), kinds []string) {
	names, err := filepath.Glob("corpus/*")
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		profile, kind, signed := decode(data)
		if !signed {
			t.Errorf("%s compares nothing", name)
		}
		seen = append(seen, profile, kind)
	}
	for _, p := range signature.Profiles {
		if p.Carrier != signature.InForm && !slices.Contains(seen, p.ID()) {
			t.Errorf("no seed has %s", p.ID())
		}
	}
	for _, kind := range kinds {
		if !slices.Contains(seen, kind) {
			t.Errorf("no seed has %s", kind)
		}
	}
}
