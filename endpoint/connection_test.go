package endpoint

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// impatient keeps the tests of slow clients short.
var impatient = Patience{Idle: 2 * time.Second, Head: 60 * time.Millisecond, Body: 60 * time.Millisecond, Drain: 60 * time.Millisecond}

func lease(t testing.TB, opts Options) *Lease {
	t.Helper()
	if opts.Verifier == nil {
		opts.Verifier = verifier()
	}
	l, err := NewPorts(opts).Lease(context.Background(), LeaseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// client is a raw connection to a lease.
type client struct {
	net.Conn
	t  testing.TB
	br *bufio.Reader
}

func dial(t testing.TB, l *Lease) *client {
	t.Helper()
	conn, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	t.Cleanup(func() { conn.Close() })
	return &client{conn, t, bufio.NewReader(conn)}
}

func (c *client) send(raw string) {
	c.t.Helper()
	if _, err := io.WriteString(c, raw); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) receive(method string) *Response {
	c.t.Helper()
	r, err := readResponse(c.br, method, wire.Limits{})
	if err != nil {
		c.t.Fatalf("no response: %v", err)
	}
	return r
}

// end fails unless the server closes the connection.
func (c *client) end() {
	c.t.Helper()
	if _, err := c.br.ReadByte(); !errors.Is(err, io.EOF) {
		c.t.Errorf("the connection goes on: %v", err)
	}
}

func raw(req *wire.Request) string { return string(requestBytes(req)) }

func statuses(exchanges []Exchange) string {
	var out []string
	for _, x := range exchanges {
		out = append(out, fmt.Sprint(x.Status))
	}
	return strings.Join(out, " ")
}

func TestLeaseAcceptsSignedRequestsOfEveryProfile(t *testing.T) {
	ports := NewPorts(Options{Verifier: verifier()})
	for _, p := range servedProfiles() {
		l, err := ports.Lease(context.Background(), LeaseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sent := signable(t, p)
		r, err := Send(context.Background(), l.Addr(), sent)
		exchanges := l.Close()
		if err != nil || r.Status/100 != 2 {
			t.Errorf("%s: %+v %v", p.ID(), r, err)
		}
		if len(exchanges) != 1 || exchanges[0].Verification == nil || exchanges[0].Verification.Profile.ID() != p.ID() || exchanges[0].Status != r.Status {
			t.Errorf("%s: %+v", p.ID(), exchanges)
			continue
		}
		if head := exchanges[0].Request.Head(); head+exchanges[0].Request.Body != raw(sent) {
			t.Errorf("%s: kept\n%q\nof\n%q", p.ID(), head, raw(sent))
		}
	}
}

func TestLeaseRefusesTamperedRequestsWithTheDocumentOfTheService(t *testing.T) {
	for _, p := range servedProfiles() {
		if p.Carrier == signature.InForm {
			continue
		}
		l := lease(t, Options{})
		req := sign(t, p, request(p, "GET", "/object?acl", ""))
		req.Target = strings.Replace(req.Target, "/object", "/tampered", 1)
		r, err := Send(context.Background(), l.Addr(), req)
		if err != nil {
			t.Fatal(err)
		}
		want := answerTo("", verifier(), req)
		if r.Status != 403 || r.Body != want.Body && p.Carrier == signature.InHeader || !strings.Contains(r.Body, "<Code>SignatureDoesNotMatch</Code>") {
			t.Errorf("%s: %d\n%s\nwant\n%s", p.ID(), r.Status, r.Body, want.Body)
		}
		if x := l.Close(); len(x) != 1 || x[0].Verification.Verdict != signature.Mismatch || x[0].Status != 403 {
			t.Errorf("%s: %+v", p.ID(), x)
		}
	}
}

func TestHeadHasNoBodyOnTheWire(t *testing.T) {
	l := lease(t, Options{})
	p := signature.OSSV1Header
	c := dial(t, l)
	c.send(raw(sign(t, p, request(p, "HEAD", "/k", ""))))
	c.send(raw(with(sign(t, p, request(p, "HEAD", "/k", "")), "Content-Type", "a/b")))
	c.send(raw(sign(t, p, request(p, "GET", "/k", ""))))
	// A body behind the first two would be taken for the next status line.
	if a, b, g := c.receive("HEAD"), c.receive("HEAD"), c.receive("GET"); a.Status != 200 || b.Status != 403 || g.Status != 200 || g.Body == "" {
		t.Errorf("%+v\n%+v\n%+v", a, b, g)
	}
}

func TestKeepAliveAndPipelining(t *testing.T) {
	l := lease(t, Options{})
	p := signature.OSSV4Header
	get := raw(sign(t, p, request(p, "GET", "/k", "")))
	put := raw(sign(t, p, request(p, "PUT", "/k", "hello")))
	c := dial(t, l)
	c.send(get)
	if r := c.receive("GET"); header(r, "Connection") != "keep-alive" {
		t.Errorf("%v", r.Headers)
	}
	c.send(put + "\r\n" + get + put) // pipelined, with a stray line break
	for _, method := range []string{"PUT", "GET", "PUT"} {
		if r := c.receive(method); r.Status != 200 {
			t.Errorf("%s: %d", method, r.Status)
		}
	}
	c.send(strings.Replace(get, "\r\n\r\n", "\r\nConnection: foo, Close\r\n\r\n", 1))
	if r := c.receive("GET"); header(r, "Connection") != "close" {
		t.Errorf("%v", r.Headers)
	}
	c.end()
	exchanges := l.Close()
	if statuses(exchanges) != "200 200 200 200 200" || exchanges[1].Request.Method != "PUT" || exchanges[2].Request.Method != "GET" {
		t.Errorf("%v", statuses(exchanges))
	}
}

func TestHTTP10ClosesUnlessAskedNotTo(t *testing.T) {
	l := lease(t, Options{})
	c := dial(t, l)
	c.send("GET /k HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /k HTTP/1.0\r\n\r\n")
	if a, b := c.receive("GET"), c.receive("GET"); header(a, "Connection") != "keep-alive" || header(b, "Connection") != "close" {
		t.Errorf("%v %v", a.Headers, b.Headers)
	}
	c.end()
}

func TestExpectContinue(t *testing.T) {
	l := lease(t, Options{})
	p := signature.OSSV1Header
	req := sign(t, p, request(p, "PUT", "/k", "hello", wire.Header{Name: "Expect", Value: "100-Continue"}, wire.Header{Name: "Content-Length", Value: "5"}))
	c := dial(t, l)
	c.send(strings.TrimSuffix(raw(req), "hello"))
	line, err := c.br.ReadString('\n')
	if err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q %v", line, err)
	}
	c.br.ReadString('\n')
	c.send("hello")
	if r := c.receive("PUT"); r.Status != 200 || header(r, "ETag") != `"5D41402ABC4B2A76B9719D911017C592"` {
		t.Errorf("%+v", r)
	}
	// The client of this package does not wait, and skips the interim response.
	if r, err := Send(context.Background(), l.Addr(), req); err != nil || r.Status != 200 {
		t.Errorf("%+v %v", r, err)
	}
	if x := l.Close(); len(x) != 2 || x[0].Request.Body != "hello" {
		t.Errorf("%+v", x)
	}
}

func TestAbsoluteFormTargets(t *testing.T) {
	l := lease(t, Options{})
	p := signature.OSSV1Header
	req := sign(t, p, request(p, "GET", "/k", ""))
	req.Target = "http://" + ossHost + req.Target
	if r, err := Send(context.Background(), l.Addr(), req); err != nil || r.Status != 200 {
		t.Errorf("%+v %v", r, err)
	}
	if x := l.Close(); x[0].Request.Target != "http://"+ossHost+"/k" {
		t.Errorf("kept %q", x[0].Request.Target)
	}
}

func TestChunkedBodies(t *testing.T) {
	l := lease(t, Options{})
	p := signature.OSSV1Header
	head := strings.TrimSuffix(raw(sign(t, p, request(p, "PUT", "/k", "", wire.Header{Name: "Transfer-Encoding", Value: "chunked"}))), "0\r\n\r\n")
	c := dial(t, l)
	c.send(head + "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n")
	if r := c.receive("PUT"); r.Status != 200 {
		t.Errorf("%+v", r)
	}
	c.send(head + "zz\r\n")
	if r := c.receive("PUT"); r.Status != 400 {
		t.Errorf("%+v", r)
	}
	if x := l.Close(); x[0].Request.Body != "hello" {
		t.Errorf("kept %q", x[0].Request.Body)
	}
}

func TestProbesAreClassifiedAndAnswered(t *testing.T) {
	for _, c := range []struct{ name, method, target, headers, want string }{
		{ProbeNegotiation, "HEAD", "/?apiversion", "", "HTTP/1.1 200 OK|x-obs-api: 3.0"},
		{ProbePreflight, "OPTIONS", "/k", "Origin: http://a\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-oss-date\r\n",
			"HTTP/1.1 200 OK|Access-Control-Allow-Origin: *|Access-Control-Allow-Methods: PUT|Access-Control-Allow-Headers: x-oss-date"},
		{ProbeConnect, "CONNECT", ossHost + ":443", "", "HTTP/1.1 502 Bad Gateway|Connection: close"},
		{"", "OPTIONS", "/k", "", "HTTP/1.1 403 Forbidden"},
		{"", "HEAD", "/?apiversion&acl", "", "HTTP/1.1 403 Forbidden"},
		{"", "HEAD", "/?apiversion", "Authorization: OBS a:b\r\n", "HTTP/1.1 403 Forbidden"},
	} {
		l := lease(t, Options{})
		cl := dial(t, l)
		cl.send(c.method + " " + c.target + " HTTP/1.1\r\nHost: " + obsHost + "\r\n" + c.headers + "\r\n")
		r := cl.receive("HEAD")
		got := string(r.AppendHTTP(nil))
		for line := range strings.SplitSeq(c.want, "|") {
			if !strings.Contains(got, line+"\r\n") {
				t.Errorf("%s %s: no %q in\n%s", c.method, c.target, line, got)
			}
		}
		if x := l.Close(); len(x) != 1 || x[0].Probe != c.name || (x[0].Verification == nil) != (c.name != "") {
			t.Errorf("%s %s: %+v", c.method, c.target, x)
		}
	}
}

func TestWhatIsNotHTTPIsRefused(t *testing.T) {
	big := strings.Repeat("a", 1<<20)
	host := "Host: " + ossHost + "\r\n"
	for _, c := range []struct {
		name, raw string
		status    int
		err       error
	}{
		{"garbage", "hello\r\n\r\n", 400, nil},
		{"no colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400, nil},
		{"no version", "GET /\r\n" + host + "\r\n", 400, errVersion},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, errVersion},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400, errHost},
		{"two hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400, errHost},
		{"two lengths", "PUT / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, nil},
		{"1 MiB head", "GET / HTTP/1.1\r\n" + host + "a: " + big + "\r\n\r\n", 431, wire.ErrTooLarge},
		{"1 MiB request line", "GET /" + big + " HTTP/1.1\r\n" + host + "\r\n", 431, wire.ErrTooLarge},
		{"1 MiB of headers", "GET / HTTP/1.1\r\n" + strings.Repeat(host, 1<<20/len(host)+1) + "\r\n", 431, wire.ErrTooLarge},
		{"body announced too large", "PUT / HTTP/1.1\r\n" + host + "Content-Length: 2000000\r\n\r\n", 413, wire.ErrTooLarge},
		{"chunked body too large", "PUT / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n100001\r\n" + big + "a\r\n", 413, wire.ErrTooLarge},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, errTLS},
	} {
		l := lease(t, Options{Limits: wire.Limits{Head: 1 << 20, Body: 1 << 20}, Patience: Patience{Drain: 50 * time.Millisecond}})
		cl := dial(t, l)
		go io.WriteString(cl, c.raw) // the server may stop reading
		r := cl.receive("GET")
		if root, _ := document(t, r.Body); r.Status != c.status || root != "Error" || header(r, "Connection") != "close" {
			t.Errorf("%s: %d %v", c.name, r.Status, r.Headers)
		}
		cl.end()
		x := l.Close()
		if len(x) != 1 || x[0].Err == nil || c.err != nil && !errors.Is(x[0].Err, c.err) || x[0].Status != c.status {
			t.Errorf("%s: %+v", c.name, x)
		}
	}
}

func TestHalfRequestsEnd(t *testing.T) {
	put := "PUT /k HTTP/1.1\r\nHost: " + ossHost + "\r\nContent-Length: 5\r\n\r\nhel"
	for _, c := range []struct {
		name, raw, code string
		hangUp          bool
		err             error
	}{
		{"head cut", "GET /k HT", "BadRequest", true, io.ErrUnexpectedEOF},
		{"body cut", put, "IncompleteBody", true, io.ErrUnexpectedEOF},
		{"slow head", "GET /k HTTP/1.1\r\nHo", "RequestTimeout", false, os.ErrDeadlineExceeded},
		{"slow body", put, "RequestTimeout", false, os.ErrDeadlineExceeded},
	} {
		patience := impatient
		if c.hangUp { // which must not be too late
			patience = Patience{}
		}
		l := lease(t, Options{Patience: patience})
		cl := dial(t, l)
		cl.send(c.raw)
		if c.hangUp {
			cl.Conn.(*net.TCPConn).CloseWrite()
		}
		r := cl.receive("PUT")
		if _, children := document(t, r.Body); r.Status != 400 || valueOf(children, "Code") != c.code {
			t.Errorf("%s: %d %s", c.name, r.Status, r.Body)
		}
		if x := l.Close(); len(x) != 1 || !errors.Is(x[0].Err, c.err) || x[0].Verification != nil {
			t.Errorf("%s: %+v", c.name, x)
		}
	}
}

func TestAConnectionWithoutARequestIsNoExchange(t *testing.T) {
	l := lease(t, Options{Patience: impatient})
	dial(t, l)
	cl := dial(t, l)
	cl.send("\r\n\r\n")
	cl.Conn.(*net.TCPConn).CloseWrite()
	cl.end()
	if x := l.Close(); len(x) != 0 {
		t.Errorf("%+v", x)
	}
}

func TestRandomBytesHarmNothing(t *testing.T) {
	l := lease(t, Options{Patience: impatient})
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		data := make([]byte, rng.IntN(3000))
		for i := range data {
			data[i] = byte(rng.Uint32())
			if rng.IntN(20) == 0 {
				data[i] = "\r\n :/?=&%"[rng.IntN(9)]
			}
		}
		prefix := []string{"", "GET / HTTP/1.1\r\nHost: a\r\n", "PUT /?x-oss-signature-version=OSS4-HMAC-SHA256& HTTP/1.1\r\nHost: a\r\nAuthorization: OSS4-HMAC-SHA256 "}[rng.IntN(3)]
		cl := dial(t, l)
		io.WriteString(cl, prefix+string(data))
		cl.Conn.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, cl)
		cl.Close()
	}
	p := signature.OSSV1Header
	if r, err := Send(context.Background(), l.Addr(), sign(t, p, request(p, "GET", "/k", ""))); err != nil || r.Status != 200 {
		t.Errorf("afterwards: %+v %v", r, err)
	}
}
