package proxy

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Options say what a proxy does with requests.
type Options struct {
	Verifier *signature.Verifier // must be set, with its Secret
	Dialect  endpoint.Dialect    // of answers of its own
	// Forward sends requests on to the server they are for. Without it the
	// proxy answers as the service would, and nothing leaves the machine.
	Forward bool
	// Authority signs the certificates of tunnels; without it a client that
	// speaks TLS in one is sent away.
	Authority *Authority
	// Dial connects to servers; nil: a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are trusted of servers; nil: those of the system.
	Roots *x509.CertPool
	// Limits bound a head, and what is kept of a body. Zero: wire.DefaultLimits,
	// and 8 MiB of a body where requests are forwarded. A longer body is
	// forwarded whole, and refused where the proxy answers itself.
	Limits wire.Limits
	// Patience is how long clients are waited for; what is zero is taken from
	// endpoint.DefaultPatience. Body and Write are between two bytes.
	Patience endpoint.Patience
	// Upstream is how long a server may be silent; zero: five minutes.
	Upstream time.Duration
	Now      func() time.Time // the clock of answers where the verifier has none; nil: time.Now
	// Log, if not nil, is called after every exchange, one at a time. An
	// exchange holds the request's credentials.
	Log func(*Exchange)
}

// Exchange is one request that arrived, and what came of it.
type Exchange struct {
	ID string // counts the requests: "1", "2", …
	// Tunnel is the host and port the client opened a tunnel to, or "".
	Tunnel string
	// Request is what arrived; nil when its head could not be read, and for a
	// tunnel in which no request came.
	Request      *wire.Request
	Truncated    bool                    // the body goes on behind what was kept of it
	Probe        string                  // why it is no operation: see endpoint.ProbeOf
	Verification *signature.Verification // nil for probes and for what could not be judged
	Status       int                     // of the answer; 0 when there was none
	Code, EC     string                  // of the refusal it was answered with, if the proxy answered
	// Refusal is the answer of the server a request was forwarded to, where its
	// status is 400 or more; its body up to a limit.
	Refusal *endpoint.Response
	// Err says why the request could not be read, forwarded or answered; an
	// *endpoint.Panic is among it.
	Err error

	Arrived time.Time     // when its head was complete, or could not be read
	Took    time.Duration // from there until its answer was written
}

// Errors of exchanges.
var (
	ErrNoVerifier   = errors.New("no verifier that knows credentials")
	ErrNotProxied   = errors.New("the request is not for a proxy: its target names no host")
	ErrUpstream     = errors.New("the server")
	ErrTLSRefused   = errors.New("the TLS handshake failed; the client may not trust the certificate of the proxy")
	ErrNoAuthority  = errors.New("the client speaks TLS and the proxy has no certificate authority")
	ErrEmptyTunnel  = errors.New("the tunnel was closed before a request came")
	ErrNestedTunnel = errors.New("there are no tunnels in tunnels")
	errTLS          = errors.New("the client began a TLS handshake; the proxy itself speaks plain HTTP")
)

const (
	forwardedBody = 8 << 20
	upstreamTime  = 5 * time.Minute
	// mostConnections is how many clients it takes at a time.
	mostConnections = 512
	// longestWait is how long a client waits for room.
	longestWait = 10 * time.Second
	// linger is how long a closing proxy looks for what has already arrived.
	linger = 2 * time.Millisecond
)

func (o Options) orDefault() Options {
	if o.Limits == (wire.Limits{}) {
		o.Limits = wire.DefaultLimits
		if o.Forward {
			o.Limits.Body = forwardedBody
		}
	}
	d, p := endpoint.DefaultPatience, o.Patience
	o.Patience = endpoint.Patience{Idle: cmp.Or(p.Idle, d.Idle), Head: cmp.Or(p.Head, d.Head), Body: cmp.Or(p.Body, d.Body), Write: cmp.Or(p.Write, d.Write), Drain: cmp.Or(p.Drain, d.Drain)}
	o.Upstream = cmp.Or(o.Upstream, upstreamTime)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: 30 * time.Second}).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Verifier.Now != nil {
		o.Now = o.Verifier.Now
	}
	return o
}

