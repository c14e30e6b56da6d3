package packets

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/wire"
)

// requestBegins is how a connection begins that carries requests.
var requestBegins = regexp.MustCompile(`^(?:GET|PUT|POST|DELETE|HEAD|OPTIONS|COPY|PATCH) `)

// maxBody is how much of an answer is kept: an error document is short.
const maxBody = 1 << 20

// exchanges adds the requests and answers of a connection to a source.
func (c *connections) exchanges(source *paste.Source, conn *connection) {
	asked, answered := &conn.ways[0], &conn.ways[1]
	if !requestBegins.Match(asked.data) { // the capture may begin with an answer
		asked, answered = answered, asked
	}
	switch {
	case isTLS(asked.data), isTLS(answered.data):
		c.note("the connection between " + conn.name + " is encrypted (TLS) and cannot be read: capture the request before it is encrypted, for example with countersign watch")
		return
	case !requestBegins.Match(asked.data):
		if len(asked.data)+len(answered.data) > 0 {
			c.note("the connection between " + conn.name + " carries no HTTP request")
		}
		return
	case asked.cut, answered.cut:
		c.note("packets of the connection between " + conn.name + " are missing; what follows them was left out")
	}
	requests := bytes.NewReader(asked.data)
	in := bufio.NewReader(requests)
	answers := answered.data
	for {
		offset := len(asked.data) - requests.Len() - in.Buffered()
		req, err := wire.ReadRequest(in, "http", wire.Limits{Head: wire.DefaultLimits.Head, Body: paste.MaxSize}, nil)
		if req == nil {
			if err != io.EOF {
				c.note(fmt.Sprintf("the connection between %s cannot be read from byte %d on: %v", conn.name, offset, err))
			}
			return
		}
		e := paste.Exchange{Request: req, Seen: diagnose.OnTheWire, At: asked.at(offset)}
		e.Where = paste.Note{Source: c.name, Text: fmt.Sprintf("%s %s%s between %s", req.Method, req.Host(), pathOf(req), conn.name)}
		if err == nil {
			answers = answer(&e, answers)
		} else {
			e.Where.Text += ", its body cut off"
		}
		source.Exchanges = append(source.Exchanges, e)
		if err != nil {
			return
		}
	}
}

func pathOf(req *wire.Request) string {
	if t := wire.SplitTarget(req.Target); t.Authority == "" {
		return t.Path
	}
	return ""
}

func isTLS(data []byte) bool {
	return len(data) > 2 && data[0] == 0x16 && data[1] == 3
}

// answer reads the answer to a request from what the server sent, and returns
// what it sent behind it. Interim answers are passed over.
func answer(e *paste.Exchange, data []byte) []byte {
	for {
		head, _, ok := bytes.Cut(data, []byte("\r\n\r\n"))
		if !ok {
			return nil
		}
		rest := bytes.NewReader(data)
		in := bufio.NewReader(rest)
		// The framing of a body is left to the library; the head is taken as it
		// stands.
		resp, err := http.ReadResponse(in, &http.Request{Method: e.Request.Method})
		if err != nil {
			return nil
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
		}
		data = data[len(data)-rest.Len()-in.Buffered():]
		if resp.StatusCode < 200 {
			continue
		}
		e.Status, e.Body, e.Answer = resp.StatusCode, string(body), headers(string(head))
		e.Where.Text += fmt.Sprintf(", answered with %d", e.Status)
		if err != nil {
			return nil
		}
		return data
	}
}

// headers are the header lines of a head, in their order and letter case.
func headers(head string) []wire.Header {
	var list []wire.Header
	_, lines, _ := strings.Cut(head, "\r\n")
	for line := range strings.SplitSeq(lines, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			list = append(list, wire.Header{Name: name, Value: wire.TrimBlanks(value)})
		}
	}
	return list
}
