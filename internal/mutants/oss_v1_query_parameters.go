package mutants

import (
	"cmp"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The sub-resources of a URL.
var ossV1QueryParameters = slices.Concat(
	unlistedEach("OSS1-PARAM-12", "url-without-%s", " in a URL", query("oss-v1"), "response-content-type response-content-language response-expires response-cache-control response-content-disposition response-content-encoding"),
	unlistedEach("OSS1-PARAM-13", "url-without-%s", " in a URL", query("oss-v1"), "uploadId partNumber symlink objectMeta tagging startTime position x-oss-process acl styleName"),
	unlistedEach("OSS1-PARAM-14", "url-without-%s", " in a URL", query("oss-v1"), "restore legalHold continuation-token resourceGroup wormExtend"),
	unlistedEach("OSS1-PARAM-16", "url-without-%s", " in a URL", query("oss-v1"), "x-oss-async-process x-oss-traffic-limit x-oss-request-payer x-oss-ac-subnet-mask x-oss-sign-origin-only x-oss-future-option x-oss-access-point-name"),
	unlistedEach("OSS1-PARAM-17", "url-without-%s", " in a URL", query("oss-v1"), "versionId callback callback-var sequential"),
	ossV1QueryOrder, ossV1QueryEncoding,
	[]Mutant{
		{"OSS1-PARAM-01", "url-options-signed", "signs options of the library", query("oss-v1"), listed("timeout", "method", "process")},
		{"OSS1-PARAM-01", "url-campaign-signed", "signs a cache buster and a campaign", query("oss-v1"), listed("_", "utm_source")},
		{"OSS1-PARAM-01", "url-nameless-signed", "signs a parameter that has no name", query("oss-v1"), listed("")},
		{"OSS1-PARAM-01", "url-response-prefix", "signs whatever begins with response-", query("oss-v1"),
			signedParameter(func(p *signature.Profile, name string) bool {
				return p.SignedParameter(name) || strings.HasPrefix(name, "response-")
			})},
		{"OSS1-PARAM-02", "url-list-signed", "signs the parameters of a listing", query("oss-v1"),
			listed("prefix", "delimiter", "marker", "max-keys", "encoding-type", "list-type")},
		{"OSS1-PARAM-02", "url-list-type-signed", "signs list-type", query("oss-v1"), listed("list-type")},
		{"OSS1-PARAM-11", "url-small-letters", "looks parameters up in small letters, capitals on the list or not", query("oss-v1"),
			signedParameter(func(p *signature.Profile, name string) bool { return p.SignedParameter(strings.ToLower(name)) })},
		{"OSS1-PARAM-11", "url-written-small", "writes resourceGroup in small letters", query("oss-v1"),
			text(signature.CanonicalResource, replacing("resourceGroup", "resourcegroup"))},
		{"OSS1-PARAM-10", "url-question-mark-always", "writes the question mark of an empty query", query("oss-v1"),
			output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
				if strings.HasSuffix(s.Request.Target, "?") {
					return built + "?"
				}
				return built
			})},
		{"OSS1-PARAM-10", "url-empty-parts-signed", "signs the empty parts of a query", query("oss-v1"),
			output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
				given, _, _ := strings.Cut(s.Target.Query, "OSSAccessKeyId")
				empty := 0
				for _, part := range strings.Split(strings.TrimSuffix(given, "&"), "&") {
					if part == "" && given != "" {
						empty++
					}
				}
				return strings.Replace(built, "?", "?"+strings.Repeat("&", empty), 1)
			})},
		{"OSS1-PARAM-10", "url-cut-at-equals", "cuts a value at its second equals sign", query("oss-v1"),
			eachParameter(func(p *wire.Param) { p.Value, _, _ = strings.Cut(p.Value, "=") })},
		{"OSS1-PARAM-10", "url-semicolon-parts", "parts parameters at semicolons too", query("oss-v1"),
			input(func(r *wire.Request) {
				path, query, found := strings.Cut(r.Target, "?")
				if found {
					r.Target = path + "?" + strings.ReplaceAll(query, ";", "&")
				}
			}, signature.CanonicalResource)},
		{"OSS1-PARAM-10", "url-second-question-mark", "takes a second question mark for the beginning of the query", query("oss-v1"),
			eachParameter(func(p *wire.Param) { p.Value, _, _ = strings.Cut(p.Value, "?") })},
	})

