package endpoint

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The endpoint's share of a bare net/http server's throughput (the goal is 60 %)
// is the ratio of these, on keep-alive connections.

func BenchmarkBareHTTPServer(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })}
	go server.Serve(listener)
	defer server.Close()
	p := signature.OSSV1Header
	sendMany(b, listener.Addr().String(), sign(b, p, request(p, "GET", "/folder/object", "")))
}

func BenchmarkLeaseV1(b *testing.B) { benchmarkLease(b, signature.OSSV1Header) }
func BenchmarkLeaseV4(b *testing.B) { benchmarkLease(b, signature.OSSV4Header) }

func benchmarkLease(b *testing.B, p *signature.Profile) {
	l := lease(b, Options{})
	l.most = 1 << 40
	sendMany(b, l.Addr(), sign(b, p, request(p, "GET", "/folder/object", "")))
	b.StopTimer()
	l.Close()
}

func BenchmarkServerV1(b *testing.B) { benchmarkServer(b, signature.OSSV1Header) }
func BenchmarkServerV4(b *testing.B) { benchmarkServer(b, signature.OSSV4Header) }

func benchmarkServer(b *testing.B, p *signature.Profile) {
	s := serve(b, ServerOptions{})
	sendMany(b, s.Addr(), sign(b, p, request(p, "GET", "/folder/object", "")))
}

func sendMany(b *testing.B, addr string, req *wire.Request) {
	raw := requestBytes(req)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		br := bufio.NewReader(conn)
		for pb.Next() {
			conn.Write(raw)
			if r, err := readResponse(br, req.Method, wire.Limits{}); err != nil || r.Status != 200 {
				b.Errorf("%+v %v", r, err)
				return
			}
		}
	})
}
