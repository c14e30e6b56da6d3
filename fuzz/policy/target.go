// Package policy is the fuzz target for the policies of browser uploads: any
// policy gets a verdict with its fault in words, and no form is let in that
// breaks a condition of its policy.
package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Check takes data for a policy, its first byte for the scheme.
func Check(data []byte) { fuzz.Run("policy", data, check) }

// arrival is when the server receives the forms.
var arrival = time.Date(2023, 12, 1, 10, 40, 0, 0, time.UTC)

var forms = slices.DeleteFunc(slices.Clone(signature.Profiles), func(p *signature.Profile) bool { return p.Carrier != signature.InForm })

func check(data []byte) {
	if len(data) < 2 {
		return
	}
	p, text := forms[int(data[0])%len(forms)], string(data[1:])
	in := fuzz.Input(p, fuzz.NewChoices(nil))
	in.Time, in.Policy = arrival, text
	signed, err := p.Sign(in)
	if err != nil {
		return
	}
	fields := [][2]string{{"key", "photos/a.jpg"}, {"Content-Type", "image/jpeg"}}
	for _, f := range signature.PolicyFields(text) { // a page posts what its policy asks for
		if slices.Contains([]string{"file", "key", "token"}, f[0]) { // a token would be another authentication
			continue
		}
		if !slices.ContainsFunc(signed.Form, func(own [2]string) bool { return wire.EqualFold(own[0], f[0]) }) {
			fields = append(fields, f)
		}
	}
	fields = append(append(fields, signed.Form...), [2]string{"file", "twelve bytes"})
	req := in.Request.Clone(1)
	req.SetHeader("Content-Type", "application/x-www-form-urlencoded")
	var body strings.Builder
	for i, f := range fields {
		if i > 0 {
			body.WriteByte('&')
		}
		body.WriteString(wire.EscapeValue(f[0]))
		body.WriteByte('=')
		body.WriteString(wire.EscapeValue(f[1]))
	}
	req.Body = body.String()
	verifier := fuzz.Verifier(in.Credentials)
	verifier.Grants, verifier.Now = true, func() time.Time { return arrival }
	judged(p, in, fields, verifier.Verify(req))
}

// judged checks a verdict against a second, laxer reading of the policy.
func judged(p *signature.Profile, in *signature.Input, fields [][2]string, v *signature.Verification) {
	fail := func(property, what string) {
		fuzz.Fail("signature/policy-"+property, "%s: %s\npolicy %q\nfields %q\nverdict %s, faults %v", p.ID(), what, in.Policy, fields, v.Verdict, v.Faults)
	}
	switch v.Verdict {
	case signature.Verified:
		if what := broken(p, in, fields); what != "" {
			fail("let-in", what)
		}
	case signature.Malformed:
		f := v.Fault()
		if f.Class != signature.PolicyRefused && f.Class != signature.Expired {
			fail("class", "the policy alone is fuzzed, the fault is "+string(f.Class))
		}
		if f.Where == "" || f.Rule == "" || strings.Contains(f.Error(), in.Credentials.AccessKeySecret) && !strings.Contains(in.Policy, in.Credentials.AccessKeySecret[1:]) {
			fail("words", "the fault is not in words: "+f.Error())
		}
	default:
		fail("verdict", "the form is signed")
	}
}

// broken says what of a policy a form breaks, or nothing. It knows only what is
// plain: conditions of one field and an expiration that is written as usual.
func broken(p *signature.Profile, in *signature.Input, fields [][2]string) string {
	var policy struct {
		Expiration string `json:"expiration"`
		Conditions []any  `json:"conditions"`
	}
	if json.Unmarshal(p.Policy.JSON([]byte(in.Policy)), &policy) != nil {
		return "it is no JSON"
	}
	if end, err := time.Parse(time.RFC3339, policy.Expiration); err != nil || end.Before(arrival) {
		return "it has expired, or has no expiration"
	}
	values := func(name string) (string, bool) {
		for _, f := range fields {
			if strings.EqualFold(f[0], name) {
				return f[1], true
			}
		}
		return in.Bucket, name == "bucket"
	}
	for _, c := range policy.Conditions {
		switch c := c.(type) {
		case map[string]any:
			for name, want := range c {
				if got, _ := values(strings.ToLower(name)); got != want {
					return "the condition of " + name
				}
			}
		case []any:
			if len(c) != 3 {
				return "a condition of another length"
			}
			operator, _ := c[0].(string)
			name, _ := c[1].(string)
			want, _ := c[2].(string)
			got, _ := values(strings.ToLower(strings.TrimPrefix(name, "$")))
			least, _ := c[1].(float64)
			most, _ := c[2].(float64)
			switch strings.ToLower(operator) {
			case "eq":
				if got != want {
					return "the condition eq of " + name
				}
			case "starts-with":
				if !strings.HasPrefix(got, want) {
					return "the condition starts-with of " + name
				}
			case "content-length-range":
				if least > 12 || most < 12 {
					return "the length"
				}
			default:
				return "an operator that does not exist: " + operator
			}
		default:
			return "a condition that is none"
		}
	}
	return ""
}
