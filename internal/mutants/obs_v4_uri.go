package mutants

import (
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the canonical URI of OBS V4.

// obsV4Encodings are the slips of an encoder, by the byte that it treats otherwise:
// what stands in the strict form, and what stands in its place.
var obsV4Encodings = []struct{ name, about, strict, other string }{
	{"exclamation-mark-raw", "leaves ! raw", "%21", "!"},
	{"apostrophe-raw", "leaves ' raw", "%27", "'"},
	{"asterisk-raw", "leaves * raw", "%2A", "*"},
	{"opening-parenthesis-raw", "leaves ( raw", "%28", "("},
	{"closing-parenthesis-raw", "leaves ) raw", "%29", ")"},
	{"plus-raw", "leaves + raw", "%2B", "+"},
	{"colon-raw", "leaves : raw", "%3A", ":"},
	{"at-raw", "leaves @ raw", "%40", "@"},
	{"equals-raw", "leaves = raw", "%3D", "="},
	{"ampersand-raw", "leaves & raw", "%26", "&"},
	{"dollar-raw", "leaves $ raw", "%24", "$"},
	{"comma-raw", "leaves a comma raw", "%2C", ","},
	{"semicolon-raw", "leaves a semicolon raw", "%3B", ";"},
	{"percent-raw", "takes a percent sign for the beginning of an escape", "%25", "%"},
	{"blank-as-plus", "writes a blank as a plus sign", "%20", "+"},
	{"bracket-raw", "leaves [ raw", "%5B", "["},
	{"pipe-raw", "leaves | raw", "%7C", "|"},
	{"caret-raw", "leaves ^ raw", "%5E", "^"},
	{"backtick-raw", "leaves a backtick raw", "%60", "`"},
	{"brace-raw", "leaves { raw", "%7B", "{"},
	{"quote-escaped-for-xml", "escapes a quote for XML first", "%22", "%26quot%3B"},
	{"less-than-escaped-for-xml", "escapes < for XML first", "%3C", "%26lt%3B"},
	{"tilde-encoded", "encodes the tilde", "~", "%7E"},
	{"dash-encoded", "encodes the dash", "-", "%2D"},
	{"underscore-encoded", "encodes the underscore", "_", "%5F"},
	{"composed", "composes accents", "e%CC%81", "%C3%A9"},
	{"decomposed", "decomposes accents", "%C3%A9", "e%CC%81"},
}

func obsV4URI() []Mutant {
	both := requests("obs-v4")
	path := func(name, about string, edit func(built string) string) Mutant {
		return Mutant{"OBS4-URI-01", name, about, both, text(signature.CanonicalResource, edit)}
	}
	out := []Mutant{
		path("lower-case-digits", "writes %XX in lower case", lowerEscapes),
		path("slash-encoded", "encodes slashes", replacing("/", "%2F")),
		path("encoded-twice", "encodes the wire path without decoding it", replacing("%", "%25")),
		path("decoded-twice", "decodes the path twice", func(b string) string { return wire.EscapePath(wire.Unescape(wire.Unescape(b))) }),
		path("cut-at-question-mark", "takes a question mark in the key for the query", upTo("%3F")),
		path("cut-at-hash", "takes a hash in the key for a fragment", upTo("%23")),
		path("backslash-as-slash", "makes a backslash a slash", replacing("%5C", "/")),
		path("double-slash-folded", "makes one slash of two", func(b string) string {
			return b[:1] + strings.ReplaceAll(b[1:], "//", "/")
		}),
		path("leading-slash-dropped", "drops a slash that begins the key", func(b string) string {
			return "/" + strings.TrimLeft(b, "/")
		}),
		path("trailing-slash-dropped", "drops a slash at the end", func(b string) string { return b[:1] + strings.TrimSuffix(b[1:], "/") }),
		path("dot-segment-removed", "removes ./", replacing("/./", "/")),
		path("dot-dot-resolved", "resolves ../", replacing("/a/../", "/")),
		path("trailing-dot-dropped", "drops a dot at the end", func(b string) string { return strings.TrimSuffix(b, ".") }),
		path("latin-1", "writes letters as Latin-1", func(b string) string { return wire.EscapePath(latin1(wire.Unescape(b))) }),
		path("surrogates", "encodes the halves of a surrogate pair", func(b string) string { return wire.EscapePath(surrogatesApart(wire.Unescape(b))) }),
		path("invalid-replaced", "replaces bytes that are no UTF-8", func(b string) string { return wire.EscapePath(strings.ToValidUTF8(wire.Unescape(b), "\uFFFD")) }),
		path("control-dropped", "drops control bytes", func(b string) string {
			return wire.EscapePath(strings.Map(func(r rune) rune {
				if r < ' ' || r == 0x7f {
					return -1
				}
				return r
			}, wire.Unescape(b)))
		}),
		path("cut-at-1000", "has a buffer of 1,000 bytes", func(b string) string { return b[:min(len(b), 1000)] }),
		path("lower-cased", "lowers the key", func(b string) string { return wire.EscapePath(strings.ToLower(wire.Unescape(b))) }),
		path("empty-for-slash", "signs an empty line for a path that is a slash", func(b string) string {
			if b == "/" {
				return ""
			}
			return b
		}),
		{"OBS4-URI-02", "bucket-in-virtual-host", "puts the bucket before the key although the host names it", both,
			bucketInPath(func(r *signature.Resource) bool { return r.Addressing == signature.VirtualHost && r.RawKey != "" })},
		{"OBS4-URI-02", "bucket-of-virtual-host", "signs /bucket/ for a bucket that the host names", both,
			bucketInPath(func(r *signature.Resource) bool {
				return r.Addressing == signature.VirtualHost && r.RawKey == "" && r.Bucket != ""
			})},
		{"OBS4-URI-02", "bucket-for-custom-domain", "puts the bucket before the key under a custom domain", both,
			bucketInPath(func(r *signature.Resource) bool { return r.Addressing == signature.CNAME })},
		{"OBS4-URI-02", "host-for-custom-domain", "puts the host before the key under a custom domain, as the older scheme does", both,
			output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
				if s.Resource.Addressing == signature.CNAME {
					return "/" + s.Resource.Host + built
				}
				return built
			})},
		{"OBS4-URI-03", "as-sent", "signs the path as it was sent", both,
			output(signature.CanonicalResource, func(s *signature.Signing, _ string) string { return s.Resource.RawPath })},
		{"OBS4-URI-03", "slash-kept-encoded", "keeps %2F of the wire", both,
			output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
				parts := strings.Split(s.Resource.RawPath, "%2F")
				for i := range parts {
					parts[i] = wire.EscapePath(wire.Unescape(parts[i]))
				}
				return strings.Join(parts, "%2F")
			})},
		{"OBS4-URI-03", "plus-as-blank", "takes a raw plus sign in the path for a blank", both,
			output(signature.CanonicalResource, func(s *signature.Signing, _ string) string {
				return wire.EscapePath(wire.UnescapeQuery(s.Resource.RawPath))
			})},
		{"OBS4-URI-04", "bucket-cut-off", "signs the key alone in path style", both, output(signature.CanonicalResource, onPathStyle(func(bucket, b string) string {
			if rest, ok := strings.CutPrefix(b, slashed(bucket)); ok && rest != "" {
				return "/" + rest
			}
			return b
		}))},
		{"OBS4-URI-04", "slash-added", "closes a bucket in path style with a slash", both, output(signature.CanonicalResource, onPathStyle(func(bucket, b string) string {
			if b == "/"+bucket {
				return b + "/"
			}
			return b
		}))},
		{"OBS4-URI-04", "slash-removed", "removes the slash behind a bucket in path style", both, output(signature.CanonicalResource, onPathStyle(func(bucket, b string) string {
			if b == slashed(bucket) {
				return "/" + bucket
			}
			return b
		}))},
	}
	for _, e := range obsV4Encodings {
		out = append(out, path(e.name, e.about, func(b string) string { return strings.ReplaceAll(b, e.strict, e.other) }))
	}
	return out
}

// bucketInPath puts the bucket in front of the path of some requests.
func bucketInPath(when func(r *signature.Resource) bool) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		if when(&s.Resource) {
			return "/" + s.Resource.Bucket + built
		}
		return built
	})
}

// onPathStyle edits a path where the bucket stands in it.
func onPathStyle(edit func(bucket, built string) string) func(s *signature.Signing, built string) string {
	return func(s *signature.Signing, built string) string {
		if s.Resource.Addressing == signature.PathStyle && s.Resource.Bucket != "" {
			return edit(s.Resource.Bucket, built)
		}
		return built
	}
}
