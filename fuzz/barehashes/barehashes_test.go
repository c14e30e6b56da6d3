package barehashes

import (
	"testing"

	"github.com/countersign/countersign/signature"
)

func TestEveryProfileHasItsWork(t *testing.T) {
	for i, p := range signature.Profiles {
		if s := typical()[i]; len(s.toSign) == 0 || s.v4 && p.Carrier != signature.InForm && len(s.canonical) == 0 {
			t.Errorf("%s: %d bytes to sign, %d of a canonical request", p.ID(), len(s.toSign), len(s.canonical))
		}
	}
}
