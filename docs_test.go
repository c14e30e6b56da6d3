package countersign_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	shownMake = regexp.MustCompile("(?m)(?:^|`)make ([a-z][a-z-]*)([^\n`#]*)")
	variable  = regexp.MustCompile(`([A-Z]+)=`)
)

// The pages for users name targets and variables of the Makefile, and none that
// is not there.
func TestTheMakeTargetsThatPagesNameExist(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, page := range append(pages, "README.md", "CHANGELOG.md", "adapters/README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range shownMake.FindAllStringSubmatch(string(text), -1) {
			named++
			if !strings.Contains(string(makefile), "\n"+match[1]+":") {
				t.Errorf("%s: there is no make %s", page, match[1])
			}
			for _, v := range variable.FindAllStringSubmatch(match[2], -1) {
				if !strings.Contains(string(makefile), "$("+v[1]+")") {
					t.Errorf("%s: the Makefile knows no %s", page, v[1])
				}
			}
		}
	}
	if named < 15 {
		t.Errorf("%d targets are named: the pattern finds them no more", named)
	}
}
