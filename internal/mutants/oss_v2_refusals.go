package mutants

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of what a server refuses, and what it says then.
var ossV2Refusals = slices.Concat(
	[]Mutant{
		{"OSS2-AUTH-01", "blank-doubled", "writes two blanks behind OSS2", header("oss-v2"), ossV2Written("OSS2 ", "OSS2  ")},
		{"OSS2-AUTH-01", "other-word", "writes the word of V1", header("oss-v2"), ossV2Written("OSS2 ", "OSS ")},
		{"OSS2-AUTH-01", "equals-signs", "joins key and value by an equals sign", header("oss-v2"), ossV2Written("AccessKeyId:", "AccessKeyId=")},
		{"OSS2-AUTH-01", "word-in-any-case", "knows OSS2 in every letter case", header("oss-v2"), ossV2Seen("oss2 ", "OSS2 ")},
		{"OSS2-AUTH-01", "word-without-blank", "needs no blank behind OSS2", header("oss-v2"), ossV2Seen("OSS2A", "OSS2 A")},
		{"OSS2-AUTH-01", "word-of-v1", "takes the word of V1 for its own", header("oss-v2"), ossV2Seen("OSS A", "OSS2 A")},
		{"OSS2-AUTH-02", "malformed-passed-over", "passes over pairs it cannot read", header("oss-v2"), forgivingEC("0002-00000102")},
		{"OSS2-AUTH-02", "unknown-keys-passed-over", "passes over keys it does not know", header("oss-v2"), forgivingEC("0002-00000104")},
		{"OSS2-AUTH-02", "keys-in-any-case", "knows the keys in every letter case", header("oss-v2"),
			sees(func(r *wire.Request) {
				value, _ := r.Header("Authorization")
				r.SetHeader("Authorization", strings.NewReplacer("accesskeyid:", "AccessKeyId:", "signature:", "Signature:").Replace(value))
			})},
		{"OSS2-AUTH-02", "blanks-trimmed", "takes any number of blanks behind OSS2", header("oss-v2"), ossV2Seen("OSS2  ", "OSS2 ")},
		{"OSS2-AUTH-02", "equals-for-colon", "takes equals signs for colons", header("oss-v2"),
			sees(func(r *wire.Request) {
				value, _ := r.Header("Authorization")
				r.SetHeader("Authorization", strings.NewReplacer("AccessKeyId=", "AccessKeyId:", "Signature=", "Signature:").Replace(value))
			})},
		{"OSS2-AUTH-02", "credential-for-id", "takes Credential for AccessKeyId", header("oss-v2"), ossV2Seen("Credential:", "AccessKeyId:")},
		{"OSS2-AUTH-02", "semicolon-for-comma", "parts pairs at semicolons too", header("oss-v2"), ossV2Seen(";Signature", ",Signature")},
		{"OSS2-AUTH-02", "blank-for-comma", "parts pairs at blanks too", header("oss-v2"), ossV2Seen(" Signature", ",Signature")},
		{"OSS2-AUTH-02", "comma-at-the-end", "passes over a comma at the end", header("oss-v2"), ossV2ForgivingRule("a pair must follow")},
		{"OSS2-AUTH-02", "first-of-two", "takes the first of two signatures", header("oss-v2"), ossV2ForgivingRule("each key stands once")},
		{"OSS2-AUTH-02", "no-pairs-anonymous", "takes a word without pairs for no signature", header("oss-v2"),
			sees(func(r *wire.Request) {
				if value, _ := r.Header("Authorization"); value == "OSS2 " {
					r.SetHeader("Authorization", "")
				}
			})},
		{"OSS2-AUTH-03", "no-id-needed", "misses no AccessKeyId", header("oss-v2"), forgivingEC("0002-00000105")},
		{"OSS2-AUTH-03", "no-signature-needed", "misses no Signature", header("oss-v2"), ossV2ForgivingRule("the key Signature is missing")},
		{"OSS2-AUTH-03", "empty-signature", "compares an empty signature", header("oss-v2"), ossV2ForgivingRule("the signature is missing")},
		{"OSS2-AUTH-03", "empty-id", "looks an empty id up", header("oss-v2"), ossV2ForgivingRule("the access key id is missing")},
		{"OSS2-AUTH-04", "prefix-compared", "compares all but the beginning of the signature", carriers("oss-v2"), ossV2LaxCompare(4)},
		{"OSS2-AUTH-04", "answers-401", "answers 401", carriers("oss-v2"), ossV2Answers("SignatureDoesNotMatch", 401, "", "")},
		{"OSS2-AUTH-04", "code-of-v1", "answers with the error code of V1", requests("oss-v2"), ossV2Answers("SignatureDoesNotMatch", 403, "0002-00000101", "0002-00000040")},
		{"OSS2-AUTH-04", "access-denied", "answers AccessDenied", carriers("oss-v2"), ossV2Answers("SignatureDoesNotMatch", 403, ">SignatureDoesNotMatch<", ">AccessDenied<")},
		{"OSS2-AUTH-05", "anyone", "takes every id for the one it knows", carriers("oss-v2"), ossV2Secret(func(string) bool { return true })},
		{"OSS2-AUTH-05", "any-case", "looks ids up in every letter case", carriers("oss-v2"), ossV2Secret(func(id string) bool { return id == "testaccesskeyid00001" })},
		{"OSS2-AUTH-05", "called-a-mismatch", "calls an unknown id a wrong signature", carriers("oss-v2"), ossV2Answers("InvalidAccessKeyId", 403, "InvalidAccessKeyId", "SignatureDoesNotMatch")},
		{"OSS2-AUTH-06", "first-header", "takes the first of two Authorization headers", header("oss-v2"),
			sees(func(r *wire.Request) {
				first := true
				r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool {
					again := wire.EqualFold(h.Name, "Authorization") && !first
					first = first && !wire.EqualFold(h.Name, "Authorization")
					return again
				})
			})},
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
			ossV2Refusing(signature.MalformedAuthorization, func(s *signature.Signing) bool {
				return strings.Contains(s.Credentials.AccessKeyID, ".")
			})},
		{"OSS2-AUTH-06", "any-signature", "takes every parameter called signature for a second one", header("oss-v2"),
			ossV2Refusing(signature.AuthenticatedTwice, func(s *signature.Signing) bool {
				_, there := s.Param("signature")
				return there
			})},
		{"OSS2-ERROR-01", "string-hidden", "hides its StringToSign", requests("oss-v2"), ossV2Without("StringToSign", "StringToSignBytes")},
		{"OSS2-ERROR-01", "signature-hidden", "does not repeat the signature", requests("oss-v2"), ossV2Without("SignatureProvided")},
		{"OSS2-TOKEN-05", "unchecked", "lets a temporary key in without its token", carriers("oss-v2"),
			server(func(v *signature.Verifier) { v.Grants = false })},
		{"OSS2-TOKEN-05", "called-a-mismatch", "calls a missing token another key's", carriers("oss-v2"), ossV2Answers("InvalidAccessKeyId", 403, "0002-00000003", "0002-00000006")},
		{"OSS2-TOKEN-06", "unchecked", "takes any token for the key's own", carriers("oss-v2"),
			server(func(v *signature.Verifier) { v.Grants = false })},
		{"OSS2-TOKEN-06", "called-unknown", "calls a wrong token an unknown key", carriers("oss-v2"), ossV2Answers("InvalidSecurityToken", 403, "InvalidSecurityToken", "InvalidAccessKeyId")},
		{"OSS2-TOKEN-03", "two-tokens", "takes a token in header and URL", requests("oss-v2"), ossV2OneToken()},

		{"OSS2-ADDITIONAL-04", "absent-listed", "lists headers that the request has not", header("oss-v2"),
			table(func(p *signature.Profile) { p.ChooseHeaders = nil })},
		{"OSS2-ADDITIONAL-04", "empty-list", "takes an empty list", header("oss-v2"), forgivingEC("0002-00000110")},
		{"OSS2-ADDITIONAL-04", "empty-item", "takes an empty item", header("oss-v2"), forgivingEC("0002-00000111")},
		{"OSS2-ADDITIONAL-04", "absent-taken", "takes a list that names an absent header", header("oss-v2"), ossV2ForgivingRule("a listed header must be in the request")},
		{"OSS2-ADDITIONAL-04", "underscore", "takes a listed header with an underscore", header("oss-v2"), ossV2ForgivingRule("must hold no underscore")},
	},
	ossV2ECs("OSS2-QUERY-06", query("oss-v2"), map[string]string{"missing-taken": "0002-00000113", "empty-taken": "0002-00000114", "words-taken": "0002-00000070"}),
	ossV2ECs("OSS2-QUERY-08", query("oss-v2"), map[string]string{"id-empty-taken": "0002-00000116", "signature-empty-taken": "0002-00000118"}),
	ossV2ECs("OSS2-QUERY-09", query("oss-v2"), map[string]string{"empty-taken": "0002-00000076", "absent-taken": "0002-00000077"}),
	ossV2ECs("OSS2-FORM-04", form("oss-v2"), map[string]string{
		"policy-missing-taken": "0002-00000702", "signature-missing-taken": "0002-00000703", "signature-empty-taken": "0002-00000704",
		"id-missing-taken": "0002-00000706", "id-empty-taken": "0002-00000707",
	}),
)

