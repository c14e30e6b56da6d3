package mutants

import (
	"strings"

	"github.com/countersign/countersign/wire"
)

// SDKs that lose or change keys.
var opKeys = []Mutant{
	{"OP-KEY-01", "plus-for-blank", "writes blanks as plus signs", keySenders, keyPath(func(k string) string { return strings.ReplaceAll(escapeKey(k), "%20", "+") })},
	{"OP-KEY-01", "escaped-twice", "encodes the key twice", keySenders, keyPath(func(k string) string { return wire.EscapePath(escapeKey(k)) })},
	{"OP-KEY-01", "escapes-kept", "takes a valid escape in the key for encoded", keySenders, keyPath(func(k string) string { return escapesKept(escapeKey(k)) })},
	{"OP-KEY-01", "decoded-first", "decodes the key before it encodes it", keyAndForm, anotherKey(wire.Unescape)},
	{"OP-KEY-01", "decoded-as-query", "decodes the key as a query before it encodes it", keyAndForm, anotherKey(wire.UnescapeQuery)},
	{"OP-KEY-01", "decoded-twice", "decodes the key until nothing changes, from the second time on", keySenders, anotherKey(func(k string) string {
		if once := wire.Unescape(k); strings.Contains(once, "%") {
			return wire.Unescape(once)
		}
		return k
	})},
	{"OP-KEY-01", "escape-digits-in-capitals", "writes escapes in the key with capital digits", keySenders, anotherKey(upperEscapes)},
	{"OP-KEY-01", "escapes-must-be-utf-8", "replaces escapes that are no UTF-8", keySenders, anotherKey(func(k string) string {
		return strings.ReplaceAll(k, "%FF%FE", "\ufffd\ufffd")
	})},
	{"OP-KEY-01", "percent-at-the-end-lost", "drops a percent sign at the end", keySenders, anotherKey(func(k string) string { return strings.TrimSuffix(k, "%") })},
	{"OP-KEY-01", "percent-without-digits-lost", "drops percent signs without digits", keySenders, anotherKey(replacing("%zz", "zz"))},
	{"OP-KEY-01", "lone-percent-lost", "drops percent signs that begin no escape", keySenders, anotherKey(withoutLonePercent)},
	{"OP-KEY-01", "percent-u", "decodes %uXXXX", keySenders, keyReplacing("%u4e2d", "\u4e2d")},
	{"OP-KEY-01", "cut-at-question-mark", "ends the key at a question mark", keyAndForm, keyCutAt("?")},
	{"OP-KEY-01", "cut-at-second-question-mark", "ends the key at its second question mark", keySenders, anotherKey(func(k string) string {
		parts := strings.SplitN(k, "?", 3)
		return strings.Join(parts[:min(2, len(parts))], "?")
	})},
	{"OP-KEY-01", "question-mark-first-lost", "takes what stands behind a question mark in front for the query", keySenders, anotherKey(func(k string) string { return strings.TrimPrefix(k, "?") })},
	{"OP-KEY-01", "cut-at-hash", "ends the key at a number sign", keyAndForm, keyCutAt("#")},
	{"OP-KEY-01", "hash-first-lost", "takes a key that begins with a number sign for none", keySenders, anotherKey(func(k string) string {
		if strings.HasPrefix(k, "#") {
			return ""
		}
		return k
	})},
	{"OP-KEY-01", "ampersand-lost", "ends the key at an ampersand behind a question mark", keySenders, anotherKey(func(k string) string {
		if i := strings.IndexByte(k, '?'); i >= 0 {
			if j := strings.IndexByte(k[i:], '&'); j > 0 {
				return k[:i+j]
			}
		}
		return k
	})},
	{"OP-KEY-01", "path-parameters-lost", "drops what stands behind a semicolon", keySenders, keyCutAt(";")},
	{"OP-KEY-01", "userinfo-lost", "drops what stands in front of an at sign", keySenders, anotherKey(func(k string) string {
		if i := strings.IndexByte(k, '@'); i >= 0 && strings.Contains(k[:i], ":") {
			return k[i+1:]
		}
		return k
	})},
	{"OP-KEY-01", "url-resolved", "takes a key for a reference and drops its scheme and host", keySenders, anotherKey(func(k string) string {
		if rest, ok := strings.CutPrefix(k, "http://"); ok {
			_, k, _ = strings.Cut(rest, "/")
		}
		return k
	})},
	{"OP-KEY-01", "scheme-lost", "takes what stands in front of the first colon for a scheme", keySenders, anotherKey(func(k string) string {
		if i := strings.IndexByte(k, ':'); i == 1 {
			return k[2:]
		}
		return k
	})},
	{"OP-KEY-01", "backslash-is-a-slash", "makes slashes of backslashes", keyAndForm, keyReplacing("\\", "/")},
	{"OP-KEY-01", "backslashes-climb", "removes dot segments behind backslashes", keySenders, keyReplacing("a\\..\\", "")},
	{"OP-KEY-01", "quotes-lost", "drops double quotes", keyAndForm, keyReplacing("\"", "")},
	{"OP-KEY-01", "brackets-lost", "drops braces and brackets", keySenders, keyWithout("{}[]")},
	{"OP-KEY-01", "template-filled", "fills in the key's own names in braces", keySenders, keyReplacing("{bucket}", "examplebucket", "{key}", "")},
	{"OP-KEY-01", "format-filled", "uses the key as a format", keySenders, keyReplacing("%s", "", "%d", "0")},
	{"OP-KEY-01", "groups-filled", "uses the key as the replacement of a regular expression", keySenders, keyReplacing("$1", "", "$&", "")},
	{"OP-KEY-01", "dollar-is-a-field", "takes a dollar sign in front for a field's name", senders("form"), anotherKey(func(k string) string { return strings.TrimPrefix(k, "$") })},
	{"OP-KEY-01", "character-references-resolved", "resolves character references in the key", keySenders, keyReplacing("&amp;", "&", "&#233;", "\u00e9")},
	{"OP-KEY-01", "markup-lost", "drops what looks like markup", keyAndForm, keyWithout("<>")},
	{"OP-KEY-01", "parentheses-lost", "drops parentheses", keySenders, keyWithout("()")},
	{"OP-KEY-01", "marks-lost", "drops ~ * ' !", keySenders, keyWithout("~*'!")},
	{"OP-KEY-01", "base64-made-safe", "makes base64 safe for URLs in the key", keySenders, anotherKey(func(k string) string {
		if strings.HasSuffix(k, "==") {
			return strings.NewReplacer("+", "-", "/", "_").Replace(k)
		}
		return k
	})},
	{"OP-KEY-01", "zero-is-nothing", "takes the key 0 for none", keySenders, anotherKey(func(k string) string {
		if k == "0" {
			return ""
		}
		return k
	})},
	{"OP-KEY-01", "trimmed", "trims blanks from the ends of the key", keySenders, anotherKey(func(k string) string { return strings.Trim(k, " ") })},
	{"OP-KEY-01", "unicode-trimmed", "trims all white space of Unicode from the ends", keySenders, anotherKey(strings.TrimSpace)},
	{"OP-KEY-01", "line-feed-at-the-end-lost", "drops a line feed at the end", keySenders, anotherKey(func(k string) string { return strings.TrimSuffix(k, "\n") })},
	{"OP-KEY-01", "blanks-blanksFolded", "folds blanks", keySenders, keyReplacing("  ", " ")},
	{"OP-KEY-01", "tabs-and-line-ends-lost", "drops tabs and line ends, as URL parsers of browsers do", keySenders, keyWithout("\t\r\n")},
	{"OP-KEY-01", "line-ends-unified", "writes CR LF as LF", keySenders, keyReplacing("\r\n", "\n")},
	{"OP-KEY-01", "control-bytes-lost", "drops control bytes", keySenders, keyWithout("\x01\x1f\x7f")},
	{"OP-KEY-01", "xml-bytes-only", "drops what XML cannot hold", keySenders, keyWithout("\x1b\x08\x0b")},
	{"OP-KEY-01", "line-separators-lost", "drops the line separators of Unicode", keyAndForm, keyWithout("\u0085\u2028")},
	{"OP-KEY-01", "composed", "composes accents (NFC)", keySenders, keyReplacing("e\u0301", "\u00e9")},
	{"OP-KEY-01", "decomposed", "decomposes accents (NFD)", keySenders, keyReplacing("\u00e9", "e\u0301")},
	{"OP-KEY-01", "compatibility-form", "makes ASCII of full-width letters (NFKC)", keySenders, anotherKey(func(k string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xff00 && r < 0xff5f {
				return r - 0xfee0
			}
			return r
		}, k)
	})},
	{"OP-KEY-01", "lower-case", "sends keys in lower case", keySenders, anotherKey(strings.ToLower)},
	{"OP-KEY-01", "turkish", "sends a dotless i without its difference", keySenders, keyReplacing("\u0131", "i")},
	{"OP-KEY-01", "byte-order-mark-lost", "drops a byte order mark in front", keySenders, anotherKey(func(k string) string { return strings.TrimPrefix(k, "\ufeff") })},
	{"OP-KEY-01", "joiners-lost", "drops invisible characters", keySenders, keyWithout("\u200d\ufe0f")},
	{"OP-KEY-01", "directions-lost", "drops marks of direction", keySenders, keyWithout("\u200f")},
	{"OP-KEY-01", "replacement-refused", "takes U+FFFD for a fault and drops it", keySenders, keyWithout("\ufffd")},
	{"OP-KEY-01", "surrogates", "writes characters of four bytes as two surrogates of three", keyAndForm, anotherKey(surrogatesApart)},
	{"OP-KEY-01", "latin-1", "writes the key in Latin-1", keyAndForm, anotherKey(latin1)},
	{"OP-KEY-01", "ascii-only", "writes question marks for what is not in Latin-1", keyAndForm, anotherKey(func(k string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xff {
				return '?'
			}
			return r
		}, k)
	})},
	{"OP-KEY-01", "thousand-bytes", "ends the key after 1000 bytes", keySenders, anotherKey(func(k string) string { return k[:min(len(k), 1000)] })},
	{"OP-KEY-01", "two-kilobytes-encoded", "ends the encoded key after 2048 bytes", keySenders, keyPath(func(k string) string {
		k = escapeKey(k)
		return k[:min(len(k), 2047)]
	})},

	{"OP-KEY-02", "trailing-slash-lost", "trims a slash from the end of the key", keyAndForm, anotherKey(func(k string) string { return strings.TrimSuffix(k, "/") })},
	{"OP-KEY-02", "leading-slash-lost", "trims slashes from the beginning of the key", keyAndForm, anotherKey(func(k string) string { return strings.TrimLeft(k, "/") })},
	{"OP-KEY-02", "one-leading-slash-lost", "trims one slash from the beginning of the key", keySenders, anotherKey(func(k string) string { return strings.TrimPrefix(k, "/") })},
	{"OP-KEY-02", "leading-slash-raw", "sends a slash in front as it is", []string{"oss-v1/header", "oss-v4/header"}, keyPath(wire.EscapePath)},
	{"OP-KEY-02", "slashes-joined", "joins slashes", keyAndForm, anotherKey(slashesJoined)},
	{"OP-KEY-02", "slashes-at-the-end-joined", "joins slashes at the end", keySenders, anotherKey(func(k string) string {
		if strings.HasSuffix(k, "//") {
			return strings.TrimRight(k, "/") + "/"
		}
		return k
	})},
	{"OP-KEY-02", "dot-segments-removed", "removes dot segments", keyAndForm, anotherKey(dotsRemoved)},
	{"OP-KEY-02", "single-dots-removed", "removes ./ and /./", keySenders, anotherKey(func(k string) string {
		return strings.ReplaceAll(strings.TrimPrefix(k, "./"), "/./", "/")
	})},
	{"OP-KEY-02", "climbs-in-front-removed", "removes ../ in front", keySenders, anotherKey(func(k string) string { return strings.TrimPrefix(k, "../") })},
	{"OP-KEY-02", "climbs-at-the-end", "goes up for .. at the end", keySenders, anotherKey(func(k string) string {
		if rest, ok := strings.CutSuffix(k, "/.."); ok {
			return rest[:strings.LastIndexByte(rest, '/')+1]
		}
		return k
	})},
	{"OP-KEY-02", "encoded-dots-removed", "removes dot segments that are encoded too", keySenders, anotherKey(func(k string) string {
		return dotsRemoved(strings.ReplaceAll(k, "%2e", "."))
	})},
	{"OP-KEY-02", "dots-trimmed", "trims dots from the ends of names", keySenders, anotherKey(func(k string) string {
		parts := strings.Split(k, "/")
		for i, p := range parts {
			if p != "." && p != ".." {
				parts[i] = strings.Trim(p, ".")
			}
		}
		return strings.Join(parts, "/")
	})},
	{"OP-KEY-02", "bucket-cut-off", "cuts the bucket off a key that begins with it", keySenders, anotherKey(func(k string) string { return strings.TrimPrefix(k, "examplebucket/") })},
	{"OP-KEY-02", "folders-lost", "sends the last part of the key alone", keySenders, anotherKey(func(k string) string { return k[strings.LastIndexByte(strings.TrimRight(k, "/"), '/')+1:] })},
}

