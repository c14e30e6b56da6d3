package canonical

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func FuzzCanonical(f *testing.F) { native.Fuzz(f, Check) }

func TestTheCorpusHasEveryChangeAndProfile(t *testing.T) { native.HoldSeeds(t, Decode, Changes()) }

// A change that does nothing would find nothing: each makes other bytes, and
// bytes that are signed where their form is not canonical.
func TestAFormThatIsNotCanonicalIsFound(t *testing.T) {
	unsorted := signature.OSSV1Header.Clone()
	unsorted.HeaderValue = func(sent string) string { return sent }
	in := fuzz.Input(unsorted, fuzz.NewChoices(nil))
	in.Request.Headers = append(in.Request.Headers, wire.Header{Name: "x-oss-meta-a", Value: " v "})
	signed, err := unsorted.Sign(in)
	if err != nil {
		t.Fatal(err)
	}
	found := fuzz.Find("canonical", nil, func([]byte) { shape(unsorted, signed) })
	if found == nil || !strings.HasSuffix(found.Class, "/shape/canonicalHeaders") {
		t.Errorf("%+v", found)
	}
	for _, c := range changes[1:] {
		made := false
		for _, p := range signature.Profiles {
			before := fuzz.Input(p, fuzz.NewChoices(nil))
			before.Request.Headers = append(before.Request.Headers, wire.Header{Name: "A", Value: "b"})
			if p != signature.OSSRTMPQuery {
				before.Request.Target = "/a%2fb?c=1&d=2"
			}
			after := before.Clone()
			if c.make(p, after, fuzz.NewChoices([]byte{1, 1, 1})) {
				made = true
				if fuzz.Same(before.Request, after.Request) {
					t.Errorf("%s: %s says that it changes something, and does not", p.ID(), c.name)
				}
			}
		}
		if !made {
			t.Errorf("%s changes no request", c.name)
		}
	}
}
