package fuzz

import (
	"strings"

	"github.com/countersign/countersign/signature"
)

// The tables the grammar picks from. The first entry is the plain one. Most of
// the others are here because an SDK once got them wrong.

// atoms are what keys, parameter values and policies are joined of, decoded.
var atoms = []string{
	"a", "b", "A", "0", "/", "//", "./", "../", ".", "+", "%", " ", "~", "*", "'", "(", ")", "!",
	"%2F", "%2b", "%zz", "%25", "&", "=", "?", "#", ";", ",", ":", "@", "$", `"`, `\`, "<", ">", "[", "]", "{", "}", "|", "^", "`", "-", "_",
	"\u00e9", "e\u0301", "\u00a0", "\u0130", "\u4e2d", "\u2028", "\ufeff", "\U0001f600",
	"\t", "\r\n", "\n", "\x00", "\x01", "\x1f", "\x7f", "\xff", "\xc3", "\xed\xa0\x80",
	"acl", "uploads", "live/", "x-oss-", "null", "undefined", "false", "a=b=c", "\u4e2d\u6587", "\U0001f4f7", "IMG_1.JPG",
	"100%", "a/../b", "\u6d4b", "\u5927",
}

// valueAtoms are what header values are joined of: all a line can hold. NBSP,
// NEL and the vertical tab are blanks to many libraries and not to HTTP.
var valueAtoms = []string{
	"v", "", " ", "  ", "\t", ",", ", ", ";", ":", "=", `"`, `\`, "%20", "+", "A", "/", "?",
	"\u00e9", "\u4e2d", "\U0001f600", "\u00a0", "\u0085", "\u3000", "\xe9", "\xff", "\x01", "\x0b", "\x0c", "\x1f", "\x7f",
	"e\u0301", "Alice", "STANDARD_IA", "false", "gzip", "no-cache", "chunked", "identity", "keep-alive", "bytes", "close", strings.Repeat("m", 61),
}

var methods = []string{"GET", "PUT", "POST", "HEAD", "DELETE", "OPTIONS", "PATCH", "get", "M-SEARCH"}

// bucket is a bucket of the world the requests play in, and the custom domain
// that stands for it.
type bucket struct{ name, domain string }

var buckets = []bucket{
	{"examplebucket", "static.example.com"},
	{"a-b", "a-b.example.com"},
	{"b.c.d", "d.example.org"},
	{"oss-1", "oss.example.com"},
	{"obs", "obs.example.com"},
	{"photos", "photos.oss.example.com"},
	{"my-oss-1", "files.oss.example.com"},
}

var ports = []string{":80", ":443", ":8443", ":8080", ":1935"}

var accessKeyIDs = []string{"LTAI5tFuzzedKeyId0001", "ak", "A.K-I_D~", "a+b", "a/b", "a%2Fb"}

// secrets go to both sides of the hash's block size, which those of 55 and 60
// bytes fill together with the prefixes of the V4 schemes.
var secrets = []string{
	"fuzzed-access-key-secret-0001", "", "s+/=", "\u00e9\xff", strings.Repeat("s", 64), strings.Repeat("k", 200),
	"s\u00e9cret", "a%2Bb", " secret\t", strings.Repeat("x", 55), strings.Repeat("y", 60),
}

var tokens = []string{"", "CAISfuzzedSecurityToken", "a+b/c==", "t o k", "t&u=v", "%2B", "\u00e9", strings.Repeat("CAIS", 300)}

var regions = []string{"cn-hangzhou", "cn-north-4", "us-east-1", "REGION_1", "so-1", "region", "obs", "cb-f8z7yvzgwfkl9q0h"}

var products = []string{"", "oss", "s3", "oss-cloudbox", "obs"}

// times are Unix seconds: the date of the documents' examples, both ends of a
// day and of a year, a leap day, the first second and the last year of four
// digits.
var times = []int64{1701427200, 1703980799, 1703980800, 1709164800, 0, 253402300799, 951782400, 1704153600}

// milliseconds is an Expires of somebody who did not know that it has seconds.
const milliseconds = 1701427200000

// lifetimes are seconds a URL lives; the last is the longest V4 allows.
var lifetimes = []int64{3600, 1, 60, 604800}

// plainParameters are those no list of the V1 family names, and names that
// look like authentication without being it.
var plainParameters = []string{
	"prefix", "marker", "max-keys", "delimiter", "select", "x-workflow-start", "Prefix", "foo", "a", "b", "aa", "a-b", "a.b", "A",
	"Signature", "Expires", "signature", "security-token", "SecurityToken",
	"x-oss-foo", "x-oss-process", "X-Oss-Process", "x-oss-", "x-oss", "x-oss-date", "x-oss-security-token", "x-oss-traffic-limit",
	// Of listings, of libraries, and like listed ones but for something.
	"start-after", "key-marker", "upload-id-marker", "version-id-marker", "part-number-marker", "max-uploads", "max-parts", "encoding-type", "list-type",
	"accessmonitor", "category", "mode", "rule-id", "apiversion", "utm-source", "timeout", "v", "k", "tag", "trace", "Content-Type", "Expire",
	"Security-Token", "security_token", "aclx", "response-foo", "response-", "1", "2", "10", "x-oss-2", "x-oss-10", "x-oss-Z", "X-Amz-signature", "ossaccesskeyid",
	"x-obs-foo", "x-obs-date", "x-obs-security-token", "x-amz-foo", "x-amz-date", "x-amz-security-token", "X-Amz-Date", "X-Amz-Expires",
}

// suffixes stand behind the prefix of a scheme. Some differ only in what tells
// a sort by bytes from other orders.
var suffixes = []string{
	"meta-a", "meta-b", "meta-a-b", "meta-a_b", "meta-a.b", "meta-ab", "meta-A", "meta-!", "meta-\u00e9", "meta-", "", "acl", "copy-source", "process", "storage-class", "tagging",
	"range-behavior", "object-acl", "callback", "brand-new-feature", "meta-2", "meta-10", "meta-author", "security-token", "date",
	"of-next-year", "callback-var", "meta-camel-case",
}

// siblings make names of one name that sorts mix up.
var siblings = []string{"", "2", "10", "-a", "a", "A", "_", "."}

var prefixes = []string{"x-oss-", "x-obs-", "x-amz-"}

var plainHeaders = []string{
	"Range", "User-Agent", "Cache-Control", "Content-Disposition", "Content-Encoding", "If-Match", "If-None-Match", "If-Modified-Since",
	"Origin", "Expires", "X-Other", "X_Other", "x-os", "x-oss", "Accept;",
	"x-ossmeta", "x-obsmeta", "x-amzmeta", "x-ossify", "x-ossfs-version", "my-x-oss-a", "my-x-obs-a", "my-x-amz-a", "Content-Language", "Connection", "Accept-Encoding", "\u00dcber",
}

// dates are values of date headers beside the request's own time.
var dates = []string{"Mon, 02 Jan 2006 15:04:05 GMT", "20060102T150405Z", "Mon, 2 Jan 2006 15:04:05 +0000", "2006-01-02T15:04:05Z", "1136214245", "", "now"}

var contentTypes = []string{"text/plain", "", "application/octet-stream", "text/html; charset=UTF-8", "Text/Plain ;charset=utf-8", "application/x-www-form-urlencoded"}

var contentMD5s = []string{"1B2M2Y8AsgTpgAmY7PhCfg==", "", "nonsense", "d41d8cd98f00b204e9800998ecf8427e"}

var payloadHashes = []string{"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""}

var bodies = []string{"", "hello", "\x00\xff\r\n\r\n", "a=b&c=d"}

// subresources are the parameters the documents list: those of the scheme, or
// for a scheme without a list those of its service.
func subresources(p *signature.Profile) []signature.ListedParameter {
	if l := signature.SignedParameters(p.Scheme); l != nil {
		return l.Names
	}
	if strings.HasPrefix(p.Scheme, "obs") {
		return signature.SignedParameters("obs-v2").Names
	}
	return signature.SignedParameters("oss-v1").Names
}
