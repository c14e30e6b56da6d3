package proxy

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/countersign/countersign/wire"
)

// errHeadOnly ends the reading of a message behind its head.
var errHeadOnly = errors.New("the head was read")

// readHead reads the head of a request or, taken for one, of a response.
func readHead(br *bufio.Reader, transport string, limit int) (*wire.Request, error) {
	head, err := wire.ReadRequest(br, transport, wire.Limits{Head: limit, Body: 1}, func(*wire.Request) error { return errHeadOnly })
	if errors.Is(err, errHeadOnly) {
		return head, nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF // not reached: the function above always ends it
	}
	return nil, err
}

// hopByHop are the headers that are for the proxy and not for the server,
// besides those that Connection names.
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Upgrade"}

// forwarded is the head of a request as it goes to the server. Every line that
// stays, stays byte for byte.
func forwarded(req *wire.Request) []byte {
	t := wire.SplitTarget(req.Target)
	line, rest, _ := strings.Cut(req.Head(), "\n")
	lines := strings.SplitAfter(rest, "\n")
	drop := dropped(req)
	out := make([]byte, 0, len(req.Head())+len(t.Authority))
	if t.Authority == "" {
		out = append(append(out, line...), '\n')
	} else {
		out = append(out, req.Method+" "+originForm(req.Method, t)+" "+req.Proto...)
		out = append(out, lineEnd(line+"\n")...)
	}
	hosted := false
	for _, l := range lines {
		name, value, isHeader := strings.Cut(l, ":")
		switch {
		case isHeader && drop(name):
			continue
		case isHeader && t.Authority != "" && wire.EqualFold(name, "Host"):
			if hosted {
				continue
			}
			hosted = true
			if wire.TrimBlanks(strings.TrimRight(value, "\r\n")) != t.Authority {
				l = name + ": " + t.Authority + lineEnd(l)
			}
		case !isHeader && t.Authority != "" && !hosted: // the empty line
			hosted = true
			l = "Host: " + t.Authority + lineEnd(l) + l
		}
		out = append(out, l...)
		if !isHeader {
			break
		}
	}
	return out
}

// originForm is a target as a server is asked for it (RFC 9112, section 3.2.1
// and, for OPTIONS without a path, 3.2.4).
func originForm(method string, t wire.Target) string {
	t.Scheme, t.Authority = "", ""
	if t.Path == "" {
		if t.Path = "/"; method == "OPTIONS" && !t.HasQuery {
			t.Path = "*"
		}
	}
	return t.String()
}

func lineEnd(line string) string {
	if strings.HasSuffix(line, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// dropped says which headers of a request end at the proxy. What says how the
// body is delimited and whom the request is for cannot be named by Connection.
func dropped(req *wire.Request) func(name string) bool {
	names := hopByHop
	for _, h := range req.Headers {
		if !wire.EqualFold(h.Name, "Connection") {
			continue
		}
		for option := range strings.SplitSeq(h.Value, ",") {
			switch option = strings.ToLower(wire.TrimBlanks(option)); option {
			case "", "host", "content-length", "transfer-encoding", "authorization":
			default:
				names = append(names[:len(names):len(names)], option)
			}
		}
	}
	return func(name string) bool {
		for _, n := range names {
			if wire.EqualFold(n, name) {
				return true
			}
		}
		return false
	}
}
