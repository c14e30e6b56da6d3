package mutants

import (
	"fmt"
	"path"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The canonical URI of OSS V4: bytes that are encoded otherwise, paths that are
// tidied up, buckets in the wrong place.
var ossV4URI = append(rawMarks(), []Mutant{
	{"OSS4-URI-01", "blank-as-plus", "signs a blank as a plus sign", requests("oss-v4"), replaced(signature.CanonicalResource, "%20", "+")},
	{"OSS4-URI-01", "encodes-tilde", "signs ~ as %7E", requests("oss-v4"), replaced(signature.CanonicalResource, "~", "%7E")},
	{"OSS4-URI-01", "encodes-unreserved-marks", "signs - . _ encoded", requests("oss-v4"), text(signature.CanonicalResource, func(built string) string {
		return strings.NewReplacer("-", "%2D", ".", "%2E", "_", "%5F").Replace(built)
	})},
	{"OSS4-URI-01", "small-digits", "signs %e4 in small letters", requests("oss-v4"), text(signature.CanonicalResource, lowerEscapes)},
	{"OSS4-URI-01", "encodes-slashes", "signs the slashes of the key as %2F: the rule of V2", requests("oss-v4"), inKey(replacing("/", "%2F"))},
	{"OSS4-URI-01", "encoded-twice", "encodes the percent signs again", requests("oss-v4"), replaced(signature.CanonicalResource, "%", "%25")},
	{"OSS4-URI-01", "delete-raw", "takes DEL for a character that needs no encoding", requests("oss-v4"), replaced(signature.CanonicalResource, "%7F", "\x7f")},
	{"OSS4-URI-01", "tab-as-blank", "signs a tab as a blank", requests("oss-v4"), replaced(signature.CanonicalResource, "%09", "%20")},
	{"OSS4-URI-01", "ends-at-nul", "ends the key at a NUL byte", requests("oss-v4"), inKey(upTo("%00"))},
	{"OSS4-URI-01", "trims-blanks", "trims the blank at the end of a key", requests("oss-v4"), inKey(func(key string) string { return strings.TrimSuffix(key, "%20") })},
	{"OSS4-URI-01", "buffer-of-two-kibibytes", "cuts the URI at 2048 bytes", requests("oss-v4"), text(signature.CanonicalResource, func(built string) string { return built[:min(len(built), 2048)] })},
	{"OSS4-URI-01", "ends-at-number-sign", "takes what follows # for a fragment", requests("oss-v4"), inKey(upTo("%23"))},
	{"OSS4-URI-01", "ends-at-semicolon", "takes what follows ; for path parameters", requests("oss-v4"), inKey(upTo("%3B"))},
	{"OSS4-URI-01", "small-letters", "signs the key in small letters", requests("oss-v4"), decodedKey(strings.ToLower)},

	{"OSS4-URI-02", "as-sent", "signs the path as it is on the wire", requests("oss-v4"), keyAsSent(func(raw string) string { return raw })},
	{"OSS4-URI-02", "only-what-is-raw", "encodes what travels raw and keeps every sequence of the wire", requests("oss-v4"), keyAsSent(encodeRest)},
	{"OSS4-URI-02", "plus-as-blank", "decodes a plus sign of the path as a blank", requests("oss-v4"), rawKey(replacing("+", "%20"))},
	{"OSS4-URI-02", "lacks-decoding", "encodes the percent signs of the wire", requests("oss-v4"), rawKey(replacing("%", "%25"))},
	{"OSS4-URI-02", "keeps-raw-parentheses", "leaves ( and ) as they travelled", requests("oss-v4"), keyAsSent(func(raw string) string {
		return strings.NewReplacer("%28", "(", "%29", ")").Replace(encodeRest(wire.EscapePath(wire.Unescape(raw))))
	})},

	{"OSS4-URI-03", "keeps-encoded-slash", "signs %2F of the wire as %2F", requests("oss-v4"), keyAsSent(func(raw string) string {
		return strings.ReplaceAll(wire.EscapePath(wire.Unescape(strings.NewReplacer("%2F", "\x00", "%2f", "\x00").Replace(raw))), "%00", "%2F")
	})},
	{"OSS4-URI-03", "capital-encoded-slash-only", "knows %2F and not %2f", requests("oss-v4"), keyAsSent(func(raw string) string {
		return strings.ReplaceAll(wire.EscapePath(wire.Unescape(strings.ReplaceAll(raw, "%2f", "\x00"))), "%00", "%2f")
	})},
	{"OSS4-URI-04", "decoded-twice", "decodes the key twice", requests("oss-v4"), decodedKey(wire.Unescape)},
	{"OSS4-URI-04", "encoded-slash-decoded-twice", "takes a literal %2F for a slash", requests("oss-v4"), replaced(signature.CanonicalResource, "%252F", "/")},
	{"OSS4-URI-04", "leaves-sequences-alone", "leaves alone what looks encoded already", requests("oss-v4"), replaced(signature.CanonicalResource, "%25", "%")},

	{"OSS4-URI-05", "bucket-left-out", "signs the path of a virtual host without the bucket", requests("oss-v4"), pathFor(signature.VirtualHost, func(bucket, key string) string { return "/" + key })},
	{"OSS4-URI-05", "bucket-twice", "adds the bucket to a path that has it", requests("oss-v4"), pathFor(signature.PathStyle, func(bucket, key string) string { return "/" + bucket + "/" + bucket + "/" + key })},
	{"OSS4-URI-05", "domain-without-bucket", "signs the path of a custom domain without a bucket", requests("oss-v4"), pathFor(signature.CNAME, func(bucket, key string) string { return "/" + key })},
	{"OSS4-URI-05", "first-label-as-bucket", "takes the first label of a custom domain for the bucket", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		label, _, _ := strings.Cut(s.Resource.Host, ".")
		if s.Resource.Addressing != signature.CNAME {
			return built
		}
		return strings.Replace(built, "/"+s.Resource.Bucket+"/", "/"+label+"/", 1)
	})},
	{"OSS4-URI-05", "endpoint-by-its-name", "takes every host with oss in it for an endpoint", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		label, rest, _ := strings.Cut(s.Resource.Host, ".")
		if s.Resource.Addressing != signature.CNAME || !strings.HasPrefix(label, "oss") {
			return built
		}
		return strings.Replace(built, "/"+s.Resource.Bucket+"/", "/"+rest+"/", 1)
	})},
	{"OSS4-URI-05", "bucket-stripped-everywhere", "takes the name of the bucket off the key too", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		own := "/" + s.Resource.Bucket + "/"
		return strings.Replace(built, own+s.Resource.Bucket+"/", own, 1)
	})},
	{"OSS4-URI-05", "host-compared-with-its-port", "knows no bucket in a host with a port", requests("oss-v4"), portBreaks(signature.VirtualHost)},
	{"OSS4-URI-05", "label-of-an-address", "takes the first number of an IP address for the bucket", requests("oss-v4"), portBreaks(signature.PathStyle)},
	{"OSS4-URI-05", "host-compared-with-letter-case", "finds a bucket only in a host of small letters", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Addressing == signature.VirtualHost && strings.ToLower(s.Resource.Host) != s.Resource.Host {
			return strings.TrimPrefix(built, "/"+s.Resource.Bucket)
		}
		return built
	})},
	{"OSS4-URI-05", "absolute-form-as-path", "signs the whole target of a proxy", header("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Target.Scheme != "" {
			return s.Target.Scheme + "://" + s.Target.Authority + built
		}
		return built
	})},
	{"OSS4-URI-06", "bucket-without-slash", "signs a bucket as /bucket", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.RawKey == "" && s.Resource.Bucket != "" {
			return strings.TrimSuffix(built, "/")
		}
		return built
	})},
	{"OSS4-URI-06", "bucket-path-as-sent", "signs the path of a path-style bucket as it is sent", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Addressing == signature.PathStyle && s.Resource.RawKey == "" && s.Resource.Bucket != "" {
			return s.Resource.RawPath
		}
		return built
	})},
	{"OSS4-URI-06", "second-slash-of-a-bucket", "adds a slash to a bucket whose path ends in one", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Addressing == signature.PathStyle && s.Resource.RawKey == "" && len(s.Resource.RawPath) > 1 && strings.HasSuffix(s.Resource.RawPath, "/") {
			return built + "/"
		}
		return built
	})},
	{"OSS4-URI-06", "two-slashes-for-the-service", "signs // for the service", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Bucket == "" {
			return "//"
		}
		return built
	})},
	{"OSS4-URI-06", "domain-root-is-the-service", "signs a slash for the root of a custom domain", requests("oss-v4"), output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Addressing == signature.CNAME && s.Resource.RawKey == "" {
			return "/"
		}
		return built
	})},

	{"OSS4-URI-07", "dot-segments-removed", "resolves dot segments", requests("oss-v4"), decodedKey(func(key string) string {
		if strings.Contains("/"+key, "/./") || strings.Contains("/"+key, "/../") {
			return strings.TrimPrefix(path.Clean("/"+key), "/")
		}
		return key
	})},
	{"OSS4-URI-07", "single-dots-removed", "drops /./ inside a key", requests("oss-v4"), decodedKey(replacing("/./", "/"))},
	{"OSS4-URI-07", "leading-dot-removed", "drops ./ in front of a key", requests("oss-v4"), decodedKey(func(key string) string { return strings.TrimPrefix(key, "./") })},
	{"OSS4-URI-07", "double-slashes-collapsed", "makes one slash of two", requests("oss-v4"), decodedKey(replacing("//", "/"))},
	{"OSS4-URI-07", "trailing-slash-lost", "drops the slash at the end of a key", requests("oss-v4"), decodedKey(func(key string) string { return strings.TrimSuffix(key, "/") })},

	{"OSS4-URI-08", "latin-1", "encodes é as ISO 8859-1", requests("oss-v4"), replaced(signature.CanonicalResource, "%C3%A9", "%E9")},
	{"OSS4-URI-08", "composed", "composes accents (NFC)", requests("oss-v4"), replaced(signature.CanonicalResource, "e%CC%81", "%C3%A9")},
	{"OSS4-URI-08", "decomposed", "decomposes accents (NFD)", requests("oss-v4"), replaced(signature.CanonicalResource, "%C3%A9", "e%CC%81")},
	{"OSS4-URI-08", "surrogates", "encodes the halves of a UTF-16 pair apart", requests("oss-v4"), decodedKey(surrogatesApart)},
	{"OSS4-URI-08", "javascript-escape", "writes %u7167 as escape() does", requests("oss-v4"), inKey(escapeOfJavaScript)},
	{"OSS4-URI-08", "replacement-characters", "puts U+FFFD in the place of what is no UTF-8", requests("oss-v4"), decodedKey(func(key string) string { return strings.ToValidUTF8(key, "\ufffd") })},
	{"OSS4-URI-08", "line-feeds-dropped", "drops line feeds", requests("oss-v4"), replaced(signature.CanonicalResource, "%0A", "")},
	{"OSS4-URI-08", "carriage-returns-dropped", "drops carriage returns", requests("oss-v4"), replaced(signature.CanonicalResource, "%0D", "")},
	{"OSS4-URI-08", "leading-question-mark-is-a-query", "takes a question mark in front of the key for the query", requests("oss-v4"), inKey(func(key string) string {
		if strings.HasPrefix(key, "%3F") {
			return ""
		}
		return key
	})},
	{"OSS4-URI-08", "split-at-question-marks", "joins two parts of a key with question marks, and loses the others", requests("oss-v4"), inKey(func(key string) string {
		parts := strings.Split(key, "%3F")
		return strings.Join(parts[:min(2, len(parts))], "%3F")
	})},
	{"OSS4-URI-01", "backslash-as-slash", "turns a backslash around", requests("oss-v4"), replaced(signature.CanonicalResource, "%5C", "/")},
	{"OSS4-URI-09", "encoded-leading-slash-lost", "drops every slash in front of the key, encoded ones too", requests("oss-v4"), decodedKey(func(key string) string { return strings.TrimLeft(key, "/") })},
	{"OSS4-URI-09", "raw-leading-slash-kept", "signs a raw slash in front of the key", requests("oss-v4"), table(func(p *signature.Profile) {
		p.RawKey = func(r *signature.Resource) string { return r.RawKey }
	})},
	{"OSS4-URI-09", "one-raw-slash-hides-an-encoded-one", "drops the encoded slash behind a raw one", requests("oss-v4"), rawKey(func(raw string) string {
		if strings.HasPrefix(raw, "/%2F") {
			return strings.TrimPrefix(raw, "/%2F")
		}
		return raw
	})},
}...)

