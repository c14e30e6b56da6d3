package endpoint

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/wire"
)

// Client sends requests byte for byte.
type Client struct {
	// AnyAddress lets it connect to addresses that are not of this machine.
	// Without it, only literal loopback addresses are dialed and no name is
	// resolved.
	AnyAddress bool
	// Limits bound the response; zero means wire.DefaultLimits.
	Limits wire.Limits
	// TLS, if not nil, has requests whose transport is https sent over TLS; the
	// certificate must be one of the request's host. Without it everything goes
	// over plain HTTP.
	TLS *tls.Config
}

// ErrNotLoopback is returned for an address that is not one of this machine.
var ErrNotLoopback = errors.New("not a loopback address")

// Send is [Client.Send] of a client that connects to this machine alone.
func Send(ctx context.Context, addr string, req *wire.Request) (*Response, error) {
	return new(Client).Send(ctx, addr, req)
}

// Send connects to addr (host:port), whatever the host of req is, over plain HTTP
// unless the client has TLS, writes req and reads one response. It follows no
// redirection. It writes the bytes
// of [wire.Request.AppendHTTP] and adds nothing, but for a Content-Length line
// behind the last header where there is a body and neither Content-Length nor
// Transfer-Encoding. Interim responses are skipped.
func (c *Client) Send(ctx context.Context, addr string, req *wire.Request) (*Response, error) {
	if !c.AnyAddress {
		if at, err := netip.ParseAddrPort(addr); err != nil || !at.Addr().IsLoopback() {
			return nil, fmt.Errorf("send to %s: %w; it takes an address such as 127.0.0.1:8080", addr, ErrNotLoopback)
		}
	}
	conn, err := c.dial(ctx, addr, req)
	if err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	// A server may answer before it has read everything, so both go on at once.
	written := make(chan error, 1)
	go func() {
		_, err := conn.Write(requestBytes(req))
		written <- err
	}()
	response, err := readResponse(bufio.NewReader(conn), req.Method, c.Limits)
	if err != nil {
		conn.Close()
	} else {
		conn.SetWriteDeadline(time.Now().Add(afterAnswer))
	}
	writeErr := <-written
	switch {
	case err == nil:
		return response, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("send to %s: %w", addr, ctx.Err())
	case writeErr != nil && !errors.Is(writeErr, net.ErrClosed):
		return nil, fmt.Errorf("send to %s: %w", addr, writeErr)
	}
	return nil, fmt.Errorf("send to %s: reading the response: %w", addr, err)
}

// dial connects, over TLS where that is asked for.
func (c *Client) dial(ctx context.Context, addr string, req *wire.Request) (net.Conn, error) {
	if c.TLS == nil || req.Transport != "https" {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	config := c.TLS.Clone()
	config.NextProtos = []string{"http/1.1"}
	if config.ServerName == "" {
		config.ServerName = hostname(req.Host())
	}
	return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", addr)
}

// hostname is an authority without its port, and an IPv6 address without its
// brackets.
func hostname(authority string) string {
	if host, _, err := net.SplitHostPort(authority); err == nil {
		return host
	}
	return strings.Trim(authority, "[]")
}

// afterAnswer is how long a server that has answered may go on reading.
const afterAnswer = 250 * time.Millisecond

func requestBytes(req *wire.Request) []byte {
	raw := req.AppendHTTP(nil)
	_, hasLength := req.Header("Content-Length")
	_, hasCoding := req.Header("Transfer-Encoding")
	if req.Body == "" || hasLength || hasCoding {
		return raw
	}
	lineBreak := "\r\n"
	head := string(raw[:len(raw)-len(req.Body)])
	if !strings.HasSuffix(head, "\r\n") {
		lineBreak = "\n"
	}
	head = strings.TrimSuffix(head, lineBreak)
	return []byte(head + "Content-Length: " + strconv.Itoa(len(req.Body)) + lineBreak + lineBreak + req.Body)
}

// errNoBody ends the reading of a response that has none.
var errNoBody = errors.New("a response without a body")

// readResponse reads one final response. The head of a response has the shape
// of that of a request, three words and header lines, and its body is
// delimited in the same ways, so that wire reads it: the version stands where
// a request has its method, status and reason where it has its target.
func readResponse(br *bufio.Reader, method string, limits wire.Limits) (*Response, error) {
	for {
		var status int
		delimited := false
		message, err := wire.ReadRequest(br, "http", limits, func(head *wire.Request) (err error) {
			if status, err = statusOf(head); err != nil {
				return err
			}
			_, hasLength := head.Header("Content-Length")
			_, hasCoding := head.Header("Transfer-Encoding")
			delimited = hasLength || hasCoding
			if method == "HEAD" || status < 200 || status == 204 || status == 304 {
				return errNoBody
			}
			return nil
		})
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case err != nil && !errors.Is(err, errNoBody):
			return nil, err
		case status < 200:
			continue
		}
		r := &Response{Status: status, Headers: message.Headers, Body: message.Body}
		if !delimited && err == nil { // to the end of the connection
			r.Body, err = readToEnd(br, limits)
			if err != nil {
				return nil, err
			}
		}
		return r, nil
	}
}

func statusOf(head *wire.Request) (int, error) {
	code, _, _ := strings.Cut(head.Target, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if !strings.HasPrefix(head.Method, "HTTP/1.") || err != nil || len(code) != 3 || status < 100 {
		return 0, &wire.SyntaxError{Where: "line 1", Rule: "a status line is `HTTP/1.1 200 OK`", Got: head.Method + " " + head.Target}
	}
	return int(status), nil
}

func readToEnd(br *bufio.Reader, limits wire.Limits) (string, error) {
	if limits == (wire.Limits{}) {
		limits = wire.DefaultLimits
	}
	body, err := io.ReadAll(io.LimitReader(br, int64(limits.Body)+1))
	if err == nil && len(body) > limits.Body {
		err = fmt.Errorf("body: %w of %d bytes", wire.ErrTooLarge, limits.Body)
	}
	return string(body), err
}
