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
	{"OBS4-DATE-01", "text-of-date", "signs the text of Date where it is the only date", header("obs-v4"), s3StringLines(func(s *signature.Signing, l []string) {
		if _, ok := s.Request.Header("x-amz-date"); !ok {
			l[1], _ = s.Request.Header("Date")
		}
	})},
	{"OBS4-DATE-01", "date-refused", "refuses a request whose only date is Date", header("obs-v4"), s3Demand(func(s *signature.Signing) bool {
		_, ok := s.Request.Header("x-amz-date")
		return ok
	})},
	{"OBS4-DATE-02", "date-wins", "takes the time of Date although x-amz-date is there", header("obs-v4"), s3StringLines(func(s *signature.Signing, l []string) {
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
	{"OBS4-DATE-03", "no-date-needed", "lets requests without a date in", header("obs-v4"), s3Together(
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
	{"OBS4-SCOPE-02", "region-compared", "refuses another region than that of the endpoint", carriers("obs-v4"), s3Demand(func(s *signature.Signing) bool {
		return s.Scope.Region == "cn-north-4" || s.Scope.Region == ""
	})},
	{"OBS4-SCOPE-03", "day-of-server", "wants the day of the server in the scope", requests("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if s.Scope.Date != now.UTC().Format("20060102") {
			return &signature.Fault{Class: signature.WrongScope, Where: "request", Offset: -1, Rule: "another day"}
		}
		return p.Limits(s, now)
	})},
	{"OBS4-SCOPE-03", "for-ever", "lets a scope live for ever", header("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != signature.WrongScope {
			return fault
		}
		return nil
	})},
	{"OBS4-SCOPE-04", "not-looked-at", "does not look at the shape of a credential", carriers("obs-v4"), forgiving(func(f *signature.Fault) bool {
		return strings.Contains(f.Rule, "credential is") || strings.Contains(f.Rule, "day of a credential")
	})},

	{"OBS4-AUTH-01", "no-blank", "writes no blank behind the version word", header("obs-v4"), text(signature.Authorization, func(b string) string { return strings.Replace(b, " ", "", 1) })},
	{"OBS4-AUTH-01", "semicolons", "separates the pairs by semicolons", header("obs-v4"), text(signature.Authorization, func(b string) string { return strings.ReplaceAll(b, ",", ";") })},
	{"OBS4-AUTH-01", "colons", "writes colons in the pairs", header("obs-v4"), text(signature.Authorization, func(b string) string { return strings.ReplaceAll(b, "=", ":") })},
	{"OBS4-AUTH-01", "key-id-of-letters", "takes key ids of letters and digits only", header("obs-v4"), s3Demand(func(s *signature.Signing) bool {
		return !strings.ContainsAny(s.Credentials.AccessKeyID, "-._")
	})},
	{"OBS4-AUTH-01", "malformed-taken", "reads over a malformed header", header("obs-v4"), forgiving(func(f *signature.Fault) bool {
		return strings.Contains(f.Rule, "begins with the version word") || strings.Contains(f.Rule, "a pair is") || strings.Contains(f.Rule, "no blank") || strings.Contains(f.Rule, "must follow")
	})},
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
	{"OBS4-AUTH-04", "lenient", "reads over missing, repeated and unknown pairs", header("obs-v4"), forgiving(func(f *signature.Fault) bool {
		return strings.Contains(f.Rule, "is missing") || strings.Contains(f.Rule, "stands once") || strings.Contains(f.Rule, "keys are")
	})},
	{"OBS4-AUTH-05", "one-of-two", "looks at the header alone", header("obs-v4"), sees(func(r *wire.Request) {
		seen := false
		r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool {
			again := seen && strings.EqualFold(h.Name, "Authorization")
			seen = seen || strings.EqualFold(h.Name, "Authorization")
			return again
		})
		r.Target, _, _ = strings.Cut(r.Target, "?X-Amz-")
	})},
	{"OBS4-AUTH-06", "order-of-the-page", "wants the pairs in the order of the page", header("obs-v4"), s3Demand(func(s *signature.Signing) bool {
		v, _ := s.Request.Header("Authorization")
		return strings.HasPrefix(v, "AWS4-HMAC-SHA256 Credential")
	})},
	{"OBS4-AUTH-06", "no-blank-allowed", "refuses a blank behind a comma", header("obs-v4"), s3Demand(func(s *signature.Signing) bool {
		v, _ := s.Request.Header("Authorization")
		return !strings.Contains(v, ", ")
	})},

	{"OBS4-QUERY-01", "names-of-headers", "writes the list as X-Amz-Signedheaders", query("obs-v4"), s3Placed("X-Amz-SignedHeaders", "X-Amz-Signedheaders")},
	{"OBS4-QUERY-01", "without-algorithm", "leaves X-Amz-Algorithm out", query("obs-v4"), s3Placed("X-Amz-Algorithm", "X-Amz-Algorithm-Version")},
	{"OBS4-QUERY-01", "second-question-mark", "begins with a question mark where one is there", query("obs-v4"), text(signature.URL, func(b string) string {
		return strings.Replace(b, "?X-Amz", "??X-Amz", 1)
	})},
	{"OBS4-QUERY-01", "lower-case-token", "has no name for the token of a URL", query("obs-v4"), table(func(p *signature.Profile) {
		p.Place = slices.DeleteFunc(p.Place, func(pl signature.Placement) bool { return pl.Name == "X-Amz-Security-Token" })
	})},
	{"OBS4-QUERY-02", "below-seven-days", "refuses the full seven days", query("obs-v4"), s3Demand(func(s *signature.Signing) bool { return s.Expires != "604800" })},
	{"OBS4-QUERY-02", "a-minute-at-least", "refuses a life below a minute", query("obs-v4"), s3Demand(func(s *signature.Signing) bool { return len(s.Expires) > 1 })},
	{"OBS4-QUERY-02", "any-life", "lets a URL live as long as it likes", query("obs-v4"), s3Together(
		forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, "an expiry is") }),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if fault := p.Limits(s, now); fault != nil && fault.Class != signature.MalformedQuery {
				return fault
			}
			return nil
		}))},
	{"OBS4-QUERY-03", "never", "never lets a URL expire", query("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != signature.Expired {
			return fault
		}
		return nil
	})},
	{"OBS4-QUERY-03", "a-second-early", "lets a URL expire a second early", query("obs-v4"), clock(time.Second)},
	{"OBS4-QUERY-05", "lenient", "reads over missing parameters", query("obs-v4"), forgiving(func(f *signature.Fault) bool {
		return f.Class == signature.MalformedQuery && (strings.Contains(f.Rule, "is missing") || strings.Contains(f.Rule, "not be empty"))
	})},
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
	{"OBS4-FORM-01", "url-alphabet", "writes Base64 in the alphabet for URLs", form("obs-v4"), text(signature.StringToSign, strings.NewReplacer("+", "-", "/", "_").Replace)},
	{"OBS4-FORM-01", "without-padding", "writes Base64 without its padding", form("obs-v4"), text(signature.StringToSign, func(b string) string { return strings.TrimRight(b, "=") })},
	{"OBS4-FORM-01", "lines-of-76", "breaks lines of more than 1,024 characters", form("obs-v4"), text(signature.StringToSign, func(b string) string {
		if len(b) > 1024 {
			b = b[:76] + "\n" + b[76:]
		}
		return b
	})},
	{"OBS4-FORM-01", "capitals", "writes the signature of a form in upper case", form("obs-v4"), text(signature.SignatureValue, strings.ToUpper)},
	{"OBS4-FORM-02", "names-of-a-url", "names the date field as in a URL", form("obs-v4"), s3Placed("x-amz-date", "date")},
	{"OBS4-FORM-02", "date-before-signature", "wants the date before the signature", form("obs-v4"), s3Demand(func(s *signature.Signing) bool {
		names := make([]string, len(s.Form))
		for i := range s.Form {
			names[i] = s.Form[i][0]
		}
		return slices.Index(names, "x-amz-date") < slices.Index(names, "x-amz-signature") || s.Provided == ""
	})},
	{"OBS4-FORM-03", "name-of-other-dress", "names the token x-obs-security-token", form("obs-v4"), s3Placed("x-amz-security-token", "x-obs-security-token")},
	{"OBS4-FORM-03", "left-out", "leaves the token out", form("obs-v4"), table(func(p *signature.Profile) {
		p.Place = slices.DeleteFunc(p.Place, func(pl signature.Placement) bool { return pl.Name == "x-amz-security-token" })
	})},
	{"OBS4-FORM-04", "printed-again", "parses the policy and prints it again", form("obs-v4"), s3Policy(func(policy string) string {
		var v any
		if json.Unmarshal([]byte(policy), &v) != nil {
			return policy
		}
		out, _ := json.Marshal(v)
		return string(out)
	})},
	{"OBS4-FORM-04", "squeezed", "takes white space out of the policy", form("obs-v4"), s3Policy(func(policy string) string { return strings.NewReplacer("\r", "", "\n", "", "\t", "").Replace(policy) })},
	{"OBS4-FORM-04", "escapes-resolved", "resolves escapes of the policy", form("obs-v4"), s3Policy(func(policy string) string { return strings.ReplaceAll(policy, `\u4e2d\/`, "中/") })},
	{"OBS4-FORM-04", "latin-1", "reads the policy as Latin-1", form("obs-v4"), s3Policy(s3Latin1)},
	{"OBS4-FORM-04", "conditions-last", "puts the conditions last", form("obs-v4"), s3Policy(func(policy string) string {
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
	{"OBS4-FORM-06", "day-of-server", "wants the day of the server", form("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if s.Scope.Date != now.UTC().Format("20060102") {
			return &signature.Fault{Class: signature.WrongScope, Where: "request", Offset: -1, Rule: "another day"}
		}
		return p.Limits(s, now)
	})},
	{"OBS4-FORM-06", "any-day", "does not compare the days", form("obs-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != signature.WrongScope {
			return fault
		}
		return nil
	})},
	{"OBS4-FORM-06", "no-midnight", "loses the last minute of a day", form("obs-v4"), s3Demand(func(s *signature.Signing) bool { return !strings.Contains(s.Timestamp, "T2359") })},
	{"OBS4-FORM-07", "lenient", "reads over missing fields", form("obs-v4"), forgiving(func(f *signature.Fault) bool {
		return f.Class == signature.MalformedForm && (strings.Contains(f.Rule, "is missing") || strings.Contains(f.Rule, "not be empty"))
	})},

	{"OBS4-ERROR-01", "no-string", "does not say what it signed", carriers("obs-v4"), answers(s3Without("StringToSign"))},
	{"OBS4-ERROR-01", "no-signature", "does not repeat the signature it got", carriers("obs-v4"), answers(s3Without("SignatureProvided"))},
}

// s3Policy signs another policy than the one that is sent.
func s3Policy(change func(policy string) string) Break {
	return text(signature.StringToSign, func(b string) string {
		plain, _ := base64.StdEncoding.DecodeString(b)
		return base64.StdEncoding.EncodeToString([]byte(change(string(plain))))
	})
}

// s3Without takes an element out of the error document.
func s3Without(name string) func(a *endpoint.Response) {
	return func(a *endpoint.Response) {
		before, rest, ok := strings.Cut(a.Body, "<"+name+">")
		_, after, closed := strings.Cut(rest, "</"+name+">")
		if ok && closed {
			a.Body = before + after
		}
	}
}
