package mutants

import (
	"regexp"
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The Authorization header of OSS V4: readers that are less strict, or more,
// than the documents.
var ossV4Authorization = []Mutant{
	{"OSS4-AUTH-01", "blanks-skipped", "skips every blank behind the version word", header("oss-v4"), seesAuthorization(func(v string) string {
		word, rest, _ := strings.Cut(v, " ")
		return word + " " + strings.TrimLeft(rest, " ")
	})},
	{"OSS4-AUTH-01", "no-blank-needed", "needs no blank behind the version word", header("oss-v4"), authorizationRead("^(OSS4-HMAC-SHA256)([A-Z])", "$1 $2")},
	{"OSS4-AUTH-01", "tab-is-a-blank", "takes a tab for the blank", header("oss-v4"), authorizationSeen("\t", " ")},
	{"OSS4-AUTH-01", "semicolons-part-pairs", "takes a semicolon between pairs", header("oss-v4"), authorizationRead(";([A-Z][A-Za-z]*=)", ",$1")},
	{"OSS4-AUTH-01", "blanks-part-pairs", "takes a blank between pairs", header("oss-v4"), authorizationRead("(=[^ ,]*) ([A-Z][A-Za-z]*=)", "$1,$2")},
	{"OSS4-AUTH-01", "colons-part-key-and-value", "takes a colon between key and value", header("oss-v4"), authorizationRead("(Credential|AdditionalHeaders|Signature):", "$1=")},
	{"OSS4-AUTH-01", "by-place", "reads the pairs by their places and not by their names", header("oss-v4"), seesAuthorization(func(v string) string {
		word, rest, _ := strings.Cut(v, " ")
		pairs := strings.Split(rest, ",")
		for i, key := range []string{"Credential=", "Signature="} {
			if len(pairs) == 2 && !strings.HasPrefix(pairs[i], key) {
				_, value, _ := strings.Cut(pairs[i], "=")
				pairs[i] = key + value
			}
		}
		return word + " " + strings.Join(pairs, ",")
	})},
	{"OSS4-AUTH-01", "equals-sign-optional", "needs no equals sign behind Credential", header("oss-v4"), authorizationRead(`\bCredential([^=])`, "Credential=$1")},
	{"OSS4-AUTH-01", "comma-at-the-end", "takes a comma at the end", header("oss-v4"), seesAuthorization(func(v string) string { return strings.TrimSuffix(v, ",") })},
	{"OSS4-AUTH-01", "token-of-other-schemes", "takes id and signature separated by a colon", header("oss-v4"), forgivingRule("a pair is key")},
	{"OSS4-AUTH-02", "signature-optional", "takes a header without a signature", header("oss-v4"), forgivingRule("the key Signature is missing")},
	{"OSS4-AUTH-02", "list-required", "wants all three pairs", header("oss-v4"), seesAuthorization(func(v string) string {
		if strings.Count(v, ",") < 2 {
			return strings.Replace(v, "Signature=", "Missing=", 1)
		}
		return v
	})},
	{"OSS4-AUTH-02", "two-pairs-only", "takes no third pair", header("oss-v4"), seesAuthorization(func(v string) string {
		if strings.Count(v, ",") == 2 {
			return strings.Replace(v, "AdditionalHeaders", "Third", 1)
		}
		return v
	})},
	{"OSS4-AUTH-03", "unknown-keys-skipped", "skips keys it does not know", header("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.Class == signature.UnknownKey })},
	{"OSS4-AUTH-03", "signed-headers-known", "knows the key SignedHeaders of AWS", header("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.Got == "SignedHeaders" })},
	{"OSS4-AUTH-03", "keys-in-any-letter-case", "knows keys in any letter case", header("oss-v4"), keysInAnyCase("=", "Credential", "AdditionalHeaders", "Signature")},
	{"OSS4-AUTH-03", "malformed-only", "has no code for an unknown key", header("oss-v4"), Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Read = func(s *signature.Signing) []*signature.Fault {
			faults := p.Read(s)
			for _, f := range faults {
				if f.Class == signature.UnknownKey {
					f.Class, f.EC = signature.MalformedAuthorization, "0002-00000202"
				}
			}
			return faults
		}
		return c
	}}},
	{"OSS4-AUTH-04", "no-blank-behind-commas", "takes no blank behind a comma", header("oss-v4"), seesAuthorization(replacing(", ", ",x"))},
	{"OSS4-AUTH-04", "credential-in-front", "wants Credential in front", header("oss-v4"), seesAuthorization(func(v string) string {
		return strings.Replace(v, "OSS4-HMAC-SHA256 Signature=", "OSS4-HMAC-SHA256 x=", 1)
	})},
	{"OSS4-AUTH-04", "signature-at-the-end", "takes everything behind Signature= for the signature", header("oss-v4"), seesAuthorization(func(v string) string {
		before, after, _ := strings.Cut(v, "Signature=")
		return before + "Signature=" + strings.ReplaceAll(after, ",", ";")
	})},
	{"OSS4-AUTH-04", "list-not-in-front", "wants AdditionalHeaders behind Credential", header("oss-v4"), seesAuthorization(func(v string) string {
		return strings.Replace(v, "OSS4-HMAC-SHA256 AdditionalHeaders=", "OSS4-HMAC-SHA256 x=", 1)
	})},
	{"OSS4-AUTH-05", "any-letter-case", "knows the version word in small letters", requests("oss-v4"), Break{Sees: func(r *wire.Request) {
		if v, ok := r.Header("Authorization"); ok {
			r.SetHeader("Authorization", strings.Replace(v, "oss4-hmac-sha256", "OSS4-HMAC-SHA256", 1))
		}
		r.Target = strings.Replace(r.Target, "oss4-hmac-sha256", "OSS4-HMAC-SHA256", 1)
	}}},
	{"OSS4-AUTH-05", "any-hash", "looks at OSS4-HMAC- only", header("oss-v4"), authorizationRead("^OSS4-HMAC-[^ ,]+ ", "OSS4-HMAC-SHA256 ")},
	{"OSS4-AUTH-05", "any-separator", "takes a comma behind the version word", header("oss-v4"), authorizationSeen("SHA256,", "SHA256 ")},
	{"OSS4-AUTH-05", "versions-of-the-future", "takes every version that begins with OSS", query("oss-v4"), sees(inParameter("x-oss-signature-version", func(value string) string {
		if strings.HasPrefix(value, "OSS") {
			return "OSS4-HMAC-SHA256"
		}
		return value
	}))},
	{"OSS4-AUTH-05", "version-shortened", "takes OSS4 for the version of a form", form("oss-v4"), seesField("x-oss-signature-version", func(value string) string {
		if value == "OSS4" {
			return "OSS4-HMAC-SHA256"
		}
		return value
	})},
	{"OSS4-AUTH-06", "credential-optional", "answers a header without Credential as one with an unknown key id", header("oss-v4"), forgivingEC("0002-00000205")},
	{"OSS4-AUTH-06", "last-credential-counts", "takes two Credentials, and the last", header("oss-v4"), forgivingRule("each key stands once")},
	{"OSS4-AUTH-06", "empty-pairs-skipped", "skips empty pairs", header("oss-v4"), seesAuthorization(replacing(",,", ","))},
	{"OSS4-AUTH-06", "nothing-is-unsigned", "takes the version word alone for an unsigned request", header("oss-v4"), sees(func(r *wire.Request) {
		if v, _ := r.Header("Authorization"); v == "OSS4-HMAC-SHA256" {
			r.SetHeader("Authorization", "")
		}
	})},
	{"OSS4-AUTH-06", "last-signature-counts", "takes the last of two Signatures", header("oss-v4"), seesAuthorization(func(v string) string {
		if strings.Count(v, "Signature=") < 2 {
			return v
		}
		return v[:strings.Index(v, "Signature=")] + v[strings.LastIndex(v, "Signature="):]
	})},
	{"OSS4-AUTH-06", "fourth-pair-skipped", "reads three pairs and skips what follows", header("oss-v4"), seesAuthorization(func(v string) string {
		pairs := strings.Split(v, ",")
		if len(pairs) > 3 {
			pairs = slices.DeleteFunc(pairs, func(pair string) bool { return !knownPair.MatchString(pair) })
		}
		return strings.Join(pairs, ",")
	})},
	{"OSS4-AUTH-07", "empty-passes-the-reader", "compares an empty signature as any other", requests("oss-v4"), forgivingRule("the signature is missing")},
	{"OSS4-AUTH-07", "empty-parameter-passes-the-reader", "compares an empty x-oss-signature as any other", query("oss-v4"), forgiving(func(f *signature.Fault) bool { return strings.HasSuffix(f.Where, "x-oss-signature") && f.EC == "" })},
	{"OSS4-AUTH-08", "any-character", "takes every character in a key id", carriers("oss-v4"), forgivingEC("0002-00000206", "0002-00000222", "0002-00000710")},
	{"OSS4-AUTH-08", "blank-in-a-key-id", "takes blanks in a key id", header("oss-v4"), forgivingRule("a value holds no blank")},
	{"OSS4-AUTH-08", "letters-and-digits-only", "takes letters and digits only in a key id", header("oss-v4"), Break{Server: func(v *signature.Verifier) {
		secret := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) {
			c, ok := secret(id)
			return c, ok && !strings.ContainsAny(id, "._-")
		}
	}}},
	{"OSS4-AUTH-08", "equals-sign-in-a-key-id", "takes what stands behind an equals sign for the key id", header("oss-v4"), authorizationRead("Credential=[^=,/]*=", "Credential=")},
	{"OSS4-AUTH-08", "empty-key-id-unknown", "takes an empty key id for one it does not know", requests("oss-v4"), forgiving(func(f *signature.Fault) bool { return strings.HasPrefix(f.Rule, "an access key id") && f.Got == "" })},
	{"OSS4-AUTH-08", "full-width-letters", "takes full-width letters for their narrow twins", header("oss-v4"), seesAuthorization(func(v string) string {
		return strings.Map(func(r rune) rune {
			if '\uff01' <= r && r <= '\uff5e' {
				r -= '\uff01' - '!'
			}
			return r
		}, v)
	})},
	{"OSS4-AUTH-09", "bad-request", "answers 400 to a signature that differs", requests("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "<Code>SignatureDoesNotMatch</Code>") {
			a.Status = 400
		}
	})},
	{"OSS4-AUTH-09", "prefix-compared", "compares as many digits as it is given", header("oss-v4"), letsPass(strings.HasPrefix)},
	{"OSS4-AUTH-09", "accepts-all", "lets every signature in", requests("oss-v4"), Break{Answer: func(_ *wire.Request, a *endpoint.Response) {
		if strings.Contains(a.Body, "<Code>SignatureDoesNotMatch</Code>") {
			*a = endpoint.Response{Status: 200}
		}
	}}},
	{"OSS4-AUTH-10", "bad-request", "answers 400 to a key id it does not know", carriers("oss-v4"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "InvalidAccessKeyId") || a.Status == 403 && len(a.Body) == 0 {
			a.Status = 400
		}
	})},
	{"OSS4-AUTH-10", "any-letter-case", "finds key ids without regard to letter case", header("oss-v4"), keyInAnyCase()},
	{"OSS4-AUTH-10", "any-key-id", "takes every key id for the one it knows", carriers("oss-v4"), anyKey()},
	{"OSS4-AUTH-12", "first-header-counts", "takes the first of two Authorization headers", header("oss-v4"), sees(func(r *wire.Request) {
		var kept []wire.Header
		for _, h := range r.Headers {
			if wire.EqualFold(h.Name, "Authorization") && len(kept) > 0 && kept[len(kept)-1].Name == "Authorization" {
				continue
			}
			kept = append(kept, h)
		}
		r.Headers = kept
	})},
	{"OSS4-AUTH-12", "header-wins", "takes the header where URL and header are signed", requests("oss-v4"), sees(func(r *wire.Request) {
		if _, ok := r.Header("Authorization"); ok {
			t := wire.SplitTarget(r.Target)
			t.Query, t.HasQuery = withoutParameter(t.Query, "x-oss-signature"), t.HasQuery && withoutParameter(t.Query, "x-oss-signature") != ""
			r.Target = t.String()
		}
	})},
	{"OSS4-AUTH-12", "v1-in-the-url-overlooked", "does not look for signatures of V1 in the URL", header("oss-v4"), seesQuery(func(q string) string {
		return withoutParameter(q, "Signature")
	})},
	{"OSS4-AUTH-12", "url-wins", "takes the URL where URL and header are signed", query("oss-v4"), sees(func(r *wire.Request) {
		if strings.Contains(r.Target, "x-oss-signature=") {
			r.SetHeader("Authorization", "")
		}
	})},
	{"OSS4-AUTH-12", "any-signature-parameter", "takes a parameter named signature for a signature", header("oss-v4"), seesQuery(func(q string) string {
		return strings.ReplaceAll("&"+q, "&signature=", "&Signature=")[1:]
	})},
	{"OSS4-ERROR-01", "canonical-request-left-out", "does not show its canonical request", requests("oss-v4"), withoutElements("CanonicalRequest")},
	{"OSS4-ERROR-01", "string-left-out", "does not show its StringToSign", requests("oss-v4"), withoutElements("StringToSign", "StringToSignBytes")},
	{"OSS4-ERROR-03", "code-left-out", "sends no x-oss-ec", requests("oss-v4"), withoutAnswerHeader("x-oss-ec")},
	{"OSS4-ERROR-03", "document-left-out", "sends no x-oss-err", requests("oss-v4"), withoutAnswerHeader("x-oss-err")},
}

// knownPair is a pair of a key that there is.
var knownPair = regexp.MustCompile(`(^| )(Credential|AdditionalHeaders|Signature)=`)

// withoutParameter takes the parameters of a name out of a query.
func withoutParameter(query, name string) string {
	var kept []string
	for _, part := range strings.Split(query, "&") {
		if n, _, _ := strings.Cut(part, "="); n != name {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}
