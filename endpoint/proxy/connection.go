package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// connection is one client.
type connection struct {
	proxy     *Proxy
	raw       *patient
	conn      net.Conn // raw, or TLS over it
	br        *bufio.Reader
	transport string // http or https
	tunnel    string // host:port the client asked for, or ""
	requests  int    // in the tunnel
	idle      bool   // under proxy.mu: between requests
}

func newConnection(p *Proxy, conn net.Conn) *connection {
	raw := &patient{Conn: conn, write: p.opts.Patience.Write}
	return &connection{proxy: p, raw: raw, conn: raw, br: bufio.NewReader(raw), transport: "http", idle: true}
}

// serve takes requests one after the other, pipelined or not.
func (c *connection) serve() {
	defer c.proxy.serving.Done()
	defer c.proxy.release(c)
	defer c.raw.Close()
	cut := context.AfterFunc(c.proxy.ctx, func() { c.raw.Close() })
	defer cut()
	for {
		if err := c.await(); err != nil {
			if c.tunnel != "" && c.requests == 0 {
				c.emptyTunnel(err)
			}
			return
		}
		if !c.exchange() {
			return
		}
	}
}

// await waits for the first byte of a request.
func (c *connection) await() error {
	c.within(c.proxy.opts.Patience.Idle, true)
	_, err := c.br.Peek(1)
	for looked := false; !looked && errors.Is(err, os.ErrDeadlineExceeded) && c.proxy.isClosing(); {
		began := time.Now()
		c.within(linger, true)
		_, err = c.br.Peek(1)
		looked = inTime(began)
	}
	return err
}

// within sets the deadline of what is read next.
func (c *connection) within(d time.Duration, idle bool) {
	c.proxy.mu.Lock()
	defer c.proxy.mu.Unlock()
	c.idle = idle
	if idle && c.proxy.closing {
		d = linger
	}
	c.raw.until(time.Now().Add(d))
}

// exchange reads one request and sees to its answer. It reports whether
// another one may follow.
func (c *connection) exchange() bool {
	p := c.proxy
	c.within(p.opts.Patience.Head, false)
	req, err := c.readHead()
	if errors.Is(err, io.EOF) {
		return false // nothing came but line breaks
	}
	if err == nil && req.Method == http.MethodConnect && c.tunnel == "" {
		return c.open(req)
	}
	c.requests++
	x := &Exchange{ID: p.nextID(), Tunnel: c.tunnel, Request: req, Arrived: time.Now()}
	var body framing
	if err == nil {
		body, err = c.check(req)
	}
	again := false
	if err != nil {
		x.Err = fmt.Errorf("reading the request: %w", err)
		c.write(x, endpoint.AnswerUnread(p.opts.Dialect, err, req, p.opts.Now()), false)
	} else {
		again = c.see(x, body)
	}
	p.log(x)
	if !again {
		c.hangUp()
	}
	return again
}

// see sees to the answer of a request. A bug in Countersign is answered like
// any other failure, unless some of the answer is on its way.
func (c *connection) see(x *Exchange, body framing) (again bool) {
	defer func() {
		if bug := endpoint.Recovered(recover()); bug != nil {
			c.broken(x, bug)
			again = false
		}
	}()
	if c.proxy.opts.Forward {
		return c.forward(x, body)
	}
	return c.answer(x, body)
}

func (c *connection) broken(x *Exchange, bug error) {
	x.Err = fmt.Errorf("answering the request: %w", bug)
	if x.Status == 0 {
		c.write(x, endpoint.AnswerUnread(c.proxy.opts.Dialect, bug, x.Request, c.proxy.opts.Now()), false)
	}
}

func (c *connection) readHead() (*wire.Request, error) {
	if first, _ := c.br.Peek(1); len(first) == 1 && first[0] == 0x16 { // a TLS handshake record (RFC 8446, section 5.1)
		return nil, errTLS
	}
	return readHead(c.br, c.transport, c.proxy.opts.Limits.Head)
}

