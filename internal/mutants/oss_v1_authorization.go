package mutants

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the Authorization header of OSS V1, and of what a server answers.
var ossV1Authorization = []Mutant{
	{"OSS1-AUTH-01", "word-in-lower-case", "writes oss", header("oss-v1"), authorizationAs("OSS ", "oss ")},
	{"OSS1-AUTH-01", "no-blank", "writes no blank behind the word", header("oss-v1"), authorizationAs("OSS ", "OSS")},
	{"OSS1-AUTH-01", "colon-behind-the-word", "writes a colon behind the word", header("oss-v1"), authorizationAs("OSS ", "OSS: ")},
	{"OSS1-AUTH-01", "blank-behind-the-colon", "writes a blank behind the colon", header("oss-v1"), authorizationAs(":", ": ")},
	{"OSS1-AUTH-01", "blanks-read", "reads any number of blanks behind the word", header("oss-v1"), seesAuthorization(func(value string) string {
		return "OSS " + strings.TrimLeft(strings.TrimPrefix(value, "OSS"), " ")
	})},
	{"OSS1-AUTH-01", "what-follows-unread", "reads a signature up to its padding", header("oss-v1"), seesAuthorization(func(value string) string {
		before, _, ok := strings.Cut(value, "=")
		if ok {
			return before + "="
		}
		return value
	})},
	{"OSS1-AUTH-02", "word-in-any-case", "reads the word without regard to letter case", header("oss-v1"), seesAuthorization(func(value string) string {
		if len(value) > 4 && strings.EqualFold(value[:4], "OSS ") {
			return "OSS " + value[4:]
		}
		return value
	})},
	{"OSS1-AUTH-02", "any-word", "reads any word", header("oss-v1"), seesAuthorization(func(value string) string {
		if _, rest, ok := strings.Cut(value, " "); ok {
			return "OSS " + rest
		}
		return value
	})},
	{"OSS1-AUTH-02", "beginning-of-a-word", "reads words that begin with OSS", header("oss-v1"), seesAuthorization(func(value string) string {
		if rest, ok := strings.CutPrefix(value, "OSS"); ok {
			return "OSS " + strings.TrimLeft(rest, "0123456789 ")
		}
		return value
	})},
	{"OSS1-AUTH-02", "unauthorized", "refuses another word with 401", header("oss-v1"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "0002-00000061") {
			a.Status = 401
		}
	})},
	{"OSS1-AUTH-03", "no-colon", "lets a missing colon pass", header("oss-v1"), forgivingEC("0002-00000062")},
	{"OSS1-AUTH-03", "no-key-id", "lets a missing key id pass", header("oss-v1"), forgivingEC("0002-00000063")},
	{"OSS1-AUTH-03", "no-signature", "lets a missing signature pass", header("oss-v1"), forgivingEC("0002-00000065")},
	{"OSS1-AUTH-03", "unknown", "answers a missing key id with InvalidAccessKeyId", header("oss-v1"), answers(func(a *endpoint.Response) {
		a.Body = strings.Replace(a.Body, "<Code>InvalidArgument", "<Code>InvalidAccessKeyId", 1)
	})},
	{"OSS1-AUTH-03", "uploads-refused", "finds fault with every upload", header("oss-v1"),
		Break{Profile: func(p *signature.Profile) *signature.Profile {
			c := p.Clone()
			c.Read = func(s *signature.Signing) []*signature.Fault {
				faults := p.Read(s)
				if s.Request.Method == "PUT" {
					faults = append(faults, &signature.Fault{Class: signature.MalformedAuthorization, EC: "0002-00000062"})
				}
				return faults
			}
			return c
		}}},
	{"OSS1-AUTH-04", "encoded", "percent-encodes the signature", header("oss-v1"), text(signature.Authorization, func(built string) string {
		before, sum, _ := strings.Cut(built, ":")
		return before + ":" + wire.EscapeValue(sum)
	})},
	{"OSS1-AUTH-04", "decoded", "percent-decodes the signature that arrives", header("oss-v1"), seesAuthorization(wire.Unescape)},
	{"OSS1-AUTH-05", "url-not-seen", "does not look for a signature in the URL", header("oss-v1"), sees(func(r *wire.Request) {
		t := wire.SplitTarget(r.Target)
		var kept []string
		for _, part := range strings.Split(t.Query, "&") {
			if !strings.HasPrefix(part, "Signature=") {
				kept = append(kept, part)
			}
		}
		t.Query = strings.Join(kept, "&")
		r.Target = t.String()
	})},
	{"OSS1-AUTH-05", "header-not-counted", "reads the first of two headers", header("oss-v1"), sees(firstAuthorization)},
	{"OSS1-AUTH-05", "denied", "refuses two signatures with AccessDenied", header("oss-v1"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "should be specified, not both") {
			a.Status, a.Body = 403, strings.Replace(a.Body, "InvalidArgument", "AccessDenied", 1)
		}
	})},
	{"OSS1-AUTH-06", "anybody", "knows every key id", header("oss-v1"), server(func(v *signature.Verifier) {
		secret := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) {
			if c, ok := secret(id); ok {
				return c, true
			}
			return signature.Credentials{AccessKeyID: id, AccessKeySecret: "none"}, true
		}
	})},
	{"OSS1-AUTH-06", "any-case", "looks key ids up without regard to letter case", header("oss-v1"), keyInAnyCase()},
	{"OSS1-AUTH-06", "without-sts", "looks key ids up without STS in front", header("oss-v1"),
		secrets(func(find func(string) (signature.Credentials, bool), id string) (signature.Credentials, bool) {
			c, ok := find(id)
			return c, ok || id == strings.TrimPrefix(c.AccessKeyID, "STS.") || strings.TrimPrefix(id, "STS.") == c.AccessKeyID
		})},
	{"OSS1-AUTH-06", "lower-case", "brings key ids to lower case", header("oss-v1"),
		text(signature.Authorization, func(built string) string {
			before, sum, _ := strings.Cut(built, ":")
			return "OSS " + strings.ToLower(strings.TrimPrefix(before, "OSS ")) + ":" + sum
		})},
	{"OSS1-AUTH-06", "mismatch", "answers an unknown key id as a wrong signature", header("oss-v1"), answers(func(a *endpoint.Response) {
		a.Body = strings.Replace(a.Body, "InvalidAccessKeyId", "SignatureDoesNotMatch", 1)
	})},
	{"OSS1-AUTH-08", "any", "lets any signature pass", header("oss-v1"), letsPass(func(right, provided string) bool { return true })},
	{"OSS1-AUTH-08", "beginning", "compares what is provided with the beginning", header("oss-v1"), letsPass(strings.HasPrefix)},
	{"OSS1-AUTH-08", "something-behind", "compares the beginning of what is provided", header("oss-v1"),
		letsPass(func(right, provided string) bool { return strings.HasPrefix(provided, right) })},
	{"OSS1-AUTH-08", "any-case", "compares signatures without regard to letter case", header("oss-v1"), letsPass(strings.EqualFold)},
	{"OSS1-AUTH-08", "but-the-first", "does not compare the first character", header("oss-v1"),
		letsPass(func(right, provided string) bool { return len(provided) > 1 && right[1:] == provided[1:] })},
	{"OSS1-AUTH-08", "by-length", "compares the length of signatures", header("oss-v1"),
		letsPass(func(right, provided string) bool { return len(right) == len(provided) })},
	{"OSS1-AUTH-08", "unauthorized", "refuses a wrong signature with 401", header("oss-v1"), answers(func(a *endpoint.Response) {
		if strings.Contains(a.Body, "SignatureDoesNotMatch") {
			a.Status = 401
		}
	})},
	{"OSS1-AUTH-08", "denied", "refuses a wrong signature with AccessDenied", header("oss-v1"), answers(func(a *endpoint.Response) {
		a.Body = strings.Replace(a.Body, "SignatureDoesNotMatch", "AccessDenied", 1)
	})},
	{"OSS1-TOKEN-04", "not-asked-for", "asks no temporary key for its token", header("oss-v1"), server(func(v *signature.Verifier) {
		secret := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) {
			c, ok := secret(id)
			c.SecurityToken = ""
			return c, ok
		}
	})},
	{"OSS1-TOKEN-04", "mismatch", "answers a missing token as a wrong one", header("oss-v1"), answers(func(a *endpoint.Response) {
		a.Body = strings.Replace(a.Body, "0002-00000003", "0002-00000006", -1)
	})},
	{"OSS1-TOKEN-04", "long-lived-alone", "knows no temporary key", header("oss-v1"), server(func(v *signature.Verifier) {
		secret := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) {
			c, ok := secret(id)
			return c, ok && !strings.HasPrefix(id, "STS.")
		}
	})},
	{"OSS1-AUTH-09", "any-id", "takes ids of any bytes", header("oss-v1"), forgivingEC("0002-00000064")},
	{"OSS1-AUTH-09", "letters-and-digits", "takes ids of letters and digits only", header("oss-v1"),
		refusing(func(s *signature.Signing) bool {
			return strings.Contains(s.Credentials.AccessKeyID, ".")
		})},
	{"OSS1-ERROR-04", "limit-not-said", "does not say how much skew it allows", header("oss-v1"), withoutElements("MaxAllowedSkewMilliseconds")},
	{"OSS1-ERROR-04", "clock-not-said", "does not say what time it is", header("oss-v1"), withoutElements("ServerTime")},
	{"OSS1-ERROR-05", "end-not-said", "does not say when the URL expired", query("oss-v1"), withoutElements("Expires")},
	{"OSS1-ERROR-06", "key-not-named", "does not name the key it does not know", header("oss-v1"), withoutElements("OSSAccessKeyId")},
	{"OSS1-TOKEN-07", "any", "takes any token", header("oss-v1"), server(func(v *signature.Verifier) { v.Grants = false })},
	{"OSS1-ERROR-01", "not-printed", "does not print the string", header("oss-v1"), withoutElements("StringToSign")},
	{"OSS1-ERROR-01", "bytes-not-printed", "does not print the bytes", header("oss-v1"), withoutElements("StringToSignBytes")},
	{"OSS1-ERROR-01", "signature-not-printed", "does not print the signature it was given", header("oss-v1"), withoutElements("SignatureProvided")},
	{"OSS1-ERROR-01", "small-digits", "prints the bytes with small digits", requests("oss-v1"), spelledAs(strings.ToLower)},
	{"OSS1-ERROR-01", "no-blank-behind", "prints no blank behind the last byte", header("oss-v1"), spelledAs(func(bytes string) string { return strings.TrimSuffix(bytes, " ") })},
	{"OSS1-ERROR-01", "no-blanks", "prints no blanks between the bytes", header("oss-v1"), spelledAs(replacing(" ", ""))},
	{"OSS1-ERROR-02", "bytes-of-another", "prints the bytes of another bucket", header("oss-v1"),
		Break{Answer: func(r *wire.Request, a *endpoint.Response) {
			bucket, _, _ := strings.Cut(r.Host(), ".")
			spelled := fmt.Sprintf("% X ", bucket)
			a.Body = strings.Replace(a.Body, "2F "+spelled, "2F 78 2D "+spelled, 1)
		}}},
	{"OSS1-ERROR-02", "escaped-twice", "escapes the string twice", header("oss-v1"), elementAs("StringToSign", replacing("&", "&amp;"))},
	{"OSS1-ERROR-02", "first-line", "prints the first line of the string", header("oss-v1"), elementAs("StringToSign", upTo("\n"))},
	{"OSS1-ERROR-03", "no-code", "does not name the error code to HEAD", header("oss-v1"), withoutAnswerHeader("x-oss-ec")},
	{"OSS1-ERROR-03", "no-document", "does not send the document to HEAD", header("oss-v1"), withoutAnswerHeader("x-oss-err")},
	{"OSS1-ERROR-03", "document-plain", "sends the document to HEAD without Base64", header("oss-v1"), answers(func(a *endpoint.Response) {
		for i := range a.Headers {
			if text, err := base64.StdEncoding.DecodeString(a.Headers[i].Value); a.Headers[i].Name == "x-oss-err" && err == nil {
				a.Headers[i].Value = strings.ReplaceAll(string(text), "\n", " ")
			}
		}
	})},
}

// spelledAs changes the bytes that an error document spells out.
func spelledAs(change func(bytes string) string) Break { return elementAs("StringToSignBytes", change) }
