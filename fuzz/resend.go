package fuzz

import (
	"errors"
	"slices"

	"github.com/countersign/countersign/wire"
)

// Resend checks that a request a reader accepted can be sent: written as raw
// HTTP it is read as the same request. It fails with room/property, such as
// "wire/har-resend".
func Resend(class string, req *wire.Request) {
	raw := req.AppendHTTP(nil)
	back, err := wire.ParseRequest(raw, req.Transport)
	if err != nil {
		Fail(class, "written as %q it is refused: %v", raw, err)
	}
	if !Same(back, req) {
		Fail(class, "written as %q it is read as %q", raw, back.AppendHTTP(nil))
	}
}

// Same reports whether a server sees no difference between two requests. A
// version that was not named is HTTP/1.1.
func Same(a, b *wire.Request) bool {
	return a.Transport == b.Transport && a.Method == b.Method && a.Target == b.Target && version(a) == version(b) &&
		a.Body == b.Body && slices.Equal(a.Headers, b.Headers)
}

func version(r *wire.Request) string {
	if r.Proto == "" {
		return "HTTP/1.1"
	}
	return r.Proto
}

// Refusal checks that the error of a reader is one a person can act on: it
// names a place and a rule.
func Refusal(class string, err error) {
	var syntax *wire.SyntaxError
	if !errors.As(err, &syntax) || syntax.Where == "" || syntax.Rule == "" {
		Fail(class, "the error is no *wire.SyntaxError with place and rule, but %T: %v", err, err)
	}
}
