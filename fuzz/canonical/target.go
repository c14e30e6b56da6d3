// Package canonical is the fuzz target for what makes a form canonical: what a
// server sees no difference in changes nothing of what is signed, and the
// stages have the shape their documents say.
package canonical

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Check decodes a profile, an input and a change that means nothing from data.
func Check(data []byte) { fuzz.Run("canonical", data, check) }

// decode returns what data stands for, with the choices that are left for the
// change.
func decode(data []byte) (p *signature.Profile, in *signature.Input, idle change, left *fuzz.Choices) {
	c := fuzz.NewChoices(data)
	p = fuzz.OneOf(c, signature.Profiles)
	in = fuzz.Input(p, c)
	return p, in, fuzz.OneOf(c, changes), c
}

// Changes are the names of the changes, and Decode returns that of an input
// beside its profile: for whoever chooses seeds.
func Changes() []string {
	var names []string
	for _, c := range changes {
		names = append(names, c.name)
	}
	return names
}

// Decode returns the profile and the change that data stands for; signed is
// false when the change is none or the target does not get so far.
func Decode(data []byte) (profile, change string, signed bool) {
	p, in, idle, c := decode(data)
	_, err := p.Sign(in)
	return p.ID(), idle.name, err == nil && idle.make(p, in.Clone(), c)
}

func check(data []byte) {
	p, in, idle, c := decode(data)
	signed, err := p.Sign(in)
	if err != nil {
		return
	}
	shape(p, signed)
	other := in.Clone()
	if !idle.make(p, other, c) {
		return
	}
	again, err := p.Sign(other)
	if err != nil {
		fuzz.Fail("signature/canonical/"+p.ID()+"/"+idle.name+"/refused", "%v\n%q", err, other.Request.AppendHTTP(nil))
	}
	for _, stage := range []signature.Stage{signature.CanonicalRequest, signature.StringToSign, signature.SignatureValue} {
		if one, two := signed.Stage(stage), again.Stage(stage); one != two {
			fuzz.Fail("signature/canonical/"+p.ID()+"/"+idle.name, "%s\nof %q\nis %q\nof %q\nit is %q",
				stage, in.Request.AppendHTTP(nil), one, other.Request.AppendHTTP(nil), two)
		}
	}
}

// A change of a request that no server sees. make reports whether there was
// anything to change.
type change struct {
	name string
	make func(p *signature.Profile, in *signature.Input, c *fuzz.Choices) bool
}

var changes = []change{
	{"signed-again", func(*signature.Profile, *signature.Input, *fuzz.Choices) bool { return true }},
	{"headers-in-another-order", func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) bool {
		return reordered(in.Request.Headers, func(h wire.Header) string { return strings.ToLower(h.Name) }, c)
	}},
	{"header-names-in-another-case", func(_ *signature.Profile, in *signature.Input, _ *fuzz.Choices) bool {
		for i := range in.Request.Headers {
			in.Request.Headers[i].Name = swapCase(in.Request.Headers[i].Name)
		}
		return len(in.Request.Headers) > 0
	}},
	{"blanks-around-values", func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) bool {
		for i := range in.Request.Headers {
			in.Request.Headers[i].Value = fuzz.OneOf(c, blanks) + in.Request.Headers[i].Value + fuzz.OneOf(c, blanks)
		}
		return len(in.Request.Headers) > 0
	}},
	{"parameters-in-another-order", func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) bool {
		t := wire.SplitTarget(in.Request.Target)
		parts := strings.Split(t.Query, "&")
		changed := reordered(parts, decodedName, c)
		t.Query = strings.Join(parts, "&")
		in.Request.Target = t.String()
		return changed
	}},
	{"empty-parameters", func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) bool {
		t := wire.SplitTarget(in.Request.Target)
		if t.Query == "" {
			return false
		}
		t.Query = "&" + strings.ReplaceAll(t.Query, "&", "&&") + "&"
		in.Request.Target = t.String()
		return true
	}},
	{"query-spelled-otherwise", func(p *signature.Profile, in *signature.Input, _ *fuzz.Choices) bool {
		return respell(in, func(t *wire.Target) *string { return &t.Query })
	}},
	{"path-spelled-otherwise", func(p *signature.Profile, in *signature.Input, _ *fuzz.Choices) bool {
		if p.Scheme == "obs-v2" || p.Scheme == "obs-aws-v2" { // which sign the path as it is sent
			return false
		}
		return respell(in, func(t *wire.Target) *string { return &t.Path })
	}},
	{"unsigned-header", func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) bool {
		name := fuzz.OneOf(c, []string{"X-Unsigned", "User-Agent", "x-os", "Xx-oss-a", "Xx-obs-a", "Xx-amz-a"})
		if slices.ContainsFunc(in.AdditionalHeaders, func(signed string) bool { return wire.EqualFold(signed, name) }) {
			return false
		}
		in.Request.Headers = append(in.Request.Headers, wire.Header{Name: name, Value: "v"})
		return true
	}},
	{"unsigned-parameter", func(p *signature.Profile, in *signature.Input, c *fuzz.Choices) bool {
		const name = "not-on-any-list"
		if p.SignedParameter == nil || p.SignedParameter(name) {
			return false
		}
		t := wire.SplitTarget(in.Request.Target)
		if t.HasQuery {
			t.Query += "&"
		}
		t.Query, t.HasQuery = t.Query+name+"=1", true
		in.Request.Target = t.String()
		return true
	}},
}

