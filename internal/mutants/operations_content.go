package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// SDKs that change headers.
var opHeaders = slices.Concat([]Mutant{
	{"OP-HEADER-01", "type-guessed", "guesses the Content-Type from the key's suffix", senders("header"),
		otherHeader(func(p *Plan, h wire.Header) (wire.Header, bool) {
			if wire.EqualFold(h.Name, "Content-Type") && strings.HasSuffix(p.Input.Key, ".txt") {
				h.Value = "text/plain"
			}
			return h, true
		})},
	{"OP-HEADER-01", "type-printed-anew", "parses a media type and prints it again", senders("header", "query"), namedHeader("Content-Type", func(v string) string {
		return strings.TrimSuffix(strings.ReplaceAll(v, ";  ", "; "), ";")
	})},
	{"OP-HEADER-01", "type-without-semicolon", "drops a semicolon at the end of a media type", senders("header"), namedHeader("Content-Type", func(v string) string { return strings.TrimSuffix(v, ";") })},
	{"OP-HEADER-01", "type-in-lower-case", "writes media types in lower case", senders("header"), namedHeader("Content-Type", strings.ToLower)},
	{"OP-HEADER-01", "type-without-charset", "drops the parameters of a media type", senders("header", "query"), namedHeader("Content-Type", upTo(";"))},
	{"OP-HEADER-01", "type-must-be-one", "replaces what is no media type", senders("header"), namedHeader("Content-Type", func(v string) string {
		if !strings.Contains(v, "/") {
			return "application/octet-stream"
		}
		return v
	})},
	{"OP-HEADER-01", "type-suffix-lost", "drops the suffix of a media type", senders("header"), namedHeader("Content-Type", upTo("+"))},
	{"OP-HEADER-01", "md5-safe-for-urls", "writes digests in the base64 of URLs", senders("header"), namedHeader("Content-MD5", replacing("+", "-", "/", "_"))},
	{"OP-HEADER-01", "names-as-usual-only", "knows Content-Type and Content-MD5 in their usual letter case only", senders("header", "query"), lostHeader(func(_ *Plan, h wire.Header) bool {
		return h.Name == "content-type" || h.Name == "content-md5"
	})},
	{"OP-HEADER-01", "names-in-capitals-lost", "drops HTTP headers in capitals", senders("header", "query"), lostHeader(func(_ *Plan, h wire.Header) bool {
		return h.Name == "CONTENT-TYPE" || h.Name == "CACHE-CONTROL"
	})},
	{"OP-HEADER-01", "vendor-names-in-capitals-lost", "drops vendor headers in capitals", senders("header", "query"), lostHeader(func(_ *Plan, h wire.Header) bool {
		return strings.HasPrefix(h.Name, "X-")
	})},
	{"OP-HEADER-01", "type-lost-without-body", "drops the Content-Type of requests without a body", senders("header"), lostHeader(func(p *Plan, h wire.Header) bool {
		return wire.EqualFold(h.Name, "Content-Type") && p.Request.Body == "" && p.Request.Method != "POST" && p.Request.Method != "PUT"
	})},
	{"OP-HEADER-01", "type-lost-on-delete", "drops the Content-Type of DELETE", senders("header"), lostHeader(func(p *Plan, h wire.Header) bool {
		return wire.EqualFold(h.Name, "Content-Type") && p.Request.Method == "DELETE"
	})},
	{"OP-HEADER-01", "md5-lost-without-body", "drops the digest of an empty body", senders("header"), lostHeader(func(p *Plan, h wire.Header) bool {
		return wire.EqualFold(h.Name, "Content-MD5") && p.Request.Body == ""
	})},
	{"OP-HEADER-01", "md5-lost-on-parts", "drops the digest of a part", senders("header"), lostHeader(func(p *Plan, h wire.Header) bool {
		return wire.EqualFold(h.Name, "Content-MD5") && p.Case.Operation.Name == "UploadPart"
	})},
	{"OP-HEADER-01", "lost-on-initiate", "drops headers when it starts an upload", senders("header"), lostHeader(func(p *Plan, _ wire.Header) bool {
		return p.Case.Operation.Name == "InitiateMultipartUpload"
	})},
	{"OP-HEADER-01", "blanks-blanksFolded", "folds blanks inside of values", senders("header"), otherHeaderValue(notMeta, blanksFolded)},
	{"OP-HEADER-01", "split-at-commas", "sends the first of several values alone", senders("header"), otherHeaderValue(notMeta, upTo(","))},
	{"OP-HEADER-01", "commas-with-blanks", "writes a blank behind every comma", senders("header"), otherHeaderValue(notMeta, func(v string) string {
		return strings.ReplaceAll(strings.ReplaceAll(v, ", ", ","), ",", ", ")
	})},
	{"OP-HEADER-01", "cut-at-colons", "ends values at a colon", senders("header"), otherHeaderValue(notMeta, upTo(":"))},
	{"OP-HEADER-01", "quotes-lost", "drops quotes", senders("header"), otherHeaderValue(notMeta, replacing("\"", ""))},
	{"OP-HEADER-01", "escaped-quotes-resolved", "resolves backslashes inside of quotes", senders("header"), otherHeaderValue(notMeta, replacing("\\\"", "\"", "\\\\", "\\"))},
	{"OP-HEADER-01", "decoded", "decodes values", senders("header"), otherHeaderValue(notMeta, wire.Unescape)},
	{"OP-HEADER-01", "plus-is-a-blank", "makes blanks of plus signs", senders("header"), otherHeaderValue(notMeta, replacing("+", " "))},
	{"OP-HEADER-01", "raw-bytes-encoded", "encodes what is not ASCII", senders("header"), otherHeaderValue(notMeta, escapeNonASCII)},
	{"OP-HEADER-01", "values-of-255-bytes", "ends values after 255 bytes", senders("header"), otherHeaderValue(notMeta, func(v string) string { return v[:min(len(v), 255)] })},
	{"OP-HEADER-01", "range-of-two-numbers", "drops ranges that are not of two numbers", senders("header"), lostHeader(func(_ *Plan, h wire.Header) bool {
		return wire.EqualFold(h.Name, "Range") && (strings.HasSuffix(h.Value, "-") || strings.Contains(h.Value, "=-"))
	})},
	{"OP-HEADER-01", "suffix-range-lost", "drops ranges of the last bytes", senders("header"), lostHeader(func(_ *Plan, h wire.Header) bool { return strings.Contains(h.Value, "=-") })},
	{"OP-HEADER-01", "vendor-headers-of-the-other-dialect", "sends x-obs- headers in AWS requests", []string{"obs-aws-v2/header", "obs-v4/header"},
		otherHeader(func(_ *Plan, h wire.Header) (wire.Header, bool) {
			if rest, ok := strings.CutPrefix(h.Name, "x-amz-"); ok && !strings.HasPrefix(rest, "meta-") {
				h.Name = "x-obs-" + rest
			}
			return h, true
		})},
	{"OP-HEADER-01", "fields-not-sent", "puts headers into the policy of a form and not into its fields", senders("form"), lostHeader(func(p *Plan, h wire.Header) bool { return !isMeta(p, h.Name) })},
}, lostHeaders("header", "Cache-Control", "Content-Encoding", "Content-Language", "Content-Disposition", "Expires", "Content-Type", "Content-MD5",
	"Range", "If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since",
	"x-oss-storage-class", "x-oss-object-acl", "x-oss-tagging", "x-oss-forbid-overwrite", "x-oss-server-side-encryption-key-id", "x-oss-traffic-limit",
	"x-oss-callback-var", "x-oss-symlink-target", "x-oss-metadata-directive", "x-oss-copy-source-range", "x-oss-copy-source-if-match", "x-oss-range-behavior",
	"x-obs-storage-class", "x-obs-acl", "x-obs-server-side-encryption", "x-obs-website-redirect-location", "x-obs-metadata-directive", "x-obs-copy-source-range",
	"x-obs-copy-source-if-match", "x-obs-grant-read",
	"x-amz-storage-class", "x-amz-website-redirect-location", "x-amz-metadata-directive",
), lostHeaders("query", "Content-Type", "Content-MD5", "x-oss-object-acl", "x-obs-acl"),
	lostHeaders("form", "Content-Type", "x-oss-object-acl", "x-obs-acl", "Cache-Control"))

