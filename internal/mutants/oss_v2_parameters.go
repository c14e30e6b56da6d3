package mutants

import (
	"cmp"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the parameters in the resource of OSS V2: all of them, encoded and sorted.
var ossV2Parameters = slices.Concat(
	[]Mutant{
		{"OSS2-PARAM-01", "list-of-v1", "signs the sub-resources of V1 only", requests("oss-v2"),
			parameters(func(params []wire.Param) []wire.Param {
				list := signature.SignedParameters("oss-v1")
				return slices.DeleteFunc(params, func(p wire.Param) bool { return !list.Signed(wire.UnescapeQuery(p.Name)) })
			})},
		{"OSS2-PARAM-01", "unknown-unsigned", "signs no name it does not know", requests("oss-v2"), droppingNamed("trace", "tag", "k")},
		{"OSS2-PARAM-01", "names-lower-case", "lower-cases names", requests("oss-v2"),
			eachParameter(func(p *wire.Param) { p.Name = strings.ToLower(p.Name) })},
		{"OSS2-PARAM-01", "null-as-nothing", "takes the word null for no value", requests("oss-v2"), dropsValue("null")},
		{"OSS2-PARAM-01", "zero-as-nothing", "takes 0 for no value", requests("oss-v2"), dropsValue("0")},
		{"OSS2-PARAM-01", "question-mark-always", "ends the path in a question mark without parameters", requests("oss-v2"),
			output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
				if s.Target.HasQuery && !strings.Contains(built, "?") {
					return built + "?"
				}
				return built
			})},
		{"OSS2-PARAM-01", "empty-parts-signed", "signs empty parts of the query", requests("oss-v2"),
			output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
				if strings.Contains(s.Target.Query, "&&") {
					return strings.Replace(built, "?", "?&", 1)
				}
				return built
			})},
		{"OSS2-PARAM-02", "as-sent", "signs names and values as they were sent", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					pairs[i].name, pairs[i].value = pairs[i].sent.Name, pairs[i].sent.Value
				}
				return pairs
			})},
		{"OSS2-PARAM-02", "decoded", "signs names and values decoded", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					pairs[i].name, pairs[i].value = wire.UnescapeQuery(pairs[i].name), wire.UnescapeQuery(pairs[i].value)
				}
				return pairs
			})},
		{"OSS2-PARAM-02", "names-decoded", "encodes values and no names", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					pairs[i].name = wire.UnescapeQuery(pairs[i].name)
				}
				return pairs
			})},
		{"OSS2-PARAM-02", "lower-case", "writes escapes in lower-case hexadecimal", requests("oss-v2"),
			pairValues(lowerEscapes)},
		{"OSS2-PARAM-02", "lower-case-kept", "keeps lower-case escapes of the wire", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					if sent := pairs[i].sent.Value; sent != upperEscapes(sent) {
						pairs[i].value = lowerEscapes(pairs[i].value)
					}
				}
				return pairs
			})},
		{"OSS2-PARAM-02", "decoded-twice", "decodes values twice", requests("oss-v2"),
			pairValues(func(value string) string { return wire.EscapeValue(wire.Unescape(wire.Unescape(value))) })},
		{"OSS2-PARAM-02", "unreserved-escapes-kept", "keeps needless escapes of the wire", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					if strings.Contains(pairs[i].sent.Value, "%7E") {
						pairs[i].value = pairs[i].sent.Value
					}
				}
				return pairs
			})},
		{"OSS2-PARAM-02", "raw-sub-delimiters-kept", "keeps parentheses and their like that stand raw in the query", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					if strings.ContainsAny(pairs[i].sent.Value, "!'()*") {
						pairs[i].value = pairs[i].sent.Value
					}
				}
				return pairs
			})},
		{"OSS2-PARAM-02", "cut-at-second-equals", "cuts values at an equals sign", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					if head, _, ok := strings.Cut(pairs[i].sent.Value, "="); ok {
						pairs[i].value = wire.EscapeValue(wire.UnescapeQuery(head))
					}
				}
				return pairs
			})},
		{"OSS2-PARAM-02", "blank-as-plus", "writes a blank as a plus sign", requests("oss-v2"), inValues("%20", "+")},
		{"OSS2-PARAM-02", "plus-as-blank", "reads an escaped plus sign as a blank", requests("oss-v2"), inValues("%2B", "%20")},
		{"OSS2-PARAM-02", "tilde-encoded", "encodes the tilde", requests("oss-v2"), inValues("~", "%7E")},
		{"OSS2-PARAM-02", "latin-1", "encodes values in another charset than UTF-8", requests("oss-v2"), inValues("%E6%B5%8B", "%B2%E2")},
		{"OSS2-PARAM-02", "surrogates", "encodes surrogates one by one", requests("oss-v2"), inValues("%F0%9F%98%80", "%ED%A0%BD%ED%B8%80")},
		{"OSS2-PARAM-02", "replacement-character", "puts U+FFFD where bytes are no UTF-8", requests("oss-v2"),
			pairValues(func(value string) string {
				return wire.EscapeValue(strings.ToValidUTF8(wire.Unescape(value), "\ufffd"))
			})},
		{"OSS2-PARAM-05", "sorted-by-value-down", "keeps repeated names in the reverse order", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int {
				return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(b.value, a.value))
			})},
		{"OSS2-PARAM-06", "plus-kept", "takes a raw plus sign for a plus sign", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				for i := range pairs {
					pairs[i].value = wire.EscapeValue(wire.Unescape(pairs[i].sent.Value))
				}
				return pairs
			})},

		{"OSS2-PARAM-03", "unsorted", "keeps the order of arrival", requests("oss-v2"), pairsOrder(nil)},
		{"OSS2-PARAM-03", "sorted-decoded", "sorts before it encodes", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int {
				return strings.Compare(wire.UnescapeQuery(a.name), wire.UnescapeQuery(b.name))
			})},
		{"OSS2-PARAM-03", "sorted-as-pairs", "sorts name=value", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int { return strings.Compare(a.name+"="+a.value, b.name+"="+b.value) })},
		{"OSS2-PARAM-03", "sorted-by-first-letter", "compares the first letter", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int { return byFirstByte(a.name, b.name) })},
		{"OSS2-PARAM-03", "sorted-in-any-case", "sorts without regard to letter case", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int { return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })},
		{"OSS2-PARAM-03", "sorted-by-number", "sorts numbers by value", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int { return compareNumbers(a.name, b.name) })},
		{"OSS2-PARAM-03", "underscore-first", "sorts the underscore before letters", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int {
				return strings.Compare(strings.ReplaceAll(a.name, "_", "-"), strings.ReplaceAll(b.name, "_", "-"))
			})},
		{"OSS2-PARAM-03", "non-ascii-last", "sorts names beyond ASCII last", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int {
				x, y := strings.Contains(a.name, "%E"), strings.Contains(b.name, "%E")
				if x != y {
					if y {
						return -1
					}
					return 1
				}
				return strings.Compare(a.name, b.name)
			})},
		{"OSS2-PARAM-03", "slash-by-value", "sorts an encoded slash as a slash", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int {
				return strings.Compare(strings.ReplaceAll(a.name, "%2F", "/"), strings.ReplaceAll(b.name, "%2F", "/"))
			})},
		{"OSS2-PARAM-03", "sorted-up-to-ten", "sorts no more than ten parameters", requests("oss-v2"),
			inPairs(func(pairs []resourcePair) []resourcePair {
				if len(pairs) > 10 {
					slices.SortFunc(pairs, func(a, b resourcePair) int { return a.at - b.at })
				}
				return pairs
			})},
		{"OSS2-PARAM-03", "prefixes-last", "sorts a name behind those that begin with it", requests("oss-v2"),
			pairsOrder(func(a, b resourcePair) int { return strings.Compare(a.name+"\x7f", b.name+"\x7f") })},
		{"OSS2-PARAM-04", "equals-always", "writes an equals sign behind every name", requests("oss-v2"), bareNames(func(wire.Param) string { return "=" })},
		{"OSS2-PARAM-04", "equals-as-sent", "keeps an equals sign of the wire", requests("oss-v2"),
			bareNames(func(p wire.Param) string {
				if p.HasValue {
					return "="
				}
				return ""
			})},
		{"OSS2-PARAM-04", "equals-where-none-was", "writes an equals sign where none was sent", requests("oss-v2"),
			bareNames(func(p wire.Param) string {
				if p.HasValue {
					return ""
				}
				return "="
			})},
		{"OSS2-PARAM-04", "empty-dropped", "drops parameters without a value", requests("oss-v2"),
			dropping(func(p wire.Param) bool { return p.Value == "" })},
		{"OSS2-PARAM-04", "empty-sub-resources-dropped", "drops sub-resources with nothing behind an equals sign", requests("oss-v2"),
			dropping(func(p wire.Param) bool { return p.Value == "" && p.HasValue })},
	},
	rawBytes("OSS2-PARAM-02", query("oss-v2"), "!'()*+/&=:@$,;?#%\"|\\", inValues),
	eachUnsigned("list-type", "continuation-token", "x-oss-process", "x-oss-traffic-limit", "response-content-disposition", "uploadId", "versionId", "position", "callback"),
)

