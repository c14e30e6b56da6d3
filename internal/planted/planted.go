// Package planted measures the differential target by bugs that are known to
// be there: the mutants of the reference, each as an opponent.
//
// It guarantees that a bug counts as found only when the target itself reports
// a finding, and that the search starts from nothing: no corpus, no seed but a
// number.
package planted

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/internal/coverage"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/vectors"
)

// Bugs are the mutants that sign otherwise than the reference over some vector
// of the requirement they break. The others are faults of servers, of senders,
// or of what is read and not of what is signed.
func Bugs(set *vectors.Set) []*mutants.Mutant {
	var bugs []*mutants.Mutant
	for i := range mutants.All {
		if m := &mutants.All[i]; m.Profile != nil && signsOtherwise(set, m) {
			bugs = append(bugs, m)
		}
	}
	return bugs
}

// ByDesign are bugs that no input of the grammar can show, and why.
var ByDesign = map[string]string{
	"OSS1-PARAM-01/ossaccesskeyid-signed": "a request that already has a parameter of authentication is none to be signed",
}

func signsOtherwise(set *vectors.Set, m *mutants.Mutant) bool {
	for _, c := range set.Cases() {
		if !m.Of(c.Profile()) || c.IsVerifierCase() || !coverage.OwnVectors(m, c.Requirements) {
			continue
		}
		if o := coverage.Sign(set, c, m).Outcome; o != reports.Pass && o != reports.Contested {
			return true
		}
	}
	return false
}

// A Hunt is the search for one bug.
type Hunt struct {
	Mutant     *mutants.Mutant
	Executions int    // until it was found, or all of them
	Class      string // of the finding; "" when it was not found
	Input      []byte // that shows it
}

// Random hunts bugs with random bytes, without looking at coverage: seed and
// budget say which bytes. The hunts are those of the bugs, in their order.
func Random(bugs []*mutants.Mutant, budget int, seed uint64) []Hunt {
	hunts := make([]Hunt, len(bugs))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(bugs); i = next.Add(1) - 1 {
				hunts[i] = random(bugs[i], budget, seed)
			}
		})
	}
	wait.Wait()
	return hunts
}

func random(m *mutants.Mutant, budget int, seed uint64) Hunt {
	h := Hunt{Mutant: m, Executions: budget}
	duel, err := duelWith(m)
	if err != nil {
		return h
	}
	inputs := fuzz.NewRandom(seed)
	for n := 1; n <= budget; n++ {
		input := inputs.Next()
		found := finds(duel, input)
		if found != nil {
			h.Executions, h.Class, h.Input = n, found.Class, append([]byte(nil), input...)
			break
		}
	}
	return h
}

// Shortened returns the shortest input that was found to show the bug of a
// hunt: it is a finding still.
func (h *Hunt) Shortened(limit int) []byte {
	duel, err := duelWith(h.Mutant)
	if err != nil || h.Class == "" {
		return nil
	}
	return fuzz.Shorten(h.Input, limit, func(data []byte) bool { return finds(duel, data) != nil })
}

// Shows reports whether an input shows a bug.
func Shows(m *mutants.Mutant, data []byte) bool {
	duel, err := duelWith(m)
	return err == nil && finds(duel, data) != nil
}

func duelWith(m *mutants.Mutant) (*differential.Duel, error) {
	opponent, err := differential.Mutant(m)
	if err != nil {
		return nil, err
	}
	return differential.Against(opponent)
}

// finds is what the target finds in an input.
func finds(duel *differential.Duel, data []byte) *fuzz.Finding {
	var found *fuzz.Finding
	if panicked := fuzz.Find("differential", data, func(data []byte) { found = duel.Compare(duel.Decode(data)) }); panicked != nil {
		return panicked
	}
	return found
}
