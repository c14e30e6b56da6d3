package mutants

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of signed URLs.
var ossV2Query = []Mutant{
	{"OSS2-QUERY-01", "expires-of-v1", "calls the expiry as V1 does", query("oss-v2"), placedAs("x-oss-expires", "Expires")},
	{"OSS2-QUERY-01", "id-of-v1", "calls the key id as V1 does", query("oss-v2"), placedAs("x-oss-access-key-id", "OSSAccessKeyId")},
	{"OSS2-QUERY-01", "no-version", "leaves the version out", query("oss-v2"), unplaced("x-oss-signature-version")},
	{"OSS2-QUERY-01", "list-left-out", "leaves the list of additional headers out", query("oss-v2"), unplaced("x-oss-additional-headers")},
	{"OSS2-QUERY-01", "signature-of-v1", "calls the signature as V1 does", query("oss-v2"),
		text(signature.URL, func(url string) string { return strings.Replace(url, "x-oss-signature=", "Signature=", 1) })},
	{"OSS2-QUERY-01", "two-question-marks", "appends a question mark to one that is there", query("oss-v2"),
		output(signature.URL, func(s *signature.Signing, url string) string {
			if strings.HasSuffix(s.Request.Target, "?") {
				return strings.Replace(url, "?", "??", 1)
			}
			return url
		})},
	{"OSS2-QUERY-01", "version-guessed", "takes a URL without version for one of V2", query("oss-v2"), completed("x-oss-signature-version", "OSS2")},
	{"OSS2-QUERY-01", "id-guessed", "takes a URL without key id for one of the key it knows", query("oss-v2"), knownKeyForNone()},
	{"OSS2-QUERY-01", "no-signature-anonymous", "takes a URL without signature for an anonymous one", query("oss-v2"),
		sees(func(r *wire.Request) {
			if !strings.Contains(r.Target, "x-oss-signature=") {
				r.Target = wire.SplitTarget(r.Target).Path
			}
		})},
	{"OSS2-QUERY-02", "relative", "counts the expiry from now", query("oss-v2"),
		dateLine(func(s *signature.Signing) string {
			end, _ := strconv.ParseInt(s.Expires, 10, 64)
			return strconv.FormatInt(end-s.Time.Unix(), 10)
		})},
	{"OSS2-QUERY-02", "line-empty", "leaves the line of the date empty", query("oss-v2"), dateLine(func(*signature.Signing) string { return "" })},
	{"OSS2-QUERY-02", "date-in-the-line", "puts the Date header into the line where there is one", query("oss-v2"),
		dateLine(func(s *signature.Signing) string {
			if date, ok := s.Request.Header("Date"); ok {
				return date
			}
			return s.Expires
		})},
	{"OSS2-QUERY-02", "milliseconds-cut", "cuts milliseconds to seconds", query("oss-v2"),
		dateLine(func(s *signature.Signing) string { return s.Expires[:min(len(s.Expires), 10)] })},
	{"OSS2-QUERY-02", "relative-taken", "takes a small expiry for a relative one", query("oss-v2"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if len(s.Expires) < 7 {
				return nil
			}
			return p.Limits(s, now)
		})},
	{"OSS2-QUERY-03", "own-unsigned", "signs none of its own parameters", query("oss-v2"),
		droppingNamed("x-oss-signature-version", "x-oss-expires", "x-oss-access-key-id", "x-oss-additional-headers", "security-token")},
	{"OSS2-QUERY-03", "version-unsigned", "does not sign the version", query("oss-v2"), droppingNamed("x-oss-signature-version")},
	{"OSS2-QUERY-03", "expires-unsigned", "does not sign the expiry as a parameter", query("oss-v2"), droppingNamed("x-oss-expires")},
	{"OSS2-QUERY-03", "id-unsigned", "does not sign the key id", query("oss-v2"), droppingNamed("x-oss-access-key-id")},
	{"OSS2-QUERY-03", "list-unsigned", "does not sign the list of additional headers as a parameter", query("oss-v2"), droppingNamed("x-oss-additional-headers")},
	{"OSS2-QUERY-03", "caller-unsigned", "signs its own parameters only", query("oss-v2"),
		parameters(func(params []wire.Param) []wire.Param {
			return slices.DeleteFunc(params, func(p wire.Param) bool {
				return !strings.HasPrefix(p.Name, "x-oss-") && p.Name != "security-token" || p.Name == "x-oss-traffic-limit"
			})
		})},
	{"OSS2-QUERY-04", "raw", "writes the signature raw", query("oss-v2"), text(signature.URL, inURL("&x-oss-signature", wire.Unescape))},
	{"OSS2-QUERY-04", "plus-raw", "writes the plus signs of the signature raw", query("oss-v2"),
		text(signature.URL, inURL("&x-oss-signature", replacing("%2B", "+")))},
	{"OSS2-QUERY-04", "encoded-twice", "escapes the signature twice", query("oss-v2"),
		text(signature.URL, inURL("&x-oss-signature", replacing("%", "%25")))},
	{"OSS2-QUERY-04", "slash-dropped", "drops the slashes of the signature", query("oss-v2"),
		text(signature.URL, inURL("&x-oss-signature", replacing("%2F", "")))},
	{"OSS2-QUERY-04", "blank-for-plus", "takes a blank in the signature for a plus sign", query("oss-v2"),
		sees(func(r *wire.Request) {
			at := strings.LastIndex(r.Target, "x-oss-signature=")
			if at >= 0 {
				r.Target = r.Target[:at] + strings.ReplaceAll(r.Target[at:], "+", "%2B")
			}
		})},
	{"OSS2-QUERY-04", "escapes-in-the-signature", "takes %2B in the signature for a plus sign", query("oss-v2"),
		sees(func(r *wire.Request) { r.Target = strings.ReplaceAll(r.Target, "%252B", "%2B") })},
	{"OSS2-QUERY-05", "unchecked", "looks at no expiry", query("oss-v2"), limits(nil)},
	{"OSS2-QUERY-05", "an-hour-of-grace", "lets URLs live an hour longer", query("oss-v2"), clock(-time.Hour)},
	{"OSS2-QUERY-05", "a-second-of-grace", "lets URLs live a second longer", query("oss-v2"), clock(-time.Second)},
	{"OSS2-QUERY-05", "a-second-early", "ends URLs a second early", query("oss-v2"), clock(time.Second)},
	{"OSS2-QUERY-05", "a-week-at-most", "lets no URL live longer than a week", query("oss-v2"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			end, err := strconv.ParseInt(s.Expires, 10, 64)
			if err == nil && end-now.Unix() > 7*86400 && end < 1e10 {
				return &signature.Fault{Class: signature.Expired, Where: "parameter x-oss-expires", Rule: "a URL lives a week at most"}
			}
			return p.Limits(s, now)
		})},
	{"OSS2-QUERY-06", "fraction-taken", "cuts a fraction off", query("oss-v2"), sees(inParameter("x-oss-expires", upTo(".")))},
	{"OSS2-QUERY-06", "minus-taken", "takes a negative expiry for none", query("oss-v2"),
		sees(inParameter("x-oss-expires", func(s string) string { return strings.Replace(s, "-1", "9999999999", 1) }))},
	{"OSS2-QUERY-06", "wraps-around", "does not see that a number is too large", query("oss-v2"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if _, err := strconv.ParseInt(s.Expires, 10, 64); err != nil {
				return nil
			}
			return p.Limits(s, now)
		})},
	{"OSS2-QUERY-07", "any-word", "takes every word for its own", query("oss-v2"), sees(inParameter("x-oss-signature-version", func(string) string { return "OSS2" }))},
	{"OSS2-QUERY-07", "any-case", "takes the word in every letter case", query("oss-v2"), sees(inParameter("x-oss-signature-version", replacing("oss2", "OSS2")))},
	{"OSS2-QUERY-07", "empty-word", "takes an empty word for its own", query("oss-v2"), sees(inParameter("x-oss-signature-version", func(word string) string {
		if word == "" {
			return "OSS2"
		}
		return word
	}))},
	{"OSS2-QUERY-09", "absent-listed", "lists headers that the request has not", query("oss-v2"), table(func(p *signature.Profile) { p.ChooseHeaders = nil })},
	{"OSS2-QUERY-09", "empty-item-taken", "takes an empty item", query("oss-v2"), forgivingRule("an item of the list")},
	{"OSS2-QUERY-10", "type-unsigned", "signs no Content-Type in URLs", query("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[2] = "" })},
	{"OSS2-QUERY-10", "type-of-images-alone", "signs the Content-Type of images only", query("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) {
			if !strings.HasPrefix(lines[2], "image/") {
				lines[2] = ""
			}
		})},
	{"OSS2-TOKEN-02", "unsigned", "does not sign the token", query("oss-v2"), droppingNamed("security-token")},
	{"OSS2-TOKEN-02", "name-of-the-header", "calls the token as its header is called", query("oss-v2"), placedAs("security-token", "x-oss-security-token")},
	{"OSS2-TOKEN-02", "last", "sorts the token last", query("oss-v2"),
		pairsOrder(func(a, b resourcePair) int {
			if x, y := a.name == "security-token", b.name == "security-token"; x != y {
				if y {
					return -1
				}
				return 1
			}
			return strings.Compare(a.name, b.name)
		})},
	{"OSS2-TOKEN-02", "raw", "signs the token without encoding", query("oss-v2"),
		inPairs(func(pairs []resourcePair) []resourcePair {
			for i := range pairs {
				if pairs[i].name == "security-token" {
					pairs[i].value = wire.Unescape(pairs[i].value)
				}
			}
			return pairs
		})},
}

