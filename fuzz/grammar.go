package fuzz

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Input decodes choices into a request to sign with p, and what a signer is
// told beside it. The order of the choices is part of the corpus: a new choice
// goes behind those there are, or the corpus means something else.
func Input(p *signature.Profile, c *Choices) *signature.Input {
	g := &grammar{Choices: c, profile: p}
	in := &g.in
	in.Request = &wire.Request{Transport: OneOf(c, []string{"http", "https"})}
	in.Request.Method = g.method()
	in.Credentials = signature.Credentials{
		AccessKeyID: OneOf(c, accessKeyIDs), AccessKeySecret: OneOf(c, secrets), SecurityToken: OneOf(c, tokens),
	}
	g.token = in.Credentials.SecurityToken != ""
	in.Time = time.Unix(OneOf(c, times), 0).UTC()
	g.lifetime()
	if p.Names.Terminator != "" {
		in.Region, in.Product = OneOf(c, regions), OneOf(c, products)
	}
	host := g.address()
	in.Request.Target = g.target(host)
	g.headers(host)
	g.additionalHeaders()
	in.Request.Body = g.body()
	if g.Once(8) {
		g.add("Content-Length", strconv.Itoa(len(in.Request.Body)))
	}
	if p.Carrier == signature.InForm {
		in.Policy = g.policy()
	}
	return in
}

// grammar is an input while it is decoded.
type grammar struct {
	*Choices
	profile *signature.Profile
	in      signature.Input
	token   bool // the request has a token, which has one place (EC 0002-00000010)
}

func (g *grammar) isOSS() bool { return strings.HasPrefix(g.profile.Scheme, "oss") }

func (g *grammar) method() string {
	if g.profile.Carrier == signature.InForm {
		return "POST"
	}
	return OneOf(g.Choices, methods)
}

// lifetime sets the expiry where a scheme has one: seconds in V4, a point in
// time in the others.
func (g *grammar) lifetime() {
	if g.profile.Carrier != signature.InQuery {
		return
	}
	g.in.Expires = OneOf(g.Choices, lifetimes)
	if g.profile.Names.Terminator == "" {
		g.in.Expires += g.in.Time.Unix()
		if g.Once(16) {
			g.in.Expires = milliseconds
		}
	}
}

// address chooses bucket and addressing and returns the host that follows. A
// request of the service itself has no bucket; forms and push URLs have one.
func (g *grammar) address() string {
	b, endpoint := OneOf(g.Choices, buckets), OneOf(g.Choices, endpointsOf(g.profile))
	ways := []signature.Addressing{signature.VirtualHost, signature.PathStyle, signature.CNAME, ""}
	switch {
	case g.profile == signature.OSSRTMPQuery:
		ways = []signature.Addressing{signature.VirtualHost, signature.CNAME}
	case g.profile.Carrier == signature.InForm:
		ways = ways[:3]
	}
	if isAddress(endpoint) {
		ways = slices.DeleteFunc(ways, func(way signature.Addressing) bool { return way == signature.VirtualHost })
	}
	g.in.Bucket, g.in.Addressing = b.name, OneOf(g.Choices, ways)
	host := endpoint
	switch g.in.Addressing {
	case signature.VirtualHost:
		host = b.name + "." + host
	case signature.CNAME:
		host = b.domain
	case "":
		g.in.Bucket, g.in.Addressing = "", signature.PathStyle
	}
	if kind := g.Below(8); kind == 7 {
		host = strings.ToUpper(host)
	} else if kind > 3 {
		host += OneOf(g.Choices, ports)
	}
	return host
}

func (g *grammar) body() string {
	if g.Once(8) {
		return g.text(atoms, 4)
	}
	return OneOf(g.Choices, bodies)
}

// additionalHeaders names headers to sign beyond the default ones: some that
// the request has, and some it may not have. Names with an underscore are left
// out, as OSS takes none in its list (EC 0002-00000211), and so are names with
// the semicolon that separates the list, and those beyond ASCII: they have no
// letter case in HTTP (RFC 9110, section 5.1), and one in many languages.
func (g *grammar) additionalHeaders() {
	if g.profile.Names.SignedHeaders == "" || g.profile.Carrier == signature.InForm {
		return
	}
	for range g.Below(4) {
		var name string
		switch all := g.in.Request.Headers; {
		case g.Below(3) == 2:
			name = OneOf(g.Choices, []string{"host", "Content-Length", "absent", "content-type", "Range"})
		case len(all) > 0:
			name = g.letters(all[g.Below(min(len(all), 256))].Name)
		}
		if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r == '_' || r == ';' || r > 0x7f }) {
			g.in.AdditionalHeaders = append(g.in.AdditionalHeaders, name)
		}
	}
}

// letters is a name in one of the letter cases clients write. Letters outside
// ASCII have no case in a header.
func (g *grammar) letters(name string) string {
	kind := g.Below(5)
	if kind == 0 {
		return name
	}
	out := []byte(name)
	for i, b := range out {
		upper := kind == 2 || kind == 3 && i%2 == 0 || kind == 4 && (i == 0 || name[i-1] == '-')
		switch {
		case upper && 'a' <= b && b <= 'z':
			out[i] -= 'a' - 'A'
		case !upper && 'A' <= b && b <= 'Z':
			out[i] += 'a' - 'A'
		}
	}
	return string(out)
}

// reserved reports whether a query parameter would be taken for the request's
// own authentication, and so must not be in a request that is to be signed.
func reserved(p *signature.Profile, name string) bool {
	n := &p.Names
	switch {
	case name == "":
		return false
	case slices.Contains(openers, name):
		return true
	case p.Carrier != signature.InQuery:
		return false
	}
	return slices.Contains([]string{n.Credential, n.Date, n.Expires, n.SignedHeaders, n.Token}, name)
}

// openers are the parameters by which a request is known to be a signed URL.
var openers = func() []string {
	var names []string
	for _, p := range signature.Profiles {
		if p.Carrier == signature.InQuery {
			names = append(names, p.Names.VersionField, p.Names.AccessKey, p.Names.SignatureField)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}()
