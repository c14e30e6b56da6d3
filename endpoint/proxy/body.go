package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/countersign/countersign/wire"
)

// framing says how a body is delimited.
type framing struct {
	chunked bool
	toEnd   bool  // of the connection
	length  int64 // else
}

func (f framing) empty() bool { return !f.chunked && !f.toEnd && f.length == 0 }

// framingOf reads the framing of a message from its headers. What two readers
// could understand in two ways is an error: a proxy that guesses lets requests
// through that nobody sees (RFC 9112, section 11.2).
func framingOf(head *wire.Request) (framing, error) {
	coding, coded := head.Header("Transfer-Encoding")
	length, sized := head.Header("Content-Length")
	for _, h := range head.Headers {
		if wire.EqualFold(h.Name, "Content-Length") && h.Value != length {
			return framing{}, &wire.SyntaxError{Where: "header Content-Length", Rule: "two lengths must not differ (RFC 9112, section 6.3)", Got: h.Value}
		}
	}
	switch {
	case coded && sized:
		return framing{}, &wire.SyntaxError{Where: "header Transfer-Encoding", Rule: "it does not stand beside Content-Length (RFC 9112, section 6.2)", Got: coding}
	case coded && (!wire.EqualFold(coding, "chunked") || head.HeaderCount("Transfer-Encoding") > 1):
		return framing{}, &wire.SyntaxError{Where: "header Transfer-Encoding", Rule: "only chunked is understood, and only once", Got: coding}
	case coded:
		return framing{chunked: true}, nil
	case !sized:
		return framing{}, nil
	}
	n, err := strconv.ParseUint(length, 10, 63)
	if err != nil {
		return framing{}, &wire.SyntaxError{Where: "header Content-Length", Rule: "must be a decimal number", Got: length}
	}
	return framing{length: int64(n)}, nil
}

// kept holds the beginning of a body.
type kept struct {
	limit     int
	content   []byte
	truncated bool
}

// Write implements [io.Writer]. It never fails.
func (k *kept) Write(p []byte) (int, error) {
	room := min(len(p), k.limit-len(k.content))
	k.content = append(k.content, p[:room]...)
	k.truncated = k.truncated || room < len(p)
	return len(p), nil
}

// errSource marks an error of the side a body is read from.
type errSource struct{ error }

func (e errSource) Unwrap() error { return e.error }

// copyBody copies a body in its framing, byte for byte, and hands its content
// to keep. An error of src is an errSource, every other one is of dst.
func copyBody(dst io.Writer, src *bufio.Reader, f framing, keep io.Writer) error {
	switch {
	case f.toEnd:
		_, err := io.Copy(io.MultiWriter(dst, keep), source{src})
		return err
	case f.chunked:
		return copyChunks(dst, src, keep)
	}
	return copyBytes(io.MultiWriter(dst, keep), src, f.length)
}

// source marks the errors of a reader, and hides its WriteTo.
type source struct{ r *bufio.Reader }

func (s source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		err = errSource{err}
	}
	return n, err
}

func copyBytes(dst io.Writer, src *bufio.Reader, n int64) error {
	_, err := io.CopyN(dst, source{src}, n)
	if err == io.EOF {
		return errSource{io.ErrUnexpectedEOF}
	}
	return err
}

// copyChunks copies a chunked body with its trailer fields (RFC 9112, section 7.1).
func copyChunks(dst io.Writer, src *bufio.Reader, keep io.Writer) error {
	for {
		line, err := copyLine(dst, src)
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseUint(wire.TrimBlanks(size), 16, 62)
		if err != nil {
			return errSource{&wire.SyntaxError{Where: "chunk size", Rule: "must be hexadecimal (RFC 9112, section 7.1)", Got: line}}
		}
		if n == 0 {
			break
		}
		if err := copyBytes(io.MultiWriter(dst, keep), src, int64(n)); err != nil {
			return err
		}
		if line, err = copyLine(dst, src); err != nil {
			return err
		}
		if line != "" {
			return errSource{&wire.SyntaxError{Where: "chunk end", Rule: "a chunk ends with a line break (RFC 9112, section 7.1)", Got: line}}
		}
	}
	for trailer := 0; ; {
		line, err := copyLine(dst, src)
		if err != nil || line == "" {
			return err
		}
		if trailer += len(line); trailer > wire.DefaultLimits.Head {
			return errSource{fmt.Errorf("trailer fields: %w", wire.ErrTooLarge)}
		}
	}
}

// copyLine copies a line and returns it without its end.
func copyLine(dst io.Writer, src *bufio.Reader) (string, error) {
	line, err := src.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", errSource{&wire.SyntaxError{Where: "chunk framing", Rule: "a line is too long"}}
	case err == io.EOF:
		return "", errSource{io.ErrUnexpectedEOF}
	case err != nil:
		return "", errSource{err}
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
	_, err = dst.Write(line)
	return text, err
}
