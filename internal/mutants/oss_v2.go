package mutants

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
)

var ossV2 = slices.Concat(ossV2String, ossV2Headers, ossV2Resource, ossV2Parameters, ossV2Query, ossV2Form, ossV2Refusals)

// Of the lines of the string, the clock and the hash.
var ossV2String = []Mutant{
	{"OSS2-STRING-01", "type-before-md5", "exchanges Content-MD5 and Content-Type", requests("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[1], lines[2] = lines[2], lines[1] })},
	{"OSS2-STRING-01", "names-before-headers", "puts the additional headers' names in front of the headers", requests("oss-v2"),
		inParts(func(first, headers, names, resource string) string { return first + names + headers + resource })},
	{"OSS2-STRING-01", "resource-before-names", "puts the resource in front of the additional headers' names", requests("oss-v2"),
		inParts(func(first, headers, names, resource string) string { return first + headers + resource + "\n" + names })},
	{"OSS2-STRING-01", "line-feed-at-the-end", "ends the string in a line feed", requests("oss-v2"),
		text(signature.StringToSign, func(s string) string { return s + "\n" })},
	{"OSS2-STRING-01", "crlf", "ends lines in CR and LF", requests("oss-v2"),
		text(signature.StringToSign, replacing("\n", "\r\n"))},
	{"OSS2-STRING-02", "sha1", "uses the hash of V1", carriers("oss-v2"), hashedBy(sha1.New, asItIs)},
	{"OSS2-STRING-02", "key-cut-at-a-block", "cuts a long secret instead of hashing it", carriers("oss-v2"), hashedBy(sha256.New, firstBlock)},
	{"OSS2-STRING-02", "key-of-a-block-hashed", "hashes a secret of exactly one block", requests("oss-v2"),
		hashedBy(sha256.New, func(key string) string {
			if len(key) < 64 {
				return key
			}
			sum := sha256.Sum256([]byte(key))
			return string(sum[:])
		})},
	{"OSS2-STRING-02", "key-trimmed", "trims the secret", requests("oss-v2"), hashedBy(sha256.New, strings.TrimSpace)},
	{"OSS2-STRING-02", "key-in-latin-1", "takes the secret as ISO-8859-1", requests("oss-v2"), hashedBy(sha256.New, latin1)},
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
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[0] = strings.ToLower(lines[0]) })},
	{"OSS2-VERB-01", "head-as-get", "signs HEAD as GET", requests("oss-v2"), methodAs("HEAD", "GET")},
	{"OSS2-VERB-01", "post-as-put", "signs POST as PUT", requests("oss-v2"), methodAs("POST", "PUT")},
	{"OSS2-VERB-01", "delete-as-post", "signs DELETE as the POST of servers without it", requests("oss-v2"), methodAs("DELETE", "POST")},
	{"OSS2-VERB-01", "options-unknown", "signs no verb it does not know", requests("oss-v2"), methodAs("OPTIONS", "")},
	{"OSS2-VERB-01", "not-bound", "signs every method as GET", requests("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[0] = "GET" })},

	{"OSS2-MD5-01", "unsigned", "leaves the line of Content-MD5 empty", requests("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[1] = "" })},
	{"OSS2-MD5-01", "one-spelling", "knows Content-MD5 in one spelling only", requests("oss-v2"), onlySpelled("Content-MD5")},
	{"OSS2-MD5-01", "plus-as-blank", "loses the plus signs of Content-MD5", requests("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[1] = strings.ReplaceAll(lines[1], "+", " ") })},
	{"OSS2-TYPE-01", "unsigned", "leaves the line of Content-Type empty", requests("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[2] = "" })},
	{"OSS2-TYPE-01", "one-spelling", "knows Content-Type in one spelling only", requests("oss-v2"), onlySpelled("Content-Type")},
	{"OSS2-TYPE-01", "without-parameters", "cuts Content-Type at the semicolon", requests("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[2], _, _ = strings.Cut(lines[2], ";") })},
	{"OSS2-TYPE-01", "lower-case", "signs Content-Type in lower case", requests("oss-v2"),
		inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[2] = strings.ToLower(lines[2]) })},
	{"OSS2-TYPE-01", "not-on-get", "signs no Content-Type of a GET", requests("oss-v2"),
		inLines(signature.StringToSign, func(s *signature.Signing, lines []string) {
			if s.Request.Method == "GET" {
				lines[2] = ""
			}
		})},
	{"OSS2-TYPE-01", "default-for-a-body", "assumes application/octet-stream for a body", requests("oss-v2"),
		inLines(signature.StringToSign, func(s *signature.Signing, lines []string) {
			if s.Request.Body != "" && lines[2] == "" {
				lines[2] = "application/octet-stream"
			}
		})},
	{"OSS2-TYPE-01", "default-for-an-empty-one", "takes an empty Content-Type for a missing one and assumes a default", requests("oss-v2"),
		inLines(signature.StringToSign, func(s *signature.Signing, lines []string) {
			if _, there := s.Request.Header("Content-Type"); there && lines[2] == "" {
				lines[2] = "application/octet-stream"
			}
		})},

	{"OSS2-DATE-01", "unsigned", "leaves the line of the date empty", header("oss-v2"), dateLine(func(*signature.Signing) string { return "" })},
	{"OSS2-DATE-01", "one-spelling", "knows Date in one spelling only", header("oss-v2"), onlySpelled("Date")},
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
	{"OSS2-DATE-02", "not-canonical", "keeps x-oss-date out of the headers", header("oss-v2"), unsignedHeaders("x-oss-date")},
	{"OSS2-DATE-02", "one-spelling", "knows x-oss-date in one spelling only", header("oss-v2"), onlySpelled("x-oss-date")},
	{"OSS2-DATE-03", "no-date-needed", "lets requests without a date in", header("oss-v2"), forgivingLimit(signature.MissingDate)},
	{"OSS2-DATE-03", "iso-date", "takes a Date in ISO 8601", header("oss-v2"), forgivingLayout("20060102T150405Z")},
	{"OSS2-DATE-03", "offset", "takes a Date with an offset", header("oss-v2"), forgivingLayout("Mon, 02 Jan 2006 15:04:05 -0700")},
	{"OSS2-DATE-03", "one-digit-day", "takes a Date with a one-digit day", header("oss-v2"), forgivingLayout("Mon, 2 Jan 2006 15:04:05 GMT")},

	{"OSS2-CLOCK-01", "unchecked", "looks at no clock", header("oss-v2"), limits(nil)},
	{"OSS2-CLOCK-01", "past-unchecked", "lets old requests in", header("oss-v2"), skewBeyond(1e6*time.Hour, signature.MaxSkew)},
	{"OSS2-CLOCK-01", "future-unchecked", "lets requests of the future in", header("oss-v2"), skewBeyond(signature.MaxSkew, 1e6*time.Hour)},
	{"OSS2-CLOCK-01", "a-working-day", "allows twelve hours", header("oss-v2"), skewBeyond(12*time.Hour, 12*time.Hour)},
	{"OSS2-CLOCK-01", "a-second-more", "allows 901 seconds", header("oss-v2"), skewBeyond(901*time.Second, 901*time.Second)},
	{"OSS2-CLOCK-01", "a-second-less", "allows 899 seconds", header("oss-v2"), skewBeyond(899*time.Second, 899*time.Second)},
	{"OSS2-CLOCK-01", "fourteen-minutes", "allows fourteen minutes", header("oss-v2"), skewBeyond(14*time.Minute, 14*time.Minute)},
	{"OSS2-CLOCK-01", "five-minutes-ahead", "allows five minutes to clocks that are ahead", header("oss-v2"), skewBeyond(signature.MaxSkew, 5*time.Minute)},
}

// Helpers of OSS V2.

// inParts puts the string together otherwise: its first lines, headers,
// names of additional headers with their line feed, and resource.
func inParts(join func(first, headers, names, resource string) string) Break {
	return output(signature.StringToSign, func(s *signature.Signing, built string) string {
		headers, resource := string(s.Bytes(signature.CanonicalHeaders)), string(s.Bytes(signature.CanonicalResource))
		names := strings.Join(s.SignedHeaders, ";") + "\n"
		return join(strings.TrimSuffix(built, headers+names+resource), headers, names, resource)
	})
}
