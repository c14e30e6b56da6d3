package mutants

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"mime"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the string that OSS V1 signs, line by line, and of its signature.
var ossV1Strings = []Mutant{
	{"OSS1-STRING-01", "line-feed-behind", "ends the string with a line feed", requests("oss-v1"),
		text(signature.StringToSign, func(built string) string { return built + "\n" })},
	{"OSS1-STRING-01", "headers-behind-an-empty-line", "puts an empty line behind the canonical headers", requests("oss-v1"),
		text(signature.CanonicalHeaders, func(built string) string {
			if built == "" {
				return ""
			}
			return built + "\n"
		})},
	{"OSS1-STRING-01", "empty-line-without-headers", "puts an empty line where no canonical headers are", requests("oss-v1"),
		text(signature.CanonicalHeaders, func(built string) string {
			if built == "" {
				return "\n"
			}
			return built
		})},
	{"OSS1-STRING-01", "type-first", "puts Content-Type before Content-MD5", requests("oss-v1"), swapLines(1, 2)},
	{"OSS1-STRING-01", "date-before-type", "puts the date before Content-Type", requests("oss-v1"), swapLines(2, 3)},
	{"OSS1-STRING-01", "resource-first", "puts the resource before the canonical headers", requests("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			headers, resource := string(s.Bytes(signature.CanonicalHeaders)), string(s.Bytes(signature.CanonicalResource))
			first := strings.TrimSuffix(built, headers+resource)
			if headers == "" {
				return built
			}
			return first + resource + "\n" + strings.TrimSuffix(headers, "\n")
		})},
	{"OSS1-STRING-01", "crlf", "ends its lines as HTTP does", requests("oss-v1"),
		text(signature.StringToSign, replacing("\n", "\r\n"))},
	{"OSS1-STRING-02", "sha-256", "hashes with SHA-256", requests("oss-v1"), signedAs(func(secret, text string) string {
		sum := hmac.New(sha256.New, []byte(secret))
		sum.Write([]byte(text))
		return base64.StdEncoding.EncodeToString(sum.Sum(nil))
	})},
	{"OSS1-STRING-02", "no-key", "hashes without a key", requests("oss-v1"), signedAs(func(_, text string) string {
		sum := sha1.Sum([]byte(text))
		return base64.StdEncoding.EncodeToString(sum[:])
	})},
	{"OSS1-STRING-02", "hex", "writes the hash in hexadecimal", requests("oss-v1"), hashAs(func(sum []byte) string { return hex.EncodeToString(sum) })},
	{"OSS1-STRING-02", "unpadded", "leaves the padding out", requests("oss-v1"), hashAs(base64.RawStdEncoding.EncodeToString)},
	{"OSS1-STRING-02", "url-alphabet", "writes - and _ for + and /", requests("oss-v1"), hashAs(base64.URLEncoding.EncodeToString)},
	{"OSS1-STRING-02", "leading-zero-lost", "drops a zero byte in front of the hash", header("oss-v1"),
		hashAs(func(sum []byte) string {
			return base64.StdEncoding.EncodeToString([]byte(strings.TrimLeft(string(sum), "\x00")))
		})},
	{"OSS1-STRING-02", "trailing-zero-lost", "drops a zero byte behind the hash", header("oss-v1"),
		hashAs(func(sum []byte) string {
			return base64.StdEncoding.EncodeToString([]byte(strings.TrimRight(string(sum), "\x00")))
		})},
	{"OSS1-STRING-02", "64-bytes-of-the-key", "uses the first 64 bytes of a secret", requests("oss-v1"),
		hashedBy(sha1.New, firstBlock)},
	{"OSS1-STRING-02", "64-bytes-hashed", "hashes a secret of 64 bytes first", header("oss-v1"), hashedBy(sha1.New, func(secret string) string {
		if len(secret) < 64 {
			return secret
		}
		sum := sha1.Sum([]byte(secret))
		return string(sum[:])
	})},
	{"OSS1-STRING-02", "latin-1-secret", "takes the secret for Latin-1", header("oss-v1"), hashedBy(sha1.New, latin1)},
	{"OSS1-STRING-02", "secret-decoded", "percent-decodes the secret", header("oss-v1"), hashedBy(sha1.New, wire.Unescape)},
	{"OSS1-STRING-02", "secret-trimmed", "trims the secret", header("oss-v1"), hashedBy(sha1.New, strings.TrimSpace)},

	{"OSS1-VERB-01", "lower-case", "signs the method in lower case", requests("oss-v1"),
		input(func(r *wire.Request) { r.Method = strings.ToLower(r.Method) }, signature.StringToSign)},
	{"OSS1-VERB-01", "options-as-get", "signs OPTIONS as GET", header("oss-v1"), methodAs("OPTIONS", "GET")},
	{"OSS1-VERB-01", "delete-as-get", "signs DELETE as GET", header("oss-v1"), methodAs("DELETE", "GET")},
	{"OSS1-VERB-02", "head-as-get", "signs HEAD as GET", requests("oss-v1"), methodAs("HEAD", "GET")},
	{"OSS1-VERB-02", "get-as-head", "signs GET as HEAD", header("oss-v1"), methodAs("GET", "HEAD")},
	{"OSS1-VERB-03", "post-as-put", "signs POST as PUT", requests("oss-v1"), methodAs("POST", "PUT")},
	{"OSS1-VERB-03", "put-as-post", "signs PUT as POST", requests("oss-v1"), methodAs("PUT", "POST")},
	{"OSS1-VERB-03", "delete-as-post", "signs DELETE as POST", requests("oss-v1"), methodAs("DELETE", "POST")},

	{"OSS1-MD5-01", "left-out", "signs an empty line for Content-MD5", requests("oss-v1"), withoutHeaders("content-md5")},
	{"OSS1-MD5-01", "one-spelling", "knows Content-MD5 in that spelling alone", requests("oss-v1"), onlySpelled("Content-MD5")},
	{"OSS1-MD5-01", "other-spelling", "knows Content-Md5 in that spelling alone", header("oss-v1"), onlySpelled("Content-Md5")},
	{"OSS1-MD5-01", "as-base64", "brings Content-MD5 to Base64", header("oss-v1"), headerAs("Content-MD5", func(value string) string {
		if sum, err := hex.DecodeString(value); err == nil {
			return base64.StdEncoding.EncodeToString(sum)
		}
		return value
	})},
	{"OSS1-MD5-01", "computed", "signs the MD5 of the body in place of the one sent", requests("oss-v1"), input(func(r *wire.Request) {
		if _, ok := r.Header("Content-MD5"); ok && r.Body != "" {
			r.SetHeader("Content-MD5", md5Of(r.Body))
		}
	}, signature.StringToSign)},
	{"OSS1-MD5-01", "not-on-get", "leaves Content-MD5 out of a GET", header("oss-v1"), notOnGet("Content-MD5")},
	{"OSS1-MD5-02", "computed", "signs the MD5 of a body although none is sent", requests("oss-v1"), input(func(r *wire.Request) {
		if _, ok := r.Header("Content-MD5"); !ok && r.Body != "" {
			r.SetHeader("Content-MD5", md5Of(r.Body))
		}
	}, signature.StringToSign)},
	{"OSS1-MD5-02", "line-left-out", "leaves the line out when there is no Content-MD5", requests("oss-v1"), lineLeftOut(1)},
	{"OSS1-TYPE-01", "left-out", "signs an empty line for Content-Type", requests("oss-v1"), withoutHeaders("content-type")},
	{"OSS1-TYPE-01", "without-parameters", "signs Content-Type without charset and boundary", requests("oss-v1"),
		headerAs("Content-Type", upTo(";"))},
	{"OSS1-TYPE-01", "written-anew", "writes the parameters of Content-Type anew", header("oss-v1"), headerAs("Content-Type", func(value string) string {
		kind, params, err := mime.ParseMediaType(value)
		if anew := mime.FormatMediaType(kind, params); err == nil && anew != "" && strings.Contains(value, ";") {
			return anew
		}
		return value
	})},
	{"OSS1-TYPE-01", "lower-case", "signs Content-Type in lower case", requests("oss-v1"), headerAs("Content-Type", strings.ToLower)},
	{"OSS1-TYPE-01", "quotes-lost", "drops the quotes of Content-Type", header("oss-v1"),
		headerAs("Content-Type", replacing(`"`, ""))},
	{"OSS1-TYPE-01", "latin-1", "takes Content-Type for Latin-1", header("oss-v1"), headerAs("Content-Type", latin1AsUTF8)},
	{"OSS1-TYPE-01", "one-spelling", "knows Content-Type in that spelling alone", requests("oss-v1"), onlySpelled("Content-Type")},
	{"OSS1-TYPE-01", "lower-case-spelling", "knows content-type in lower case alone", header("oss-v1"), onlySpelled("content-type")},
	{"OSS1-TYPE-01", "not-on-get", "leaves Content-Type out of a GET", header("oss-v1"), notOnGet("Content-Type")},
	{"OSS1-TYPE-01", "forms-left-out", "leaves out the Content-Type of a form", header("oss-v1"), headerAs("Content-Type", func(value string) string {
		if value == "application/x-www-form-urlencoded" {
			return ""
		}
		return value
	})},
	{"OSS1-TYPE-02", "a-default", "signs application/octet-stream where no type is sent", requests("oss-v1"), input(func(r *wire.Request) {
		if value, _ := r.Header("Content-Type"); value == "" {
			r.SetHeader("Content-Type", "application/octet-stream")
		}
	}, signature.StringToSign)},
	{"OSS1-TYPE-02", "a-default-for-empty", "signs application/octet-stream where the type is empty", header("oss-v1"),
		headerAs("Content-Type", func(value string) string {
			if value == "" {
				return "application/octet-stream"
			}
			return value
		})},
	{"OSS1-TYPE-02", "a-default-for-bodies", "signs application/octet-stream where a body is sent without a type", header("oss-v1"), input(func(r *wire.Request) {
		if _, ok := r.Header("Content-Type"); !ok && r.Body != "" {
			r.SetHeader("Content-Type", "application/octet-stream")
		}
	}, signature.StringToSign)},
	{"OSS1-TYPE-02", "line-left-out", "leaves the line out when there is no Content-Type", requests("oss-v1"), lineLeftOut(2)},
}

// hashAs writes the hash otherwise.
func hashAs(write func(sum []byte) string) Break {
	return signedAs(func(secret, text string) string { return write(mac(sha1.New, []byte(secret), text)) })
}

// notOnGet leaves a header out of a GET.
func notOnGet(name string) Break {
	return input(func(r *wire.Request) {
		kept := r.Headers[:0]
		for _, h := range r.Headers {
			if r.Method != "GET" || !wire.EqualFold(h.Name, name) {
				kept = append(kept, h)
			}
		}
		r.Headers = kept
	}, signature.StringToSign)
}

// md5Of is the Content-MD5 of a body.
func md5Of(body string) string {
	sum := md5.Sum([]byte(body))
	return base64.StdEncoding.EncodeToString(sum[:])
}
