package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the headers that OSS V1 signs.
var ossV1Headers = []Mutant{
	{"OSS1-HEADER-01", "metadata-alone", "signs x-oss-meta- headers alone", requests("oss-v1"), onlyHeaders(func(name string) bool {
		return strings.HasPrefix(name, "x-oss-meta-") || name == "x-oss-date" || name == "x-oss-security-token"
	})},
	{"OSS1-HEADER-01", "metadata-left-out", "leaves metadata out", requests("oss-v1"),
		onlyHeaders(func(name string) bool { return !strings.HasPrefix(name, "x-oss-meta-") })},
	{"OSS1-HEADER-01", "a-list", "signs a list of x-oss- headers", header("oss-v1"),
		onlyHeaders(func(name string) bool { return name != "x-oss-of-next-year" })},
	{"OSS1-HEADER-01", "small-prefix", "knows the prefix in lower case alone", requests("oss-v1"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return strings.HasPrefix(name, "x-oss-")
		})},
	{"OSS1-HEADER-01", "prefix-without-dash", "signs headers that begin with x-oss", header("oss-v1"), alsoPrefixed("x-ossify")},
	{"OSS1-HEADER-01", "other-dresses", "signs x-amz- and x-obs- headers", header("oss-v1"), alsoPrefixed("x-amz-", "x-obs-")},
	{"OSS1-HEADER-01", "none", "signs no header", requests("oss-v1"), onlyHeaders(func(string) bool { return false })},
	{"OSS1-HEADER-02", "as-sent", "signs names as they were sent", requests("oss-v1"), headerBlock(func(b *headerLines) { b.nameAsSent = true })},
	{"OSS1-HEADER-02", "sorted-as-sent", "sorts names as they were sent", requests("oss-v1"),
		headerBlock(func(b *headerLines) { b.less = func(x, y *headerLine) int { return strings.Compare(x.sent, y.sent) } })},
	{"OSS1-HEADER-02", "values-too", "brings values to lower case too", header("oss-v1"), headerBlock(func(b *headerLines) { b.value = strings.ToLower })},
	{"OSS1-HEADER-03", "unsorted", "keeps the order of the wire", requests("oss-v1"),
		headerBlock(func(b *headerLines) { b.less = func(x, y *headerLine) int { return 0 } })},
	{"OSS1-HEADER-03", "backwards", "sorts backwards", requests("oss-v1"),
		headerBlock(func(b *headerLines) { b.less = func(x, y *headerLine) int { return strings.Compare(y.name, x.name) } })},
	{"OSS1-HEADER-03", "first-letters", "compares the first twelve letters of a name", requests("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int {
				return strings.Compare(x.name[:min(11, len(x.name))], y.name[:min(11, len(y.name))])
			}
		})},
	{"OSS1-HEADER-03", "unsorted-above-ten", "keeps the order of the wire above ten headers", requests("oss-v1"),
		headerBlock(func(b *headerLines) {
			if len(b.lines) > 10 {
				b.less = func(x, y *headerLine) int { return 0 }
			}
		})},
	{"OSS1-HEADER-03", "whole-lines", "sorts whole lines", requests("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int { return strings.Compare(x.name+":"+x.text, y.name+":"+y.text) }
		})},
	{"OSS1-HEADER-03", "dashes-ignored", "sorts as a dictionary does, without dashes", requests("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int {
				return strings.Compare(strings.ReplaceAll(x.name, "-", ""), strings.ReplaceAll(y.name, "-", ""))
			}
		})},
	{"OSS1-HEADER-03", "underscore-as-dash", "takes an underscore for a dash when it sorts", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int {
				return strings.Compare(strings.ReplaceAll(x.name, "_", "-"), strings.ReplaceAll(y.name, "_", "-"))
			}
		})},
	{"OSS1-HEADER-03", "numbers", "sorts numbers in names as numbers", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int { return compareNumbers(x.name, y.name) }
		})},
	{"OSS1-HEADER-03", "by-length", "sorts by length first", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int {
				if len(x.name) != len(y.name) {
					return len(x.name) - len(y.name)
				}
				return strings.Compare(x.name, y.name)
			}
		})},
	{"OSS1-HEADER-04", "blank-behind-colon", "puts a blank behind the colon", requests("oss-v1"), headerBlock(func(b *headerLines) { b.colon = ": " })},
	{"OSS1-HEADER-04", "equals", "writes an equals sign for the colon", requests("oss-v1"), headerBlock(func(b *headerLines) { b.colon = "=" })},
	{"OSS1-HEADER-04", "line-feed-between", "puts no line feed behind the last header", requests("oss-v1"),
		text(signature.CanonicalHeaders, func(built string) string { return strings.TrimSuffix(built, "\n") })},
	{"OSS1-HEADER-04", "cut-at-colon", "cuts a value at a colon", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = upTo(":")
		})},
	{"OSS1-HEADER-04", "cut-at-semicolon", "cuts a value at a semicolon", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = upTo(";")
		})},
	{"OSS1-HEADER-05", "decoded", "percent-decodes values", requests("oss-v1"), headerBlock(func(b *headerLines) { b.value = wire.Unescape })},
	{"OSS1-HEADER-05", "decoded-as-query", "decodes values as a query is", header("oss-v1"), headerBlock(func(b *headerLines) { b.value = wire.UnescapeQuery })},
	{"OSS1-HEADER-05", "percent-encoded", "percent-encodes the percent signs of values", requests("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = replacing("%", "%25")
		})},
	{"OSS1-HEADER-05", "question-mark-encoded", "percent-encodes the question mark of a copy source", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = replacing("?", "%3F")
		})},
	{"OSS1-HEADER-06", "encoded", "percent-encodes bytes beyond ASCII", requests("oss-v1"), headerBlock(func(b *headerLines) { b.value = escapeNonASCII })},
	{"OSS1-HEADER-06", "to-utf-8", "takes values for Latin-1 and signs UTF-8", requests("oss-v1"), headerBlock(func(b *headerLines) { b.value = latin1AsUTF8 })},
	{"OSS1-HEADER-06", "to-latin-1", "signs values in Latin-1", requests("oss-v1"), headerBlock(func(b *headerLines) { b.value = latin1 })},
	{"OSS1-HEADER-06", "not-utf-8-replaced", "replaces bytes that are no UTF-8", requests("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = func(sent string) string { return strings.ToValidUTF8(sent, "\uFFFD") }
		})},
	{"OSS1-HEADER-06", "halves", "writes characters of four bytes as two halves", header("oss-v1"), headerBlock(func(b *headerLines) { b.value = surrogatesApart })},
	{"OSS1-HEADER-06", "composed", "composes accents", header("oss-v1"), headerBlock(func(b *headerLines) { b.value = composed })},
	{"OSS1-HEADER-06", "no-break-space-trimmed", "trims no-break spaces", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = func(sent string) string { return strings.Trim(sent, "\u00a0") }
		})},
	{"OSS1-HEADER-07", "all-blanks-trimmed", "trims whatever Unicode calls a blank", header("oss-v1"), headerBlock(func(b *headerLines) { b.value = strings.TrimSpace })},
	{"OSS1-HEADER-07", "controls-trimmed", "trims control characters", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = func(sent string) string { return strings.Trim(sent, "\f\v\x1c\x1d\x1e\x1f") }
		})},
	{"OSS1-HEADER-08", "folded", "folds runs of blanks", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = func(sent string) string { return strings.Join(strings.Fields(sent), " ") }
		})},
	{"OSS1-HEADER-08", "blanks-removed", "takes double blanks out", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.value = replacing("  ", "")
		})},
	{"OSS1-HEADER-09", "a-line-each", "writes a line for each header of one name", header("oss-v1"), headerBlock(func(b *headerLines) { b.comma = "" })},
	{"OSS1-HEADER-09", "comma-and-blank", "joins headers of one name by a comma and a blank", header("oss-v1"), headerBlock(func(b *headerLines) { b.comma = ", " })},
	{"OSS1-HEADER-09", "values-sorted", "sorts the values of one name", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int {
				return strings.Compare(x.name+"\x00"+x.text, y.name+"\x00"+y.text)
			}
		})},
	{"OSS1-HEADER-09", "two-names-by-case", "takes one name in two letter cases for two", header("oss-v1"),
		headerBlock(func(b *headerLines) { b.joinedAsSent = true })},
	{"OSS1-HEADER-10", "left-out", "leaves headers with an empty value out", header("oss-v1"),
		headers(func(h wire.Header) (wire.Header, bool) {
			return h, h.Value != "" || !strings.HasPrefix(strings.ToLower(h.Name), "x-oss-")
		})},
	{"OSS1-HEADER-10", "without-colon", "writes a name without a colon for an empty value", header("oss-v1"), headerBlock(func(b *headerLines) { b.bareName = true })},
	{"OSS1-HEADER-11", "range-behavior", "does not look at x-oss-range-behavior", requests("oss-v1"), onlyHeaders(func(name string) bool { return name != "x-oss-range-behavior" })},
	{"OSS1-HEADER-11", "object-acl", "does not look at x-oss-object-acl", header("oss-v1"), onlyHeaders(func(name string) bool { return name != "x-oss-object-acl" })},
	{"OSS1-HEADER-11", "copy-source", "does not look at x-oss-copy-source where a body is sent", header("oss-v1"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) && (s.Request.Body == "" || !wire.EqualFold(name, "x-oss-copy-source"))
		})},
	{"OSS1-HEADER-12", "range", "signs Range", requests("oss-v1"), alsoPrefixed("range")},
	{"OSS1-HEADER-12", "conditions", "signs If-None-Match", header("oss-v1"), alsoPrefixed("if-none-match")},
	{"OSS1-HEADER-12", "content-headers", "signs every header that begins with Content-", requests("oss-v1"), alsoPrefixed("content-")},
	{"OSS1-HEADER-12", "cache-control", "signs Cache-Control", requests("oss-v1"), alsoPrefixed("cache-control")},
	{"OSS1-HEADER-12", "user-agent", "signs User-Agent", header("oss-v1"), alsoPrefixed("user-agent")},
	{"OSS1-HEADER-12", "via", "signs Via", header("oss-v1"), alsoPrefixed("via")},
	{"OSS1-HEADER-12", "host", "signs Host", requests("oss-v1"), alsoPrefixed("host")},
	{"OSS1-HEADER-12", "port", "signs Host where it has a port", header("oss-v1"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) || wire.EqualFold(name, "Host") && strings.Contains(s.Request.Host(), ":")
		})},
	{"OSS1-HEADER-12", "expires", "signs Expires", header("oss-v1"), alsoPrefixed("expires")},
	{"OSS1-HEADER-12", "body", "signs the MD5 of the body as a header", header("oss-v1"),
		output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string { return built + md5Of(s.Request.Body) })},
	{"OSS1-TOKEN-01", "unsigned", "adds the token behind the signature", requests("oss-v1"),
		onlyHeaders(func(name string) bool { return name != "x-oss-security-token" })},
	{"OSS1-TOKEN-01", "last", "puts the token behind the other headers", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int {
				last := func(l *headerLine) string { return strings.Replace(l.name, "x-oss-security-token", "~", 1) }
				return strings.Compare(last(x), last(y))
			}
		})},
	{"OSS1-TOKEN-01", "first", "puts the token before the other headers", header("oss-v1"),
		headerBlock(func(b *headerLines) {
			b.less = func(x, y *headerLine) int {
				first := func(l *headerLine) string { return strings.Replace(l.name, "x-oss-security-token", "", 1) }
				return strings.Compare(first(x), first(y))
			}
		})},
	{"OSS1-TOKEN-01", "in-the-resource", "signs the token as a parameter", header("oss-v1"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			token, ok := s.Request.Header("x-oss-security-token")
			if !ok {
				return built
			}
			if strings.Contains(built, "?") {
				return built + "&security-token=" + token
			}
			return built + "?security-token=" + token
		})},
	{"OSS1-TOKEN-01", "cut", "signs the first thousand bytes of a header", header("oss-v1"),
		headerBlock(func(b *headerLines) { b.value = func(sent string) string { return sent[:min(1000, len(sent))] } })},
	{"OSS1-TOKEN-01", "decoded", "percent-decodes the token", header("oss-v1"),
		headers(func(h wire.Header) (wire.Header, bool) {
			if wire.EqualFold(h.Name, "x-oss-security-token") {
				h.Value = wire.Unescape(h.Value)
			}
			return h, true
		})},
}

