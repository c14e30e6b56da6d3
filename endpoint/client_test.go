package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/wire"
)

// server answers one connection with fixed bytes and returns what it read.
func server(t *testing.T, answer string) (addr string, read func() string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	got := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, answer)
		conn.(*net.TCPConn).CloseWrite()
		conn.SetReadDeadline(time.Now().Add(time.Minute))
		data, _ := io.ReadAll(conn)
		got <- string(data)
	}()
	return listener.Addr().String(), func() string { return <-got }
}

func TestSendWritesTheBytesOfTheRequest(t *testing.T) {
	head := "GET /a//b/../%7e?x=1&&y HTTP/1.1\r\nhOST:  a \r\nx-oss-meta-a: caf\xe9\r\n"
	for _, c := range []struct{ name, in, want string }{
		{"no body", head + "\r\n", head + "\r\n"},
		{"body with a length", head + "Content-Length: 2\r\n\r\nab", head + "Content-Length: 2\r\n\r\nab"},
		{"body without a length", head + "\r\nab", head + "Content-Length: 2\r\n\r\nab"},
		{"the same with bare line feeds", "PUT /k HTTP/1.1\nHost: a\n\nab", "PUT /k HTTP/1.1\nHost: a\nContent-Length: 2\n\nab"},
		{"chunked", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"},
	} {
		req, err := wire.ParseRequest([]byte(c.in), "https")
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		addr, read := server(t, "HTTP/1.1 204 No Content\r\n\r\n")
		if _, err := Send(context.Background(), addr, req); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := read(); got != c.want {
			t.Errorf("%s: sent\n%q\nwant\n%q", c.name, got, c.want)
		}
	}
}

func TestSendReadsOneResponse(t *testing.T) {
	ok := "HTTP/1.1 200 OK\r\n"
	for _, c := range []struct {
		name, method, answer string
		status               int
		body                 string
	}{
		{"length", "GET", ok + "content-LENGTH: 2\r\n\r\nab!", 200, "ab"},
		{"chunks", "GET", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n", 200, "ab"},
		{"to the end", "GET", "HTTP/1.0 403\r\nA: b\r\n\r\nab\r\n", 403, "ab\r\n"},
		{"HEAD", "HEAD", ok + "Content-Length: 100\r\n\r\n", 200, ""},
		{"interim", "PUT", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 1\r\n\r\na", 200, "a"},
		{"not modified", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, ""},
		{"no reason", "GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, ""},
	} {
		addr, _ := server(t, c.answer)
		r, err := Send(context.Background(), addr, &wire.Request{Method: c.method, Target: "/"})
		if err != nil || r.Status != c.status || r.Body != c.body {
			t.Errorf("%s: %+v %v", c.name, r, err)
		}
	}
	addr, _ := server(t, ok+"x-oss-Err:  a\xff \r\nContent-Length: 0\r\n\r\n")
	r, err := Send(context.Background(), addr, &wire.Request{Method: "GET", Target: "/"})
	if err != nil || r.Headers[0] != (wire.Header{Name: "x-oss-Err", Value: "a\xff"}) {
		t.Errorf("%+v %v", r, err)
	}
}

func TestSendReportsWhatIsNoResponse(t *testing.T) {
	for name, answer := range map[string]string{
		"nothing":       "",
		"cut head":      "HTTP/1.1 200 OK\r\nA",
		"cut body":      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
		"not HTTP":      "SSH-2.0-OpenSSH\r\n\r\n",
		"no status":     "HTTP/1.1 OK\r\n\r\n",
		"status of two": "HTTP/1.1 99 OK\r\n\r\n",
	} {
		addr, _ := server(t, answer)
		if r, err := Send(context.Background(), addr, &wire.Request{Method: "GET", Target: "/"}); err == nil || !strings.Contains(err.Error(), addr) {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
	addr, _ := server(t, "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat("a", 100))
	c := Client{Limits: wire.Limits{Head: 100, Body: 99}}
	if _, err := c.Send(context.Background(), addr, &wire.Request{Method: "GET", Target: "/"}); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("a body over the limit: %v", err)
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if _, err := Send(ctx, listener.Addr().String(), &wire.Request{Method: "PUT", Target: "/", Body: strings.Repeat("a", 32<<20)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestSendStaysOnThisMachine(t *testing.T) {
	for _, addr := range []string{"192.0.2.1:80", "localhost:80", "[2001:db8::1]:80", "0.0.0.0:80", "example.com:80", "127.0.0.1", ""} {
		if _, err := Send(context.Background(), addr, &wire.Request{Method: "GET", Target: "/"}); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%q: %v", addr, err)
		}
	}
	addr, _ := server(t, "HTTP/1.1 204 No Content\r\n\r\n")
	name := strings.Replace(addr, "127.0.0.1", "localhost", 1)
	if r, err := (&Client{AnyAddress: true}).Send(context.Background(), name, &wire.Request{Method: "GET", Target: "/"}); err != nil || r.Status != 204 {
		t.Errorf("a name where names are allowed: %+v %v", r, err)
	}
}

// A request for https goes over TLS, and the certificate must be one of its
// host.
func TestCertificatesAreVerified(t *testing.T) {
	tlsServer := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	tlsServer.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer tlsServer.Close()
	trusted := tlsServer.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	for _, c := range []struct {
		host  string
		roots *x509.CertPool
		ok    bool
	}{{"example.com", trusted, true}, {"bucket.example.net", trusted, false}, {"example.com", x509.NewCertPool(), false}} {
		client := Client{TLS: &tls.Config{RootCAs: c.roots}}
		req := &wire.Request{Transport: "https", Method: "GET", Target: "/", Headers: []wire.Header{{Name: "Host", Value: c.host}}}
		r, err := client.Send(t.Context(), tlsServer.Listener.Addr().String(), req)
		if (err == nil) != c.ok || c.ok && r.Status != http.StatusNoContent {
			t.Errorf("%s, trusted %t: %v", c.host, c.roots == trusted, err)
		}
	}
}
