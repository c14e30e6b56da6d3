package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of key ids, tokens and signatures of OBS in its AWS dress.

var obsAWSV2Auth = []Mutant{
	{"OBSAWS2-AUTH-01", "word-of-other-dress", "writes OBS", header("obs-aws-v2"), table(func(p *signature.Profile) { p.Names.Version = "OBS" })},
	{"OBSAWS2-AUTH-01", "two-blanks", "writes two blanks behind the word", header("obs-aws-v2"), text(signature.Authorization, func(b string) string { return strings.Replace(b, " ", "  ", 1) })},
	{"OBSAWS2-AUTH-01", "signature-encoded", "percent-encodes the signature", header("obs-aws-v2"), text(signature.Authorization, replacing("+", "%2B", "/", "%2F"))},
	{"OBSAWS2-AUTH-01", "key-id-of-letters", "takes key ids of letters and digits only", header("obs-aws-v2"), demanding(func(s *signature.Signing) bool {
		return !strings.ContainsAny(s.Credentials.AccessKeyID, "-._")
	})},
	{"OBSAWS2-AUTH-01", "secret-cut-at-a-block", "cuts a secret at 64 bytes", carriers("obs-aws-v2"), Break{Profile: func(p *signature.Profile) *signature.Profile {
		return rebuilt(p, signature.SignatureValue, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
			whole := s.Credentials.AccessKeySecret
			s.Credentials.AccessKeySecret = whole[:min(len(whole), 64)]
			out, err := build(s, dst)
			s.Credentials.AccessKeySecret = whole
			return out, err
		})
	}}},
	{"OBSAWS2-AUTH-01", "colon-not-looked-for", "reads over a missing colon", header("obs-aws-v2"), forgivingRule("a colon separates")},
	{"OBSAWS2-AUTH-01", "empty-key-id-taken", "reads over an empty key id", header("obs-aws-v2"), forgivingRule("the access key id is missing")},
	{"OBSAWS2-AUTH-01", "any-key-id-taken", "takes a blank into the key id", header("obs-aws-v2"), forgivingRule(" is printable ASCII")},
	{"OBSAWS2-AUTH-01", "empty-signature-taken", "reads over an empty signature", header("obs-aws-v2"), forgivingRule("the signature is missing")},
	{"OBSAWS2-AUTH-01", "blank-not-looked-for", "reads the key id right behind the word", header("obs-aws-v2"), authorizationRead("^AWS([^ :]+:[^:]+)$", "AWS $1")},
	{"OBSAWS2-AUTH-01", "word-in-any-case", "takes the word in small letters", header("obs-aws-v2"), authorizationSeen("aws ", "AWS ")},
	{"OBSAWS2-AUTH-01", "either-word", "takes OBS for AWS", header("obs-aws-v2"), authorizationSeen("OBS ", "AWS ")},
	{"OBSAWS2-AUTH-03", "first-of-two", "looks at the first Authorization header alone", header("obs-aws-v2"), sees(firstAuthorization)},
	{"OBSAWS2-AUTH-02", "element-of-other-dress", "names the access key in AccessKeyId", carriers("obs-aws-v2"), answers(func(a *endpoint.Response) { a.Body = strings.ReplaceAll(a.Body, "AWSAccessKeyId>", "AccessKeyId>") })},
	{"OBSAWS2-AUTH-02", "not-looked-up", "knows every access key", carriers("obs-aws-v2"), server(func(v *signature.Verifier) {
		find := v.Secret
		v.Secret = func(string) (signature.Credentials, bool) { c, _ := find(""); return c, true }
	})},
	{"OBSAWS2-QUERY-01", "name-of-other-dress", "names the access key AccessKeyId", query("obs-aws-v2"), placedAs("AWSAccessKeyId", "AccessKeyId")},
	{"OBSAWS2-QUERY-01", "name-of-oss", "names the access key OSSAccessKeyId", query("obs-aws-v2"), placedAs("AWSAccessKeyId", "OSSAccessKeyId")},
	{"OBSAWS2-QUERY-01", "second-question-mark", "begins with a question mark where one is there", query("obs-aws-v2"), text(signature.URL, func(b string) string {
		return strings.Replace(b, "?AWS", "??AWS", 1)
	})},
	{"OBSAWS2-QUERY-01", "key-id-raw", "writes the key id unencoded", query("obs-aws-v2"), text(signature.URL, inURL("AWSAccessKeyId", wire.Unescape))},
	{"OBSAWS2-QUERY-01", "type-unsigned", "does not sign the type of a URL", query("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "Content-Type") })},
	{"OBSAWS2-QUERY-01", "delete-as-get", "signs every URL for GET", query("obs-aws-v2"), input(func(r *wire.Request) { r.Method = "GET" }, signature.StringToSign)},
	{"OBSAWS2-QUERY-01", "faults-forgiven", "reads over a missing parameter", query("obs-aws-v2"), forgiving(func(f *signature.Fault) bool {
		return strings.Contains(f.Rule, "is missing") || strings.Contains(f.Rule, "not be empty")
	})},
	{"OBSAWS2-QUERY-03", "missing-taken", "reads over a missing Expires", query("obs-aws-v2"), forgivingExpires("is missing")},
	{"OBSAWS2-QUERY-03", "empty-taken", "reads over an empty Expires", query("obs-aws-v2"), forgivingExpires("not be empty")},
	{"OBSAWS2-QUERY-03", "any-text-taken", "takes any text for Expires", query("obs-aws-v2"), forgivingExpires("decimal number")},
	{"OBSAWS2-TOKEN-01", "header-unsigned", "does not sign x-amz-security-token", header("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "x-amz-security-token") })},
	{"OBSAWS2-TOKEN-01", "any-token", "does not look at tokens", requests("obs-aws-v2"), anyToken()},
	{"OBSAWS2-TOKEN-01", "header-encoded", "signs the token percent-encoded", header("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) {
		if strings.EqualFold(h.Name, "x-amz-security-token") {
			h.Value = wire.EscapeValue(h.Value)
		}
		return h, true
	})},
	{"OBSAWS2-TOKEN-01", "header-first", "puts the token before the other headers", header("obs-aws-v2"), inHeaders(func(_ *signature.Signing, l []string) []string {
		slices.SortStableFunc(l, func(a, b string) int {
			return strings.Compare(strings.Replace(a, "x-amz-security", "-", 1), strings.Replace(b, "x-amz-security", "-", 1))
		})
		return l
	})},
	{"OBSAWS2-TOKEN-01", "name-of-other-dress", "sends the token as x-obs-security-token", carriers("obs-aws-v2"), placedAs("x-amz-security-token", "x-obs-security-token")},
	{"OBSAWS2-FORM-01", "field-of-other-dress", "names the access key AccessKeyId", form("obs-aws-v2"), placedAs("AWSAccessKeyId", "AccessKeyId")},
	{"OBSAWS2-FORM-01", "field-of-oss", "names the access key OSSAccessKeyId", form("obs-aws-v2"), placedAs("AWSAccessKeyId", "OSSAccessKeyId")},
	{"OBSAWS2-FORM-01", "field-not-looked-at", "reads over a missing access key", form("obs-aws-v2"), forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, "not be empty") })},
}

// forgivingExpires reads over one fault of Expires, and ends no URL then.
func forgivingExpires(rule string) Break {
	return both(forgiving(func(f *signature.Fault) bool {
		return f.Where == "parameter Expires" && strings.Contains(f.Rule, rule)
	}), limits(nil))
}

// metadataAs changes the values of metadata alone.
func metadataAs(change func(value string) string) Break {
	return headers(func(h wire.Header) (wire.Header, bool) {
		if strings.HasPrefix(strings.ToLower(h.Name), "x-amz-meta-") {
			h.Value = change(h.Value)
		}
		return h, true
	})
}

// inCapitals writes one sub-resource in capitals.
func inCapitals(name string) Break {
	return inPieces(func(_ *signature.Signing, pairs []string) []string {
		for i := range pairs {
			if pair, value, _ := strings.Cut(pairs[i], "="); pair == name {
				pairs[i] = strings.ToUpper(name) + value
			}
		}
		return pairs
	})
}
