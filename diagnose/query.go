package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// splitQuery takes the query of a signed text apart; lead is its question mark,
// which V4 does not have.
func splitQuery(text string) (lead string, params []wire.Param) {
	rest, marked := strings.CutPrefix(text, "?")
	if marked {
		lead = "?"
	}
	return lead, wire.AppendParams(nil, rest)
}

func joinQuery(lead string, params []wire.Param) string {
	if len(params) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(lead)
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.Name)
		if p.HasValue {
			b.WriteString("=" + p.Value)
		}
	}
	return b.String()
}

// left names the mistake of a parameter that arrived and is not signed. In a
// URL two causes look alike unless the request shows where it stands.
func (c *inquiry) left(p wire.Param) []made {
	n := c.names()
	if p.Name == n.Token && n.Token != "" || p.Name == n.TokenHeader {
		return []made{did("token-parameter-unsigned", p.Name)}
	}
	unsigned, later := did("parameter-unsigned", p.Name), did("parameter-added-later", p.Name)
	if c.carrier == signature.InHeader || c.alone {
		return []made{unsigned}
	}
	switch c.placeOf(p.Name) {
	case inFront:
		return []made{unsigned}
	case behind:
		return []made{later}
	}
	return []made{unsigned, later}
}

type placeInURL int

const (
	unknownPlace placeInURL = iota
	inFront
	behind
)

// placeOf says whether a parameter stands in front of the signature or behind.
func (c *inquiry) placeOf(name string) placeInURL {
	if c.Request == nil || c.foreign {
		return unknownPlace
	}
	own := c.names().SignatureField
	signatureSeen := false // one that the request does not have at all was added later still
	for _, p := range wire.AppendParams(nil, wire.SplitTarget(c.Request.Target).Query) {
		switch plain := wire.UnescapeQuery(p.Name); {
		case plain == own:
			signatureSeen = true
		case plain == wire.UnescapeQuery(name) && signatureSeen:
			return behind
		case plain == wire.UnescapeQuery(name):
			return inFront
		}
	}
	if signatureSeen {
		return behind
	}
	return unknownPlace
}

// queryVariants are the queries a signer may have signed.
func (c *inquiry) queryVariants(text string, add func(string, ...made)) {
	lead, params := splitQuery(text)
	if len(params) > 64 {
		return
	}
	for i, p := range params {
		for _, m := range c.left(p) {
			add(joinQuery(lead, without(params, i)), m)
		}
		c.valueForms(lead, params, i, add)
	}
	c.addedParameters(lead, text, params, add)
	switch n := len(params); {
	case n < 2:
	case n <= 6:
		permute(params, func(order []wire.Param) { add(joinQuery(lead, order), did("query-order", "")) })
	default:
		for i := range n - 1 {
			swapped := with(with(params, i, params[i+1]), i+1, params[i])
			add(joinQuery(lead, swapped), did("query-order", ""))
		}
	}
	if len(params) > 2 {
		add("", did("parameters-unsigned", ""))
	}
	if lead != "" && len(params) > 0 {
		add("&"+text[1:], did("layout-other", "& for the first ?"))
	}
}

// valueForms write the value of a parameter otherwise, or its name.
func (c *inquiry) valueForms(lead string, params []wire.Param, i int, add func(string, ...made)) {
	p := params[i]
	put := func(value, name string, hasValue bool) {
		if value != p.Value || hasValue != p.HasValue {
			other := wire.Param{Name: p.Name, Value: value, HasValue: hasValue}
			add(joinQuery(lead, with(params, i, other)), did(name, fmt.Sprintf("%s, signed %q, arrived %q", p.Name, value, p.Value)))
		}
	}
	if p.Value == "" {
		put("", "value-form", !p.HasValue)
		put("0", "value-form", true)
		return
	}
	decoded := p.Value
	if c.isHex() || c.scheme == "oss-v2" {
		decoded = wire.Unescape(p.Value)
	}
	if again := wire.Unescape(decoded); again != decoded {
		if decoded == p.Value {
			put(again, "value-encoded-twice", true)
		} else {
			put(wire.EscapeValue(again), "value-encoded-twice", true)
		}
	}
	for _, value := range encodings(decoded) {
		put(value, "value-form", true)
	}
	put(strings.ToLower(p.Value), "value-form", true)
	put("", "value-form", false)
	put("", "value-form", true)
	if lower := strings.ToLower(p.Name); lower != p.Name {
		add(joinQuery(lead, with(params, i, wire.Param{Name: lower, Value: p.Value, HasValue: p.HasValue})), did("value-form", "the name in lower case"))
	}
	if escaped := wire.EscapeValue(p.Name); escaped != p.Name {
		add(joinQuery(lead, with(params, i, wire.Param{Name: escaped, Value: p.Value, HasValue: p.HasValue})), did("value-form", "the name encoded"))
	}
}

