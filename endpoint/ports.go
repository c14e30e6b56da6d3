package endpoint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
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
	Backend  Backend             // what all leases share; nil: every object exists, with the same content
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
	l := &Lease{most: mostExchanges}
	l.gate = newGate(listener, gateOptions{
		verifier: opts.Verifier, dialect: opts.Dialect, limits: p.opts.Limits, patience: p.opts.Patience,
		clock: p.opts.Now, backend: p.opts.Backend, arrived: l.arrived, log: p.opts.Log, connections: mostConnections,
	})
	l.open()
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
