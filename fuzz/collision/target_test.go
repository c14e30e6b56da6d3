package collision

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func FuzzCollision(f *testing.F) { native.Fuzz(f, Check) }

func TestTheCorpusHasEveryEditAndProfile(t *testing.T) { native.HoldSeeds(t, Decode, Edits()) }

// Each signer here has one text for two requests that it should tell apart.
func TestASignerThatForgetsSomethingCollides(t *testing.T) {
	v1, v4 := signature.OSSV1Header, signature.OSSV4Header
	withHeaders := func(headers ...string) func(in *signature.Input) {
		return func(in *signature.Input) {
			for i := 0; i < len(headers); i += 2 {
				in.Request.Headers = append(in.Request.Headers, wire.Header{Name: headers[i], Value: headers[i+1]})
			}
		}
	}
	to := func(target string) func(in *signature.Input) {
		return func(in *signature.Input) { in.Request.Target = target }
	}
	forgetful := func(p *signature.Profile, change func(p *signature.Profile)) *signature.Profile {
		c := p.Clone()
		change(c)
		return c
	}
	for _, test := range []struct {
		what       string
		p, signer  *signature.Profile
		one, other func(in *signature.Input)
	}{
		{"a parameter", v1, forgetful(v1, func(p *signature.Profile) { p.SignedParameter = func(string) bool { return false } }), to("/a?acl"), to("/a?uploads")},
		{"a value", v1, forgetful(v1, func(p *signature.Profile) { p.HeaderValue = func(string) string { return "" } }), withHeaders("x-oss-a", "1"), withHeaders("x-oss-a", "2")},
		{"a header", v4, forgetful(v4, func(p *signature.Profile) {
			p.SignedHeader = func(_ *signature.Signing, name string) bool { return wire.EqualFold(name, "x-oss-date") }
		}), withHeaders("x-oss-a", "1"), withHeaders("x-oss-b", "1")},
	} {
		one, other := fuzz.Input(test.p, fuzz.NewChoices(nil)), fuzz.Input(test.p, fuzz.NewChoices(nil))
		test.one(one)
		test.other(other)
		found := fuzz.Find("collision", nil, func([]byte) { collide(test.p, test.signer, one, other, "test") })
		if found == nil || !strings.HasPrefix(found.Class, "signature/collision/"+test.p.ID()) {
			t.Errorf("a signer that forgets %s: %+v", test.what, found)
		}
		if found := fuzz.Find("collision", nil, func([]byte) { collide(test.p, test.p, one, other, "test") }); found != nil {
			t.Errorf("the reference forgets %s: %s", test.what, found.Detail)
		}
	}
}
