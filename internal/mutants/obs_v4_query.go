package mutants

import (
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the canonical query of OBS V4.

func obsV4Query() []Mutant {
	both := requests("obs-v4")
	built := func(requirement, name, about string, edit func(built string) string) Mutant {
		return Mutant{requirement, name, about, both, text(signature.CanonicalQuery, edit)}
	}
	sent := func(requirement, name, about string, change func(params []wire.Param) []wire.Param) Mutant {
		return Mutant{requirement, name, about, both, parameters(change)}
	}
	without := func(requirement, name, about string, drop func(p wire.Param) bool) Mutant {
		return sent(requirement, name, about, func(params []wire.Param) []wire.Param { return slices.DeleteFunc(params, drop) })
	}
	out := []Mutant{
		without("OBS4-PARAM-01", "known-names-only", "signs the names of a list", func(p wire.Param) bool { return p.Name == "foo" || p.Name == "utm_source" }),
		without("OBS4-PARAM-01", "list-options-left-out", "leaves the options of a listing out, as the older scheme does", func(p wire.Param) bool {
			return slices.Contains([]string{"list-type", "prefix", "max-keys", "delimiter", "marker", "start-after"}, p.Name)
		}),
		without("OBS4-PARAM-01", "sub-resources-left-out", "leaves versions, parts and positions out", func(p wire.Param) bool {
			return slices.Contains([]string{"versionId", "partNumber", "uploadId", "uploads"}, p.Name)
		}),
		without("OBS4-PARAM-01", "zero-left-out", "takes the value 0 for none", func(p wire.Param) bool { return p.Value == "0" }),
		without("OBS4-PARAM-01", "small-signature-left-out", "leaves x-amz-signature out whatever its letter case", func(p wire.Param) bool { return strings.EqualFold(p.Name, "X-Amz-Signature") }),
		{"OBS4-PARAM-01", "empty-part-signed", "signs an empty part as a parameter", both, output(signature.CanonicalQuery, func(s *signature.Signing, b string) string {
			if strings.Contains(s.Target.Query, "&&") {
				return "=&" + b
			}
			return b
		})},
		{"OBS4-PARAM-01", "bare-question-mark-signed", "signs a parameter without a name where a question mark stands alone", both, output(signature.CanonicalQuery, func(s *signature.Signing, b string) string {
			if s.Target.HasQuery && s.Target.Query == "" {
				return "="
			}
			return b
		})},
		built("OBS4-PARAM-02", "slash-raw", "leaves slashes raw", replacing("%2F", "/")),
		built("OBS4-PARAM-02", "lower-case-digits", "writes %XX in lower case", lowerEscapes),
		built("OBS4-PARAM-02", "encoded-twice", "encodes values that are encoded already", replacing("%", "%25")),
		built("OBS4-PARAM-02", "stray-percent-dropped", "drops a percent sign with nothing behind it", replacing("100%25", "100")),
		sent("OBS4-PARAM-02", "decoded-twice", "decodes values twice", func(params []wire.Param) []wire.Param {
			for i := range params {
				params[i].Value = wire.UnescapeQuery(params[i].Value)
			}
			return params
		}),
		sent("OBS4-PARAM-02", "cut-at-second-equals", "ends a value at an equals sign", func(params []wire.Param) []wire.Param {
			for i := range params {
				params[i].Value, _, _ = strings.Cut(params[i].Value, "=")
			}
			return params
		}),
		sent("OBS4-PARAM-02", "latin-1", "reads values as Latin-1", func(params []wire.Param) []wire.Param {
			for i := range params {
				params[i].Value = wire.EscapeValue(latin1(wire.UnescapeQuery(params[i].Value)))
			}
			return params
		}),
		sent("OBS4-PARAM-02", "surrogates", "encodes the halves of a surrogate pair", func(params []wire.Param) []wire.Param {
			for i := range params {
				params[i].Value = wire.EscapeValue(surrogatesApart(wire.UnescapeQuery(params[i].Value)))
			}
			return params
		}),
		{"OBS4-PARAM-02", "digits-as-sent", "keeps the letter case of %XX on the wire", both, output(signature.CanonicalQuery, func(s *signature.Signing, b string) string {
			for _, p := range s.Params {
				if strings.Contains(p.Value, "%") && p.Value == lowerEscapes(p.Value) {
					b = strings.ReplaceAll(b, wire.EscapeValue(wire.UnescapeQuery(p.Value)), p.Value)
				}
			}
			return b
		})},
		sent("OBS4-PARAM-02", "names-as-sent", "encodes values only", func(params []wire.Param) []wire.Param {
			for i := range params {
				params[i].Name = strings.ReplaceAll(params[i].Name, "%", "%25")
			}
			return params
		}),
		queryOrder("as-sent", "does not sort", nil),
		queryOrder("by-first-letter", "compares the first letters only", func(a, b string) int { return strings.Compare(a[:min(1, len(a))], b[:min(1, len(b))]) }),
		queryOrder("without-letter-case", "sorts without regard to letter case", func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }),
		queryOrder("numbers-by-value", "sorts n9 before n10", func(a, b string) int {
			if len(a) != len(b) && strings.HasPrefix(a, "n") {
				return len(a) - len(b)
			}
			return strings.Compare(a, b)
		}),
		queryOrder("before-encoding", "sorts before it encodes", func(a, b string) int { return strings.Compare(wire.Unescape(a), wire.Unescape(b)) }),
		built("OBS4-PARAM-02", "by-whole-pair", "sorts pairs and not names", func(b string) string {
			pairs := strings.Split(b, "&")
			slices.Sort(pairs)
			return strings.Join(pairs, "&")
		}),
		built("OBS4-PARAM-02", "bad-sort-above-twelve", "sorts badly above twelve names", func(b string) string {
			pairs := strings.Split(b, "&")
			if len(pairs) > 12 {
				slices.Reverse(pairs)
			}
			return strings.Join(pairs, "&")
		}),
		built("OBS4-PARAM-02", "form-encoded", "encodes as a form", func(b string) string {
			v, err := url.ParseQuery(b)
			if err != nil {
				return b
			}
			return v.Encode()
		}),
		built("OBS4-PARAM-03", "bare-without-equals", "writes a bare name where there is no value", func(b string) string {
			return strings.TrimSuffix(strings.ReplaceAll(b, "=&", "&"), "=")
		}),
		{"OBS4-PARAM-03", "equals-as-sent", "writes an equals sign only where one is on the wire", both, output(signature.CanonicalQuery, func(s *signature.Signing, b string) string {
			for _, p := range s.Params {
				if !p.HasValue {
					b = strings.TrimSuffix(strings.ReplaceAll(b, p.Name+"=&", p.Name+"&"), p.Name+"=") + bareSuffix(b, p.Name)
				}
			}
			return b
		})},
		without("OBS4-PARAM-03", "bare-left-out", "leaves bare names out", func(p wire.Param) bool { return !p.HasValue }),
		without("OBS4-PARAM-03", "empty-left-out", "leaves empty values out", func(p wire.Param) bool { return p.HasValue && p.Value == "" }),
		sent("OBS4-PARAM-04", "first-only", "takes the first of a name", func(params []wire.Param) []wire.Param { return distinct(params, false) }),
		sent("OBS4-PARAM-04", "last-only", "takes the last of a name", func(params []wire.Param) []wire.Param { return distinct(params, true) }),
		sent("OBS4-PARAM-04", "one-of-equal-pairs", "takes a pair once", func(params []wire.Param) []wire.Param {
			var kept []wire.Param
			for _, p := range params {
				if !slices.Contains(kept, p) {
					kept = append(kept, p)
				}
			}
			return kept
		}),
		{"OBS4-PARAM-04", "in-order-of-arrival", "keeps equal names in order of arrival", both, output(signature.CanonicalQuery, func(s *signature.Signing, b string) string {
			return pairsInOrder(s, b, func(a, b string) int { return strings.Compare(a, b) })
		})},
		built("OBS4-PARAM-04", "joined-by-comma", "joins the values of a name", func(b string) string { return strings.Replace(b, "&k=", ",", 1) }),
		sent("OBS4-PARAM-05", "plus-is-plus", "takes a raw plus sign for itself", func(params []wire.Param) []wire.Param {
			for i := range params {
				params[i].Value = strings.ReplaceAll(params[i].Value, "+", "%2B")
			}
			return params
		}),
		sent("OBS4-PARAM-05", "plus-removed", "drops a raw plus sign", func(params []wire.Param) []wire.Param {
			for i := range params {
				params[i].Value = strings.ReplaceAll(params[i].Value, "+", "")
			}
			return params
		}),
		{"OBS4-QUERY-04", "signature-parameters-last", "puts the parameters of the signature behind the others", query("obs-v4"), output(signature.CanonicalQuery, func(_ *signature.Signing, b string) string {
			pairs := strings.Split(b, "&")
			slices.SortStableFunc(pairs, func(a, b string) int { return strings.Compare(vendorFirst(b), vendorFirst(a)) })
			return strings.Join(pairs, "&")
		})},
	}
	for _, e := range obsV4Encodings {
		if e.name == "percent-raw" || strings.Contains(e.name, "composed") {
			continue
		}
		out = append(out, built("OBS4-PARAM-02", e.name, e.about, func(b string) string {
			pairs := strings.Split(b, "&")
			for i := range pairs { // the dashes of X-Amz- names stay
				if !strings.HasPrefix(pairs[i], "X-Amz-") {
					pairs[i] = strings.ReplaceAll(pairs[i], e.strict, e.other)
				}
			}
			return strings.Join(pairs, "&")
		}))
	}
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"} {
		out = append(out, Mutant{"OBS4-QUERY-04", "without-" + strings.ToLower(name), "leaves " + name + " out of the canonical query", query("obs-v4"),
			dropping(func(p wire.Param) bool { return p.Name == name })})
	}
	return out
}

