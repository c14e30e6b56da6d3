package liars_test

import (
	"testing"

	"github.com/countersign/countersign/internal/liars"
)

// What liars do to a run is tested where runs are: in package runner.

func TestEveryLiarIsFoundByANameOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, liar := range append([]liars.Liar{liars.Control}, liars.All...) {
		if liar.Name == "" || liar.About == "" || seen[liar.Name] {
			t.Errorf("liar %q: about %q, named twice: %t", liar.Name, liar.About, seen[liar.Name])
		}
		seen[liar.Name] = true
		if found, ok := liars.Find(liar.Name); !ok || found.Name != liar.Name {
			t.Errorf("%s is not found", liar.Name)
		}
	}
	if found, ok := liars.Find("nobody"); ok {
		t.Errorf("nobody is %s", found.Name)
	}
}
