package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ParseAny reads recorded requests in whichever of the formats of this package
// they are: a JSON object with the member "log" is a HAR file, one with "head"
// the first line of capture NDJSON, a text that begins with "curl " (or with
// the "printf " of [Request.CurlCommand]) a curl command line, and all else raw
// HTTP that came over "http".
//
// name says where data came from, a file name mostly. It begins every error,
// and is the id of a request that has none; the requests of a HAR file are
// numbered behind it ("trace.har#3" is its third entry).
func ParseAny(name string, data []byte) ([]Capture, error) {
	captures, err := parseAny(name, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return captures, nil
}

func parseAny(name string, data []byte) ([]Capture, error) {
	data = bytes.TrimPrefix(data, []byte(utf8BOM))
	text := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(text) == 0:
		return nil, &SyntaxError{"byte 0", "there is no request", ""}
	case text[0] == '{':
		return parseAnyJSON(name, text, data)
	case startsCommand(text, "curl"), startsCommand(text, "printf"):
		req, err := ParseCurl(string(data))
		return []Capture{{name, req}}, err
	}
	req, err := ParseRequest(data, "http")
	if err == nil {
		err = onlyRequest(req)
	}
	return []Capture{{name, req}}, err
}

// onlyRequest refuses what [ParseRequest] lets pass because a recording may be
// cut: a text that is no request at all, and one with something behind its
// request.
func onlyRequest(req *Request) error {
	if req.Proto == "" && (strings.Trim(req.Method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || !strings.ContainsAny(req.Target[:1], "/hr*")) {
		return &SyntaxError{"line 1", "raw HTTP begins with `METHOD target HTTP/1.1`", req.Method + " " + req.Target}
	}
	announced, ok := req.Header("Content-Length")
	n, err := strconv.Atoi(announced)
	more := ok && err == nil && n >= 0 && n < len(req.Body) && strings.Trim(req.Body[n:], "\r\n") != ""
	first, _, _ := strings.Cut(req.Body, "\n")
	if more || !ok && strings.HasSuffix(strings.TrimSuffix(first, "\r"), " HTTP/1.1") {
		return &SyntaxError{"body", "a file of raw HTTP holds one request; put several into capture NDJSON or a HAR file", ""}
	}
	return nil
}

// startsCommand reports whether text calls a command. The shell's blanks and a
// continued line may stand behind its name.
func startsCommand(text []byte, command string) bool {
	rest, ok := bytes.CutPrefix(text, []byte(command))
	return ok && len(rest) > 0 && strings.IndexByte(" \t\\", rest[0]) >= 0
}

func parseAnyJSON(name string, text, data []byte) ([]Capture, error) {
	member, err := firstMember(text, "log", "head")
	switch member {
	case "log":
		entries, err := ParseHAR(text)
		captures := make([]Capture, len(entries))
		for i, e := range entries {
			captures[i] = Capture{fmt.Sprintf("%s#%d", name, e.Index), e.Request}
		}
		return captures, err
	case "head":
		captures, err := ParseCapture(bytes.NewReader(data))
		for i := range captures {
			if captures[i].ID == "" {
				captures[i].ID = fmt.Sprintf("%s#%d", name, i+1)
			}
		}
		return captures, err
	}
	rule := `JSON input must be a HAR file (an object with "log") or capture NDJSON (objects with "head")`
	if err != nil {
		rule += ": " + err.Error()
	}
	return nil, &SyntaxError{"first JSON object", rule, ""}
}

// firstMember returns the first of the wanted members that the JSON object at
// the beginning of text has, as far as it can be read.
func firstMember(text []byte, wanted ...string) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return "", err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return "", err
		}
		for _, name := range wanted {
			if key == json.Token(name) {
				return name, nil
			}
		}
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return "", err
		}
	}
	_, err := dec.Token()
	return "", noEOF(err)
}
