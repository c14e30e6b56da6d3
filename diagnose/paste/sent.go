package paste

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// sentByClients reads the requests that clients log as they send them: method,
// URL, and the headers as a dictionary of Python or as JSON.
func (c *collection) sentByClients(t *text) {
	markers := diagnose.SentFormats()
	for i := range t.lines {
		for _, marker := range markers {
			line := t.line(i)
			at := strings.Index(line, marker.Text)
			if at < 0 || !t.free(t.lines[i]+at) {
				continue
			}
			rest := line[at+len(marker.Text):]
			if method, _, ok := strings.Cut(rest, marker.URL); !ok || !verb.MatchString(method) {
				continue
			}
			req, why := sent(rest, marker)
			where := t.note(t.lines[i], t.end(i), "a request in a log, which cannot be used: "+why)
			t.take(t.lines[i], t.end(i))
			if req == nil {
				c.unused(where)
				break
			}
			where.Text = "a request that the client logged, " + summary(req)
			if unmask(req) {
				where.Text += "; its Authorization is masked and was left out"
			}
			c.addExchange(Exchange{Request: req, Seen: diagnose.AtClient, Where: where})
			break
		}
	}
}

// sent reads a request behind its marker.
func sent(text string, marker diagnose.SentFormat) (req *wire.Request, why string) {
	method, rest, _ := strings.Cut(text, marker.URL)
	url, rest, ok := strings.Cut(rest, marker.Headers)
	if !ok {
		return nil, "its headers cannot be told"
	}
	if marker.Params != "" {
		var params string
		if url, params, ok = strings.Cut(url, marker.Params); !ok || params != "{}" && params != "None" {
			return nil, "its parameters are logged as they were before they were encoded"
		}
	}
	headers, ok := dictionary(rest)
	if !ok {
		return nil, "its headers are cut off"
	}
	if strings.HasPrefix(url, "/") {
		url = "http://" + value(headers, "Host") + url
	}
	if req = requestTo(method, url); req == nil || strings.Contains(req.Host(), "**") {
		return nil, "its host is not logged, or masked"
	}
	for _, h := range headers {
		if !wire.EqualFold(h.Name, "Host") {
			req.Headers = append(req.Headers, h)
		}
	}
	return req, ""
}

// unmask takes an Authorization out that a log masked: as it stands it would be
// malformed, and it was not sent so.
func unmask(req *wire.Request) bool {
	for i, h := range req.Headers {
		if wire.EqualFold(h.Name, "Authorization") && strings.Trim(h.Value, "*") == "" {
			req.Headers = append(req.Headers[:i], req.Headers[i+1:]...)
			return true
		}
	}
	return false
}

func value(headers []wire.Header, name string) string {
	for _, h := range headers {
		if wire.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// pair is one entry of a dictionary of Python.
var pair = regexp.MustCompile(`^[{,] ?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"): (?:b?'((?:[^'\\]|\\.)*)'|b?"((?:[^"\\]|\\.)*)"|(None|[0-9]+))`)

// dictionary reads the headers that text begins with. An entry that is None is
// not sent.
func dictionary(text string) (headers []wire.Header, ok bool) {
	if strings.HasPrefix(text, `{"`) {
		dec := json.NewDecoder(strings.NewReader(text))
		if _, err := dec.Token(); err != nil {
			return nil, false
		}
		for dec.More() {
			var raw json.RawMessage
			name, err := dec.Token()
			if err != nil || dec.Decode(&raw) != nil {
				return nil, false
			}
			text := wire.Bytes(raw) // a number is sent as it is written
			if raw[0] == '"' && text.UnmarshalJSON(raw) != nil {
				return nil, false
			}
			if strings.IndexByte("{[nft", raw[0]) < 0 {
				headers = append(headers, wire.Header{Name: name.(string), Value: string(text)})
			}
		}
		return headers, true
	}
	for {
		m := pair.FindStringSubmatch(text)
		if m == nil {
			return headers, strings.HasPrefix(text, "}") || strings.HasPrefix(text, "{}")
		}
		text = text[len(m[0]):]
		if m[5] != "None" {
			headers = append(headers, wire.Header{Name: unescaped(m[1] + m[2]), Value: unescaped(m[3] + m[4] + m[5])})
		}
	}
}
