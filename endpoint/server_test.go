package endpoint

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func serve(t testing.TB, opts ServerOptions) *Server {
	t.Helper()
	if opts.Verifier == nil {
		opts.Verifier = verifier()
	}
	s, err := ListenAndServe("127.0.0.1:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func dialServer(t testing.TB, s *Server) *client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	t.Cleanup(func() { conn.Close() })
	return &client{conn, t, bufio.NewReader(conn)}
}

// backend answers with a function.
type backend func(t *Task) Response

func (b backend) Answer(t *Task) Response { return b(t) }

func TestAServerListensOnLoopbackUnlessTold(t *testing.T) {
	opts := ServerOptions{Verifier: verifier()}
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:80", "[::]:0"} {
		if _, err := ListenAndServe(address, opts); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"localhost:0", ":9000", "127.0.0.1", ""} {
		if _, err := ListenAndServe(address, opts); err == nil {
			t.Errorf("%q: no error", address)
		}
	}
	if _, err := ListenAndServe("127.0.0.1:0", ServerOptions{Verifier: &signature.Verifier{}}); !errors.Is(err, ErrNoVerifier) {
		t.Error(err)
	}
	opts.AnyAddress = true
	s, err := ListenAndServe("0.0.0.0:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestOnlyVerifiedRequestsReachTheBackend(t *testing.T) {
	var asked atomic.Int32
	s := serve(t, ServerOptions{Backend: backend(func(t *Task) Response {
		asked.Add(1)
		if t.Operation() != "GetObject" || t.Bucket() != "examplebucket" || t.Key() != "a b" {
			return t.Refuse("full")
		}
		return t.Accept(Success{Body: "mine", HasBody: true, ContentType: "a/b"})
	})})
	p := signature.OSSV4Header
	req := sign(t, p, request(p, "GET", "/a%20b", ""))
	for _, c := range []struct {
		req    *wire.Request
		status int
	}{{req, 200}, {with(req, "Authorization", "OSS4-HMAC-SHA256 x"), 400}, {without(req, "Authorization"), 403}, {with(req, "x-oss-date", "20261121T083001Z"), 403}} {
		if r, err := Send(context.Background(), s.Addr(), c.req); err != nil || r.Status != c.status {
			t.Errorf("%+v %v, want %d", r, err, c.status)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the backend was asked %d times", n)
	}
}

// How many are sent can be raised: COUNTERSIGN_WRONG_SIGNATURES=100000.
func TestAServerKeepsNothingOfWrongSignatures(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 2000
	}
	if more, err := strconv.Atoi(os.Getenv("COUNTERSIGN_WRONG_SIGNATURES")); err == nil {
		n = more
	}
	s := serve(t, ServerOptions{})
	defer unharmed(t, s)()
	p := signature.OSSV1Header
	req := []byte(raw(with(sign(t, p, request(p, "GET", "/k", "")), "Authorization", "OSS exampleid:AAAAAAAAAAAAAAAAAAAAAAAAAAA=")))
	send := func(n int) {
		var clients sync.WaitGroup
		for range 4 {
			clients.Go(func() {
				c := dialServer(t, s)
				c.SetDeadline(time.Now().Add(5 * time.Minute))
				for range n / 4 {
					if _, err := c.Write(req); err != nil {
						t.Error(err)
						return
					}
					if r, err := readResponse(c.br, "GET", wire.Limits{}); err != nil || r.Status != 403 {
						t.Errorf("%+v %v", r, err)
						return
					}
				}
				c.Close()
			})
		}
		clients.Wait()
	}
	send(1000)
	before := heap()
	send(n)
	if grown := int64(heap()) - int64(before); grown > 1<<20 {
		t.Errorf("%d wrong signatures left %d bytes", n, grown)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestWhatIsReadAtOnceIsBounded(t *testing.T) {
	s := serve(t, ServerOptions{Memory: 1 << 20, Patience: Patience{Drain: 50 * time.Millisecond}})
	p := signature.OSSV1Header
	put := raw(sign(t, p, request(p, "PUT", "/k", strings.Repeat("x", 600<<10))))
	first := dialServer(t, s)
	first.send(put[:len(put)-1]) // it holds what it has sent
	for s.held.Load() < 600<<10 {
		time.Sleep(time.Millisecond)
	}
	second := dialServer(t, s)
	go io.WriteString(second, put) // the server may stop reading
	if r := second.receive("PUT"); r.Status != 503 || !strings.Contains(r.Body, "<Code>ServiceUnavailable</Code>") {
		t.Errorf("%+v", r)
	}
	second.end()
	first.send("x")
	if r := first.receive("PUT"); r.Status != 200 {
		t.Errorf("%+v", r)
	}
	first.send(put)
	if r := first.receive("PUT"); r.Status != 200 {
		t.Errorf("afterwards: %+v", r)
	}
	s.Close()
	if held := s.held.Load(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := serve(t, ServerOptions{Connections: 4})
	get := "GET /k HTTP/1.1\r\nHost: a\r\n\r\n"
	var busy []*client
	for range 3 {
		c := dialServer(t, s)
		c.send("GET /half")
		busy = append(busy, c)
	}
	for reading := 0; reading < 3; {
		reading = 0
		s.mu.Lock()
		for c := range s.present {
			if !c.idle {
				reading++
			}
		}
		s.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	for range 20 { // each makes room by ending one that waits
		c := dialServer(t, s)
		c.send(get)
		c.receive("GET")
	}
	for _, c := range busy {
		c.send(" HTTP/1.1\r\nHost: a\r\n\r\n")
		if r := c.receive("GET"); r.Status != 403 {
			t.Errorf("%+v", r)
		}
	}
}

func TestAbuseLeavesNothingBehind(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	s := serve(t, ServerOptions{Limits: wire.Limits{Head: 64 << 10, Body: 1 << 20}, Patience: impatient, Connections: 64, Memory: 16 << 20})
	rng := rand.New(rand.NewPCG(5, 5))
	block := "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 1<<20) + "\r\n\r\n"
	put := "PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf"
	var clients sync.WaitGroup
	for n := range 64 {
		noise := make([]byte, 4096)
		for i := range noise {
			noise[i] = byte(rng.Uint32())
		}
		clients.Go(func() {
			conn, err := net.Dial("tcp", s.Addr())
			if err != nil {
				return
			}
			defer conn.Close()
			switch n % 4 {
			case 0: // a header block of 1 MiB
				io.WriteString(conn, block)
			case 1: // half a request, and silence
				io.WriteString(conn, put)
			case 2:
				conn.Write(noise)
			case 3: // a byte now and then
				for _, b := range []byte(put) {
					if _, err := conn.Write([]byte{b}); err != nil {
						break
					}
					time.Sleep(2 * time.Millisecond)
				}
			}
			conn.SetReadDeadline(time.Now().Add(time.Minute))
			io.Copy(io.Discard, conn)
		})
	}
	clients.Wait()
	p := signature.OSSV4Header
	if r, err := Send(context.Background(), s.Addr(), sign(t, p, request(p, "GET", "/k", ""))); err != nil || r.Status != 200 {
		t.Errorf("afterwards: %+v %v", r, err)
	}
	s.Close()
	if held := s.held.Load(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > goroutines; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestALargeAnswerIsTakenSlowlyOrNotAtAll(t *testing.T) {
	body := strings.Repeat("0123456789", 3<<20)
	logged := make(chan Exchange, 2)
	s := serve(t, ServerOptions{
		Patience: Patience{Write: 3 * time.Second, Drain: 50 * time.Millisecond}, Log: func(x Exchange) { logged <- x },
		Backend: backend(func(t *Task) Response { return t.Accept(Success{Body: body, HasBody: true}) }),
	})
	p := signature.OSSV1Header
	get := raw(sign(t, p, request(p, "GET", "/k", "")))
	slow := dialServer(t, s)
	slow.send(get)
	for range 12 { // longer than the patience for one piece
		time.Sleep(300 * time.Millisecond)
		if _, err := io.CopyN(io.Discard, slow.br, 2<<20); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.CopyN(io.Discard, slow.br, 6<<20); err != nil {
		t.Fatal(err)
	}
	if x := <-logged; x.Err != nil || x.Status != 200 || x.Operation != "GetObject" {
		t.Errorf("%+v", x)
	}
	dialServer(t, s).send(get) // and reads nothing
	if x := <-logged; x.Err == nil || x.Status != 0 {
		t.Errorf("%+v", x)
	}
}