// opKeyCalls are the calls of an SDK, of which one has its own way with keys.
var opKeyCalls = keyCalls("GetObject", "PutObject", "HeadObject", "DeleteObject", "CopyObject", "AppendObject", "GetObjectACL", "PutObjectACL",
	"PutObjectTagging", "GetObjectTagging", "DeleteObjectTagging", "RestoreObject", "GetSymlink", "PutSymlink",
	"InitiateMultipartUpload", "UploadPart", "UploadPartCopy", "ListParts", "CompleteMultipartUpload", "AbortMultipartUpload")

func keyCalls(names ...string) []Mutant {
	var out []Mutant
	for _, name := range names {
		out = append(out,
			Mutant{"OP-KEY-01", "plus-for-blank-in-" + strings.ToLower(name), "writes blanks of keys as plus signs in " + name, senders("header"),
				inOperation(name, keyPath(func(k string) string { return strings.ReplaceAll(escapeKey(k), "%20", "+") }))})
	}
	return out
}

var (
	keySenders = senders("header", "query")
	keyAndForm = senders("header", "query", "form")
)

// keyReplacing sends a key with texts replaced.
func keyReplacing(pairs ...string) Break { return anotherKey(strings.NewReplacer(pairs...).Replace) }

// keyWithout sends a key without some characters.
func keyWithout(chars string) Break {
	return anotherKey(func(k string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(chars, r) {
				return -1
			}
			return r
		}, k)
	})
}

