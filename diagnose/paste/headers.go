package paste

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// headerElements are the headers that stand in for an element of the error
// document. HEAD is refused in them alone.
var headerElements = []struct{ header, element string }{
	{"x-oss-ec", "EC"},
	{"x-obs-error-code", "Code"},
	{"x-obs-error-message", "Message"},
	{"x-oss-request-id", "RequestId"},
	{"x-obs-request-id", "RequestId"},
	{"x-amz-request-id", "RequestId"},
}

// documentOfHeaders reads the error document that the headers of an answer
// hold: as Base64 in x-oss-err, or element by element.
func documentOfHeaders(headers []wire.Header) (d *diagnose.ErrorDocument, done []string, ok bool) {
	var fields []diagnose.Field
	refused := false
	for _, h := range headers {
		if wire.EqualFold(h.Name, "x-oss-err") {
			body, err := decodeBase64(h.Value)
			if err != nil {
				done = append(done, "the header x-oss-err is no Base64 and was not read")
				continue
			}
			if d, err := diagnose.ParseErrorDocument(body); err == nil {
				return d, append(done, "the error document was decoded from the header x-oss-err"), true
			}
		}
		for _, known := range headerElements {
			if wire.EqualFold(h.Name, known.header) {
				fields = append(fields, diagnose.Field{Name: known.element, Value: h.Value})
				refused = refused || known.element == "EC" || known.element == "Code"
			}
		}
	}
	if !refused {
		return nil, done, false
	}
	return diagnose.ErrorDocumentOf(fields), append(done, "there is no body: code and message are those of the headers"), true
}

// decodeBase64 takes Base64 whose line was broken or whose padding was lost.
func decodeBase64(s string) ([]byte, error) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, s)
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}

// loneHeader finds the headers of a refusal wherever a log prints them: as
// lines, as JSON, as a dictionary of Python, or between brackets as Go does.
var loneHeader = regexp.MustCompile(`(?i)\b(x-oss-err|x-oss-ec|x-oss-request-id|x-obs-error-code|x-obs-error-message|x-obs-request-id|x-amz-request-id)['"]?[ \t]*[:=,][ \t]*[\['"]*([^\s'",\]|;]+)`)

// loneHeaders reads headers that stand in no answer that was recognised.
func (c *collection) loneHeaders(t *text) {
	var headers []wire.Header
	first, last := 0, 0
	if lower := strings.ToLower(t.all); !strings.Contains(lower, "x-oss-") && !strings.Contains(lower, "x-obs-") && !strings.Contains(lower, "x-amz-") {
		return
	}
	for _, m := range loneHeader.FindAllStringSubmatchIndex(t.all, maxFinds) {
		if !t.free(m[0]) {
			continue
		}
		name, value := t.all[m[2]:m[3]], t.all[m[4]:m[5]]
		if headerIn(headers, name) { // of another answer, or printed twice
			continue
		}
		if len(headers) == 0 {
			first = m[0]
		}
		headers, last = append(headers, wire.Header{Name: name, Value: value}), m[1]
		t.take(m[0], m[1])
	}
	if len(headers) > 0 {
		c.addExchange(Exchange{Answer: headers, Where: t.note(first, last, "headers of an answer")})
	}
}

func headerIn(headers []wire.Header, name string) bool {
	for _, h := range headers {
		if wire.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}
