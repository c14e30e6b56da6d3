package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

const ossHost = "examplebucket.oss-cn-hangzhou.aliyuncs.com"

var credentials = signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "examplesecret"}

func verifier() *signature.Verifier {
	return &signature.Verifier{Secret: func(id string) (signature.Credentials, bool) { return credentials, id == credentials.AccessKeyID }}
}

// signed is a request to the example bucket, signed now.
func signed(t testing.TB, method, target string, headers ...wire.Header) *wire.Request {
	t.Helper()
	req := &wire.Request{Transport: "http", Method: method, Target: target, Proto: "HTTP/1.1", Headers: append([]wire.Header{{Name: "Host", Value: ossHost}}, headers...)}
	s, err := signature.OSSV4Header.Sign(&signature.Input{Request: req, Bucket: "examplebucket", Addressing: signature.VirtualHost, Credentials: credentials, Region: "cn-hangzhou", Time: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return s.Request()
}

// logged collects exchanges.
type logged struct {
	mu  sync.Mutex
	all []*Exchange
}

func (l *logged) add(x *Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, x)
}

// running is a proxy under test. Its servers stand on loopback: toward maps
// every address to one of them.
type running struct {
	*Proxy
	t      testing.TB
	log    logged
	toward string // where to dial, whatever the address
	dialed []string
}

func start(t testing.TB, opts Options) *running {
	t.Helper()
	before := runtime.NumGoroutine()
	r := &running{t: t}
	if opts.Log == nil {
		opts.Log = r.log.add
	}
	if opts.Verifier == nil {
		opts.Verifier = verifier()
	}
	if opts.Patience == (endpoint.Patience{}) {
		opts.Patience = endpoint.Patience{Head: time.Minute, Body: time.Minute, Drain: 100 * time.Millisecond}
	}
	opts.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		r.dialed = append(r.dialed, address)
		at, err := netip.ParseAddrPort(r.toward)
		if err != nil || !at.Addr().IsLoopback() {
			return nil, fmt.Errorf("%q is not on loopback", r.toward)
		}
		return new(net.Dialer).DialContext(ctx, network, r.toward)
	}
	p, err := Start(t.Context(), "127.0.0.1:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	r.Proxy = p
	t.Cleanup(func() { r.Close(); settled(t, before) })
	return r
}

// settled fails when there are more goroutines than before.
func settled(t testing.TB, before int) {
	t.Helper()
	for range 6000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, there were %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

// ended closes the proxy and returns what it logged.
func (r *running) ended() []*Exchange {
	r.Close()
	return r.log.all
}

func (r *running) url() *url.URL { return &url.URL{Scheme: "http", Host: r.Addr().String()} }

// client is a raw connection to the proxy.
type client struct {
	net.Conn
	t  testing.TB
	br *bufio.Reader
}

func (r *running) dial() *client {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	r.t.Cleanup(func() { conn.Close() })
	return &client{conn, r.t, bufio.NewReader(conn)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// receive reads a response whole.
func (c *client) receive(method string) (*http.Response, string) {
	c.t.Helper()
	res, err := http.ReadResponse(c.br, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("no response: %v", err)
	}
	if res.StatusCode == http.StatusContinue || method == http.MethodConnect {
		return res, ""
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("body: %v", err)
	}
	return res, string(body)
}

// server is a real server that keeps what it was sent, head included.
func server(t testing.TB, answer func(conn net.Conn, br *bufio.Reader)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(time.Minute))
				answer(conn, bufio.NewReader(conn))
			})
		}
	})
	t.Cleanup(func() { listener.Close(); serving.Wait() })
	return listener.Addr().String()
}

// httpServer is Go's own server, with TLS signed by an authority or without.
func httpServer(t testing.TB, a *Authority, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	if a != nil {
		s.TLS = &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) { return a.certificate(h.ServerName) }}
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func authority(t testing.TB) *Authority {
	t.Helper()
	a, err := OpenAuthority(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// goClient is a client with the proxy set.
func (r *running) goClient(a *Authority) *http.Client {
	transport := &http.Transport{Proxy: http.ProxyURL(r.url()), ForceAttemptHTTP2: true}
	if a != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: a.Pool()}
	}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// absolute is a request as a client sends it to a proxy.
func absolute(req *wire.Request) string {
	out := req.Clone(0)
	out.Target = "http://" + ossHost + req.Target
	return string(out.AppendHTTP(nil))
}

func verdicts(all []*Exchange) string {
	var out []string
	for _, x := range all {
		switch {
		case x.Verification != nil:
			out = append(out, string(x.Verification.Verdict))
		case x.Probe != "":
			out = append(out, x.Probe)
		default:
			out = append(out, fmt.Sprint(x.Err))
		}
	}
	return strings.Join(out, " ")
}
