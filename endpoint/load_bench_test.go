package endpoint_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// loadConnections is how many clients ask at once, each waiting for its answer
// on a connection that is kept.
const loadConnections = 16

// oneKiB is what an object of the load benchmarks holds.
var oneKiB = strings.Repeat("0123456789abcdef", 64)

// BenchmarkLoad is the throughput of the endpoint beside that of a bare net/http
// handler, which reads as much and answers as much and authenticates nothing. Of
// both, turns are taken in one run, with the same clients: %-of-bare is the ratio
// of their rates (the goal is 60), the median of the turns, so that one in which
// the machine was busy elsewhere does not decide; p50 and p99 are the latency of one request at
// the endpoint, the time per operation is of the endpoint alone. The clients are
// in the same process and are part of both sides.
func BenchmarkLoad(b *testing.B) {
	for _, p := range []*signature.Profile{signature.OSSV1Header, signature.OSSV4Header, signature.OBSV2Header, signature.OBSV4Header} {
		for _, kept := range []string{"example", "store"} {
			for _, method := range []string{"GET", "PUT"} {
				b.Run(fmt.Sprintf("%s/%s/%s", p.Scheme, kept, method), func(b *testing.B) { benchmarkLoad(b, p, kept, method) })
			}
		}
	}
}

func benchmarkLoad(b *testing.B, p *signature.Profile, kept, method string) {
	opts := endpoint.ServerOptions{Verifier: loadVerifier()}
	if kept == "store" {
		opts.Backend = objects.New(objects.Options{})
	}
	server, err := endpoint.ListenAndServe("127.0.0.1:0", opts)
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	put := signedLoad(b, p, "PUT", oneKiB)
	request := put
	if method == "GET" {
		request = signedLoad(b, p, "GET", "")
	}
	served := dialLoad(b, server.Addr(), request)
	defer served.close()
	size := dialLoad(b, server.Addr(), put).once(b)
	if method == "GET" {
		size = dialLoad(b, server.Addr(), request).once(b)
	}
	bare := dialLoad(b, bareServer(b, size), request)
	defer bare.close()
	for _, side := range []*load{bare, served} { // connections and heap as they will be
		side.turn(b, 50*loadConnections)
		side.forget()
	}
	var shares []float64
	b.ReportAllocs()
	b.ResetTimer()
	for left := b.N; left > 0; left -= turnOf {
		n := min(left, turnOf)
		b.StopTimer()
		beside := bare.turn(b, n)
		b.StartTimer()
		shares = append(shares, 100*beside.Seconds()/served.turn(b, n).Seconds())
	}
	b.StopTimer()
	slices.Sort(shares)
	b.ReportMetric(shares[len(shares)/2], "%-of-bare")
	b.ReportMetric(loadConnections, "conns")
	b.ReportMetric(served.latency(50), "p50-µs")
	b.ReportMetric(served.latency(99), "p99-µs")
	b.ReportMetric(bare.latency(99), "bare-p99-µs")
}

// BenchmarkWrongSignatures is how fast wrong signatures are refused.
func BenchmarkWrongSignatures(b *testing.B) {
	for _, p := range []*signature.Profile{signature.OSSV1Header, signature.OSSV4Header} {
		b.Run(p.Scheme, func(b *testing.B) {
			server, err := endpoint.ListenAndServe("127.0.0.1:0", endpoint.ServerOptions{Verifier: loadVerifier()})
			if err != nil {
				b.Fatal(err)
			}
			defer server.Close()
			request := bytes.Replace(signedLoad(b, p, "GET", ""), []byte("/object"), []byte("/objecT"), 1)
			clients := dialLoad(b, server.Addr(), request)
			clients.status = "403"
			defer clients.close()
			b.ReportAllocs()
			b.ResetTimer()
			clients.turn(b, b.N)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "refused/s")
			b.ReportMetric(loadConnections, "conns")
			b.ReportMetric(clients.latency(99), "p99-µs")
		})
	}
}

// turnOf is how many requests are sent to one side before it is the other's
// turn: short enough that both see the same machine.
const turnOf = 25 * loadConnections

// load is a number of clients of one server.
type load struct {
	request []byte
	status  string
	clients []*loadClient
}

type loadClient struct {
	net.Conn
	br   *bufio.Reader
	took []time.Duration
}

