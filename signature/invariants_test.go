package signature_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
	"pgregory.net/rapid"
)

// What holds of the strings of any request, whatever it is.

// signsRequests lists the profiles that sign the request itself: a form signs
// its policy alone.
func signsRequests() []*signature.Profile {
	return slices.DeleteFunc(slices.Clone(signature.Profiles), func(p *signature.Profile) bool { return p.Carrier == signature.InForm })
}

// text signs an input and returns everything that goes into its signature: the
// StringToSign, and the canonical request whose hash stands in it.
func text(t *rapid.T, p *signature.Profile, in *signature.Input) string {
	signed, err := p.Sign(in)
	if err != nil {
		t.Fatalf("%v\n%q", err, in.Request.AppendHTTP(nil))
	}
	return signed.Stage(signature.CanonicalRequest) + "\n\n" + signed.Stage(signature.StringToSign)
}

// shuffled permutes a list but keeps the order of the items that have one name.
func shuffled[T any](t *rapid.T, list []T, name func(T) string) []T {
	queues := map[string][]T{}
	for _, item := range list {
		queues[name(item)] = append(queues[name(item)], item)
	}
	var out []T
	for _, item := range rapid.Permutation(list).Draw(t, "order") {
		n := name(item)
		out = append(out, queues[n][0])
		queues[n] = queues[n][1:]
	}
	return out
}

// anyCase writes a name with some of its letters capital.
func anyCase(t *rapid.T, name string) string {
	b := []byte(name)
	for i := range b {
		if rapid.Bool().Draw(t, "capital") {
			b[i] = strings.ToUpper(string(b[i]))[0]
		}
	}
	return string(b)
}

func TestOrderAndLetterCaseOfHeadersDoNotMatter(t *testing.T) {
	for _, p := range signsRequests() {
		t.Run(p.ID(), rapid.MakeCheck(func(t *rapid.T) {
			in := anyInput(t, p)
			want := text(t, p, in)
			in.Request.Headers = shuffled(t, in.Request.Headers, func(h wire.Header) string { return strings.ToLower(h.Name) })
			for i := range in.Request.Headers {
				in.Request.Headers[i].Name = anyCase(t, in.Request.Headers[i].Name)
			}
			if got := text(t, p, in); got != want {
				t.Fatalf("%q\ngot  %q\nwant %q", in.Request.Headers, got, want)
			}
		}))
	}
}

func TestOrderOfParametersDoesNotMatter(t *testing.T) {
	for _, p := range signsRequests() {
		t.Run(p.ID(), rapid.MakeCheck(func(t *rapid.T) {
			in := anyInput(t, p)
			want := text(t, p, in)
			target := wire.SplitTarget(in.Request.Target)
			parts := strings.FieldsFunc(target.Query, func(r rune) bool { return r == '&' })
			name := func(part string) string { n, _, _ := strings.Cut(part, "="); return wire.UnescapeQuery(n) }
			target.Query = strings.Join(shuffled(t, parts, name), "&")
			in.Request.Target = target.String()
			if got := text(t, p, in); got != want {
				t.Fatalf("%s\ngot  %q\nwant %q", in.Request.Target, got, want)
			}
		}))
	}
}

func TestSigningAnyRequestLeavesItAlone(t *testing.T) {
	for _, p := range signature.Profiles {
		t.Run(p.ID(), rapid.MakeCheck(func(t *rapid.T) {
			in := inputFor(p)
			if p.Carrier != signature.InForm {
				in = anyInput(t, p)
			}
			before := in.Clone()
			signed, err := p.Sign(in)
			if err != nil {
				t.Fatal(err)
			}
			signed.Request()
			before.Request.Headers = slices.Clip(before.Request.Headers)
			if len(before.Request.Headers) == 0 {
				before.Request.Headers = in.Request.Headers
			}
			if !reflect.DeepEqual(in, before) {
				t.Fatalf("before %q\nafter  %q", before.Request.AppendHTTP(nil), in.Request.AppendHTTP(nil))
			}
		}))
	}
}

