package endpoint

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// unharmed returns what fails unless a server is as it was: it answers a good
// request, holds nothing of those that are over, and leaves no goroutine.
func unharmed(t *testing.T, s *Server) func() {
	t.Helper()
	return func() {
		t.Helper()
		p := signature.OSSV4Header
		if s.dialect == OBS {
			p = signature.OBSV4Header
		}
		if r, err := Send(context.Background(), s.Addr(), sign(t, p, request(p, "GET", "/k", ""))); err != nil || r.Status != 200 {
			t.Errorf("a good request afterwards: %+v %v", r, err)
		}
		closed := make(chan struct{})
		go func() { s.Close(); close(closed) }()
		waitFor(t, "the server to close", func() bool {
			select {
			case <-closed:
				return true
			default:
				return false
			}
		})
		if held := s.held.Load(); held != 0 {
			t.Errorf("%d bytes are still held", held)
		}
		if len(s.present) != 0 {
			t.Errorf("%d connections are still served", len(s.present))
		}
		waitFor(t, "the goroutines to end", func() bool {
			return !strings.Contains(stacks(), "endpoint.(*connection)") && !strings.Contains(stacks(), "endpoint.(*gate)")
		})
	}
}

// stacks are those of all goroutines.
func stacks() string {
	text := make([]byte, 1<<20)
	return string(text[:runtime.Stack(text, true)])
}

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s in vain", what)
		}
	}
}