func dialLoad(b *testing.B, addr string, request []byte) *load {
	l := &load{request: request, status: "200"}
	for range loadConnections {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		l.clients = append(l.clients, &loadClient{Conn: conn, br: bufio.NewReader(conn)})
	}
	return l
}

func (l *load) close() {
	for _, c := range l.clients {
		c.Close()
	}
}

func (l *load) forget() {
	for _, c := range l.clients {
		c.took = c.took[:0]
	}
}

// turn sends n requests, divided among the clients.
func (l *load) turn(b *testing.B, n int) (took time.Duration) {
	var asking sync.WaitGroup
	begun := time.Now()
	for i, c := range l.clients {
		own := n / len(l.clients)
		if i < n%len(l.clients) {
			own++
		}
		asking.Go(func() {
			for range own {
				sent := time.Now()
				if _, err := c.ask(l.request, l.status); err != nil {
					b.Error(err)
					return
				}
				c.took = append(c.took, time.Since(sent))
			}
		})
	}
	asking.Wait()
	took = time.Since(begun)
	if b.Failed() {
		b.FailNow()
	}
	return took
}

// once sends one request, hangs up and returns the size of the answer's body.
func (l *load) once(b *testing.B) int {
	defer l.close()
	n, err := l.clients[0].ask(l.request, l.status)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// latency is a percentile of what the clients waited, in microseconds.
func (l *load) latency(percent int) float64 {
	var all []time.Duration
	for _, c := range l.clients {
		all = append(all, c.took...)
	}
	slices.Sort(all)
	return float64(all[(len(all)-1)*percent/100].Nanoseconds()) / 1000
}

// ask sends a request and takes the answer, at as little cost as can be: what
// the client costs is no part of what is compared.
func (c *loadClient) ask(request []byte, status string) (size int, err error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	line, err := c.br.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 || string(line[9:12]) != status {
		return 0, fmt.Errorf("answered %q", line)
	}
	for {
		line, err := c.br.ReadSlice('\n')
		switch {
		case err != nil:
			return 0, err
		case len(line) == 2:
			_, err = c.br.Discard(size)
			return size, err
		case bytes.HasPrefix(line, []byte("Content-Length: ")):
			if size, err = strconv.Atoi(string(line[16 : len(line)-2])); err != nil {
				return 0, err
			}
		}
	}
}

// bareServer reads a body, and answers with one of that size.
func bareServer(b *testing.B, size int) (addr string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	answer := bytes.Repeat([]byte("x"), size)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Length", strconv.Itoa(size))
		w.Write(answer)
	})}
	go server.Serve(listener)
	b.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

var (
	loadTime        = time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	loadCredentials = signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "examplesecret"}
)

func loadVerifier() *signature.Verifier {
	return &signature.Verifier{
		Secret: func(id string) (signature.Credentials, bool) {
			return loadCredentials, id == loadCredentials.AccessKeyID
		},
		Now:    func() time.Time { return loadTime },
		Grants: true,
	}
}

// signedLoad is a request for one object of a profile's service, as bytes.
func signedLoad(b *testing.B, p *signature.Profile, method, body string) []byte {
	host := "examplebucket.oss-cn-hangzhou.aliyuncs.com"
	if strings.HasPrefix(p.Scheme, "obs") {
		host = "examplebucket.obs.cn-north-4.myhuaweicloud.com"
	}
	req := &wire.Request{Transport: "http", Method: method, Target: "/folder/object", Proto: "HTTP/1.1", Body: body, Headers: []wire.Header{{Name: "Host", Value: host}}}
	if body != "" {
		req.Headers = append(req.Headers, wire.Header{Name: "Content-Type", Value: "text/plain"}, wire.Header{Name: "Content-Length", Value: strconv.Itoa(len(body))})
	}
	signed, err := p.Sign(&signature.Input{Request: req, Bucket: "examplebucket", Addressing: signature.VirtualHost, Credentials: loadCredentials, Region: "cn-hangzhou", Time: loadTime})
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	ready := signed.Request()
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\n", ready.Method, ready.Target)
	for _, h := range ready.Headers {
		fmt.Fprintf(&out, "%s: %s\r\n", h.Name, h.Value)
	}
	out.WriteString("\r\n" + ready.Body)
	return out.Bytes()
}
