// Package signverify is the fuzz target for signing and verifying: a request
// that a profile signs is verified by a server that sees nothing but the bytes
// on the wire, and signing changes nothing it was given.
package signverify

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Check decodes a profile and an input from data, signs, sends and verifies.
func Check(data []byte) { fuzz.Run("signverify", data, check) }

func check(data []byte) {
	c := fuzz.NewChoices(data)
	p := fuzz.OneOf(c, signature.Profiles)
	roundTrip(p, fuzz.Input(p, c), nil)
}

// roundTrip signs in with p and verifies what then is on the wire, as reading
// has the profile. An input that cannot be signed is no finding: that there
// are few is for the tests of the grammar.
func roundTrip(p *signature.Profile, in *signature.Input, reading func(*signature.Profile) *signature.Profile) {
	request, additional := in.Request.Clone(0), slices.Clone(in.AdditionalHeaders)
	signed, err := p.Sign(in)
	if !fuzz.Same(in.Request, request) || !slices.Equal(in.AdditionalHeaders, additional) {
		fuzz.Fail("signature/input-changed", "%s changed what it was given\n%s", p.ID(), describe(in))
	}
	if err != nil {
		return
	}
	sent := signed.Request()
	if p.Carrier == signature.InForm {
		sent = upload(in, signed.Form)
	}
	raw := sent.AppendHTTP(nil)
	received, err := wire.ParseRequest(raw, sent.Transport)
	if err != nil {
		fuzz.Fail("signature/signed-request-unreadable", "%s: %v\n%q\n%s", p.ID(), err, raw, describe(in))
	}
	verifier := fuzz.Verifier(in.Credentials)
	verifier.Reading = reading
	compare(p, in, signed, raw, verifier.Verify(received))
}

// keyInPath is the key as a path names it: the channel of a push URL stands
// behind live/.
func keyInPath(p *signature.Profile, in *signature.Input) string {
	if p == signature.OSSRTMPQuery {
		return "live/" + in.Key
	}
	return in.Key
}

// compare fails with the first thing that differs between the two sides. The
// class ends in what that is: a class of faults, a stage, or what the verifier
// took from the request.
func compare(p *signature.Profile, in *signature.Input, signed *signature.Signed, raw []byte, got *signature.Verification) {
	fail := func(difference, what string) {
		var faults strings.Builder
		for _, f := range got.Faults {
			faults.WriteString("\n  " + f.Error())
		}
		fuzz.Fail("signature/sign-verify-roundtrip/"+p.ID()+"/"+difference, "%s; the verdict is %s%s\non the wire %q\n%s", what, got.Verdict, faults.String(), raw, describe(in))
	}
	switch {
	case got.Verdict == signature.Malformed:
		fail(string(got.Faults[0].Class), "what was signed is malformed")
	case got.Profile == nil || got.Profile.ID() != p.ID():
		fail("profile", "it is taken for another profile")
	}
	for _, s := range got.Stages() {
		if want := signed.Stage(s.Stage); s.Value != want {
			fail(string(s.Stage), "stage "+string(s.Stage)+" is "+quote(want)+" when signing and "+quote(s.Value)+" when verifying")
		}
	}
	switch {
	case got.Verdict != signature.Verified:
		fail("verdict", "all stages are equal, and it is not verified")
	case got.Resource.Bucket != in.Bucket:
		fail("bucket", "the bucket on the wire is "+quote(got.Resource.Bucket))
	case got.Key != keyInPath(p, in):
		fail("key", "the key on the wire is "+quote(got.Key))
	case in.Credentials.SecurityToken != "" && got.Token != in.Credentials.SecurityToken:
		fail("token", "the token on the wire is "+quote(got.Token))
	}
}

// upload is the request a browser makes of a form: its fields, the key among
// them, as an urlencoded body.
func upload(in *signature.Input, fields [][2]string) *wire.Request {
	req := in.Request.Clone(1)
	req.Headers = slices.DeleteFunc(req.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, "Content-Type") })
	req.Headers = append(req.Headers, wire.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	body := append([]byte("key="), wire.EscapeValue(in.Key)...)
	for _, f := range fields {
		body = append(append(append(body, '&'), wire.EscapeValue(f[0])...), '=')
		body = append(body, wire.EscapeValue(f[1])...)
	}
	req.Body = string(body)
	return req
}

func describe(in *signature.Input) string {
	text, err := json.Marshal(in)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func quote(s string) string { return string(wire.AppendJSON(nil, s)) }