// Proxy is a running proxy.
type Proxy struct {
	opts     Options
	listener *net.TCPListener
	ctx      context.Context // ends when connections are cut
	cut      context.CancelFunc
	detach   func() bool
	serving  sync.WaitGroup

	mu          sync.Mutex
	connections map[*connection]bool
	closing     bool
	arrived     int

	logging sync.Mutex
}

// Start listens on an address, such as 127.0.0.1:0, and serves until ctx ends
// or [Proxy.Close] is called. Close must be called either way.
func Start(ctx context.Context, address string, opts Options) (*Proxy, error) {
	if opts.Verifier == nil || opts.Verifier.Secret == nil {
		return nil, fmt.Errorf("proxy: %w", ErrNoVerifier)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	p := &Proxy{opts: opts.orDefault(), listener: listener.(*net.TCPListener), connections: map[*connection]bool{}}
	p.ctx, p.cut = context.WithCancel(context.WithoutCancel(ctx))
	p.serving.Add(1)
	go p.accept()
	p.detach = context.AfterFunc(ctx, p.stop)
	return p, nil
}

// Addr is the address to connect to.
func (p *Proxy) Addr() *net.TCPAddr { return p.listener.Addr().(*net.TCPAddr) }

// Close ends the proxy: requests that are under way get the time
// Patience.Drain, then every connection is closed. No goroutine of the proxy is
// left, and Log is not called any more.
func (p *Proxy) Close() {
	p.detach()
	p.stop()
	late := time.AfterFunc(p.opts.Patience.Drain, p.cut)
	p.serving.Wait()
	late.Stop()
	p.cut()
}

// stop lets in what has arrived, and then nothing.
func (p *Proxy) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing {
		return
	}
	p.closing = true
	soon := time.Now().Add(linger)
	p.listener.SetDeadline(soon)
	for c := range p.connections {
		if c.idle {
			c.raw.until(soon)
		}
	}
}

// inTime reports whether a look that began then, and has found nothing before its
// deadline, was one. Who does not get the processor until the deadline has passed
// is told so, and has not looked.
func inTime(began time.Time) bool { return time.Since(began) < linger+linger/2 }

func (p *Proxy) accept() {
	defer p.serving.Done()
	defer p.listener.Close()
	for looked := (time.Time{}); ; { // when it looked last, while it closes
		conn, err := p.listener.AcceptTCP()
		switch {
		case err == nil:
			p.admitSoon(conn)
		case errors.Is(err, net.ErrClosed), p.ctx.Err() != nil:
			return
		case errors.Is(err, os.ErrDeadlineExceeded):
			if !looked.IsZero() && inTime(looked) {
				return
			}
			looked = time.Now()
			p.listener.SetDeadline(looked.Add(linger))
		default:
			time.Sleep(linger) // out of file descriptors, say: that passes
		}
	}
}

// admitSoon waits until there is room for a client. The others wait behind it,
// in the queue of the system.
func (p *Proxy) admitSoon(conn *net.TCPConn) {
	for until := time.Now().Add(longestWait); !p.admit(conn); time.Sleep(linger) {
		if time.Now().After(until) {
			conn.Close()
			return
		}
	}
}

func (p *Proxy) admit(conn *net.TCPConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.connections) >= mostConnections {
		return false
	}
	c := newConnection(p, conn)
	p.connections[c] = true
	p.serving.Add(1)
	go c.serve()
	return true
}

func (p *Proxy) isClosing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closing
}

func (p *Proxy) release(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.connections, c)
}

func (p *Proxy) nextID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arrived++
	return strconv.Itoa(p.arrived)
}

func (p *Proxy) log(x *Exchange) {
	if p.opts.Log == nil {
		return
	}
	if x.Arrived.IsZero() { // it never did
		x.Arrived = time.Now()
	}
	x.Took = time.Since(x.Arrived)
	p.logging.Lock()
	defer p.logging.Unlock()
	p.opts.Log(x)
}

// judge verifies a request whose body was read. A form that was not kept whole
// cannot be judged.
func (p *Proxy) judge(x *Exchange) {
	v := p.opts.Verifier.Verify(x.Request)
	form := v.Profile == nil && x.Request.Method == "POST" || v.Profile != nil && v.Profile.Carrier == signature.InForm
	if !x.Truncated || !form {
		x.Verification = v
	}
}
