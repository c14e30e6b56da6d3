package differential

import (
	"testing"

	"github.com/countersign/countersign/fuzz/differential/opponenttest"
)

const adapterFolder = "../.."

func FuzzDifferential(f *testing.F) { opponenttest.Fuzz(f, duel, adapterFolder) }

func TestTheListOfKnownClassesIsInUseAndWhole(t *testing.T) {
	opponenttest.HoldList(t, duel, adapterFolder)
}
