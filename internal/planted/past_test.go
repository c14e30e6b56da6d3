package planted

import (
	"os"
	"path/filepath"
	"testing"
)

// A seed that decodes to something else, after a change of the grammar, would
// be there for nothing.
func TestTheCorpusHasTheTriggerOfEveryPastBug(t *testing.T) {
	for i := range PastBugs {
		b := &PastBugs[i]
		data, err := os.ReadFile(filepath.Join("..", "..", "fuzz", "differential", "corpus", b.Seed()))
		if err != nil {
			t.Error(err)
			continue
		}
		if !b.ShownBy(data) {
			t.Errorf("%s does not trigger the bug of %s any more: make the seeds anew", b.Seed(), b.Source)
		}
	}
}
