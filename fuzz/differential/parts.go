package differential

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// A stage says where two signers part, and one stage hides many faults. What
// parts them is a part of the request: one that can be made plain, and they
// agree. Naming it keeps a fault that is known from hiding another.

// part is something of a request, and the same request with that made plain. It
// returns nothing where it is plain already.
type part func(p *signature.Profile, in *signature.Input) []plainer

type plainer struct {
	name string // constant words
	make func(in *signature.Input)
}

// parts are looked at in this order. A part that holds another stands behind
// it.
var parts = []part{spellingPart, parameterParts, headerParts, hostPart, keyPart, bucketPart, credentialParts, additionalPart, otherParts}

// retarget changes the target of a request.
func retarget(change func(t *wire.Target)) func(in *signature.Input) {
	return func(in *signature.Input) {
		t := wire.SplitTarget(in.Request.Target)
		change(&t)
		in.Request.Target = t.String()
	}
}

// pathOf is the path of the key, spelt as most clients do.
func pathOf(p *signature.Profile, in *signature.Input) string {
	path := "/" + wire.EscapePath(in.Key)
	if p == signature.OSSRTMPQuery {
		path = "/live" + path
	}
	if in.Addressing == signature.PathStyle && in.Bucket != "" {
		path = "/" + in.Bucket + path
	}
	return path
}

func spellingPart(p *signature.Profile, in *signature.Input) []plainer {
	path := pathOf(p, in)
	if in.Key == "" || strings.HasPrefix(in.Key, "/") || path == wire.SplitTarget(in.Request.Target).Path {
		return nil
	}
	return []plainer{{"spelling of the path", retarget(func(t *wire.Target) { t.Path = path })}}
}

// keyPart names of a key what most faults are about: that there is none beside a
// bucket, a slash in front, dot segments, what no text holds, letters beyond
// ASCII, and marks.
func keyPart(p *signature.Profile, in *signature.Input) []plainer {
	if in.Key == "" && in.Bucket == "" {
		return nil
	}
	name := "key"
	switch key := in.Key; {
	case key == "":
		name = "missing key"
	case strings.HasPrefix(key, "/"):
		name = "key with a slash in front"
	case slices.ContainsFunc(strings.Split(key, "/"), func(s string) bool { return s == "." || s == ".." }):
		name = "key with dot segments"
	case strings.Contains(key, "//"):
		name = "key with an empty segment"
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }):
		name = "key with bytes that are no text"
	case strings.ContainsFunc(key, func(r rune) bool { return r > 0x7f }):
		name = "key beyond ascii"
	}
	return []plainer{{name, func(in *signature.Input) {
		in.Key = "key"
		retarget(func(t *wire.Target) { t.Path = pathOf(p, in) })(in)
	}}}
}

// bucketPart is the name of a bucket in the path, which may be like one in the
// host.
func bucketPart(p *signature.Profile, in *signature.Input) []plainer {
	const plain = "examplebucket"
	if in.Addressing != signature.PathStyle || in.Bucket == "" || in.Bucket == plain {
		return nil
	}
	return []plainer{{"bucket", func(in *signature.Input) {
		in.Bucket = plain
		retarget(func(t *wire.Target) { t.Path = pathOf(p, in) })(in)
	}}}
}

// parameterParts are the parameters one by one, their spelling, and all of them.
func parameterParts(p *signature.Profile, in *signature.Input) []plainer {
	t := wire.SplitTarget(in.Request.Target)
	if !t.HasQuery {
		return nil
	}
	list := wire.AppendParams(nil, t.Query)
	var out []plainer
	if plain := plainQuery(list); plain != t.Query {
		out = append(out, plainer{"spelling of the query", retarget(func(t *wire.Target) { t.Query = plain })})
	}
	pieces := strings.Split(t.Query, "&")
	for i, piece := range pieces {
		name, value, equals := strings.Cut(piece, "=")
		called := parameterWord(p, wire.UnescapeQuery(name))
		without := func(with ...string) func(t *wire.Target) {
			query := strings.Join(slices.Concat(pieces[:i], with, pieces[i+1:]), "&")
			return func(t *wire.Target) { t.Query, t.HasQuery = query, query != "" }
		}
		if value != "" && value != "v" {
			out = append(out, plainer{"value of " + called, retarget(without(name + "=v"))})
		}
		if equals && value == "" {
			out = append(out, plainer{"empty value of " + called, retarget(without(name))})
		}
		out = append(out, plainer{called, retarget(without())})
	}
	return append(out, plainer{"parameters", retarget(func(t *wire.Target) { t.Query, t.HasQuery = "", false })})
}

func plainQuery(list []wire.Param) string {
	var pieces []string
	for _, param := range list {
		piece := url.QueryEscape(wire.UnescapeQuery(param.Name))
		if param.Value != "" {
			piece += "=" + url.QueryEscape(wire.UnescapeQuery(param.Value))
		}
		pieces = append(pieces, strings.ReplaceAll(piece, "+", "%20"))
	}
	return strings.Join(pieces, "&")
}

