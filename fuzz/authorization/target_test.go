package authorization

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func FuzzAuthorization(f *testing.F) { native.Fuzz(f, Check) }

// The seeds named after vectors are the vectors' requests, signed with the
// credentials of this package: from them an engine gets behind the parsers.
// What else is there is malformed in one way each.
func TestTheCorpusHasEveryVerdictAndProfile(t *testing.T) {
	names, err := filepath.Glob("corpus/*")
	if err != nil {
		t.Fatal(err)
	}
	verdicts, verified, classes := map[signature.Verdict]int{}, map[string]int{}, map[signature.Class]int{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		req, err := wire.ParseRequest(data, "http")
		if err != nil && strings.HasPrefix(filepath.Base(name), "covers-") {
			continue // kept for the parser in front
		}
		if err != nil {
			t.Errorf("%s is no request: %v", name, err)
			continue
		}
		v := fuzz.Verifier(credentials).Verify(req)
		verdicts[v.Verdict]++
		if v.Verdict == signature.Verified {
			verified[v.Profile.ID()]++
		}
		for _, f := range v.Faults {
			classes[f.Class]++
		}
	}
	for _, p := range signature.Profiles {
		if verified[p.ID()] == 0 {
			t.Errorf("no seed is verified as %s", p.ID())
		}
	}
	for _, verdict := range []signature.Verdict{signature.Verified, signature.Mismatch, signature.Unsigned, signature.Malformed} {
		if verdicts[verdict] == 0 {
			t.Errorf("no seed is %s", verdict)
		}
	}
	for _, class := range []signature.Class{signature.MalformedAuthorization, signature.MalformedQuery, signature.UnknownKey, signature.AuthenticatedTwice} {
		if classes[class] == 0 {
			t.Errorf("no seed has a fault of the class %s", class)
		}
	}
}

func TestJudgedSeesWhatAVerificationLacks(t *testing.T) {
	words := &signature.Fault{Class: signature.BadDate, Where: "header Date", Offset: -1, Rule: "a date"}
	wordless, outside, leaking := *words, *words, *words
	wordless.Rule, outside.Offset, leaking.Got = "", 9, credentials.AccessKeySecret
	for want, v := range map[string]*signature.Verification{
		"":                                      {Verdict: signature.Malformed, Faults: []*signature.Fault{words}},
		"authorization/malformed-without-fault": {Verdict: signature.Malformed},
		"authorization/fault-without-words":     {Verdict: signature.Malformed, Faults: []*signature.Fault{&wordless}},
		"authorization/fault-outside-the-request":      {Verdict: signature.Malformed, Faults: []*signature.Fault{&outside}},
		"authorization/secret-in-fault":                {Verdict: signature.Malformed, Faults: []*signature.Fault{&leaking}},
		"authorization/faults-without-malformed":       {Verdict: signature.Unsigned, Faults: []*signature.Fault{words}},
		"authorization/unsigned-with-profile":          {Verdict: signature.Unsigned, Profile: signature.OSSV1Header},
		"authorization/nothing-recomputed":             {Verdict: signature.Verified, Profile: signature.OSSV1Header},
		"authorization/unknown-verdict":                {},
		"authorization/verdict-contradicts-signatures": contradiction(t),
	} {
		var got string
		if found := fuzz.Find("t", []byte("request"), func(data []byte) { judged(data, v) }); found != nil {
			got = found.Class
		}
		if got != want {
			t.Errorf("class %q, want %q", got, want)
		}
	}
}

// contradiction is a verification whose verdict is not what its signatures say.
func contradiction(t *testing.T) *signature.Verification {
	in := fuzz.Input(signature.OSSV1Header, fuzz.NewChoices(nil))
	signed, err := signature.OSSV1Header.Sign(in)
	if err != nil {
		t.Fatal(err)
	}
	v := fuzz.Verifier(in.Credentials).Verify(signed.Request())
	v.Verdict = signature.Mismatch
	return v
}
