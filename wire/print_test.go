package wire_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
)

func TestCurlCommandIsReadable(t *testing.T) {
	for _, test := range []struct {
		req  wire.Request
		want string
	}{
		{wire.Request{Transport: "https", Method: "GET", Target: "/k?x=1", Headers: []wire.Header{{"Host", "b.example"}, {"Date", "d"}}},
			`curl --path-as-is --http1.1 'https://b.example/k?x=1' -H User-Agent: -H Accept: -H 'Host: b.example' -H 'Date: d'`},
		{wire.Request{Transport: "http", Method: "PUT", Target: "/k", Headers: []wire.Header{{"Host", "h"}, {"X", ""}, {"Y", "'\xff"}}, Body: "a b"},
			`curl --path-as-is -X PUT http://h/k -H User-Agent: -H Accept: -H Content-Type: -H 'Host: h' -H 'X;' -H $'Y: \'\xff' --data-raw 'a b'`},
		{wire.Request{Method: "POST", Target: "/", Headers: []wire.Header{{"host", "h"}, {"user-agent", "u"}, {"accept", "a"}, {"content-type", "c"}}, Body: "\x00'%"},
			`printf '\000\047%%' | curl --path-as-is http://h/ -H Host: -H 'host: h' -H 'user-agent: u' -H 'accept: a' -H 'content-type: c' --data-binary @-`},
		{wire.Request{Method: "HEAD", Target: "/[é]", Proto: "HTTP/1.0", Headers: []wire.Header{{"Host", "h@x"}}},
			`curl --path-as-is --http1.0 --head --request-target $'/[\xc3\xa9]' http://localhost/ -H User-Agent: -H Accept: -H 'Host: h@x'`},
	} {
		if got := test.req.CurlCommand(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// These are known without a curl on the machine to agree with.
func TestCurlCommandIsReadBack(t *testing.T) {
	for i, req := range curlRequests {
		back, err := wire.ParseCurl(req.CurlCommand())
		if err != nil {
			t.Errorf("request %d: %v", i, err)
		} else if back.Method != req.Method || back.Target != req.Target || back.Body != req.Body || !slices.Equal(back.Headers, req.Headers) {
			t.Errorf("request %d: read back as %.200q\nwant %.200q", i, back.AppendHTTP(nil), req.AppendHTTP(nil))
		}
	}
}

func TestCurlCommandGivesLengthToBody(t *testing.T) {
	req := wire.Request{Method: "POST", Target: "/", Headers: []wire.Header{{"Host", "h"}}, Body: "abc"}
	back, err := wire.ParseCurl(req.CurlCommand())
	if err != nil {
		t.Fatal(err)
	}
	if want := []wire.Header{{"Host", "h"}, {"Content-Length", "3"}}; !slices.Equal(back.Headers, want) {
		t.Errorf("headers are %q, want %q", back.Headers, want)
	}
}

func TestCurlCommandSaysWhyNot(t *testing.T) {
	valid := wire.Request{Method: "GET", Target: "/"}
	with := func(change func(r *wire.Request)) *wire.Request {
		req := valid.Clone(1)
		change(req)
		return req
	}
	header := func(name, value string) *wire.Request {
		return with(func(r *wire.Request) { r.Headers = append(r.Headers, wire.Header{Name: name, Value: value}) })
	}
	for _, test := range []struct {
		req    *wire.Request
		reason string
	}{
		{with(func(r *wire.Request) { r.Proto = "HTTP/2" }), `it speaks "HTTP/2"`},
		{with(func(r *wire.Request) { r.Method = "" }), `its method is ""`},
		{with(func(r *wire.Request) { r.Method = "GET /" }), `its method is "GET /"`},
		{with(func(r *wire.Request) { r.Method = "A\nB" }), `its method is "A\nB"`},
		{with(func(r *wire.Request) { r.Target = "" }), `its target is ""`},
		{with(func(r *wire.Request) { r.Target = "/\x00" }), `its target is "/\x00"`},
		{header("", "x"), "header 1: a header has a name"},
		{header("a b", "x"), "header 1: a header name holds no blank"},
		{header("a", "x\ny"), "header 1: a header holds no CR, LF or NUL"},
		{header("@a", "x"), "header 1: for curl, @ names a file"},
		{header("a;b", ""), "header 1: an empty value and a semicolon"},
		{header("a", "\v\f"), "header 1: curl takes the value for blank"},
	} {
		got := test.req.CurlCommand()
		if !strings.HasPrefix(got, "# curl cannot send this request: "+test.reason) || strings.Contains(got, "\n") {
			t.Errorf("got %q, want a comment line with %q", got, test.reason)
		}
	}
}

func TestAppendHTTPBuildsHead(t *testing.T) {
	req := &wire.Request{Method: "PUT", Target: "/a b", Headers: []wire.Header{{"B", "2"}, {"a", ""}, {"B", "\xff"}}, Body: "\x00"}
	if got, want := string(req.AppendHTTP([]byte("x"))), "xPUT /a b HTTP/1.1\r\nB: 2\r\na: \r\nB: \xff\r\n\r\n\x00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	req = &wire.Request{Method: "PUT", Target: "/", Proto: "HTTP/1.0", Headers: []wire.Header{{"transfer-encoding", "CHUNKED"}}, Body: "0123456789abcdef"}
	if got, want := string(req.AppendHTTP(nil)), "PUT / HTTP/1.0\r\ntransfer-encoding: CHUNKED\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
