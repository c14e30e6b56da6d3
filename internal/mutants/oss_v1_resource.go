package mutants

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the resource that OSS V1 signs: bucket and key.
var ossV1Resource = slices.Concat(ossV1Bytes(), []Mutant{
	{"OSS1-RESOURCE-01", "bucket-left-out", "leaves the bucket out", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string { return "/" + key })},
	{"OSS1-RESOURCE-01", "no-slash-in-front", "begins with the bucket", requests("oss-v1"),
		text(signature.CanonicalResource, func(built string) string {
			if len(built) > 1 {
				return strings.TrimPrefix(built, "/")
			}
			return built
		})},
	{"OSS1-RESOURCE-01", "key-left-out", "leaves the key out", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string { return slashed(r.Bucket) })},
	{"OSS1-RESOURCE-01", "folders-left-out", "signs the last part of a key", header("oss-v1"),
		keyAs(func(key string) string {
			if strings.HasSuffix(key, "/") {
				return key
			}
			return key[strings.LastIndexByte(key, '/')+1:]
		})},
	{"OSS1-RESOURCE-01", "bucket-not-repeated", "takes a folder that is called like the bucket for the bucket", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string {
			if r.Bucket == "" {
				return "/"
			}
			return slashed(r.Bucket) + strings.TrimPrefix(key, r.Bucket+"/")
		})},
	{"OSS1-RESOURCE-01", "cut-at-a-thousand", "cuts a key at a thousand bytes", header("oss-v1"),
		keyAs(func(key string) string { return key[:min(1000, len(key))] })},
	{"OSS1-RESOURCE-02", "encoded", "signs the key percent-encoded", requests("oss-v1"), keyAs(wire.EscapePath)},
	{"OSS1-RESOURCE-02", "as-sent", "signs the key as it is on the wire", requests("oss-v1"), otherKey(func(raw, _ string) string { return raw })},
	{"OSS1-RESOURCE-02", "encoded-beyond-ascii", "percent-encodes bytes beyond ASCII", header("oss-v1"), keyAs(escapeNonASCII)},
	{"OSS1-RESOURCE-02", "small-digits-stay", "decodes escapes with capital digits alone", header("oss-v1"),
		otherKey(func(raw, key string) string {
			if strings.ContainsAny(raw, "%") && strings.ToLower(raw) == raw && strings.ToUpper(raw) != raw && strings.Contains(raw, "%c3") {
				return raw
			}
			return key
		})},
	{"OSS1-RESOURCE-02", "lower-case", "signs the key in lower case", header("oss-v1"), keyAs(strings.ToLower)},
	{"OSS1-RESOURCE-02", "latin-1", "takes the bytes of a key for Latin-1", requests("oss-v1"), keyAs(latin1AsUTF8)},
	{"OSS1-RESOURCE-02", "composed", "composes accents", requests("oss-v1"), keyAs(composed)},
	{"OSS1-RESOURCE-02", "decomposed", "decomposes accents", header("oss-v1"),
		keyAs(replacing("\u00e9", "e\u0301"))},
	{"OSS1-RESOURCE-02", "halves", "writes characters of four bytes as two halves", requests("oss-v1"), keyAs(surrogatesApart)},
	{"OSS1-RESOURCE-02", "not-utf-8-replaced", "replaces bytes that are no UTF-8", requests("oss-v1"),
		keyAs(func(key string) string { return strings.ToValidUTF8(key, "\uFFFD") })},
	{"OSS1-RESOURCE-02", "raw-bytes-lost", "drops bytes beyond ASCII that are not encoded", header("oss-v1"),
		otherKey(func(raw, _ string) string {
			return wire.Unescape(strings.Map(func(r rune) rune {
				if r > 0x7f {
					return -1
				}
				return r
			}, raw))
		})},
	{"OSS1-RESOURCE-02", "letters-stay-encoded", "does not decode what needs no encoding", header("oss-v1"), keptEncoded('a', '-', '.')},
	{"OSS1-RESOURCE-02", "cut-at-three-hundred-characters", "cuts a key at three hundred characters", header("oss-v1"),
		keyAs(func(key string) string {
			if r := []rune(key); len(r) > 300 && len(r) < len(key) {
				return string(r[:300])
			}
			return key
		})},
	{"OSS1-RESOURCE-03", "stays-encoded", "leaves %2F in the key", requests("oss-v1"), keptEncoded('/')},
	{"OSS1-RESOURCE-03", "small-digits-stay", "leaves %2f in the key", header("oss-v1"),
		otherKey(func(raw, _ string) string { return wire.Unescape(strings.ReplaceAll(raw, "%2f", "%252f")) })},
	{"OSS1-RESOURCE-04", "twice", "decodes the path twice", requests("oss-v1"), keyAs(wire.Unescape)},
	{"OSS1-RESOURCE-04", "slashes-twice", "decodes slashes twice", header("oss-v1"),
		keyAs(func(key string) string { return strings.NewReplacer("%2F", "/", "%2f", "/").Replace(key) })},
	{"OSS1-RESOURCE-04", "percent-stays", "leaves %25 in the key", requests("oss-v1"), keptEncoded('%')},
	{"OSS1-RESOURCE-05", "no-slash", "signs a bucket without its slash", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string {
			if r.Bucket == "" || key == "" {
				return "/" + r.Bucket
			}
			return slashed(r.Bucket) + key
		})},
	{"OSS1-RESOURCE-05", "no-slash-before-parameters", "signs a bucket without its slash where parameters follow", requests("oss-v1"),
		text(signature.CanonicalResource, func(built string) string {
			if before, after, ok := strings.Cut(built, "/?"); ok && strings.Count(before, "/") == 1 {
				return before + "?" + after
			}
			return built
		})},
	{"OSS1-RESOURCE-05", "bucket-left-out", "signs a slash for a bucket", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string {
			if r.Bucket == "" || key == "" {
				return "/"
			}
			return slashed(r.Bucket) + key
		})},
	{"OSS1-RESOURCE-05", "dashes-lost", "drops dashes of a bucket's name", header("oss-v1"),
		resource(func(r *signature.Resource) { r.Bucket = strings.ReplaceAll(r.Bucket, "-", "") }, signature.CanonicalResource)},
	{"OSS1-RESOURCE-06", "raw", "signs a path-style bucket as it is on the wire", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string {
			if r.Addressing == signature.PathStyle && key == "" && r.Bucket != "" {
				return r.RawPath
			}
			if r.Bucket == "" {
				return "/"
			}
			return slashed(r.Bucket) + key
		})},
	{"OSS1-RESOURCE-06", "slash-twice", "adds a slash to a path-style bucket that has one", header("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string {
			switch {
			case r.Bucket == "":
				return "/"
			case r.Addressing == signature.PathStyle && key == "" && strings.HasSuffix(r.RawPath, "/"):
				return slashed(r.Bucket) + "/"
			}
			return slashed(r.Bucket) + key
		})},
	{"OSS1-RESOURCE-07", "two-slashes", "signs two slashes for the service", requests("oss-v1"), serviceAs("//")},
	{"OSS1-RESOURCE-07", "empty", "signs nothing for the service", requests("oss-v1"), serviceAs("")},
	{"OSS1-RESOURCE-08", "bucket-twice", "puts the bucket before a path that names it", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string {
			if r.Addressing == signature.PathStyle && r.Bucket != "" {
				return "/" + r.Bucket + r.RawPath
			}
			if r.Bucket == "" {
				return "/"
			}
			return slashed(r.Bucket) + key
		})},
	{"OSS1-RESOURCE-08", "cname-without-bucket", "leaves the bucket out over a custom domain", requests("oss-v1"),
		resourcePath(func(r *signature.Resource, key string) string {
			if r.Bucket == "" || r.Addressing == signature.CNAME {
				return "/" + key
			}
			return slashed(r.Bucket) + key
		})},
	{"OSS1-RESOURCE-08", "cname-as-bucket", "signs a custom domain as bucket", requests("oss-v1"),
		resource(func(r *signature.Resource) {
			if r.Addressing == signature.CNAME {
				r.Bucket = r.Host
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "first-label", "takes the first label of a host on aliyuncs or oss for the bucket", header("oss-v1"),
		resource(func(r *signature.Resource) {
			if r.Bucket != "" && strings.Contains(r.Host, ".oss.") {
				r.Bucket, _, _ = strings.Cut(r.Host, ".")
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "address-as-host", "takes the first number of an address for the bucket", header("oss-v1"),
		resource(func(r *signature.Resource) {
			if strings.HasPrefix(r.Host, "192.0.2.") {
				r.Bucket = "192"
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "ipv6-as-host", "takes an IPv6 address for a bucket", header("oss-v1"),
		resource(func(r *signature.Resource) {
			if strings.HasPrefix(r.Host, "[") {
				r.Bucket = r.Host
			}
		}, signature.CanonicalResource)},
	{"OSS1-RESOURCE-08", "port", "signs a port with the bucket", header("oss-v1"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			if _, port, ok := strings.Cut(s.Request.Host(), ":"); ok && !strings.HasPrefix(s.Request.Host(), "[") {
				return strings.Replace(built, s.Resource.Bucket, s.Resource.Bucket+":"+port, 1)
			}
			return built
		})},
	{"OSS1-RESOURCE-08", "internal-endpoint", "does not know the internal endpoint", header("oss-v1"), bucketLostOn("-internal.")},
	{"OSS1-RESOURCE-08", "acceleration", "does not know the acceleration endpoint", header("oss-v1"), bucketLostOn("oss-accelerate")},
	{"OSS1-RESOURCE-08", "capitals", "does not know an endpoint in capitals", header("oss-v1"), bucketLostOn("OSS-")},
	{"OSS1-RESOURCE-09", "cleaned", "cleans the path", requests("oss-v1"), keyAs(func(key string) string { return strings.TrimPrefix(path.Clean("/"+key), "/") })},
	{"OSS1-RESOURCE-09", "slashes-folded", "folds slashes inside a key", requests("oss-v1"),
		keyAs(func(key string) string {
			lead := key[:len(key)-len(strings.TrimLeft(key, "/"))]
			return lead + strings.ReplaceAll(strings.TrimLeft(key, "/"), "//", "/")
		})},
	{"OSS1-RESOURCE-09", "last-slash-lost", "drops the slash at the end of a key", requests("oss-v1"), keyAs(func(key string) string { return strings.TrimSuffix(key, "/") })},
	{"OSS1-RESOURCE-09", "first-dot-lost", "drops ./ in front of a key", header("oss-v1"), keyAs(func(key string) string { return strings.TrimPrefix(key, "./") })},
	{"OSS1-RESOURCE-09", "encoded-dots", "cleans dot segments that travel encoded", header("oss-v1"),
		otherKey(func(raw, key string) string {
			if strings.Contains(raw, "%2E%2E") {
				return strings.TrimPrefix(path.Clean("/"+key), "/")
			}
			return key
		})},
	{"OSS1-RESOURCE-10", "folded", "folds blanks of a key", requests("oss-v1"), keyAs(replacing("  ", " "))},
	{"OSS1-RESOURCE-10", "trimmed", "trims blanks of a key", requests("oss-v1"), keyAs(func(key string) string { return strings.Trim(key, " ") })},
	{"OSS1-RESOURCE-10", "plus", "writes a plus sign for a blank", requests("oss-v1"), keyAs(replacing(" ", "+"))},
	{"OSS1-RESOURCE-10", "tabs-as-blanks", "makes blanks of tabs", header("oss-v1"), keyAs(replacing("\t", " "))},
	{"OSS1-RESOURCE-11", "blank", "reads a raw plus sign of the path as a blank", requests("oss-v1"), otherKey(func(raw, _ string) string { return wire.UnescapeQuery(raw) })},
	{"OSS1-RESOURCE-12", "lost", "drops a slash in front that travels encoded", requests("oss-v1"), keyAs(func(key string) string { return strings.TrimLeft(key, "/") })},
	{"OSS1-RESOURCE-12", "kept", "keeps a second raw slash in front", requests("oss-v1"),
		table(func(p *signature.Profile) { p.RawKey = func(r *signature.Resource) string { return r.RawKey } })},
	{"OSS1-RESOURCE-13", "cut-at-question-mark", "cuts a key at a question mark", requests("oss-v1"), cutAt("?")},
	{"OSS1-RESOURCE-13", "middle-lost", "loses what stands between two question marks of a key", header("oss-v1"),
		keyAs(func(key string) string {
			if parts := strings.Split(key, "?"); len(parts) > 2 {
				return parts[0] + "?" + parts[len(parts)-1]
			}
			return key
		})},
	{"OSS1-RESOURCE-13", "first-question-mark", "takes a question mark in front of a key off", header("oss-v1"), keyAs(func(key string) string { return strings.TrimPrefix(key, "?") })},
	{"OSS1-RESOURCE-13", "query-in-key", "takes a question mark of the key for the query's", header("oss-v1"),
		text(signature.CanonicalResource, func(built string) string {
			if strings.Count(built, "?") > 1 {
				i := strings.LastIndexByte(built, '?')
				return built[:i] + "&" + built[i+1:]
			}
			return built
		})},
	{"OSS1-RESOURCE-13", "cut-at-hash", "cuts a key at a hash sign", requests("oss-v1"), cutAt("#")},
	{"OSS1-RESOURCE-13", "line-ends-lost", "drops CR and LF", requests("oss-v1"),
		keyAs(func(key string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(key) })},
	{"OSS1-RESOURCE-13", "line-ends-as-one", "makes LF of CR LF", header("oss-v1"), keyAs(replacing("\r\n", "\n"))},
	{"OSS1-RESOURCE-13", "controls-lost", "drops control bytes", requests("oss-v1"),
		keyAs(func(key string) string {
			return strings.Map(func(r rune) rune {
				if r < 0x20 && r != '\t' && r != '\n' && r != '\r' && r != 0 || r == 0x7f {
					return -1
				}
				return r
			}, strings.ToValidUTF8(key, "?"))
		})},
	{"OSS1-RESOURCE-13", "cut-at-nul", "ends a key at a NUL", header("oss-v1"), cutAt("\x00")},
	{"OSS1-RESOURCE-13", "backslash-as-slash", "makes slashes of backslashes", requests("oss-v1"), keyAs(replacing(`\`, "/"))},
	{"OSS1-RESOURCE-13", "xml-escaped", "escapes < and & of a key", header("oss-v1"),
		keyAs(func(key string) string {
			if strings.Contains(key, "<") && strings.Contains(key, "\n") {
				return strings.ReplaceAll(key, "<", "&lt;")
			}
			return key
		})},
})

// ossV1Bytes are mutants that treat one byte of a key otherwise each: what
// escaping functions of different languages leave raw differs byte by byte.
func ossV1Bytes() []Mutant {
	var all []Mutant
	for _, c := range []byte(`&=+$,;:@"<[{^` + "`|") {
		all = append(all, Mutant{"OSS1-RESOURCE-02", fmt.Sprintf("%02x-stays-encoded", c), fmt.Sprintf("leaves %%%02X in the key", c), header("oss-v1"), keptEncoded(c)})
	}
	for _, c := range []byte("!~*'()") {
		all = append(all,
			Mutant{"OSS1-RESOURCE-14", fmt.Sprintf("%02x-stays-encoded", c), fmt.Sprintf("leaves %%%02X in the key", c), header("oss-v1"), keptEncoded(c)},
			Mutant{"OSS1-RESOURCE-14", fmt.Sprintf("%02x-encoded", c), fmt.Sprintf("signs %%%02X for %c", c, c), header("oss-v1"),
				keyAs(func(key string) string { return strings.ReplaceAll(key, string(c), fmt.Sprintf("%%%02X", c)) })})
	}
	return all
}

// keptEncoded does not decode the escapes of some bytes.
func keptEncoded(bytes ...byte) Break {
	return otherKey(func(raw, _ string) string {
		for _, c := range bytes {
			for _, form := range []string{"%%%02X", "%%%02x"} {
				escape := fmt.Sprintf(form, c)
				raw = strings.ReplaceAll(raw, escape, "%25"+escape[1:])
			}
		}
		return wire.Unescape(raw)
	})
}

// cutAt cuts a key.
func cutAt(mark string) Break {
	return keyAs(func(key string) string { cut, _, _ := strings.Cut(key, mark); return cut })
}

// serviceAs signs another resource for the service.
func serviceAs(resource string) Break {
	return resourcePath(func(r *signature.Resource, key string) string {
		if r.Bucket == "" {
			return resource
		}
		return slashed(r.Bucket) + key
	})
}

// bucketLostOn leaves the bucket out on some hosts.
func bucketLostOn(part string) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if strings.Contains(s.Request.Host(), part) {
			return strings.TrimPrefix(built, "/"+s.Resource.Bucket)
		}
		return built
	})
}