func lostHeaders(carrier string, names ...string) []Mutant {
	var out []Mutant
	for _, name := range names {
		out = append(out, Mutant{"OP-HEADER-01", "lost-" + strings.ToLower(name) + map[string]string{"query": "-in-urls", "form": "-in-forms"}[carrier], "has no option for " + name,
			senders(carrier), lostHeader(func(_ *Plan, h wire.Header) bool { return wire.EqualFold(h.Name, name) })})
	}
	return out
}

// namedHeader sends another value of one header.
func namedHeader(name string, change func(value string) string) Break {
	return otherHeaderValue(func(_ *Plan, n string) bool { return wire.EqualFold(n, name) }, change)
}

// SDKs that change user metadata.
var opMetadata = []Mutant{
	{"OP-HEADER-02", "lost", "drops metadata", metaSenders, lostHeader(func(p *Plan, h wire.Header) bool { return isMeta(p, h.Name) })},
	{"OP-HEADER-02", "prefix-of-the-other-dialect", "sends metadata under the prefix of another service", metaSenders, otherMetaName(func(_, name string) string { return "x-cos-meta-" + name })},
	{"OP-HEADER-02", "empty-lost", "drops metadata with an empty value", metaSenders, otherMeta(func(_, v string) (string, bool) { return v, v != "" })},
	{"OP-HEADER-02", "empty-lost-on-initiate", "drops metadata with an empty value when it starts an upload", senders("header"),
		lostHeader(func(p *Plan, h wire.Header) bool {
			return isMeta(p, h.Name) && h.Value == "" && p.Case.Operation.Name == "InitiateMultipartUpload"
		})},
	{"OP-HEADER-02", "lost-on-initiate", "drops metadata when it starts an upload", senders("header"), metaLostIn("InitiateMultipartUpload")},
	{"OP-HEADER-02", "lost-on-append", "drops metadata when it appends", senders("header"), metaLostIn("AppendObject")},
	{"OP-HEADER-02", "lost-on-copy", "drops metadata when it copies", senders("header"), metaLostIn("CopyObject")},
	{"OP-HEADER-02", "falsy-lost", "drops the values 0 and false", metaSenders, otherMeta(func(_, v string) (string, bool) { return v, v != "0" && v != "false" })},
	{"OP-HEADER-02", "ten-entries", "sends ten entries at most", metaSenders, metaUpTo(10)},
	{"OP-HEADER-02", "twenty-entries", "sends twenty entries at most", metaSenders, metaUpTo(20)},
	{"OP-HEADER-02", "sent-encoded", "encodes values", metaSenders, metaValue(wire.EscapeValue)},
	{"OP-HEADER-02", "sent-decoded", "decodes values", metaSenders, metaValue(wire.Unescape)},
	{"OP-HEADER-02", "lone-percent-lost", "drops percent signs without digits", metaSenders, metaValue(func(v string) string {
		return strings.ReplaceAll(strings.TrimSuffix(v, "%"), "%zz", "")
	})},
	{"OP-HEADER-02", "plus-is-a-blank", "makes blanks of plus signs", metaSenders, metaValue(replacing("+", " "))},
	{"OP-HEADER-02", "blank-is-a-plus", "makes plus signs of blanks", metaSenders, metaValue(replacing(" ", "+"))},
	{"OP-HEADER-02", "values-in-lower-case", "writes values in lower case", metaSenders, metaValue(strings.ToLower)},
	{"OP-HEADER-02", "blanks-blanksFolded", "folds blanks inside of values", metaSenders, metaValue(blanksFolded)},
	{"OP-HEADER-02", "tabs-are-blanks", "makes blanks of tabs", metaSenders, metaValue(replacing("\t", " "))},
	{"OP-HEADER-02", "white-space-blanksFolded", "folds all white space", metaSenders, metaValue(func(v string) string { return strings.Join(strings.Fields(v), " ") })},
	{"OP-HEADER-02", "unicode-trimmed", "trims all white space of Unicode", metaSenders, metaValue(strings.TrimSpace)},
	{"OP-HEADER-02", "latin-1-trimmed", "trims the bytes that Latin-1 takes for blanks", metaSenders, metaValue(latin1BlanksTrimmed)},
	{"OP-HEADER-02", "quotes-lost", "drops quotes around values", metaSenders, metaValue(func(v string) string { return strings.Trim(v, "\"") })},
	{"OP-HEADER-02", "all-quotes-lost", "drops all quotes", metaSenders, metaValue(replacing("\"", ""))},
	{"OP-HEADER-02", "backslashes-resolved", "resolves backslashes", metaSenders, metaValue(replacing("\\", ""))},
	{"OP-HEADER-02", "encoded-words-resolved", "decodes encoded words", metaSenders, metaValue(func(v string) string {
		return strings.ReplaceAll(v, "=?UTF-8?B?5Lit5paH?=", "\u4e2d\u6587")
	})},
	{"OP-HEADER-02", "cut-at-commas", "ends values at a comma", metaSenders, metaValue(upTo(","))},
	{"OP-HEADER-02", "cut-at-colons", "ends values at a colon", metaSenders, metaValue(upTo(":"))},
	{"OP-HEADER-02", "padding-lost", "drops equals signs at the end", metaSenders, metaValue(func(v string) string { return strings.TrimRight(v, "=") })},
	{"OP-HEADER-02", "ascii-only", "drops what is not in Latin-1", metaSenders, metaValue(func(v string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xff && r != 0xfffd {
				return -1
			}
			return r
		}, v)
	})},
	{"OP-HEADER-02", "latin-1", "writes values in Latin-1", metaSenders, metaValue(latin1)},
	{"OP-HEADER-02", "utf-8-only", "replaces bytes that are no UTF-8", metaSenders, metaValue(func(v string) string { return strings.ToValidUTF8(v, "?") })},
	{"OP-HEADER-02", "surrogates", "writes characters of four bytes as two surrogates", metaSenders, metaValue(surrogatesApart)},
	{"OP-HEADER-02", "composed", "composes accents (NFC)", metaSenders, metaValue(replacing("e\u0301", "\u00e9"))},
	{"OP-HEADER-02", "values-of-255-bytes", "ends values after 255 bytes", metaSenders, metaValue(func(v string) string { return v[:min(len(v), 255)] })},
	{"OP-HEADER-02", "names-with-underscores-lost", "drops names with an underscore", metaSenders, otherMeta(func(n, v string) (string, bool) { return v, !strings.Contains(n, "_") })},
	{"OP-HEADER-02", "digits-in-front-lost", "drops names that begin with a digit", metaSenders, otherMeta(func(n, v string) (string, bool) { return v, n[0] < '0' || n[0] > '9' })},
	{"OP-HEADER-02", "http-names-lost", "drops names that HTTP has a use for", metaSenders, otherMeta(func(n, v string) (string, bool) {
		return v, n != "content-type" && n != "content-md5" && n != "range"
	})},
	{"OP-HEADER-02", "vendor-names-lost", "drops names that the service has a use for", metaSenders, otherMeta(func(n, v string) (string, bool) { return v, n != "security-token" && n != "date" })},
	{"OP-HEADER-02", "prefix-matched", "drops a name that is the prefix of another", metaSenders, otherMeta(func(n, v string) (string, bool) { return v, n != "a" })},
	{"OP-HEADER-02", "turkish", "lower-cases names under Turkish rules", metaSenders, otherMetaName(func(prefix, name string) string {
		return prefix + strings.ReplaceAll(name, "I", "\u0131")
	})},
	{"OP-HEADER-02", "hyphens-joined", "joins hyphens in names", metaSenders, otherMetaName(func(prefix, name string) string { return prefix + strings.ReplaceAll(name, "--", "-") })},
	{"OP-HEADER-02", "sorted-before-lower-case", "signs metadata in the order of its names before lower-casing", []string{"oss-v1/header", "oss-v4/header"}, sortedAsGiven(strings.Compare)},
	{"OP-HEADER-02", "sorted-by-number", "signs names with numbers in them in the order of the numbers", []string{"oss-v1/header", "oss-v4/header"}, sortedAsGiven(func(a, b string) int { return compareNumbers(strings.ToLower(a), strings.ToLower(b)) })},
	{"OP-HEADER-02", "tabs-signed", "signs values without their blanks and with their tabs", senders("header"), signedValues(func(v string) string { return strings.Trim(v, " ") })},
}

