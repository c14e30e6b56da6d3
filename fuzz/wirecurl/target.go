// Package wirecurl is the fuzz target for the reader of curl command lines: it
// refuses in words, what it reads can be sent, and the command line it writes
// for that is read as the same request.
package wirecurl

import (
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/wire"
)

// Check takes data for a command line.
func Check(data []byte) { fuzz.Run("wirecurl", data, check) }

func check(data []byte) {
	req, err := wire.ParseCurl(string(data))
	if err != nil {
		fuzz.Refusal("wire/curl-refusal", err)
		return
	}
	fuzz.Resend("wire/curl-resend", req)
	command := req.CurlCommand()
	if strings.HasPrefix(command, "#") { // a comment: curl cannot send it
		return
	}
	back, err := wire.ParseCurl(command)
	if err != nil {
		fuzz.Fail("wire/curl-rewrite-refused", "%q is written as %q: %v", data, command, err)
	}
	if !fuzz.Same(withoutLength(back), withoutLength(req)) {
		fuzz.Fail("wire/curl-rewrite", "%q is written as %q\nand read as %q\ninstead of %q", data, command, back.AppendHTTP(nil), req.AppendHTTP(nil))
	}
}

// withoutLength returns req without a Content-Length at its end: curl adds one to
// a body.
func withoutLength(req *wire.Request) *wire.Request {
	c := req.Clone(0)
	if n := len(c.Headers); n > 0 && c.Headers[n-1].Name == "Content-Length" {
		c.Headers = c.Headers[:n-1]
	}
	return c
}
