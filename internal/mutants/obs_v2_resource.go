package mutants

import (
	"path"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the path in the CanonicalizedResource.

// Bytes of a key that a signer or a server puts into another form: what stands
// on the wire, and what is signed in its place.
var obsV2Bytes = []struct{ requirement, name, about, wire, signed string }{
	{"OBS2-RESOURCE-02", "plus-decoded", "decodes %2B", "%2B", "+"},
	{"OBS2-RESOURCE-02", "plus-encoded", "encodes a raw plus sign", "+", "%2B"},
	{"OBS2-RESOURCE-02", "percent-decoded", "decodes %25", "%25", "%"},
	{"OBS2-RESOURCE-02", "encoded-slash-decoded", "decodes %252F once", "%252F", "%2F"},
	{"OBS2-RESOURCE-02", "slash-decoded", "decodes %2F", "%2F", "/"},
	{"OBS2-RESOURCE-02", "slash-in-capitals", "writes %2f as %2F", "%2f", "%2F"},
	{"OBS2-RESOURCE-02", "question-mark-decoded", "decodes %3F", "%3F", "?"},
	{"OBS2-RESOURCE-02", "hash-decoded", "decodes %23", "%23", "#"},
	{"OBS2-RESOURCE-02", "parenthesis-decoded", "decodes %28", "%28", "("},
	{"OBS2-RESOURCE-02", "parenthesis-encoded", "encodes a raw (", "(", "%28"},
	{"OBS2-RESOURCE-02", "exclamation-mark-encoded", "encodes a raw !", "!", "%21"},
	{"OBS2-RESOURCE-02", "ampersand-encoded", "encodes a raw &", "&", "%26"},
	{"OBS2-RESOURCE-02", "colon-encoded", "encodes a raw colon", ":", "%3A"},
	{"OBS2-RESOURCE-02", "comma-encoded", "encodes a raw comma", ",", "%2C"},
	{"OBS2-RESOURCE-02", "bracket-encoded", "encodes a raw [", "[", "%5B"},
	{"OBS2-RESOURCE-02", "backslash-turned", "makes a slash of %5C", "%5C", "/"},
	{"OBS2-RESOURCE-02", "tilde-decoded", "decodes %7E", "%7E", "~"},
	{"OBS2-RESOURCE-02", "letter-decoded", "decodes %61", "%61", "a"},
	{"OBS2-RESOURCE-02", "accent-composed", "composes accents", "e%CC%81", "%C3%A9"},
	{"OBS2-RESOURCE-02", "raw-utf-8-encoded", "encodes raw UTF-8", "\u00e9", "%C3%A9"},
	{"OBS2-RESOURCE-02", "digits-in-capitals", "writes %e4 as %E4", "%e4", "%E4"},
	{"OBS2-RESOURCE-02", "no-utf-8-replaced", "replaces bytes that are no UTF-8", "%FF", "%EF%BF%BD"},
	{"OBS2-RESOURCE-02", "line-feed-decoded", "decodes %0A", "%0A", "\n"},
	{"OBS2-RESOURCE-02", "carriage-return-lost", "loses %0D", "%0D", ""},
	{"OBS2-RESOURCE-02", "tab-lost", "loses %09", "%09", ""},
	{"OBS2-RESOURCE-02", "dot-decoded", "decodes %2E", "%2E", "."},
	{"OBS2-RESOURCE-03", "blank-as-plus", "writes a plus sign for a blank", "%20", "+"},
	{"OBS2-RESOURCE-03", "tilde-encoded", "encodes a tilde", "~", "%7E"},
	{"OBS2-RESOURCE-03", "slash-encoded", "encodes the slash", "/", "%2F"},
	{"OBS2-RESOURCE-03", "latin-1", "encodes in Latin-1", "%C3%A9", "%E9"},
	{"OBS2-RESOURCE-03", "gbk", "encodes in GBK", "%E4%B8%AD", "%D6%D0"},
	{"OBS2-RESOURCE-03", "surrogates", "encodes the two halves of a character", "%F0%9F%93%B7", "%ED%A0%BD%ED%B3%B7"},
	{"OBS2-RESOURCE-03", "small-digits", "writes brackets in small hexadecimal digits", "%5B", "%5b"},
	{"OBS2-RESOURCE-04", "slashes-merged", "makes one slash of two", "//", "/"},
	{"OBS2-RESOURCE-04", "dots-dropped", "drops a dot segment", "./", ""},
}

var obsV2Keys = append([]Mutant{
	{"OBS2-RESOURCE-01", "decoded", "signs the key decoded: the rule of OSS", requests(obsV2Scheme), inKey(wire.Unescape)},
	{"OBS2-RESOURCE-01", "without-bucket", "leaves the bucket out", requests(obsV2Scheme),
		inPath(func(s *signature.Signing, path string) string { return strings.TrimPrefix(path, "/"+s.Resource.Bucket) })},
	{"OBS2-RESOURCE-01", "path-style-bucket-twice", "puts the bucket in front of a path that has it", requests(obsV2Scheme),
		inPath(func(s *signature.Signing, path string) string {
			if s.Resource.Addressing == signature.PathStyle && s.Resource.RawKey != "" {
				return "/" + s.Resource.Bucket + path
			}
			return path
		})},
	{"OBS2-RESOURCE-01", "port-in-bucket", "takes the port of a virtual host into the bucket", requests(obsV2Scheme),
		inPath(func(s *signature.Signing, path string) string {
			if host := s.Request.Host(); s.Resource.Addressing == signature.VirtualHost && strings.HasSuffix(host, ":8080") {
				return "/" + s.Resource.Bucket + ":8080" + strings.TrimPrefix(path, "/"+s.Resource.Bucket)
			}
			return path
		})},
	{"OBS2-RESOURCE-01", "address-as-bucket", "takes the first number of an IP address for the bucket", requests(obsV2Scheme),
		inPath(func(s *signature.Signing, path string) string {
			if first, rest, _ := strings.Cut(s.Request.Host(), "."); strings.Trim(first, "0123456789") == "" && rest != "" {
				return "/" + first + path
			}
			return path
		})},
	{"OBS2-RESOURCE-01", "whole-url", "signs the whole URL of an absolute-form target", requests(obsV2Scheme),
		inPath(func(s *signature.Signing, path string) string {
			if s.Target.Authority != "" {
				return s.Request.Target
			}
			return path
		})},
	{"OBS2-RESOURCE-01", "cut", "cuts keys at 1000 bytes", requests(obsV2Scheme), inKey(func(key string) string { return key[:min(len(key), 1000)] })},
	{"OBS2-RESOURCE-02", "semicolon-cut", "cuts a path at its semicolon", requests(obsV2Scheme), inKey(upTo(";"))},
	{"OBS2-RESOURCE-02", "cut-at-nul", "cuts a path at %00", requests(obsV2Scheme), inKey(upTo("%00"))},
	{"OBS2-RESOURCE-04", "leading-slash-dropped", "drops a leading slash: the rule of OSS", requests(obsV2Scheme), inKey(func(key string) string { return strings.TrimPrefix(key, "/") })},
	{"OBS2-RESOURCE-04", "trailing-slash-dropped", "drops a trailing slash", requests(obsV2Scheme), inKey(func(key string) string { return strings.TrimSuffix(key, "/") })},
	{"OBS2-RESOURCE-04", "leading-dot-dropped", "drops a leading dot segment", requests(obsV2Scheme), inKey(func(key string) string { return strings.TrimPrefix(key, "./") })},
	{"OBS2-RESOURCE-04", "encoded-slash-dropped", "drops a leading %2F", requests(obsV2Scheme), inKey(func(key string) string { return strings.TrimPrefix(key, "%2F") })},
	{"OBS2-RESOURCE-04", "dots-resolved", "resolves two dots", requests(obsV2Scheme), inKey(func(key string) string {
		if strings.Contains(key, "../") {
			return path.Clean(key)
		}
		return key
	})},
	{"OBS2-RESOURCE-04", "encoded-dots-resolved", "decodes %2E%2E and resolves it", requests(obsV2Scheme), inKey(func(key string) string {
		if strings.Contains(key, "%2E%2E/") {
			return path.Clean(strings.ReplaceAll(key, "%2E", "."))
		}
		return key
	})},
}, otherBytes()...)

func otherBytes() []Mutant {
	family := make([]Mutant, len(obsV2Bytes))
	for i, b := range obsV2Bytes {
		family[i] = Mutant{b.requirement, b.name, b.about, requests(obsV2Scheme),
			inKey(func(key string) string { return strings.ReplaceAll(key, b.wire, b.signed) })}
	}
	return family
}

// atLevel edits the resource of requests without a key.
func atLevel(of signature.Addressing, edit func(path string) string) Break {
	return inPath(func(s *signature.Signing, path string) string {
		if s.Resource.Addressing == of && s.Resource.RawKey == "" && s.Resource.Bucket != "" {
			return edit(path)
		}
		return path
	})
}

// unslashed is a path without the slash at its end.
func unslashed(path string) string { return strings.TrimSuffix(path, "/") }

var obsV2Addressing = []Mutant{
	{"OBS2-RESOURCE-05", "unslashed", "signs /bucket for a virtual host", requests(obsV2Scheme), atLevel(signature.VirtualHost, unslashed)},
	{"OBS2-RESOURCE-05", "question-mark", "signs the question mark of an empty query", requests(obsV2Scheme),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			if s.Target.HasQuery && s.Target.Query == "" {
				built += "?"
			}
			return built
		})},
	{"OBS2-RESOURCE-06", "unslashed", "signs /bucket for path style", requests(obsV2Scheme), atLevel(signature.PathStyle, unslashed)},
	{"OBS2-RESOURCE-06", "raw-path", "signs the path of a bucket as it arrives", requests(obsV2Scheme),
		inPath(func(s *signature.Signing, path string) string {
			if s.Resource.Addressing == signature.PathStyle && s.Resource.RawKey == "" && s.Resource.Bucket != "" {
				return s.Resource.RawPath
			}
			return path
		})},
	{"OBS2-RESOURCE-07", "empty", "signs nothing for the service", requests(obsV2Scheme), atService("")},
	{"OBS2-RESOURCE-07", "two-slashes", "signs // for the service", requests(obsV2Scheme), atService("//")},
	{"OBS2-RESOURCE-08", "bucket", "signs the bucket behind a custom domain: the rule of OSS", requests(obsV2Scheme),
		resource(func(r *signature.Resource) { r.Host = onDomain(r, r.Bucket) }, signature.CanonicalResource)},
	{"OBS2-RESOURCE-08", "unslashed", "signs /domain for the bucket", requests(obsV2Scheme), atLevel(signature.CNAME, unslashed)},
	{"OBS2-RESOURCE-08", "first-label", "takes the first label of a domain for the bucket", requests(obsV2Scheme),
		resource(func(r *signature.Resource) {
			label, _, _ := strings.Cut(r.Host, ".")
			r.Host = onDomain(r, label)
		}, signature.CanonicalResource)},
	{"OBS2-RESOURCE-09", "port", "signs the port of a custom domain", requests(obsV2Scheme),
		inPath(func(s *signature.Signing, path string) string {
			if s.Resource.Addressing == signature.CNAME {
				return strings.Replace(path, s.Resource.Host, s.Request.Host(), 1)
			}
			return path
		})},
}

// onDomain is what stands for the host of a custom domain.
func onDomain(r *signature.Resource, name string) string {
	if r.Addressing == signature.CNAME {
		return name
	}
	return r.Host
}

// atService signs another path for the service.
func atService(path string) Break {
	return inPath(func(s *signature.Signing, built string) string {
		if s.Resource.Bucket == "" {
			return path
		}
		return built
	})
}
