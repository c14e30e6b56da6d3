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

// connection is one client at a gate.
type connection struct {
	*net.TCPConn
	gate *gate
	br   *bufio.Reader
	held int64 // bytes of the request that is being read or answered
	done bool  // nothing more of what it sends is kept

	idle      bool      // under gate.mu: between requests, and waiting for the next
	asked     bool      // under gate.mu: it has sent something
	since     time.Time // when it became idle
	dismissed bool      // it made room: whatever deadline comes next has passed
}

func newConnection(g *gate, conn *net.TCPConn) *connection {
	c := &connection{TCPConn: conn, gate: g}
	c.br = bufio.NewReader(arriving{c})
	return c
}

// arriving is what a client sends, counted where the gate has a bound.
type arriving struct{ c *connection }

// errBusy ends a request for which there is no memory.
var errBusy = errors.New("the requests being read are over the bound of the server")

func (a arriving) Read(p []byte) (int, error) {
	n, err := a.c.TCPConn.Read(p)
	if g := a.c.gate; g.memory > 0 && !a.c.done {
		a.c.held += int64(n)
		if g.held.Add(int64(n)) > g.memory {
			return n, errBusy
		}
	}
	return n, err
}

// letGo gives back what a request held.
func (c *connection) letGo() {
	c.gate.held.Add(-c.held)
	c.held = 0
}

// serve answers requests one after the other, pipelined or not.
func (c *connection) serve() {
	defer c.gate.serving.Done()
	defer c.Close()
	defer c.gate.release(c)
	defer c.letGo()
	for c.await() && c.exchange() {
	}
}

// await waits for the first byte of a request.
func (c *connection) await() bool {
	c.within(c.gate.patience.Idle, true)
	_, err := c.br.Peek(1)
	for looked := false; !looked && errors.Is(err, os.ErrDeadlineExceeded) && c.gate.closing(); {
		began := time.Now()
		c.within(linger, true)
		_, err = c.br.Peek(1)
		looked = inTime(began)
	}
	return err == nil
}

// within sets the deadline of what comes next. A gate that is closing grants
// no more than its own.
func (c *connection) within(d time.Duration, idle bool) {
	g := c.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if c.idle = idle; idle {
		c.since = now
	} else {
		c.asked = true
	}
	deadline := now.Add(d)
	if !g.closeBy.IsZero() {
		if idle {
			deadline = now.Add(linger)
		}
		if g.closeBy.Before(deadline) {
			deadline = g.closeBy
		}
	}
	if c.dismissed { // it may not have begun to wait when it was
		deadline = longAgo
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
	g := c.gate
	defer c.letGo()
	x := &Exchange{}
	noted := false
	note := func() bool {
		if !noted {
			x.Arrived = time.Now()
			noted = g.note(x)
		}
		return noted
	}
	c.within(g.patience.Head, false)
	req, err := c.read(func(req *wire.Request) error {
		if !note() {
			return errTooMany
		}
		if err := checkHead(req); err != nil {
			return err
		}
		c.within(g.patience.Body, false)
		return c.invite(req)
	})
	if errors.Is(err, io.EOF) && !noted || !note() {
		return false // nothing came but line breaks, or too much
	}
	x.Request = req
	response := c.affordable(x, c.answer(x, err))
	x.Operation, x.Code, x.EC, x.Foreign = response.operation, response.code, response.ec, response.foreign
	again := x.Err == nil && x.Probe != ProbeConnect && keepsAlive(req)
	c.write(x, response, again)
	x.Took = time.Since(x.Arrived)
	if g.log != nil {
		g.log(*x)
	}
	if err != nil {
		c.hangUp()
	}
	return again && x.Err == nil
}

// answer decides what is said to a request that was read, or not read for err.
func (c *connection) answer(x *Exchange, err error) (r Response) {
	g, req, now := c.gate, x.Request, c.gate.now()
	if err != nil {
		x.Err = fmt.Errorf("reading the request: %w", err)
		return refuseUnread(g.dialect, classOf(err, req), req, now)
	}
	bug := guard(func() error {
		if x.Probe = ProbeOf(req); x.Probe != "" {
			r = answerProbe(x.Probe, req, now)
			return nil
		}
		x.Verification = g.verifier.Verify(req)
		r = answerFrom(g.backend, g.dialect, x.Verification, req, now)
		return nil
	})
	if bug != nil {
		x.Err = fmt.Errorf("answering the request: %w", bug)
		return refuseUnread(g.dialect, classOf(bug, req), req, now)
	}
	return r
}

// affordable counts a refusal among what the gate holds: it repeats the request,
// several times over, for as long as the client takes to read it. Where there is
// no room left, the answer is that there is none.
func (c *connection) affordable(x *Exchange, r Response) Response {
	g := c.gate
	if g.memory == 0 || r.code == "" {
		return r
	}
	c.held += int64(len(r.Body))
	if g.held.Add(int64(len(r.Body))) <= g.memory || len(r.Body) <= longestHeadDocument {
		return r
	}
	c.letGo()
	x.Err = fmt.Errorf("answering the request: %w", errBusy)
	return refuseUnread(g.dialect, busy, x.Request, g.now())
}

func (c *connection) read(onHead func(*wire.Request) error) (req *wire.Request, err error) {
	if first, _ := c.br.Peek(1); len(first) == 1 && first[0] == 0x16 { // a TLS handshake record (RFC 8446, section 5.1)
		return nil, errTLS
	}
	err = guard(func() error {
		req, err = wire.ReadRequest(c.br, "http", c.gate.limits, onHead)
		return err
	})
	return req, err
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
	case errors.As(err, new(*Panic)):
		return broken
	case errors.Is(err, errBusy):
		return busy
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
	if err := c.send(&r); err != nil {
		if x.Err == nil {
			x.Err = fmt.Errorf("writing the answer: %w", err)
		}
		return
	}
	x.Status = r.Status
}

// largestPiece is how much of an answer is copied to be written.
const largestPiece = 64 << 10

// send writes an answer piece by piece: a client that takes a large one slowly
// has the time Patience.Write for each.
func (c *connection) send(r *Response) error {
	body := r.Body
	r.Body = body[:min(len(body), largestPiece)]
	piece := r.AppendHTTP(nil)
	for rest := body[len(r.Body):]; ; {
		c.within(c.gate.patience.Write, false)
		if _, err := c.Write(piece); err != nil || rest == "" {
			return err
		}
		n := min(len(rest), largestPiece)
		piece, rest = append(piece[:0], rest[:n]...), rest[n:]
	}
}

// hangUp ends a connection whose client may still be sending: closing it with
// bytes unread would reset it, and the client would lose the answer.
func (c *connection) hangUp() {
	c.letGo()
	c.done = true
	c.within(c.gate.patience.Drain, false)
	if c.CloseWrite() == nil {
		io.CopyN(io.Discard, c.br, 64<<20)
	}
}