// ossV2Skew checks the clock with other limits.
func ossV2Skew(past, future time.Duration) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		text, ok := s.Request.Header("x-oss-date")
		if !ok {
			text, _ = s.Request.Header("Date")
		}
		at, ok := signature.ParseDate(text)
		switch {
		case !ok:
			return p.Limits(s, now)
		case now.Sub(at) > past || at.Sub(now) > future:
			return p.Limits(s, at.Add(time.Hour))
		}
		return p.Limits(s, at)
	})
}

// ossV2LaxDates forgives a fault of the date.
func ossV2LaxDates(ec string, class signature.Class) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f == nil || f.Class != class || f.EC != ec {
			return f
		}
		return nil
	})
}

// ossV2DateForm also takes a Date of that layout.
func ossV2DateForm(layout string) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		text, _ := s.Request.Header("Date")
		if _, err := time.Parse(layout, text); err == nil && text != now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") {
			if f := p.Limits(s, now); f == nil || f.Class != signature.BadDate {
				return f
			}
			return nil
		}
		return p.Limits(s, now)
	})
}

// ossV2Written changes the Authorization header that a signer writes.
func ossV2Written(right, written string) Break {
	return text(signature.Authorization, func(s string) string { return strings.Replace(s, right, written, 1) })
}

// ossV2Seen takes one text in the Authorization header for another.
func ossV2Seen(sent, seen string) Break {
	return sees(func(r *wire.Request) {
		if value, ok := r.Header("Authorization"); ok {
			r.SetHeader("Authorization", strings.Replace(value, sent, seen, 1))
		}
	})
}

