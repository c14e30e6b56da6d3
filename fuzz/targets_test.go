package fuzz_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// An engine that finds no entry skips a target silently.
func TestEveryTargetHasItsEntriesAndItsPlaceInTheList(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	targets, err := filepath.Glob("*/target.go")
	if err != nil || len(targets) == 0 {
		t.Fatalf("no target: %v", err)
	}
	var names []string
	for _, file := range targets {
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
	if !slices.Equal(inDoc, names) {
		t.Errorf("the package comment lists %q, there are %q", inDoc, names)
	}
}