// keyCutAt sends what stands in front of a mark in a key.
func keyCutAt(mark string) Break {
	return anotherKey(func(k string) string {
		k, _, _ = strings.Cut(k, mark)
		return k
	})
}

// slashesJoined makes one slash of many.
func slashesJoined(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// dotsRemoved removes dot segments (RFC 3986, section 5.2.4).
func dotsRemoved(path string) string {
	var out []string
	parts := strings.Split(path, "/")
	for i, p := range parts {
		switch last := i == len(parts)-1; {
		case p == "." && last, p == ".." && last && len(out) <= 1:
			out = append(out, "")
		case p == ".":
		case p == ".." && len(out) > 0 && out[len(out)-1] != "":
			out = out[:len(out)-1]
			if last {
				out = append(out, "")
			}
		case p == "..":
		default:
			out = append(out, p)
		}
	}
	return strings.Join(out, "/")
}

// escapesKept undoes the encoding of percent signs that stand in front of two
// digits.
func escapesKept(escaped string) string {
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		if strings.HasPrefix(escaped[i:], "%25") && i+5 <= len(escaped) && isHexDigit(escaped[i+3]) && isHexDigit(escaped[i+4]) {
			b.WriteByte('%')
			i += 2
		} else {
			b.WriteByte(escaped[i])
		}
	}
	return b.String()
}
