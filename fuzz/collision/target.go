// Package collision is the fuzz target for what a signature must tell apart:
// two requests that mean different things to a service never have one
// canonical form.
//
// What a request means is told here a second time, without the steps of
// package signature. The documented exceptions are left out: the V1 family and
// RTMP sign decoded text side by side, so that a separator inside of a key or
// a value can be taken for one between them (OSS1-RESOURCE-15, OBS2-PARAM-20,
// RTMP-PARAM-05).
package collision

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Check decodes a profile, an input and a change from data.
func Check(data []byte) { fuzz.Run("collision", data, check) }

// decode returns what data stands for, with the choices that are left for the
// edit.
func decode(data []byte) (p *signature.Profile, in *signature.Input, e edit, left *fuzz.Choices) {
	c := fuzz.NewChoices(data)
	p = fuzz.OneOf(c, signature.Profiles)
	in = fuzz.Input(p, c)
	return p, in, fuzz.OneOf(c, edits), c
}

// Edits are the names of the edits, and Decode returns that of an input beside
// its profile: for whoever chooses seeds.
func Edits() []string {
	var names []string
	for _, e := range edits {
		names = append(names, e.name)
	}
	return names
}

// Decode returns the profile and the edit that data stands for; signed is false
// when the edit leaves the request as it is or the target does not get so far.
func Decode(data []byte) (profile, edit string, signed bool) {
	p, in, e, c := decode(data)
	other := in.Clone()
	e.make(p, other, c)
	_, errOne := p.Sign(in)
	_, errTwo := p.Sign(other)
	changed := !fuzz.Same(in.Request, other.Request) || in.Region != other.Region || in.Product != other.Product || in.Expires != other.Expires
	return p.ID(), e.name, errOne == nil && errTwo == nil && changed && p.Carrier != signature.InForm && !ambiguous(p, in) && !ambiguous(p, other)
}

func check(data []byte) {
	p, in, edit, c := decode(data)
	other := in.Clone()
	edit.make(p, other, c)
	collide(p, p, in, other, edit.name)
}

// collide fails when signer gives two requests that mean different things under
// p one text to sign.
func collide(p, signer *signature.Profile, in, other *signature.Input, edit string) {
	serviceItself := in.Bucket == "" && in.Request.Target != other.Request.Target // which has no other path
	if p.Carrier == signature.InForm || serviceItself || ambiguous(p, in) || ambiguous(p, other) {
		return
	}
	one, errOne := signer.Sign(in)
	two, errTwo := signer.Sign(other)
	if errOne != nil || errTwo != nil || text(one) != text(two) {
		return
	}
	if a, b := meaning(p, in, one.Request()), meaning(p, other, two.Request()); a != b {
		fuzz.Fail("signature/collision/"+p.ID()+"/"+edit, "%q\n%q\nhave one text %q\nthe first means\n%s\nthe second\n%s",
			in.Request.AppendHTTP(nil), other.Request.AppendHTTP(nil), text(one), a, b)
	}
}

// text is all that goes into a signature but the key.
func text(s *signature.Signed) string {
	return s.Stage(signature.CanonicalRequest) + "\n\n" + s.Stage(signature.StringToSign)
}

// decoded reports whether a scheme signs decoded text side by side.
func decoded(p *signature.Profile) bool {
	switch p.Scheme {
	case "oss-v1", "obs-v2", "obs-aws-v2", "oss-rtmp":
		return true
	}
	return false
}

func ambiguous(p *signature.Profile, in *signature.Input) bool {
	if !decoded(p) {
		return false
	}
	t := wire.SplitTarget(in.Request.Target)
	if strings.ContainsAny(wire.Unescape(t.Path), "?&=\n") {
		return true
	}
	for _, param := range wire.AppendParams(nil, t.Query) {
		if strings.ContainsAny(wire.UnescapeQuery(param.Name)+wire.UnescapeQuery(param.Value), "?&=:\n") {
			return true
		}
	}
	return false
}

// meaning is what a service does with a request, as far as a signature has to
// cover it. sent is in as it goes out: a signer adds dates and tokens.
func meaning(p *signature.Profile, in *signature.Input, sent *wire.Request) string {
	t := wire.SplitTarget(in.Request.Target)
	path := t.Path
	switch {
	case strings.HasPrefix(p.Scheme, "oss") && in.Addressing != signature.PathStyle:
		path = wire.Unescape(strings.TrimLeft(path, "/"))
	case strings.HasPrefix(p.Scheme, "oss"):
		bucket, key, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
		path = wire.Unescape(bucket) + "\x00" + wire.Unescape(strings.TrimLeft(key, "/"))
	case p.Scheme == "obs-v4":
		path = wire.Unescape(path)
	}
	out := fmt.Sprintf("%q\n", strings.TrimSuffix(path, "\x00"))
	if p != signature.OSSRTMPQuery {
		out = in.Request.Method + " " + out + headersOf(p, in, sent)
	}
	return out + parametersOf(p, t) + timesOf(p, in)
}

func parametersOf(p *signature.Profile, t wire.Target) string {
	values := map[string][]string{}
	for _, param := range wire.AppendParams(nil, t.Query) {
		name := wire.UnescapeQuery(param.Name)
		if name == "" && param.Value == "" { // "?=" says nothing
			continue
		}
		firstCounts := p.Scheme == "obs-v2" || p.Scheme == "obs-aws-v2"
		if p.SignedParameter != nil && !p.SignedParameter(name) || firstCounts && values[name] != nil {
			continue
		}
		values[name] = append(values[name], wire.UnescapeQuery(param.Value))
	}
	out := ""
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if p.Scheme == "obs-v4" { // sorted by value too
			slices.Sort(values[name])
		}
		out += fmt.Sprintf("%q=%q\n", name, values[name])
	}
	return out
}

func headersOf(p *signature.Profile, in *signature.Input, sent *wire.Request) string {
	signed := map[string][]string{}
	for _, h := range sent.Headers {
		name := strings.ToLower(h.Name)
		chosen := slices.ContainsFunc(in.AdditionalHeaders, func(n string) bool { return wire.EqualFold(n, h.Name) })
		always := name == "content-type" || name == "content-md5" && p.Scheme != "obs-v4" || p.Names.HeaderPrefix != "" && strings.HasPrefix(name, p.Names.HeaderPrefix)
		if always || chosen {
			signed[name] = append(signed[name], wire.TrimBlanks(h.Value))
		}
	}
	out := ""
	for _, name := range slices.Sorted(maps.Keys(signed)) {
		value := strings.Join(signed[name], ",")
		if p.DateLine != nil && value == "" && strings.HasPrefix(name, "content-") {
			continue // an empty line stands for both
		}
		out += fmt.Sprintf("%s: %q\n", name, value)
	}
	return out
}

// timesOf are the times and the place that a signature is for.
func timesOf(p *signature.Profile, in *signature.Input) string {
	out := ""
	if p.Carrier == signature.InQuery {
		out = fmt.Sprintf("until %d\n", in.Expires)
	}
	if p.Names.Terminator != "" {
		product := in.Product
		if product == "" {
			product = p.Names.Service
		}
		out += fmt.Sprintf("in %q for %q\n", in.Region, product)
	}
	return out
}
