package mutants

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the resource of OSS V2: bucket and key, encoded with their slashes.
var ossV2Resource = slices.Concat(
	[]Mutant{
		{"OSS2-RESOURCE-01", "slashes-kept", "keeps the slashes", requests("oss-v2"), pathAs(replacing("%2F", "/"))},
		{"OSS2-RESOURCE-01", "slashes-of-the-key-kept", "encodes the slashes around the bucket only", requests("oss-v2"),
			pathAs(func(path string) string {
				parts := strings.SplitN(path, "%2F", 3)
				return strings.Join(append(parts[:len(parts)-1:len(parts)-1], strings.ReplaceAll(parts[len(parts)-1], "%2F", "/")), "%2F")
			})},
		{"OSS2-RESOURCE-01", "lower-case-slashes", "writes %2f", requests("oss-v2"), pathAs(replacing("%2F", "%2f"))},
		{"OSS2-RESOURCE-01", "last-slash-lost", "drops a slash at the end of a key", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				if s.Resource.RawKey == "" {
					return path
				}
				return strings.TrimSuffix(path, "%2F")
			})},
		{"OSS2-RESOURCE-02", "lower-case", "writes escapes in lower-case hexadecimal", requests("oss-v2"),
			pathAs(lowerEscapes)},
		{"OSS2-RESOURCE-02", "decoded", "does not encode at all but for slashes", requests("oss-v2"),
			pathAs(func(path string) string {
				return strings.ReplaceAll(wire.Unescape(path), "/", "%2F")
			})},
		{"OSS2-RESOURCE-02", "blank-as-plus", "writes a blank as a plus sign", requests("oss-v2"), pathAs(replacing("%20", "+"))},
		{"OSS2-RESOURCE-02", "tilde-encoded", "encodes the tilde", requests("oss-v2"), pathAs(replacing("~", "%7E"))},
		{"OSS2-RESOURCE-02", "hyphen-encoded", "encodes the hyphen", header("oss-v2"), pathAs(replacing("-", "%2D"))},
		{"OSS2-RESOURCE-02", "underscore-encoded", "encodes the underscore", header("oss-v2"), pathAs(replacing("_", "%5F"))},
		{"OSS2-RESOURCE-02", "latin-1", "encodes the key in ISO-8859-1", header("oss-v2"), pathAs(replacing("%C3%A9", "%E9"))},
		{"OSS2-RESOURCE-02", "gbk", "encodes the key in GBK", header("oss-v2"), pathAs(replacing("%E4%B8%AD%E6%96%87", "%D6%D0%CE%C4"))},
		{"OSS2-RESOURCE-02", "surrogates", "encodes surrogates one by one", requests("oss-v2"), pathAs(replacing("%F0%9F%98%80", "%ED%A0%BD%ED%B8%80"))},
		{"OSS2-RESOURCE-02", "composed", "composes letters and marks", header("oss-v2"), pathAs(replacing("e%CC%81", "%C3%A9"))},
		{"OSS2-RESOURCE-02", "replacement-character", "puts U+FFFD where bytes are no UTF-8", header("oss-v2"),
			pathAs(func(path string) string {
				return wire.EscapeValue(strings.ToValidUTF8(wire.Unescape(path), "\ufffd"))
			})},
		{"OSS2-RESOURCE-02", "control-bytes-dropped", "drops tabs and line feeds", header("oss-v2"),
			pathAs(func(path string) string {
				return strings.NewReplacer("%09", "", "%0A", "").Replace(path)
			})},
		{"OSS2-RESOURCE-02", "ends-at-nul", "ends the key at a NUL", header("oss-v2"),
			pathAs(upTo("%00"))},
		{"OSS2-RESOURCE-02", "cut-at-2048", "cuts the resource at 2048 bytes", requests("oss-v2"),
			pathAs(func(path string) string { return path[:min(len(path), 2048)] })},

		{"OSS2-RESOURCE-03", "as-sent", "signs the path as it was sent, slashes encoded", requests("oss-v2"),
			inPath(func(s *signature.Signing, _ string) string {
				if s.Resource.Bucket == "" {
					return "%2F"
				}
				return "%2F" + s.Resource.Bucket + "%2F" + strings.ReplaceAll(strings.TrimLeft(s.Resource.RawKey, "/"), "/", "%2F")
			})},
		{"OSS2-RESOURCE-03", "encoded-twice", "encodes the escapes of the wire", requests("oss-v2"),
			rawKey(replacing("%", "%25"))},
		{"OSS2-RESOURCE-03", "decoded-twice", "decodes the path twice", requests("oss-v2"), rawKey(wire.Unescape)},
		{"OSS2-RESOURCE-03", "encoded-slash-kept", "takes %2F on the wire for a part of a name", requests("oss-v2"),
			rawKey(func(raw string) string { return strings.NewReplacer("%2F", "%252F", "%2f", "%252F").Replace(raw) })},
		{"OSS2-RESOURCE-03", "unreserved-escapes-kept", "keeps needless escapes of the wire", requests("oss-v2"),
			rawKey(func(raw string) string {
				return strings.NewReplacer("%61", "%2561", "%6e", "%256e", "%7E", "%257E", "%7e", "%257e").Replace(raw)
			})},
		{"OSS2-RESOURCE-03", "lower-case-escapes-kept", "keeps lower-case escapes of the wire", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				if raw := s.Resource.RawKey; raw != upperEscapes(raw) {
					return lowerEscapes(path)
				}
				return path
			})},
		{"OSS2-RESOURCE-03", "raw-reserved-kept", "keeps what stands raw in the path", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				for _, c := range ":@&=" {
					if strings.ContainsRune(s.Resource.RawKey, c) {
						path = strings.ReplaceAll(path, fmt.Sprintf("%%%02X", c), string(c))
					}
				}
				return path
			})},
		{"OSS2-RESOURCE-03", "raw-sub-delimiters-kept", "keeps parentheses and their like that stand raw in the path", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				for _, c := range "!'()*" {
					if strings.ContainsRune(s.Resource.RawKey, c) {
						path = strings.ReplaceAll(path, fmt.Sprintf("%%%02X", c), string(c))
					}
				}
				return path
			})},

		{"OSS2-RESOURCE-04", "path-as-resource", "signs the path of the request for bucket and key", requests("oss-v2"),
			inPath(func(s *signature.Signing, _ string) string {
				return wire.EscapeValue(wire.Unescape(s.Resource.RawPath))
			})},
		{"OSS2-RESOURCE-04", "bucket-twice", "puts the bucket in front of a path that names it", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				if s.Resource.Addressing == signature.PathStyle && s.Resource.Bucket != "" && s.Resource.RawKey != "" {
					return "%2F" + s.Resource.Bucket + path
				}
				return path
			})},
		{"OSS2-RESOURCE-04", "cname-without-bucket", "knows no bucket behind a custom domain", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				if s.Resource.Addressing == signature.CNAME {
					return strings.TrimPrefix(path, "%2F"+s.Resource.Bucket)
				}
				return path
			})},
		{"OSS2-RESOURCE-04", "cname-first-label", "takes the first label of a custom domain for the bucket", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				if label, _, _ := strings.Cut(s.Resource.Host, "."); s.Resource.Addressing == signature.CNAME {
					return strings.Replace(path, s.Resource.Bucket, label, 1)
				}
				return path
			})},
		{"OSS2-RESOURCE-04", "guesses-path-style", "takes a key that begins with the bucket for path style", requests("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				return strings.Replace(path, s.Resource.Bucket+"%2F"+s.Resource.Bucket+"%2F", s.Resource.Bucket+"%2F", 1)
			})},
		{"OSS2-RESOURCE-04", "port-in-bucket", "puts the port behind the bucket", header("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				if _, port, ok := strings.Cut(s.Request.Host(), ":"); ok && s.Resource.Addressing == signature.VirtualHost {
					return strings.Replace(path, s.Resource.Bucket, s.Resource.Bucket+"%3A"+port, 1)
				}
				return path
			})},
		{"OSS2-RESOURCE-04", "address-as-bucket", "takes the first number of an address for the bucket", header("oss-v2"),
			inPath(func(s *signature.Signing, path string) string {
				first, _, _ := strings.Cut(s.Resource.Host, ".")
				if _, err := strconv.Atoi(first); err == nil {
					return strings.Replace(path, s.Resource.Bucket, first, 1)
				}
				return path
			})},

		{"OSS2-RESOURCE-05", "bucket-without-slash", "ends a bucket without a slash", requests("oss-v2"),
			withoutKey(func(s *signature.Signing) bool { return s.Resource.Bucket != "" }, "%2F", "")},
		{"OSS2-RESOURCE-05", "path-style-as-sent", "ends a bucket as the path does", requests("oss-v2"),
			withoutKey(func(s *signature.Signing) bool { return s.Resource.RawPath == "/"+s.Resource.Bucket }, "%2F", "")},
		{"OSS2-RESOURCE-05", "two-slashes-with-path-style", "adds a slash to the one of the path", requests("oss-v2"),
			withoutKey(func(s *signature.Signing) bool { return s.Resource.RawPath == slashed(s.Resource.Bucket) }, "%2F", "%2F%2F")},
		{"OSS2-RESOURCE-05", "service-with-two-slashes", "signs two slashes for the service", requests("oss-v2"),
			withoutKey(func(s *signature.Signing) bool { return s.Resource.Bucket == "" }, "%2F", "%2F%2F")},
		{"OSS2-RESOURCE-05", "service-empty", "signs nothing for the service", requests("oss-v2"),
			withoutKey(func(s *signature.Signing) bool { return s.Resource.Bucket == "" }, "%2F", "")},

		{"OSS2-RESOURCE-06", "dots-resolved", "resolves dot segments", requests("oss-v2"),
			keyOfV2(func(key string) string {
				if !strings.Contains(key, "..") {
					return key
				}
				return strings.TrimPrefix(path.Clean("/"+key), "/")
			})},
		{"OSS2-RESOURCE-06", "single-dots-dropped", "drops single-dot segments", requests("oss-v2"),
			keyOfV2(replacing("/./", "/"))},
		{"OSS2-RESOURCE-06", "double-slash-folded", "folds double slashes", requests("oss-v2"),
			keyOfV2(replacing("//", "/"))},
		{"OSS2-RESOURCE-06", "trailing-slash-dropped", "drops a slash at the end", requests("oss-v2"),
			keyOfV2(func(key string) string { return strings.TrimSuffix(key, "/") })},
		{"OSS2-RESOURCE-07", "raw-slash-kept", "keeps raw slashes in front", requests("oss-v2"),
			table(func(p *signature.Profile) { p.RawKey = func(r *signature.Resource) string { return r.RawKey } })},
		{"OSS2-RESOURCE-07", "encoded-slash-dropped", "drops encoded slashes in front too", requests("oss-v2"),
			keyOfV2(func(key string) string { return strings.TrimLeft(key, "/") })},
		{"OSS2-RESOURCE-08", "plus-as-blank", "reads a plus sign of the path as a blank", requests("oss-v2"),
			rawKey(replacing("+", "%20"))},
	},
	rawBytes("OSS2-RESOURCE-02", header("oss-v2"), "!'()*+&=:@$,;#?%\\[]{}\"<>^`|", inResourcePath),
)

