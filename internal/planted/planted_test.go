package planted

import (
	"testing"

	"github.com/countersign/countersign/vectors"
)

// The whole table is printed by a command; here every eighth bug shows that the
// grammar has not lost what it had.
func TestPlantedBugsAreFoundFromNothing(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	all := Bugs(set)
	if len(all) < 1000 {
		t.Fatalf("%d planted bugs", len(all))
	}
	bugs := all[:0:0]
	for i := 0; i < len(all); i += 8 {
		if ByDesign[all[i].ID()] == "" {
			bugs = append(bugs, all[i])
		}
	}
	const budget = 50_000
	for _, h := range Random(bugs, budget, 1) {
		if h.Class == "" {
			t.Errorf("%s (%s): not found in %d executions", h.Mutant.ID(), h.Mutant.About, budget)
			continue
		}
		if short := h.Shortened(200); len(short) > len(h.Input) || !Shows(h.Mutant, short) {
			t.Errorf("%s: shortened to %q it does not show any more", h.Mutant.ID(), short)
		}
	}
}