// parameterWord says whether the documents list a parameter: their names are
// many, and each has a vector of its own.
func parameterWord(p *signature.Profile, name string) string {
	list := signature.SignedParameters(p.Scheme)
	switch {
	case list == nil: // a scheme that signs all of them
		return "parameter"
	case slices.ContainsFunc(list.Names, func(listed signature.ListedParameter) bool { return listed.Name == name }):
		return "listed parameter"
	}
	return "other parameter"
}

// headerParts are the header fields by their names, their values first.
func headerParts(p *signature.Profile, in *signature.Input) []plainer {
	var out []plainer
	var seen []string
	for _, h := range in.Request.Headers {
		name := strings.ToLower(h.Name)
		if name == "host" || slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		word := headerWord(p, name)
		if in.Request.HeaderCount(name) == 1 && h.Value != "v" {
			out = append(out, plainer{"value of " + word, func(in *signature.Input) { in.Request.SetHeader(name, "v") }})
		}
		out = append(out, plainer{word, func(in *signature.Input) {
			in.Request.Headers = slices.DeleteFunc(in.Request.Headers, func(h wire.Header) bool { return strings.ToLower(h.Name) == name })
		}})
	}
	return append(out, plainer{"headers", func(in *signature.Input) {
		in.Request.Headers = slices.DeleteFunc(in.Request.Headers, func(h wire.Header) bool { return !wire.EqualFold(h.Name, "host") })
	}})
}

func headerWord(p *signature.Profile, name string) string {
	switch {
	case name == "date" || name == p.Names.DateHeader:
		return "date header"
	case name == "content-type" || name == "content-md5":
		return name
	case name == p.Names.PayloadHeader:
		return "payload header"
	case p.Names.HeaderPrefix != "" && strings.HasPrefix(name, p.Names.HeaderPrefix):
		return "prefixed header"
	}
	return "other header"
}

// hostPart is the form of the target, the port and the letters of the host, and
// whether it is an address.
func hostPart(_ *signature.Profile, in *signature.Input) []plainer {
	var out []plainer
	if t := wire.SplitTarget(in.Request.Target); t.Scheme == "http" || t.Scheme == "https" {
		out = append(out, plainer{"absolute target", func(in *signature.Input) {
			if in.Request.HeaderCount("Host") == 0 {
				in.Request.SetHeader("Host", t.Authority)
			}
			retarget(func(t *wire.Target) {
				t.Scheme, t.Authority = "", ""
				if t.Path == "" {
					t.Path = "/"
				}
			})(in)
		}})
	}
	out = append(out, plainer{"host", rehost(func(host string) string {
		host = strings.ToLower(host)
		if i := strings.LastIndexByte(host, ':'); i > 0 && host[len(host)-1] != ']' {
			host = host[:i]
		}
		return host
	})})
	host, _, err := net.SplitHostPort(in.Request.Host())
	if err != nil {
		host = strings.Trim(in.Request.Host(), "[]")
	}
	if address := net.ParseIP(host); address != nil {
		name := "host that is an ipv6 address"
		if address.To4() != nil {
			name = "host that is an ipv4 address"
		}
		out = append(out, plainer{name, rehost(func(string) string { return "endpoint.example.com" })})
	}
	return out
}

// rehost changes the host of a request, wherever it stands.
func rehost(change func(host string) string) func(in *signature.Input) {
	return func(in *signature.Input) {
		host := change(in.Request.Host())
		if in.Request.HeaderCount("Host") > 0 {
			in.Request.SetHeader("Host", host)
		}
		if t := wire.SplitTarget(in.Request.Target); t.Authority != "" {
			retarget(func(t *wire.Target) { t.Authority = host })(in)
		}
	}
}

func credentialParts(_ *signature.Profile, in *signature.Input) []plainer {
	return []plainer{
		{"security token", func(in *signature.Input) { in.Credentials.SecurityToken = "" }},
		{"access key id", func(in *signature.Input) { in.Credentials.AccessKeyID = "ak" }},
		{"access key secret", func(in *signature.Input) { in.Credentials.AccessKeySecret = "secret" }},
	}
}

func additionalPart(*signature.Profile, *signature.Input) []plainer {
	return []plainer{{"additional headers", func(in *signature.Input) { in.AdditionalHeaders = nil }}}
}

func otherParts(p *signature.Profile, in *signature.Input) []plainer {
	out := []plainer{
		{"region", func(in *signature.Input) {
			if in.Region != "" {
				in.Region = "cn-hangzhou"
			}
		}},
		{"product", func(in *signature.Input) { in.Product = "" }},
		{"body", func(in *signature.Input) { in.Request.Body = "" }},
	}
	if p.Carrier == signature.InForm {
		const plain = `{"expiration":"2026-12-01T12:00:00.000Z","conditions":[["starts-with","$key",""]]}`
		return append(out, plainer{"policy", func(in *signature.Input) { in.Policy = plain }})
	}
	return append(out, plainer{"method", func(in *signature.Input) { in.Request.Method = "GET" }})
}
