package mutants

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Forms of OSS V4.
var ossV4Form = []Mutant{
	{"OSS4-FORM-01", "json-itself", "signs the policy and not its Base64 text", form("oss-v4"), text(signature.StringToSign, decodedPolicy)},
	{"OSS4-FORM-01", "time-and-scope", "signs time and scope in front of the policy", form("oss-v4"), output(signature.StringToSign, func(s *signature.Signing, built string) string {
		return "OSS4-HMAC-SHA256\n" + s.Timestamp + "\n" + s.Scope.Date + "\n" + built
	})},
	{"OSS4-FORM-01", "alphabet-of-urls", "writes Base64 with - and _", form("oss-v4"), text(signature.StringToSign, replacing("+", "-", "/", "_"))},
	{"OSS4-FORM-01", "no-padding", "writes Base64 without equals signs", form("oss-v4"), text(signature.StringToSign, func(built string) string { return strings.TrimRight(built, "=") })},
	{"OSS4-FORM-01", "one-equals-sign", "writes at most one equals sign", form("oss-v4"), text(signature.StringToSign, func(built string) string { return strings.Replace(built, "==", "=", 1) })},
	{"OSS4-FORM-01", "always-padded", "writes an equals sign where none is needed", form("oss-v4"), text(signature.StringToSign, func(built string) string {
		if strings.HasSuffix(built, "=") {
			return built
		}
		return built + "="
	})},
	{"OSS4-FORM-01", "lines", "breaks the Base64 text after 76 characters", form("oss-v4"), text(signature.StringToSign, func(built string) string {
		var b strings.Builder
		for len(built) > 76 {
			b.WriteString(built[:76] + "\n")
			built = built[76:]
		}
		return b.String() + built
	})},
	{"OSS4-FORM-01", "buffer-of-four-kibibytes", "cuts the Base64 text at 4096 characters", form("oss-v4"), text(signature.StringToSign, func(built string) string { return built[:min(len(built), 4096)] })},
	{"OSS4-FORM-02", "no-version", "writes no x-oss-signature-version", form("oss-v4"), unplaced("x-oss-signature-version")},
	{"OSS4-FORM-02", "no-credential", "writes no x-oss-credential", form("oss-v4"), unplaced("x-oss-credential")},
	{"OSS4-FORM-02", "no-date", "writes no x-oss-date", form("oss-v4"), unplaced("x-oss-date")},
	{"OSS4-FORM-02", "field-of-v1", "reads the signature from Signature too", form("oss-v4"), sees(func(r *wire.Request) {
		r.Body = strings.Replace(r.Body, `name="Signature"`, `name="x-oss-signature"`, 1)
	})},
	{"OSS4-FORM-02", "date-optional", "takes a form without x-oss-date", form("oss-v4"), both(
		forgiving(func(f *signature.Fault) bool { return f.Where == "field x-oss-date" }), forgivingTime(func(s *signature.Signing, _ time.Time, _ *signature.Fault) bool { return s.Timestamp == "" }))},
	{"OSS4-FORM-02", "signature-optional", "takes a form without a signature", form("oss-v4"), forgivingEC("0002-00000703")},
	{"OSS4-FORM-02", "signature-empty", "takes an empty signature", form("oss-v4"), forgivingEC("0002-00000704")},
	{"OSS4-FORM-02", "policy-empty", "takes an empty policy", form("oss-v4"), forgivingEC("0006-00000205")},
	{"OSS4-FORM-02", "credential-optional", "takes a form without a credential", form("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.Where == "field x-oss-credential" && f.Offset < 0 })},
	{"OSS4-FORM-02", "policy-in-front", "wants the policy in front of the signature", form("oss-v4"), reads(func(s *signature.Signing) {
		if policy, signed := fieldPlace(s, "policy"), fieldPlace(s, "x-oss-signature"); policy > signed {
			s.Policy = ""
		}
	})},
	{"OSS4-FORM-03", "version-unconditioned", "needs no condition for the version", form("oss-v4"), unneeded("x-oss-signature-version")},
	{"OSS4-FORM-03", "credential-unconditioned", "needs no condition for the credential", form("oss-v4"), unneeded("x-oss-credential")},
	{"OSS4-FORM-03", "date-unconditioned", "needs no condition for the date", form("oss-v4"), unneeded("x-oss-date")},
	{"OSS4-FORM-03", "policies-of-v1", "needs none of the three conditions", form("oss-v4"), unneeded("x-oss-signature-version", "x-oss-credential", "x-oss-date")},
	{"OSS4-FORM-04", "any-day", "does not compare the days of date and credential", form("oss-v4"), forgivingLimit(signature.WrongScope)},
	{"OSS4-FORM-04", "day-of-china", "takes the day of China", form("oss-v4"), scopedAt(func(at time.Time) time.Time { return at.In(china) })},
	{"OSS4-FORM-04", "midnight-belongs-to-the-day-before", "counts the first second of a day to the day before", form("oss-v4"), scopedAt(func(at time.Time) time.Time { return at.Add(-time.Second) })},
	{"OSS4-FORM-04", "day-of-the-server", "derives the key for its own day", form("oss-v4"), Break{Server: func(v *signature.Verifier) {
		reading, now := v.Reading, v.Now
		v.Reading = func(p *signature.Profile) *signature.Profile {
			return scoped(func(s *signature.Scope) { s.Date = now().UTC().Format("20060102") }).Profile(reading(p))
		}
	}}},
	{"OSS4-FORM-04", "days-in-any-form", "takes the day of a credential in every form", form("oss-v4"), both(forgivingEC("0002-00000709"), forgivingLimit(signature.WrongScope))},
	{"OSS4-FORM-04", "any-date", "takes a date in every form", form("oss-v4"), forgivingLimit(signature.BadDate)},
	{"OSS4-FORM-05", "no-begin", "does not look at the begin", form("oss-v4"), forgivingLimit(signature.NotYetValid)},
	{"OSS4-FORM-05", "no-end", "does not look at the end", form("oss-v4"), forgivingLimit(signature.Expired)},
	{"OSS4-FORM-05", "nothing-early", "grants no early clock", form("oss-v4"), earlyRefused(0)},
	{"OSS4-FORM-05", "less-than-a-week", "refuses the last second of the week", form("oss-v4"), agedRefused(func(age, _ time.Duration) bool { return age > 7*24*time.Hour-time.Second })},
	{"OSS4-FORM-05", "six-days", "grants six days", form("oss-v4"), agedRefused(func(age, _ time.Duration) bool { return age > 6*24*time.Hour })},
	{"OSS4-FORM-05", "a-day", "grants less than a day", form("oss-v4"), agedRefused(func(age, _ time.Duration) bool { return age > 23*time.Hour })},
	{"OSS4-FORM-05", "fifteen-minutes", "grants 15 minutes, as for signed headers", form("oss-v4"), agedRefused(func(age, _ time.Duration) bool { return age > 15*time.Minute })},
	{"OSS4-FORM-06", "any-region", "takes every region", form("oss-v4"), server(func(v *signature.Verifier) { v.Region = "" })},
	{"OSS4-FORM-06", "code-of-headers", "answers with the code of headers", form("oss-v4"), answers(func(a *endpoint.Response) { a.Body = strings.ReplaceAll(a.Body, "00715", "00226") })},
	{"OSS4-FORM-06", "prefix-taken-off", "takes oss- off the region", form("oss-v4"), reads(func(s *signature.Signing) { s.Scope.Region = strings.TrimPrefix(s.Scope.Region, "oss-") })},
	{"OSS4-FORM-06", "forbidden", "answers 403 to a wrong region", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "00715") {
			a.Status = 403
		}
	})},
	{"OSS4-FORM-06", "region-of-its-author", "derives for cn-hangzhou whatever the region is", form("oss-v4"), derived(func(c *keyChain) { c.steps[1] = "cn-hangzhou" })},
	{"OSS4-FORM-07", "bad-request", "answers 400 to a signature that differs", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "SignatureDoesNotMatch") {
			a.Status = 400
		}
	})},
	{"OSS4-FORM-07", "accepts-all", "lets every signature in", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "SignatureDoesNotMatch") {
			*a = endpoint.Response{Status: 204}
		}
	})},
	{"OSS4-FORM-08", "compacted", "takes the blanks out of the policy", form("oss-v4"), inPolicy(func(policy string) string {
		var b bytes.Buffer
		if json.Compact(&b, []byte(policy)) != nil {
			return policy
		}
		return b.String()
	})},
	{"OSS4-FORM-08", "printed-anew", "parses the policy and prints it anew", form("oss-v4"), inPolicy(func(policy string) string { return printedAnew(policy, true) })},
	{"OSS4-FORM-08", "expiration-in-front", "prints the members in their usual order", form("oss-v4"), inPolicy(func(policy string) string {
		var p struct {
			Expiration json.RawMessage `json:"expiration"`
			Conditions json.RawMessage `json:"conditions"`
		}
		if json.Unmarshal([]byte(policy), &p) != nil || strings.Index(policy, `"expiration"`) < strings.Index(policy, `"conditions"`) {
			return policy
		}
		return fmt.Sprintf(`{"expiration":%s,"conditions":%s}`, p.Expiration, p.Conditions)
	})},
	{"OSS4-FORM-08", "trimmed", "trims the policy", form("oss-v4"), inPolicy(strings.TrimSpace)},
	{"OSS4-FORM-08", "line-feed-at-the-end-dropped", "drops a line feed at the end", form("oss-v4"), inPolicy(func(policy string) string { return strings.TrimSuffix(policy, "\n") })},
	{"OSS4-FORM-08", "line-ends", "turns CR LF into LF", form("oss-v4"), inPolicy(replacing("\r\n", "\n"))},
	{"OSS4-FORM-08", "escapes-decoded", "decodes the escapes of non-ASCII characters", form("oss-v4"), inPolicy(func(policy string) string {
		return strings.NewReplacer(`\u7167`, "\u7167", `\u7247`, "\u7247").Replace(policy)
	})},
	{"OSS4-FORM-08", "ascii-only", "escapes what is not ASCII", form("oss-v4"), inPolicy(func(policy string) string {
		var b strings.Builder
		for _, r := range policy {
			if r < utf8.RuneSelf {
				b.WriteRune(r)
			} else {
				quoted, _ := json.Marshal(string(r))
				b.WriteString(`\u` + string(quoted))
			}
		}
		return b.String()
	})},
	{"OSS4-FORM-08", "first-plane-only", "loses characters beyond the first plane", form("oss-v4"), inPolicy(func(policy string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xffff {
				return '?'
			}
			return r
		}, policy)
	})},
	{"OSS4-FORM-08", "composed", "composes accents", form("oss-v4"), inPolicy(replacing("e\u0301", "\u00e9"))},
	{"OSS4-FORM-08", "slashes-bare", "drops the backslash in front of slashes", form("oss-v4"), inPolicy(replacing(`\/`, "/"))},
	{"OSS4-FORM-08", "backslashes-dropped", "does not escape quotation marks and backslashes", form("oss-v4"), inPolicy(func(policy string) string {
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(policy)
	})},
	{"OSS4-FORM-08", "tabs-bare", "writes a tab for its escape", form("oss-v4"), inPolicy(replacing(`\t`, "\t"))},
	{"OSS4-FORM-08", "marks-of-html-escaped", "escapes < > and & as Go does", form("oss-v4"), inPolicy(func(policy string) string {
		return strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(policy)
	})},
	{"OSS4-FORM-08", "numbers-of-32-bits", "keeps 32 bits of a number", form("oss-v4"), inPolicy(largeNumbers(func(n int64) string { return fmt.Sprint(uint32(n)) }))},
	{"OSS4-FORM-08", "compared-as-json", "verifies the policy in whatever layout it arrives", form("oss-v4"), reads(func(s *signature.Signing) {
		s.Policy = signature.EncodePolicy(printedAnew(decodedPolicy(s.Policy), false))
	})},
	{"OSS4-FORM-09", "base64", "writes the signature in Base64", form("oss-v4"), text(signature.SignatureValue, func(built string) string {
		return base64.StdEncoding.EncodeToString([]byte(built))
	})},
	{"OSS4-FORM-09", "capitals-accepted", "takes a signature in capital digits", form("oss-v4"), reads(func(s *signature.Signing) { s.Provided = strings.ToLower(s.Provided) })},
	{"OSS4-FORM-09", "secret-alone", "signs with the secret itself", form("oss-v4"), signedWith(func(s *signature.Signing) string { return s.Credentials.AccessKeySecret })},
	{"OSS4-FORM-09", "product-left-out", "leaves the product out of the key", form("oss-v4"), derived(func(c *keyChain) { c.steps = append(c.steps[:2], c.steps[3]) })},
	{"OSS4-FORM-10", "for-ever", "does not look at the expiration", form("oss-v4"), server(func(v *signature.Verifier) { v.Grants = false })},
	{"OSS4-FORM-10", "last-second-refused", "refuses the last second of a policy", form("oss-v4"), refusingTime(signature.PolicyRefused, func(s *signature.Signing, now time.Time) bool {
		return strings.Contains(decodedPolicy(s.Policy), now.UTC().Format("2006-01-02T15:04:05"))
	})},
	{"OSS4-FORM-10", "expired-is-forbidden-by-policy", "gives an expired policy no code of its own", form("oss-v4"), answers(func(a *endpoint.Response) {
		a.Body = strings.ReplaceAll(a.Body, "0006-00000213", "0006-00000228")
	})},
	{"OSS4-FORM-10", "no-expiration-needed", "takes a policy without an expiration", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "0006-00000208") {
			*a = endpoint.Response{Status: 204}
		}
	})},
	{"OSS4-FORM-11", "policy-not-read", "verifies the policy and does not read it", form("oss-v4"), table(func(p *signature.Profile) { p.Policy = nil })},
	{"OSS4-FORM-11", "begins-compared-whole", "compares starts-with as eq", form("oss-v4"), refusingTime(signature.PolicyRefused, func(s *signature.Signing, _ time.Time) bool {
		return strings.Contains(decodedPolicy(s.Policy), `"starts-with"`)
	})},
	{"OSS4-FORM-11", "objects-unknown", "knows conditions that are lists only", form("oss-v4"), refusingTime(signature.PolicyRefused, func(s *signature.Signing, _ time.Time) bool {
		return strings.Contains(decodedPolicy(s.Policy), `{"key":`)
	})},
	{"OSS4-FORM-11", "metadata-forbidden", "knows no field of metadata", form("oss-v4"), refusingTime(signature.PolicyRefused, func(s *signature.Signing, _ time.Time) bool {
		for _, f := range s.Form {
			if strings.HasPrefix(f[0], "x-oss-meta-") {
				return true
			}
		}
		return false
	})},
	{"OSS4-FORM-11", "metadata-overlooked", "does not hold metadata to its conditions", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "Policy Condition failed") && strings.Contains(a.Body, "x-oss-meta-") {
			*a = endpoint.Response{Status: 204}
		}
	})},
	{"OSS4-FORM-11", "key-overlooked", "does not hold the key to its conditions", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "Policy Condition failed") && strings.Contains(a.Body, "$key") {
			*a = endpoint.Response{Status: 204}
		}
	})},
	{"OSS4-FORM-11", "begins-found-anywhere", "takes a begin that stands anywhere in the field", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "Policy Condition failed") && strings.Contains(a.Body, "starts-with") {
			*a = endpoint.Response{Status: 204}
		}
	})},
	{"OSS4-TOKEN-03", "any-token", "takes every token", form("oss-v4"), server(func(v *signature.Verifier) { v.Grants = false })},
	{"OSS4-TOKEN-03", "token-optional", "takes a temporary key without its token", form("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "0002-00000003") {
			*a = endpoint.Response{Status: 204}
		}
	})},
	{"OSS4-TOKEN-03", "blanks-for-plus-signs", "takes a blank in a token for a plus sign", form("oss-v4"), seesField("x-oss-security-token", func(value string) string {
		return strings.ReplaceAll(value, " ", "+")
	})},
	{"OSS4-TOKEN-03", "not-written", "writes no token into the form", form("oss-v4"), unplaced("x-oss-security-token")},
	{"OSS4-TOKEN-03", "field-of-v1", "writes the token into security-token", form("oss-v4"), table(func(p *signature.Profile) {
		for i := range p.Place {
			if p.Place[i].Name == "x-oss-security-token" {
				p.Place[i].Name = "security-token"
			}
		}
	})},
	{"OSS4-TOKEN-03", "decoded", "writes the token with blanks for its plus signs", form("oss-v4"), putInstead("x-oss-security-token", func(s *signature.Signing) string {
		return strings.ReplaceAll(s.Credentials.SecurityToken, "+", " ")
	})},
}

// printedAnew parses a policy and prints it anew, sorted or not.
func printedAnew(policy string, html bool) string {
	var value any
	if json.Unmarshal([]byte(policy), &value) != nil {
		return policy
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	if e.Encode(value) != nil {
		return policy
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func fieldPlace(s *signature.Signing, name string) int {
	for i := range s.Form {
		if s.Form[i][0] == name {
			return i
		}
	}
	return -1
}
