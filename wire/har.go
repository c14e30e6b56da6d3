package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// HAREntry is one request of a HAR file and its answer.
type HAREntry struct {
	Index     int    // the place in log.entries, counted from 1 as errors count it
	StartedAt string // startedDateTime as written, ISO 8601
	Request   *Request
	Response  *HARResponse // nil if none was recorded
}

// HARResponse is the recorded answer.
type HARResponse struct {
	Status  int // 0 if the request got no answer
	Headers []Header
	Body    string
}

// The parts of HAR 1.2 that are read. Optional texts are pointers, because some
// tools write null for them.
type (
	harFile struct {
		Log *struct {
			Entries []json.RawMessage `json:"entries"`
		} `json:"log"`
	}
	harEntry struct {
		StartedDateTime *Bytes       `json:"startedDateTime"`
		Request         *harRequest  `json:"request"`
		Response        *harResponse `json:"response"`
	}
	harRequest struct {
		Method      Bytes             `json:"method"`
		URL         Bytes             `json:"url"`
		HTTPVersion *Bytes            `json:"httpVersion"`
		Headers     []json.RawMessage `json:"headers"`
		PostData    *harContent       `json:"postData"`
	}
	harResponse struct {
		Status  int               `json:"status"`
		Headers []json.RawMessage `json:"headers"`
		Content *harContent       `json:"content"`
	}
	harContent struct {
		Text     *Bytes `json:"text"`
		Encoding *Bytes `json:"encoding"`
	}
)

// ParseHAR reads the entries of a HAR 1.2 file. The request target is path and
// query of request.url as they are written; a fragment is not sent and is cut.
// Headers keep their order. Pseudo headers of HTTP/2 are dropped, and a missing
// Host header is made of :authority or, without it, of the URL.
//
// Entries of another scheme than http and https (data:, blob:, wss:) are left
// out; [HAREntry.Index] counts them. A body that is only recorded as params, or
// not at all, is empty. Errors are of type [*SyntaxError].
func ParseHAR(data []byte) ([]HAREntry, error) {
	var file harFile
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte(utf8BOM)), &file); err != nil {
		return nil, &SyntaxError{"HAR", "not a HAR file: " + err.Error(), ""}
	}
	if file.Log == nil {
		return nil, &SyntaxError{"HAR", "the top object must have the member log (HAR 1.2)", ""}
	}
	var entries []HAREntry
	for i, raw := range file.Log.Entries {
		entry, err := parseHAREntry(i+1, raw)
		if err != nil {
			return nil, err
		}
		if entry != nil {
			entries = append(entries, *entry)
		}
	}
	return entries, nil
}

const utf8BOM = "\ufeff" // some tools write one in front of their JSON

// parseHAREntry returns nil for an entry that is no HTTP request.
func parseHAREntry(index int, raw json.RawMessage) (*HAREntry, error) {
	where := fmt.Sprintf("entry %d", index)
	var in harEntry
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, &SyntaxError{where, "not an entry of HAR 1.2: " + err.Error(), ""}
	}
	if in.Request == nil {
		return nil, &SyntaxError{where, "an entry has the member request (HAR 1.2)", ""}
	}
	url := string(in.Request.URL)
	scheme, _, ok := strings.Cut(url, ":")
	if !ok || !isScheme(scheme) {
		return nil, &SyntaxError{where + ", url", "must be an absolute URL (HAR 1.2)", url}
	}
	if !EqualFold(scheme, "http") && !EqualFold(scheme, "https") {
		return nil, nil
	}
	req, err := in.Request.request(where, url)
	if err != nil {
		return nil, err
	}
	entry := &HAREntry{Index: index, StartedAt: harText(in.StartedDateTime), Request: req}
	if in.Response != nil {
		entry.Response, err = in.Response.response(where + ", response")
	}
	return entry, err
}

func harText(b *Bytes) string {
	if b == nil {
		return ""
	}
	return string(*b)
}

func (in *harRequest) request(where, url string) (*Request, error) {
	method := string(in.Method)
	if method == "" || strings.ContainsAny(method, " \t") || breaksLine(method) {
		return nil, &SyntaxError{where + ", method", "a method is one word", method}
	}
	if breaksLine(url) {
		return nil, &SyntaxError{where + ", url", "a URL holds no CR, LF or NUL", url}
	}
	url, _, _ = strings.Cut(url, "#")
	target := SplitTarget(url)
	_, authority := cutUserinfo(target.Authority)
	if authority == "" || strings.ContainsAny(authority, " \t") {
		return nil, &SyntaxError{where + ", url", "the URL must have a host, without blanks", url}
	}
	req := &Request{Transport: "http", Method: method}
	if EqualFold(target.Scheme, "https") {
		req.Transport = "https"
	}
	if EqualFold(harText(in.HTTPVersion), "HTTP/1.0") {
		req.Proto = "HTTP/1.0"
	}
	if target.Path == "" {
		target.Path = "/"
	}
	target.Scheme, target.Authority = "", ""
	req.Target = target.String()

	headers, err := parseHARHeaders(where, in.Headers)
	if err != nil {
		return nil, err
	}
	for i, h := range headers {
		if h.Name == ":authority" && h.Value != "" {
			authority = h.Value
		}
		if strings.HasPrefix(h.Name, ":") {
			continue
		}
		if rule := h.brokenRule(); rule != "" {
			return nil, &SyntaxError{fmt.Sprintf("%s, header %d", where, i+1), rule, h.Name + ": " + h.Value}
		}
		req.Headers = append(req.Headers, h)
	}
	if _, ok := req.Header("Host"); !ok {
		req.Headers = append([]Header{{"Host", authority}}, req.Headers...)
	}
	req.Body, err = in.PostData.decode(where + ", postData")
	return req, err
}

// cutUserinfo splits user:password@ from an authority.
func cutUserinfo(authority string) (userinfo, host string) {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		return authority[:i], authority[i+1:]
	}
	return "", authority
}

func (in *harResponse) response(where string) (*HARResponse, error) {
	headers, err := parseHARHeaders(where, in.Headers)
	if err != nil {
		return nil, err
	}
	out := &HARResponse{Status: in.Status}
	for _, h := range headers {
		if !strings.HasPrefix(h.Name, ":") {
			out.Headers = append(out.Headers, h)
		}
	}
	out.Body, err = in.Content.decode(where + ", content")
	return out, err
}

func parseHARHeaders(where string, raws []json.RawMessage) ([]Header, error) {
	var headers []Header
	for i, raw := range raws {
		var in struct {
			Name  Bytes  `json:"name"`
			Value *Bytes `json:"value"`
		}
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, &SyntaxError{fmt.Sprintf("%s, header %d", where, i+1), "not a header of HAR 1.2: " + err.Error(), ""}
		}
		headers = append(headers, Header{string(in.Name), TrimBlanks(harText(in.Value))})
	}
	return headers, nil
}

// decode returns the recorded body; there may be none.
func (in *harContent) decode(where string) (string, error) {
	if in == nil {
		return "", nil
	}
	text, encoding := harText(in.Text), harText(in.Encoding)
	switch encoding {
	case "":
		return text, nil
	case "base64":
		body, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return "", &SyntaxError{where, "the text is not what its encoding says: " + err.Error(), text}
		}
		return string(body), nil
	}
	return "", &SyntaxError{where, "the encoding must be base64 or absent", encoding}
}
