package signature_test

import (
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
)

// strict is a server that also looks at tokens and policies.
func strict() *signature.Verifier {
	v := server()
	v.Grants = true
	return v
}

func TestAFormIsHeldToItsPolicy(t *testing.T) {
	const own = `["eq","$x-oss-signature-version","OSS4-HMAC-SHA256"],["starts-with","$x-oss-credential",""],["starts-with","$x-oss-date",""]`
	for _, test := range []struct {
		profile, policy string
		where           string // of the fault; empty: let in
		rule            string
	}{
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["starts-with","$key","dir/"]]}`, "", ""},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["eq","$key","dir/a b.txt"],{"bucket":"examplebucket"}]}`, "", ""},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["content-length-range",5,5]]}`, "", ""},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["content-length-range",6,9]]}`, "policy condition", "keeps every condition"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["content-length-range","5","9"]]}`, "field policy", "without quotes"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["eq","$key","other"]]}`, "policy condition", "keeps every condition"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[{"bucket":"other"}]}`, "policy condition", "keeps every condition"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["like","$key","d"]]}`, "field policy", "operators"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00.+00Z","conditions":[["eq","$key","dir/a b.txt"]]}`, "field policy", "an expiration is like"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00.000Z","conditions":[["eq","$key","dir/a b.txt"]]}`, "", ""},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["eq","key","d"]]}`, "field policy", "dollar sign"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z"}`, "field policy", "has conditions"},
		{"oss-v1/form", `{"conditions":[]}`, "field policy", "has an expiration"},
		{"oss-v1/form", `{"expiration":"2026-11-21T08:29:59Z","conditions":[]}`, "field policy", "expires"},
		{"oss-v1/form", `{"expiration":"2026-11-21T08:30:00.000Z","conditions":[]}`, "", ""},
		{"oss-v1/form", `{"expiration":"2026-11-22","conditions":[]}`, "field policy", "an expiration is like"},
		{"oss-v1/form", `no json`, "field policy", "JSON document"},
		{"oss-v4/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[` + own + `]}`, "", ""},
		{"oss-v4/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["starts-with","$key",""]]}`, "policy condition", "has a condition for the field"},
		{"obs-v2/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["starts-with","$key",""]]}`, "", ""},
		{"obs-v2/form", "{\"expiration\":\"2026-11-22T00:00:00Z\",\"conditions\":[[\"starts-with\",\"$key\",\"\"] ,\n ],}", "", ""},
		{"obs-v2/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["starts-with","$key","",]],,}`, "field policy", "JSON document"},
		{"oss-v1/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["starts-with","$key",""],]}`, "field policy", "JSON document"},
		{"obs-v2/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[["starts-with","$key","dir\",]"]]}`, "policy condition", "keeps every condition"},
		{"obs-v2/form", `{"expiration":"2026-11-22T00:00:00Z","conditions":[{"bucket":"examplebucket"}]}`, "policy condition", "has a condition for the field"},
	} {
		p := profile(t, test.profile)
		in := inputFor(p)
		in.Policy = test.policy
		got := strict().Verify(onTheWire(t, p, in))
		switch fault := got.Fault(); {
		case test.where == "" && got.Verdict != signature.Verified:
			t.Errorf("%s %s: %s %v", test.profile, test.policy, got.Verdict, got.Faults)
		case test.where != "" && (fault == nil || fault.Where != test.where || !strings.Contains(fault.Rule, test.rule)):
			t.Errorf("%s %s: %s %v, want %s: %s", test.profile, test.policy, got.Verdict, got.Faults, test.where, test.rule)
		}
	}
}

// A form with a signature that is wrong is told so: its policy says nothing.
func TestAPolicyIsReadBehindTheSignature(t *testing.T) {
	p := profile(t, "oss-v1/form")
	in := inputFor(p)
	in.Policy = `{"expiration":"2000-01-01T00:00:00Z","conditions":[]}`
	in.Credentials.AccessKeySecret += "x"
	verdict(t, strict(), onTheWire(t, p, in), signature.Mismatch)
}

func TestATemporaryKeyIsHeldToItsToken(t *testing.T) {
	for _, p := range signature.Profiles {
		v := strict()
		v.Secret = func(id string) (signature.Credentials, bool) {
			return signature.Credentials{AccessKeyID: keyID, AccessKeySecret: secret, SecurityToken: token}, id == keyID
		}
		v.Now = func() time.Time { return moment }
		for _, test := range []struct {
			token string
			class signature.Class
		}{{token, ""}, {"", signature.TokenMissing}, {token + "x", signature.TokenMismatch}} {
			in := inputFor(p)
			in.Credentials.SecurityToken = test.token
			if p.Carrier == signature.InForm {
				v.Grants, v.Now = true, nil // the policy of the fixture is another matter
			}
			got := v.Verify(onTheWire(t, p, in))
			if fault := got.Fault(); test.class == "" && got.Verdict != signature.Verified || test.class != "" && (fault == nil || fault.Class != test.class) {
				t.Errorf("%s with token %q: %s %v, want %q", p.ID(), test.token, got.Verdict, got.Faults, test.class)
			}
		}
	}
}

func TestThePolicySaysWhichFieldsAPageMustPost(t *testing.T) {
	got := signature.PolicyFields(`{"conditions":[{"bucket":"b"},["eq","$key","k"],["starts-with","$Content-Type","image/"],["content-length-range",1,2],["bad"]]}`)
	if len(got) != 2 || got[0] != [2]string{"key", "k"} || got[1] != [2]string{"content-type", "image/"} {
		t.Errorf("%q", got)
	}
	if got := signature.PolicyFields("no json"); got != nil {
		t.Errorf("%q", got)
	}
}
