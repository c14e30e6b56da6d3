package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// refusalBody is how much of a refusal is kept: an error document repeats a
// string to sign of any length.
const refusalBody = 1 << 20

// forward sends a request on and the answer back, both at once: a server may
// answer before it has read everything, and asks for the body of a client that
// waits for 100 (Continue).
func (c *connection) forward(x *Exchange, body framing) bool {
	opts, req := &c.proxy.opts, x.Request
	x.Probe = endpoint.ProbeOf(req)
	server, err := c.dial(req)
	if err != nil {
		x.Err = fmt.Errorf("%w cannot be reached: %w", ErrUpstream, err)
		x.Truncated = !body.empty() // nothing of it was read
		c.judge(x)
		c.gatewayError(x, http.StatusBadGateway)
		return false
	}
	defer server.Close()
	c.raw.forEach(opts.Patience.Body)
	k := &kept{limit: opts.Limits.Body}
	sent := make(chan error, 1)
	go func() {
		err := c.send(server, req, body, k)
		var client errSource
		if errors.As(err, &client) || errors.As(err, new(*endpoint.Panic)) { // the server must not take it for a whole request
			server.Close()
		}
		sent <- err
	}()
	begun, again, err := c.relay(x, server)
	sendErr := c.finish(server, sent)
	req.Body, x.Truncated = string(k.content), k.truncated || sendErr != nil
	var client errSource
	switch {
	case errors.As(sendErr, new(*endpoint.Panic)):
		x.Err = fmt.Errorf("forwarding the request: %w", sendErr)
	case err == nil && errors.Is(sendErr, os.ErrDeadlineExceeded):
		again = false // the answer came before the request was whole
	case errors.As(sendErr, &client):
		x.Err = fmt.Errorf("reading the request: %w", client.error)
		again = false
	case err != nil:
		x.Err = err
	}
	if x.Err == nil || x.Status != 0 {
		c.judge(x)
	}
	if x.Err != nil && !begun {
		c.unanswered(x)
	}
	return again && sendErr == nil && x.Err == nil && endpoint.KeepsAlive(req)
}

// send sends a request to the server and keeps its body.
func (c *connection) send(server net.Conn, req *wire.Request, body framing, k *kept) (err error) {
	defer func() {
		if bug := endpoint.Recovered(recover()); bug != nil {
			err = bug
		}
	}()
	if _, err = server.Write(forwarded(req)); err != nil || body.empty() {
		return err
	}
	return copyBody(server, c.br, body, k)
}

// unanswered answers where the server did not.
func (c *connection) unanswered(x *Exchange) {
	if !errors.Is(x.Err, ErrUpstream) {
		c.write(x, endpoint.AnswerUnread(c.proxy.opts.Dialect, x.Err, x.Request, c.proxy.opts.Now()), false)
		return
	}
	c.judge(x)
	status := http.StatusBadGateway
	if errors.Is(x.Err, os.ErrDeadlineExceeded) {
		status = http.StatusGatewayTimeout
	}
	c.gatewayError(x, status)
}

func (c *connection) judge(x *Exchange) {
	if x.Probe == "" && x.Verification == nil {
		c.proxy.judge(x)
	}
}

