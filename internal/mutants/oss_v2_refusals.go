package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of what a server refuses, and what it says then.
var ossV2Refusals = slices.Concat(
	[]Mutant{
		{"OSS2-AUTH-01", "blank-doubled", "writes two blanks behind OSS2", header("oss-v2"), authorizationAs("OSS2 ", "OSS2  ")},
		{"OSS2-AUTH-01", "other-word", "writes the word of V1", header("oss-v2"), authorizationAs("OSS2 ", "OSS ")},
		{"OSS2-AUTH-01", "equals-signs", "joins key and value by an equals sign", header("oss-v2"), authorizationAs("AccessKeyId:", "AccessKeyId=")},
		{"OSS2-AUTH-01", "word-in-any-case", "knows OSS2 in every letter case", header("oss-v2"), authorizationSeen("oss2 ", "OSS2 ")},
		{"OSS2-AUTH-01", "word-without-blank", "needs no blank behind OSS2", header("oss-v2"), authorizationRead("^OSS2([^ ])", "OSS2 $1")},
		{"OSS2-AUTH-01", "word-of-v1", "takes the word of V1 for its own", header("oss-v2"), authorizationRead("^OSS ([A-Za-z]+:[^,]*,)", "OSS2 $1")},
		{"OSS2-AUTH-02", "malformed-passed-over", "passes over pairs it cannot read", header("oss-v2"), forgivingEC("0002-00000102")},
		{"OSS2-AUTH-02", "unknown-keys-passed-over", "passes over keys it does not know", header("oss-v2"), forgivingEC("0002-00000104")},
		{"OSS2-AUTH-02", "keys-in-any-case", "knows the keys in every letter case", header("oss-v2"), keysInAnyCase(":", "AccessKeyId", "AdditionalHeaders", "Signature")},
		{"OSS2-AUTH-02", "blanks-trimmed", "takes any number of blanks behind OSS2", header("oss-v2"), authorizationRead("^OSS2 +", "OSS2 ")},
		{"OSS2-AUTH-02", "equals-for-colon", "takes equals signs for colons", header("oss-v2"), authorizationRead(`\b([A-Z][A-Za-z]*)=`, "$1:")},
		{"OSS2-AUTH-02", "credential-for-id", "takes Credential for AccessKeyId", header("oss-v2"), authorizationSeen("Credential:", "AccessKeyId:")},
		{"OSS2-AUTH-02", "semicolon-for-comma", "parts pairs at semicolons too", header("oss-v2"), authorizationRead(";([A-Z][A-Za-z]*:)", ",$1")},
		{"OSS2-AUTH-02", "blank-for-comma", "parts pairs at blanks too", header("oss-v2"), authorizationRead("(:[^ ,]*) ([A-Z][A-Za-z]*:)", "$1,$2")},
		{"OSS2-AUTH-02", "comma-at-the-end", "passes over a comma at the end", header("oss-v2"), forgivingRule("a pair must follow")},
		{"OSS2-AUTH-02", "first-of-two", "takes the first of two signatures", header("oss-v2"), forgivingRule("each key stands once")},
		{"OSS2-AUTH-02", "no-pairs-anonymous", "takes a word without pairs for no signature", header("oss-v2"),
			sees(func(r *wire.Request) {
				if value, _ := r.Header("Authorization"); value == "OSS2 " {
					r.SetHeader("Authorization", "")
				}
			})},
		{"OSS2-AUTH-03", "no-id-needed", "misses no AccessKeyId", header("oss-v2"), forgivingEC("0002-00000105")},
		{"OSS2-AUTH-03", "no-signature-needed", "misses no Signature", header("oss-v2"), forgivingRule("the key Signature is missing")},
		{"OSS2-AUTH-03", "empty-signature", "compares an empty signature", header("oss-v2"), forgivingRule("the signature is missing")},
		{"OSS2-AUTH-03", "empty-id", "looks an empty id up", header("oss-v2"), forgivingRule("the access key id is missing")},
		{"OSS2-AUTH-04", "prefix-compared", "compares all but the beginning of the signature", carriers("oss-v2"), letsPass(func(right, provided string) bool { return len(right) == len(provided) && right[4:] == provided[4:] })},
		{"OSS2-AUTH-04", "answers-401", "answers 401", carriers("oss-v2"), answersFor("SignatureDoesNotMatch", 401, "", "")},
		{"OSS2-AUTH-04", "code-of-v1", "answers with the error code of V1", requests("oss-v2"), answersFor("SignatureDoesNotMatch", 403, "0002-00000101", "0002-00000040")},
		{"OSS2-AUTH-04", "access-denied", "answers AccessDenied", carriers("oss-v2"), answersFor("SignatureDoesNotMatch", 403, ">SignatureDoesNotMatch<", ">AccessDenied<")},
		{"OSS2-AUTH-05", "anyone", "takes every id for the one it knows", carriers("oss-v2"), anyKey()},
		{"OSS2-AUTH-05", "any-case", "looks ids up in every letter case", carriers("oss-v2"), keyInAnyCase()},
		{"OSS2-AUTH-05", "called-a-mismatch", "calls an unknown id a wrong signature", carriers("oss-v2"), answersFor("InvalidAccessKeyId", 403, "InvalidAccessKeyId", "SignatureDoesNotMatch")},
		{"OSS2-AUTH-06", "first-header", "takes the first of two Authorization headers", header("oss-v2"),
			sees(firstAuthorization)},
		{"OSS2-AUTH-06", "url-wins", "takes the URL of a request that is signed twice", query("oss-v2"),
			sees(func(r *wire.Request) {
				if strings.Contains(r.Target, "x-oss-signature=") {
					r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool { return h.Name == "Authorization" })
				}
			})},
		{"OSS2-AUTH-06", "header-wins", "takes the header of a request that is signed twice", header("oss-v2"),
			sees(func(r *wire.Request) {
				if front, _, signed := strings.Cut(r.Target, "?x-oss-signature="); signed {
					r.Target = front
				}
			})},
		{"OSS2-AUTH-07", "any-id", "takes ids of any bytes", header("oss-v2"), forgivingEC("0002-00000107")},
		{"OSS2-AUTH-07", "equals-sign", "takes an equals sign in an id", header("oss-v2"),
			forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000107" && f.Got == "=" })},
		{"OSS2-AUTH-07", "letters-and-digits", "takes ids of letters and digits only", header("oss-v2"),
			refusing(func(s *signature.Signing) bool {
				return strings.Contains(s.Credentials.AccessKeyID, ".")
			})},
		{"OSS2-AUTH-06", "any-signature", "takes every parameter called signature for a second one", header("oss-v2"),
			refusing(func(s *signature.Signing) bool {
				_, there := s.Param("signature")
				return there
			})},
		{"OSS2-ERROR-01", "string-hidden", "hides its StringToSign", requests("oss-v2"), withoutElements("StringToSign", "StringToSignBytes")},
		{"OSS2-ERROR-01", "signature-hidden", "does not repeat the signature", requests("oss-v2"), withoutElements("SignatureProvided")},
		{"OSS2-TOKEN-05", "unchecked", "lets a temporary key in without its token", carriers("oss-v2"),
			server(func(v *signature.Verifier) { v.Grants = false })},
		{"OSS2-TOKEN-05", "called-a-mismatch", "calls a missing token another key's", carriers("oss-v2"), answersFor("InvalidAccessKeyId", 403, "0002-00000003", "0002-00000006")},
		{"OSS2-TOKEN-06", "unchecked", "takes any token for the key's own", carriers("oss-v2"),
			server(func(v *signature.Verifier) { v.Grants = false })},
		{"OSS2-TOKEN-06", "called-unknown", "calls a wrong token an unknown key", carriers("oss-v2"), answersFor("InvalidSecurityToken", 403, "InvalidSecurityToken", "InvalidAccessKeyId")},
		{"OSS2-TOKEN-03", "two-tokens", "takes a token in header and URL", requests("oss-v2"), oneToken()},

		{"OSS2-ADDITIONAL-04", "absent-listed", "lists headers that the request has not", header("oss-v2"),
			table(func(p *signature.Profile) { p.ChooseHeaders = nil })},
		{"OSS2-ADDITIONAL-04", "empty-list", "takes an empty list", header("oss-v2"), forgivingEC("0002-00000110")},
		{"OSS2-ADDITIONAL-04", "empty-item", "takes an empty item", header("oss-v2"), forgivingEC("0002-00000111")},
		{"OSS2-ADDITIONAL-04", "absent-taken", "takes a list that names an absent header", header("oss-v2"), forgivingRule("a listed header must be in the request")},
		{"OSS2-ADDITIONAL-04", "underscore", "takes a listed header with an underscore", header("oss-v2"), forgivingRule("must hold no underscore")},
	},
	forgivenCodes("OSS2-QUERY-06", query("oss-v2"), map[string]string{"missing-taken": "0002-00000113", "empty-taken": "0002-00000114", "words-taken": "0002-00000070"}),
	forgivenCodes("OSS2-QUERY-08", query("oss-v2"), map[string]string{"id-empty-taken": "0002-00000116", "signature-empty-taken": "0002-00000118"}),
	forgivenCodes("OSS2-QUERY-09", query("oss-v2"), map[string]string{"empty-taken": "0002-00000076", "absent-taken": "0002-00000077"}),
	forgivenCodes("OSS2-FORM-04", form("oss-v2"), map[string]string{
		"policy-missing-taken": "0002-00000702", "signature-missing-taken": "0002-00000703", "signature-empty-taken": "0002-00000704",
		"id-missing-taken": "0002-00000706", "id-empty-taken": "0002-00000707",
	}),
)

// forgivenCodes has a mutant for each fault with an error code of its own.
func forgivenCodes(requirement string, profiles []string, codes map[string]string) []Mutant {
	var out []Mutant
	for name, ec := range codes {
		out = append(out, Mutant{requirement, name, "does not refuse what EC " + ec + " is for", profiles, forgivingEC(ec)})
	}
	slices.SortFunc(out, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// oneToken does not see the token of the other carrier.
func oneToken() Break {
	return sees(func(r *wire.Request) {
		if !strings.Contains(r.Target, "security-token=") {
			return
		}
		r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, "x-oss-security-token") })
	})
}
