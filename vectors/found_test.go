package vectors_test

import (
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
)

// What the vector tells and what a verifier recomputes come to the same, by
// ways that share nothing but the steps of the scheme.
func TestWhatAVectorTellsIsWhatAVerifierFinds(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	told, all := 0, 0
	for _, c := range set.Cases() {
		if c.Expect.Rejected == nil || c.Expect.Rejected.Class != string(signature.SignatureMismatch) {
			continue
		}
		all++
		profile, err := signature.LookupID(c.Profile())
		if err != nil {
			t.Fatal(err)
		}
		stages, ok := c.Found(profile)
		if !ok {
			continue
		}
		told++
		req, err := c.Arrival(profile)
		if err != nil {
			t.Fatal(err)
		}
		v := c.Server(profile).Verify(req)
		for _, s := range stages {
			if got := v.Stage(s.Stage); got != s.Value {
				t.Errorf("%s: %s\n told %q\nfound %q", c.ID, s.Stage, s.Value, got)
			}
		}
	}
	if told*100 < all*80 {
		t.Errorf("only %d of %d vectors tell what the server finds", told, all)
	}
	t.Logf("%d of %d", told, all)
}
