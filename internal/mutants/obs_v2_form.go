package mutants

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of forms.
var obsV2Form = []Mutant{
	{"OBS2-FORM-01", "json", "signs the policy before its encoding", form(obsV2Scheme), text(signature.StringToSign, decodedPolicy)},
	{"OBS2-FORM-01", "wrapped", "breaks the lines of the Base64 text", form(obsV2Scheme), text(signature.StringToSign, func(built string) string {
		var lines []string
		for chunk := range slices.Chunk([]byte(built), 600) {
			lines = append(lines, string(chunk))
		}
		return strings.Join(lines, "\n")
	})},
	{"OBS2-FORM-01", "latin-1", "encodes the policy in Latin-1", form(obsV2Scheme), inPolicy(latin1)},
	{"OBS2-FORM-01", "unpadded", "leaves the padding of the Base64 text away", form(obsV2Scheme), text(signature.StringToSign, func(built string) string { return strings.TrimRight(built, "=") })},
	{"OBS2-FORM-02", "sha-256", "uses HMAC-SHA256", form(obsV2Scheme),
		output(signature.SignatureValue, func(s *signature.Signing, _ string) string {
			mac := hmac.New(sha256.New, []byte(s.Credentials.AccessKeySecret))
			mac.Write(s.Bytes(signature.StringToSign))
			return base64.StdEncoding.EncodeToString(mac.Sum(nil))
		})},
	{"OBS2-FORM-02", "hexadecimal", "writes the signature in hexadecimal digits", form(obsV2Scheme),
		output(signature.SignatureValue, func(s *signature.Signing, _ string) string {
			mac := hmac.New(sha1.New, []byte(s.Credentials.AccessKeySecret))
			mac.Write(s.Bytes(signature.StringToSign))
			return hex.EncodeToString(mac.Sum(nil))
		})},
	{"OBS2-FORM-03", "other-dress", "names the access key AWSAccessKeyId", form(obsV2Scheme), table(func(p *signature.Profile) {
		p.Names.AccessKey = "AWSAccessKeyId"
		for i := range p.Place {
			if p.Place[i].Name == "AccessKeyId" {
				p.Place[i].Name = "AWSAccessKeyId"
			}
		}
	})},
	{"OBS2-FORM-03", "small-letters-alone", "does not know the field Signature", form(obsV2Scheme), refusing(func(s *signature.Signing) bool { return hasField(s, "Signature") })},
	{"OBS2-FORM-04", "unknown", "does not know the field token", form(obsV2Scheme), refusing(func(s *signature.Signing) bool { return hasField(s, "token") && !hasField(s, "policy") })},
	{"OBS2-FORM-04", "loses", "takes the three fields where there is a token too", form(obsV2Scheme), Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Read = func(s *signature.Signing) []*signature.Fault {
			faults := p.Read(s)
			if policy, ok := s.Field("policy"); ok && hasField(s, "token") && len(faults) == 0 {
				s.Policy = policy
				s.Provided, _ = s.Field("signature")
			}
			return faults
		}
		return c
	}}},
	{"OBS2-FORM-05", "fields-unchecked", "lets fields through that the policy does not name", form(obsV2Scheme), neededFields(func(string) bool { return false })},
	{"OBS2-FORM-05", "metadata-free", "lets metadata through that the policy does not name", form(obsV2Scheme),
		neededFields(func(field string) bool { return !strings.HasPrefix(field, "x-obs-meta-") && covered(field) })},
	{"OBS2-FORM-05", "key-free", "needs no condition for the key", form(obsV2Scheme), neededFields(func(field string) bool { return field != "key" && covered(field) })},
	{"OBS2-FORM-05", "ignored-needed", "wants a condition for x-ignore- fields", form(obsV2Scheme),
		neededFields(func(field string) bool { return covered(field) || strings.HasPrefix(field, "x-ignore-") })},
	{"OBS2-FORM-05", "redirect-refused", "knows no field success_action_redirect", form(obsV2Scheme), refusing(func(s *signature.Signing) bool { return hasField(s, "success_action_redirect") })},
	{"OBS2-FORM-05", "acl-refused", "knows no field x-obs-acl", form(obsV2Scheme), refusing(func(s *signature.Signing) bool { return hasField(s, "x-obs-acl") })},
	{"OBS2-FORM-06", "milliseconds-alone", "refuses an expiration in whole seconds", form(obsV2Scheme), refusing(func(s *signature.Signing) bool { return !strings.Contains(expirationOf(s), ".") })},
	{"OBS2-FORM-06", "seconds-alone", "refuses an expiration with milliseconds", form(obsV2Scheme), refusing(func(s *signature.Signing) bool { return strings.Contains(expirationOf(s), ".") })},
	{"OBS2-FORM-06", "offsets", "takes an offset in an expiration", form(obsV2Scheme), expirationOfLayout("2006-01-02T15:04:05-07:00")},
	{"OBS2-FORM-06", "no-zone", "takes an expiration without a zone", form(obsV2Scheme), expirationOfLayout("2006-01-02T15:04:05")},
	{"OBS2-FORM-06", "rfc-1123", "takes an expiration as in a Date header", form(obsV2Scheme), expirationOfLayout(time.RFC1123)},
	{"OBS2-FORM-06", "microseconds", "takes an expiration with microseconds", form(obsV2Scheme), expirationOfLayout("2006-01-02T15:04:05.000000Z")},
	{"OBS2-FORM-06", "none", "needs no expiration", form(obsV2Scheme), expirationNotNeeded()},
	{"OBS2-FORM-07", "compacted", "prints the policy without blanks", form(obsV2Scheme), inPolicy(func(policy string) string {
		var out bytes.Buffer
		if json.Compact(&out, []byte(policy)) != nil {
			return policy
		}
		return out.String()
	})},
	{"OBS2-FORM-07", "printed-anew", "reads the policy and prints it anew", form(obsV2Scheme), inPolicy(func(policy string) string {
		var document map[string]any
		if json.Unmarshal([]byte(policy), &document) != nil {
			return policy
		}
		out, _ := json.Marshal(document)
		return string(out)
	})},
	{"OBS2-FORM-07", "expiration-first", "puts expiration in front", form(obsV2Scheme), inPolicy(func(policy string) string {
		conditions, expiration, ok := strings.Cut(strings.TrimSuffix(policy, "}"), `,"expiration"`)
		if !ok {
			return policy
		}
		return `{"expiration"` + expiration + "," + conditions[1:] + "}"
	})},
	{"OBS2-FORM-07", "slashes-unescaped", "prints escaped slashes as they are", form(obsV2Scheme), inPolicy(replacing(`\/`, "/"))},
	{"OBS2-FORM-08", "verb", "signs the method in front", form(obsV2Scheme), text(signature.StringToSign, func(built string) string { return "POST\n" + built })},
	{"OBS2-FORM-08", "date", "signs a Date that is there", form(obsV2Scheme), output(signature.StringToSign, func(s *signature.Signing, built string) string { return headerOf(s, "Date") + built })},
	{"OBS2-FORM-08", "path", "signs the path a form is posted to", form(obsV2Scheme), output(signature.StringToSign, func(s *signature.Signing, built string) string {
		return built + strings.TrimPrefix(s.Target.Path, "/")
	})},
	{"OBS2-FORM-09", "id-not-needed", "takes a form without an access key for an anonymous one", form(obsV2Scheme), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "must contain a field named") && strings.Contains(a.Body, "AccessKeyId") {
			a.Status = 403
		}
	})},
	{"OBS2-FORM-09", "signature-not-needed", "takes a missing signature for a wrong one", form(obsV2Scheme), forgiving(func(f *signature.Fault) bool { return f.Where == "field signature" && f.Offset < 0 })},
	{"OBS2-FORM-09", "empty-signature", "takes an empty signature for a wrong one", form(obsV2Scheme), forgiving(func(f *signature.Fault) bool { return f.Where == "field signature" && f.Offset == 0 })},
	{"OBS2-FORM-09", "policy-not-needed", "takes a missing policy for an empty one", form(obsV2Scheme), forgiving(func(f *signature.Fault) bool { return f.Where == "field policy" })},
	{"OBS2-FORM-10", "conditions-unchecked", "does not look at conditions", form(obsV2Scheme), both(neededFields(func(string) bool { return false }), rewriting(func(policy string) string {
		return policy[:strings.Index(policy, `"conditions"`)] + `"conditions":[]}`
	}))},
	{"OBS2-FORM-10", "quoted-numbers", "takes numbers in quotes", form(obsV2Scheme), sizesAs(func(least, most *any) {
		for _, limit := range []*any{least, most} {
			if text, ok := (*limit).(string); ok {
				if n, err := strconv.Atoi(text); err == nil {
					*limit = n
				}
			}
		}
	})},
	{"OBS2-FORM-10", "unknown-operators", "passes over an operator it does not know", form(obsV2Scheme), conditionsAs(func(c *[3]any) {
		if c[0] != "eq" && c[0] != "starts-with" && c[0] != "content-length-range" {
			c[0], c[2] = "starts-with", ""
		}
	})},
	{"OBS2-FORM-10", "length-unchecked", "does not look at the length of the file", form(obsV2Scheme), anySize()},
	{"OBS2-FORM-10", "beginnings-unchecked", "takes any key for starts-with", form(obsV2Scheme), anyValue("starts-with", "key")},
	{"OBS2-FORM-10", "beginnings-as-wholes", "takes starts-with for eq", form(obsV2Scheme), conditionsAs(func(c *[3]any) {
		if c[0] == "starts-with" && c[2] != "" {
			c[0] = "eq"
		}
	})},
	{"OBS2-FORM-10", "keys-decoded", "percent-decodes what a condition wants", form(obsV2Scheme), rewriting(wire.Unescape)},
	{"OBS2-FORM-10", "backslashes-lost", "loses backslashes of a condition", form(obsV2Scheme), rewording(`\\`, "")},
	{"OBS2-FORM-11", "for-ever", "lets forms in whose policy has expired", form(obsV2Scheme), everLater()},
	{"OBS2-FORM-11", "last-second", "refuses the last second of a policy", form(obsV2Scheme), expirationAs(func(text string) string {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at.Add(-time.Second).UTC().Format("2006-01-02T15:04:05.000Z")
		}
		return text
	})},
	{"OBS2-TOKEN-03", "no-field", "does not post the token", form(obsV2Scheme), table(func(p *signature.Profile) {
		p.Place = slices.DeleteFunc(slices.Clone(p.Place), func(place signature.Placement) bool { return place.Name == p.Names.Token })
	})},
	{"OBS2-TOKEN-03", "unasked", "does not look at the token of a form", form(obsV2Scheme), Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Names.Token = "token-nobody-sends"
		return c
	}}},
	{"OBS2-TOKEN-03", "any-token", "takes any token", form(obsV2Scheme), server(func(v *signature.Verifier) {
		known := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) {
			credentials, ok := known(id)
			credentials.SecurityToken = ""
			return credentials, ok
		}
	})},
	{"OBS2-TOKEN-03", "operator-unknown", "finds the token in conditions of one field alone", form(obsV2Scheme), refusing(func(s *signature.Signing) bool {
		return strings.Contains(decodedPolicy(s.Policy), `"$x-obs-security-token"`)
	})},
	{"OBS2-TOKEN-03", "no-condition", "needs no condition for the token", form(obsV2Scheme), neededFields(func(field string) bool { return field != "x-obs-security-token" && covered(field) })},
}

// expirationOf is the expiration of the policy of a form.
func expirationOf(s *signature.Signing) string {
	var policy struct{ Expiration string }
	_ = json.Unmarshal([]byte(decodedPolicy(s.Policy)), &policy)
	return policy.Expiration
}

// covered is the rule of the reference.
func covered(field string) bool { return signature.OBSV2Form.Policy.Needed(field) }
