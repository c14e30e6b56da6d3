package wire_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
)

// har wraps entries as a HAR file.
func har(entries ...string) []byte {
	return []byte(`{"log":{"version":"1.2","creator":{"name":"x"},"entries":[` + strings.Join(entries, ",") + `]}}`)
}

func harRequest(request string) string { return `{"request":` + request + `}` }

func TestParseHAR(t *testing.T) {
	entries, err := wire.ParseHAR(har(
		`{"startedDateTime":"2026-01-02T03:04:05.006Z","time":1,
		  "request":{"method":"PUT","url":"https://b.oss-cn-hangzhou.aliyuncs.com:8443/a%20b/../%2F?acl&x=a+b&y=%e4#top?z","httpVersion":"HTTP/1.1",
		    "headers":[{"name":"x-oss-Meta","value":" v\u00e9 \t"},{"name":"host","value":"h"},{"name":"x-oss-Meta","value":"2","comment":"c"}],
		    "queryString":[{"name":"ignored","value":"x"}],"cookies":[],"headersSize":-1,"bodySize":3,
		    "postData":{"mimeType":"text/plain","text":"a\u0000b"}},
		  "response":{"status":403,"statusText":"Forbidden","headers":[{"name":"x-oss-request-id","value":"1"}],
		    "content":{"size":2,"mimeType":"x","text":"//4=","encoding":"base64"}}}`,
		`{"request":{"method":"GET","url":"data:text/plain,x","headers":[]}}`,
		`{"request":{"method":"GET","url":"wss://h/","headers":[]}}`,
		`{"request":{"method":"GET","url":"HTTP://user:pw@b.obs.example?x=http://y/#f","httpVersion":"http/2.0",
		    "headers":[{"name":":method","value":"GET"},{"name":"date","value":"d"},{"name":":path","value":"/"}],
		    "postData":{"mimeType":"x","text":"/wA=","encoding":"base64"}},
		  "response":{"status":0,"headers":[{"name":":status","value":"200"},{"name":"a","value":"b"}],"content":{"text":null}}}`,
		`{"request":{"method":"GET","url":"http://url.example/","httpVersion":"HTTP/1.0",
		    "headers":[{"name":"a","value":""},{"name":":authority","value":"pseudo.example:81"}],"postData":null},"response":null}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	type plain struct {
		index                                         int
		started, transport, method, target, body, raw string
	}
	var got []plain
	for _, e := range entries {
		r := e.Request
		got = append(got, plain{e.Index, e.StartedAt, r.Transport, r.Method, r.Target, r.Body, string(r.AppendHTTP(nil))})
	}
	want := []plain{
		{1, "2026-01-02T03:04:05.006Z", "https", "PUT", "/a%20b/../%2F?acl&x=a+b&y=%e4", "a\x00b",
			"PUT /a%20b/../%2F?acl&x=a+b&y=%e4 HTTP/1.1\r\nx-oss-Meta: v\u00e9\r\nhost: h\r\nx-oss-Meta: 2\r\n\r\na\x00b"},
		{4, "", "http", "GET", "/?x=http://y/", "\xff\x00",
			"GET /?x=http://y/ HTTP/1.1\r\nHost: b.obs.example\r\ndate: d\r\n\r\n\xff\x00"},
		{5, "", "http", "GET", "/", "",
			"GET / HTTP/1.0\r\nHost: pseudo.example:81\r\na: \r\n\r\n"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	first := entries[0].Response
	if first == nil || first.Status != 403 || first.Body != "\xff\xfe" || !slices.Equal(first.Headers, []wire.Header{{"x-oss-request-id", "1"}}) {
		t.Errorf("first response is %+v", first)
	}
	second := entries[1].Response
	if second == nil || second.Status != 0 || second.Body != "" || !slices.Equal(second.Headers, []wire.Header{{"a", "b"}}) {
		t.Errorf("second response is %+v", second)
	}
	if entries[2].Response != nil {
		t.Errorf("third response is %+v, want none", entries[2].Response)
	}
}

func TestParseHARSkipsByteOrderMark(t *testing.T) {
	entries, err := wire.ParseHAR(append([]byte("\xef\xbb\xbf"), har(harRequest(`{"method":"GET","url":"http://h/"}`))...))
	if err != nil || len(entries) != 1 {
		t.Errorf("got %d entries, %v", len(entries), err)
	}
}

func TestParseHARNamesTheFault(t *testing.T) {
	valid := harRequest(`{"method":"GET","url":"http://h/"}`)
	for _, test := range []struct{ second, where, rule string }{
		{`{}`, "entry 2", "request"},
		{`7`, "entry 2", "not an entry"},
		{harRequest(`{"method":7,"url":"http://h/"}`), "entry 2", "byte string"},
		{harRequest(`{"method":"GET","url":"http://h/\ud800"}`), "entry 2", `lone surrogate \ud800`},
		{harRequest(`{"method":"","url":"http://h/"}`), "entry 2, method", "one word"},
		{harRequest(`{"method":"GET /x","url":"http://h/"}`), "entry 2, method", "one word"},
		{harRequest(`{"method":"GET","url":"/path"}`), "entry 2, url", "absolute"},
		{harRequest(`{"method":"GET"}`), "entry 2, url", "absolute"},
		{harRequest(`{"method":"GET","url":"http:///path"}`), "entry 2, url", "must have a host"},
		{harRequest(`{"method":"GET","url":"http:h"}`), "entry 2, url", "must have a host"},
		{harRequest(`{"method":"GET","url":"http:// h/"}`), "entry 2, url", "must have a host"},
		{harRequest(`{"method":"GET","url":"http://h/\n"}`), "entry 2, url", "CR, LF or NUL"},
		{harRequest(`{"method":"GET","url":"http://h/","headers":[{"name":"a","value":"b"},{"name":"a","value":"b\r\nc: d"}]}`), "entry 2, header 2", "CR, LF or NUL"},
		{harRequest(`{"method":"GET","url":"http://h/","headers":[{"name":"a b","value":"c"}]}`), "entry 2, header 1", "blank"},
		{harRequest(`{"method":"GET","url":"http://h/","headers":[{"name":"a:b","value":"c"}]}`), "entry 2, header 1", "colon"},
		{harRequest(`{"method":"GET","url":"http://h/","headers":[{"value":"c"}]}`), "entry 2, header 1", "name"},
		{harRequest(`{"method":"GET","url":"http://h/","headers":[{"name":"a","value":"\udc00"}]}`), "entry 2, header 1", "lone surrogate"},
		{harRequest(`{"method":"GET","url":"http://h/","headers":["a"]}`), "entry 2, header 1", "not a header"},
		{harRequest(`{"method":"GET","url":"http://h/","postData":{"text":"!","encoding":"base64"}}`), "entry 2, postData", "illegal base64"},
		{harRequest(`{"method":"GET","url":"http://h/","postData":{"text":"a","encoding":"gzip"}}`), "entry 2, postData", "base64 or absent"},
		{`{"request":{"method":"GET","url":"http://h/"},"response":{"headers":[{"name":"a","value":1}]}}`, "entry 2, response, header 1", "not a header"},
		{`{"request":{"method":"GET","url":"http://h/"},"response":{"content":{"text":"=","encoding":"base64"}}}`, "entry 2, response, content", "illegal base64"},
	} {
		_, err := wire.ParseHAR(har(valid, test.second))
		checkSyntaxError(t, fmt.Sprintf("entry %s", test.second), err, test.where, test.rule)
	}
	for _, file := range []string{``, `[]`, `{"log":7}`, `{}`, `{"log":null}`, `{"log":{}} x`} {
		_, err := wire.ParseHAR([]byte(file))
		checkSyntaxError(t, file, err, "HAR", "")
	}
}

// checkSyntaxError checks that err is, or wraps, a syntax error at that place
// with these words in its rule.
func checkSyntaxError(t *testing.T, input string, err error, where, rule string) {
	t.Helper()
	var syntax *wire.SyntaxError
	if !errors.As(err, &syntax) {
		t.Errorf("%.80s: got error %v, want a syntax error", input, err)
		return
	}
	if syntax.Where != where || !strings.Contains(syntax.Rule, rule) {
		t.Errorf("%.80s: got error at %q: %s\nwant one at %q about %q", input, syntax.Where, syntax.Rule, where, rule)
	}
}