// finish waits for the request to be sent. When the answer is there, the rest
// of the request has no more than the time Patience.Drain.
func (c *connection) finish(server net.Conn, sent chan error) error {
	enough := time.NewTimer(c.proxy.opts.Patience.Drain)
	defer enough.Stop()
	select {
	case err := <-sent:
		return err
	case <-enough.C:
	}
	c.raw.until(time.Unix(1, 0))
	server.Close()
	if err := <-sent; err != nil {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// relay copies the answer of the server. It reports whether any of it reached
// the client, and whether the client's connection may go on.
func (c *connection) relay(x *Exchange, server net.Conn) (begun, again bool, err error) {
	defer func() {
		if bug := endpoint.Recovered(recover()); bug != nil {
			again, err = false, bug
		}
	}()
	br := bufio.NewReader(server)
	for {
		head, status, err := readResponseHead(br, c.proxy.opts.Limits.Head)
		if err != nil {
			return begun, false, fmt.Errorf("%w sends no answer that can be read: %w", ErrUpstream, err)
		}
		body, err := responseFraming(x.Request.Method, status, head)
		if err != nil {
			return begun, false, fmt.Errorf("%w sends no answer that can be read: %w", ErrUpstream, err)
		}
		begun = true
		if _, err := c.conn.Write([]byte(head.Head())); err != nil {
			return begun, false, fmt.Errorf("writing the answer: %w", err)
		}
		if status < 200 {
			continue
		}
		x.Status = status
		k := &kept{}
		if status >= 400 {
			k.limit = refusalBody
		}
		err = copyBody(c.conn, br, body, k)
		if status >= 400 {
			x.Refusal = &endpoint.Response{Status: status, Headers: head.Headers, Body: string(k.content)}
		}
		var source errSource
		switch {
		case errors.As(err, &source):
			return begun, false, fmt.Errorf("%w broke off its answer: %w", ErrUpstream, source.error)
		case err != nil:
			return begun, false, fmt.Errorf("writing the answer: %w", err)
		}
		head.Proto = head.Method // as a request says it
		return begun, !body.toEnd && endpoint.KeepsAlive(head), nil
	}
}

var errSwitched = errors.New("it switches protocols, which nobody asked for")

func readResponseHead(br *bufio.Reader, limit int) (*wire.Request, int, error) {
	head, err := readHead(br, "http", limit)
	if err != nil {
		return nil, 0, err
	}
	status, err := endpoint.StatusLine(head)
	if status == http.StatusSwitchingProtocols {
		err = errSwitched
	}
	return head, status, err
}

// responseFraming is RFC 9112, section 6.3.
func responseFraming(method string, status int, head *wire.Request) (framing, error) {
	if method == http.MethodHead || status < 200 || status == http.StatusNoContent || status == http.StatusNotModified {
		return framing{}, nil
	}
	_, coded := head.Header("Transfer-Encoding")
	_, sized := head.Header("Content-Length")
	if !coded && !sized {
		return framing{toEnd: true}, nil
	}
	return framingOf(head)
}

// dial connects to the server a request is for.
func (c *connection) dial(req *wire.Request) (*patientTLS, error) {
	opts := &c.proxy.opts
	address, secure := c.tunnel, c.transport == "https"
	if address == "" {
		t := wire.SplitTarget(req.Target)
		secure = t.Scheme == "https"
		address = withPort(t.Authority, secure)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	conn, err := opts.Dial(c.proxy.ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	server := &patientTLS{patient: &patient{Conn: conn, write: opts.Patience.Write, each: opts.Upstream}}
	server.detach = context.AfterFunc(c.proxy.ctx, func() { conn.Close() })
	if !secure {
		return server, nil
	}
	server.session = tls.Client(server.patient, &tls.Config{ServerName: host, RootCAs: opts.Roots, NextProtos: []string{"http/1.1"}})
	if err := server.session.HandshakeContext(c.proxy.ctx); err != nil {
		server.Close()
		return nil, err
	}
	return server, nil
}

// patientTLS is the connection to a server, with TLS or without.
type patientTLS struct {
	*patient
	session *tls.Conn
	detach  func() bool
}

func (s *patientTLS) Read(p []byte) (int, error) {
	if s.session != nil {
		return s.session.Read(p)
	}
	return s.patient.Read(p)
}

func (s *patientTLS) Write(p []byte) (int, error) {
	if s.session != nil {
		return s.session.Write(p)
	}
	return s.patient.Write(p)
}

// Close closes the connection without a word: with TLS, a polite end would wait
// for a write that is stuck.
func (s *patientTLS) Close() error {
	s.detach()
	return s.patient.Close()
}

func withPort(authority string, secure bool) string {
	if _, _, err := net.SplitHostPort(authority); err == nil {
		return authority
	}
	port := "80"
	if secure {
		port = "443"
	}
	return net.JoinHostPort(strings.Trim(authority, "[]"), port)
}
