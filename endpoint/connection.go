package endpoint

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// connection is one client at a lease.
type connection struct {
	*net.TCPConn
	lease *Lease
	br    *bufio.Reader
	idle  bool // under lease.mu: between requests
}

func newConnection(l *Lease, conn *net.TCPConn) *connection {
	return &connection{TCPConn: conn, lease: l, br: bufio.NewReader(conn), idle: true}
}

// serve answers requests one after the other, pipelined or not.
func (c *connection) serve() {
	defer c.lease.serving.Done()
	defer c.Close()
	defer c.lease.release(c)
	for c.await() && c.exchange() {
	}
}

// await waits for the first byte of a request.
func (c *connection) await() bool {
	c.within(c.lease.opts.Patience.Idle, true)
	_, err := c.br.Peek(1)
	if errors.Is(err, os.ErrDeadlineExceeded) && c.lease.closing() {
		c.within(linger, true)
		_, err = c.br.Peek(1)
	}
	return err == nil
}

// within sets the deadline of what comes next. A lease that is closing grants
// no more than its own.
func (c *connection) within(d time.Duration, idle bool) {
	l := c.lease
	l.mu.Lock()
	defer l.mu.Unlock()
	c.idle = idle
	deadline := time.Now().Add(d)
	if !l.closeBy.IsZero() {
		if idle {
			deadline = time.Now().Add(linger)
		}
		if l.closeBy.Before(deadline) {
			deadline = l.closeBy
		}
	}
	c.SetDeadline(deadline)
}

// errTLS tells a client that wants https from one that sends garbage.
var errTLS = errors.New("the client began a TLS handshake; the port speaks plain HTTP")

// errVersion is for a request line with another version than 1.0 and 1.1.
var errVersion = errors.New("the request line does not end with HTTP/1.1 or HTTP/1.0")

// errHost is for a request that does not say which host it is for.
var errHost = errors.New("a request has one Host header (RFC 9112, section 3.2)")

// errTooMany ends a connection of a lease that takes no more.
var errTooMany = errors.New("the lease has had too many requests")

// exchange reads one request and answers it. It reports whether another one
// may follow.
func (c *connection) exchange() bool {
	l := c.lease
	x := &Exchange{}
	noted := false
	note := func() bool {
		noted = noted || l.arrived(x)
		return noted
	}
	c.within(l.opts.Patience.Head, false)
	req, err := c.read(func(req *wire.Request) error {
		if !note() {
			return errTooMany
		}
		if err := checkHead(req); err != nil {
			return err
		}
		c.within(l.opts.Patience.Body, false)
		return c.invite(req)
	})
	if errors.Is(err, io.EOF) && !noted || !note() {
		return false // nothing came but line breaks, or too much
	}
	x.Request = req
	var response Response
	now := l.now()
	switch {
	case err != nil:
		x.Err = fmt.Errorf("reading the request: %w", err)
		response = refuseUnread(l.dialect, classOf(err, req), req, now)
	case ProbeOf(req) != "":
		x.Probe = ProbeOf(req)
		response = answerProbe(x.Probe, req, now)
	default:
		x.Verification = l.verifier.Verify(req)
		response = Answer(l.dialect, x.Verification, req, now)
	}
	again := err == nil && x.Probe != ProbeConnect && keepsAlive(req)
	c.write(x, response, again)
	if l.opts.Log != nil {
		l.opts.Log(*x)
	}
	if err != nil {
		c.hangUp()
	}
	return again && x.Err == nil
}

func (c *connection) read(onHead func(*wire.Request) error) (*wire.Request, error) {
	if first, _ := c.br.Peek(1); len(first) == 1 && first[0] == 0x16 { // a TLS handshake record (RFC 8446, section 5.1)
		return nil, errTLS
	}
	return wire.ReadRequest(c.br, "http", c.lease.opts.Limits, onHead)
}

// checkHead refuses what wire can read and HTTP does not allow.
func checkHead(req *wire.Request) error {
	if req.Proto != "HTTP/1.1" && req.Proto != "HTTP/1.0" {
		return errVersion
	}
	if req.Method == http.MethodConnect || wire.SplitTarget(req.Target).Authority != "" {
		return nil
	}
	if n := req.HeaderCount("Host"); n > 1 || n == 0 && req.Proto == "HTTP/1.1" {
		return errHost
	}
	return nil
}

// invite answers Expect: 100-continue.
func (c *connection) invite(req *wire.Request) error {
	if expect, _ := req.Header("Expect"); !wire.EqualFold(expect, "100-continue") || req.Proto == "HTTP/1.0" {
		return nil
	}
	_, err := io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
	return err
}

// classOf says as what a request that could not be read is refused.
func classOf(err error, req *wire.Request) signature.Class {
	switch {
	case errors.Is(err, wire.ErrTooLarge) && req == nil:
		return headTooLarge
	case errors.Is(err, wire.ErrTooLarge):
		return bodyTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return requestTimeout
	case errors.Is(err, io.ErrUnexpectedEOF) && req != nil:
		return incomplete
	case errors.Is(err, errVersion) && req.Proto != "":
		return badVersion
	}
	return badSyntax
}

// keepsAlive reports whether the client wants to send more on this connection
// (RFC 9112, section 9.3).
func keepsAlive(req *wire.Request) bool {
	alive := req.Proto != "HTTP/1.0"
	for _, h := range req.Headers {
		if !wire.EqualFold(h.Name, "Connection") {
			continue
		}
		for option := range strings.SplitSeq(h.Value, ",") {
			switch option = wire.TrimBlanks(option); {
			case wire.EqualFold(option, "close"):
				return false
			case wire.EqualFold(option, "keep-alive"):
				alive = true
			}
		}
	}
	return alive
}

// write sends the answer and notes its status.
func (c *connection) write(x *Exchange, r Response, again bool) {
	connection := "close"
	if again {
		connection = "keep-alive"
	}
	r.Headers = append(r.Headers, wire.Header{Name: "Connection", Value: connection})
	c.within(c.lease.opts.Patience.Write, false)
	if _, err := c.Write(r.AppendHTTP(nil)); err != nil {
		if x.Err == nil {
			x.Err = fmt.Errorf("writing the answer: %w", err)
		}
		return
	}
	x.Status = r.Status
}

// hangUp ends a connection whose client may still be sending: closing it with
// bytes unread would reset it, and the client would lose the answer.
func (c *connection) hangUp() {
	c.within(c.lease.opts.Patience.Drain, false)
	if c.CloseWrite() == nil {
		io.CopyN(io.Discard, c.br, 64<<20)
	}
}
