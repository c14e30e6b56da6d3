package mutants

import (
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// What a URL carries: key id, signature, token.
var ossV1QueryAuthentication = []Mutant{
	{"OSS1-QUERY-02", "own-parameters-signed", "signs OSSAccessKeyId and Expires as sub-resources", query("oss-v1"),
		listed("OSSAccessKeyId", "Expires")},
	{"OSS1-QUERY-02", "by-place", "finds the parameters of a URL by their place", query("oss-v1"),
		sees(func(r *wire.Request) {
			if at := strings.LastIndexByte(r.Target, '&'); !strings.HasPrefix(r.Target[at+1:], "Signature") {
				r.Target = strings.Replace(r.Target, "Signature=", "NoSignature=", 1)
			}
		})},
	{"OSS1-QUERY-02", "question-mark-twice", "puts a question mark behind the one that is there", query("oss-v1"),
		output(signature.URL, func(s *signature.Signing, built string) string {
			if strings.HasSuffix(s.Request.Target, "?") {
				return strings.Replace(built, "?", "??", 1)
			}
			return built
		})},
	{"OSS1-QUERY-02", "https-alone", "writes https in front of every URL", query("oss-v1"),
		text(signature.URL, func(url string) string { return strings.Replace(url, "http://", "https://", 1) })},
	{"OSS1-QUERY-10", "id-not-needed", "does not ask whose signature it is", query("oss-v1"), pardonsEC("0002-00000071")},
	{"OSS1-QUERY-10", "id-may-be-empty", "takes an empty id for one it does not know", query("oss-v1"), forgivingEC("0002-00000073")},
	{"OSS1-QUERY-10", "letters-and-digits", "keeps letters and digits of an access key id alone", query("oss-v1"),
		putInstead("OSSAccessKeyId", func(s *signature.Signing) string { return strings.ReplaceAll(s.Credentials.AccessKeyID, ".", "") })},
	{"OSS1-AUTH-06", "url-case-blind", "looks up the access key id of a URL in capitals", query("oss-v1"),
		server(func(v *signature.Verifier) {
			secret := v.Secret
			v.Secret = func(id string) (signature.Credentials, bool) { return secret(strings.ToUpper(id)) }
		})},
	{"OSS1-AUTH-05", "url-counts", "takes the URL where there is an Authorization header too", query("oss-v1"),
		sees(func(r *wire.Request) { dropFrom(r, "Authorization") })},
	{"OSS1-AUTH-05", "url-proxy-login", "takes a login at a proxy for a second signature", query("oss-v1"),
		sees(func(r *wire.Request) {
			if login, ok := r.Header("Proxy-Authorization"); ok {
				r.SetHeader("Authorization", login)
			}
		})},
	{"OSS1-AUTH-08", "url-any-signature", "takes any signature in a URL", query("oss-v1"), pardonsEC("0002-00000040")},
	{"OSS1-AUTH-08", "url-case-blind", "compares the signature of a URL without regard to case", query("oss-v1"),
		Break{Sees: signatureParameter(strings.ToLower), Profile: text(signature.SignatureValue, strings.ToLower).Profile}},
	{"OSS1-STRING-02", "url-padding-optional", "takes a signature without its padding", query("oss-v1"),
		sees(signatureParameter(func(value string) string { return strings.TrimSuffix(value, "%3D") + "%3D" }))},
	{"OSS1-QUERY-03", "plus-raw", "leaves the plus signs of a signature raw", query("oss-v1"),
		text(signature.URL, inSignature(replacing("%2B", "+")))},
	{"OSS1-QUERY-03", "first-plus-alone", "encodes the first plus sign of a signature alone", query("oss-v1"),
		text(signature.URL, inSignature(func(value string) string {
			first, rest, found := strings.Cut(value, "%2B")
			if !found {
				return value
			}
			return first + "%2B" + strings.ReplaceAll(rest, "%2B", "+")
		}))},
	{"OSS1-QUERY-03", "padding-cut-off", "leaves the padding of a signature out of the URL", query("oss-v1"),
		text(signature.URL, inSignature(func(value string) string { return strings.TrimSuffix(value, "%3D") }))},
	{"OSS1-QUERY-03", "plus-guessed", "takes a raw plus sign in a signature for a plus sign", query("oss-v1"),
		sees(signatureParameter(replacing("+", "%2B")))},
	{"OSS1-QUERY-03", "decoded-twice", "decodes the signature of a URL twice", query("oss-v1"),
		sees(signatureParameter(replacing("%25", "%")))},
	{"OSS1-QUERY-03", "any-alphabet", "takes a signature in the alphabet for URLs", query("oss-v1"),
		sees(signatureParameter(replacing("-", "%2B", "_", "%2F")))},
	{"OSS1-QUERY-03", "capital-escapes", "decodes the escapes of a signature in capitals alone", query("oss-v1"),
		sees(signatureParameter(replacing("%2b", "%252b", "%3d", "%253d")))},
	{"OSS1-QUERY-03", "cut-at-equals", "cuts the signature at a raw equals sign", query("oss-v1"),
		sees(signatureParameter(upTo("=")))},

	{"OSS1-TOKEN-02", "unsigned", "puts the token into the URL behind the signature's back", query("oss-v1"), unlisted("security-token")},
	{"OSS1-TOKEN-02", "last", "signs the token behind all other parameters", query("oss-v1"),
		resourceOrder(func(a, b *param) int {
			return strings.Compare(strings.Replace(a.name, "security-token", "~", 1), strings.Replace(b.name, "security-token", "~", 1))
		})},
	{"OSS1-TOKEN-02", "signed-encoded", "signs the token percent-encoded", query("oss-v1"),
		resourceParameters(func(p *param) {
			if p.name == "security-token" {
				p.value = wire.EscapeValue(p.value)
			}
		})},
	{"OSS1-TOKEN-02", "cut-at-equals", "cuts the token at a raw equals sign", query("oss-v1"),
		sees(inParameter("security-token", upTo("=")))},
	{"OSS1-TOKEN-02", "thousand-bytes", "keeps 1,024 bytes of a token", query("oss-v1"),
		putInstead("security-token", func(s *signature.Signing) string {
			return s.Credentials.SecurityToken[:min(1024, len(s.Credentials.SecurityToken))]
		})},
	{"OSS1-TOKEN-02", "any-spelling", "signs Security-Token and security_token too", query("oss-v1"), listed("Security-Token", "security_token")},
	{"OSS1-TOKEN-02", "not-asked-for", "lets in a temporary key without its token, or with another", query("oss-v1"),
		server(func(v *signature.Verifier) { v.Grants = false })},
	{"OSS1-TOKEN-06", "plus-raw", "leaves the plus signs of a token raw", query("oss-v1"),
		text(signature.URL, inURL("security-token", replacing("%2B", "+")))},
	{"OSS1-TOKEN-06", "ampersand-raw", "leaves ampersands of a token raw", query("oss-v1"),
		text(signature.URL, inURL("security-token", replacing("%26", "&")))},
	{"OSS1-TOKEN-06", "hash-raw", "loses what stands behind a hash in a token", query("oss-v1"),
		text(signature.URL, inURL("security-token", upTo("%23")))},
	{"OSS1-TOKEN-06", "plus-guessed", "takes a raw plus sign in a token for a plus sign", query("oss-v1"),
		sees(inParameter("security-token", replacing("+", "%2B")))},
	{"OSS1-TOKEN-03", "as-a-header-too", "signs the token of a URL as a header line too", query("oss-v1"),
		output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
			if token, ok := s.Param("security-token"); ok {
				return built + "x-oss-security-token:" + token + "\n"
			}
			return built
		})},
	{"OSS1-TOKEN-03", "both", "lets in a token in both places", query("oss-v1"),
		pardonsEC("0002-00000010")},
	{"OSS1-TOKEN-03", "small-letters", "sees a token header in small letters alone", query("oss-v1"),
		pardons(func(r *wire.Request, said string) bool {
			return strings.Contains(said, "0002-00000010") && !containsHeader(r, "x-oss-security-token")
		})},
}

// containsHeader compares names with regard to letter case.
func containsHeader(r *wire.Request, name string) bool {
	for _, h := range r.Headers {
		if h.Name == name {
			return true
		}
	}
	return false
}
