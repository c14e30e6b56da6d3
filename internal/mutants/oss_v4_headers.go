package mutants

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The canonical headers of OSS V4 and what stands around them: method, payload
// and token.
var ossV4Headers = append(signedNeedlessly(), []Mutant{
	{"OSS4-CANONICAL-01", "query-in-front", "puts the query in front of the path", requests("oss-v4"), text(signature.CanonicalRequest, func(built string) string {
		lines := strings.Split(built, "\n")
		lines[1], lines[2] = lines[2], lines[1]
		return strings.Join(lines, "\n")
	})},
	{"OSS4-CANONICAL-01", "empty-query-left-out", "leaves out the line of an empty query", header("oss-v4"), text(signature.CanonicalRequest, func(built string) string {
		lines := strings.Split(built, "\n")
		if lines[2] == "" {
			lines = append(lines[:2], lines[3:]...)
		}
		return strings.Join(lines, "\n")
	})},
	{"OSS4-CANONICAL-01", "line-feed-at-the-end", "ends the canonical request in a line feed", requests("oss-v4"), text(signature.CanonicalRequest, func(built string) string { return built + "\n" })},
	{"OSS4-CANONICAL-02", "small-letters", "signs the method in small letters", requests("oss-v4"), textLine(signature.CanonicalRequest, 0, strings.ToLower)},
	{"OSS4-CANONICAL-02", "options-as-get", "signs OPTIONS as GET", header("oss-v4"), methodAs("OPTIONS", "GET")},

	{"OSS4-HEADER-01", "content-type-unsigned", "does not sign Content-Type", requests("oss-v4"), unsignedHeaders("content-type")},
	{"OSS4-HEADER-01", "content-md5-unsigned", "does not sign Content-MD5", requests("oss-v4"), unsignedHeaders("content-md5")},
	{"OSS4-HEADER-01", "metadata-unsigned", "does not sign metadata", requests("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && !strings.HasPrefix(strings.ToLower(name), "x-oss-meta-")
	})},
	{"OSS4-HEADER-01", "listed-vendor-headers-only", "signs the x-oss- headers it knows", requests("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && (!strings.HasPrefix(strings.ToLower(name), "x-oss-") || knownVendorHeader(strings.ToLower(name)))
	})},
	{"OSS4-HEADER-01", "content-type-by-its-usual-spelling", "finds Content-Type in one spelling", requests("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && (!wire.EqualFold(name, "content-type") || name == "Content-Type")
	})},
	{"OSS4-HEADER-01", "content-md5-by-one-spelling", "finds Content-MD5 in one spelling", requests("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && (!wire.EqualFold(name, "content-md5") || name == "Content-MD5")
	})},
	{"OSS4-HEADER-01", "base64-in-lines", "breaks a value after 60 characters", requests("oss-v4"), inHeader("x-oss-callback-var", func(value string) string {
		if len(value) > 60 {
			return value[:60] + "\n" + value[60:]
		}
		return value
	})},
	{"OSS4-HEADER-01", "parameters-of-a-type-dropped", "signs a Content-Type without its charset", requests("oss-v4"), inHeader("content-type", upTo(";"))},

	{"OSS4-HEADER-02", "as-sent", "signs names as they travel", requests("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		for i := range lines {
			for _, h := range s.Request.Headers {
				if n := len(h.Name); len(lines[i]) > n && wire.EqualFold(lines[i][:n], h.Name) && lines[i][n] == ':' {
					lines[i] = h.Name + lines[i][n:]
				}
			}
		}
		return lines
	})},
	{"OSS4-HEADER-02", "small-values", "lower-cases a type too", requests("oss-v4"), inHeader("content-type", strings.ToLower)},
	{"OSS4-HEADER-02", "unsorted", "does not sort", requests("oss-v4"), headersSorted(nil)},
	{"OSS4-HEADER-02", "by-the-first-character", "sorts by the first character", requests("oss-v4"), sortedBy(func(name string) string { return name[:1] })},
	{"OSS4-HEADER-02", "ten-at-most", "sorts no more than ten headers", requests("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		if len(lines) > 10 {
			return asArrived(s, lines)
		}
		return lines
	})},
	{"OSS4-HEADER-02", "whole-lines", "sorts whole lines, the colon with them", requests("oss-v4"), headersSorted(strings.Compare)},
	{"OSS4-HEADER-02", "hyphens-ignored", "sorts as a locale does, without hyphens", requests("oss-v4"), sortedBy(replacing("-", ""))},
	{"OSS4-HEADER-02", "numbers-by-value", "sorts numbers in names by their value", requests("oss-v4"), headersSorted(func(a, b string) int { return compareNumbers(nameOf(a), nameOf(b)) })},
	{"OSS4-HEADER-02", "capitals-in-front", "sorts before it lower-cases", requests("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		written := map[string]string{}
		for _, h := range s.Request.Headers {
			written[strings.ToLower(h.Name)] = h.Name
		}
		slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(written[nameOf(a)], written[nameOf(b)]) })
		return lines
	})},
	{"OSS4-HEADER-02", "cut-at-the-second-colon", "ends a value at its colon", requests("oss-v4"), headerValue(func(sent string) string {
		before, _, _ := strings.Cut(wire.TrimBlanks(sent), ":")
		return before
	})},
	{"OSS4-HEADER-02", "blank-behind-the-colon", "writes a blank behind the colon", requests("oss-v4"), inHeaders(func(_ *signature.Signing, lines []string) []string {
		for i := range lines {
			lines[i] = strings.Replace(lines[i], ":", ": ", 1)
		}
		return lines
	})},
	{"OSS4-HEADER-02", "prefix-in-small-letters", "knows x-oss- in small letters only", requests("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && (!strings.HasPrefix(strings.ToLower(name), "x-oss-") || strings.HasPrefix(name, "x-oss-"))
	})},
	{"OSS4-HEADER-03", "line-feed-missing", "leaves out the line feed behind the headers", requests("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		return strings.Replace(built, "\n"+string(s.Bytes(signature.CanonicalHeaders))+"\n", "\n"+string(s.Bytes(signature.CanonicalHeaders)), 1)
	})},
	{"OSS4-HEADER-03", "line-feed-of-an-empty-block-missing", "leaves out the line of a block without headers", query("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		if len(s.Bytes(signature.CanonicalHeaders)) == 0 {
			return strings.Replace(built, "\n\n\n", "\n\n", 1)
		}
		return built
	})},
	{"OSS4-HEADER-06", "left-out", "leaves headers with an empty value out", requests("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		value, _ := s.Request.Header(name)
		return p.SignedHeader(s, name) && value != ""
	})},
	{"OSS4-HEADER-06", "colon-left-out", "writes the name of an empty header without its colon", requests("oss-v4"), inHeaders(func(_ *signature.Signing, lines []string) []string {
		for i := range lines {
			lines[i] = strings.TrimSuffix(lines[i], ":")
		}
		return lines
	})},
	{"OSS4-HEADER-06", "null", "writes null for an empty type", header("oss-v4"), replaced(signature.CanonicalHeaders, "content-type:\n", "content-type:null\n")},
	{"OSS4-HEADER-07", "folded", "folds runs of blanks", requests("oss-v4"), headerValue(func(sent string) string { return strings.Join(strings.Fields(sent), " ") })},
	{"OSS4-HEADER-08", "last-counts", "signs the last of the headers of one name", requests("oss-v4"), repeated(lastValue)},
	{"OSS4-HEADER-08", "first-counts", "signs the first of the headers of one name", requests("oss-v4"), repeated(firstValue)},
	{"OSS4-HEADER-08", "joined-with-a-blank", "joins values by a comma and a blank", requests("oss-v4"), repeated(blankBehindComma)},
	{"OSS4-HEADER-08", "sorted", "sorts the values of one name", requests("oss-v4"), repeated(func(values []string) string {
		sort.Strings(values)
		return strings.Join(values, ",")
	})},
	{"OSS4-HEADER-09", "decoded", "decodes percent-encoding in values", requests("oss-v4"), headerValue(func(sent string) string { return wire.Unescape(wire.TrimBlanks(sent)) })},
	{"OSS4-HEADER-09", "plus-as-blank", "makes blanks of plus signs", requests("oss-v4"), headerValue(func(sent string) string { return strings.ReplaceAll(wire.TrimBlanks(sent), "+", " ") })},
	{"OSS4-HEADER-09", "encoded", "encodes values that are not ASCII", requests("oss-v4"), headerValue(func(sent string) string {
		if strings.IndexFunc(sent, func(r rune) bool { return r > 0x7f }) >= 0 {
			return wire.EscapeValue(sent)
		}
		return wire.TrimBlanks(sent)
	})},
	{"OSS4-HEADER-09", "as-utf8", "reads values as UTF-8", requests("oss-v4"), headerValue(func(sent string) string { return strings.ToValidUTF8(wire.TrimBlanks(sent), "\ufffd") })},
	{"OSS4-HEADER-10", "all-blanks-of-unicode", "trims every blank of Unicode", requests("oss-v4"), headerValue(func(sent string) string { return strings.Trim(sent, " \t\u00a0\u2003\u3000") })},
	{"OSS4-HEADER-10", "all-blanks-of-c", "trims every blank of C", requests("oss-v4"), headerValue(func(sent string) string { return strings.Trim(sent, " \t\r\n\v\f") })},

	{"OSS4-PAYLOAD-01", "left-out", "leaves out the last line", requests("oss-v4"), text(signature.CanonicalRequest, func(built string) string { return built[:strings.LastIndexByte(built, '\n')] })},
	{"OSS4-PAYLOAD-01", "header-not-signed", "does not sign x-oss-content-sha256", requests("oss-v4"), unsignedHeaders("x-oss-content-sha256")},
	{"OSS4-PAYLOAD-01", "small-letters", "signs the word in small letters", requests("oss-v4"), text(signature.CanonicalRequest, func(built string) string {
		return strings.TrimSuffix(built, "UNSIGNED-PAYLOAD") + "unsigned-payload"
	})},
	{"OSS4-PAYLOAD-02", "any-word", "takes every payload word", requests("oss-v4"), forgivingEC("0002-00000214")},
	{"OSS4-PAYLOAD-02", "hashes", "takes hashes of 64 digits", requests("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000214" && len(f.Got) == 64 })},
	{"OSS4-PAYLOAD-02", "hash-of-nothing", "takes the hash of nothing", requests("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000214" && strings.HasPrefix(f.Got, "e3b0c442") })},
	{"OSS4-PAYLOAD-02", "streaming", "takes chunks of AWS", header("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000214" && strings.HasPrefix(f.Got, "STREAMING") })},
	{"OSS4-PAYLOAD-02", "any-letter-case", "takes the word in small letters", header("oss-v4"), forgiving(func(f *signature.Fault) bool {
		return f.EC == "0002-00000214" && wire.EqualFold(f.Got, "UNSIGNED-PAYLOAD")
	})},
	{"OSS4-PAYLOAD-03", "body-hashed", "signs the hash of the body", requests("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		return strings.TrimSuffix(built, "UNSIGNED-PAYLOAD") + sha256Hex(s.Request.Body)
	})},
	{"OSS4-PAYLOAD-03", "body-of-an-upload-hashed", "signs the hash of a body that is there", requests("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		if s.Request.Body == "" || s.Request.Method != "PUT" {
			return built
		}
		return strings.TrimSuffix(built, "UNSIGNED-PAYLOAD") + sha256Hex(s.Request.Body)
	})},
	{"OSS4-TOKEN-01", "unsigned", "does not sign the token", header("oss-v4"), unsignedHeaders("x-oss-security-token")},
	{"OSS4-TOKEN-01", "any-token", "takes every token", header("oss-v4"), server(func(v *signature.Verifier) { v.Grants = false })},
	{"OSS4-TOKEN-01", "decoded", "signs the token decoded as a form value", header("oss-v4"), inHeader("x-oss-security-token", wire.UnescapeQuery)},
	{"OSS4-TOKEN-01", "cut", "cuts a token at 1024 bytes", header("oss-v4"), inHeader("x-oss-security-token", func(token string) string { return token[:min(len(token), 1024)] })},
	{"OSS4-TOKEN-01", "behind-the-block", "appends the token behind the sorted headers", header("oss-v4"), inHeaders(func(_ *signature.Signing, lines []string) []string {
		for i, l := range lines {
			if nameOf(l) == "x-oss-security-token" {
				return append(append(lines[:i:i], lines[i+1:]...), l)
			}
		}
		return lines
	})},
	{"OSS4-TOKEN-04", "header-counts", "takes the token of the header where there are two", requests("oss-v4"), twoTokens()},
	{"OSS4-TOKEN-05", "unchecked", "lets a temporary key in without its token", carriers("oss-v4"), server(func(v *signature.Verifier) { v.Grants = false })},
	{"OSS4-TOKEN-05", "called-a-mismatch", "calls a missing token another key's", carriers("oss-v4"), answersFor("InvalidAccessKeyId", 403, "0002-00000003", "0002-00000006")},
	{"OSS4-TOKEN-06", "unchecked", "takes any token for the key's own", carriers("oss-v4"), server(func(v *signature.Verifier) { v.Grants = false })},
	{"OSS4-TOKEN-06", "called-unknown", "calls a wrong token an unknown key", carriers("oss-v4"), answersFor("InvalidSecurityToken", 403, "InvalidSecurityToken", "InvalidAccessKeyId")},
	{"OSS4-TOKEN-04", "name-of-v1-is-a-token", "takes security-token for a second token", requests("oss-v4"), sees(func(r *wire.Request) {
		r.Target = strings.Replace(r.Target, "?security-token=", "?x-oss-security-token=", 1)
	})},
}...)

