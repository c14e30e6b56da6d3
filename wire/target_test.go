package wire_test

import (
	"slices"
	"testing"

	"github.com/countersign/countersign/wire"
)

func TestSplitTarget(t *testing.T) {
	for _, test := range []struct {
		target string
		want   wire.Target
	}{
		{"/", wire.Target{Path: "/"}},
		{"/a//b/../c", wire.Target{Path: "/a//b/../c"}},
		{"/a?", wire.Target{Path: "/a", HasQuery: true}},
		{"/a?x=1?y=2", wire.Target{Path: "/a", Query: "x=1?y=2", HasQuery: true}},
		{"//host/a", wire.Target{Path: "//host/a"}},
		{"/a?u=http://h/p", wire.Target{Path: "/a", Query: "u=http://h/p", HasQuery: true}},
		{"/http://h/p", wire.Target{Path: "/http://h/p"}},
		{"?u=http://h/p", wire.Target{Query: "u=http://h/p", HasQuery: true}},
		{"http://h:80/p?q", wire.Target{Scheme: "http", Authority: "h:80", Path: "/p", Query: "q", HasQuery: true}},
		{"HTTPS://h", wire.Target{Scheme: "HTTPS", Authority: "h"}},
		{"http://h?q=/", wire.Target{Scheme: "http", Authority: "h", Query: "q=/", HasQuery: true}},
		{"http:///p", wire.Target{Scheme: "http", Path: "/p"}},
		{"rtmp://h/live/s?a=b", wire.Target{Scheme: "rtmp", Authority: "h", Path: "/live/s", Query: "a=b", HasQuery: true}},
		{"a+b.c-1://h/", wire.Target{Scheme: "a+b.c-1", Authority: "h", Path: "/"}},
		{"1a://h/", wire.Target{Path: "1a://h/"}},
		{"*", wire.Target{Path: "*"}},
		{"host:443", wire.Target{Path: "host:443"}},
		{"", wire.Target{}},
	} {
		got := wire.SplitTarget(test.target)
		if got != test.want {
			t.Errorf("SplitTarget(%q) = %+v, want %+v", test.target, got, test.want)
		}
		if got.String() != test.target {
			t.Errorf("%q is put together again as %q", test.target, got.String())
		}
	}
}

func TestAppendParamsKeepsOrderAndForm(t *testing.T) {
	first := wire.Param{Name: "first"}
	for _, test := range []struct {
		query string
		want  []wire.Param
	}{
		{"", nil},
		{"a", []wire.Param{{"a", "", false}}},
		{"a=", []wire.Param{{"a", "", true}}},
		{"=b", []wire.Param{{"", "b", true}}},
		{"a=b=c&a=b", []wire.Param{{"a", "b=c", true}, {"a", "b", true}}},
		{"&&b&a&", []wire.Param{{"b", "", false}, {"a", "", false}}},
		{"%26=%3D;x=+", []wire.Param{{"%26", "%3D;x=+", true}}},
	} {
		got := wire.AppendParams([]wire.Param{first}, test.query)
		if want := append([]wire.Param{first}, test.want...); !slices.Equal(got, want) {
			t.Errorf("AppendParams(%q) = %+v, want %+v", test.query, got, want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for _, test := range []struct{ text, want, wantQuery string }{
		{"plain", "plain", "plain"},
		{"a%2Fb%2fc", "a/b/c", "a/b/c"},
		{"a+b%2B", "a+b+", "a b+"},
		{"%00%ff", "\x00\xff", "\x00\xff"},
		{"%", "%", "%"},
		{"%4", "%4", "%4"},
		{"%zz%4g", "%zz%4g", "%zz%4g"},
		{"%%41", "%A", "%A"},
		{"%2541", "%41", "%41"}, // decoded once
		{"+", "+", " "},
	} {
		if got := wire.Unescape(test.text); got != test.want {
			t.Errorf("Unescape(%q) = %q, want %q", test.text, got, test.want)
		}
		if got := wire.UnescapeQuery(test.text); got != test.wantQuery {
			t.Errorf("UnescapeQuery(%q) = %q, want %q", test.text, got, test.wantQuery)
		}
	}
}

func TestEscape(t *testing.T) {
	const text = "AZaz09-._~ /?#+%*'()!:@&=$,;\x00\x7f\xc3\xa9"
	if got, want := wire.EscapeValue(text), "AZaz09-._~%20%2F%3F%23%2B%25%2A%27%28%29%21%3A%40%26%3D%24%2C%3B%00%7F%C3%A9"; got != want {
		t.Errorf("EscapeValue(%q) = %s, want %s", text, got, want)
	}
	if got, want := wire.EscapePath("a b//c%2F"), "a%20b//c%252F"; got != want {
		t.Errorf("EscapePath = %s, want %s", got, want)
	}
	if got := wire.Unescape(wire.EscapeValue(text)); got != text {
		t.Errorf("escaping and unescaping gave %q, want %q", got, text)
	}
	if got, want := string(wire.AppendEscaped([]byte("x"), "a*b/", wire.NewEscapeSet("*"))), "xa*b%2F"; got != want {
		t.Errorf("AppendEscaped with a set = %s, want %s", got, want)
	}
}
