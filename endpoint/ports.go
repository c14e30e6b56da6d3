package endpoint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Options say how leased ports answer. The zero value is usable where every
// lease brings its own verifier.
type Options struct {
	Verifier *signature.Verifier // for leases without one of their own
	Dialect  Dialect             // for leases without one of their own
	Limits   wire.Limits         // zero: wire.DefaultLimits
	Patience Patience            // what is zero is taken from DefaultPatience
	Now      func() time.Time    // the clock of answers where the verifier has none; nil: time.Now
	// Log, if not nil, is called after every exchange, from several goroutines.
	// An exchange holds the request's credentials.
	Log func(Exchange)
}

// Patience bounds how long the endpoint waits. Deadlines are of the real
// clock.
type Patience struct {
	Idle  time.Duration // for the first byte of a request
	Head  time.Duration // from there to the end of the head
	Body  time.Duration // from there to the end of the body
	Write time.Duration // for the client to take an answer
	Drain time.Duration // when a lease is closed: for requests that are arriving
}

// DefaultPatience is for clients on the same machine.
var DefaultPatience = Patience{Idle: time.Minute, Head: 10 * time.Second, Body: time.Minute, Write: 10 * time.Second, Drain: 250 * time.Millisecond}

func (p Patience) orDefault() Patience {
	d := DefaultPatience
	return Patience{cmp.Or(p.Idle, d.Idle), cmp.Or(p.Head, d.Head), cmp.Or(p.Body, d.Body), cmp.Or(p.Write, d.Write), cmp.Or(p.Drain, d.Drain)}
}

// Ports leases loopback ports. Each lease has a listener of its own, and a
// port that was leased is not leased again soon: a late request of an earlier
// lease finds a closed port and is never taken for one of a later lease.
type Ports struct {
	opts Options

	mu     sync.Mutex
	recent map[int]bool
	order  []int // the ports of recent, oldest first
}

// restingPorts is how many leases later a port may be leased again. The range
// ports come from has 28,232 on Linux.
const restingPorts = 4096

// NewPorts returns a source of leases.
func NewPorts(opts Options) *Ports {
	if opts.Limits == (wire.Limits{}) {
		opts.Limits = wire.DefaultLimits
	}
	opts.Patience = opts.Patience.orDefault()
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Ports{opts: opts, recent: map[int]bool{}}
}

// LeaseOptions are what one lease has of its own.
type LeaseOptions struct {
	Verifier *signature.Verifier // nil: that of the Options
	Dialect  Dialect             // "": that of the Options
}

// ErrNoVerifier is returned for a lease that could not judge anything.
var ErrNoVerifier = errors.New("no verifier that knows credentials")

// Lease opens a port of its own on 127.0.0.1. The lease ends with
// [Lease.Close], and when ctx ends it stops serving; Close must be called
// either way.
func (p *Ports) Lease(ctx context.Context, opts LeaseOptions) (*Lease, error) {
	if opts.Verifier == nil {
		opts.Verifier = p.opts.Verifier
	}
	if opts.Dialect == "" {
		opts.Dialect = p.opts.Dialect
	}
	if opts.Verifier == nil || opts.Verifier.Secret == nil {
		return nil, fmt.Errorf("lease: %w", ErrNoVerifier)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("lease: %w", err)
	}
	listener, err := p.listen()
	if err != nil {
		return nil, fmt.Errorf("lease: %w", err)
	}
	l := &Lease{
		opts: p.opts, verifier: opts.Verifier, dialect: opts.Dialect,
		listener: listener, connections: map[*connection]bool{}, most: mostExchanges,
	}
	l.serving.Add(1)
	go l.accept()
	l.detach = context.AfterFunc(ctx, l.stop)
	return l, nil
}

// listen opens a port that has rested. After some tries any port will do: a
// machine may have a short range.
func (p *Ports) listen() (*net.TCPListener, error) {
	var busy []*net.TCPListener
	defer func() {
		for _, l := range busy {
			l.Close()
		}
	}()
	for tries := 0; ; tries++ {
		listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil, err
		}
		if p.take(listener.Addr().(*net.TCPAddr).Port, tries >= 16) {
			return listener, nil
		}
		busy = append(busy, listener) // kept open, or the system would offer it again
	}
}

