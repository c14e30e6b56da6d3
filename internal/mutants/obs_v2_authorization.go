package mutants

import (
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the Authorization header, and of what a server makes of a signature.
var obsV2Authorization = append([]Mutant{
	{"OBS2-AUTH-01", "two-blanks", "writes two blanks behind the word", header(obsV2Scheme), text(signature.Authorization, func(built string) string { return strings.Replace(built, " ", "  ", 1) })},
	{"OBS2-AUTH-01", "letters-and-digits", "cuts an access key at the first mark", header(obsV2Scheme),
		text(signature.Authorization, func(built string) string {
			id, rest, _ := strings.Cut(built, ":")
			if at := strings.IndexAny(id, "._-"); at >= 0 {
				id = id[:at]
			}
			return id + ":" + rest
		})},
	{"OBS2-AUTH-01", "blank-behind-colon", "writes a blank behind the colon", header(obsV2Scheme), text(signature.Authorization, func(built string) string { return strings.Replace(built, ":", ": ", 1) })},
	{"OBS2-AUTH-02", "accepts-anything", "lets a request in whose signature differs", requests(obsV2Scheme),
		answers(func(a *endpoint.Response) {
			if strings.Contains(a.Body, "<Code>SignatureDoesNotMatch") {
				a.Status = 200
			}
		})},
	{"OBS2-AUTH-02", "as-bad-request", "answers 400 to a signature that differs", requests(obsV2Scheme),
		answers(func(a *endpoint.Response) {
			if strings.Contains(a.Body, "<Code>SignatureDoesNotMatch") {
				a.Status = 400
			}
		})},
	{"OBS2-AUTH-02", "without-case", "compares signatures without regard to letter case", requests(obsV2Scheme), alike(strings.ToLower)},
	{"OBS2-AUTH-02", "without-padding", "compares signatures without their padding", requests(obsV2Scheme), alike(func(sig string) string { return strings.TrimRight(sig, "=") })},
	{"OBS2-AUTH-02", "refuses-everything", "refuses every signature", requests(obsV2Scheme), output(signature.SignatureValue, func(s *signature.Signing, built string) string {
		if s.Provided != "" {
			return ""
		}
		return built
	})},
	{"OBS2-AUTH-03", "any-key", "knows every access key", header(obsV2Scheme),
		anyKey()},
	{"OBS2-AUTH-03", "as-mismatch", "answers an unknown access key as a mismatch", requests(obsV2Scheme), inAnswer("<Code>InvalidAccessKeyId", "<Code>SignatureDoesNotMatch")},
	{"OBS2-AUTH-04", "encoded", "percent-encodes the signature in the header", header(obsV2Scheme),
		text(signature.Authorization, func(built string) string {
			words, sig, _ := strings.Cut(built, ":")
			return words + ":" + wire.EscapeValue(sig)
		})},
	{"OBS2-AUTH-04", "decoding", "percent-decodes the signature in the header", header(obsV2Scheme), alike(wire.Unescape)},
	{"OBS2-AUTH-05", "aws-for-path-style", "signs path style in the other dress", header(obsV2Scheme), dressedAsAWS(signature.PathStyle)},
	{"OBS2-AUTH-05", "aws-for-custom-domains", "signs custom domains in the other dress", header(obsV2Scheme), dressedAsAWS(signature.CNAME)},
	{"OBS2-AUTH-06", "first-counts", "takes the first of two Authorization headers", header(obsV2Scheme), sees(func(r *wire.Request) {
		seen := false
		kept := r.Headers[:0]
		for _, h := range r.Headers {
			if wire.EqualFold(h.Name, "Authorization") {
				if seen {
					continue
				}
				seen = true
			}
			kept = append(kept, h)
		}
		r.Headers = kept
	})},
	{"OBS2-AUTH-06", "header-wins", "takes the header where the URL is signed too", header(obsV2Scheme), sees(func(r *wire.Request) {
		if _, ok := r.Header("Authorization"); ok {
			r.Target = strings.ReplaceAll(r.Target, "Signature=", "signature=")
		}
	})},
	{"OBS2-AUTH-07", "no-id-needed", "takes an empty access key for an unknown one", header(obsV2Scheme), forgivingEC("0002-00000063")},
	{"OBS2-AUTH-07", "no-signature-needed", "takes an empty signature for a wrong one", header(obsV2Scheme), forgivingEC("0002-00000065")},
	{"OBS2-AUTH-07", "any-id", "takes an access key with a blank for an unknown one", header(obsV2Scheme), forgivingEC("0002-00000064")},
}, readers()...)

// readers are servers that read what nobody should have written.
func readers() []Mutant {
	var family []Mutant
	for _, r := range []struct{ requirement, name, about, pattern, seen string }{
		{"OBS2-AUTH-01", "slash-for-colon", "takes a slash for the colon", `^(OBS [^:]+)/([^:]{27}=)$`, "$1:$2"},
		{"OBS2-AUTH-01", "pairs", "reads the pairs of V4", "Credential=([^,]*),Signature=", "$1:"},
		{"OBS2-AUTH-07", "small-letters", "reads the word in small letters", "^obs ", "OBS "},
		{"OBS2-AUTH-07", "tab", "takes a tab for the blank", "^OBS\t", "OBS "},
		{"OBS2-AUTH-07", "blanks", "takes two blanks for one", "^OBS +", "OBS "},
		{"OBS2-AUTH-07", "no-blank", "needs no blank behind the word", "^OBS([^ ])", "OBS $1"},
		{"OBS2-AUTH-07", "other-word", "takes SDK-HMAC-SHA256 for OBS", "^SDK-HMAC-SHA256 ", "OBS "},
	} {
		family = append(family, Mutant{r.requirement, "reads-" + r.name, r.about, header(obsV2Scheme), authorizationRead(r.pattern, r.seen)})
	}
	return family
}

// dressedAsAWS writes the word of the AWS dress for one addressing.
func dressedAsAWS(of signature.Addressing) Break {
	return onlyWith(func(s *signature.Signing) bool { return s.Resource.Addressing == of && s.Resource.RawKey != "" }, signature.Authorization,
		func(built string) string { return "AWS" + strings.TrimPrefix(built, "OBS") })
}
