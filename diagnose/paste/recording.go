package paste

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// recording reads a HAR file or capture NDJSON. done is false for JSON that is
// neither: a log, or an exception, whose text is then read.
func (c *collection) recording(s *Source, data []byte) (done bool, err error) {
	var top struct {
		Log  json.RawMessage `json:"log"`
		Head json.RawMessage `json:"head"`
	}
	// Of NDJSON the first line tells; what stands behind it is no error here.
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&top); err != nil {
		return false, nil
	}
	switch {
	case len(top.Log) > 0 && top.Log[0] == '{':
		entries, err := wire.ParseHAR(data)
		if err != nil {
			return true, fmt.Errorf("%s: %w", s.Name, err)
		}
		return true, c.har(s, entries)
	case len(top.Head) > 0:
		captures, err := wire.ParseCapture(bytes.NewReader(data))
		if err != nil {
			return true, fmt.Errorf("%s: %w", s.Name, err)
		}
		for i, recorded := range captures {
			c.addExchange(Exchange{Request: recorded.Request, Seen: diagnose.SeenAnywhere, Where: Note{
				Source: s.Name, Text: fmt.Sprintf("request %d of the capture, %s", i+1, summary(recorded.Request)),
			}})
		}
		return true, nil
	}
	return false, nil
}

// har adds the entries of a HAR file, or the one that was asked for. What a
// browser records is what its page asked for: it sends no header that it does
// not list.
func (c *collection) har(s *Source, entries []wire.HAREntry) error {
	found := false
	for _, entry := range entries {
		if s.Entry != 0 && entry.Index != s.Entry {
			continue
		}
		found = true
		e := Exchange{Request: entry.Request, Seen: diagnose.AtClient, Where: Note{
			Source: s.Name, Text: fmt.Sprintf("entry %d of the HAR file, %s", entry.Index, summary(entry.Request)),
		}}
		if at, err := time.Parse(time.RFC3339Nano, entry.StartedAt); err == nil {
			e.At = at
		}
		if r := entry.Response; r != nil && r.Status != 0 {
			e.Status, e.Answer, e.Body = r.Status, r.Headers, r.Body
			e.Where.Text += fmt.Sprintf(", answered with %d", r.Status)
		}
		c.addExchange(e)
	}
	if !found && s.Entry != 0 {
		return fmt.Errorf("%s: the HAR file has %d requests, and no entry %d among them", s.Name, len(entries), s.Entry)
	}
	return nil
}

// summary names a request: its method, host and path. The query may hold
// credentials.
func summary(req *wire.Request) string {
	target := wire.SplitTarget(req.Target)
	host := req.Host()
	if len(host) > 80 {
		host = host[:80] + "…"
	}
	path := target.Path
	if len(path) > 80 {
		path = path[:80] + "…"
	}
	if req.Method == "" {
		return host + path + " (of the request no more is known)"
	}
	return req.Method + " " + host + path
}

// answered takes the error document out of an answer: its body, or the headers
// that stand in for it where there is none.
func answered(e Exchange) (document, bool) {
	where := e.Where
	if strings.Contains(e.Body, "<Error") {
		if d, err := diagnose.ParseErrorDocument([]byte(e.Body)); err == nil {
			where.Text = "the error document in the answer to " + where.Text
			return document{ErrorDocument: d, status: e.Status, where: where}, true
		}
	}
	d, done, ok := documentOfHeaders(e.Answer)
	if e.Request == nil {
		where.Text = "the headers of " + where.Text
	} else {
		where.Text = "the headers of the answer to " + where.Text
	}
	return document{ErrorDocument: d, status: e.Status, where: where, done: done}, ok
}
