package wire_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
)

func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"/a?b=c&d", "http://h/?", "?a=http://b", "rtmp://h", "*", "%zz+%41"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		target := wire.SplitTarget(s)
		if got := target.String(); got != s {
			t.Fatalf("%q is put together again as %q", s, got)
		}
		rest := target.Query
		for _, p := range wire.AppendParams(nil, target.Query) {
			text := p.Name
			if p.HasValue {
				text += "=" + p.Value
			}
			if rest = strings.TrimLeft(rest, "&"); !strings.HasPrefix(rest, text) {
				t.Fatalf("parameter %q is not the next one in %q", text, rest)
			}
			rest = rest[len(text):]
		}
		if strings.Trim(rest, "&") != "" {
			t.Fatalf("%q of the query is in no parameter", rest)
		}
		if got := wire.Unescape(wire.EscapeValue(s)); got != s {
			t.Fatalf("%q is escaped and unescaped to %q", s, got)
		}
	})
}

func FuzzParseAny(f *testing.F) {
	f.Add([]byte(captureLine("GET / HTTP/1.1\r\n\r\n")))
	f.Add(har(harRequest(`{"method":"GET","url":"http://h/"}`)))
	f.Add([]byte("curl http://h/"))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		captures, err := wire.ParseAny("f", data)
		if err != nil {
			return
		}
		for _, c := range captures {
			if c.Request == nil || c.ID == "" {
				t.Fatalf("a capture without request or id: %+v", c)
			}
		}
	})
}
