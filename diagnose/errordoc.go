package diagnose

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// ErrNoErrorDocument is returned for input without an error document.
var ErrNoErrorDocument = errors.New("no error document")

// ErrorDocument is the XML document a service answers a refused request with.
// All parts are optional, and their order means nothing: the services changed
// both over the years (field evidence, section 4).
type ErrorDocument struct {
	Dialect Dialect // as far as the document tells

	Code, Message, EC, RequestID, HostID string // blanks around them removed

	AccessKeyID      string
	AccessKeyElement string // the element that named it: OSSAccessKeyId, AWSAccessKeyId or AccessKeyId

	// SignatureProvided is the signature as the service read it. A blank at its
	// beginning or inside was sent as a plus sign.
	SignatureProvided string

	// StringToSign is what the service signed, byte for byte: the element
	// StringToSignBytes where it can be read, else StringToSign.
	StringToSign       string
	StringToSignOrigin Origin
	// CanonicalRequest is the service's own, in answers to V4.
	CanonicalRequest       string
	CanonicalRequestOrigin Origin

	Fields         []Field         // every element, in the order of the document
	Masked         []string        // the elements whose value somebody has masked with asterisks: they cannot be compared
	Damaged        []string        // the elements whose value is cut off or cannot be read
	Contradictions []Contradiction // what the document says in two ways
}

// Origin says where a multi-line value was taken from.
type Origin string

// The origins. The zero value says that there is no value.
const (
	FromBytes       Origin = "bytes"        // spelled out in hexadecimal: exact
	FromText        Origin = "text"         // text: exact as far as whoever passed it on kept the blanks
	FromEscapedText Origin = "escaped-text" // text whose line feeds were printed as \n, as the documents print them
)

// Contradiction is a place where a document says one thing in two ways that do
// not agree.
type Contradiction struct {
	Elements [2]string
	Values   [2]string
	Offset   int // the first byte that differs
}

// String names the elements and quotes the lines that differ.
func (c Contradiction) String() string {
	return fmt.Sprintf("%s says %q, %s says %q (they differ from byte %d on)",
		c.Elements[0], lineAt(c.Values[0], c.Offset), c.Elements[1], lineAt(c.Values[1], c.Offset), c.Offset)
}

