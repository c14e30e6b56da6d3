package diagnose

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/countersign/countersign/signature"
)

// A field is a part of a text that is signed.
type field int

// The fields, in the order the texts have them.
const (
	methodField field = iota
	md5Field
	typeField
	dateField
	headerField // the header lines, each with its line feed
	listedField // the names of headers that are signed beside the others
	pathField
	queryField // V1 and V2: with the question mark
	payloadField
	policyField
	fields
)

var fieldNames = [fields]string{
	"method", "Content-MD5", "Content-Type", "date", "headers", "list of headers", "resource path", "query", "payload hash", "policy",
}

func (f field) String() string { return fieldNames[f] }

// A piece is a field and what stands behind it.
type piece struct {
	field field
	after string
}

// The layouts of the texts.
var (
	v1Layout = []piece{{methodField, "\n"}, {md5Field, "\n"}, {typeField, "\n"}, {dateField, "\n"}, {headerField, ""}, {pathField, ""}, {queryField, ""}}
	v2Layout = []piece{
		{methodField, "\n"}, {md5Field, "\n"}, {typeField, "\n"}, {dateField, "\n"}, {headerField, ""}, {listedField, "\n"}, {pathField, ""}, {queryField, ""},
	}
	canonicalLayout = []piece{{methodField, "\n"}, {pathField, "\n"}, {queryField, "\n"}, {headerField, "\n"}, {listedField, "\n"}, {payloadField, ""}}
	policyLayout    = []piece{{policyField, ""}}
)

// parts is a signed text taken apart.
type parts struct {
	layout []piece
	text   [fields]string

	// Of a client's text whose lines are laid out wrong: the text as it is, and
	// what is wrong with it.
	raw   string
	slips []made
}

func (p *parts) String() string {
	if len(p.slips) > 0 {
		return p.raw
	}
	return string(appendLaidOut(nil, p.layout, &p.text))
}

func appendLaidOut(dst []byte, layout []piece, text *[fields]string) []byte {
	for _, piece := range layout {
		dst = append(append(dst, text[piece.field]...), piece.after...)
	}
	return dst
}

// fieldAt returns the field in which a byte of the text stands.
func (p *parts) fieldAt(offset int) field {
	at := 0
	for _, piece := range p.layout {
		if at += len(p.text[piece.field]) + len(piece.after); offset < at {
			return piece.field
		}
	}
	return p.layout[len(p.layout)-1].field
}

// layoutOf returns how the text is laid out that a scheme signs, or hashes in
// V4; nil for a scheme whose texts are not known here.
func layoutOf(scheme string, carrier signature.Carrier) []piece {
	switch {
	case carrier == signature.InForm:
		return policyLayout
	case scheme == "oss-v2":
		return v2Layout
	case scheme == "oss-v4" || scheme == "obs-v4":
		return canonicalLayout
	case scheme == "oss-v1" || scheme == "obs-v2" || scheme == "obs-aws-v2":
		return v1Layout
	}
	return nil
}

// What is longer was never signed by a client of these services.
const (
	longestText = 64 << 10
	mostLines   = 1000
)

// takeApart splits a text by its layout. What it returns is the text again when
// it is put together; ok is false where the text does not have that layout.
func takeApart(text string, layout []piece, signed func(name string) bool) (*parts, bool) {
	p := &parts{layout: layout}
	switch {
	case layout == nil || len(text) > longestText || strings.Count(text, "\n") > mostLines || strings.Count(text, "&") > mostLines:
		return nil, false
	case layout[0].field == policyField:
		p.text[policyField] = text
		return p, true
	case layout[len(layout)-1].field == payloadField:
		return p, p.takeCanonical(text)
	}
	return p, p.takeLines(text, signed)
}

// takeLines takes the text of the V1 family apart: four lines, header lines,
// and the resource, which is the rest from the first line that begins with a
// slash: no name of a header does.
func (p *parts) takeLines(text string, signed func(name string) bool) bool {
	rest, ok := text, true
	for _, f := range []field{methodField, md5Field, typeField, dateField} {
		if p.text[f], rest, ok = strings.Cut(rest, "\n"); !ok {
			return false
		}
	}
	listed := len(p.layout) == len(v2Layout)
	slash := "/"
	if listed && (strings.HasPrefix(rest, "%2F") || strings.Contains(rest, "\n%2F")) { // else a signer forgot to encode it
		slash = "%2F"
	}
	headers := rest
	for n := 0; ; {
		if strings.HasPrefix(rest, slash) {
			headers = headers[:n]
			break
		}
		line, more, ok := strings.Cut(rest, "\n")
		if !ok {
			return false
		}
		n, rest = n+len(line)+1, more
	}
	if listed {
		if headers == "" {
			return false
		}
		at := strings.LastIndexByte(headers[:len(headers)-1], '\n') + 1
		headers, p.text[listedField] = headers[:at], headers[at:len(headers)-1]
	}
	p.text[headerField] = headers
	p.text[pathField], p.text[queryField] = splitResource(rest, signed)
	return true
}

