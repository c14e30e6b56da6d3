package mutants

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the canonical request, the StringToSign and the key of OBS V4.

var obsV4Request = []Mutant{
	{"OBS4-CANONICAL-01", "blank-line-missing", "has no blank line behind the headers", requests("obs-v4"),
		text(signature.CanonicalRequest, func(b string) string { return strings.Replace(b, "\n\n", "\n", 1) })},
	{"OBS4-CANONICAL-01", "empty-query-without-line", "leaves out the line of an empty query", requests("obs-v4"),
		output(signature.CanonicalRequest, func(s *signature.Signing, b string) string {
			if len(s.Bytes(signature.CanonicalQuery)) == 0 {
				return strings.Replace(b, "\n\n", "\n", 1)
			}
			return b
		})},
	{"OBS4-CANONICAL-01", "ends-in-line-feed", "ends the canonical request with a line feed", requests("obs-v4"),
		text(signature.CanonicalRequest, func(b string) string { return b + "\n" })},
	{"OBS4-CANONICAL-01", "query-before-path", "puts the query before the path", requests("obs-v4"),
		inLines(signature.CanonicalRequest, func(_ *signature.Signing, l []string) { l[1], l[2] = l[2], l[1] })},
	{"OBS4-CANONICAL-02", "lower-case", "signs the method in lower case", requests("obs-v4"), textLine(signature.CanonicalRequest, 0, strings.ToLower)},

	{"OBS4-STRING-01", "hash-in-capitals", "writes the hash in upper case", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[3] = strings.ToUpper(l[3]) })},
	{"OBS4-STRING-01", "hash-in-base64", "writes the hash in Base64", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) {
			sum, _ := hex.DecodeString(l[3])
			l[3] = base64.StdEncoding.EncodeToString(sum)
		})},
	{"OBS4-STRING-01", "word-of-oss", "begins with the word of OSS V4", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[0] = "OSS4-HMAC-SHA256" })},
	{"OBS4-STRING-02", "extended-form", "writes the time with dashes and colons", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) {
			if at, err := time.Parse("20060102T150405Z", l[1]); err == nil {
				l[1] = at.Format(time.RFC3339)
			}
		})},
	{"OBS4-STRING-02", "local-time", "writes the time of its own zone", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) {
			if at, err := time.Parse("20060102T150405Z", l[1]); err == nil {
				l[1] = at.Add(8 * time.Hour).Format("20060102T150405Z")
			}
		})},
	{"OBS4-STRING-02", "without-leading-zeros", "writes the hour without a leading zero", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[1] = strings.Replace(l[1], "T0", "T", 1) })},
	{"OBS4-STRING-02", "one-digit-month", "writes the month without a leading zero", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) {
			if strings.HasPrefix(l[1], "20240102") {
				l[1] = "202412" + l[1][8:]
			}
		})},
	{"OBS4-STRING-02", "no-twenty-ninth-of-february", "knows no leap year", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[1] = strings.Replace(l[1], "0229T", "0301T", 1) })},

	{"OBS4-SCOPE-01", "without-service", "leaves s3 out of the scope", requests("obs-v4"),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[2] = strings.Replace(l[2], "/s3/", "/", 1) })},
	{"OBS4-SCOPE-01", "key-id-in-scope", "puts the key id before the scope", requests("obs-v4"),
		inLines(signature.StringToSign, func(s *signature.Signing, l []string) { l[2] = s.Credentials.AccessKeyID + "/" + l[2] })},
	{"OBS4-SCOPE-01", "region-before-day", "puts the region before the day", requests("obs-v4"),
		inLines(signature.StringToSign, func(s *signature.Signing, l []string) {
			l[2] = strings.Replace(l[2], s.Scope.Date+"/"+s.Scope.Region, s.Scope.Region+"/"+s.Scope.Date, 1)
		})},
	{"OBS4-SCOPE-02", "region-of-host", "signs the region of the host and not that of the credential", requests("obs-v4"),
		inLines(signature.StringToSign, func(s *signature.Signing, l []string) {
			l[2] = strings.Replace(l[2], "/"+s.Scope.Region+"/", "/cn-north-4/", 1)
		})},
	{"OBS4-SCOPE-02", "default-region", "takes the words obs and region for none", carriers("obs-v4"), derived(func(c *keyChain) {
		if c.steps[1] == "obs" || c.steps[1] == "region" {
			c.steps[1] = "us-east-1"
		}
	})},

	{"OBS4-KEY-01", "without-prefix", "begins the chain with the bare secret", carriers("obs-v4"), derived(func(c *keyChain) { c.prefix = "" })},
	{"OBS4-KEY-01", "without-terminator", "leaves aws4_request out of the chain", carriers("obs-v4"), derived(func(c *keyChain) { c.steps = c.steps[:3] })},
	{"OBS4-KEY-01", "service-before-region", "has service and region the wrong way round", carriers("obs-v4"), derived(func(c *keyChain) { c.steps[1], c.steps[2] = c.steps[2], c.steps[1] })},
	{"OBS4-KEY-01", "region-of-east", "derives its key for us-east-1", carriers("obs-v4"), derived(func(c *keyChain) { c.steps[1] = "us-east-1" })},
	{"OBS4-KEY-01", "secret-cut-at-a-block", "cuts a secret at 64 bytes", carriers("obs-v4"), derived(func(c *keyChain) { c.secret = c.secret[:min(len(c.secret), 64-len(c.prefix))] })},
	{"OBS4-KEY-01", "secret-decoded", "percent-decodes the secret", carriers("obs-v4"), derived(func(c *keyChain) { c.secret = wire.UnescapeQuery(c.secret) })},
	{"OBS4-KEY-02", "capitals", "writes the signature in upper case", carriers("obs-v4"), text(signature.SignatureValue, strings.ToUpper)},
	{"OBS4-KEY-02", "base64", "writes the signature in Base64", carriers("obs-v4"), text(signature.SignatureValue, func(b string) string {
		sum, _ := hex.DecodeString(b)
		return base64.StdEncoding.EncodeToString(sum)
	})},

	{"OBS4-PAYLOAD-01", "hash-of-body", "hashes the body whatever x-amz-content-sha256 says", header("obs-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, b string) string {
		sum := sha256.Sum256([]byte(s.Request.Body))
		return withPayload(b, hex.EncodeToString(sum[:]))
	})},
	{"OBS4-PAYLOAD-01", "always-unsigned", "writes UNSIGNED-PAYLOAD whatever x-amz-content-sha256 says", header("obs-v4"),
		text(signature.CanonicalRequest, func(b string) string { return withPayload(b, "UNSIGNED-PAYLOAD") })},
	{"OBS4-PAYLOAD-01", "always-empty", "writes the hash of nothing whatever x-amz-content-sha256 says", header("obs-v4"),
		text(signature.CanonicalRequest, func(b string) string { return withPayload(b, hashOfNothing) })},
	{"OBS4-PAYLOAD-02", "checked", "refuses a hash that is not that of the body", header("obs-v4"), demanding(func(s *signature.Signing) bool {
		sum := sha256.Sum256([]byte(s.Request.Body))
		v, _ := s.Request.Header("x-amz-content-sha256")
		return v == "UNSIGNED-PAYLOAD" || v == hex.EncodeToString(sum[:])
	})},
	{"OBS4-PAYLOAD-02", "unsigned-refused", "refuses UNSIGNED-PAYLOAD", header("obs-v4"), demanding(func(s *signature.Signing) bool {
		v, _ := s.Request.Header("x-amz-content-sha256")
		return v != "UNSIGNED-PAYLOAD"
	})},
	{"OBS4-PAYLOAD-03", "hash-of-nothing", "writes the hash of nothing for a URL", query("obs-v4"),
		text(signature.CanonicalRequest, func(b string) string { return withPayload(b, hashOfNothing) })},
	{"OBS4-PAYLOAD-03", "hash-of-body", "hashes the body that comes over a URL", query("obs-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, b string) string {
		if s.Request.Body == "" {
			return b
		}
		sum := sha256.Sum256([]byte(s.Request.Body))
		return withPayload(b, hex.EncodeToString(sum[:]))
	})},
}

const hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// withPayload puts another last line into the canonical request.
func withPayload(built, hash string) string {
	return built[:strings.LastIndexByte(built, '\n')+1] + hash
}