// meaning is what a signature stands for, told without package signature's
// steps: two requests of one meaning have one string, all others differ.
//
// The V1 family and RTMP write decoded text side by side, so that a question
// mark, an ampersand or a line feed of a key or a value can be taken for a
// separator (OSS1-RESOURCE-15, OBS2-PARAM-20, RTMP-PARAM-05). None of their
// requests is drawn with such bytes here.
func meaning(p *signature.Profile, in *signature.Input) string {
	target := wire.SplitTarget(in.Request.Target)
	path := target.Path
	if strings.HasPrefix(p.Scheme, "oss") {
		path = strings.TrimLeft(path, "/")
		path = wire.Unescape(path)
	} else if p.Scheme == "obs-v4" {
		path = wire.Unescape(path)
	}
	values := map[string][]string{}
	for _, param := range wire.AppendParams(nil, target.Query) {
		name := wire.UnescapeQuery(param.Name)
		first := p.Scheme == "obs-v2" || p.Scheme == "obs-aws-v2" // of a repeated name only the first counts
		if (p.SignedParameter == nil || p.SignedParameter(name)) && !(first && values[name] != nil) {
			values[name] = append(values[name], wire.UnescapeQuery(param.Value))
		}
	}
	if p.Scheme == "obs-v4" { // sorted by value too
		for _, list := range values {
			slices.SortFunc(list, func(a, b string) int { return strings.Compare(wire.EscapeValue(a), wire.EscapeValue(b)) })
		}
	}
	signed := map[string][]string{}
	for _, h := range in.Request.Headers {
		name := strings.ToLower(h.Name)
		if name == "content-type" || name == "content-md5" && p.Scheme != "obs-v4" || p.Names.HeaderPrefix != "" && strings.HasPrefix(name, p.Names.HeaderPrefix) {
			signed[name] = append(signed[name], wire.TrimBlanks(h.Value))
		}
	}
	out := fmt.Sprintf("%s %q\n", in.Request.Method, path)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out += fmt.Sprintf("%q=%q\n", name, values[name])
	}
	for _, name := range slices.Sorted(maps.Keys(signed)) {
		value := strings.Join(signed[name], ",")
		if p.DateLine != nil && value == "" && strings.HasPrefix(name, "content-") {
			continue // V1 and V2 have an empty line for both
		}
		out += fmt.Sprintf("%s: %q\n", name, value)
	}
	return out
}

// drawClose draws one of few requests.
func drawClose(t *rapid.T, p *signature.Profile, label string) *signature.Input {
	in := inputFor(p)
	draw := func(kind string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label+" "+kind) }
	key := draw("key", "a", "a%2Fb", "a/b", "a%20b", "a+b", "%61", "a//b", "a/./b", "a%252Fb", "/a", "%2Fa", "A", "a~", "a%7E")
	query := draw("query", "", "acl", "acl=", "acl=1", "uploads&acl", "acl&uploads", "ACL", "partNumber=1&partNumber=2", "partNumber=2&partNumber=1",
		"response-expires=a%2Bb", "response-expires=a+b", "response-expires=a%20b", "prefix=a", "prefix=b", "uploadId=a&acl", "uploadId=a%2Facl")
	in.Request.Method = draw("method", "GET", "PUT", "HEAD")
	in.Request.Target = "/" + key
	if query != "" {
		in.Request.Target += "?" + query
	}
	for range rapid.IntRange(0, 3).Draw(t, label+" headers") {
		name := draw("name", "Content-Type", "Content-MD5", p.Names.HeaderPrefix+"meta-a", strings.ToUpper(p.Names.HeaderPrefix)+"META-A", p.Names.HeaderPrefix+"meta-b", p.Names.HeaderPrefix+"meta-", "Range")
		in.Request.Headers = append(in.Request.Headers, h(name, draw("value", "", "1", "2", "1,2", "a:b", "A")))
	}
	return in
}

// No two requests that mean different things share a string, and two that mean
// the same have one.
func TestAStringStandsForOneMeaning(t *testing.T) {
	same := map[string]int{}
	for _, p := range signsRequests() {
		if p == signature.OSSRTMPQuery {
			continue
		}
		t.Run(p.ID(), rapid.MakeCheck(func(t *rapid.T) {
			a, b := drawClose(t, p, "a"), drawClose(t, p, "b")
			switch rapid.IntRange(0, 3).Draw(t, "alike") { // two that are alike often mean the same
			case 1: // but for their targets
				b.Request.Method, b.Request.Headers = a.Request.Method, a.Request.Headers
			case 2: // but for their headers
				b.Request.Method, b.Request.Target = a.Request.Method, a.Request.Target
			case 3: // but for the spelling of a byte
				b.Request = a.Request.Clone(0)
				b.Request.Target = strings.Replace(a.Request.Target, "?", "?&", 1)
			}
			one := meaning(p, a) == meaning(p, b)
			if one {
				same[p.ID()]++
			}
			if textA, textB := text(t, p, a), text(t, p, b); (textA == textB) != one {
				t.Fatalf("%q\n%q\nmean the same: %t, have one string: %t\n%q\n%q", a.Request.AppendHTTP(nil), b.Request.AppendHTTP(nil), one, textA == textB, textA, textB)
			}
		}))
	}
	for _, p := range signsRequests() {
		if p != signature.OSSRTMPQuery && same[p.ID()] == 0 {
			t.Errorf("%s: no two of the requests that were drawn mean the same", p.ID())
		}
	}
}