var blanks = []string{"", " ", "\t", "  \t "}

func decodedName(part string) string {
	name, _, _ := strings.Cut(part, "=")
	return wire.UnescapeQuery(name)
}

// reordered rotates a list, but for the items of one name, which keep their
// order. It reports whether anything moved.
func reordered[T any](list []T, name func(T) string, c *fuzz.Choices) bool {
	if len(list) < 2 {
		return false
	}
	by := 1 + c.Below(min(len(list)-1, 255))
	rotated := append(slices.Clone(list[by:]), list[:by]...)
	queues := map[string][]T{}
	for _, item := range list {
		queues[name(item)] = append(queues[name(item)], item)
	}
	for i, item := range rotated {
		n := name(item)
		list[i], queues[n] = queues[n][0], queues[n][1:]
	}
	return true
}

func swapCase(name string) string {
	out := []byte(name)
	for i, b := range out {
		if 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' {
			out[i] = b ^ 0x20
		}
	}
	return string(out)
}

// respell writes letters and digits of a part of the target as escapes, and the
// digits of the escapes that are there in the other letter case.
func respell(in *signature.Input, part func(*wire.Target) *string) bool {
	t := wire.SplitTarget(in.Request.Target)
	text := part(&t)
	var out []byte
	for i := 0; i < len(*text); i++ {
		b := (*text)[i]
		switch {
		case b == '%' && i+2 < len(*text) && isHex((*text)[i+1]) && isHex((*text)[i+2]):
			out = append(out, '%', swapHex((*text)[i+1]), swapHex((*text)[i+2]))
			i += 2
		case b == '%': // no escape: what stands behind it must not become one
			return false
		case ('a' <= b && b <= 'z' || '0' <= b && b <= '9') && i%3 == 0:
			out = append(out, '%')
			out = append(out, strings.ToUpper(hex.EncodeToString([]byte{b}))...)
		default:
			out = append(out, b)
		}
	}
	changed := string(out) != *text
	*text = string(out)
	in.Request.Target = t.String()
	return changed
}

func isHex(b byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", b) >= 0 }

func swapHex(b byte) byte {
	if b > '9' {
		return b ^ 0x20
	}
	return b
}

// shape checks the form of the stages.
func shape(p *signature.Profile, signed *signature.Signed) {
	fail := func(stage signature.Stage, what string) {
		fuzz.Fail("signature/canonical/"+p.ID()+"/shape/"+string(stage), "%s\n%q", what, signed.Stage(stage))
	}
	if headers := signed.Stage(signature.CanonicalHeaders); headers != "" {
		last := ""
		for line := range strings.SplitSeq(strings.TrimSuffix(headers, "\n"), "\n") {
			name, value, found := strings.Cut(line, ":")
			switch {
			case !found || name == "" || name != lower(name):
				fail(signature.CanonicalHeaders, "a line is no lower-case name and value")
			case name <= last:
				fail(signature.CanonicalHeaders, "the lines are not in order")
			case value != wire.TrimBlanks(value):
				fail(signature.CanonicalHeaders, "a value has blanks around it")
			}
			last = name
		}
	}
	value := signed.Stage(signature.SignatureValue)
	if p.Names.Terminator != "" {
		if raw, err := hex.DecodeString(value); err != nil || len(raw) != 32 || value != strings.ToLower(value) {
			fail(signature.SignatureValue, "it is not 32 bytes in lower-case hexadecimal")
		}
		if p.Carrier != signature.InForm && strings.Count(signed.Stage(signature.StringToSign), "\n") != 3 {
			fail(signature.StringToSign, "it has not four lines")
		}
		return
	}
	if raw, err := base64.StdEncoding.DecodeString(value); err != nil || len(raw) != 20 && len(raw) != 32 {
		fail(signature.SignatureValue, "it is no hash in Base64")
	}
}

func lower(name string) string {
	out := []byte(name)
	for i, b := range out {
		if 'A' <= b && b <= 'Z' {
			out[i] = b | 0x20
		}
	}
	return string(out)
}
