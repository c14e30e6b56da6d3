package wire_test

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/countersign/countersign/wire"
)

func TestParseRequestKeepsEveryByte(t *testing.T) {
	for name, raw := range map[string]string{
		"order case repetition": "PUT /k HTTP/1.1\r\nhost: b\r\nX-oss-META-a: 1\r\nx-oss-meta-a: 2\r\nX-Oss-Meta-A: 1\r\n\r\nbody",
		"line feeds":            "GET / HTTP/1.1\nHost: h\nA:b\n\nbody\n",
		"mixed line ends":       "GET / HTTP/1.1\r\nHost: h\nA: b\r\n\nbody",
		"blanks round values":   "GET / HTTP/1.1\r\nA: \t b c \t\r\nB:\r\nC:   \r\nD:x\r\n\r\n",
		"odd bytes":             "GET /\xff%zz?\x01\xc3\xa9 HTTP/1.1\r\nX-\xfe: \xa0\x0b\xff\x7f\r\n\r\n\x00\xff\r\n",
		"colons in values":      "GET / HTTP/1.1\r\nHost: h:80\r\nDate: 10:20:30\r\n\r\n",
		"absolute form":         "GET http://h/a?b HTTP/1.1\r\nHost: other\r\n\r\n",
		"asterisk form":         "OPTIONS * HTTP/1.0\r\n\r\n",
		"blank in target":       "GET /a b HTTP/1.1\r\n\r\n",
		"no version":            "GET /a\r\nHost: h\r\n\r\n",
		"body with line breaks": "POST / HTTP/1.1\r\n\r\n\r\n\r\nHost: no header\r\n",
	} {
		req, err := wire.ParseRequest([]byte(raw), "http")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := string(req.AppendHTTP(nil)); got != raw {
			t.Errorf("%s: written as %q, want %q", name, got, raw)
		}
		if got := req.Head() + req.Body; got != raw {
			t.Errorf("%s: head and body are %q, want %q", name, got, raw)
		}
	}
}

func TestParseRequestTakesApart(t *testing.T) {
	const raw = "\r\n\nPut http://h/a b?x HTTP/1.0 \t\r\nhoSt:\t h \r\nX-A:\u00a01\u00a0\r\nX-A: \r\n\r\nbody"
	req, err := wire.ParseRequest([]byte(raw), "https")
	if err != nil {
		t.Fatal(err)
	}
	if req.Transport != "https" || req.Method != "Put" || req.Target != "http://h/a b?x" || req.Proto != "HTTP/1.0" || req.Body != "body" {
		t.Errorf("got %+v", req)
	}
	want := []wire.Header{{"hoSt", "h"}, {"X-A", "\u00a01\u00a0"}, {"X-A", ""}}
	if !slices.Equal(req.Headers, want) {
		t.Errorf("headers are %q, want %q", req.Headers, want)
	}
}

func TestParseRequestCompletesHead(t *testing.T) {
	for raw, want := range map[string]string{
		"GET / HTTP/1.1":                 "GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r":               "GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nA: b\r\n\r":   "GET / HTTP/1.1\r\nA: b\r\n\r\n",
		"GET / HTTP/1.1\r\nA: b":         "GET / HTTP/1.1\r\nA: b\r\n\r\n",
		"GET / HTTP/1.1\r\nA: b\r\n":     "GET / HTTP/1.1\r\nA: b\r\n\r\n",
		"GET / HTTP/1.1\nA: b":           "GET / HTTP/1.1\nA: b\n\n",
		"GET / HTTP/1.1\nA: b\n":         "GET / HTTP/1.1\nA: b\n\n",
		"\n\nGET / HTTP/1.1\r\nA: b\r\n": "GET / HTTP/1.1\r\nA: b\r\n\r\n",
	} {
		req, err := wire.ParseRequest([]byte(raw), "http")
		if err != nil {
			t.Errorf("%q: %v", raw, err)
		} else if got := string(req.AppendHTTP(nil)); got != want {
			t.Errorf("%q: written as %q, want %q", raw, got, want)
		}
	}
}