var metaSenders = senders("header", "query", "form")

// otherMeta sends other metadata, or none; names come in lower case.
func otherMeta(change func(name, value string) (string, bool)) Break {
	return otherHeader(func(p *Plan, h wire.Header) (wire.Header, bool) {
		if !isMeta(p, h.Name) {
			return h, true
		}
		value, keep := change(strings.ToLower(h.Name[len(p.Profile.Names.HeaderPrefix+"meta-"):]), h.Value)
		h.Value = wire.TrimBlanks(value)
		return h, keep
	})
}

// metaValue sends other values of metadata.
func metaValue(change func(value string) string) Break {
	return otherMeta(func(_, v string) (string, bool) { return change(v), true })
}

// otherMetaName sends other names of metadata.
func otherMetaName(change func(prefix, name string) string) Break {
	return otherHeader(func(p *Plan, h wire.Header) (wire.Header, bool) {
		if prefix := p.Profile.Names.HeaderPrefix + "meta-"; isMeta(p, h.Name) {
			h.Name = change(prefix, h.Name[len(prefix):])
		}
		return h, true
	})
}

// metaLostIn sends no metadata in one operation.
func metaLostIn(operation string) Break {
	return lostHeader(func(p *Plan, h wire.Header) bool { return isMeta(p, h.Name) && p.Case.Operation.Name == operation })
}

