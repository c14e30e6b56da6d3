package wire

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Capture is one recorded request and the name it was given.
type Capture struct {
	ID      string
	Request *Request
}

// ParseCapture reads capture NDJSON, one request a line:
//
//	{"id":"…","head":"<base64>","body":"<base64>","transport":"http"}
//
// head holds the bytes from the request line to the empty line, body the body
// without chunked framing; body may be missing, and so may transport, which is
// then "http". Lines may have any length; empty ones are skipped. Errors are of
// type [*SyntaxError], or wrap one, and name the line, unless r itself fails.
func ParseCapture(r io.Reader) ([]Capture, error) {
	var captures []Capture
	br := bufio.NewReader(r)
	for number := 1; ; number++ {
		line, err := br.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("capture line %d: %w", number, err)
		}
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte(utf8BOM))
		}
		if len(bytes.TrimSpace(line)) > 0 {
			c, err := parseCaptureLine(fmt.Sprintf("line %d", number), line)
			if err != nil {
				return nil, err
			}
			captures = append(captures, c)
		}
		if err == io.EOF {
			return captures, nil
		}
	}
}

func parseCaptureLine(where string, line []byte) (Capture, error) {
	var in struct {
		ID        Bytes   `json:"id"`
		Head      *string `json:"head"`
		Body      string  `json:"body"`
		Transport *string `json:"transport"`
	}
	if err := json.Unmarshal(line, &in); err != nil {
		return Capture{}, &SyntaxError{where, "not a line of a capture: " + err.Error(), ""}
	}
	if in.Head == nil {
		return Capture{}, &SyntaxError{where, `the member "head" is missing`, ""}
	}
	transport := "http"
	if in.Transport != nil {
		transport = *in.Transport
	}
	if transport != "http" && transport != "https" {
		return Capture{}, &SyntaxError{where + ", transport", "must be http or https", transport}
	}
	head, err := base64.StdEncoding.DecodeString(*in.Head)
	if err != nil {
		return Capture{}, &SyntaxError{where + ", head", err.Error(), *in.Head}
	}
	body, err := base64.StdEncoding.DecodeString(in.Body)
	if err != nil {
		return Capture{}, &SyntaxError{where + ", body", err.Error(), in.Body}
	}
	req, err := parseWholeHead(string(head), transport)
	if err != nil {
		return Capture{}, fmt.Errorf("%s, head: %w", where, err)
	}
	req.Body = string(body)
	return Capture{string(in.ID), req}, nil
}

// parseWholeHead reads a head behind which nothing stands.
func parseWholeHead(text, transport string) (*Request, error) {
	text = strings.TrimLeft(text, "\r\n")
	switch end := headEnd(text); {
	case end < 0:
		text = endHead(text)
	case end < len(text):
		return nil, &SyntaxError{fmt.Sprintf("byte %d", end), "what stands behind the empty line is no part of the head; it belongs into the body", text[end:]}
	}
	return parseHead(text, transport)
}

// AppendCapture appends the line [ParseCapture] reads, line break included.
func AppendCapture(dst []byte, c Capture) []byte {
	transport := c.Request.Transport
	if transport == "" {
		transport = "http"
	}
	dst = AppendJSON(append(dst, `{"id":`...), c.ID)
	dst = base64.StdEncoding.AppendEncode(append(dst, `,"head":"`...), c.Request.appendHead(nil))
	dst = base64.StdEncoding.AppendEncode(append(dst, `","body":"`...), []byte(c.Request.Body))
	dst = AppendJSON(append(dst, `","transport":`...), transport)
	return append(dst, "}\n"...)
}
