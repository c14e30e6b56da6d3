package paste

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// What http.client of Python prints when its debuglevel is set, below requests
// and with it below the Python SDKs: the bytes that it sends, and the answer line
// by line.
const (
	pythonSends   = "send: b"
	pythonReply   = "reply: "
	pythonReplied = "header: "
)

var pythonStatus = regexp.MustCompile(`^HTTP/[0-9.]+ ([2-5][0-9][0-9])`)

// pythonWire reads the requests and answers that http.client prints.
func (c *collection) pythonWire(t *text) {
	if !strings.Contains(t.all, pythonSends) && !strings.Contains(t.all, pythonReply) {
		return
	}
	var open Exchange
	flush := func() {
		if open.Request != nil || open.Status != 0 {
			c.addExchange(open)
		}
		open = Exchange{}
	}
	for i := range t.lines {
		line, from, to := t.line(i), t.lines[i], t.end(i)
		switch {
		case strings.HasPrefix(line, pythonSends):
			sent := quoted(line[len(pythonSends):])
			req, err := wire.ParseRequest([]byte(sent), "http")
			switch {
			case err == nil && len(req.Headers) > 0:
				flush()
				open = Exchange{Request: req, Seen: diagnose.AtClient, Where: t.note(from, to, summary(req)+", as http.client of Python sends it")}
			case open.Request != nil && open.Status == 0:
				open.Request.Body += sent
			default:
				continue
			}
		case strings.HasPrefix(line, pythonReply):
			m := pythonStatus.FindStringSubmatch(quoted(line[len(pythonReply):]))
			if m == nil {
				continue
			}
			if open.Where.Text == "" {
				open.Where = t.note(from, to, "an answer")
			}
			open.Status, _ = strconv.Atoi(m[1])
			open.Where.Text += ", answered with " + m[1]
		case strings.HasPrefix(line, pythonReplied) && open.Status != 0:
			name, value, ok := strings.Cut(line[len(pythonReplied):], ":")
			if !ok {
				continue
			}
			open.Answer = append(open.Answer, wire.Header{Name: name, Value: wire.TrimBlanks(value)})
		default:
			continue
		}
		open.Where.Last = i + 1
		t.take(from, to)
	}
	flush()
}

// quoted is what stands between the quotes that text begins with, "" if there
// are none.
func quoted(text string) string {
	if text == "" || text[0] != '\'' && text[0] != '"' {
		return ""
	}
	if n := closingQuote(text); n > 0 {
		return unescaped(text[1:n])
	}
	return ""
}