// metaUpTo sends so many pairs of metadata and no more.
func metaUpTo(n int) Break {
	return plans(func(p *Plan) {
		seen := 0
		p.Request.Headers = slices.DeleteFunc(p.Request.Headers, func(h wire.Header) bool {
			if isMeta(p, h.Name) {
				seen++
			}
			return isMeta(p, h.Name) && seen > n
		})
		seen = 0
		p.Fields = slices.DeleteFunc(p.Fields, func(f [2]string) bool {
			if isMeta(p, f[0]) {
				seen++
			}
			return isMeta(p, f[0]) && seen > n
		})
	})
}

// sortedAsGiven signs header lines in an order of the names as they were given.
func sortedAsGiven(compare func(a, b string) int) Break {
	sorted := output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
		given := map[string]string{}
		for _, h := range s.Request.Headers {
			given[strings.ToLower(h.Name)] = h.Name
		}
		lines := strings.SplitAfter(built, "\n")
		slices.SortStableFunc(lines, func(a, b string) int {
			if a == "" || b == "" {
				return len(b) - len(a) // what is behind the last line stays there
			}
			name := func(line string) string {
				n, _, _ := strings.Cut(line, ":")
				return given[n]
			}
			return compare(name(a), name(b))
		})
		return strings.Join(lines, "")
	})
	return Break{Sends: func(s *Sender) { s.Sign = sorted.Profile }}
}

// blanksFolded makes one blank of many.
func blanksFolded(value string) string {
	for strings.Contains(value, "  ") {
		value = strings.ReplaceAll(value, "  ", " ")
	}
	return value
}

func latin1BlanksTrimmed(value string) string {
	for value != "" && (value[len(value)-1] == 0xa0 || value[len(value)-1] == 0x85) {
		value = value[:len(value)-1]
	}
	return value
}