// Sorts that are none.
var ossV1QueryOrder = []Mutant{
	{"OSS1-PARAM-05", "url-by-value", "sorts parameters by their values", query("oss-v1"),
		resourceOrder(func(a, b *param) int { return cmp.Compare(a.value, b.value) })},
	{"OSS1-PARAM-05", "url-ten-at-most", "sorts ten parameters at most", query("oss-v1"),
		resourceList(func(list []param) []param {
			if len(list) > 10 {
				slices.SortFunc(list, func(a, b param) int { return a.at - b.at })
			}
			return list
		})},
	{"OSS1-PARAM-05", "url-names-not-decoded", "does not decode the names of parameters", query("oss-v1"),
		dropping(func(p wire.Param) bool { return strings.Contains(p.Name, "%") })},
	{"OSS1-PARAM-06", "url-two-letters", "compares the first two letters of names", query("oss-v1"), resourceOrder(beginnings(2))},
	{"OSS1-PARAM-06", "url-nine-letters", "compares the first nine letters of names", query("oss-v1"), resourceOrder(beginnings(9))},
	{"OSS1-PARAM-06", "url-by-length", "sorts names by their length", query("oss-v1"),
		resourceOrder(func(a, b *param) int {
			return cmp.Or(cmp.Compare(len(a.name), len(b.name)), strings.Compare(a.name, b.name))
		})},
}

// Decoders that are none.
var ossV1QueryEncoding = []Mutant{
	{"OSS1-PARAM-03", "url-decoded-twice", "decodes values twice", query("oss-v1"), valuesAs(func(_, value string) string { return wire.Unescape(value) })},
	{"OSS1-PARAM-03", "url-separators-kept", "leaves the escapes of slashes, commas and bars", query("oss-v1"),
		valuesAs(func(raw, _ string) string {
			return wire.UnescapeQuery(strings.NewReplacer("%2F", "%252F", "%2C", "%252C", "%7C", "%257C").Replace(raw))
		})},
	{"OSS1-PARAM-03", "url-percent-dropped", "drops a percent sign that is no escape", query("oss-v1"),
		valuesAs(func(raw, _ string) string { return wire.UnescapeQuery(withoutLonePercent(raw)) })},
	{"OSS1-PARAM-03", "url-utf-8-alone", "puts U+FFFD where a value is no UTF-8", query("oss-v1"),
		valuesAs(func(_, value string) string { return strings.ToValidUTF8(value, "\ufffd") })},
	{"OSS1-PARAM-03", "url-control-dropped", "drops control bytes of a value", query("oss-v1"),
		valuesAs(func(_, value string) string {
			return strings.Map(func(r rune) rune {
				if r < ' ' {
					return -1
				}
				return r
			}, value)
		})},
	{"OSS1-PARAM-03", "url-three-bytes", "loses characters of four bytes", query("oss-v1"),
		valuesAs(func(_, value string) string { return withoutFourBytes(value) })},
	{"OSS1-PARAM-03", "url-blank-as-plus", "signs a blank as a plus sign", query("oss-v1"),
		valuesAs(func(_, value string) string { return strings.ReplaceAll(value, " ", "+") })},
	{"OSS1-PARAM-04", "url-plus-lost", "makes a blank of an encoded plus sign too", query("oss-v1"),
		valuesAs(func(_, value string) string { return strings.ReplaceAll(value, "+", " ") })},
}

// byWholeName compares names.
func byWholeName(a, b wire.Param) int { return strings.Compare(a.Name, b.Name) }

// withoutFourBytes drops characters beyond the first plane.
func withoutFourBytes(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return -1
		}
		return r
	}, text)
}
