package wire_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
)

func FuzzBytesRoundTrip(f *testing.F) {
	for _, seed := range []string{"", "a\"\\\n", "\u00e9\U0001f600", "\xff\xed\xa0\x80", `"\ud83d\ude00"`, `"\ud83d"`, `"\\ud83d"`, `{"hex":"ff"}`, `{"hex":null}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := wire.AppendJSON(nil, s)
		if i := slices.IndexFunc(text, func(c byte) bool { return c < ' ' || c > '~' }); i >= 0 {
			t.Fatalf("%s: byte %d is not printable ASCII", text, i)
		}
		var back wire.Bytes
		if err := json.Unmarshal(text, &back); err != nil || string(back) != s {
			t.Fatalf("%q is written as %s and read as %q, %v", s, text, back, err)
		}

		// s as the JSON text: what is accepted is what encoding/json reads, and
		// nothing was replaced on the way.
		var read wire.Bytes
		if read.UnmarshalJSON([]byte(s)) != nil || s[0] != '"' {
			return
		}
		var plain string
		if err := json.Unmarshal([]byte(s), &plain); err != nil || plain != string(read) {
			t.Fatalf("%s is read as %q, but is %q, %v", s, read, plain, err)
		}
		written := strings.Count(s, string(utf8.RuneError)) + strings.Count(strings.ToLower(s), `\ufffd`)
		if strings.Count(plain, string(utf8.RuneError)) > written {
			t.Fatalf("%s is read as %q: something was replaced by U+FFFD", s, read)
		}
	})
}

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

// sameRequest compares what a server sees of two requests, body included.
func sameRequest(t *testing.T, how string, got, want *wire.Request) {
	t.Helper()
	if got.Method != want.Method || got.Target != want.Target || got.Body != want.Body || !slices.Equal(got.Headers, want.Headers) {
		t.Fatalf("%s\n got %q\nwant %q", how, got.AppendHTTP(nil), want.AppendHTTP(nil))
	}
}

// checkWritten checks that a request survives each way of writing it.
func checkWritten(t *testing.T, req *wire.Request) {
	t.Helper()
	raw := req.AppendHTTP(nil)
	back, err := wire.ParseRequest(raw, req.Transport)
	if err != nil {
		t.Fatalf("written as %q, it is refused: %v", raw, err)
	}
	sameRequest(t, "as raw HTTP", back, req)

	captures, err := wire.ParseCapture(bytes.NewReader(wire.AppendCapture(nil, wire.Capture{ID: req.Target, Request: req})))
	if err != nil || len(captures) != 1 || captures[0].ID != req.Target || captures[0].Request.Transport != req.Transport {
		t.Fatalf("as a capture: %+v, %v", captures, err)
	}
	sameRequest(t, "as a capture", captures[0].Request, req)

	data, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	var decoded wire.Request
	if err := json.Unmarshal(data, &decoded); err != nil || decoded.Transport != req.Transport {
		t.Fatalf("as JSON: %+v, %v", decoded, err)
	}
	sameRequest(t, "as JSON", &decoded, req)

	command := req.CurlCommand()
	if strings.HasPrefix(command, "#") {
		return
	}
	if _, options, _ := strings.Cut(command, "curl --path-as-is"); len(options) > 100<<10 { // too long to be read
		return
	}
	curl, err := wire.ParseCurl(command)
	if err != nil || curl.Transport != req.Transport {
		t.Fatalf("as a curl command: %+v, %v\n%s", curl, err, command)
	}
	if len(curl.Headers) == len(req.Headers)+1 && req.Body != "" { // the length curl adds
		last := curl.Headers[len(req.Headers)]
		if _, ok := req.Header("Content-Length"); !ok && last.Name == "Content-Length" {
			curl.Headers = curl.Headers[:len(req.Headers)]
		}
	}
	sameRequest(t, "as a curl command: "+command, curl, req)
}

func FuzzParseRequest(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"\r\nPUT http://h/a b?c#d HTTP/1.0\nhost:h\nHost: \t i \nX-\xff: \xfe\x0b\nX: \n\n\x00body",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: x\r\n\r\n",
		"POST /[{ HTTP/1.1\r\nHost: [::1]:80\r\nAccept;: \r\n\r\n-%\\'",
		"HEAD * HTTP/1.1 \r\nContent-Length: 3",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		req, err := wire.ParseRequest(raw, "http")
		if err != nil {
			return
		}
		if _, coded := req.Header("Transfer-Encoding"); !coded {
			trimmed := bytes.TrimLeft(raw, "\r\n")
			if written := req.AppendHTTP(nil); !bytes.HasPrefix(written, trimmed) || strings.Trim(string(written[len(trimmed):]), "\r\n") != "" {
				t.Fatalf("%q is written as %q", trimmed, written)
			}
		}
		checkWritten(t, req)

		// A server that reads the same bytes sees the same head.
		read, err := wire.ReadRequest(bufio.NewReaderSize(bytes.NewReader(raw), 16), "http", wire.Limits{Head: 1 << 16, Body: 1 << 16}, nil)
		if err == nil && (read.Method != req.Method || read.Target != req.Target || !slices.Equal(read.Headers, req.Headers) || !strings.HasPrefix(req.Body, read.Body)) {
			t.Fatalf("ReadRequest has %q\nParseRequest  %q", read.AppendHTTP(nil), req.AppendHTTP(nil))
		}
	})
}

func FuzzParseHAR(f *testing.F) {
	f.Add(har(harRequest(`{"method":"GET","url":"http://h/?a#b"}`)))
	f.Add(har(`{"startedDateTime":"x","request":{"method":"PUT","url":"https://u@h:1?x","httpVersion":"HTTP/1.0","headers":[{"name":":authority","value":"i"},{"name":"A","value":" b "}],
		"postData":{"text":"AA==","encoding":"base64"}},"response":{"status":1,"headers":[{"name":"a","value":null}],"content":{"text":"\u0000"}}}`))
	f.Add(har(harRequest(`{"method":"GET","url":"data:x"}`), harRequest(`{"method":"G\ud800","url":"http://h"}`), `{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := wire.ParseHAR(data)
		if err != nil {
			checkSyntaxErrorType(t, err)
			return
		}
		for _, e := range entries {
			if _, ok := e.Request.Header("Host"); !ok {
				t.Fatalf("entry %d has no Host: %q", e.Index, e.Request.AppendHTTP(nil))
			}
			checkWritten(t, e.Request)
		}
	})
}