// check refuses what this proxy does not take.
func (c *connection) check(req *wire.Request) (framing, error) {
	if req.Method == http.MethodConnect {
		return framing{}, ErrNestedTunnel
	}
	if err := endpoint.CheckHead(req); err != nil {
		return framing{}, err
	}
	if t := wire.SplitTarget(req.Target); c.tunnel == "" && c.proxy.opts.Forward && (t.Authority == "" || t.Scheme != "http" && t.Scheme != "https") {
		return framing{}, ErrNotProxied
	}
	return framingOf(req)
}

// answer answers as the service would.
func (c *connection) answer(x *Exchange, body framing) bool {
	opts, req := &c.proxy.opts, x.Request
	c.raw.forEach(opts.Patience.Body)
	err := c.invite(req)
	k := &kept{limit: opts.Limits.Body}
	if err == nil {
		err = copyBody(refuseMore{k}, c.br, body, k)
	}
	if err == nil {
		_, err = refuseMore{k}.Write(nil)
	}
	req.Body, x.Truncated = string(k.content), k.truncated
	again := err == nil && endpoint.KeepsAlive(req)
	now := opts.Now()
	switch probe := endpoint.ProbeOf(req); {
	case err != nil:
		x.Err = fmt.Errorf("reading the request: %w", err)
		c.write(x, endpoint.AnswerUnread(opts.Dialect, err, req, now), false)
	case probe != "":
		x.Probe = probe
		c.write(x, endpoint.AnswerProbe(probe, req, now), again)
	default:
		v := opts.Verifier.Verify(req)
		x.Verification = v
		c.write(x, endpoint.Answer(opts.Dialect, v, req, now), again)
	}
	return again && x.Err == nil
}

// refuseMore fails when more has come than is kept: there is no reason to read
// on where nothing is forwarded.
type refuseMore struct{ *kept }

// Write implements [io.Writer].
func (r refuseMore) Write(p []byte) (int, error) {
	if r.truncated {
		return 0, fmt.Errorf("body: %w of %d bytes", wire.ErrTooLarge, r.limit)
	}
	return len(p), nil
}

// invite answers Expect: 100-continue.
func (c *connection) invite(req *wire.Request) error {
	if expect, _ := req.Header("Expect"); !wire.EqualFold(expect, "100-continue") || req.Proto == "HTTP/1.0" {
		return nil
	}
	_, err := io.WriteString(c.conn, "HTTP/1.1 100 Continue\r\n\r\n")
	return err
}

// write sends an answer of the proxy's own and notes its status.
func (c *connection) write(x *Exchange, r endpoint.Response, again bool) {
	connection := "close"
	if again {
		connection = "keep-alive"
	}
	r.Headers = append(r.Headers, wire.Header{Name: "Connection", Value: connection})
	if _, err := c.conn.Write(r.AppendHTTP(nil)); err != nil {
		if x.Err == nil {
			x.Err = fmt.Errorf("writing the answer: %w", err)
		}
		return
	}
	x.Status = r.Status
	x.Code, x.EC = r.Refusal()
}

// gatewayError is what a proxy says when it has no answer of the server.
func (c *connection) gatewayError(x *Exchange, status int) {
	text := "countersign: " + x.Err.Error() + "\n"
	r := endpoint.Response{Status: status, Headers: []wire.Header{
		{Name: "Date", Value: c.proxy.opts.Now().UTC().Format(http.TimeFormat)},
		{Name: "Content-Type", Value: "text/plain; charset=utf-8"},
		{Name: "Content-Length", Value: strconv.Itoa(len(text))},
	}, Body: text}
	if x.Request.Method == http.MethodHead {
		r.Body = ""
	}
	c.write(x, r, false)
}

// hangUp ends a connection whose client may still be sending: closing it with
// bytes unread would reset it, and the client would lose the answer.
func (c *connection) hangUp() {
	c.within(c.proxy.opts.Patience.Drain, false)
	half, ok := c.conn.(interface{ CloseWrite() error })
	if ok && half.CloseWrite() == nil {
		io.CopyN(io.Discard, c.br, 64<<20)
	}
}