func TestParseRequestNamesTheFault(t *testing.T) {
	for _, test := range []struct{ raw, where string }{
		{"", "line 1"},
		{"\r\n\r\n", "line 1"},
		{"GET\r\n\r\n", "line 1"},
		{"GET \r\n\r\n", "line 1"},
		{" / HTTP/1.1\r\n\r\n", "line 1"},
		{"GET  HTTP/1.1\r\n\r\n", "line 1"},
		{"GET /\x00 HTTP/1.1\r\n\r\n", "line 1"},
		{"GET / HTTP/1.1\r\nA: b\r\nno colon\r\n\r\n", "line 3"},
		{"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", "line 3"},
		{"GET / HTTP/1.1\r\nA : b\r\n\r\n", "line 2"},
		{"GET / HTTP/1.1\r\n: b\r\n\r\n", "line 2"},
		{"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "line 2"},
		{"GET / HTTP/1.1\r\nA: b\r\r\n\r\n", "line 2"},
		{"GET / HTTP/1.1\r\nA: \x00\r\n\r\n", "line 2"},
		{"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n", "chunk size"},
	} {
		_, err := wire.ParseRequest([]byte(test.raw), "http")
		var syntax *wire.SyntaxError
		if !errors.As(err, &syntax) || syntax.Where != test.where {
			t.Errorf("%q: got error %v, want a syntax error at %s", test.raw, err, test.where)
		}
	}
}

func TestChunkedFramingIsRemoved(t *testing.T) {
	const head = "PUT / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"
	for _, test := range []struct{ framed, body string }{
		{"0\r\n\r\n", ""},
		{"3\r\nabc\r\n0\r\n\r\n", "abc"},
		{"1;name=value\r\na\r\n 0B \r\n\r\nbcdefghij\r\n0;x\r\nTrailer: t\r\nU: u\r\n\r\n", "a\r\nbcdefghij"},
		{"2\nab\n0\n\n", "ab"},
	} {
		parsed, err := wire.ParseRequest([]byte(head+test.framed), "http")
		if err != nil || parsed.Body != test.body {
			t.Errorf("ParseRequest of %q: body %q, %v; want %q", test.framed, parsed.Body, err, test.body)
			continue
		}
		br := bufio.NewReader(strings.NewReader(head + test.framed + "next"))
		read, err := wire.ReadRequest(br, "http", wire.Limits{}, nil)
		if err != nil || read.Body != test.body {
			t.Errorf("ReadRequest of %q: body %q, %v; want %q", test.framed, read.Body, err, test.body)
		}
		if rest, _ := io.ReadAll(br); string(rest) != "next" {
			t.Errorf("%q: ReadRequest left %q, want the next request", test.framed, rest)
		}
		again, err := wire.ParseRequest(read.AppendHTTP(nil), "http")
		if err != nil || again.Body != test.body {
			t.Errorf("%q: written and read again, the body is %q, %v", test.framed, again.Body, err)
		}
	}
	headOnly, err := wire.ParseRequest([]byte(head), "http")
	if err != nil || headOnly.Body != "" {
		t.Errorf("a recording of the head alone: %+v, %v", headOnly, err)
	}
}

func TestReadRequestTakesOneRequestAfterTheOther(t *testing.T) {
	const first = "PUT /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\n"
	br := bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader("\r\n"+first+"abcGET /2 HTTP/1.1\r\n\r\n")), 16)
	var heads []string
	onHead := func(r *wire.Request) error {
		if r.Body != "" {
			t.Errorf("onHead already has the body %q", r.Body)
		}
		heads = append(heads, r.Head())
		return nil
	}
	req, err := wire.ReadRequest(br, "http", wire.Limits{}, onHead)
	if err != nil || req.Head() != first || req.Body != "abc" {
		t.Fatalf("first: %+v, %v", req, err)
	}
	req, err = wire.ReadRequest(br, "http", wire.Limits{}, onHead)
	if err != nil || req.Target != "/2" {
		t.Fatalf("second: %+v, %v", req, err)
	}
	if _, err = wire.ReadRequest(br, "http", wire.Limits{}, onHead); err != io.EOF {
		t.Errorf("at the end: %v, want io.EOF", err)
	}
	if len(heads) != 2 {
		t.Errorf("onHead was called %d times, want 2", len(heads))
	}
}

func TestReadRequestStopsWhenOnHeadFails(t *testing.T) {
	br := bufio.NewReader(strings.NewReader("PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"))
	refused := errors.New("refused")
	_, err := wire.ReadRequest(br, "http", wire.Limits{}, func(*wire.Request) error { return refused })
	if !errors.Is(err, refused) {
		t.Errorf("got error %v, want that of onHead", err)
	}
	if rest, _ := io.ReadAll(br); string(rest) != "abc" {
		t.Errorf("left %q, want the body unread", rest)
	}
}

