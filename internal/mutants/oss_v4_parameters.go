package mutants

import (
	"slices"
	"sort"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The canonical query of OSS V4: what is signed, how it is encoded and in what
// order.
var ossV4Parameters = append(ossV4RawInQuery(), []Mutant{
	{"OSS4-PARAM-01", "listed-only", "signs the parameters of V1's list and those of the signature alone", requests("oss-v4"), dropping(func(p wire.Param) bool {
		return !strings.HasPrefix(p.Name, "x-oss-") && !signature.SignedParameters("oss-v1").Signed(wire.UnescapeQuery(p.Name))
	})},
	{"OSS4-PARAM-01", "lists-unsigned", "does not sign prefix, delimiter and the like: the rule of V1", requests("oss-v4"), dropping(func(p wire.Param) bool {
		return slices.Contains([]string{"list-type", "prefix", "delimiter", "max-keys", "marker", "encoding-type"}, p.Name)
	})},
	{"OSS4-PARAM-01", "vendor-parameters-unsigned", "does not sign x-oss- parameters of the caller", requests("oss-v4"), dropping(func(p wire.Param) bool {
		own := []string{"x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-security-token", "x-oss-additional-headers", "x-oss-signature"}
		return strings.HasPrefix(p.Name, "x-oss-") && !slices.Contains(own, p.Name)
	})},
	{"OSS4-PARAM-01", "callback-unsigned", "does not sign callback and callback-var", requests("oss-v4"), dropping(func(p wire.Param) bool { return strings.HasPrefix(p.Name, "callback") })},
	{"OSS4-PARAM-01", "overrides-unsigned", "does not sign response- parameters", requests("oss-v4"), dropping(func(p wire.Param) bool { return strings.HasPrefix(p.Name, "response-") })},
	{"OSS4-PARAM-01", "v1-authentication-unsigned", "takes Expires and OSSAccessKeyId for parameters of a signature", requests("oss-v4"), dropping(func(p wire.Param) bool { return p.Name == "Expires" || p.Name == "OSSAccessKeyId" })},
	{"OSS4-PARAM-01", "names-in-small-letters", "signs names in small letters", requests("oss-v4"), eachParameter(func(p *wire.Param) { p.Name = strings.ToLower(p.Name) })},
	{"OSS4-PARAM-01", "empty-parts-signed", "signs the empty part between two ampersands", requests("oss-v4"), output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
		q := "&" + s.Target.Query + "&"
		if s.Target.Query == "" || !strings.Contains(q, "&&") {
			return built
		}
		return "&" + built
	})},
	{"OSS4-PARAM-01", "bare-question-mark-signed", "signs a bare question mark as an empty parameter", header("oss-v4"), output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
		if s.Target.HasQuery && s.Target.Query == "" {
			return "="
		}
		return built
	})},
	{"OSS4-PARAM-01", "nameless-dropped", "drops a parameter with an empty name", requests("oss-v4"), dropping(func(p wire.Param) bool { return p.Name == "" })},
	{"OSS4-PARAM-01", "false-and-null-dropped", "drops parameters whose value is false or null", requests("oss-v4"), dropping(func(p wire.Param) bool { return p.Value == "false" || p.Value == "null" })},

	{"OSS4-PARAM-02", "blank-as-plus", "signs a blank as a plus sign", requests("oss-v4"), replaced(signature.CanonicalQuery, "%20", "+")},
	{"OSS4-PARAM-02", "slash-raw", "leaves the slash raw: the encoder of the path", requests("oss-v4"), replaced(signature.CanonicalQuery, "%2F", "/")},
	{"OSS4-PARAM-02", "tilde-encoded", "signs ~ as %7E", requests("oss-v4"), replaced(signature.CanonicalQuery, "~", "%7E")},
	{"OSS4-PARAM-02", "small-digits", "signs %2f in small letters", requests("oss-v4"), text(signature.CanonicalQuery, lowerEscapes)},
	{"OSS4-PARAM-02", "encoded-twice", "encodes what is encoded", requests("oss-v4"), replaced(signature.CanonicalQuery, "%", "%25")},
	{"OSS4-PARAM-02", "decoded-twice", "decodes a value twice", requests("oss-v4"), eachParameter(func(p *wire.Param) { p.Value = wire.EscapeValue(wire.UnescapeQuery(wire.UnescapeQuery(p.Value))) })},
	{"OSS4-PARAM-02", "values-decoded", "signs values decoded: the rule of V1", requests("oss-v4"), text(signature.CanonicalQuery, wire.Unescape)},
	{"OSS4-PARAM-02", "names-not-encoded", "encodes values and leaves names", requests("oss-v4"), namesDecoded()},
	{"OSS4-PARAM-02", "digits-as-sent", "keeps %2f where it travels so", requests("oss-v4"), writtenAs(encodeRest)},
	{"OSS4-PARAM-02", "unreserved-as-sent", "keeps letters that travel encoded", requests("oss-v4"), writtenAs(func(raw string) string { return upperEscapes(encodeRest(raw)) })},
	{"OSS4-PARAM-02", "latin-1", "encodes é as ISO 8859-1", requests("oss-v4"), replaced(signature.CanonicalQuery, "%C3%A9", "%E9")},
	{"OSS4-PARAM-02", "surrogates", "encodes the halves of a UTF-16 pair apart", requests("oss-v4"), eachParameter(func(p *wire.Param) { p.Value = wire.EscapeValue(surrogatesApart(wire.UnescapeQuery(p.Value))) })},
	{"OSS4-PARAM-02", "replacement-characters", "puts U+FFFD in the place of what is no UTF-8", requests("oss-v4"), eachParameter(func(p *wire.Param) {
		p.Value = wire.EscapeValue(strings.ToValidUTF8(wire.UnescapeQuery(p.Value), "\ufffd"))
	})},
	{"OSS4-PARAM-02", "control-raw", "leaves control characters raw", requests("oss-v4"), text(signature.CanonicalQuery, func(built string) string {
		return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%09", "\t", "%00", "\x00").Replace(built)
	})},
	{"OSS4-PARAM-02", "cut-at-second-equals-sign", "ends a value at an equals sign", requests("oss-v4"), eachParameter(func(p *wire.Param) { p.Value, _, _ = strings.Cut(p.Value, "=") })},
	{"OSS4-PARAM-02", "cut-at-question-mark", "ends the query at its second question mark", requests("oss-v4"), eachParameter(func(p *wire.Param) { p.Value, _, _ = strings.Cut(p.Value, "?") })},
	{"OSS4-PARAM-02", "blanks-trimmed", "trims values", requests("oss-v4"), eachParameter(func(p *wire.Param) { p.Value = wire.EscapeValue(strings.TrimSpace(wire.UnescapeQuery(p.Value))) })},

	{"OSS4-PARAM-03", "as-they-come", "does not sort", requests("oss-v4"), parametersAs(func(list []queryPair) {})},
	{"OSS4-PARAM-03", "first-character", "sorts by the first character", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool { return a.first() < b.first() }))},
	{"OSS4-PARAM-03", "decoded", "sorts first and encodes then", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool { return wire.Unescape(a.name) < wire.Unescape(b.name) }))},
	{"OSS4-PARAM-03", "whole-pairs", "sorts pairs as text, the equals sign with them", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool { return a.text() < b.text() }))},
	{"OSS4-PARAM-03", "whole-pairs-without-equals-sign", "sorts names and values run together", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool { return a.name+a.value < b.name+b.value }))},
	{"OSS4-PARAM-03", "letter-case-ignored", "sorts without regard to letter case", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool { return strings.ToLower(a.name) < strings.ToLower(b.name) }))},
	{"OSS4-PARAM-03", "numbers-in-front", "sorts names that are numbers by their value", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool {
		if isNumber(a.name) && isNumber(b.name) && len(a.name) != len(b.name) {
			return len(a.name) < len(b.name)
		}
		return a.name < b.name
	}))},
	{"OSS4-PARAM-03", "ten-at-most", "sorts no more than ten parameters", requests("oss-v4"), parametersAs(func(list []queryPair) {
		if len(list) <= 10 {
			pairsBy(func(a, b queryPair) bool { return a.name < b.name })(list)
		}
	})},
	{"OSS4-PARAM-03", "punctuation-ignored", "sorts as a locale does, punctuation last", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool {
		x, y := strings.NewReplacer("-", "", "_", "", ".", "").Replace(a.name), strings.NewReplacer("-", "", "_", "", ".", "").Replace(b.name)
		return x < y || x == y && a.name < b.name
	}))},
	{"OSS4-PARAM-03", "underscore-behind-letters", "sorts the underscore behind all letters", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool {
		return strings.ReplaceAll(a.name, "_", "\x7f") < strings.ReplaceAll(b.name, "_", "\x7f")
	}))},
	{"OSS4-PARAM-03", "bare-names-behind", "sorts bare names behind pairs", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool {
		if (a.value == "") != (b.value == "") {
			return a.value != ""
		}
		return a.name < b.name
	}))},
	{"OSS4-PARAM-03", "longer-names-in-front", "sorts a name behind those it is the begin of", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool { return a.name+"\x7f" < b.name+"\x7f" }))},

	{"OSS4-PARAM-04", "equals-always", "signs name= for an empty value", requests("oss-v4"), text(signature.CanonicalQuery, func(built string) string {
		return editedParts(built, func(p string) string {
			if strings.Contains(p, "=") || p == "" {
				return p
			}
			return p + "="
		})
	})},
	{"OSS4-PARAM-04", "equals-as-sent", "keeps the equals sign that travels with an empty value", requests("oss-v4"), output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
		return editedParts(built, func(name string) string {
			if strings.Contains("&"+s.Target.Query+"&", "&"+name+"=&") {
				return name + "="
			}
			return name
		})
	})},
	{"OSS4-PARAM-04", "empty-dropped", "drops parameters without a value", requests("oss-v4"), dropping(func(p wire.Param) bool { return p.Value == "" && p.Name != "" })},
	{"OSS4-PARAM-04", "zero-is-empty", "takes 0 for no value", requests("oss-v4"), eachParameter(func(p *wire.Param) {
		if p.Value == "0" {
			p.Value = ""
		}
	})},
	{"OSS4-PARAM-04", "blank-is-empty", "takes a blank for no value", requests("oss-v4"), eachParameter(func(p *wire.Param) {
		if p.Value == "%20" {
			p.Value = ""
		}
	})},
	{"OSS4-PARAM-05", "marks-as-sent", "leaves ! ' ( ) * as they travel", requests("oss-v4"), writtenAs(leavingRaw("!'()*"))},
	{"OSS4-PARAM-05", "allowed-characters-as-sent", "leaves what RFC 3986 allows in a query as it travels", requests("oss-v4"), writtenAs(leavingRaw("/:?@!$'()*,;"))},
	{"OSS4-PARAM-05", "sequences-as-sent", "decodes nothing that is a sequence already", requests("oss-v4"), writtenAs(encodeRest)},
	{"OSS4-PARAM-06", "plus-is-plus", "takes a raw plus sign for a plus sign", requests("oss-v4"), eachParameter(func(p *wire.Param) {
		p.Name, p.Value = strings.ReplaceAll(p.Name, "+", "%2B"), strings.ReplaceAll(p.Value, "+", "%2B")
	})},
	{"OSS4-PARAM-06", "plus-in-names-is-plus", "takes a raw plus sign in a name for a plus sign", requests("oss-v4"), eachParameter(func(p *wire.Param) { p.Name = strings.ReplaceAll(p.Name, "+", "%2B") })},
	{"OSS4-PARAM-06", "encoded-plus-is-a-blank", "takes %2B for a blank", requests("oss-v4"), replaced(signature.CanonicalQuery, "%2B", "%20")},
	{"OSS4-PARAM-07", "first-counts", "signs the first of a repeated name", requests("oss-v4"), parameters(func(params []wire.Param) []wire.Param {
		var out []wire.Param
		for _, p := range params {
			if !slices.ContainsFunc(out, func(o wire.Param) bool { return o.Name == p.Name }) {
				out = append(out, p)
			}
		}
		return out
	})},
	{"OSS4-PARAM-07", "sorted-by-value", "sorts repeated names by their values", requests("oss-v4"), parametersAs(pairsBy(func(a, b queryPair) bool { return a.name < b.name || a.name == b.name && a.value < b.value }))},
	{"OSS4-PARAM-07", "joined", "joins the values of a repeated name by a comma", requests("oss-v4"), parameters(func(params []wire.Param) []wire.Param {
		var out []wire.Param
		for _, p := range params {
			if i := slices.IndexFunc(out, func(o wire.Param) bool { return o.Name == p.Name }); i >= 0 {
				out[i].Value += "%2C" + p.Value
			} else {
				out = append(out, p)
			}
		}
		return out
	})},
	{"OSS4-PARAM-08", "prefix-left-out", "leaves out all that begins with x-oss-signature", query("oss-v4"), dropping(func(p wire.Param) bool { return strings.HasPrefix(p.Name, "x-oss-signature") })},
	{"OSS4-PARAM-08", "signed-empty", "signs an empty x-oss-signature", query("oss-v4"), replaced(signature.CanonicalQuery, "&x-oss-signature-version", "&x-oss-signature&x-oss-signature-version")},
	{"OSS4-PARAM-08", "last-is-the-signature", "leaves out the last parameter for the signature", query("oss-v4"), Break{Server: func(v *signature.Verifier) {
		reading := v.Reading
		v.Reading = func(p *signature.Profile) *signature.Profile {
			return parameters(func(params []wire.Param) []wire.Param {
				if len(params) > 0 {
					params = params[:len(params)-1]
				}
				return params
			}).Profile(reading(p))
		}
	}}},
}...)

