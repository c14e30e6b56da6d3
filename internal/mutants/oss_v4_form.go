package mutants

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Forms of OSS V4.
var ossV4Form = []Mutant{
	{"OSS4-FORM-01", "json-itself", "signs the policy and not its Base64 text", form(v4), text(signature.StringToSign, fromBase64)},
	{"OSS4-FORM-01", "time-and-scope", "signs time and scope in front of the policy", form(v4), output(signature.StringToSign, func(s *signature.Signing, built string) string {
		return "OSS4-HMAC-SHA256\n" + s.Timestamp + "\n" + s.Scope.Date + "\n" + built
	})},
	{"OSS4-FORM-01", "alphabet-of-urls", "writes Base64 with - and _", form(v4), text(signature.StringToSign, strings.NewReplacer("+", "-", "/", "_").Replace)},
	{"OSS4-FORM-01", "no-padding", "writes Base64 without equals signs", form(v4), text(signature.StringToSign, func(built string) string { return strings.TrimRight(built, "=") })},
	{"OSS4-FORM-01", "one-equals-sign", "writes at most one equals sign", form(v4), text(signature.StringToSign, func(built string) string { return strings.Replace(built, "==", "=", 1) })},
	{"OSS4-FORM-01", "always-padded", "writes an equals sign where none is needed", form(v4), text(signature.StringToSign, func(built string) string {
		if strings.HasSuffix(built, "=") {
			return built
		}
		return built + "="
	})},
	{"OSS4-FORM-01", "lines", "breaks the Base64 text after 76 characters", form(v4), text(signature.StringToSign, func(built string) string {
		var b strings.Builder
		for len(built) > 76 {
			b.WriteString(built[:76] + "\n")
			built = built[76:]
		}
		return b.String() + built
	})},
	{"OSS4-FORM-01", "buffer-of-four-kibibytes", "cuts the Base64 text at 4096 characters", form(v4), text(signature.StringToSign, func(built string) string { return built[:min(len(built), 4096)] })},
	{"OSS4-FORM-02", "no-version", "writes no x-oss-signature-version", form(v4), unplaced("x-oss-signature-version")},
	{"OSS4-FORM-02", "no-credential", "writes no x-oss-credential", form(v4), unplaced("x-oss-credential")},
	{"OSS4-FORM-02", "no-date", "writes no x-oss-date", form(v4), unplaced("x-oss-date")},
	{"OSS4-FORM-02", "field-of-v1", "reads the signature from Signature too", form(v4), sees(func(r *wire.Request) {
		r.Body = strings.Replace(r.Body, `name="Signature"`, `name="x-oss-signature"`, 1)
	})},
	{"OSS4-FORM-02", "date-optional", "takes a form without x-oss-date", form(v4), forgiving(func(f *signature.Fault) bool { return f.Where == "field x-oss-date" })},
	{"OSS4-FORM-02", "signature-optional", "takes a form without a signature", form(v4), forgivingEC("0002-00000703")},
	{"OSS4-FORM-02", "signature-empty", "takes an empty signature", form(v4), forgivingEC("0002-00000704")},
	{"OSS4-FORM-02", "policy-empty", "takes an empty policy", form(v4), forgivingEC("0002-00000702")},
	{"OSS4-FORM-02", "credential-optional", "takes a form without a credential", form(v4), forgiving(func(f *signature.Fault) bool { return f.Where == "field x-oss-credential" && f.Offset < 0 })},
	{"OSS4-FORM-02", "policy-in-front", "wants the policy in front of the signature", form(v4), reads(func(s *signature.Signing) {
		if policy, signed := fieldPlace(s, "policy"), fieldPlace(s, "x-oss-signature"); policy > signed {
			s.Policy = ""
		}
	})},
	{"OSS4-FORM-04", "any-day", "does not compare the days of date and credential", form(v4), forgivingLimit(signature.WrongScope)},
	{"OSS4-FORM-04", "day-of-china", "takes the day of China", form(v4), scopedAt(func(at time.Time) time.Time { return at.In(china) })},
	{"OSS4-FORM-04", "midnight-belongs-to-the-day-before", "counts the first second of a day to the day before", form(v4), scopedAt(func(at time.Time) time.Time { return at.Add(-time.Second) })},
	{"OSS4-FORM-04", "day-of-the-server", "derives the key for its own day", form(v4), Break{Server: func(v *signature.Verifier) {
		reading, now := v.Reading, v.Now
		v.Reading = func(p *signature.Profile) *signature.Profile {
			return scoped(func(s *signature.Scope) { s.Date = now().UTC().Format("20060102") }).Profile(reading(p))
		}
	}}},
	{"OSS4-FORM-04", "days-in-any-form", "takes the day of a credential in every form", form(v4), forgivingEC("0002-00000709")},
	{"OSS4-FORM-04", "any-date", "takes a date in every form", form(v4), forgivingLimit(signature.BadDate)},
	{"OSS4-FORM-05", "no-begin", "does not look at the begin", form(v4), forgivingLimit(signature.NotYetValid)},
	{"OSS4-FORM-05", "no-end", "does not look at the end", form(v4), forgivingLimit(signature.Expired)},
	{"OSS4-FORM-05", "nothing-early", "grants no early clock", form(v4), lateOnly(0)},
	{"OSS4-FORM-05", "less-than-a-week", "refuses the last second of the week", form(v4), formAged(7*24*time.Hour - time.Second)},
	{"OSS4-FORM-05", "six-days", "grants six days", form(v4), formAged(6 * 24 * time.Hour)},
	{"OSS4-FORM-05", "a-day", "grants less than a day", form(v4), formAged(23 * time.Hour)},
	{"OSS4-FORM-05", "fifteen-minutes", "grants 15 minutes, as for signed headers", form(v4), formAged(15 * time.Minute)},
	{"OSS4-FORM-06", "any-region", "takes every region", form(v4), server(func(v *signature.Verifier) { v.Region = "" })},
	{"OSS4-FORM-06", "code-of-headers", "answers with the code of headers", form(v4), answers(func(a *endpoint.Response) { a.Body = strings.ReplaceAll(a.Body, "00715", "00226") })},
	{"OSS4-FORM-06", "prefix-taken-off", "takes oss- off the region", form(v4), reads(func(s *signature.Signing) { s.Scope.Region = strings.TrimPrefix(s.Scope.Region, "oss-") })},
	{"OSS4-FORM-06", "forbidden", "answers 403 to a wrong region", form(v4), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "00715") {
			a.Status = 403
		}
	})},
	{"OSS4-FORM-06", "region-of-its-author", "derives for cn-hangzhou whatever the region is", form(v4), derived(func(c *chain) { c.steps[1] = "cn-hangzhou" })},
	{"OSS4-FORM-07", "bad-request", "answers 400 to a signature that differs", form(v4), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "SignatureDoesNotMatch") {
			a.Status = 400
		}
	})},
	{"OSS4-FORM-07", "accepts-all", "lets every signature in", form(v4), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "SignatureDoesNotMatch") {
			*a = endpoint.Response{Status: 204}
		}
	})},
	{"OSS4-FORM-08", "compacted", "takes the blanks out of the policy", form(v4), policyText(func(policy string) string {
		var b bytes.Buffer
		if json.Compact(&b, []byte(policy)) != nil {
			return policy
		}
		return b.String()
	})},
	{"OSS4-FORM-08", "printed-anew", "parses the policy and prints it anew", form(v4), policyText(func(policy string) string { return printed(policy, true) })},
	{"OSS4-FORM-08", "sorted", "sorts the members of the policy", form(v4), policyText(func(policy string) string {
		if strings.Index(policy, `"conditions"`) < strings.Index(policy, `"expiration"`) {
			return printed(policy, false)
		}
		return policy
	})},
	{"OSS4-FORM-08", "trimmed", "trims the policy", form(v4), policyText(strings.TrimSpace)},
	{"OSS4-FORM-08", "line-feed-at-the-end-dropped", "drops a line feed at the end", form(v4), policyText(func(policy string) string { return strings.TrimSuffix(policy, "\n") })},
	{"OSS4-FORM-08", "line-ends", "turns CR LF into LF", form(v4), policyText(func(policy string) string { return strings.ReplaceAll(policy, "\r\n", "\n") })},
	{"OSS4-FORM-08", "escapes-decoded", "decodes the escapes of non-ASCII characters", form(v4), policyText(func(policy string) string {
		return strings.NewReplacer(`\u7167`, "\u7167", `\u7247`, "\u7247").Replace(policy)
	})},
	{"OSS4-FORM-08", "ascii-only", "escapes what is not ASCII", form(v4), policyText(func(policy string) string {
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
	{"OSS4-FORM-08", "first-plane-only", "loses characters beyond the first plane", form(v4), policyText(func(policy string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xffff {
				return '?'
			}
			return r
		}, policy)
	})},
	{"OSS4-FORM-08", "composed", "composes accents", form(v4), policyText(func(policy string) string { return strings.ReplaceAll(policy, "e\u0301", "\u00e9") })},
	{"OSS4-FORM-08", "slashes-bare", "drops the backslash in front of slashes", form(v4), policyText(func(policy string) string { return strings.ReplaceAll(policy, `\/`, "/") })},
	{"OSS4-FORM-08", "backslashes-dropped", "does not escape quotation marks and backslashes", form(v4), policyText(func(policy string) string {
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(policy)
	})},
	{"OSS4-FORM-08", "tabs-bare", "writes a tab for its escape", form(v4), policyText(func(policy string) string { return strings.ReplaceAll(policy, `\t`, "\t") })},
	{"OSS4-FORM-08", "marks-of-html-escaped", "escapes < > and & as Go does", form(v4), policyText(func(policy string) string {
		return strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(policy)
	})},
	{"OSS4-FORM-08", "numbers-of-32-bits", "keeps 32 bits of a number", form(v4), policyText(func(policy string) string { return strings.ReplaceAll(policy, "5368709120", "1073741824") })},
	{"OSS4-FORM-08", "fractions-dropped", "prints 1048576 for 1048576.0", form(v4), policyText(func(policy string) string { return strings.ReplaceAll(policy, ".0,", ",") })},
	{"OSS4-FORM-08", "compared-as-json", "verifies the policy in whatever layout it arrives", form(v4), reads(func(s *signature.Signing) {
		s.Policy = signature.EncodePolicy(printed(fromBase64(s.Policy), false))
	})},
	{"OSS4-FORM-09", "base64", "writes the signature in Base64", form(v4), text(signature.SignatureValue, func(built string) string {
		return base64.StdEncoding.EncodeToString([]byte(built))
	})},
	{"OSS4-FORM-09", "capitals-accepted", "takes a signature in capital digits", form(v4), reads(func(s *signature.Signing) { s.Provided = strings.ToLower(s.Provided) })},
	{"OSS4-FORM-09", "secret-alone", "signs with the secret itself", form(v4), signedWith(func(s *signature.Signing) string { return s.Credentials.AccessKeySecret })},
	{"OSS4-FORM-09", "product-left-out", "leaves the product out of the key", form(v4), derived(func(c *chain) { c.steps = append(c.steps[:2], c.steps[3]) })},
	{"OSS4-TOKEN-03", "not-written", "writes no token into the form", form(v4), unplaced("x-oss-security-token")},
	{"OSS4-TOKEN-03", "field-of-v1", "writes the token into security-token", form(v4), table(func(p *signature.Profile) {
		for i := range p.Place {
			if p.Place[i].Name == "x-oss-security-token" {
				p.Place[i].Name = "security-token"
			}
		}
	})},
	{"OSS4-TOKEN-03", "decoded", "writes the token with blanks for its plus signs", form(v4), placed("x-oss-security-token", func(s *signature.Signing) string {
		return strings.ReplaceAll(s.Credentials.SecurityToken, "+", " ")
	})},
}

// policyText signs another policy than the form carries.
func policyText(change func(policy string) string) Break {
	return text(signature.StringToSign, func(built string) string { return signature.EncodePolicy(change(fromBase64(built))) })
}

// printed parses a policy and prints it anew, sorted or not.
func printed(policy string, html bool) string {
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

func formAged(limit time.Duration) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f != nil || now.Sub(timeOf(s)) <= limit {
			return f
		}
		return &signature.Fault{Class: signature.Expired}
	})
}

func fieldPlace(s *signature.Signing, name string) int {
	for i := range s.Form {
		if s.Form[i][0] == name {
			return i
		}
	}
	return -1
}