// signedNeedlessly sign a header each that nobody has named.
func signedNeedlessly() []Mutant {
	var out []Mutant
	for _, name := range []string{"range", "cache-control", "content-disposition", "content-encoding", "content-length", "date", "if-none-match", "user-agent", "expires", "x-amz-date", "via"} {
		out = append(out, Mutant{"OSS4-HEADER-05", "signs-" + name, "signs " + name, requests("oss-v4")[:carriersWith(name)], alsoNamed(name)})
	}
	return append(out,
		Mutant{"OSS4-HEADER-05", "prefix-without-hyphen", "signs what begins with x-oss", header("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) || strings.HasPrefix(strings.ToLower(name), "x-oss")
		})},
		Mutant{"OSS4-HEADER-05", "all-content-headers", "signs what begins with content-", header("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) || strings.HasPrefix(strings.ToLower(name), "content-")
		})},
		Mutant{"OSS4-HEADER-04", "host-signed", "signs Host although nobody has named it", requests("oss-v4"), alsoNamed("host")},
		Mutant{"OSS4-HEADER-04", "host-without-port", "signs a named Host without its port", header("oss-v4"), inHeader("host", upTo(":"))},
		Mutant{"OSS4-HEADER-04", "host-of-the-endpoint", "signs the endpoint for a named Host", requests("oss-v4"), inHeader("host", func(host string) string {
			_, endpoint, _ := strings.Cut(host, ".")
			return endpoint
		})},
	)
}

