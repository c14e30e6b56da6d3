package endpoint

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
)

func TestExchangesStandInOrderOfArrival(t *testing.T) {
	l := lease(t, Options{})
	put := "PUT /first HTTP/1.1\r\nHost: " + ossHost + "\r\nContent-Length: 5\r\n\r\nhel"
	first := dial(t, l)
	first.send(put)
	for arrived := 0; arrived == 0; {
		l.mu.Lock()
		arrived = len(l.exchanges)
		l.mu.Unlock()
		runtime.Gosched()
	}
	if _, err := Send(context.Background(), l.Addr(), request(signature.OSSV1Header, "GET", "/second", "")); err != nil {
		t.Fatal(err)
	}
	first.send("lo")
	first.receive("PUT")
	if x := l.Close(); len(x) != 2 || x[0].Request.Target != "/first" || x[1].Request.Target != "/second" {
		t.Errorf("%+v", x)
	}
}

func TestCloseAnswersWhatHasArrived(t *testing.T) {
	p := signature.OSSV1Header
	get := raw(sign(t, p, request(p, "GET", "/k", "")))
	for range 50 {
		l := lease(t, Options{})
		c := dial(t, l)
		c.send(get + get)
		if x := l.Close(); statuses(x) != "200 200" {
			t.Fatalf("%q", statuses(x))
		}
		if a, b := c.receive("GET"), c.receive("GET"); a.Status != 200 || b.Status != 200 {
			t.Errorf("%d %d", a.Status, b.Status)
		}
	}
}

func TestCloseDoesNotWaitForLong(t *testing.T) {
	l := lease(t, Options{Patience: Patience{Idle: time.Hour, Head: time.Hour, Body: time.Hour, Drain: 60 * time.Millisecond}})
	idle, half := dial(t, l), dial(t, l)
	idle.send("GET /k HTTP/1.1\r\nHost: a\r\n\r\n")
	idle.receive("GET")
	half.send("GET /k HT")
	start := time.Now()
	x := l.Close()
	if took := time.Since(start); took > time.Minute {
		t.Errorf("Close took %v", took)
	}
	if len(x) != 2 || x[1].Err == nil {
		t.Errorf("%+v", x)
	}
	idle.end()
	if again := l.Close(); len(again) != 2 {
		t.Errorf("a second Close: %+v", again)
	}
	if conn, err := net.Dial("tcp", l.Addr()); err == nil {
		conn.Close()
		t.Error("a closed lease still takes connections")
	}
}

func TestAClientThatKeepsSendingDoesNotHoldClose(t *testing.T) {
	l := lease(t, Options{Patience: Patience{Drain: 60 * time.Millisecond}})
	sending := make(chan struct{})
	var flood sync.WaitGroup
	flood.Go(func() {
		conn, err := net.Dial("tcp", l.Addr())
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		go io.Copy(io.Discard, conn)
		for n := 0; ; n++ {
			if _, err := io.WriteString(conn, "GET /k HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
				return
			}
			if n == 10 {
				close(sending)
			}
		}
	})
	<-sending
	start := time.Now()
	l.Close()
	if took := time.Since(start); took > time.Minute {
		t.Errorf("Close took %v", took)
	}
	flood.Wait()
}

func TestALeaseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l, err := NewPorts(Options{Verifier: verifier()}).Lease(ctx, LeaseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, l)
	cancel()
	c.end()
	l.Close()
	if _, err := NewPorts(Options{Verifier: verifier()}).Lease(ctx, LeaseOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a lease in a dead context: %v", err)
	}
}

func TestALeaseNeedsAVerifier(t *testing.T) {
	if _, err := NewPorts(Options{}).Lease(context.Background(), LeaseOptions{}); !errors.Is(err, ErrNoVerifier) {
		t.Error(err)
	}
	if _, err := NewPorts(Options{}).Lease(context.Background(), LeaseOptions{Verifier: &signature.Verifier{}}); !errors.Is(err, ErrNoVerifier) {
		t.Error(err)
	}
}

func TestALeaseHasItsOwnVerifierAndDialect(t *testing.T) {
	ports := NewPorts(Options{Verifier: verifier(), Dialect: OSS})
	l, err := ports.Lease(context.Background(), LeaseOptions{Dialect: OBS, Verifier: &signature.Verifier{
		Secret: func(string) (signature.Credentials, bool) { return signature.Credentials{}, false }, Now: clock,
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := signature.OBSV2Header
	r, err := Send(context.Background(), l.Addr(), sign(t, p, request(p, "GET", "/k", "")))
	if err != nil || !strings.Contains(r.Body, "InvalidAccessKeyId") || header(r, "Server") != "OBS" {
		t.Errorf("%+v %v", r, err)
	}
}

func TestPortsRest(t *testing.T) {
	ports := NewPorts(Options{Verifier: verifier()})
	if !ports.take(1, false) || ports.take(1, false) || !ports.take(1, true) {
		t.Error("a port that was just leased is leased again")
	}
	for port := 2; port <= restingPorts+1; port++ {
		ports.take(port, false)
	}
	if !ports.take(1, false) || len(ports.recent) != restingPorts || len(ports.order) != restingPorts {
		t.Errorf("after %d leases the port still rests", restingPorts)
	}
	seen := map[string]bool{}
	for range 500 {
		l, err := ports.Lease(context.Background(), LeaseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if seen[l.Addr()] || !strings.HasPrefix(l.Addr(), "127.0.0.1:") {
			t.Errorf("leased again: %s", l.Addr())
		}
		seen[l.Addr()] = true
		l.Close()
	}
}

func TestALeaseBoundsWhatItTakes(t *testing.T) {
	l := lease(t, Options{})
	if l.most != mostExchanges {
		t.Errorf("a lease takes %d exchanges", l.most)
	}
	l.most = 2
	c := dial(t, l)
	c.send(strings.Repeat("GET /k HTTP/1.1\r\nHost: a\r\n\r\n", 3))
	c.receive("GET")
	c.receive("GET")
	c.end()
	if x := l.Close(); len(x) != 2 {
		t.Errorf("%d exchanges", len(x))
	}
}

func TestEveryExchangeIsLogged(t *testing.T) {
	var mu sync.Mutex
	var logged []Exchange
	l := lease(t, Options{Log: func(x Exchange) {
		mu.Lock()
		defer mu.Unlock()
		logged = append(logged, x)
	}})
	c := dial(t, l)
	c.send("GET /k HTTP/1.1\r\nHost: a\r\n\r\nhello\r\n\r\n")
	c.receive("GET")
	c.receive("GET")
	l.Close()
	if statuses(logged) != "403 400" {
		t.Errorf("%v", statuses(logged))
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	ports := NewPorts(Options{Verifier: verifier(), Patience: impatient})
	before := runtime.NumGoroutine()
	p := signature.OSSV1Header
	get := sign(t, p, request(p, "GET", "/k", ""))
	var leases sync.WaitGroup
	for range 8 {
		leases.Go(func() {
			for range 10 {
				l, err := ports.Lease(context.Background(), LeaseOptions{})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := Send(context.Background(), l.Addr(), get); err != nil {
					t.Error(err)
				}
				if conn, err := net.Dial("tcp", l.Addr()); err == nil { // left open
					io.WriteString(conn, "GET /half")
					defer conn.Close()
				}
				l.Close()
			}
		})
	}
	leases.Wait()
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}
