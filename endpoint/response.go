package endpoint

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/countersign/countersign/wire"
)

// Response is an HTTP response as bytes.
type Response struct {
	Status  int
	Headers []wire.Header
	Body    string

	operation string // the name of the operation it answers
	code, ec  string // of a refusal
	foreign   bool   // the service does not know the scheme of the request
}

// Header returns the value of the first header of that name, compared without
// regard to letter case, and whether there is one.
func (r *Response) Header(name string) (string, bool) {
	for i := range r.Headers {
		if wire.EqualFold(r.Headers[i].Name, name) {
			return r.Headers[i].Value, true
		}
	}
	return "", false
}

// Refusal returns the code and, of OSS, the EC of an answer that is a refusal.
func (r *Response) Refusal() (code, ec string) { return r.code, r.ec }

// AppendHTTP appends the response as raw HTTP/1.1, its headers in their order
// and nothing added: a response that is to be followed by another one must
// carry its Content-Length.
func (r *Response) AppendHTTP(dst []byte) []byte {
	size := 64 + len(r.Body)
	for i := range r.Headers {
		size += len(r.Headers[i].Name) + len(r.Headers[i].Value) + 4
	}
	dst = slices.Grow(dst, size)
	dst = strconv.AppendInt(append(dst, "HTTP/1.1 "...), int64(r.Status), 10)
	dst = append(append(append(dst, ' '), http.StatusText(r.Status)...), "\r\n"...)
	for _, h := range r.Headers {
		dst = append(append(dst, h.Name...), ": "...)
		dst = append(append(dst, h.Value...), "\r\n"...)
	}
	return append(append(dst, "\r\n"...), r.Body...)
}