// carriersWith is how many carriers have a vector with that header.
func carriersWith(name string) int {
	if name == "range" || name == "date" || name == "user-agent" {
		return 2
	}
	return 1
}

// twoTokens hides the token of the URL where there is one in a header too.
func twoTokens() Break {
	return sees(func(r *wire.Request) {
		t := wire.SplitTarget(r.Target)
		if _, ok := r.Header("x-oss-security-token"); !ok || !strings.Contains(t.Query, "x-oss-security-token=") {
			return
		}
		var kept []string
		for _, part := range strings.Split(t.Query, "&") {
			if !strings.HasPrefix(part, "x-oss-security-token=") {
				kept = append(kept, part)
			}
		}
		t.Query = strings.Join(kept, "&")
		r.Target = t.String()
	})
}

// knownVendorHeader reports whether an x-oss- header is one that every SDK
// knows.
func knownVendorHeader(lower string) bool {
	name := strings.TrimPrefix(lower, "x-oss-")
	return strings.HasPrefix(name, "meta-") || slices.Contains([]string{
		"date", "content-sha256", "security-token", "acl", "object-acl", "storage-class", "callback", "callback-var",
		"copy-source", "metadata-directive", "tagging", "forbid-overwrite",
	}, name)
}

// sha256Hex is the SHA-256 of a text in hexadecimal.
func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
