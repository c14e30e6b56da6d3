package planted

import (
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/signature"
)

// A finding is compared with all mutants of its profile: one that panics over a
// made-up request ends the hunt, and would count as found here.
func TestMutantsSignOrRefuseWhateverTheGrammarMakes(t *testing.T) {
	const inputs = 60
	for _, p := range signature.Profiles {
		random := fuzz.NewRandom(1)
		panicked := map[string]bool{}
		for range inputs {
			in := fuzz.Input(p, fuzz.NewChoices(random.Next()))
			for i := range mutants.All {
				if m := &mutants.All[i]; m.Profile != nil && m.Of(p.ID()) && !panicked[m.ID()] {
					if why := panicOf(func() { m.Reading(p).Sign(in) }); why != nil {
						panicked[m.ID()] = true
						t.Errorf("%s: %s panics over %s %q: %v", p.ID(), m.ID(), in.Request.Method, in.Request.Target, why)
					}
				}
			}
		}
	}
}

func panicOf(do func()) (why any) {
	defer func() { why = recover() }()
	do()
	return nil
}
