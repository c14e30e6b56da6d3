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
