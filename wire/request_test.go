package wire_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
)

func TestHeaderNamesIgnoreASCIICaseOnly(t *testing.T) {
	req := &wire.Request{Headers: []wire.Header{{"X-A", "1"}, {"x-a", "2"}, {"\u212aey", "kelvin"}, {"X_A", "3"}}}
	if got, ok := req.Header("x-A"); got != "1" || !ok {
		t.Errorf("Header(x-A) = %q, %v; want the first, 1", got, ok)
	}
	if got := req.HeaderCount("X-a"); got != 2 {
		t.Errorf("HeaderCount(X-a) = %d, want 2", got)
	}
	if got, ok := req.Header("key"); ok {
		t.Errorf("Header(key) = %q: the Kelvin sign folds to k in Unicode, but not in HTTP", got)
	}
}

func TestSetHeaderReplacesTheFirstOrAdds(t *testing.T) {
	r := &wire.Request{Headers: []wire.Header{{Name: "Date", Value: "a"}, {Name: "date", Value: "b"}}}
	r.SetHeader("DATE", "c")
	r.SetHeader("Host", "h")
	want := []wire.Header{{Name: "Date", Value: "c"}, {Name: "date", Value: "b"}, {Name: "Host", Value: "h"}}
	if !slices.Equal(r.Headers, want) {
		t.Errorf("got %q, want %q", r.Headers, want)
	}
}

func TestTrimBlanksKeepsOtherWhitespace(t *testing.T) {
	if got, want := wire.TrimBlanks(" \t\v\u00a0 a b\u3000\f \t"), "\v\u00a0 a b\u3000\f"; got != want {
		t.Errorf("TrimBlanks = %q, want %q", got, want)
	}
}

func TestHostOfAbsoluteFormWinsOverHeader(t *testing.T) {
	req := &wire.Request{Target: "http://target:81/a", Headers: []wire.Header{{"Host", "header"}}}
	if got := req.Host(); got != "target:81" {
		t.Errorf("Host() = %q, want that of the target (RFC 9112, section 3.2.2)", got)
	}
	req.Target = "/a"
	if got := req.Host(); got != "header" {
		t.Errorf("Host() = %q, want that of the header", got)
	}
}

func TestCloneHasItsOwnHeaders(t *testing.T) {
	req, err := wire.ParseRequest([]byte("GET / HTTP/1.1\r\nA: 1\r\n\r\n"), "http")
	if err != nil {
		t.Fatal(err)
	}
	clone := req.Clone(1)
	clone.Headers = append(clone.Headers, wire.Header{Name: "B", Value: "2"})
	clone.Headers[0].Value = "changed"
	if req.Headers[0].Value != "1" || len(req.Headers) != 1 {
		t.Errorf("changing the clone changed the original: %+v", req.Headers)
	}
	if got, want := string(clone.AppendHTTP(nil)), "GET / HTTP/1.1\r\nA: changed\r\nB: 2\r\n\r\n"; got != want {
		t.Errorf("the clone is written as %q, want %q", got, want)
	}
}

func TestRequestJSONKeepsEveryByte(t *testing.T) {
	req := wire.Request{
		Transport: "https", Method: "PUT", Target: "/a%20b?x&y=<1>",
		Headers: []wire.Header{{"Host", "h"}, {"x-Meta", "\u4e2d"}, {"x-meta", "\xff"}, {"Empty", ""}},
		Body:    "\x00\xfe",
	}
	const want = `{"transport":"https","method":"PUT","target":"/a%20b?x&y=<1>",` +
		`"headers":[["Host","h"],["x-Meta","\u4e2d"],["x-meta",{"hex":"ff"}],["Empty",""]],"body":{"hex":"00fe"}}`
	data, err := req.MarshalJSON()
	if err != nil || string(data) != want {
		t.Fatalf("got  %s, %v\nwant %s", data, err, want)
	}
	var back wire.Request
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if back.Transport != req.Transport || back.Method != req.Method || back.Target != req.Target || back.Body != req.Body || !slices.Equal(back.Headers, req.Headers) {
		t.Errorf("read back as %+v, want %+v", back, req)
	}
	if data, err := json.Marshal(wire.Request{}); err != nil || !strings.Contains(string(data), `"headers":[]`) {
		t.Errorf("no headers are written as %s, %v; want an empty list", data, err)
	}
}

func TestRequestJSONRefusesBrokenHeaderPairs(t *testing.T) {
	for _, headers := range []string{`["a"]`, `["a","b","c"]`, `[]`, `["a",null]`, `null`, `["a","\ud800"]`, `["a",1]`} {
		var req wire.Request
		if err := json.Unmarshal([]byte(`{"headers":[["ok","ok"],`+headers+`]}`), &req); err == nil {
			t.Errorf("header %s was read as %+v", headers, req.Headers)
		}
	}
}
