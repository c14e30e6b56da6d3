package fuzz_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/countersign/countersign/fuzz/targets"
)

// An engine that finds no entry skips a target silently.
func TestEveryTargetHasItsEntriesAndItsPlaceInTheList(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*/target.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no target: %v", err)
	}
	var names []string
	for _, file := range files {
		name := filepath.Dir(file)
		names = append(names, name)
		for entry, want := range map[string]string{
			"target.go":      `(?m)^func Check\(data \[\]byte\) \{ fuzz\.Run\("` + name + `", data, check\) \}$`,
			"gofuzz.go":      `(?s)^//go:build gofuzz\n.*\nfunc Fuzz\(data \[\]byte\) int \{\n\tCheck\(data\)`,
			"target_test.go": `(?m)^func Fuzz[A-Z]\w*\(f \*testing\.F\) \{ native\.Fuzz\(f, Check\) \}$`,
		} {
			text, err := os.ReadFile(filepath.Join(name, entry))
			if err != nil {
				t.Error(err)
			} else if !regexp.MustCompile(want).Match(text) {
				t.Errorf("%s/%s does not match %s", name, entry, want)
			}
		}
	}
	listed := regexp.MustCompile(`(?m)^//\t(\w+) `).FindAllStringSubmatch(string(doc), -1)
	var inDoc []string
	for _, match := range listed {
		inDoc = append(inDoc, match[1])
	}
	slices.Sort(inDoc) // Glob sorts the others
	if registered := slices.Sorted(maps.Keys(targets.All)); !slices.Equal(registered, names) {
		t.Errorf("package targets lists %q, there are %q", registered, names)
	}
	if !slices.Equal(inDoc, names) {
		t.Errorf("the package comment lists %q, there are %q", inDoc, names)
	}
}
