package endpoint

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// A Backend answers requests whose signature is verified. It is called from
// several goroutines.
type Backend interface {
	Answer(t *Task) Response
}

// An OpenBackend also answers requests without a signature that read: what is
// public can be read by anyone. It is called from several goroutines.
type OpenBackend interface {
	Backend
	// AnswerUnsigned answers as Answer does, or with [Task.RefuseUnsigned].
	AnswerUnsigned(t *Task) Response
}

// Task is a verified request, or one to an [OpenBackend], on its way to an answer. It knows the words of
// the service: its operations, its documents, its headers.
type Task struct {
	*answer
	op *operation
}

// newTask makes a task of a verified request. The key of a form may hold
// ${filename}, the name of the file that is uploaded (PostObject).
func newTask(a *answer) *Task {
	t := &Task{answer: a, op: a.operation()}
	if a.v.Profile != nil && a.v.Profile.Carrier == signature.InForm {
		if name := filename.FindStringSubmatch(a.req.Body); name != nil {
			a.key = strings.ReplaceAll(a.key, "${filename}", path.Base(strings.ReplaceAll(name[1], `\`, "/")))
		}
	}
	return t
}

// filename finds the name of the file of a form.
var filename = regexp.MustCompile(`(?i)name="file"; *filename="([^"\r\n]*)"`)

// Operation returns the service's name for what is asked, such as PutObject, or
// "" for what the tables do not know.
func (t *Task) Operation() string {
	if t.op == nil {
		return ""
	}
	return t.op.Name
}

// Dialect returns the service that answers.
func (t *Task) Dialect() Dialect { return t.dialect }

// Request returns the request as it arrived.
func (t *Task) Request() *wire.Request { return t.req }

// Verification returns what was found in the request.
func (t *Task) Verification() *signature.Verification { return t.v }

// Now returns the time of the server.
func (t *Task) Now() time.Time { return t.now }

// Bucket returns the bucket the request is about; "" at the service.
func (t *Task) Bucket() string { return t.resource.Bucket }

// Key returns the decoded key of the object; "" at a bucket.
func (t *Task) Key() string { return t.key }

// Param returns the decoded value of the first query parameter of that name.
func (t *Task) Param(name string) (string, bool) { return t.param(name) }

// Vendor returns the header of that name behind the service's prefix, x-oss-,
// x-obs- or x-amz-.
func (t *Task) Vendor(name string) (string, bool) { return t.req.Header(t.prefix + name) }

// Prefix is that of the service's own headers.
func (t *Task) Prefix() string { return t.prefix }

// Location is the URL of the object.
func (t *Task) Location() string {
	path := wire.EscapePath(t.key)
	if t.resource.Addressing == signature.PathStyle {
		path = wire.EscapePath(t.resource.Bucket) + "/" + path
	}
	return "http://" + t.req.Host() + "/" + path
}

// SubResource returns the first query parameter that says what of a bucket or
// an object is meant, such as cors: one that neither signs nor belongs to a
// list, with its value; "" when there is none.
func (t *Task) SubResource() (name string, bare bool) {
	for i := range t.params {
		p := &t.params[i]
		name := wire.UnescapeQuery(p.Name)
		if folded := strings.ToLower(name); authenticates[folded] || strings.HasPrefix(folded, "x-oss-") || strings.HasPrefix(folded, "x-amz-") || strings.HasPrefix(folded, "x-obs-") || strings.HasPrefix(folded, "response-") {
			continue
		}
		return name, p.Value == ""
	}
	return "", false
}

// authenticates holds the parameters that sign a URL, or only name it.
var authenticates = map[string]bool{"signature": true, "expires": true, "ossaccesskeyid": true, "accesskeyid": true, "awsaccesskeyid": true,
	"security-token": true, "x-id": true, "versionid": true}

// Success is how an operation went well.
type Success struct {
	Values
	Status int // 0: that of the operation
	// Headers come behind those of the operation, and in place of those of the
	// same name; one without a value leaves it out.
	Headers []wire.Header
	// Body, where HasBody, stands in place of the operation's document.
	Body        string
	HasBody     bool
	ContentType string
}

// Accept answers with the document and the headers of the operation, filled in.
func (t *Task) Accept(s Success) Response { return t.accept(t.op, &s) }

// Example answers as if there were an object under every key, the same
// everywhere.
func (t *Task) Example() Response { return t.accept(t.op, &Success{}) }

// Refuse answers with the error document of a class, more headers behind its
// own. A class that the tables do not know is an InvalidArgument.
func (t *Task) Refuse(class signature.Class, headers ...wire.Header) Response {
	r := t.refuse(class, nil, headers...)
	r.operation = t.Operation()
	return r
}

// RefuseUnsigned answers a request without a signature as if nothing were
// public.
func (t *Task) RefuseUnsigned() Response { return t.refuse(unsigned, nil) }

// RefuseArgument is [Task.Refuse] for what one parameter, header or field is.
func (t *Task) RefuseArgument(class signature.Class, where, got string) Response {
	r := t.refuse(class, &signature.Fault{Class: class, Where: where, Offset: -1, Got: got})
	r.operation = t.Operation()
	return r
}

// NotModified answers a conditional request for what the client already has.
func (t *Task) NotModified(headers ...wire.Header) Response {
	r := t.respond(http.StatusNotModified, "", "", headers)
	r.operation = t.Operation()
	return r
}

// Values are what stands in a document or a header of the tables in place of
// ${NAME}.
type Values struct {
	// Names are keys and what is made of them: they are percent-encoded where
	// the request asks for encoding-type=url.
	Names map[string]string
	Texts map[string]string // all other text
	// Rows repeat an element of the document, once for each. None leaves it out.
	Rows map[string][]Values
	More []Element // what follows the rows
}

// Element is an element of a document.
type Element struct {
	Name, Text string    // the name may have attributes behind it
	Children   []Element // in place of the text
	Listed     bool      // the text is a key, see Values.Names
}

func (v *Values) lookup(name string) (value string, markup, ok bool) {
	if v == nil {
		return "", false, false
	}
	if value, ok := v.Names[name]; ok {
		return value, false, true
	}
	if value, ok := v.Texts[name]; ok {
		return escapeXML(value), true, true
	}
	return "", false, false
}

// markup writes elements of a document.
func (a *answer) markup(elements []Element) string {
	var b strings.Builder
	var write func([]Element)
	write = func(list []Element) {
		for _, e := range list {
			b.WriteString("<" + e.Name + ">")
			switch {
			case e.Children != nil:
				write(e.Children)
			case e.Listed:
				b.WriteString(a.listed(e.Text))
			default:
				b.WriteString(escapeXML(e.Text))
			}
			name, _, _ := strings.Cut(e.Name, " ")
			b.WriteString("</" + name + ">")
		}
	}
	write(elements)
	return b.String()
}

// fillRows fills in a document: first the elements that are repeated, each with
// the values of its row, then the rest.
func (a *answer) fillRows(template string) string {
	whole := a.values
	if whole == nil || len(whole.Rows) == 0 {
		return a.fill(template, a.listed)
	}
	defer func() { a.values = whole }()
	for name, rows := range whole.Rows { // a document has one repeated element
		before, element, after, ok := cutElement(template, name)
		if !ok {
			panic("endpoint: no element " + name + " to repeat") // the tests hold that there is
		}
		var b strings.Builder
		b.WriteString(a.fill(before, a.listed))
		for i := range rows {
			a.values = &rows[i]
			b.WriteString(a.fill(element, a.listed))
		}
		a.values = whole
		b.WriteString(a.fill(after, a.listed))
		return b.String()
	}
	return ""
}

// cutElement finds an element of a document, from the blanks in front of it to
// the line break behind it.
func cutElement(text, name string) (before, element, after string, ok bool) {
	from, end := strings.Index(text, "<"+name+">"), strings.Index(text, "</"+name+">")
	if from < 0 || end < from {
		return text, "", "", false
	}
	end += len("</" + name + ">")
	from = len(strings.TrimRight(text[:from], " "))
	if strings.HasPrefix(text[end:], "\n") {
		end++
	}
	return text[:from], text[from:end], text[end:], true
}

// CopySource returns what the request copies from, and whether it says so. A plus
// sign is a blank: the official Go SDKs of both services write it so.
func (t *Task) CopySource() (bucket, key string, ok bool) {
	source, ok := t.Vendor("copy-source")
	source, _, _ = strings.Cut(strings.TrimPrefix(source, "/"), "?")
	bucket, key, found := strings.Cut(wire.UnescapeQuery(source), "/")
	return bucket, key, ok && found && bucket != "" && key != ""
}

// DeletedKeys returns the keys that the body of a DeleteObjects request names.
func (t *Task) DeletedKeys() ([]string, error) {
	var ask struct {
		XMLName xml.Name               `xml:"Delete"`
		Objects []struct{ Key string } `xml:"Object"`
	}
	if err := xml.Unmarshal([]byte(t.req.Body), &ask); err != nil {
		return nil, fmt.Errorf("the body is no list of keys: %w", err)
	}
	keys := make([]string, len(ask.Objects))
	for i, o := range ask.Objects {
		keys[i] = o.Key
	}
	return keys, nil
}
