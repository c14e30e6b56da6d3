package mutants

import (
	"path"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The key, the bucket and the address of a URL.
var ossV1QueryKeys = []Mutant{
	{"OSS1-RESOURCE-02", "url-decomposed", "decomposes the accents of a key", query("oss-v1"), keyAs(replacing("\u00e9", "e\u0301"))},
	{"OSS1-RESOURCE-02", "url-three-bytes", "loses characters of four bytes in a key", query("oss-v1"), keyAs(withoutFourBytes)},
	{"OSS1-RESOURCE-02", "url-hash-cut", "cuts a key at its hash", query("oss-v1"), keyAs(upTo("#"))},
	{"OSS1-RESOURCE-02", "url-ampersand-cut", "cuts a key at its ampersand", query("oss-v1"), keyAs(upTo("&"))},
	{"OSS1-RESOURCE-02", "url-tab-dropped", "drops tabs of a key", query("oss-v1"), keyAs(replacing("\t", ""))},
	{"OSS1-RESOURCE-02", "url-small-letters", "compares keys without regard to case", query("oss-v1"), keyAs(strings.ToLower)},
	{"OSS1-RESOURCE-02", "url-percent-dropped", "drops a percent sign of a key that is no escape", query("oss-v1"),
		rawKey(withoutLonePercent)},
	{"OSS1-RESOURCE-02", "url-encoded-plus-lost", "makes a blank of an encoded plus sign in a key", query("oss-v1"),
		rawKey(replacing("%2B", "%20"))},
	{"OSS1-RESOURCE-13", "url-percent-lost", "loses the percent signs of a key", query("oss-v1"), keyAs(replacing("%", ""))},
	{"OSS1-RESOURCE-03", "url-slash-kept-encoded", "keeps %2F in a key", query("oss-v1"), rawKey(replacing("%2F", "%252F"))},
	{"OSS1-RESOURCE-03", "url-small-escape-kept", "keeps %2f in a key", query("oss-v1"), rawKey(replacing("%2f", "%252f"))},
	{"OSS1-RESOURCE-13", "url-ascii-alone", "signs what is not ASCII percent-encoded", query("oss-v1"),
		keyAs(func(key string) string {
			var b strings.Builder
			for i := 0; i < len(key); i++ {
				if key[i] < 0x80 {
					b.WriteByte(key[i])
				} else {
					b.WriteString(wire.EscapeValue(key[i : i+1]))
				}
			}
			return b.String()
		})},
	{"OSS1-RESOURCE-14", "url-marks-encoded", "signs ! * ' ( ) percent-encoded", query("oss-v1"),
		keyAs(replacing("!", "%21", "*", "%2A", "'", "%27", "(", "%28", ")", "%29"))},
	{"OSS1-RESOURCE-14", "url-marks-left-encoded", "leaves ! ~ * ' ( ) as they are sent", query("oss-v1"),
		rawKey(replacing("%21", "%2521", "%7E", "%257E", "%2A", "%252A", "%27", "%2527", "%28", "%2528", "%29", "%2529"))},
	{"OSS1-RESOURCE-09", "url-dot-segments-removed", "removes dot segments of a key", query("oss-v1"),
		keyAs(func(key string) string {
			if strings.Contains(key, "./") {
				return strings.TrimPrefix(path.Clean("/"+key), "/")
			}
			return key
		})},
	{"OSS1-RESOURCE-01", "url-thousand-bytes", "keeps 1,024 bytes of a resource", query("oss-v1"),
		text(signature.CanonicalResource, func(built string) string { return built[:min(1024, len(built))] })},
	{"OSS1-RESOURCE-01", "url-key-left-out", "signs the bucket alone", query("oss-v1"),
		resource(func(r *signature.Resource) { r.RawKey = "" }, signature.CanonicalResource)},
	{"OSS1-RESOURCE-01", "url-bucket-left-out", "signs the key alone", query("oss-v1"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			return strings.TrimPrefix(built, "/"+s.Resource.Bucket)
		})},
	{"OSS1-RESOURCE-01", "url-word-of-the-endpoint", "takes what stands in front of oss- for the bucket", query("oss-v1"),
		resource(func(r *signature.Resource) { r.Bucket, _, _ = strings.Cut(r.Bucket, "-oss-") }, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "url-bucket-twice", "puts the bucket in front of a path that has it", query("oss-v1"),
		resource(func(r *signature.Resource) {
			if r.Addressing == signature.PathStyle && r.RawKey != "" {
				r.RawKey = r.Bucket + "/" + r.RawKey
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "url-address-as-bucket", "takes the first number of an address for a bucket", query("oss-v1"),
		resource(func(r *signature.Resource) {
			if first, _, _ := strings.Cut(r.Host, "."); strings.Trim(first, "0123456789") == "" {
				r.Bucket = first
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "url-domain-as-bucket", "takes the first word of a custom domain for a bucket", query("oss-v1"),
		resource(func(r *signature.Resource) {
			if r.Addressing == signature.CNAME && r.RawKey != "" {
				r.Bucket, _, _ = strings.Cut(r.Host, ".")
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "url-domain-without-bucket", "signs no bucket for the root of a custom domain", query("oss-v1"),
		resource(func(r *signature.Resource) {
			if r.Addressing == signature.CNAME && r.RawKey == "" {
				r.Bucket = ""
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "url-port-in-bucket", "keeps the port in the bucket", query("oss-v1"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			host, _ := s.Request.Header("Host")
			if _, port, ok := strings.Cut(host, ":"); ok && s.Resource.Addressing == signature.VirtualHost {
				return strings.Replace(built, s.Resource.Bucket, s.Resource.Bucket+":"+port, 1)
			}
			return built
		})},
	{"OSS1-RESOURCE-08", "url-internal-endpoint", "keeps the word internal in the bucket", query("oss-v1"),
		resource(func(r *signature.Resource) {
			if strings.Contains(r.Host, "-internal.") {
				r.Bucket += "-internal"
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "url-bucket-as-written", "takes the bucket from the host as it is written", query("oss-v1"),
		resource(func(r *signature.Resource) {
			if strings.ToUpper(r.Host) == r.Host && r.Addressing == signature.VirtualHost {
				r.Bucket = strings.ToUpper(r.Bucket)
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-06", "url-path-as-sent", "signs the path of a bucket as it is sent", query("oss-v1"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			if s.Resource.RawPath == "/"+s.Resource.Bucket {
				return strings.TrimSuffix(built, "/")
			}
			return built
		})},
	{"OSS1-RESOURCE-06", "url-slash-twice", "adds a slash to the path of a bucket that has one", query("oss-v1"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			if s.Resource.Bucket != "" && s.Resource.RawPath == "/"+s.Resource.Bucket+"/" {
				return strings.Replace(built, s.Resource.RawPath, s.Resource.RawPath+"/", 1)
			}
			return built
		})},
	{"OSS1-RESOURCE-07", "url-two-slashes", "signs a bucket without name for the service", query("oss-v1"),
		text(signature.CanonicalResource, func(built string) string {
			if built == "/" {
				return "//"
			}
			return built
		})},
}
