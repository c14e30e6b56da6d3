package mutants

import (
	"cmp"
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the CanonicalizedHeaders, and of the token among them.
var obsV2Headers = []Mutant{
	{"OBS2-HEADER-01", "none", "signs no header", requests(obsV2Scheme), text(signature.CanonicalHeaders, func(string) string { return "" })},
	{"OBS2-HEADER-01", "prefix-without-dash", "signs every header that begins with x-obs", requests(obsV2Scheme), signing(func(name string) bool { return strings.HasPrefix(name, "x-obs") })},
	{"OBS2-HEADER-01", "anywhere", "signs every header with x-obs- in its name", requests(obsV2Scheme), signing(func(name string) bool { return strings.Contains(name, "x-obs-") })},
	{"OBS2-HEADER-01", "all", "signs Range, Cache-Control and User-Agent too", requests(obsV2Scheme),
		signing(func(name string) bool {
			return strings.HasPrefix(name, "x-obs-") || slices.Contains([]string{"range", "cache-control", "user-agent"}, name)
		})},
	{"OBS2-HEADER-01", "metadata-alone", "signs metadata and dates alone", requests(obsV2Scheme),
		signing(func(name string) bool {
			return strings.HasPrefix(name, "x-obs-meta-") || slices.Contains([]string{"x-obs-date", "x-obs-security-token"}, name)
		})},
	{"OBS2-HEADER-01", "acl-unsigned", "does not sign x-obs-acl", requests(obsV2Scheme), signing(func(name string) bool { return strings.HasPrefix(name, "x-obs-") && name != "x-obs-acl" })},
	{"OBS2-HEADER-02", "both-dresses", "signs x-amz- headers too", requests(obsV2Scheme),
		signing(func(name string) bool { return strings.HasPrefix(name, "x-obs-") || strings.HasPrefix(name, "x-amz-") })},
	{"OBS2-HEADER-03", "names-as-written", "writes names as they are spelled", requests(obsV2Scheme),
		output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
			for _, h := range s.Request.Headers {
				built = strings.Replace("\n"+built, "\n"+strings.ToLower(h.Name)+":", "\n"+h.Name+":", 1)[1:]
			}
			return built
		})},
	{"OBS2-HEADER-03", "blank-behind-colon", "writes a blank behind the colon", requests(obsV2Scheme),
		inHeaders(func(_ *signature.Signing, lines []string) []string {
			return each(lines, func(n, v string) string { return n + ": " + v })
		})},
	{"OBS2-HEADER-03", "no-last-line-feed", "writes line feeds between headers only", requests(obsV2Scheme),
		text(signature.CanonicalHeaders, func(built string) string { return strings.TrimSuffix(built, "\n") })},
	{"OBS2-HEADER-03", "last-colon", "ends a name at the last colon of its line", requests(obsV2Scheme),
		inHeaders(func(_ *signature.Signing, lines []string) []string {
			return each(lines, func(n, v string) string {
				if i := strings.LastIndexByte(v, ':'); i >= 0 {
					return n + "=" + v[:i] + ":" + v[i+1:]
				}
				return n + ":" + v
			})
		})},
	{"OBS2-HEADER-04", "unsorted", "leaves headers in order of arrival", requests(obsV2Scheme), inHeaders(asArrived)},
	{"OBS2-HEADER-04", "ten-sorted", "sorts up to ten headers", requests(obsV2Scheme),
		inHeaders(func(s *signature.Signing, lines []string) []string {
			if len(lines) <= 10 {
				return lines
			}
			return asArrived(s, lines)
		})},
	{"OBS2-HEADER-04", "sorted-as-written", "sorts names as they are spelled", requests(obsV2Scheme),
		inHeaders(func(s *signature.Signing, lines []string) []string {
			spelled := func(line string) string {
				name, _, _ := strings.Cut(line, ":")
				for _, h := range s.Request.Headers {
					if wire.EqualFold(h.Name, name) {
						return h.Name
					}
				}
				return name
			}
			slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(spelled(a), spelled(b)) })
			return lines
		})},
	{"OBS2-HEADER-04", "whole-lines", "sorts whole lines", requests(obsV2Scheme),
		inHeaders(func(_ *signature.Signing, lines []string) []string { slices.Sort(lines); return lines })},
	{"OBS2-HEADER-04", "hyphens-passed-over", "sorts by the rules of a language", requests(obsV2Scheme), sortedBy(replacing("-", ""))},
	{"OBS2-HEADER-04", "natural", "sorts numbers in names by their value", requests(obsV2Scheme), headersSorted(func(a, b string) int { return compareNumbers(nameOf(a), nameOf(b)) })},
	{"OBS2-HEADER-04", "metadata-last", "puts x-obs-meta- headers behind all others", requests(obsV2Scheme), sortedBy(func(name string) string {
		if strings.HasPrefix(name, "x-obs-meta-") {
			return "x-obs-~" + name
		}
		return name
	})},
	{"OBS2-HEADER-05", "last", "takes the last header of a name", requests(obsV2Scheme), repeated(lastValue)},
	{"OBS2-HEADER-05", "first", "takes the first header of a name", requests(obsV2Scheme), repeated(firstValue)},
	{"OBS2-HEADER-05", "blank-behind-comma", "joins values with a comma and a blank", requests(obsV2Scheme), repeated(blankBehindComma)},
	{"OBS2-HEADER-05", "sorted", "sorts the values of a name", requests(obsV2Scheme), repeated(sortedValues)},
	{"OBS2-HEADER-05", "lists-sorted", "takes a value apart at its commas and sorts the pieces", requests(obsV2Scheme),
		headerValue(func(sent string) string {
			pieces := strings.Split(wire.TrimBlanks(sent), ",")
			if len(pieces) > 2 {
				slices.Sort(pieces)
			}
			return strings.Join(pieces, ",")
		})},
	{"OBS2-HEADER-06", "untrimmed", "keeps blanks at the ends of a value", requests(obsV2Scheme), headerValue(func(sent string) string { return sent })},
	{"OBS2-HEADER-06", "tabs-kept", "trims spaces only", requests(obsV2Scheme), headerValue(func(sent string) string { return strings.Trim(sent, " ") })},
	{"OBS2-HEADER-07", "folded", "makes one blank of two", requests(obsV2Scheme), headerValue(func(sent string) string { return strings.ReplaceAll(wire.TrimBlanks(sent), "  ", " ") })},
	{"OBS2-HEADER-07", "tabs-as-blanks", "makes a blank of a tab", requests(obsV2Scheme), headerValue(func(sent string) string { return strings.ReplaceAll(wire.TrimBlanks(sent), "\t", " ") })},
	{"OBS2-HEADER-08", "lower-case", "writes values in lower case", requests(obsV2Scheme), text(signature.CanonicalHeaders, asciiLower)},
	{"OBS2-HEADER-09", "decoded", "percent-decodes values", requests(obsV2Scheme), headerValue(func(sent string) string { return wire.Unescape(wire.TrimBlanks(sent)) })},
	{"OBS2-HEADER-09", "encoded", "percent-encodes what is not ASCII", requests(obsV2Scheme), text(signature.CanonicalHeaders, escapeNonASCII)},
	{"OBS2-HEADER-09", "replaced", "replaces bytes that are no UTF-8", requests(obsV2Scheme), text(signature.CanonicalHeaders, func(built string) string { return strings.ToValidUTF8(built, "\ufffd") })},
	{"OBS2-HEADER-09", "source-decoded", "decodes the copy source", requests(obsV2Scheme),
		headers(func(h wire.Header) (wire.Header, bool) {
			if wire.EqualFold(h.Name, "x-obs-copy-source") {
				h.Value = wire.Unescape(h.Value)
			}
			return h, true
		})},
	{"OBS2-HEADER-10", "unsigned", "does not sign a header with an empty value", requests(obsV2Scheme),
		inHeaders(func(_ *signature.Signing, lines []string) []string {
			return slices.DeleteFunc(lines, func(l string) bool { return strings.HasSuffix(l, ":") })
		})},
	{"OBS2-HEADER-11", "known-names-alone", "signs only headers it knows", requests(obsV2Scheme),
		signing(func(name string) bool {
			return strings.HasPrefix(name, "x-obs-") && name != "x-obs-brand-new-feature"
		})},
	{"OBS2-TOKEN-01", "unsigned", "does not sign the token", header(obsV2Scheme), signing(func(name string) bool { return strings.HasPrefix(name, "x-obs-") && name != "x-obs-security-token" })},
	{"OBS2-TOKEN-01", "last", "signs the token behind all other headers", header(obsV2Scheme), sortedBy(func(name string) string {
		if name == "x-obs-security-token" {
			return "~"
		}
		return name
	})},
	{"OBS2-TOKEN-01", "cut", "cuts the token at 1024 bytes", header(obsV2Scheme),
		headers(func(h wire.Header) (wire.Header, bool) {
			if wire.EqualFold(h.Name, "x-obs-security-token") {
				h.Value = h.Value[:min(len(h.Value), 1024)]
			}
			return h, true
		})},
	{"OBS2-TOKEN-04", "unasked", "does not look at the token", requests(obsV2Scheme), server(func(v *signature.Verifier) { v.Grants = false })},
	{"OBS2-ERROR-01", "silent", "does not say the string", requests(obsV2Scheme), withoutElements("StringToSign", "StringToSignBytes")},
	{"OBS2-ERROR-04", "limit-not-said", "does not say how much skew it allows", header(obsV2Scheme), withoutElements("MaxAllowedSkewMilliseconds")},
	{"OBS2-ERROR-04", "clock-not-said", "does not say what time it is", header(obsV2Scheme), withoutElements("ServerTime")},
	{"OBS2-ERROR-03", "silent", "answers HEAD without a code", header(obsV2Scheme),
		answers(func(a *endpoint.Response) {
			a.Headers = slices.DeleteFunc(a.Headers, func(h wire.Header) bool { return strings.HasSuffix(h.Name, "-error-code") })
		})},
}

// signing signs the headers whose lower-cased name matches.
func signing(matches func(name string) bool) Break {
	return signedHeader(func(_ *signature.Profile, _ *signature.Signing, name string) bool { return matches(asciiLower(name)) })
}
