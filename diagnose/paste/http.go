package paste

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// Heads as they stand in a text: alone, behind the > and < of curl -v, or behind
// what a logger puts in front of each line. The line ends with the version, or
// the reason; an access log goes on behind it.
var (
	requestLine = regexp.MustCompile(`^((?:.*[^A-Z])?)((?:GET|PUT|POST|DELETE|HEAD|OPTIONS|COPY|PATCH) \S.* HTTP/[12](?:\.[0-9])?)[ \t]*$`)
	statusLine  = regexp.MustCompile(`^((?:.*[^A-Za-z/])?)HTTP/[0-9](?:\.[0-9])? ([1-5][0-9][0-9])(?: [A-Za-z' -]*)?[ \t]*$`)
	headerLine  = regexp.MustCompile(`^[A-Za-z0-9_-]+:`)
)

// longestHead is how many lines a head may have.
const longestHead = 200

// longestPrefix is how long a line may be in front of the first line of a head.
const longestPrefix = 256

// heads reads the requests and answers of a text, in their order. An answer
// belongs to the request in front of it.
func (c *collection) heads(t *text) {
	var open *Exchange // a request that has no answer yet
	flush := func() {
		if open != nil {
			c.addExchange(*open)
		}
		open = nil
	}
	for i := 0; i < len(t.lines); i++ {
		line := t.line(i)
		if len(line) > wire.DefaultLimits.Head || !strings.Contains(line, "HTTP/") || !t.free(t.lines[i]) {
			continue
		}
		if m := requestLine.FindStringSubmatch(line); m != nil && len(m[1]) <= longestPrefix {
			if e, n := c.request(t, i, m[1], m[2]); e != nil {
				flush()
				open = e
				i += n - 1
			}
			continue
		}
		m := statusLine.FindStringSubmatch(line)
		if m == nil || len(m[1]) > longestPrefix || m[2][0] == '1' {
			continue
		}
		headers, n := headers(t, i+1, m[1])
		status, _ := strconv.Atoi(m[2])
		e := Exchange{}
		if open != nil {
			e = *open
		}
		e.Status, e.Answer = status, headers
		where := t.note(t.lines[i], t.end(i+n), "an answer with status "+m[2])
		if open != nil {
			e.Where.Last = where.Last
			e.Where.Text += ", answered with " + m[2]
			where = e.Where
		}
		e.Where, open = where, nil
		t.take(t.lines[i], t.end(i+n))
		c.addExchange(e)
		i += n
	}
	flush()
	c.curlRemarks(t)
}

// curlRemark is a line of curl -v about the connection.
var curlRemark = regexp.MustCompile(`^(?:\* |[{}] \[[0-9]+ bytes data\])`)

// curlRemarks takes what curl -v says of the connection for recognised.
func (c *collection) curlRemarks(t *text) {
	for i := range t.lines {
		if line := t.line(i); len(line) > 1 && t.free(t.lines[i]) && curlRemark.MatchString(line) {
			t.take(t.lines[i], t.end(i))
		}
	}
}

// headers reads header lines behind a prefix, up to and with an empty one. It
// returns how many lines that were.
func headers(t *text, from int, prefix string) (list []wire.Header, n int) {
	for from+n < len(t.lines) && n < longestHead {
		line, ok := behind(t.line(from+n), prefix)
		if !ok || line != "" && !headerLine.MatchString(line) {
			return list, n
		}
		n++
		if line == "" {
			return list, n
		}
		name, value, _ := strings.Cut(line, ":")
		list = append(list, wire.Header{Name: name, Value: wire.TrimBlanks(value)})
	}
	return list, n
}

// behind returns what of a line stands behind a prefix of that shape: the digits
// of a time change from line to line. Editors take the blank at the end of an
// otherwise empty line.
func behind(line, prefix string) (string, bool) {
	if prefix == "" {
		return line, true
	}
	if len(line) < len(prefix) {
		trimmed := strings.TrimRight(prefix, " \t")
		return "", trimmed != "" && shape(line) == shape(trimmed)
	}
	return line[len(prefix):], shape(line[:len(prefix)]) == shape(prefix)
}

// request reads a request whose first line is t's line i. It returns how many
// lines its head has, and nil for one that is none.
func (c *collection) request(t *text, i int, prefix, first string) (*Exchange, int) {
	list, n := headers(t, i+1, prefix)
	if len(list) == 0 {
		return nil, 0
	}
	var raw strings.Builder
	raw.WriteString(first + "\r\n")
	for k := 1; k <= n; k++ {
		line, _ := behind(t.line(i+k), prefix)
		raw.WriteString(line + "\r\n")
	}
	if raw.String()[raw.Len()-4:] != "\r\n\r\n" {
		raw.WriteString("\r\n")
	}
	req, err := wire.ParseRequest([]byte(raw.String()), "http")
	where := t.note(t.lines[i], t.end(i+n), "")
	if err != nil {
		where.Text = fmt.Sprintf("a request that cannot be read: %v", err)
		c.unused(where)
		t.take(t.lines[i], t.end(i+n))
		return nil, 0
	}
	to := t.end(i + n)
	if prefix == "" {
		req.Body, to = body(t, req, to)
	}
	where = t.note(t.lines[i], to, summary(req))
	seen := diagnose.SeenAnywhere
	if strings.TrimSpace(prefix) == ">" {
		seen, where.Text = diagnose.AtClient, where.Text+", as curl -v shows it"
	} else if prefix != "" {
		where.Text += fmt.Sprintf(", what a log puts in front of each line (%q) cut off", prefix)
	}
	t.take(t.lines[i], to)
	return &Exchange{Request: req, Seen: seen, Where: where}, n + 1
}

// body takes as much of a text as a request announces as its body.
func body(t *text, req *wire.Request, from int) (string, int) {
	announced, ok := req.Header("Content-Length")
	n, err := strconv.Atoi(announced)
	if !ok || err != nil || n <= 0 || from+n > len(t.all) {
		return "", from
	}
	return t.all[from : from+n], from + n
}

// whole reads a text that its owner says is a request, and that is one from its
// first line on.
func (c *collection) whole(t *text) bool {
	captures, err := wire.ParseAny(t.name, []byte(t.all))
	if err != nil || len(captures) == 0 {
		return false
	}
	req := captures[0].Request
	if !strings.HasPrefix(strings.TrimLeft(t.all, " \t\r\n"), "curl") && len(req.Headers) == 0 {
		return false
	}
	t.take(0, len(t.all))
	c.addExchange(Exchange{Request: req, Where: t.note(0, len(t.all), summary(req))})
	return true
}