// ossV4RawInQuery leave one mark each raw in the canonical query.
func ossV4RawInQuery() []Mutant {
	var out []Mutant
	for _, m := range riskyMarks {
		out = append(out, Mutant{"OSS4-PARAM-02", "raw-" + m.name, "signs " + m.char + " raw in the query", requests("oss-v4"), replaced(signature.CanonicalQuery, wire.EscapeValue(m.char), m.char)})
	}
	return out
}

// queryPair is a parameter of the canonical query.
type queryPair struct{ name, value string }

func (p queryPair) text() string {
	if p.value == "" {
		return p.name
	}
	return p.name + "=" + p.value
}

func (p queryPair) first() byte { return (p.name + "\x00")[0] }

func pairsBy(less func(a, b queryPair) bool) func(list []queryPair) {
	return func(list []queryPair) {
		sort.SliceStable(list, func(i, j int) bool { return less(list[i], list[j]) })
	}
}

// parametersAs puts the parameters into another order, starting from that of
// their arrival.
func parametersAs(order func(list []queryPair)) Break {
	return output(signature.CanonicalQuery, func(s *signature.Signing, _ string) string {
		var list []queryPair
		for _, p := range s.Params {
			if wire.UnescapeQuery(p.Name) != s.Profile.Names.SignatureField {
				list = append(list, queryPair{wire.EscapeValue(wire.UnescapeQuery(p.Name)), wire.EscapeValue(wire.UnescapeQuery(p.Value))})
			}
		}
		order(list)
		parts := make([]string, len(list))
		for i, p := range list {
			parts[i] = p.text()
		}
		return strings.Join(parts, "&")
	})
}

