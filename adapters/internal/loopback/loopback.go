// Package loopback gives an SDK an HTTP client that reaches one loopback
// address and nothing else, whatever host name the SDK asks for, and says what
// came of the call.
//
// It guarantees that no name is resolved, no proxy of the environment is used,
// no redirect is followed, and that every connection is closed when the
// exchange or its context ends.
package loopback

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

// Exchange is what one operation of an SDK does on the network. Its methods
// may be called concurrently.
type Exchange struct {
	Client    *http.Client    // for the SDK
	Transport *http.Transport // of Client, to be set up as the SDK sets up its own

	connect string
	stop    func() bool // ends the watch over the context
	mu      sync.Mutex
	dialed  bool
	conns   []net.Conn
	closed  bool
	status  int
}

// New returns an exchange that dials connect, a loopback host:port, for every
// host.
func New(ctx context.Context, connect string) (*Exchange, error) {
	addr, err := netip.ParseAddrPort(connect)
	if err != nil {
		return nil, fmt.Errorf("connect: want host:port: %w", err)
	}
	if !addr.Addr().IsLoopback() {
		return nil, fmt.Errorf("connect: %s is not a loopback address", connect)
	}
	x := &Exchange{connect: connect}
	x.Transport = &http.Transport{DialContext: x.dial}
	x.Client = &http.Client{
		Transport:     roundTripper{x},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	// Not every call of an SDK takes a context: closing the connections ends
	// them all.
	x.stop = context.AfterFunc(ctx, x.closeConns)
	return x, nil
}

func (x *Exchange) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	x.mu.Lock()
	x.dialed = true
	x.mu.Unlock()
	conn, err := new(net.Dialer).DialContext(ctx, network, x.connect)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		conn.Close()
		return nil, net.ErrClosed
	}
	x.conns = append(x.conns, conn)
	return conn, nil
}

// Close ends the exchange and closes its connections.
func (x *Exchange) Close() {
	x.stop()
	x.closeConns()
}

func (x *Exchange) closeConns() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	for _, conn := range x.conns {
		conn.Close()
	}
}

// Answer turns the outcome of the SDK's call into the adapter's answer: a
// request that was answered gives the status of the answer, and the error that
// the SDK made of it if it did. An error of an SDK that has not even tried
// to connect is its refusal, a [*subject.RejectedError].
func (x *Exchange) Answer(err error) (*adapter.Answer, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.status != 0:
		answer := &adapter.Answer{Status: x.status}
		if err != nil {
			answer.Failure = err.Error()
		}
		return answer, nil
	case err == nil:
		return nil, errors.New("the SDK reports success but has sent no request")
	case !x.dialed && !errors.Is(err, subject.ErrUnsupported):
		return nil, &subject.RejectedError{Class: "client", Message: err.Error()}
	default:
		return nil, err
	}
}

// roundTripper notes the status of the last answer. It reads the answer to its
// end: an SDK may leave the body unread, and closing the connection then would
// reset it.
type roundTripper struct{ x *Exchange }

func (rt roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := rt.x.Transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	rt.x.mu.Lock()
	rt.x.status = resp.StatusCode
	rt.x.mu.Unlock()
	return resp, nil
}
