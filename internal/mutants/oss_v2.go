package mutants

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

var ossV2 = slices.Concat(ossV2String, ossV2Headers, ossV2Resource, ossV2Parameters, ossV2Query, ossV2Form, ossV2Refusals)

// Of the lines of the string, the clock and the hash.
var ossV2String = []Mutant{
	{"OSS2-STRING-01", "type-before-md5", "exchanges Content-MD5 and Content-Type", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[1], lines[2] = lines[2], lines[1] })},
	{"OSS2-STRING-01", "names-before-headers", "puts the additional headers' names in front of the headers", requests("oss-v2"),
		ossV2Parts(func(first, headers, names, resource string) string { return first + names + headers + resource })},
	{"OSS2-STRING-01", "resource-before-names", "puts the resource in front of the additional headers' names", requests("oss-v2"),
		ossV2Parts(func(first, headers, names, resource string) string { return first + headers + resource + "\n" + names })},
	{"OSS2-STRING-01", "line-feed-at-the-end", "ends the string in a line feed", requests("oss-v2"),
		text(signature.StringToSign, func(s string) string { return s + "\n" })},
	{"OSS2-STRING-01", "crlf", "ends lines in CR and LF", requests("oss-v2"),
		text(signature.StringToSign, func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") })},
	{"OSS2-STRING-02", "sha1", "uses the hash of V1", carriers("oss-v2"), ossV2SHA1()},
	{"OSS2-STRING-02", "key-cut-at-a-block", "cuts a long secret instead of hashing it", carriers("oss-v2"), ossV2CutKey()},
	{"OSS2-STRING-02", "key-of-a-block-hashed", "hashes a secret of exactly one block", requests("oss-v2"),
		ossV2MAC(sha256.New, func(key string) string {
			if len(key) < 64 {
				return key
			}
			sum := sha256.Sum256([]byte(key))
			return string(sum[:])
		})},
	{"OSS2-STRING-02", "key-trimmed", "trims the secret", requests("oss-v2"), ossV2MAC(sha256.New, strings.TrimSpace)},
	{"OSS2-STRING-02", "key-in-latin-1", "takes the secret as ISO-8859-1", requests("oss-v2"), ossV2MAC(sha256.New, latin1)},
	{"OSS2-STRING-02", "hexadecimal", "writes the signature in hexadecimal", requests("oss-v2"),
		text(signature.SignatureValue, func(s string) string {
			sum, _ := base64.StdEncoding.DecodeString(s)
			return hex.EncodeToString(sum)
		})},
	{"OSS2-STRING-02", "url-safe", "writes URL-safe Base64", requests("oss-v2"),
		text(signature.SignatureValue, func(s string) string { return strings.NewReplacer("+", "-", "/", "_").Replace(s) })},
	{"OSS2-STRING-02", "unpadded", "leaves the padding out", requests("oss-v2"),
		text(signature.SignatureValue, func(s string) string { return strings.TrimRight(s, "=") })},

	{"OSS2-VERB-01", "lower-case", "signs the method in lower case", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[0] = strings.ToLower(lines[0]) })},
	{"OSS2-VERB-01", "head-as-get", "signs HEAD as GET", requests("oss-v2"), ossV2Verb("HEAD", "GET")},
	{"OSS2-VERB-01", "post-as-put", "signs POST as PUT", requests("oss-v2"), ossV2Verb("POST", "PUT")},
	{"OSS2-VERB-01", "delete-as-post", "signs DELETE as the POST of servers without it", requests("oss-v2"), ossV2Verb("DELETE", "POST")},
	{"OSS2-VERB-01", "options-unknown", "signs no verb it does not know", requests("oss-v2"), ossV2Verb("OPTIONS", "")},
	{"OSS2-VERB-01", "not-bound", "signs every method as GET", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[0] = "GET" })},

	{"OSS2-MD5-01", "unsigned", "leaves the line of Content-MD5 empty", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[1] = "" })},
	{"OSS2-MD5-01", "one-spelling", "knows Content-MD5 in one spelling only", requests("oss-v2"), ossV2Spelled("Content-MD5")},
	{"OSS2-MD5-01", "plus-as-blank", "loses the plus signs of Content-MD5", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[1] = strings.ReplaceAll(lines[1], "+", " ") })},
	{"OSS2-TYPE-01", "unsigned", "leaves the line of Content-Type empty", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[2] = "" })},
	{"OSS2-TYPE-01", "one-spelling", "knows Content-Type in one spelling only", requests("oss-v2"), ossV2Spelled("Content-Type")},
	{"OSS2-TYPE-01", "without-parameters", "cuts Content-Type at the semicolon", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[2], _, _ = strings.Cut(lines[2], ";") })},
	{"OSS2-TYPE-01", "lower-case", "signs Content-Type in lower case", requests("oss-v2"),
		ossV2Lines(func(_ *signature.Signing, lines []string) { lines[2] = strings.ToLower(lines[2]) })},
	{"OSS2-TYPE-01", "not-on-get", "signs no Content-Type of a GET", requests("oss-v2"),
		ossV2Lines(func(s *signature.Signing, lines []string) {
			if s.Request.Method == "GET" {
				lines[2] = ""
			}
		})},
	{"OSS2-TYPE-01", "default-for-a-body", "assumes application/octet-stream for a body", requests("oss-v2"),
		ossV2Lines(func(s *signature.Signing, lines []string) {
			if s.Request.Body != "" && lines[2] == "" {
				lines[2] = "application/octet-stream"
			}
		})},
	{"OSS2-TYPE-01", "default-for-an-empty-one", "takes an empty Content-Type for a missing one and assumes a default", requests("oss-v2"),
		ossV2Lines(func(s *signature.Signing, lines []string) {
			if _, there := s.Request.Header("Content-Type"); there && lines[2] == "" {
				lines[2] = "application/octet-stream"
			}
		})},

	{"OSS2-DATE-01", "unsigned", "leaves the line of the date empty", header("oss-v2"), dateLine(func(*signature.Signing) string { return "" })},
	{"OSS2-DATE-01", "one-spelling", "knows Date in one spelling only", header("oss-v2"), ossV2Spelled("Date")},
	{"OSS2-DATE-01", "not-sent", "signs the time and does not send it", header("oss-v2"),
		table(func(p *signature.Profile) {
			line := p.DateLine
			p.Place = slices.DeleteFunc(p.Place, func(part signature.Placement) bool { return part.Name == "Date" })
			p.DateLine = func(s *signature.Signing) (string, error) {
				if date, err := line(s); date != "" || err != nil {
					return date, err
				}
				return s.Time.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"), nil
			}
		})},
	{"OSS2-DATE-02", "date-wins", "takes Date although x-oss-date is there", header("oss-v2"),
		dateLine(func(s *signature.Signing) string {
			if date, ok := s.Request.Header("Date"); ok {
				return date
			}
			date, _ := s.Request.Header("x-oss-date")
			return date
		})},
	{"OSS2-DATE-02", "date-alone", "knows no x-oss-date", header("oss-v2"),
		dateLine(func(s *signature.Signing) string { date, _ := s.Request.Header("Date"); return date })},
	{"OSS2-DATE-02", "not-canonical", "keeps x-oss-date out of the headers", header("oss-v2"), ossV2Unsigned("x-oss-date")},
	{"OSS2-DATE-02", "one-spelling", "knows x-oss-date in one spelling only", header("oss-v2"), ossV2Spelled("x-oss-date")},
	{"OSS2-DATE-03", "no-date-needed", "lets requests without a date in", header("oss-v2"), ossV2LaxDates("0002-00000503", signature.MissingDate)},
	{"OSS2-DATE-03", "iso-date", "takes a Date in ISO 8601", header("oss-v2"), ossV2DateForm("20060102T150405Z")},
	{"OSS2-DATE-03", "offset", "takes a Date with an offset", header("oss-v2"), ossV2DateForm("Mon, 02 Jan 2006 15:04:05 -0700")},
	{"OSS2-DATE-03", "one-digit-day", "takes a Date with a one-digit day", header("oss-v2"), ossV2DateForm("Mon, 2 Jan 2006 15:04:05 GMT")},

	{"OSS2-CLOCK-01", "unchecked", "looks at no clock", header("oss-v2"), limits(nil)},
	{"OSS2-CLOCK-01", "past-unchecked", "lets old requests in", header("oss-v2"), ossV2Skew(1<<62, signature.MaxSkew)},
	{"OSS2-CLOCK-01", "future-unchecked", "lets requests of the future in", header("oss-v2"), ossV2Skew(signature.MaxSkew, 1<<62)},
	{"OSS2-CLOCK-01", "a-working-day", "allows twelve hours", header("oss-v2"), ossV2Skew(12*time.Hour, 12*time.Hour)},
	{"OSS2-CLOCK-01", "a-second-more", "allows 901 seconds", header("oss-v2"), ossV2Skew(901*time.Second, 901*time.Second)},
	{"OSS2-CLOCK-01", "a-second-less", "allows 899 seconds", header("oss-v2"), ossV2Skew(899*time.Second, 899*time.Second)},
	{"OSS2-CLOCK-01", "fourteen-minutes", "allows fourteen minutes", header("oss-v2"), ossV2Skew(14*time.Minute, 14*time.Minute)},
	{"OSS2-CLOCK-01", "five-minutes-ahead", "allows five minutes to clocks that are ahead", header("oss-v2"), ossV2Skew(signature.MaxSkew, 5*time.Minute)},
}

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
		{"OSS2-AUTH-06", "url-wins", "takes the URL of a request that is signed twice", requests("oss-v2"),
			sees(func(r *wire.Request) {
				if strings.Contains(r.Target, "x-oss-signature=") {
					r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool { return h.Name == "Authorization" })
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

// Helpers of OSS V2.

// ossV2Lines edits the four lines in front of the headers.
func ossV2Lines(edit func(s *signature.Signing, lines []string)) Break {
	return output(signature.StringToSign, func(s *signature.Signing, built string) string {
		lines := strings.SplitN(built, "\n", 5)
		edit(s, lines)
		return strings.Join(lines, "\n")
	})
}

// ossV2Parts puts the string together otherwise: its first lines, headers,
// names of additional headers with their line feed, and resource.
func ossV2Parts(join func(first, headers, names, resource string) string) Break {
	return output(signature.StringToSign, func(s *signature.Signing, built string) string {
		headers, resource := string(s.Bytes(signature.CanonicalHeaders)), string(s.Bytes(signature.CanonicalResource))
		names := strings.Join(s.SignedHeaders, ";") + "\n"
		return join(strings.TrimSuffix(built, headers+names+resource), headers, names, resource)
	})
}

func ossV2Verb(sent, signed string) Break {
	return ossV2Lines(func(_ *signature.Signing, lines []string) {
		if lines[0] == sent {
			lines[0] = signed
		}
	})
}

// ossV2MAC signs with another hash or another form of the secret.
func ossV2MAC(hash func() hash.Hash, key func(secret string) string) Break {
	return stage(signature.SignatureValue, func(s *signature.Signing, dst []byte) ([]byte, error) {
		mac := hmac.New(hash, []byte(key(s.Credentials.AccessKeySecret)))
		mac.Write(s.Bytes(signature.StringToSign))
		return base64.StdEncoding.AppendEncode(dst, mac.Sum(nil)), nil
	})
}

func ossV2SHA1() Break { return ossV2MAC(sha1.New, func(key string) string { return key }) }

func ossV2CutKey() Break {
	return ossV2MAC(sha256.New, func(key string) string { return key[:min(len(key), 64)] })
}

// latin1 is text in ISO-8859-1, with question marks for what that has not.
func latin1(s string) string {
	var out []byte
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return string(out)
}

// ossV2HeadersOf builds block and string from other headers than were sent.
func ossV2HeadersOf(change func(h wire.Header) (wire.Header, bool)) Break {
	return input(func(r *wire.Request) {
		var kept []wire.Header
		for _, h := range r.Headers {
			if h, keep := change(h); keep {
				kept = append(kept, h)
			}
		}
		r.Headers = kept
	}, signature.CanonicalHeaders, signature.StringToSign)
}

// ossV2Spelled does not find a header that is spelled otherwise.
func ossV2Spelled(name string) Break {
	return ossV2HeadersOf(func(h wire.Header) (wire.Header, bool) {
		return h, !wire.EqualFold(h.Name, name) || h.Name == name
	})
}

// ossV2Unsigned leaves headers out of the block.
func ossV2Unsigned(names ...string) Break {
	return signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && !slices.ContainsFunc(names, func(n string) bool { return wire.EqualFold(n, name) })
	})
}

// ossV2Also puts more headers into the block.
func ossV2Also(more func(name string) bool) Break {
	return signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) || more(strings.ToLower(name))
	})
}

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