// headerLines is how the canonical headers of V1 are written; headerBlock
// changes one of its members.
type headerLines struct {
	lines        []headerLine
	less         func(x, y *headerLine) int
	value        func(sent string) string
	colon, comma string
	nameAsSent   bool
	joinedAsSent bool // headers are one when their names are, letter case included
	bareName     bool // for an empty value
}

type headerLine struct{ sent, name, text string }

// headerBlock writes the canonical headers of OSS V1 otherwise.
func headerBlock(change func(b *headerLines)) Break {
	return stage(signature.CanonicalHeaders, func(s *signature.Signing, dst []byte) ([]byte, error) {
		b := headerLines{
			less:  func(x, y *headerLine) int { return strings.Compare(x.name, y.name) },
			value: func(sent string) string { return sent }, colon: ":", comma: ",",
		}
		for _, h := range s.Request.Headers {
			if s.Profile.SignedHeader(s, h.Name) {
				b.lines = append(b.lines, headerLine{h.Name, strings.ToLower(h.Name), wire.TrimBlanks(h.Value)})
			}
		}
		change(&b)
		slices.SortStableFunc(b.lines, func(x, y headerLine) int { return b.less(&x, &y) })
		return b.append(dst), nil
	})
}

func (b *headerLines) append(dst []byte) []byte {
	for i, l := range b.lines {
		value := b.value(l.text)
		if i > 0 && b.comma != "" && b.sameName(&b.lines[i-1], &l) {
			dst = append(append(dst[:len(dst)-1], b.comma...), value...)
		} else {
			name := l.name
			if b.nameAsSent {
				name = l.sent
			}
			if dst = append(dst, name...); value != "" || !b.bareName {
				dst = append(append(dst, b.colon...), value...)
			}
		}
		dst = append(dst, '\n')
	}
	return dst
}

func (b *headerLines) sameName(x, y *headerLine) bool {
	if b.joinedAsSent {
		return x.sent == y.sent
	}
	return x.name == y.name
}