func FuzzParseCurl(f *testing.F) {
	for _, seed := range []string{
		`curl 'http://h/a/../b?c' -H 'X: y' -H "Z;" -d $'a\x41\'' --compressed`,
		`printf 'a\000%%' | curl --path-as-is -sX PUT https://u:p@[::1]:8080/é --data-binary @- > out`,
		`curl -GId x --data-urlencode 'a=b c' -u a:b -A x -e y -b c=d -r 1-2 http://127.0.0.1:80/%2F#f`,
		"curl \\\r\n -T - --request-target '* x' -H host: -H 'Host: h' --json {} ftp.x",
		`curl {a,b} $x "$(y)" --globoff 'http://h/[1]{}' -T a/f http://h/`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, command string) {
		req, err := wire.ParseCurl(command)
		if err != nil {
			checkSyntaxErrorType(t, err)
			return
		}
		if !strings.HasSuffix(req.Head(), "\r\n\r\n") {
			t.Fatalf("the head does not end: %q", req.Head())
		}
		checkWritten(t, req)
	})
}

func FuzzParseCapture(f *testing.F) {
	f.Add([]byte(captureLine("GET / HTTP/1.1\r\nHost: h\r\n\r\n") + "\n\n" + captureLine("PUT /\xff HTTP/1.1\nA:  b")))
	f.Add([]byte(`{"id":{"hex":"ff"},"head":"R0VUIC8gSFRUUC8xLjENCg0K","body":"AA==","transport":"https"}`))
	f.Add([]byte(`{"id":"\ud800","head":"*"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		captures, err := wire.ParseCapture(bytes.NewReader(data))
		if err != nil {
			checkSyntaxErrorType(t, err)
			return
		}
		var file []byte
		for _, c := range captures {
			file = wire.AppendCapture(file, c)
		}
		back, err := wire.ParseCapture(bytes.NewReader(file))
		if err != nil || len(back) != len(captures) {
			t.Fatalf("%s is read back as %d captures, %v", file, len(back), err)
		}
		for i, c := range captures {
			if back[i].ID != c.ID || back[i].Request.Transport != c.Request.Transport || back[i].Request.Head() != c.Request.Head() {
				t.Fatalf("capture %d is read back as %+v, want %+v", i, back[i], c)
			}
			sameRequest(t, "read back", back[i].Request, c.Request)
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