// editedParts changes each part of a query.
func editedParts(query string, edit func(part string) string) string {
	parts := strings.Split(query, "&")
	for i := range parts {
		parts[i] = edit(parts[i])
	}
	return strings.Join(parts, "&")
}

func namesDecoded() Break {
	return text(signature.CanonicalQuery, func(built string) string {
		return editedParts(built, func(p string) string {
			name, value, has := strings.Cut(p, "=")
			if has {
				return wire.Unescape(name) + "=" + value
			}
			return wire.Unescape(name)
		})
	})
}

// writtenAs writes each name and value as a function makes it of what travels.
func writtenAs(write func(raw string) string) Break {
	return output(signature.CanonicalQuery, func(s *signature.Signing, _ string) string {
		var list []queryPair
		for _, p := range s.Params {
			if p.Name != s.Profile.Names.SignatureField {
				list = append(list, queryPair{write(p.Name), write(p.Value)})
			}
		}
		pairsBy(func(a, b queryPair) bool { return a.name < b.name })(list)
		parts := make([]string, len(list))
		for i, p := range list {
			parts[i] = p.text()
		}
		return strings.Join(parts, "&")
	})
}

// leavingRaw encodes strictly, but leaves some characters that travel raw.
func leavingRaw(raw string) func(part string) string {
	return func(part string) string {
		var b strings.Builder
		for {
			i := strings.IndexAny(part, raw)
			if i < 0 {
				return b.String() + wire.EscapeValue(wire.UnescapeQuery(part))
			}
			b.WriteString(wire.EscapeValue(wire.UnescapeQuery(part[:i])) + part[i:i+1])
			part = part[i+1:]
		}
	}
}