// Of browser uploads.
var ossV2Form = []Mutant{
	{"OSS2-FORM-01", "id-of-v1", "calls the key id as V1 does", form("oss-v2"), placedAs("x-oss-access-key-id", "OSSAccessKeyId")},
	{"OSS2-FORM-01", "no-version", "leaves the version out", form("oss-v2"), unplaced("x-oss-signature-version")},
	{"OSS2-FORM-01", "version-guessed", "takes a form without version for one of V2", form("oss-v2"),
		sees(func(r *wire.Request) {
			if !strings.Contains(r.Body, `name="x-oss-signature-version"`) {
				boundary, _, _ := strings.Cut(r.Body, "\r\n")
				r.Body = boundary + "\r\nContent-Disposition: form-data; name=\"x-oss-signature-version\"\r\n\r\nOSS2\r\n" + r.Body
			}
		})},
	{"OSS2-FORM-02", "json-signed", "signs the JSON itself", form("oss-v2"), text(signature.StringToSign, decodedPolicy)},
	{"OSS2-FORM-02", "unpadded", "signs Base64 without padding", form("oss-v2"), text(signature.StringToSign, func(s string) string { return strings.TrimRight(s, "=") })},
	{"OSS2-FORM-02", "one-padding", "signs Base64 with one equals sign at most", form("oss-v2"),
		text(signature.StringToSign, func(s string) string { return strings.Replace(s, "==", "=", 1) })},
	{"OSS2-FORM-02", "url-safe", "signs URL-safe Base64", form("oss-v2"),
		text(signature.StringToSign, func(s string) string { return strings.NewReplacer("+", "-", "/", "_").Replace(s) })},
	{"OSS2-FORM-02", "lines", "breaks Base64 into lines of a thousand", form("oss-v2"),
		text(signature.StringToSign, func(s string) string {
			if len(s) < 1000 {
				return s
			}
			return s[:1000] + "\n" + s[1000:]
		})},
	{"OSS2-FORM-02", "sha1", "uses the hash of V1", form("oss-v2"), hashedBy(sha1.New, asItIs)},
	{"OSS2-FORM-02", "hexadecimal", "writes the signature in hexadecimal", form("oss-v2"),
		text(signature.SignatureValue, func(s string) string {
			sum, _ := base64.StdEncoding.DecodeString(s)
			return fmt.Sprintf("%x", sum)
		})},
	{"OSS2-FORM-02", "key-cut-at-a-block", "cuts a long secret instead of hashing it", form("oss-v2"), hashedBy(sha256.New, firstBlock)},
	{"OSS2-FORM-02", "headers-signed", "signs the x-oss- headers of the request too", form("oss-v2"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			for _, h := range s.Request.Headers {
				if strings.HasPrefix(strings.ToLower(h.Name), "x-oss-") {
					built += "\n" + h.Name + ":" + h.Value
				}
			}
			return built
		})},
	{"OSS2-FORM-02", "fields-in-order", "reads the policy in front of the signature only", form("oss-v2"),
		sees(func(r *wire.Request) {
			if strings.Index(r.Body, `name="policy"`) > strings.Index(r.Body, `name="x-oss-signature"`) {
				r.Body = strings.Replace(r.Body, `name="policy"`, `name="unread"`, 1)
			}
		})},
	{"OSS2-FORM-03", "any-word", "takes every word for its own", form("oss-v2"), seesField("x-oss-signature-version", replacing("OSS3", "OSS2"))},
	{"OSS2-FORM-03", "any-case", "takes the word in every letter case", form("oss-v2"), seesField("x-oss-signature-version", replacing("oss2", "OSS2"))},
	{"OSS2-FORM-04", "policy-empty-taken", "signs an empty policy", form("oss-v2"),
		forgiving(func(f *signature.Fault) bool { return f.Where == "field policy" && f.Offset == 0 })},
	{"OSS2-FORM-05", "unchecked", "compares no signatures of forms", form("oss-v2"), letsPass(func(right, provided string) bool { return len(right) == len(provided) && right[44:] == provided[44:] })},
	{"OSS2-FORM-05", "hexadecimal-taken", "takes hexadecimal too", form("oss-v2"),
		Break{Profile: func(p *signature.Profile) *signature.Profile {
			return rebuilt(p, signature.SignatureValue, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				out, err := build(s, nil)
				if sum, _ := base64.StdEncoding.DecodeString(string(out)); s.Provided == fmt.Sprintf("%x", sum) {
					out = []byte(s.Provided)
				}
				return append(dst, out...), err
			})
		}}},
	{"OSS2-FORM-06", "compacted", "drops white space of the policy", form("oss-v2"), inPolicy(func(text string) string {
		var out bytes.Buffer
		if json.Compact(&out, []byte(text)) != nil {
			return text
		}
		return out.String()
	})},
	{"OSS2-FORM-06", "trimmed", "trims the policy", form("oss-v2"), inPolicy(strings.TrimSpace)},
	{"OSS2-FORM-06", "html-escaped", "escapes the characters of HTML", form("oss-v2"), inPolicy(func(text string) string {
		return strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(text)
	})},
	{"OSS2-FORM-06", "slashes-unescaped", "drops the backslash of escaped slashes", form("oss-v2"),
		inPolicy(replacing(`\/`, "/"))},
	{"OSS2-FORM-06", "escapes-to-utf8", "writes escaped letters as UTF-8", form("oss-v2"),
		inPolicy(func(text string) string {
			return strings.NewReplacer(`\u7167`, "\u7167", `\u7247`, "\u7247").Replace(text)
		})},
	{"OSS2-FORM-06", "utf8-to-escapes", "writes letters beyond ASCII as escapes", form("oss-v2"),
		inPolicy(func(text string) string {
			var out strings.Builder
			for _, r := range text {
				if r < 0x80 {
					out.WriteRune(r)
				} else {
					fmt.Fprintf(&out, `\u%04x`, r)
				}
			}
			return out.String()
		})},
	{"OSS2-FORM-06", "members-sorted", "sorts the members of the policy", form("oss-v2"), inPolicy(func(text string) string {
		if end := strings.Index(text, `,"expiration"`); end >= 0 {
			return "{" + text[end+1:len(text)-1] + "," + text[1:end] + "}"
		}
		return text
	})},
	{"OSS2-FORM-06", "backslash-lost", "drops the escape of a backslash", form("oss-v2"),
		inPolicy(replacing(`\\`, `\`))},
	{"OSS2-FORM-06", "milliseconds-added", "writes the expiration with milliseconds", form("oss-v2"),
		inPolicy(replacing(`:00Z"`, `:00.000Z"`))},
	{"OSS2-FORM-07", "unchecked", "looks at no policy", form("oss-v2"), table(func(p *signature.Profile) { p.Policy = nil })},
	{"OSS2-FORM-07", "an-hour-of-grace", "lets policies live an hour longer", form("oss-v2"), clock(-time.Hour)},
	{"OSS2-FORM-07", "a-second-early", "ends policies a second early", form("oss-v2"), clock(time.Second)},
	{"OSS2-TOKEN-04", "name-of-the-parameter", "calls the token as its parameter is called", form("oss-v2"), placedAs("x-oss-security-token", "security-token")},
	{"OSS2-TOKEN-04", "field-of-urls", "takes the token from a field called as the parameter is", form("oss-v2"),
		sees(func(r *wire.Request) {
			if !strings.Contains(r.Body, `name="x-oss-security-token"`) {
				r.Body = strings.Replace(r.Body, `name="security-token"`, `name="x-oss-security-token"`, 1)
			}
		})},
	{"OSS2-TOKEN-04", "left-out", "sends no token in forms", form("oss-v2"), unplaced("x-oss-security-token")},
}

// completed adds a parameter that a URL lacks.
func completed(name, value string) Break {
	return sees(func(r *wire.Request) {
		if !strings.Contains(r.Target, name+"=") {
			r.Target += "&" + name + "=" + value
		}
	})
}

// knownKeyForNone takes a URL without key id for one of the key it knows.
func knownKeyForNone() Break {
	b := forgivingAt("x-oss-access-key-id", "is missing")
	b.Server = secrets(func(find func(string) (signature.Credentials, bool), id string) (signature.Credentials, bool) {
		c, ok := find(id)
		return c, ok || id == ""
	}).Server
	return b
}