// lineAt returns the line of s that holds a byte, or a part of it when it is
// long.
func lineAt(s string, offset int) string {
	const before, after = 40, 40
	start := max(strings.LastIndexByte(s[:offset], '\n')+1, offset-before)
	end := len(s)
	if i := strings.IndexByte(s[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	return s[start:min(end, offset+after)]
}

// accessKeyElements are the names of the element with the access key id: that
// of OSS, that of both services for S3 clients, and, by analogy, that of OBS.
var accessKeyElements = []string{"OSSAccessKeyId", "AWSAccessKeyId", "AccessKeyId"}

// ParseErrorDocument reads an error document of OSS or OBS. What stands before
// <Error> and behind it does not matter, nor whether the document is valid
// UTF-8, well-formed or complete. It returns [ErrNoErrorDocument] when there is
// no such element, or nothing in it.
func ParseErrorDocument(data []byte) (*ErrorDocument, error) {
	fields, prolog, cut, ok := errorElements(string(data))
	if !ok {
		return nil, fmt.Errorf("%w: there is no <%s> element; give the XML body of the refused request's answer (of a HEAD request: the header x-oss-err, Base64-decoded)", ErrNoErrorDocument, rootElement)
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("%w: <%s> is empty: no element stands in it", ErrNoErrorDocument, rootElement)
	}
	d := &ErrorDocument{Fields: fields}
	d.read(prolog, cut)
	return d, nil
}

// ErrorDocumentOfHeaders is the error document that stands in the headers of an
// answer, by which HEAD is refused; nil where none does.
func ErrorDocumentOfHeaders(answer []wire.Header) *ErrorDocument {
	reply := wire.Request{Headers: answer}
	if text, ok := reply.Header("x-oss-err"); ok {
		if raw, err := base64.StdEncoding.DecodeString(text); err == nil {
			if d, err := ParseErrorDocument(raw); err == nil {
				return d
			}
		}
	}
	if ec, ok := reply.Header("x-oss-ec"); ok {
		d := &ErrorDocument{Dialect: OSS, EC: ec}
		if row, known := ByEC(ec); known {
			d.Code = row.Code
		}
		return d
	}
	for _, prefix := range []string{"x-obs-", "x-amz-"} {
		if code, ok := reply.Header(prefix + "error-code"); ok {
			message, _ := reply.Header(prefix + "error-message")
			return &ErrorDocument{Dialect: OBS, Code: code, Message: wire.Unescape(message)}
		}
	}
	return nil
}

// ErrorDocumentOf is the error document with these elements, for those who have
// them otherwise than as XML: from headers, or from the exception of an SDK.
func ErrorDocumentOf(fields []Field) *ErrorDocument {
	d := &ErrorDocument{Fields: fields}
	d.read("", "")
	return d
}

// read fills in all that the fields tell. cut names the element that the text
// ends in, and prolog is what stands in front of the document.
func (d *ErrorDocument) read(prolog, cut string) {
	if cut != "" {
		d.Damaged = append(d.Damaged, cut)
	}
	d.Code, d.Message, d.EC = d.trimmed("Code"), d.trimmed("Message"), d.trimmed("EC")
	d.RequestID, d.HostID = d.trimmed("RequestId"), d.trimmed("HostId")
	for _, name := range accessKeyElements {
		if _, ok := d.Field(name); ok {
			d.AccessKeyElement, d.AccessKeyID = name, d.trimmed(name)
			break
		}
	}
	d.SignatureProvided = d.unindented("SignatureProvided")
	d.findMasked()
	d.StringToSign, d.StringToSignOrigin = d.signedText("StringToSign")
	d.CanonicalRequest, d.CanonicalRequestOrigin = d.signedText("CanonicalRequest")
	d.findRepeated()
	d.Dialect = d.tellDialect(prolog)
}

// Field returns the value of an element as it stands in the document, and
// whether there is one. Of several of that name it is the first. The letter
// case of the name does not matter.
func (d *ErrorDocument) Field(name string) (string, bool) {
	for i := range d.Fields {
		if wire.EqualFold(d.Fields[i].Name, name) {
			return d.Fields[i].Value, true
		}
	}
	return "", false
}

// IsMasked reports whether the value of an element was masked.
func (d *ErrorDocument) IsMasked(name string) bool { return slices.Contains(d.Masked, name) }

// IsDamaged reports whether the value of an element is cut off or cannot be
// read.
func (d *ErrorDocument) IsDamaged(name string) bool { return slices.Contains(d.Damaged, name) }

// blanks are what XML calls white space.
const blanks = " \t\r\n"

func (d *ErrorDocument) trimmed(name string) string {
	value, _ := d.Field(name)
	return strings.Trim(value, blanks)
}

// unindented returns a value without the line breaks and blanks that a
// document laid out over several lines puts around it. Other blanks are part of
// the value.
func (d *ErrorDocument) unindented(name string) string {
	value, _ := d.Field(name)
	if strings.HasPrefix(strings.TrimLeft(value, " \t"), "\n") {
		value = strings.Trim(value, blanks)
	}
	return value
}

// signedText returns a multi-line value that the document has as text and, in
// an element whose name ends in Bytes, spelled out.
func (d *ErrorDocument) signedText(name string) (string, Origin) {
	text := d.unindented(name)
	spelled := name + "Bytes"
	if digits, ok := d.Field(spelled); ok && strings.Trim(digits, blanks) != "" && !d.IsMasked(spelled) && !d.IsDamaged(spelled) {
		if raw, ok := readSpelledBytes(digits); ok {
			d.compare(name, text, raw)
			return raw, FromBytes
		}
		d.Damaged = append(d.Damaged, spelled)
	}
	switch {
	case text == "":
		return "", ""
	case escapesLineFeeds(text):
		return unescapeLineFeeds(text), FromEscapedText
	}
	return text, FromText
}

// compare checks the text of an element against its bytes.
func (d *ErrorDocument) compare(name, text, raw string) {
	if text == "" || d.IsDamaged(name) {
		return
	}
	shown := text
	if escapesLineFeeds(text) {
		shown = unescapeLineFeeds(text)
	}
	switch {
	case shown == raw: // asterisks that stand in both are no mask
		d.Masked = slices.DeleteFunc(d.Masked, func(masked string) bool { return masked == name })
	case !agrees(text, raw):
		d.contradict(name, shown, name+"Bytes", raw)
	}
}

func (d *ErrorDocument) contradict(name, value, other, otherValue string) {
	d.Contradictions = append(d.Contradictions, Contradiction{
		[2]string{name, other}, [2]string{value, otherValue}, firstDifference(value, otherValue),
	})
}

func firstDifference(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// findRepeated looks for elements that come twice and differ.
func (d *ErrorDocument) findRepeated() {
	first := make(map[string]string, len(d.Fields))
	for _, f := range d.Fields {
		value, seen := first[f.Name]
		switch {
		case !seen:
			first[f.Name] = f.Value
		case value != f.Value:
			d.contradict(f.Name, value, f.Name, f.Value)
		}
	}
}