// eachUnsigned has a mutant for each name: it does not sign that parameter.
func eachUnsigned(names ...string) []Mutant {
	var out []Mutant
	for _, name := range names {
		out = append(out, Mutant{"OSS2-PARAM-01", strings.ToLower(name) + "-unsigned", "does not sign " + name, requests("oss-v2"), droppingNamed(name)})
	}
	return out
}

// resourcePair is a parameter in the form it is signed, and what it was before.
type resourcePair struct {
	at          int
	name, value string
	sent        wire.Param
	bare        string // what stands behind a name without value
}

// inPairs writes the query of the resource otherwise: change is given its
// pairs in order.
func inPairs(change func(pairs []resourcePair) []resourcePair) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		path, _, ok := strings.Cut(built, "?")
		if !ok {
			return built
		}
		var pairs []resourcePair
		for i, p := range s.Params {
			if name := wire.EscapeValue(wire.UnescapeQuery(p.Name)); name != "x-oss-signature" {
				pairs = append(pairs, resourcePair{i, name, wire.EscapeValue(wire.UnescapeQuery(p.Value)), p, ""})
			}
		}
		slices.SortStableFunc(pairs, func(a, b resourcePair) int { return strings.Compare(a.name, b.name) })
		for i, p := range change(pairs) {
			path += string("?&"[min(i, 1)]) + p.name
			if p.value != "" {
				path += "=" + p.value
			} else {
				path += p.bare
			}
		}
		return path
	})
}

// pairValues writes other values in the query of the resource.
func pairValues(change func(value string) string) Break {
	return inPairs(func(pairs []resourcePair) []resourcePair {
		for i := range pairs {
			pairs[i].value = change(pairs[i].value)
		}
		return pairs
	})
}

// inValues replaces a text in the values of the query of the resource.
func inValues(right, written string) Break {
	return pairValues(func(value string) string { return strings.ReplaceAll(value, right, written) })
}

// bareNames writes something behind names without a value.
func bareNames(behind func(p wire.Param) string) Break {
	return inPairs(func(pairs []resourcePair) []resourcePair {
		for i := range pairs {
			pairs[i].bare = behind(pairs[i].sent)
		}
		return pairs
	})
}

// pairsOrder sorts parameters otherwise; nil keeps the order of arrival.
func pairsOrder(order func(a, b resourcePair) int) Break {
	return inPairs(func(pairs []resourcePair) []resourcePair {
		slices.SortFunc(pairs, func(a, b resourcePair) int { return a.at - b.at })
		if order != nil {
			slices.SortStableFunc(pairs, order)
		}
		return pairs
	})
}
