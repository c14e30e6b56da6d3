package endpoint

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// gateOptions are what a listener needs to know to answer.
type gateOptions struct {
	verifier *signature.Verifier
	dialect  Dialect
	limits   wire.Limits
	patience Patience
	clock    func() time.Time // where the verifier has none

	// backend answers requests whose signature is verified; nil: the documents
	// of the tables.
	backend Backend
	// arrived, if not nil, notes an exchange when its head is complete, and
	// reports whether the gate takes it.
	arrived func(*Exchange) bool
	log     func(Exchange) // after every exchange; may be nil

	connections int   // how many are served at once
	memory      int64 // bytes of requests that are read or answered at once; 0: no bound
}

// gate is a listener and the connections that came through it: what a lease
// and a server share.
type gate struct {
	gateOptions
	listener *net.TCPListener
	serving  sync.WaitGroup
	held     atomic.Int64 // bytes of requests in memory, where there is a bound
	numbers  atomic.Int64 // of exchanges

	mu      sync.Mutex
	present map[*connection]bool
	closeBy time.Time // zero while the gate is open
}

func newGate(listener *net.TCPListener, opts gateOptions) *gate {
	return &gate{gateOptions: opts, listener: listener, present: map[*connection]bool{}}
}

// open begins to take connections.
func (g *gate) open() {
	g.serving.Add(1)
	go g.accept()
}

// Addr returns the address to connect to, host:port.
func (g *gate) Addr() string { return g.listener.Addr().String() }

// linger is how long a closing gate looks for what has already arrived. Closing
// wakes who waits, and a deadline in the past would keep it from looking once
// more: a connection may wait to be accepted, or bytes to be read.
const linger = time.Millisecond

// inTime reports whether a look that began then, and has found nothing before its
// deadline, was one. Who does not get the processor until the deadline has passed
// is told so, and has not looked.
func inTime(began time.Time) bool { return time.Since(began) < linger+linger/2 }

// stop makes the goroutines of the gate come to an end.
func (g *gate) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.end()
}

// end is stop for who holds the lock.
func (g *gate) end() {
	if !g.closeBy.IsZero() {
		return
	}
	now := time.Now()
	g.closeBy = now.Add(g.patience.Drain)
	g.listener.SetDeadline(now)
	for c := range g.present {
		if c.idle {
			c.SetDeadline(now)
		} else {
			c.SetDeadline(g.closeBy)
		}
	}
}

// accept serves connections until the gate is closed.
func (g *gate) accept() {
	defer g.serving.Done()
	defer g.listener.Close()
	for looked := (time.Time{}); ; { // when it looked last, while it closes
		conn, err := g.listener.AcceptTCP()
		switch {
		case err == nil:
			if c := newConnection(g, conn); g.admitSoon(c) {
				g.serving.Add(1)
				go c.serve()
			} else {
				conn.Close()
			}
		case errors.Is(err, net.ErrClosed):
			return
		case errors.Is(err, os.ErrDeadlineExceeded):
			if !looked.IsZero() && inTime(looked) {
				return
			}
			looked = time.Now()
		default:
			time.Sleep(linger) // out of file descriptors, say: that passes
		}
		if !looked.IsZero() {
			looked = time.Now()
			g.listener.SetDeadline(g.lastLook())
		}
	}
}

// lastLook is the deadline of who looks once more in a closing gate.
func (g *gate) lastLook() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at := time.Now().Add(linger); at.Before(g.closeBy) {
		return at
	}
	return g.closeBy
}

func (g *gate) closing() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.closeBy.IsZero()
}

// longestWait is how long a connection waits for room. Others wait behind it,
// in the queue of the system. It is long: on a busy machine that there is no room
// is our own slowness more often than the doing of others.
const longestWait = 10 * time.Second

// admitSoon is admit for who can wait: a request that is being answered is
// soon over.
func (g *gate) admitSoon(c *connection) bool {
	for until := time.Now().Add(longestWait); ; time.Sleep(linger) {
		if g.admit(c) {
			return true
		}
		if g.closing() || time.Now().After(until) {
			return false
		}
	}
}

// admit takes a connection in. Where there are too many, one that waits between
// requests makes room; where none does, there is no room.
func (g *gate) admit(c *connection) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.present) >= g.connections && !g.dismissIdle() {
		return false
	}
	g.present[c] = true
	return true
}

// grace is how long a connection has for its first byte where others wait for
// room.
const grace = 200 * time.Millisecond

// longAgo is a deadline that nothing meets.
var longAgo = time.Unix(1, 0)

// dismissIdle ends the connection that has waited longest between two requests,
// under the lock. One that has only just come is left to send its first.
func (g *gate) dismissIdle() bool {
	var longest *connection
	fresh := time.Now().Add(-grace)
	for c := range g.present {
		if c.idle && (c.asked || c.since.Before(fresh)) && (longest == nil || c.since.Before(longest.since)) {
			longest = c
		}
	}
	if longest == nil {
		return false
	}
	longest.dismissed = true
	longest.SetDeadline(longAgo)
	delete(g.present, longest)
	return true
}

func (g *gate) release(c *connection) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.present, c)
}

// now is the time the verifier judges by, if it does.
func (g *gate) now() time.Time {
	if g.verifier.Now != nil {
		return g.verifier.Now()
	}
	return g.clock()
}

// note numbers an exchange and has it taken down.
func (g *gate) note(x *Exchange) bool {
	x.Number = int(g.numbers.Add(1))
	return g.arrived == nil || g.arrived(x)
}
