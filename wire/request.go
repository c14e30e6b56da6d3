package wire

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Header is one header field as it stood on the wire.
type Header struct {
	Name  string // in the letter case it was written in
	Value string // without the SP and HT around it
}

// Request is an HTTP request as bytes.
type Request struct {
	Transport string // "http" or "https": what the connection was, not what the target says
	Method    string
	Target    string // the raw request target, origin-form or absolute-form
	Proto     string // the version of the request line; "" means HTTP/1.1
	Headers   []Header
	Body      string

	head string // the bytes the request was read from, if it was read
}

// Head returns the request head byte for byte, from the request line to the
// empty line, for a request that was read from raw HTTP or a capture, or from a
// curl command (the head curl sends). It is "" for every other request.
func (r *Request) Head() string { return r.head }

// Header returns the value of the first header with that name, compared
// without regard to ASCII letter case, and whether there is one.
func (r *Request) Header(name string) (string, bool) {
	for i := range r.Headers {
		if EqualFold(r.Headers[i].Name, name) {
			return r.Headers[i].Value, true
		}
	}
	return "", false
}

// HeaderCount counts the headers with that name.
func (r *Request) HeaderCount(name string) int {
	n := 0
	for i := range r.Headers {
		if EqualFold(r.Headers[i].Name, name) {
			n++
		}
	}
	return n
}

// SetHeader gives the first header with that name a value, or adds the header
// at the end. It changes the header list in place; [Request.Clone] makes one
// to change.
func (r *Request) SetHeader(name, value string) {
	for i := range r.Headers {
		if EqualFold(r.Headers[i].Name, name) {
			r.Headers[i].Value = value
			return
		}
	}
	r.Headers = append(r.Headers, Header{Name: name, Value: value})
}

// Clone returns a copy whose header list is its own, with room for extra
// headers. The copy was not read from a wire, so it has no [Request.Head].
func (r *Request) Clone(extra int) *Request {
	c := *r
	c.head = ""
	c.Headers = append(make([]Header, 0, len(r.Headers)+extra), r.Headers...)
	return &c
}

// Host returns the authority the request is meant for: that of an
// absolute-form target, else the Host header (RFC 9112, section 3.2.2).
func (r *Request) Host() string {
	if t := SplitTarget(r.Target); t.Authority != "" {
		return t.Authority
	}
	host, _ := r.Header("Host")
	return TrimBlanks(host)
}

// EqualFold compares two header names without regard to ASCII letter case.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// brokenRule returns the rule that keeps h from standing on a wire, or "".
func (h Header) brokenRule() string {
	switch {
	case h.Name == "":
		return "a header has a name in front of its colon"
	case strings.ContainsAny(h.Name, " \t"):
		return "a header name holds no blank (RFC 9112, section 5.1)"
	case strings.Contains(h.Name, ":"):
		return "a header name holds no colon (RFC 9110, section 5.1)"
	case breaksLine(h.Name) || breaksLine(h.Value):
		return "a header holds no CR, LF or NUL (RFC 9110, section 5.5)"
	}
	return ""
}

// breaksLine reports whether s cannot stand within one line of a head.
func breaksLine(s string) bool {
	return strings.IndexByte(s, '\r') >= 0 || strings.IndexByte(s, '\n') >= 0 || strings.IndexByte(s, 0) >= 0
}

// TrimBlanks removes SP and HT, and nothing else, from both ends of a header
// value (RFC 9110, section 5.5).
func TrimBlanks(s string) string {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// MarshalJSON writes {"transport","method","target","headers":[[name,value]…],"body"}
// with every byte string in the form of [Bytes].
func (r Request) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

// AppendJSON appends what [Request.MarshalJSON] writes.
func (r *Request) AppendJSON(dst []byte) []byte {
	// Not json.Marshal: it would write the ampersands of a query as \u0026.
	dst = AppendJSON(append(dst, `{"transport":`...), r.Transport)
	dst = AppendJSON(append(dst, `,"method":`...), r.Method)
	dst = AppendJSON(append(dst, `,"target":`...), r.Target)
	dst = append(dst, `,"headers":[`...)
	for i, h := range r.Headers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendJSON(append(dst, '['), h.Name)
		dst = AppendJSON(append(dst, ','), h.Value)
		dst = append(dst, ']')
	}
	dst = AppendJSON(append(dst, `],"body":`...), r.Body)
	return append(dst, '}')
}

// UnmarshalJSON reads what [Request.MarshalJSON] writes.
func (r *Request) UnmarshalJSON(data []byte) error {
	var in struct {
		Transport Bytes      `json:"transport"`
		Method    Bytes      `json:"method"`
		Target    Bytes      `json:"target"`
		Headers   [][]*Bytes `json:"headers"`
		Body      Bytes      `json:"body"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	*r = Request{Transport: string(in.Transport), Method: string(in.Method), Target: string(in.Target), Body: string(in.Body)}
	for i, pair := range in.Headers {
		// A [2]Bytes would drop a third member and invent a missing one.
		if len(pair) != 2 || pair[0] == nil || pair[1] == nil {
			return fmt.Errorf("request: header %d: want [name, value], got %d members", i+1, len(pair))
		}
		r.Headers = append(r.Headers, Header{string(*pair[0]), string(*pair[1])})
	}
	return nil
}