// take notes a port as leased, unless it was leased recently.
func (p *Ports) take(port int, any bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.recent[port] {
		return any
	}
	p.recent[port] = true
	p.order = append(p.order, port)
	if len(p.order) > restingPorts {
		delete(p.recent, p.order[0])
		p.order = p.order[1:]
	}
	return true
}

// Exchange is one request that arrived, and what came of it.
type Exchange struct {
	// Request is what arrived; nil when its head could not be read. When its
	// body could not be read it holds what there was of it.
	Request      *wire.Request
	Probe        string                  // why it is no operation: see ProbeOf
	Status       int                     // of the answer; 0 when there was none
	Verification *signature.Verification // nil for probes and for what could not be read
	// Err says why the request could not be read or the answer not be written:
	// a *wire.SyntaxError, wire.ErrTooLarge, io.ErrUnexpectedEOF,
	// os.ErrDeadlineExceeded or an error of the network, wrapped.
	Err error
}

// Lease is one port and everything that arrives at it.
type Lease struct {
	opts     Options
	verifier *signature.Verifier
	dialect  Dialect
	listener *net.TCPListener
	detach   func() bool // from the context
	serving  sync.WaitGroup

	mu          sync.Mutex
	connections map[*connection]bool
	exchanges   []*Exchange
	most        int       // exchanges it takes
	closeBy     time.Time // zero while the lease is open
}

// Addr returns the address to connect to, 127.0.0.1:port.
func (l *Lease) Addr() string { return l.listener.Addr().String() }

// linger is how long a closing lease looks for what has already arrived. Closing
// wakes who waits, and a deadline in the past would keep it from looking once
// more: a connection may wait to be accepted, or bytes to be read.
const linger = time.Millisecond

// Close ends the lease: requests that have arrived are answered, those that are
// arriving get the time Patience.Drain, then every connection is closed. It
// returns all exchanges in order of arrival, which is when their heads were
// complete. No goroutine of the lease is left. A second Close returns the same.
// A lease that was sent 10,000 requests takes no more.
func (l *Lease) Close() []Exchange {
	l.detach()
	l.stop()
	l.serving.Wait()
	out := make([]Exchange, len(l.exchanges))
	for i, x := range l.exchanges {
		out[i] = *x
	}
	return out
}

// stop makes the goroutines of the lease come to an end.
func (l *Lease) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
}

// end is stop for who holds the lock.
func (l *Lease) end() {
	if !l.closeBy.IsZero() {
		return
	}
	now := time.Now()
	l.closeBy = now.Add(l.opts.Patience.Drain)
	l.listener.SetDeadline(now)
	for c := range l.connections {
		if c.idle {
			c.SetDeadline(now)
		} else {
			c.SetDeadline(l.closeBy)
		}
	}
}

// What one lease takes. A client that goes beyond it has run wild.
const (
	mostConnections = 512
	mostExchanges   = 10_000
)

// accept serves connections until the lease is closed.
func (l *Lease) accept() {
	defer l.serving.Done()
	defer l.listener.Close()
	for closing := false; ; {
		conn, err := l.listener.AcceptTCP()
		switch {
		case err == nil:
			if c := newConnection(l, conn); l.admit(c) {
				l.serving.Add(1)
				go c.serve()
			} else {
				conn.Close()
			}
		case errors.Is(err, os.ErrDeadlineExceeded) && !closing:
			closing = true
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, net.ErrClosed):
			return
		default:
			time.Sleep(linger) // out of file descriptors, say: that passes
		}
		if closing {
			l.listener.SetDeadline(l.lastLook())
		}
	}
}

// lastLook is the deadline of who looks once more in a closing lease.
func (l *Lease) lastLook() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := time.Now().Add(linger); at.Before(l.closeBy) {
		return at
	}
	return l.closeBy
}

func (l *Lease) closing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.closeBy.IsZero()
}

func (l *Lease) admit(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.connections) >= mostConnections {
		return false
	}
	l.connections[c] = true
	return true
}

func (l *Lease) release(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.connections, c)
}

// now is the time the verifier judges by, if it does.
func (l *Lease) now() time.Time {
	if l.verifier.Now != nil {
		return l.verifier.Now()
	}
	return l.opts.Now()
}

// arrived notes an exchange at its place in the order. It reports false, and
// the lease comes to its end, when there have been too many.
func (l *Lease) arrived(x *Exchange) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.exchanges) >= l.most {
		l.end()
		return false
	}
	l.exchanges = append(l.exchanges, x)
	return true
}