// Whatever component of a request is signed, another value of it is another
// string.
func TestChangingAnySignedComponentChangesTheString(t *testing.T) {
	for _, p := range signsRequests() {
		t.Run(p.ID(), rapid.MakeCheck(func(t *rapid.T) {
			in := anyInput(t, p)
			changed := in.Clone()
			change := rapid.SampledFrom(changesOf(p)).Draw(t, "change")
			change(changed)
			if text(t, p, in) == text(t, p, changed) {
				t.Fatalf("one string for\n%q\n%q", in.Request.AppendHTTP(nil), changed.Request.AppendHTTP(nil))
			}
		}))
	}
}

// changesOf lists changes of what a profile signs.
func changesOf(p *signature.Profile) []func(in *signature.Input) {
	retarget := func(change func(t *wire.Target)) func(in *signature.Input) {
		return func(in *signature.Input) {
			target := wire.SplitTarget(in.Request.Target)
			change(&target)
			in.Request.Target = target.String()
		}
	}
	changes := []func(in *signature.Input){
		retarget(func(t *wire.Target) { t.Path += "x" }),
		retarget(func(t *wire.Target) {
			t.Query, t.HasQuery = strings.Trim(t.Query+"&uploadId=another", "&"), true
			if p.Scheme == "obs-v2" || p.Scheme == "obs-aws-v2" { // the first one counts
				t.Query = "uploadId=another-one&" + t.Query
			}
		}),
	}
	if p.Carrier == signature.InQuery {
		changes = append(changes, func(in *signature.Input) { in.Expires++ })
	}
	if p == signature.OSSRTMPQuery {
		return changes
	}
	add := func(name, value string) func(in *signature.Input) {
		return func(in *signature.Input) { in.Request.Headers = append(in.Request.Headers, h(name, value)) }
	}
	changes = append(changes,
		func(in *signature.Input) { in.Request.Method += "X" },
		func(in *signature.Input) { in.Credentials.SecurityToken += "x" },
		add("content-type", "text/another"), add(p.Names.HeaderPrefix+"meta-z", "another"))
	if p.Scheme != "obs-v4" { // S3 leaves that to the signer
		changes = append(changes, add("content-md5", "another"))
	}
	if p.Names.Terminator != "" {
		changes = append(changes, func(in *signature.Input) { in.Region += "-2" }, func(in *signature.Input) { in.Time = in.Time.AddDate(0, 0, 1) })
	} else if p.Carrier == signature.InHeader {
		changes = append(changes, func(in *signature.Input) { in.Time = in.Time.AddDate(0, 0, 1) })
	}
	return changes
}

// The exceptions to the rule above, each a documented requirement: the decoded
// text of the V1 family does not say where a key ends and its parameters begin.
func TestDecodedTextCanBeReadInTwoWays(t *testing.T) {
	for _, test := range []struct{ profile, one, other string }{
		{"oss-v1/header", "/a%3Facl", "/a?acl"},                                                       // OSS1-RESOURCE-15
		{"oss-v1/header", "/a?response-expires=1%26uploads", "/a?response-expires=1&uploads"},         // OSS1-RESOURCE-15
		{"obs-v2/header", "/a?response-expires=1%26uploads", "/a?response-expires=1&uploads"},         // OBS2-PARAM-20
		{"obs-aws-v2/header", "/a?response-expires=1%26versionId", "/a?response-expires=1&versionId"}, // OBS2-PARAM-20
		{"oss-rtmp/query", "/live/a?b=1%0Ac:2", "/live/a?b=1&c=2"},                                    // RTMP-PARAM-05
	} {
		one := stringToSign(t, test.profile, "GET", test.one)
		if other := stringToSign(t, test.profile, "GET", test.other); one != other {
			t.Errorf("%s: %s and %s have different strings:\n%q\n%q", test.profile, test.one, test.other, one, other)
		}
	}
}

// OBS signs the custom domain as the resource; HTTP knows no blanks around it.
func TestBlanksAroundHostAreNotSigned(t *testing.T) {
	for _, p := range signsRequests() {
		if p == signature.OSSRTMPQuery {
			continue
		}
		sign := func(host string) string {
			in := inputFor(p)
			in.Addressing, in.Request = signature.CNAME, in.Request.Clone(0)
			in.Request.SetHeader("Host", host)
			signed, err := p.Sign(in)
			if err != nil {
				t.Fatal(err)
			}
			return signed.Stage(signature.SignatureValue)
		}
		if sign("img.example.com") != sign(" \timg.example.com\t ") {
			t.Errorf("%s signs the blanks around Host", p.ID())
		}
	}
}
