package fuzz_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/countersign/countersign/fuzz/targets"
)

// A build that forgets a target is green all the same.
func TestWhatIsBuiltElsewhereAndWrittenNamesEveryTarget(t *testing.T) {
	want := slices.Sorted(maps.Keys(targets.All))
	for file, pattern := range map[string]string{
		"../.clusterfuzzlite/build.sh": `(?m)^target (\w+)$`,
		"../docs/fuzzing.md":           "(?m)^\\| `(\\w+)` \\|",
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			names = append(names, match[1])
		}
		slices.Sort(names)
		if !slices.Equal(names, want) {
			t.Errorf("%s names the targets %q; there are %q", file, names, want)
		}
	}
}

// What the page tells people to run must be there.
func TestTheMakeTargetsThatThePageNamesExist(t *testing.T) {
	page, err := os.ReadFile("../docs/fuzzing.md")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?m)(?:^|\x60)make ([a-z-]+)`).FindAllStringSubmatch(string(page), -1)
	if len(named) < 5 {
		t.Fatalf("the page names %q", named)
	}
	for _, match := range named {
		if !regexp.MustCompile(`(?m)^` + match[1] + `:`).Match(makefile) {
			t.Errorf("there is no make %s", match[1])
		}
	}
	for _, match := range regexp.MustCompile(`(?m)^make fuzz .*?([A-Z]+)=`).FindAllStringSubmatch(string(page), -1) {
		if !regexp.MustCompile(`\$\(` + match[1] + `\)`).Match(makefile) {
			t.Errorf("the Makefile has no %s", match[1])
		}
	}
}
