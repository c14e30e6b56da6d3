package proxy

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// open answers CONNECT and goes on inside the tunnel, which ends here: the
// client meets the proxy in place of the server.
func (c *connection) open(req *wire.Request) bool {
	p := c.proxy
	host, port, err := net.SplitHostPort(req.Target)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil || host == "" {
		x := &Exchange{ID: p.nextID(), Request: req, Probe: endpoint.ProbeConnect, Err: &wire.SyntaxError{Where: "line 1", Rule: "the target of CONNECT is host:port (RFC 9110, section 9.3.6)", Got: req.Target}}
		c.write(x, endpoint.AnswerUnread(p.opts.Dialect, x.Err, req, p.opts.Now()), false)
		p.log(x)
		c.hangUp()
		return false
	}
	if _, err := io.WriteString(c.conn, "HTTP/1.1 200 Connection Established\r\n\r\n"); err != nil {
		return false
	}
	c.tunnel = req.Target
	if err := c.await(); err != nil {
		c.emptyTunnel(err)
		return false
	}
	if first, _ := c.br.Peek(1); first[0] != 0x16 {
		return true // plain HTTP
	}
	if p.opts.Authority == nil {
		p.log(&Exchange{Tunnel: c.tunnel, Err: ErrNoAuthority})
		return false
	}
	c.within(p.opts.Patience.Head, false)
	session := tls.Server(buffered{c.raw, c.br}, p.opts.Authority.config(host))
	if err := session.Handshake(); err != nil {
		p.log(&Exchange{Tunnel: c.tunnel, Err: fmt.Errorf("%w: %w", ErrTLSRefused, err)})
		return false
	}
	c.conn, c.br, c.transport = session, bufio.NewReader(session), "https"
	return true
}

// emptyTunnel notes a tunnel in which no request came. A client that does not
// trust the certificate says so where a request would stand (RFC 8446, section
// 6.2), or says nothing.
func (c *connection) emptyTunnel(err error) {
	why := ErrEmptyTunnel
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" || errors.As(err, new(tls.AlertError)) {
		why = ErrTLSRefused
	}
	c.proxy.log(&Exchange{Tunnel: c.tunnel, Err: fmt.Errorf("%w: %w", why, err)})
}

// buffered is a connection of which something has been read ahead.
type buffered struct {
	*patient
	br *bufio.Reader
}

func (b buffered) Read(p []byte) (int, error) { return b.br.Read(p) }
