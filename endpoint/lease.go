package endpoint

import (
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

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
	// os.ErrDeadlineExceeded or an error of the network, wrapped. Or a *Panic.
	Err error

	Number    int           // in the order of arrival, from 1 on
	Operation string        // the name the service has for it; "" where it has none
	Code, EC  string        // of the refusal it was answered with, if it was one
	Foreign   bool          // the service that answered does not know the scheme of the request
	Arrived   time.Time     // when its head was complete, or could not be read; of the real clock
	Took      time.Duration // from there until its answer was written
}

// Lease is one port and everything that arrives at it.
type Lease struct {
	*gate
	detach func() bool // from the context

	exchanges []*Exchange // under gate.mu
	most      int         // exchanges it takes
}

// What one lease takes. A client that goes beyond it has run wild.
const (
	mostConnections = 512
	mostExchanges   = 10_000
)

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