// byteNames are the names of printable bytes in ids of mutants.
var byteNames = map[rune]string{
	'!': "exclamation-mark", '\'': "apostrophe", '(': "opening-parenthesis", ')': "closing-parenthesis", '*': "asterisk", '+': "plus",
	'&': "ampersand", '=': "equals", ':': "colon", '@': "at-sign", '$': "dollar", ',': "comma", ';': "semicolon", '#': "number-sign",
	'?': "question-mark", '%': "percent", '\\': "backslash", '[': "opening-bracket", ']': "closing-bracket", '{': "opening-brace",
	'}': "closing-brace", '"': "double-quote", '<': "less-than", '>': "greater-than", '^': "caret", '`': "backquote", '|': "bar", '/': "slash",
}

// rawBytes has a mutant for each byte that an encoder may leave raw.
func rawBytes(requirement string, profiles []string, raw string, replace func(right, written string) Break) []Mutant {
	var out []Mutant
	for _, c := range raw {
		out = append(out, Mutant{requirement, byteNames[c] + "-raw", "leaves " + string(c) + " raw", profiles, replace(fmt.Sprintf("%%%02X", c), string(c))})
	}
	return out
}

// inResourcePath replaces a text in the path of the resource.
func inResourcePath(right, written string) Break {
	return pathAs(func(path string) string { return strings.ReplaceAll(path, right, written) })
}

// keyOfV2 signs another key.
func keyOfV2(change func(key string) string) Break {
	return inPath(func(s *signature.Signing, path string) string {
		if s.Resource.Bucket == "" {
			return path
		}
		front := "%2F" + wire.EscapeValue(s.Resource.Bucket) + "%2F"
		return front + wire.EscapeValue(change(wire.Unescape(strings.TrimPrefix(path, front))))
	})
}

// withoutKey ends the path of requests without a key otherwise.
func withoutKey(there func(s *signature.Signing) bool, end, written string) Break {
	return inPath(func(s *signature.Signing, path string) string {
		if s.Resource.RawKey == "" && there(s) {
			return strings.TrimSuffix(path, end) + written
		}
		return path
	})
}
