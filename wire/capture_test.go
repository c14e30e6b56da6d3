package wire_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/countersign/countersign/wire"
)

func captureLine(head string) string {
	return `{"id":"x","head":"` + base64.StdEncoding.EncodeToString([]byte(head)) + `"}`
}

func TestCaptureRoundTrip(t *testing.T) {
	const head = "PUT /\xff HTTP/1.1\nhost:h\nX:  1 \n\n"
	read, err := wire.ParseRequest([]byte(head+"\x00body\r\n"), "https")
	if err != nil {
		t.Fatal(err)
	}
	built := &wire.Request{Method: "GET", Target: "/", Headers: []wire.Header{{"A", "b"}}}
	big := &wire.Request{Transport: "http", Method: "PUT", Target: "/", Body: strings.Repeat("x", 1<<17)}

	file := wire.AppendCapture(nil, wire.Capture{ID: "oss/\u4e2d\xff", Request: read})
	wantLine := `{"id":{"hex":"6f73732fe4b8adff"},"head":"` + base64.StdEncoding.EncodeToString([]byte(head)) +
		`","body":"AGJvZHkNCg==","transport":"https"}` + "\n"
	if string(file) != wantLine {
		t.Errorf("the line is\n%swant\n%s", file, wantLine)
	}
	file = wire.AppendCapture(file, wire.Capture{ID: "", Request: built})
	file = wire.AppendCapture(file, wire.Capture{ID: "big", Request: big})

	captures, err := wire.ParseCapture(strings.NewReader(string(file)))
	if err != nil || len(captures) != 3 {
		t.Fatalf("read back %d captures, %v", len(captures), err)
	}
	for i, want := range []struct{ id, transport, raw string }{
		{"oss/\u4e2d\xff", "https", head + "\x00body\r\n"},
		{"", "http", "GET / HTTP/1.1\r\nA: b\r\n\r\n"},
		{"big", "http", "PUT / HTTP/1.1\r\n\r\n" + big.Body},
	} {
		c := captures[i]
		if raw := string(c.Request.AppendHTTP(nil)); c.ID != want.id || c.Request.Transport != want.transport || raw != want.raw {
			t.Errorf("capture %d is %q, %s, %.60q; want %q, %s, %.60q", i, c.ID, c.Request.Transport, raw, want.id, want.transport, want.raw)
		}
	}
}

func TestParseCaptureKeepsChunkedBodyAsItIs(t *testing.T) {
	const head = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	captures, err := wire.ParseCapture(strings.NewReader(strings.Replace(captureLine(head), "}", `,"body":"MA0KDQo="}`, 1)))
	if err != nil || captures[0].Request.Body != "0\r\n\r\n" {
		t.Errorf("got %+v, %v: the body of a capture has no framing to remove", captures, err)
	}
}

func TestParseCaptureSkipsEmptyLines(t *testing.T) {
	line := captureLine("GET / HTTP/1.1\r\n") // the head may lack its empty line
	captures, err := wire.ParseCapture(iotest.OneByteReader(strings.NewReader("\xef\xbb\xbf" + line + "\r\n\n \n" + line)))
	if err != nil || len(captures) != 2 {
		t.Fatalf("got %d captures, %v; want 2", len(captures), err)
	}
	if got := captures[1].Request; got.Transport != "http" || got.Head() != "GET / HTTP/1.1\r\n\r\n" {
		t.Errorf("got transport %q, head %q", got.Transport, got.Head())
	}
}