// rawMarks leave one mark each raw: every encoder with a table of its own
// is one or a few of them.
func rawMarks() []Mutant {
	var out []Mutant
	for _, m := range riskyMarks {
		out = append(out, Mutant{"OSS4-URI-01", "raw-" + m.name, "signs " + m.char + " raw in the URI", requests("oss-v4"), replaced(signature.CanonicalResource, wire.EscapeValue(m.char), m.char)})
	}
	return out
}

// decodedKey edits the key before it is encoded.
func decodedKey(edit func(key string) string) Break {
	return inKey(func(key string) string { return wire.EscapePath(edit(wire.Unescape(key))) })
}

// keyAsSent makes the canonical key from the one on the wire.
func keyAsSent(edit func(raw string) string) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Bucket == "" {
			return built
		}
		return "/" + s.Resource.Bucket + "/" + edit(strings.TrimLeft(s.Resource.RawKey, "/"))
	})
}

// encodeRest encodes what is neither unreserved nor a sequence already.
func encodeRest(raw string) string { return strings.ReplaceAll(wire.EscapePath(raw), "%25", "%") }

// pathFor makes the URI of one addressing otherwise.
func pathFor(addressing signature.Addressing, path func(bucket, key string) string) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Addressing != addressing || s.Resource.Bucket == "" {
			return built
		}
		_, key, _ := strings.Cut(built[1:], "/")
		return path(s.Resource.Bucket, key)
	})
}

// portBreaks loses the bucket of hosts with a port, in one addressing.
func portBreaks(addressing signature.Addressing) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if s.Resource.Addressing == addressing && strings.Contains(s.Request.Host(), ":") {
			return strings.TrimPrefix(built, "/"+s.Resource.Bucket)
		}
		return built
	})
}

// escapeOfJavaScript writes a key as escape() of JavaScript does.
func escapeOfJavaScript(key string) string {
	var b strings.Builder
	for _, r := range wire.Unescape(key) {
		switch {
		case r < 0x80:
			b.WriteString(wire.EscapePath(string(r)))
		case r < 0x100:
			fmt.Fprintf(&b, "%%%02X", r)
		default:
			fmt.Fprintf(&b, "%%u%04X", r)
		}
	}
	return b.String()
}