func vendorFirst(pair string) string {
	if strings.HasPrefix(pair, "X-Amz-") {
		return "a"
	}
	return "b"
}

// bareSuffix is the bare name at the end of a query whose last pair is name=.
func bareSuffix(query, name string) string {
	if query == name+"=" || strings.HasSuffix(query, "&"+name+"=") {
		return name
	}
	return ""
}

// queryOrder sorts the names of the canonical query otherwise; without an order it
// leaves them as they came.
func queryOrder(name, about string, order func(a, b string) int) Mutant {
	return Mutant{"OBS4-PARAM-02", name, about, requests("obs-v4"), output(signature.CanonicalQuery, func(s *signature.Signing, b string) string {
		return pairsInOrder(s, b, order)
	})}
}

// pairsInOrder writes the pairs of a canonical query in order of arrival, and then
// stably in an order of their names.
func pairsInOrder(s *signature.Signing, built string, order func(a, b string) int) string {
	var pairs []string
	for _, p := range s.Params {
		if pair := wire.EscapeValue(wire.UnescapeQuery(p.Name)) + "=" + wire.EscapeValue(wire.UnescapeQuery(p.Value)); strings.Contains("&"+built+"&", "&"+pair+"&") {
			pairs = append(pairs, pair)
		}
	}
	if order != nil {
		slices.SortStableFunc(pairs, func(a, b string) int {
			a, _, _ = strings.Cut(a, "=")
			b, _, _ = strings.Cut(b, "=")
			return order(a, b)
		})
	}
	return strings.Join(pairs, "&")
}

// distinct keeps one parameter of each name.
func distinct(params []wire.Param, last bool) []wire.Param {
	var kept []wire.Param
	for _, p := range params {
		at := slices.IndexFunc(kept, func(k wire.Param) bool { return wire.UnescapeQuery(k.Name) == wire.UnescapeQuery(p.Name) })
		switch {
		case at < 0:
			kept = append(kept, p)
		case last:
			kept[at] = p
		}
	}
	return kept
}
