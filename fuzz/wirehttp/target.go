// Package wirehttp is the fuzz target for raw HTTP: what was read is written
// as it was, byte for byte, and a server reads it no differently than a file.
package wirehttp

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/wire"
)

// Check takes data for a raw HTTP request.
func Check(data []byte) { fuzz.Run("wirehttp", data, check) }

func check(data []byte) {
	req, err := wire.ParseRequest(data, "http")
	if errors.Is(err, wire.ErrTooLarge) { // a chunk larger than any memory
		return
	}
	if err != nil {
		fuzz.Refusal("wire/http-refusal", err)
		return
	}
	written := req.AppendHTTP(nil)
	if !keeps(written, bytes.TrimLeft(data, "\r\n"), req) { // empty lines in front of a request are none of it
		fuzz.Fail("wire/http-roundtrip", "%q is written as %q", data, written)
	}
	fuzz.Resend("wire/http-roundtrip", req)
	back, err := wire.ParseRequest(written, "http")
	if err != nil || back.Head() != req.Head() {
		fuzz.Fail("wire/http-head", "the head %q is read back as %q, %v", req.Head(), back.Head(), err)
	}
	told(req)
	served(data, req)
}

// told checks that a request is the same behind the forms in which the suite
// keeps requests: a capture and the JSON of vectors.
func told(req *wire.Request) {
	captures, err := wire.ParseCapture(bytes.NewReader(wire.AppendCapture(nil, wire.Capture{ID: req.Target, Request: req})))
	if err != nil || len(captures) != 1 || captures[0].ID != req.Target || !fuzz.Same(captures[0].Request, req) {
		fuzz.Fail("wire/http-as-capture", "%q is as a capture %+v, %v", req.AppendHTTP(nil), captures, err)
	}
	text := req.AppendJSON(nil)
	var back wire.Request
	if err := back.UnmarshalJSON(text); err != nil || back.Method != req.Method || back.Target != req.Target || back.Body != req.Body || !slices.Equal(back.Headers, req.Headers) {
		fuzz.Fail("wire/http-as-json", "%q is as JSON %s, read as %+v, %v", req.AppendHTTP(nil), text, back, err)
	}
}

// keeps reports whether what was written is what was read. Two things may
// differ: a head that stops short of its empty line gets one, and a body in
// chunks may be cut into other chunks.
func keeps(written, read []byte, req *wire.Request) bool {
	if _, coded := req.Header("Transfer-Encoding"); coded {
		read = read[:min(len(read), len(req.Head()))]
		return bytes.HasPrefix(written, read)
	}
	if len(read) >= len(req.Head()) {
		return bytes.Equal(written, read)
	}
	added, kept := bytes.CutPrefix(written, read)
	return kept && len(bytes.Trim(added, "\r\n")) == 0
}

// served checks that a server reads the same head from a connection, and no
// other body than the first part of what follows.
func served(data []byte, req *wire.Request) {
	limits := wire.Limits{Head: 1 << 16, Body: 1 << 16}
	read, err := wire.ReadRequest(bufio.NewReaderSize(bytes.NewReader(data), 16), "http", limits, nil)
	if err != nil {
		return
	}
	if read.Method != req.Method || read.Target != req.Target || !slices.Equal(read.Headers, req.Headers) || !strings.HasPrefix(req.Body, read.Body) {
		fuzz.Fail("wire/http-server-differs", "a server reads %q\na file is read as %q", read.AppendHTTP(nil), req.AppendHTTP(nil))
	}
}