// ossV2ForgivingRule is forgiving by the wording of a fault.
func ossV2ForgivingRule(part string) Break {
	return forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, part) })
}

// ossV2Refusing refuses more requests.
func ossV2Refusing(class signature.Class, refused func(s *signature.Signing) bool) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Read = func(s *signature.Signing) []*signature.Fault {
			faults := p.Read(s)
			if refused(s) {
				faults = append(faults, &signature.Fault{Class: class, Where: "header Authorization", Offset: -1})
			}
			return faults
		}
		return c
	}}
}

// ossV2ECs has a mutant for each fault with an error code of its own.
func ossV2ECs(requirement string, profiles []string, codes map[string]string) []Mutant {
	var out []Mutant
	for name, ec := range codes {
		out = append(out, Mutant{requirement, name, "does not refuse what EC " + ec + " is for", profiles, forgivingEC(ec)})
	}
	slices.SortFunc(out, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// ossV2LaxCompare compares signatures without their first bytes.
func ossV2LaxCompare(skipped int) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		return rebuilt(p, signature.SignatureValue, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
			out, err := build(s, nil)
			if s.Provided != "" && len(s.Provided) == len(out) && bytes.Equal([]byte(s.Provided)[skipped:], out[skipped:]) {
				out = []byte(s.Provided)
			}
			return append(dst, out...), err
		})
	}}
}

// ossV2Answers changes what is said to requests refused with a code.
func ossV2Answers(code string, status int, old, said string) Break {
	return answers(func(a *endpoint.Response) {
		if !strings.Contains(a.Body, ">"+code+"<") {
			return
		}
		a.Status, a.Body = status, strings.ReplaceAll(a.Body, old, said)
		for i := range a.Headers {
			a.Headers[i].Value = strings.ReplaceAll(a.Headers[i].Value, old, said)
		}
	})
}

// ossV2Without leaves elements out of error documents.
func ossV2Without(elements ...string) Break {
	return answers(func(a *endpoint.Response) {
		for _, element := range elements {
			from := strings.Index(a.Body, "<"+element+">")
			to := strings.Index(a.Body, "</"+element+">")
			if from >= 0 && to > from {
				a.Body = a.Body[:from] + a.Body[to+len(element)+3:]
			}
		}
	})
}

// ossV2Secret knows more ids than the one of the vectors.
func ossV2Secret(known func(id string) bool) Break {
	return server(func(v *signature.Verifier) {
		secret := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) {
			if c, ok := secret(id); ok || !known(id) {
				return c, ok
			}
			return secret("TESTACCESSKEYID00001")
		}
	})
}

// ossV2OneToken does not see the token of the other carrier.
func ossV2OneToken() Break {
	return sees(func(r *wire.Request) {
		if !strings.Contains(r.Target, "security-token=") {
			return
		}
		r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, "x-oss-security-token") })
	})
}