// dribble sends a byte now and then until the server has had enough.
func (c *client) dribble(text string, pause time.Duration) {
	for i := range len(text) {
		if _, err := io.WriteString(c, text[i:i+1]); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

func TestAByteAtATimeIsTakenWhileThereIsPatience(t *testing.T) {
	p := signature.OSSV1Header
	put := raw(sign(t, p, request(p, "PUT", "/k", strings.Repeat("body", 10))))
	head := strings.Index(put, "\r\n\r\n") + 4
	patient := Patience{Head: 20 * time.Second, Body: 20 * time.Second, Drain: 50 * time.Millisecond}
	s := serve(t, ServerOptions{Patience: patient})
	c := dialServer(t, s)
	c.dribble(put, 0)
	if r := c.receive("PUT"); r.Status != 200 {
		t.Errorf("%+v", r)
	}
	unharmed(t, s)()
	for name, from := range map[string]int{"head": 10, "body": head + 1} {
		impatient := patient
		impatient.Head, impatient.Body = 300*time.Millisecond, 300*time.Millisecond
		if name == "body" { // its head must not be what is too late
			impatient.Head = patient.Head
		}
		s := serve(t, ServerOptions{Patience: impatient})
		c := dialServer(t, s)
		c.send(put[:from])
		go c.dribble("a"+strings.Repeat("a", 2), 150*time.Millisecond)
		if r := c.receive("PUT"); r.Status != 400 || !strings.Contains(r.Body, "<Code>RequestTimeout</Code>") {
			t.Errorf("a slow %s: %+v", name, r)
		}
		unharmed(t, s)()
	}
}

func TestAHeadIsTakenUpToTheLimit(t *testing.T) {
	p := signature.OBSV2Header
	for _, limits := range []wire.Limits{{Head: 8 << 10, Body: 1 << 10}, wire.DefaultLimits} {
		s := serve(t, ServerOptions{Limits: limits, Dialect: OBS})
		plain := raw(sign(t, p, request(p, "GET", "/k", "")))
		for over, want := range map[int]string{-1: "200", 0: "200", 1: "431 RequestHeaderSectionTooLarge", limits.Head: "431 RequestHeaderSectionTooLarge"} {
			padding := strings.Repeat("a", limits.Head+over-len(plain)-len("X: \r\n"))
			c := dialServer(t, s)
			go io.WriteString(c, plain[:len(plain)-2]+"X: "+padding+"\r\n\r\n") // the server may stop reading
			r := c.receive("GET")
			got := fmt.Sprint(r.Status)
			if _, children := document(t, r.Body); r.Status != 200 {
				got += " " + valueOf(children, "Code")
			}
			if got != want {
				t.Errorf("%d bytes over the limit of %d: %s, want %s", over, limits.Head, got, want)
			}
		}
		unharmed(t, s)()
	}
}

// What is skipped counts: blank lines in front of a request, and what stands
// around chunks.
func TestThereIsNoEndlessFraming(t *testing.T) {
	const chunked = "PUT /k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct {
		first, again string
		status       int
	}{
		{"", "\r\n", 431},
		{chunked, "1;" + strings.Repeat("x", 1000) + "\r\na\r\n", 413},
		{chunked + "0\r\n", "Trailer: " + strings.Repeat("x", 1000) + "\r\n", 413},
	} {
		s := serve(t, ServerOptions{Limits: wire.Limits{Head: 4 << 10, Body: 64 << 10}, Patience: Patience{Head: 20 * time.Second, Body: 20 * time.Second, Drain: 50 * time.Millisecond}})
		cl := dialServer(t, s)
		go func() {
			if _, err := io.WriteString(cl, c.first); err != nil {
				return
			}
			for piece := strings.Repeat(c.again, 4096/len(c.again)+1); ; {
				if _, err := io.WriteString(cl, piece); err != nil {
					return
				}
			}
		}()
		if r := cl.receive("PUT"); r.Status != c.status {
			t.Errorf("%.10q again and again: %d, want %d", c.again, r.Status, c.status)
		}
		cl.Close()
		unharmed(t, s)()
	}
}

func TestPrefixesOfRequestsAndRandomBytesEnd(t *testing.T) {
	s := serve(t, ServerOptions{Patience: Patience{Drain: 50 * time.Millisecond}, Connections: 32})
	rng := rand.New(rand.NewPCG(7, 11))
	p := signature.OSSV4Header
	put := raw(sign(t, p, request(p, "PUT", "/k", strings.Repeat("x", 500))))
	var clients sync.WaitGroup
	for range 8 {
		seed := rng.Uint64()
		clients.Go(func() {
			rng := rand.New(rand.NewPCG(seed, 1))
			for n := range 50 {
				conn, err := net.Dial("tcp", s.Addr())
				if err != nil {
					t.Error(err)
					return
				}
				text := []byte(put[:rng.IntN(len(put))])
				if n%2 == 1 { // the rest is noise
					for range rng.IntN(600) {
						text = append(text, byte(rng.Uint32()))
					}
				}
				conn.Write(text)
				conn.(*net.TCPConn).CloseWrite()
				conn.SetReadDeadline(time.Now().Add(time.Minute))
				answer, err := io.ReadAll(conn)
				if len(answer) > 0 && !strings.HasPrefix(string(answer), "HTTP/1.1 ") || err != nil {
					t.Errorf("%q: %.40q %v", text, answer, err)
				}
				conn.Close()
			}
		})
	}
	clients.Wait()
	unharmed(t, s)()
}

func TestAThousandPipelinedRequestsAreAnsweredInTheirOrder(t *testing.T) {
	s := serve(t, ServerOptions{Memory: 1 << 20, Backend: backend(func(t *Task) Response { return t.Accept(Success{Body: t.Key(), HasBody: true}) })})
	p := signature.OSSV1Header
	var all strings.Builder
	for n := range 1000 {
		all.WriteString(raw(sign(t, p, request(p, "GET", fmt.Sprintf("/%d", n), ""))))
	}
	c := dialServer(t, s)
	go io.WriteString(c, all.String())
	for n := range 1000 {
		if r := c.receive("GET"); r.Status != 200 || r.Body != fmt.Sprint(n) {
			t.Fatalf("answer %d: %d %q", n, r.Status, r.Body)
		}
	}
	unharmed(t, s)()
}

func TestAConnectionIsKeptForAsManyRequestsAsThereAre(t *testing.T) {
	s := serve(t, ServerOptions{Patience: Patience{Idle: 2 * time.Second}})
	p := signature.OSSV1Header
	get := raw(sign(t, p, request(p, "GET", "/k", "")))
	c := dialServer(t, s)
	for range 3000 {
		c.send(get)
		if r := c.receive("GET"); r.Status != 200 {
			t.Fatalf("%+v", r)
		}
	}
	waitFor(t, "the bytes of the last request", func() bool { return s.held.Load() == 0 })
	if _, err := c.br.ReadByte(); err != io.EOF { // and then it was silent for too long
		t.Errorf("%v", err)
	}
	unharmed(t, s)()
}

func TestAFloodOfConnectionsLeavesRoom(t *testing.T) {
	s := serve(t, ServerOptions{Connections: 8})
	var flood []net.Conn
	for range 64 { // eight at a time, each for its grace
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		flood = append(flood, conn)
	}
	waitFor(t, "the flood", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.present) > 8 {
			t.Fatalf("%d connections are served", len(s.present))
		}
		return len(s.present) == 8
	})
	unharmed(t, s)()
	for _, conn := range flood {
		conn.Close()
	}
}

