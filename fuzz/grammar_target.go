package fuzz

import (
	"cmp"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// A spelling is one of the ways clients write text into a target.
type spelling struct {
	raw   *wire.EscapeSet // what stands for itself
	lower bool            // hexadecimal digits in lower case
	plus  bool            // a blank becomes a plus sign: queries only
}

// Paths keep their slashes but in the spelling that encodes everything.
var pathSpellings = []spelling{
	{raw: wire.NewEscapeSet("/")},
	{raw: wire.NewEscapeSet("/!$&'()*+,;=:@")}, // all RFC 3986 allows in a path
	{raw: wire.NewEscapeSet("/"), lower: true},
	{raw: new(wire.EscapeSet)},
	{raw: careless("?")},
	{raw: wire.NewEscapeSet(""), lower: true},
	{raw: dotless()},
}

var querySpellings = []spelling{
	{raw: wire.NewEscapeSet("")},
	{raw: wire.NewEscapeSet("/!$'()*,;:@?")}, // RFC 3986, without + which means a blank
	{raw: wire.NewEscapeSet(""), lower: true},
	{raw: new(wire.EscapeSet)},
	{raw: wire.NewEscapeSet("*"), plus: true}, // an HTML form
	{raw: careless("&=")},
}

// Values can hold an equals sign as it is.
var valueSpellings = append(slices.Clone(querySpellings), spelling{raw: careless("&")})

// careless is a client that encodes nothing but what would end the target, or
// the part of it.
func careless(ends string) *wire.EscapeSet {
	var set wire.EscapeSet
	for i := range set {
		set[i] = i > ' ' && i != 0x7f && strings.IndexByte(ends+"#%", byte(i)) < 0
	}
	return &set
}

// dotless encodes the dots, so that nobody resolves them.
func dotless() *wire.EscapeSet {
	set := *wire.NewEscapeSet("/")
	set['.'] = false
	return &set
}

// strays are percent signs that begin no escape, at the end of a text.
var strays = []string{"%", "%zz", "%4"}

// lengths go to both sides of buffers that cut keys and URLs.
var lengths = []int{310, 1030, 2100, 4200}

func (s spelling) spell(text string) string {
	out := wire.AppendEscaped(nil, text, s.raw)
	if s.lower {
		for i := 0; i < len(out); i++ {
			if out[i] == '%' {
				copy(out[i:], strings.ToLower(string(out[i:i+3])))
				i += 2
			}
		}
	}
	if s.plus {
		return strings.ReplaceAll(string(out), "%20", "+")
	}
	return string(out)
}

// target chooses key and parameters and returns the target that names them.
func (g *grammar) target(host string) string {
	t := wire.Target{Path: g.path()}
	t.Query, t.HasQuery = g.query()
	if scheme := g.in.Request.Transport; g.profile == signature.OSSRTMPQuery {
		t.Scheme, t.Authority = "rtmp", host
	} else if g.Once(8) {
		t.Scheme, t.Authority = scheme, host
		if t.Path == "/" && g.Once(4) {
			t.Path = ""
		}
	}
	return t.String()
}

// path is the raw path of the key, and with path style of the bucket.
func (g *grammar) path() string {
	path := "/"
	if g.in.Addressing == signature.PathStyle {
		path += g.in.Bucket
	}
	if g.in.Bucket == "" {
		return path
	}
	key, raw := g.key()
	g.in.Key = key
	switch {
	case g.in.Addressing != signature.PathStyle:
		return path + raw
	case raw == "" && g.Once(2):
		return path
	}
	return path + "/" + raw
}

// key returns a key and how it stands in the target. Of slashes in front OSS
// sees only those that are encoded (observed, F-OSS-X-12). The key of a push URL
// is its channel, and stands behind live/.
func (g *grammar) key() (key, raw string) {
	key = g.text(atoms, 7)
	kind := g.Below(20)
	switch kind {
	case 16:
		key = g.in.Bucket + "/" + key
	case 17:
		key += strings.Repeat("k/", OneOf(g.Choices, lengths)/2)
	}
	live := ""
	if g.profile == signature.OSSRTMPQuery {
		if kind == 16 {
			key = "live"
		}
		live = "live/"
	}
	raw = OneOf(g.Choices, pathSpellings).spell(live + key)
	if g.isOSS() && strings.HasPrefix(raw, "/") {
		key = strings.TrimLeft(key, "/")
	}
	switch {
	case kind == 18:
		stray := OneOf(g.Choices, strays)
		key, raw = key+stray, raw+stray
	case kind == 19 && g.profile != signature.OSSRTMPQuery && !strings.HasPrefix(raw, "/"):
		key, raw = "/"+key, "/%2F"+raw
		if !g.isOSS() {
			key = "/" + key
		}
	}
	return key, raw
}

// query is up to six parameters as they stand in the target. None has neither
// name nor value: no client means anything by that.
func (g *grammar) query() (query string, hasQuery bool) {
	var names []string
	var b strings.Builder
	count := g.Below(7)
	if g.Once(16) {
		count += 12
	}
	for i := range count {
		if i > 0 {
			b.WriteByte('&')
		}
		if g.Once(16) {
			b.WriteByte('&')
		}
		name := g.parameterName(names)
		names = append(names, name)
		b.WriteString(OneOf(g.Choices, querySpellings).spell(name))
		switch g.Below(4) {
		case 1:
			if name != "" {
				b.WriteByte('=')
			}
		case 2, 3:
			value := g.text(atoms, 3)
			if name == "" {
				value = cmp.Or(value, "a")
			}
			b.WriteByte('=')
			b.WriteString(OneOf(g.Choices, valueSpellings).spell(value))
			if g.Once(16) {
				b.WriteString(OneOf(g.Choices, strays))
			}
		}
	}
	return b.String(), count > 0 || g.Once(8)
}

// parameterName is a decoded name, or one of those before it again.
func (g *grammar) parameterName(before []string) string {
	var name string
	switch g.Below(8) {
	default:
		name = OneOf(g.Choices, subresources(g.profile)).Name
	case 2:
		name = g.letters(OneOf(g.Choices, subresources(g.profile)).Name)
	case 3, 4:
		name = OneOf(g.Choices, plainParameters)
	case 5:
		name = g.text(atoms, 3)
	case 6:
		name = OneOf(g.Choices, atoms) + OneOf(g.Choices, plainParameters)
	case 7:
		if len(before) > 0 {
			name = before[g.Below(len(before))] + OneOf(g.Choices, siblings)
		}
	}
	isToken := name != "" && name == g.profile.Names.Token
	if reserved(g.profile, name) || isToken && g.token {
		return "not-" + name
	}
	g.token = g.token || isToken
	return name
}
