package mutants

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of what a server checks beside the signature of OBS V4, and of its forms.

var obsV4Auth = []Mutant{
	{"OBS4-DATE-01", "text-of-date", "signs the text of Date where it is the only date", header("obs-v4"), inLines(signature.StringToSign, func(s *signature.Signing, l []string) {
		if _, ok := s.Request.Header("x-amz-date"); !ok {
			l[1], _ = s.Request.Header("Date")
		}
	})},
	{"OBS4-DATE-01", "date-refused", "refuses a request whose only date is Date", header("obs-v4"), demanding(func(s *signature.Signing) bool {
		_, ok := s.Request.Header("x-amz-date")
		return ok
	})},
	{"OBS4-DATE-02", "date-wins", "takes the time of Date although x-amz-date is there", header("obs-v4"), inLines(signature.StringToSign, func(s *signature.Signing, l []string) {
		if text, ok := s.Request.Header("Date"); ok {
			if t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", text); err == nil {
				l[1] = t.Format("20060102T150405Z")
			}
		}
	})},
	{"OBS4-DATE-02", "skew-of-date", "measures the skew by Date although x-amz-date is there", header("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if _, ok := s.Request.Header("Date"); !ok {
			return p.Limits(s, now)
		}
		real := s.Request
		s.Request = real.Clone(0)
		s.Request.Headers = slices.DeleteFunc(s.Request.Headers, func(h wire.Header) bool { return strings.EqualFold(h.Name, "x-amz-date") })
		fault := p.Limits(s, now)
		s.Request = real
		return fault
	})},
	{"OBS4-DATE-03", "no-date-needed", "lets requests without a date in", header("obs-v4"), both(
		forgiving(func(f *signature.Fault) bool { return f.Class == signature.MissingDate }),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if fault := p.Limits(s, now); fault != nil && fault.Class != signature.MissingDate {
				return fault
			}
			s.Timestamp = now.Format("20060102T150405Z")
			return nil
		}))},
	{"OBS4-DATE-03", "malformed-date-taken", "lets requests with a malformed date in", header("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != signature.BadDate {
			return fault
		}
		return nil
	})},
	{"OBS4-CLOCK-01", "any-time", "lets any time pass", header("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != signature.Skewed {
			return fault
		}
		return nil
	})},
	{"OBS4-CLOCK-01", "a-minute-early", "has a clock that is a minute slow", header("obs-v4"), clock(-time.Minute)},
	{"OBS4-CLOCK-01", "a-minute-late", "has a clock that is a minute fast", header("obs-v4"), clock(time.Minute)},
	{"OBS4-SCOPE-02", "region-compared", "refuses another region than that of the endpoint", carriers("obs-v4"), demanding(func(s *signature.Signing) bool {
		return s.Scope.Region == "cn-north-4" || s.Scope.Region == ""
	})},
	{"OBS4-SCOPE-03", "day-of-server", "wants the day of the server in the scope", requests("obs-v4"), wantingDayOfServer()},
	{"OBS4-SCOPE-03", "for-ever", "lets a scope live for ever", header("obs-v4"), forgivingLimit(signature.WrongScope)},
	{"OBS4-SCOPE-04", "any-shape", "does not count the parts of a credential", carriers("obs-v4"), forgivingRule("a credential is id/")},
	{"OBS4-SCOPE-04", "any-day", "does not look at the day of a credential", carriers("obs-v4"), both(forgivingRule("day of a credential"), forgivingLimit(signature.WrongScope))},
	{"OBS4-SCOPE-04", "any-terminator", "does not look at the last word of a credential", carriers("obs-v4"), forgiving(func(f *signature.Fault) bool {
		return f.Got == "aliyun_v4_request"
	})},
	{"OBS4-SCOPE-04", "any-key-id", "takes a credential without a key id", carriers("obs-v4"), forgivingRule("is printable ASCII")},

	{"OBS4-AUTH-01", "no-blank", "writes no blank behind the version word", header("obs-v4"), text(signature.Authorization, func(b string) string { return strings.Replace(b, " ", "", 1) })},
	{"OBS4-AUTH-01", "semicolons", "separates the pairs by semicolons", header("obs-v4"), text(signature.Authorization, replacing(",", ";"))},
	{"OBS4-AUTH-01", "colons", "writes colons in the pairs", header("obs-v4"), text(signature.Authorization, replacing("=", ":"))},
	{"OBS4-AUTH-01", "key-id-of-letters", "takes key ids of letters and digits only", header("obs-v4"), demanding(func(s *signature.Signing) bool {
		return !strings.ContainsAny(s.Credentials.AccessKeyID, "-._")
	})},
	{"OBS4-AUTH-01", "blank-in-value-taken", "reads over a blank in a value", header("obs-v4"), forgivingRule("a value holds no blank")},
	{"OBS4-AUTH-01", "no-pair-taken", "reads over what is no pair", header("obs-v4"), forgivingRule("a pair is key")},
	{"OBS4-AUTH-01", "trailing-comma-taken", "reads over a comma at the end", header("obs-v4"), forgivingRule("must follow the comma")},
	{"OBS4-AUTH-01", "empty-signature-taken", "reads over an empty signature", header("obs-v4"), forgivingRule("the signature is missing")},
	{"OBS4-AUTH-01", "word-in-any-case", "takes the version word in small letters", header("obs-v4"), authorizationSeen("aws4-hmac-sha256", "AWS4-HMAC-SHA256")},
	{"OBS4-AUTH-02", "accept-all", "lets every signature in", carriers("obs-v4"), output(signature.SignatureValue, func(s *signature.Signing, b string) string {
		if s.Provided != "" {
			return s.Provided
		}
		return b
	})},
	{"OBS4-AUTH-02", "last-digits", "compares the last digits of a signature", carriers("obs-v4"), output(signature.SignatureValue, func(s *signature.Signing, b string) string {
		if len(s.Provided) > 8 && strings.HasSuffix(b, s.Provided[8:]) {
			return s.Provided
		}
		return b
	})},
	{"OBS4-AUTH-03", "not-looked-up", "knows every access key", carriers("obs-v4"), server(func(v *signature.Verifier) {
		find := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) {
			if c, ok := find(id); ok {
				return c, true
			}
			c, _ := find("")
			return c, true
		}
	})},
	{"OBS4-AUTH-03", "called-a-mismatch", "answers an unknown access key as a wrong signature", carriers("obs-v4"), answers(func(a *endpoint.Response) {
		a.Body = strings.ReplaceAll(a.Body, "InvalidAccessKeyId", "SignatureDoesNotMatch")
	})},
	{"OBS4-AUTH-04", "credential-not-needed", "reads over a missing Credential", header("obs-v4"), forgivingRule("the key Credential is missing")},
	{"OBS4-AUTH-04", "list-not-needed", "reads over missing SignedHeaders", header("obs-v4"), forgivingRule("the key SignedHeaders is missing")},
	{"OBS4-AUTH-04", "signature-not-needed", "reads over a missing Signature", header("obs-v4"), forgivingRule("the key Signature is missing")},
	{"OBS4-AUTH-04", "repeated-taken", "takes the first of two pairs of one key", header("obs-v4"), forgivingRule("each key stands once")},
	{"OBS4-AUTH-04", "unknown-taken", "reads over a key that is none", header("obs-v4"), forgivingRule("the keys are")},
	{"OBS4-AUTH-04", "empty-list-taken", "takes an empty list of headers", header("obs-v4"), forgivingRule("must not be empty")},
	{"OBS4-AUTH-05", "header-alone", "looks at the header alone", header("obs-v4"), sees(func(r *wire.Request) { r.Target, _, _ = strings.Cut(r.Target, "?X-Amz-") })},
	{"OBS4-AUTH-05", "first-of-two", "looks at the first Authorization header alone", header("obs-v4"), sees(firstAuthorization)},
	{"OBS4-AUTH-06", "order-of-the-page", "wants the pairs in the order of the page", header("obs-v4"), demanding(func(s *signature.Signing) bool {
		v, _ := s.Request.Header("Authorization")
		return strings.HasPrefix(v, "AWS4-HMAC-SHA256 Credential")
	})},
	{"OBS4-AUTH-06", "no-blank-allowed", "refuses a blank behind a comma", header("obs-v4"), demanding(func(s *signature.Signing) bool {
		v, _ := s.Request.Header("Authorization")
		return !strings.Contains(v, ", ")
	})},

	{"OBS4-QUERY-01", "names-of-headers", "writes the list as X-Amz-Signedheaders", query("obs-v4"), placedAs("X-Amz-SignedHeaders", "X-Amz-Signedheaders")},
	{"OBS4-QUERY-01", "without-algorithm", "leaves X-Amz-Algorithm out", query("obs-v4"), placedAs("X-Amz-Algorithm", "X-Amz-Algorithm-Version")},
	{"OBS4-QUERY-01", "second-question-mark", "begins with a question mark where one is there", query("obs-v4"), text(signature.URL, func(b string) string {
		return strings.Replace(b, "?X-Amz", "??X-Amz", 1)
	})},
	{"OBS4-QUERY-01", "lower-case-token", "has no name for the token of a URL", query("obs-v4"), table(func(p *signature.Profile) {
		p.Place = slices.DeleteFunc(p.Place, func(pl signature.Placement) bool { return pl.Name == "X-Amz-Security-Token" })
	})},
	{"OBS4-QUERY-02", "below-seven-days", "refuses the full seven days", query("obs-v4"), demanding(func(s *signature.Signing) bool { return s.Expires != "604800" })},
	{"OBS4-QUERY-02", "a-minute-at-least", "refuses a life below a minute", query("obs-v4"), demanding(func(s *signature.Signing) bool { return len(s.Expires) > 1 })},
	{"OBS4-QUERY-02", "no-end", "has no longest life", query("obs-v4"), lives(func(seconds int64) bool { return seconds == 604801 })},
	{"OBS4-QUERY-02", "zero", "takes a life of zero seconds", query("obs-v4"), lives(func(seconds int64) bool { return seconds == 0 })},
	{"OBS4-QUERY-03", "never", "never lets a URL expire", query("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != signature.Expired {
			return fault
		}
		return nil
	})},
	{"OBS4-QUERY-03", "a-second-early", "lets a URL expire a second early", query("obs-v4"), clock(time.Second)},
	{"OBS4-QUERY-05", "missing-credential", "reads over a missing X-Amz-Credential", query("obs-v4"), forgivingAt("X-Amz-Credential", "is missing")},
	{"OBS4-QUERY-05", "empty-credential", "reads over an empty X-Amz-Credential", query("obs-v4"), forgivingAt("X-Amz-Credential", "not be empty")},
	{"OBS4-QUERY-05", "missing-date", "puts a value of its own in the place of a missing X-Amz-Date", query("obs-v4"), withDefault("X-Amz-Date", "is missing", func(s *signature.Signing) { s.Timestamp = s.Scope.Date + "T000000Z" })},
	{"OBS4-QUERY-05", "missing-expires", "puts a value of its own in the place of a missing X-Amz-Expires", query("obs-v4"), withDefault("X-Amz-Expires", "is missing", func(s *signature.Signing) { s.Expires = "3600" })},
	{"OBS4-QUERY-05", "empty-expires", "puts a value of its own in the place of an empty X-Amz-Expires", query("obs-v4"), withDefault("X-Amz-Expires", "not be empty", func(s *signature.Signing) { s.Expires = "3600" })},
	{"OBS4-QUERY-05", "missing-list", "reads over missing X-Amz-SignedHeaders", query("obs-v4"), forgivingAt("X-Amz-SignedHeaders", "is missing")},
	{"OBS4-QUERY-05", "missing-signature", "reads over a missing X-Amz-Signature", query("obs-v4"), forgivingAt("X-Amz-Signature", "is missing")},
	{"OBS4-QUERY-05", "empty-signature", "reads over an empty X-Amz-Signature", query("obs-v4"), forgivingAt("X-Amz-Signature", "not be empty")},
	{"OBS4-QUERY-06", "any-time-before", "lets a URL in before its date", query("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != signature.NotYetValid {
			return fault
		}
		return nil
	})},
	{"OBS4-QUERY-06", "not-a-second-before", "refuses a URL a minute before its limit", query("obs-v4"), clock(-time.Minute)},

	{"OBS4-FORM-01", "policy-itself", "signs the policy and not its Base64 text", form("obs-v4"), text(signature.StringToSign, func(b string) string {
		plain, _ := base64.StdEncoding.DecodeString(b)
		return string(plain)
	})},
	{"OBS4-FORM-01", "url-alphabet", "writes Base64 in the alphabet for URLs", form("obs-v4"), text(signature.StringToSign, replacing("+", "-", "/", "_"))},
	{"OBS4-FORM-01", "without-padding", "writes Base64 without its padding", form("obs-v4"), text(signature.StringToSign, func(b string) string { return strings.TrimRight(b, "=") })},
	{"OBS4-FORM-01", "lines-of-76", "breaks lines of more than 900 characters", form("obs-v4"), text(signature.StringToSign, func(b string) string {
		if len(b) > 900 {
			b = b[:76] + "\n" + b[76:]
		}
		return b
	})},
	{"OBS4-FORM-01", "capitals", "writes the signature of a form in upper case", form("obs-v4"), text(signature.SignatureValue, strings.ToUpper)},
	{"OBS4-FORM-02", "names-of-a-url", "names the date field as in a URL", form("obs-v4"), placedAs("x-amz-date", "date")},
	{"OBS4-FORM-02", "date-before-signature", "wants the date before the signature", form("obs-v4"), demanding(func(s *signature.Signing) bool {
		names := make([]string, len(s.Form))
		for i := range s.Form {
			names[i] = s.Form[i][0]
		}
		return slices.Index(names, "x-amz-date") < slices.Index(names, "x-amz-signature") || s.Provided == ""
	})},
	{"OBS4-FORM-03", "name-of-other-dress", "names the token x-obs-security-token", form("obs-v4"), placedAs("x-amz-security-token", "x-obs-security-token")},
	{"OBS4-FORM-03", "left-out", "leaves the token out", form("obs-v4"), table(func(p *signature.Profile) {
		p.Place = slices.DeleteFunc(p.Place, func(pl signature.Placement) bool { return pl.Name == "x-amz-security-token" })
	})},
	{"OBS4-FORM-04", "printed-again", "parses the policy and prints it again", form("obs-v4"), inPolicy(func(policy string) string {
		var v any
		if json.Unmarshal([]byte(policy), &v) != nil {
			return policy
		}
		out, _ := json.Marshal(v)
		return string(out)
	})},
	{"OBS4-FORM-04", "squeezed", "takes white space out of the policy", form("obs-v4"), inPolicy(func(policy string) string { return strings.NewReplacer("\r", "", "\n", "", "\t", "").Replace(policy) })},
	{"OBS4-FORM-04", "escapes-resolved", "resolves escapes of the policy", form("obs-v4"), inPolicy(escapesResolved)},
	{"OBS4-FORM-04", "latin-1", "reads the policy as Latin-1", form("obs-v4"), inPolicy(latin1)},
	{"OBS4-FORM-04", "conditions-last", "puts the conditions last", form("obs-v4"), inPolicy(func(policy string) string {
		if strings.HasPrefix(policy, `{"conditions"`) {
			return strings.Replace(policy, "conditions", "Conditions", 1)
		}
		return policy
	})},
	{"OBS4-FORM-05", "accept-all", "lets every form in", form("obs-v4"), output(signature.SignatureValue, func(s *signature.Signing, b string) string {
		if s.Provided != "" {
			return s.Provided
		}
		return b
	})},
	{"OBS4-FORM-06", "day-of-server", "wants the day of the server", form("obs-v4"), wantingDayOfServer()},
	{"OBS4-FORM-06", "any-day", "does not compare the days", form("obs-v4"), forgivingLimit(signature.WrongScope)},
	{"OBS4-FORM-06", "no-midnight", "loses the last minute of a day", form("obs-v4"), demanding(func(s *signature.Signing) bool { return !strings.Contains(s.Timestamp, "T2359") })},
	{"OBS4-FORM-07", "missing-policy", "reads over a missing policy", form("obs-v4"), forgivingAt("policy", "is missing")},
	{"OBS4-FORM-07", "missing-credential", "reads over a missing x-amz-credential", form("obs-v4"), forgivingAt("x-amz-credential", "is missing")},
	{"OBS4-FORM-07", "missing-date", "reads over a missing x-amz-date", form("obs-v4"), forgivingAt("x-amz-date", "is missing")},
	{"OBS4-FORM-07", "missing-signature", "reads over a missing x-amz-signature", form("obs-v4"), forgivingAt("x-amz-signature", "is missing")},
	{"OBS4-FORM-07", "empty-signature", "reads over an empty x-amz-signature", form("obs-v4"), forgivingAt("x-amz-signature", "not be empty")},

	{"OBS4-ERROR-01", "no-string", "does not say what it signed", carriers("obs-v4"), withoutElements("StringToSign", "StringToSignBytes")},
	{"OBS4-ERROR-01", "no-signature", "does not repeat the signature it got", carriers("obs-v4"), withoutElements("SignatureProvided")},
	{"OBS4-ERROR-01", "bytes-in-capitals", "spells the bytes as OSS does", carriers("obs-v4"), elementAs("StringToSignBytes", strings.ToUpper)},
}

// wantingDayOfServer takes a scope only on its own day by the server's clock.
func wantingDayOfServer() Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if s.Scope.Date != now.UTC().Format("20060102") {
			return &signature.Fault{Class: signature.WrongScope, Where: "request", Offset: -1, Rule: "another day"}
		}
		return p.Limits(s, now)
	})
}
