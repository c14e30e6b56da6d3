package endpoint

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// ServerOptions say how a server answers. Verifier must be set.
type ServerOptions struct {
	Verifier *signature.Verifier
	Dialect  Dialect          // "": each request is answered as the service it is signed for
	Backend  Backend          // nil: every object exists, with the same content
	Limits   wire.Limits      // zero: wire.DefaultLimits
	Patience Patience         // what is zero is taken from DefaultPatience
	Now      func() time.Time // the clock of answers where the verifier has none; nil: time.Now
	// Log, if not nil, is called after every exchange, from several goroutines.
	// An exchange holds the request's credentials.
	Log func(Exchange)

	// AnyAddress lets it listen where other machines reach it. Without it, only
	// literal loopback addresses are.
	AnyAddress  bool
	Connections int   // served at once; 0: 512
	Memory      int64 // bytes of requests in memory at once; 0: 256 MiB
}

// DefaultMemory is how much of requests a server holds at once: those that
// arrive, and those that are being answered.
const DefaultMemory = 256 << 20

// Server serves until it is closed. It keeps nothing of a request that is
// answered: connections and the bytes of requests are bounded, a client that
// sends or takes too slowly loses its connection, and what is over a limit is
// answered with the error of the service.
type Server struct{ *gate }

// ListenAndServe serves at an address such as 127.0.0.1:9000; port 0 lets the
// system choose. The server must be closed.
func ListenAndServe(address string, opts ServerOptions) (*Server, error) {
	if opts.Verifier == nil || opts.Verifier.Secret == nil {
		return nil, fmt.Errorf("serve: %w", ErrNoVerifier)
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("serve at %q: want an address such as 127.0.0.1:9000: %w", address, err)
	}
	if !opts.AnyAddress && !at.Addr().IsLoopback() {
		return nil, fmt.Errorf("serve at %s: %w", address, ErrNotLoopback)
	}
	network := "tcp6"
	if at.Addr().Is4() { // 0.0.0.0 is not to mean :: as well
		network = "tcp4"
	}
	listener, err := net.ListenTCP(network, net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	if opts.Limits == (wire.Limits{}) {
		opts.Limits = wire.DefaultLimits
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Server{newGate(listener, gateOptions{
		verifier: opts.Verifier, dialect: opts.Dialect, limits: opts.Limits, patience: opts.Patience.orDefault(), clock: opts.Now,
		backend: opts.Backend, log: opts.Log,
		connections: cmp.Or(opts.Connections, mostConnections), memory: cmp.Or(opts.Memory, DefaultMemory),
	})}
	s.open()
	return s, nil
}

// Close ends the server: requests that have arrived are answered, those that
// are arriving get the time Patience.Drain, then every connection is closed. No
// goroutine of the server is left.
func (s *Server) Close() {
	s.stop()
	s.serving.Wait()
}
