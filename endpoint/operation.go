package endpoint

import (
	"cmp"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"hash/crc64"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// An operation is one row of a dialect's table: by what a request is known to
// ask for it, and how success looks.
type operation struct {
	// The row is for the requests for which all of these that are given hold.
	Name    string            `json:"name"`
	Method  string            `json:"method"`
	Level   level             `json:"level"`
	With    []string          `json:"with"`   // query parameters, name or name=value
	Header  string            `json:"header"` // without the vendor's prefix
	Carrier signature.Carrier `json:"carrier"`
	S3      bool              `json:"s3"` // the request is in the words of S3

	Status   int         `json:"status"`   // 200 when absent
	Document string      `json:"document"` // a file beside the table
	Headers  [][2]string `json:"headers"`
}

var operations = map[Dialect][]operation{OSS: mustLoad[operation](OSS, "operations"), OBS: mustLoad[operation](OBS, "operations")}

// operation returns the first row that fits, or nil.
func (a *answer) operation() *operation {
	table := operations[a.dialect]
	for i := range table {
		if a.asksFor(&table[i]) {
			return &table[i]
		}
	}
	return nil
}

func (a *answer) asksFor(op *operation) bool {
	if op.Method != a.req.Method && op.Method != "" || op.Level != a.level() && op.Level != "" {
		return false
	}
	if profile := a.v.Profile; op.Carrier != "" || op.S3 {
		if profile == nil || op.Carrier != "" && op.Carrier != profile.Carrier || op.S3 && !s3Scheme(profile.Scheme) {
			return false
		}
	}
	for _, with := range op.With {
		name, want, _ := strings.Cut(with, "=")
		if value, ok := a.param(name); !ok || want != "" && value != want {
			return false
		}
	}
	if op.Header == "" {
		return true
	}
	_, ok := a.req.Header(a.prefix + op.Header)
	return ok
}

// accept answers a verified request with the row of its operation.
func (a *answer) accept(op *operation, s *Success) Response {
	a.values = &s.Values
	if op == nil { // a method the tables do not know: HTTP has nothing to say
		op = &operation{}
	}
	status := cmp.Or(s.Status, op.Status, http.StatusOK)
	if op.Carrier == signature.InForm && s.Status == 0 {
		status, op = a.formStatus(status, op)
	}
	headers := make([]wire.Header, 0, len(op.Headers)+len(s.Headers))
	for _, h := range op.Headers {
		name, value := a.fill(h[0], nil), a.fill(h[1], wire.EscapePath)
		if value != "" && !slices.ContainsFunc(s.Headers, func(own wire.Header) bool { return wire.EqualFold(own.Name, name) }) {
			headers = append(headers, wire.Header{Name: name, Value: value})
		}
	}
	for _, own := range s.Headers {
		if own.Value != "" {
			headers = append(headers, own)
		}
	}
	var document, contentType string
	switch {
	case s.HasBody:
		document, contentType = s.Body, s.ContentType
	case op.Document != "":
		document, contentType = a.document(op.Document)
	}
	r := a.respond(status, contentType, document, headers)
	r.operation = op.Name
	return r
}

// formStatus obeys the form field success_action_status: 200 and 204 without a
// document, 201 with one (PostObject).
func (a *answer) formStatus(status int, op *operation) (int, *operation) {
	fields, _ := signature.FormFields(a.req)
	plain := *op
	plain.Document = ""
	for _, f := range fields {
		if wire.EqualFold(f[0], "success_action_status") {
			switch f[1] {
			case "200":
				return http.StatusOK, &plain
			case "201":
				return http.StatusCreated, op
			}
		}
	}
	return status, &plain
}

// document fills in a file of the dialect.
func (a *answer) document(name string) (text, contentType string) {
	template, ok := documents[a.dialect][name]
	if !ok {
		panic("endpoint: no document " + name) // a test holds that the tables name files that exist
	}
	switch path.Ext(name) {
	case ".xml":
		return a.fillRows(template), "application/xml"
	case ".json":
		return a.fill(template, nil), "application/json"
	}
	return template, "application/octet-stream"
}

// documents are the files beside the tables.
var documents = map[Dialect]map[string]string{OSS: mustRead(OSS), OBS: mustRead(OBS)}

func mustRead(dialect Dialect) map[string]string {
	dir := "answers/" + string(dialect)
	entries, err := answerFiles.ReadDir(dir)
	if err != nil {
		panic("endpoint: embedded documents: " + err.Error())
	}
	files := map[string]string{}
	for _, entry := range entries {
		data, err := answerFiles.ReadFile(dir + "/" + entry.Name())
		if err != nil {
			panic("endpoint: embedded documents: " + err.Error())
		}
		files[entry.Name()] = string(data)
	}
	return files
}

// listed is how a value stands in a document: as XML text, and percent-encoded
// before that where the request asks for encoding-type=url.
func (a *answer) listed(value string) string {
	if encoding, _ := a.param("encoding-type"); encoding == "url" {
		value = wire.EscapeValue(value)
	}
	return escapeXML(value)
}

// fill puts values in place of ${…}. escape, if not nil, is how they are
// written; values that are markup themselves are not escaped.
func (a *answer) fill(template string, escape func(string) string) string {
	value := func(name string) string {
		value, _, markup := a.value(name)
		if escape == nil || markup {
			return value
		}
		return escape(value)
	}
	before, rest, found := strings.Cut(template, "${")
	if !found {
		return template
	}
	if name, after, _ := strings.Cut(rest, "}"); before == "" && after == "" { // most headers are one value
		return value(name)
	}
	var b strings.Builder
	for found {
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(before)
		b.WriteString(value(name))
		before, rest, found = strings.Cut(after, "${")
	}
	b.WriteString(before)
	return b.String()
}

// value returns what ${name} stands for, whether the name is known, and
// whether the value is markup. query:NAME is a query parameter, query:NAME|TEXT
// has a default.
func (a *answer) value(name string) (value string, known, markup bool) {
	if parameter, ok := strings.CutPrefix(name, "query:"); ok {
		parameter, fallback, _ := strings.Cut(parameter, "|")
		if value, _ := a.param(parameter); value != "" {
			return value, true, false
		}
		return fallback, true, false
	}
	if value, markup, ok := a.values.lookup(name); ok {
		return value, true, markup
	}
	switch name {
	case "Bucket":
		return a.resource.Bucket, true, false
	case "Key":
		return a.key, true, false
	case "Location":
		return "http://" + a.req.Host() + "/" + wire.EscapePath(a.key), true, false
	case "Vendor":
		return a.prefix, true, true
	case "Namespace":
		return a.namespace, true, true
	case "Argument":
		argument, _ := a.argument()
		return argument, true, false
	case "Got": // what broke a rule
		if a.fault == nil {
			return "", true, false
		}
		return a.fault.Got, true, false
	case "NewUploadId":
		return a.requestID, true, true
	case "Time":
		if a.dialect == OSS { // whole seconds
			return a.now.Truncate(time.Second).Format(isoMilliseconds), true, true
		}
		return a.now.Format(isoMilliseconds), true, true
	case "HTTPTime":
		return a.now.Format(http.TimeFormat), true, true
	case "NextPosition":
		position, _ := a.param("position")
		at, _ := strconv.Atoi(position)
		return strconv.Itoa(at + len(a.req.Body)), true, true
	case "EncodingType":
		if encoding, ok := a.param("encoding-type"); ok {
			return "<EncodingType>" + escapeXML(encoding) + "</EncodingType>", true, true
		}
		return "", true, true
	case "Deleted":
		return a.deleted(), true, true
	case "More": // what a list has behind its entries
		if a.values == nil {
			return "", true, true
		}
		return a.markup(a.values.More), true, true
	case "ObjectClass":
		if a.dialect == OSS {
			return "Standard", true, true
		}
		return "STANDARD", true, true
	case "Entry": // a key in a list
		prefix, _ := a.param("prefix")
		return prefix + "object.txt", true, false
	case "BucketEntry": // a bucket in a list
		prefix, _ := a.param("prefix")
		return prefix + "examplebucket", true, false
	}
	if value, known := exampleValues[name]; known {
		return value, true, true
	}
	value, known = a.checksum(name)
	return value, known, true
}

// exampleValues are those of the object that stands for every object.
var exampleValues = map[string]string{
	"ObjectType": "Normal", "Truncated": "false", "KeyCount": "1", "PartNumber": "1", "NextPart": "1",
	"BucketGrant": "private", "ObjectGrant": "default", "TagKey": "colour", "TagValue": "red",
	"NextKey": "", "NextUpload": "",
}

// checksum returns the checksums of the body (ETag, MD5, CRC64) and those of
// the object that stands for every object (ObjectETag and so on, ObjectSize).
func (a *answer) checksum(name string) (value string, known bool) {
	content := a.req.Body
	if kind, ok := strings.CutPrefix(name, "Object"); ok {
		content, _ = a.document("object.txt")
		name = kind
	}
	switch name {
	case "Size":
		return strconv.Itoa(len(content)), true
	case "ETag": // OSS has upper-case digits, OBS lower-case ones
		sum := md5.Sum([]byte(content))
		digits := hex.EncodeToString(sum[:])
		if a.dialect == OSS {
			digits = strings.ToUpper(digits)
		}
		return `"` + digits + `"`, true
	case "MD5":
		sum := md5.Sum([]byte(content))
		return base64.StdEncoding.EncodeToString(sum[:]), true
	case "CRC64":
		return strconv.FormatUint(crc64.Checksum([]byte(content), ecma), 10), true
	}
	return "", false
}

var ecma = crc64.MakeTable(crc64.ECMA)

// deleted lists the keys a DeleteObjects request names, unless it asks for
// quiet. A body that cannot be read lists none: it is no part of what is
// authenticated.
func (a *answer) deleted() string {
	var ask struct {
		Quiet   bool
		Objects []struct{ Key, VersionId string } `xml:"Object"`
	}
	if err := xml.Unmarshal([]byte(a.req.Body), &ask); err != nil || ask.Quiet {
		return ""
	}
	var b strings.Builder
	before := ""
	if a.dialect == OSS { // OBS has no blanks between elements, and an SDK of its own reads none there
		before = "\n  "
	}
	for _, o := range ask.Objects {
		b.WriteString(before + "<Deleted><Key>" + a.listed(o.Key) + "</Key>")
		if o.VersionId != "" {
			b.WriteString("<VersionId>" + escapeXML(o.VersionId) + "</VersionId>")
		}
		b.WriteString("</Deleted>")
	}
	return b.String()
}