func TestReadRequestTellsEndsApart(t *testing.T) {
	broken := errors.New("connection reset")
	for _, test := range []struct {
		input string
		end   error
		want  error
	}{
		{"", io.EOF, io.EOF},
		{"\r\n\r\n", io.EOF, io.EOF},
		{"", broken, broken},
		{"G", io.EOF, io.ErrUnexpectedEOF},
		{"GET / HTTP/1.1\r\nA: b\r\n", io.EOF, io.ErrUnexpectedEOF},
		{"GET / HTTP/1.1\r\n", broken, broken},
		{"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", io.EOF, io.ErrUnexpectedEOF},
		{"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", io.EOF, io.ErrUnexpectedEOF},
		{"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", broken, broken},
		{"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", io.EOF, io.ErrUnexpectedEOF},
		{"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", io.EOF, io.ErrUnexpectedEOF},
		{"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", broken, broken},
		{"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc", broken, broken},
		{"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", broken, broken},
		{"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n", io.EOF, io.ErrUnexpectedEOF},
	} {
		r := io.MultiReader(strings.NewReader(test.input), iotest.ErrReader(test.end))
		_, err := wire.ReadRequest(bufio.NewReader(r), "http", wire.Limits{}, nil)
		if !errors.Is(err, test.want) {
			t.Errorf("%q, then %v: got error %v, want %v", test.input, test.end, err, test.want)
		}
	}
}

func TestReadRequestKeepsToItsLimits(t *testing.T) {
	const head = "PUT / HTTP/1.1\r\n" // 16 bytes, and 2 for the empty line
	for _, test := range []struct {
		input  string
		limits wire.Limits
		ok     bool
	}{
		{head + "\r\n", wire.Limits{Head: 18}, true},
		{head + "\r\n", wire.Limits{Head: 17}, false},
		{strings.Repeat("A", 1<<16), wire.Limits{Head: 1 << 10, Body: 1}, false},
		{head + "Content-Length: 4\r\n\r\nabcd", wire.Limits{Head: 99, Body: 4}, true},
		{head + "Content-Length: 5\r\n\r\nabcde", wire.Limits{Head: 99, Body: 4}, false},
		{head + "Content-Length: 9223372036854775807\r\n\r\n", wire.Limits{}, false},
		{head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", wire.Limits{Head: 99, Body: 4}, true},
		{head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", wire.Limits{Head: 99, Body: 4}, false},
		{head + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", wire.Limits{}, false},
	} {
		_, err := wire.ReadRequest(bufio.NewReader(strings.NewReader(test.input)), "http", test.limits, nil)
		if test.ok && err != nil || !test.ok && !errors.Is(err, wire.ErrTooLarge) {
			t.Errorf("%.80q within %+v: got error %v, want success %v", test.input, test.limits, err, test.ok)
		}
	}
}

func TestReadRequestRefusesUnclearFraming(t *testing.T) {
	const head = "PUT / HTTP/1.1\r\n"
	for _, test := range []struct{ headers, body, where string }{
		{"Content-Length: 3\r\nContent-Length: 4\r\n", "abcd", "header Content-Length"},
		{"Content-Length: +3\r\n", "abc", "header Content-Length"},
		{"Content-Length: 3, 3\r\n", "abc", "header Content-Length"},
		{"Content-Length: \r\n", "abc", "header Content-Length"},
		{"Content-Length: 9223372036854775808\r\n", "abc", "header Content-Length"},
		{"Transfer-Encoding: gzip\r\n", "abc", "header Transfer-Encoding"},
		{"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "0\r\n\r\n", "header Transfer-Encoding"},
		{"Transfer-Encoding: chunked\r\n", "-1\r\n", "chunk size"},
		{"Transfer-Encoding: chunked\r\n", "\r\n", "chunk size"},
		{"Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n", "chunk size"},
		{"Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n", "chunk end"},
		{"Transfer-Encoding: chunked\r\n", "1;" + strings.Repeat("x", 5000) + "\r\n", "chunk framing"},
	} {
		_, err := wire.ReadRequest(bufio.NewReader(strings.NewReader(head+test.headers+"\r\n"+test.body)), "http", wire.Limits{}, nil)
		var syntax *wire.SyntaxError
		if !errors.As(err, &syntax) || syntax.Where != test.where {
			t.Errorf("%q: got error %v, want a syntax error at %s", test.headers, err, test.where)
		}
	}
	same := head + "Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc"
	req, err := wire.ReadRequest(bufio.NewReader(strings.NewReader(same)), "http", wire.Limits{}, nil)
	if err != nil || req.Body != "abc" || len(req.Headers) != 2 {
		t.Errorf("the same length twice: %+v, %v", req, err)
	}
}

func TestParseRequestSaysThatItsChunksAreCutShort(t *testing.T) {
	for _, body := range []string{"3\r\n", "3\r\nab", "3\r\nabc", "3\r\nabc\r\n"} {
		_, err := wire.ParseRequest([]byte("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"+body), "http")
		var syntax *wire.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), "inside the chunks") {
			t.Errorf("%q: %v", body, err)
		}
	}
	_, err := wire.ParseRequest([]byte("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"), "http")
	if !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("a chunk larger than any memory: %v", err)
	}
}