// A server may be behind with telling of what it has answered. Who comes then
// waits, and is not sent away before its request is read.
func TestAServerThatIsBusyTellingLetsOthersWait(t *testing.T) {
	told := make(chan struct{})
	s := serve(t, ServerOptions{Connections: 2, Log: func(Exchange) { <-told }})
	first, second, third := dialServer(t, s), dialServer(t, s), dialServer(t, s)
	request := raw(sign(t, signature.OSSV1Header, request(signature.OSSV1Header, "GET", "/k", "")))
	for _, c := range []*client{first, second} {
		io.WriteString(c, request)
		if r := c.receive("GET"); r.Status != 200 {
			t.Fatalf("status %d", r.Status)
		}
	}
	io.WriteString(third, request)
	time.AfterFunc(grace/2, func() { close(told) })
	if r := third.receive("GET"); r.Status != 200 {
		t.Errorf("the third: status %d", r.Status)
	}
}

// A refusal repeats what was sent, several times over, until its reader has taken
// it: that counts, too.
func TestRefusalsAreBoundedTogether(t *testing.T) {
	p := signature.OSSV4Header
	s := serve(t, ServerOptions{Memory: 8 << 20, Patience: Patience{Write: 20 * time.Second, Drain: 50 * time.Millisecond}})
	wrong := raw(with(sign(t, p, request(p, "GET", "/k", "", wire.Header{Name: "x-oss-meta-a", Value: strings.Repeat("a", 900<<10)})), "x-oss-date", "20261121T083001Z"))
	var readers []*client
	for range 12 { // none of which reads
		c := dialServer(t, s)
		go io.WriteString(c, wrong)
		readers = append(readers, c)
	}
	refused := map[int]int{}
	for _, c := range readers {
		r := c.receive("GET")
		refused[r.Status]++
		if held := s.held.Load(); held > 10<<20 {
			t.Errorf("%d bytes are held", held)
		}
	}
	if refused[403]+refused[503] != 12 || refused[403] == 0 {
		t.Errorf("%v", refused)
	}
	for _, c := range readers {
		c.Close()
	}
	unharmed(t, s)()
}

// A connection whose goroutine has not run yet has not been waited for: however
// long it waited for room, it is not sent away for those behind it.
func TestWhoHasOnlyJustBeenLetInIsNotSentAway(t *testing.T) {
	s := serve(t, ServerOptions{Connections: 1})
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	arrive := func() *connection {
		from, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := listener.AcceptTCP()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { from.Close(); conn.Close() })
		return newConnection(s.gate, conn)
	}
	waited, next := arrive(), arrive()
	time.Sleep(grace + linger) // for room
	if !s.admit(waited) {
		t.Fatal("there is no room")
	}
	if s.admit(next) || waited.dismissed {
		t.Error("it made room before anybody looked for its request")
	}
	waited.within(time.Minute, true) // as its goroutine does first
	if s.admit(next) || waited.dismissed {
		t.Error("it made room at once, without its grace")
	}
	s.mu.Lock()
	waited.since = waited.since.Add(-grace - linger)
	s.mu.Unlock()
	if !s.admit(next) {
		t.Error("it said nothing for its grace, and made no room")
	}
	s.release(next)
}
