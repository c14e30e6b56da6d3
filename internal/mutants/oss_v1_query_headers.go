package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The method and the headers that the user of a URL sends.
var ossV1QueryHeaders = slices.Concat([]Mutant{
	{"OSS1-QUERY-11", "get-alone", "makes URLs for GET, whatever it is asked for", query("oss-v1"),
		input(func(r *wire.Request) { r.Method = "GET" }, signature.StringToSign)},
	{"OSS1-QUERY-11", "get-and-put", "makes URLs for GET where it is asked for neither GET nor PUT", query("oss-v1"),
		input(func(r *wire.Request) {
			if r.Method != "PUT" {
				r.Method = "GET"
			}
		}, signature.StringToSign)},
	{"OSS1-VERB-01", "url-delete-as-get", "signs GET for DELETE", query("oss-v1"),
		methodAs("DELETE", "GET")},
	{"OSS1-VERB-01", "url-post-as-put", "signs PUT for POST", query("oss-v1"),
		methodAs("POST", "PUT")},
	{"OSS1-VERB-01", "url-upper-case", "writes the method in upper case before it compares", query("oss-v1"),
		input(func(r *wire.Request) { r.Method = strings.ToUpper(r.Method) }, signature.StringToSign)},

	{"OSS1-QUERY-05", "type-unsigned", "leaves Content-Type out of a URL", query("oss-v1"), withoutHeaders("Content-Type")},
	{"OSS1-QUERY-05", "md5-unsigned", "leaves Content-MD5 out of a URL", query("oss-v1"), withoutHeaders("Content-MD5")},
	{"OSS1-QUERY-05", "type-of-get-unsigned", "leaves the Content-Type of a GET out", query("oss-v1"),
		input(func(r *wire.Request) {
			if r.Method == "GET" {
				dropFrom(r, "Content-Type")
			}
		})},
	{"OSS1-QUERY-05", "default-type", "signs a default type where a PUT has none", query("oss-v1"),
		input(func(r *wire.Request) {
			if _, ok := r.Header("Content-Type"); !ok && r.Method == "PUT" {
				r.SetHeader("Content-Type", "application/octet-stream")
			}
		}, signature.StringToSign)},
	{"OSS1-QUERY-05", "md5-as-written", "knows Content-MD5 in this spelling alone", query("oss-v1"), onlySpelled("Content-MD5")},
	{"OSS1-QUERY-05", "type-as-written", "knows Content-Type in this spelling alone", query("oss-v1"), onlySpelled("Content-Type")},
	{"OSS1-QUERY-05", "md5-as-parameter", "signs the digest as a sub-resource", query("oss-v1"), listed("content-md5")},
	{"OSS1-QUERY-05", "lines-swapped", "has type and digest in each other's line", query("oss-v1"),
		headers(func(h wire.Header) (wire.Header, bool) {
			switch {
			case wire.EqualFold(h.Name, "Content-Type"):
				h.Name = "Content-MD5"
			case wire.EqualFold(h.Name, "Content-MD5"):
				h.Name = "Content-Type"
			}
			return h, true
		})},

	{"OSS1-QUERY-06", "unsigned", "leaves x-oss- headers out of a URL", query("oss-v1"),
		signedHeader(func(*signature.Profile, *signature.Signing, string) bool { return false })},
	{"OSS1-QUERY-06", "metadata-alone", "signs x-oss-meta- headers of a URL alone", query("oss-v1"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) && strings.HasPrefix(strings.ToLower(name), "x-oss-meta-")
		})},
	{"OSS1-QUERY-06", "names-alone", "signs the names of x-oss- headers and not their values", query("oss-v1"),
		headerValue(func(string) string { return "" })},
	{"OSS1-HEADER-02", "url-as-written", "signs header names as they are written", query("oss-v1"),
		output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
			for _, h := range s.Request.Headers {
				built = strings.Replace(built, strings.ToLower(h.Name)+":", h.Name+":", 1)
			}
			return built
		})},
	{"OSS1-HEADER-03", "url-unsorted", "signs x-oss- headers as they come", query("oss-v1"),
		stage(signature.CanonicalHeaders, func(s *signature.Signing, dst []byte) ([]byte, error) {
			for _, h := range s.Request.Headers {
				if s.Profile.SignedHeader(s, h.Name) {
					dst = append(append(append(dst, strings.ToLower(h.Name)...), ':'), h.Value+"\n"...)
				}
			}
			return dst, nil
		})},
	{"OSS1-HEADER-01", "url-prefix-open", "signs headers that begin with x-oss, with a hyphen or without", query("oss-v1"), alsoNamed("x-ossfs-version")},
	{"OSS1-HEADER-01", "url-any-vendor", "signs every header that begins with x-", query("oss-v1"),
		signedHeader(func(_ *signature.Profile, _ *signature.Signing, name string) bool {
			return strings.HasPrefix(strings.ToLower(name), "x-")
		})},
	{"OSS1-HEADER-08", "url-first-word", "signs the first word of a header value", query("oss-v1"),
		headerValue(upTo(" "))},
	{"OSS1-HEADER-09", "url-first-counts", "signs the first of two headers of a name", query("oss-v1"),
		input(func(r *wire.Request) {
			seen := map[string]bool{}
			r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool {
				name := strings.ToLower(h.Name)
				twice := seen[name]
				seen[name] = true
				return twice
			})
		}, signature.CanonicalHeaders)},
	{"OSS1-HEADER-10", "url-colon-left-out", "signs the bare name of an empty header", query("oss-v1"),
		text(signature.CanonicalHeaders, replacing(":\n", "\n"))},
	{"OSS1-HEADER-12", "url-cache-control-signed", "signs the headers of later downloads", query("oss-v1"),
		alsoNamed("cache-control", "content-disposition", "content-encoding")},
}, eachName("x-oss-object-acl x-oss-storage-class x-oss-callback", func(name string) Mutant {
	return Mutant{"OSS1-QUERY-06", "without-" + name, "does not sign " + name + " beside a URL", query("oss-v1"), unsignedHeaders(name)}
}))