// addedParameters are those that were signed, and that the service does not
// sign or did not get.
func (c *inquiry) addedParameters(lead, text string, params []wire.Param, add func(string, ...made)) {
	n := c.names()
	if lead == "" && !c.isHex() {
		lead = "?"
	}
	byName := func(a, b wire.Param) int { return strings.Compare(a.Name, b.Name) }
	if token := c.Credentials.SecurityToken; token != "" && c.carrier == signature.InQuery {
		more := append(slices.Clone(params), wire.Param{Name: n.Token, Value: token, HasValue: true})
		slices.SortStableFunc(more, byName)
		add(joinQuery(lead, more), did("token-not-sent", n.Token))
	}
	if c.isHex() {
		for _, name := range usualParameters[:bareParameters] {
			if !slices.ContainsFunc(params, func(p wire.Param) bool { return p.Name == name }) {
				more := append(slices.Clone(params), wire.Param{Name: name})
				slices.SortStableFunc(more, byName)
				add(joinQuery(lead, more), did("parameter-not-sent", name))
			}
		}
	}
	if c.Request == nil || c.foreign || c.isHex() {
		return
	}
	sent := wire.AppendParams(nil, wire.SplitTarget(c.Request.Target).Query)
	raw := wire.SplitTarget(c.Request.Target).Query
	if sameNames(sent, params) {
		add(lead+raw, did("query-as-sent", ""))
	}
	all := slices.Clone(params)
	for _, p := range sent {
		p.Name, p.Value, p.HasValue = wire.UnescapeQuery(p.Name), wire.UnescapeQuery(p.Value), p.Value != ""
		if p.Name == n.SignatureField || p.Name == n.AccessKey || p.Name == n.Expires || slices.ContainsFunc(params, func(had wire.Param) bool { return had.Name == p.Name }) {
			continue
		}
		more := append(slices.Clone(params), p)
		slices.SortStableFunc(more, byName)
		add(joinQuery(lead, more), did("parameter-not-sent", p.Name))
		all = append(all, p)
	}
	slices.SortStableFunc(all, byName)
	if len(all) > len(params)+1 {
		add(joinQuery(lead, all), did("parameters-all-signed", ""))
	}
}

// sameNames reports whether two lists have the same names, and not the same
// parameters: they are written in another form then.
func sameNames(a, b []wire.Param) bool {
	list := func(params []wire.Param, form func(wire.Param) string) []string {
		var out []string
		for _, p := range params {
			out = append(out, form(p))
		}
		slices.Sort(out)
		return out
	}
	name := func(p wire.Param) string { return wire.UnescapeQuery(p.Name) }
	whole := func(p wire.Param) string { return p.Name + "=" + p.Value }
	return slices.Equal(list(a, name), list(b, name)) && !slices.Equal(list(a, whole), list(b, whole))
}

// classifyQuery names what is seen in two queries. Parameters that nobody signed
// can be of two causes; they are taken to be of the same one.
func (c *inquiry) classifyQuery(server, signed string) [][]made {
	first, second := c.queryWay(server, signed, 0), c.queryWay(server, signed, 1)
	if slices.EqualFunc(first, second, func(a, b made) bool { return a.mistake == b.mistake }) {
		return [][]made{first}
	}
	return [][]made{first, second}
}

func (c *inquiry) queryWay(server, signed string, way int) []made {
	_, a := splitQuery(server)
	_, b := splitQuery(signed)
	find := func(list []wire.Param, name string) int {
		return slices.IndexFunc(list, func(p wire.Param) bool { return wire.Unescape(p.Name) == wire.Unescape(name) })
	}
	var all []made
	for _, p := range a {
		switch i := find(b, p.Name); {
		case i < 0:
			readings := c.left(p)
			all = append(all, readings[min(way, len(readings)-1)])
		case b[i].Value != p.Value || b[i].HasValue != p.HasValue || b[i].Name != p.Name:
			all = append(all, c.otherValue(p, b[i]))
		}
	}
	for _, p := range b {
		if find(a, p.Name) < 0 {
			if name := c.names().Token; p.Name == name && name != "" {
				all = append(all, did("token-not-sent", p.Name))
			} else {
				all = append(all, did("parameter-not-sent", p.Name))
			}
		}
	}
	if len(all) == 0 {
		all = append(all, did("query-order", ""))
	}
	return all
}

// otherValue names what is seen in two values of a parameter: another form of the
// same value, or another value.
func (c *inquiry) otherValue(server, signed wire.Param) made {
	detail := fmt.Sprintf("%s, signed %q, arrived %q", server.Name, signed.Value, server.Value)
	if server.Name == c.names().Token {
		return did("token-other", server.Name)
	}
	for _, name := range []string{"value-form", "value-encoded-twice"} {
		known := false
		c.valueForms("", []wire.Param{server}, 0, func(text string, all ...made) {
			known = known || all[0].Name == name && text == joinQuery("", []wire.Param{signed})
		})
		if known {
			return did(name, detail)
		}
	}
	value := server.Value // as it was meant
	if c.isHex() || c.scheme == "oss-v2" {
		value = wire.Unescape(value)
	}
	switch {
	case wire.Unescape(signed.Value) == value || wire.UnescapeQuery(signed.Value) == value:
		return did("value-form", detail)
	case wire.Unescape(value) != value && wire.Unescape(signed.Value) == wire.Unescape(value):
		return did("value-encoded-twice", detail)
	}
	return did("value-other", detail)
}