func TestParseCaptureNamesTheFault(t *testing.T) {
	valid := captureLine("GET / HTTP/1.1\r\n\r\n")
	for _, test := range []struct{ line, where, rule string }{
		{`{`, "line 3", "unexpected end"},
		{valid + valid, "line 3", "after top-level value"},
		{`[]`, "line 3", "not a line of a capture"},
		{`{"id":"x"}`, "line 3", `"head" is missing`},
		{`{"id":"\ud800","head":""}`, "line 3", "lone surrogate"},
		{`{"head":"*"}`, "line 3, head", "illegal base64"},
		{`{"head":"","body":"*"}`, "line 3, body", "illegal base64"},
		{`{"head":"","transport":"ftp"}`, "line 3, transport", "http or https"},
		{captureLine("GET / HTTP/1.1\r\n\r\nbody"), "byte 18", "belongs into the body"},
		{captureLine("GET / HTTP/1.1\r\nbad\r\n\r\n"), "line 2", "Name: value"},
		{captureLine(""), "line 1", "METHOD target"},
	} {
		_, err := wire.ParseCapture(strings.NewReader(valid + "\n\n" + test.line + "\n" + valid))
		checkSyntaxError(t, test.line, err, test.where, test.rule)
		if err != nil && !strings.HasPrefix(err.Error(), "line 3") {
			t.Errorf("%s: %q does not begin with the line of the file", test.line, err)
		}
	}
	broken := errors.New("disk failed")
	if _, err := wire.ParseCapture(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got error %v, want that of the reader", err)
	}
}

func TestParseAnyDetects(t *testing.T) {
	const raw = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
	line := captureLine(raw)
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"raw", raw, []string{"file GET /a http"}},
		{"raw behind a BOM and empty lines", "\xef\xbb\xbf\r\n" + raw, []string{"file GET /a http"}},
		{"method that begins like curl", "curly /a HTTP/1.1\n\n", []string{"file curly /a http"}},
		{"curl", "curl http://h/a", []string{"file GET /a http"}},
		{"curl over lines", "\n  curl \\\n https://h/a -XPUT\n", []string{"file PUT /a https"}},
		{"curl at once continued", "curl\\\n https://h/a", []string{"file GET /a https"}},
		{"printf into curl", "printf 'x' | curl --data-binary @- http://h/a", []string{"file POST /a http"}},
		{"capture", line + "\n" + strings.Replace(line, `"x"`, `""`, 1) + "\n", []string{"x GET /a http", "file#2 GET /a http"}},
		{"capture with other members first", `{"time":{"log":1},"head":"` + line[len(`{"id":"x","head":"`):], []string{"file#1 GET /a http"}},
		{"HAR", "\xef\xbb\xbf \n" + string(har(harRequest(`{"method":"GET","url":"blob:x"}`), harRequest(`{"method":"GET","url":"https://h/a"}`))), []string{"file#2 GET /a https"}},
	} {
		captures, err := wire.ParseAny("file", []byte(test.text))
		var got []string
		for _, c := range captures {
			got = append(got, fmt.Sprintf("%s %s %s %s", c.ID, c.Request.Method, c.Request.Target, c.Request.Transport))
		}
		if err != nil || strings.Join(got, "; ") != strings.Join(test.want, "; ") {
			t.Errorf("%s: got %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}

func TestParseAnyNamesTheFile(t *testing.T) {
	for _, test := range []struct{ text, where, rule string }{
		{"", "byte 0", "no request"},
		{" \r\n", "byte 0", "no request"},
		{"hello", "line 1", "METHOD target"},
		{"curl", "line 1", "METHOD target"},
		{"curl -d", "line 1, column 6", "needs an argument"},
		{"{}", "first JSON object", "HAR file"},
		{`{"id":"x"`, "first JSON object", "unexpected E"},
		{`{"log":{"entries":[{}]}}`, "entry 1", "request"},
		{`{"log":`, "HAR", "unexpected end"},
		{`{"id":"x","head":"*"}`, "line 1, head", "illegal base64"},
	} {
		captures, err := wire.ParseAny("dir/file", []byte(test.text))
		checkSyntaxError(t, test.text, err, test.where, test.rule)
		if err != nil && !strings.HasPrefix(err.Error(), "dir/file: ") || captures != nil {
			t.Errorf("%q: got %v and error %v, want only an error that begins with the name", test.text, captures, err)
		}
	}
}