// splitResource finds the question mark behind the path: a decoded key may hold
// some of its own.
func splitResource(resource string, signed func(name string) bool) (path, query string) {
	first := strings.IndexByte(resource, '?')
	if first < 0 {
		return resource, ""
	}
	if signed != nil {
		for at, tries := first, 0; tries < 16; tries++ {
			if allSigned(resource[at+1:], signed) {
				return resource[:at], resource[at:]
			}
			next := strings.IndexByte(resource[at+1:], '?')
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return resource[:first], resource[first:]
}

func allSigned(query string, signed func(name string) bool) bool {
	for part := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(part, "="); !signed(name) {
			return false
		}
	}
	return true
}

// takeCanonical takes a canonical request apart: three lines, header lines up
// to an empty one, and two lines at the end.
func (p *parts) takeCanonical(text string) bool {
	lines := strings.Split(text, "\n")
	n := len(lines)
	if n < 6 || lines[n-3] != "" || isHeaderLine(lines[2]) {
		return false
	}
	p.text[methodField], p.text[pathField], p.text[queryField] = lines[0], lines[1], lines[2]
	p.text[listedField], p.text[payloadField] = lines[n-2], lines[n-1]
	for _, line := range lines[3 : n-3] {
		p.text[headerField] += line + "\n"
	}
	return true
}

// isHeaderLine reports whether a header stands where the query belongs: the line
// of the query was left out. In a query a colon is encoded, or stands in a value.
func isHeaderLine(line string) bool {
	name, _, found := strings.Cut(line, ":")
	return found && name != "" && !strings.ContainsAny(name, "=&%")
}

// stringV4 is the string to sign of V4: four lines.
type stringV4 struct{ algorithm, time, scope, hash string }

func splitV4(text string) (stringV4, bool) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || len(lines[3]) != 64 {
		return stringV4{}, false
	}
	return stringV4{lines[0], lines[1], lines[2], lines[3]}, true
}

func (v *stringV4) String() string {
	return v.algorithm + "\n" + v.time + "\n" + v.scope + "\n" + v.hash
}

// scopeOf takes day/region/product/terminator apart.
func scopeOf(text string) (signature.Scope, string, bool) {
	p := strings.Split(text, "/")
	if len(p) != 4 {
		return signature.Scope{}, "", false
	}
	return signature.Scope{Date: p[0], Region: p[1], Product: p[2]}, p[3], true
}

// schemeOf tells the scheme of a string to sign from the string alone. The
// words of the V1 family are told apart by the document; "" says that it is no
// such string.
func schemeOf(text string) string {
	first, _, more := strings.Cut(text, "\n")
	switch {
	case first == "OSS4-HMAC-SHA256":
		return "oss-v4"
	case first == "AWS4-HMAC-SHA256":
		return "obs-v4"
	case more && first != "" && len(first) <= len("PROPFIND") && strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "":
		return "v1"
	}
	return ""
}

// isPolicy reports whether a text is a policy in Base64.
func isPolicy(text string) bool {
	raw, err := base64.StdEncoding.DecodeString(text)
	return err == nil && strings.HasPrefix(strings.TrimLeft(string(raw), " \t\r\n"), "{")
}

// folded matches a string to sign of the V1 family whose line feeds became
// blanks, as browsers and terminals show it.
var folded = regexp.MustCompile(`^([A-Z]+) +(?:([A-Za-z0-9+/]{22}==) +)?(?:([a-z]+/[^ ;]+(?:; ?[a-z]+=[^ ]+)?) +)?` +
	`([A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT|[0-9]{8}T[0-9]{6}Z|[0-9]{10,13})((?: +x-[a-z0-9-]+:[^ ]*)*) +(/.*)$`)

// unfold gives a folded text its line feeds again; ok says whether it was one.
func unfold(text string) (string, bool) {
	if strings.Contains(text, "\n") {
		return text, false
	}
	m := folded.FindStringSubmatch(text)
	if m == nil {
		return text, false
	}
	out := strings.Join(m[1:5], "\n") + "\n"
	for _, line := range strings.Fields(m[5]) {
		out += line + "\n"
	}
	return out + m[6], true
}
