package endpoint

import (
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

//go:embed answers
var answerFiles embed.FS

// Classes of refusal that have nothing to do with a signature. They stand in
// the same tables.
const (
	unsigned       signature.Class = "unsigned"
	badSyntax      signature.Class = "http-syntax"
	badVersion     signature.Class = "http-version"
	headTooLarge   signature.Class = "http-head-too-large"
	bodyTooLarge   signature.Class = "http-body-too-large"
	requestTimeout signature.Class = "http-timeout"
	incomplete     signature.Class = "http-incomplete"
	busy           signature.Class = "http-busy"
	broken         signature.Class = "internal" // a bug in Countersign
)

// A refusal is one row of a dialect's table: which requests it is for, what is
// said to them, and what that rests on.
type refusal struct {
	// The row is for the requests for which all of these that are given hold.
	Class   signature.Class   `json:"class"`
	Schemes []string          `json:"schemes"`
	Carrier signature.Carrier `json:"carrier"`
	Level   level             `json:"level"`
	Where   string            `json:"where"` // of the fault
	Causes  []string          `json:"causes"`

	Status   int      `json:"status"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	EC       string   `json:"ec"`       // OSS; in place of the fault's own
	Elements []string `json:"elements"` // between HostId and EC
	Source   string   `json:"source"`
}

var refusals = map[Dialect][]refusal{OSS: mustLoad[refusal](OSS, "refusals"), OBS: mustLoad[refusal](OBS, "refusals")}

// mustLoad reads answers/<dialect>/<table>.json, {"<table>":[row…]}.
func mustLoad[Row any](dialect Dialect, table string) []Row {
	path := "answers/" + string(dialect) + "/" + table + ".json"
	data, err := answerFiles.ReadFile(path)
	if err != nil {
		panic(fmt.Sprintf("endpoint: embedded table: %v", err))
	}
	var file map[string][]Row
	if err := json.Unmarshal(data, &file); err != nil {
		panic(fmt.Sprintf("endpoint: %s: %v", path, err))
	}
	return file[table]
}

// refusalFor returns the first row that fits. The last row of every table fits
// all requests.
func (a *answer) refusalFor(class signature.Class) *refusal {
	table := refusals[a.dialect]
	for i := range table {
		if a.fits(&table[i], class) {
			return &table[i]
		}
	}
	panic("endpoint: the table of refusals of " + string(a.dialect) + " has no last row")
}

func (a *answer) fits(r *refusal, class signature.Class) bool {
	var scheme string
	var carrier signature.Carrier
	if a.v.Profile != nil {
		scheme, carrier = a.v.Profile.Scheme, a.v.Profile.Carrier
	}
	var fault signature.Fault
	if a.fault != nil {
		fault = *a.fault
	}
	return (r.Class == "" || r.Class == class) &&
		(r.Schemes == nil || slices.Contains(r.Schemes, scheme)) &&
		(r.Carrier == "" || r.Carrier == carrier) &&
		(r.Level == "" || r.Level == a.level()) &&
		(r.Where == "" || r.Where == fault.Where) &&
		(r.Causes == nil || slices.Contains(r.Causes, fault.EC))
}

// longestHeadDocument bounds the error document that OSS repeats in a header
// of its answer to HEAD: some clients take no more than 16 KiB of headers.
const longestHeadDocument = 8 << 10

func (a *answer) refuse(class signature.Class, fault *signature.Fault, more ...wire.Header) Response {
	a.fault = fault
	row := a.refusalFor(class)
	ec := ""
	if a.dialect == OSS {
		if ec = row.EC; ec == "" && fault != nil {
			ec = fault.EC
		}
	}
	document := a.errorDocument(row, ec, row.Elements)
	var headers []wire.Header
	if a.req.Method == "HEAD" {
		if a.dialect == OBS {
			headers = append(headers, wire.Header{Name: a.prefix + "error-code", Value: row.Code}, wire.Header{Name: a.prefix + "error-message", Value: a.fill(row.Message, wire.EscapePath)})
		} else {
			if len(document) > longestHeadDocument {
				document = a.errorDocument(row, ec, nil)
			}
			headers = append(headers, wire.Header{Name: "x-oss-err", Value: base64.StdEncoding.EncodeToString([]byte(document))})
		}
	}
	if ec != "" {
		headers = append(headers, wire.Header{Name: "x-oss-ec", Value: ec})
	}
	r := a.respond(row.Status, "application/xml", document, append(headers, more...))
	r.code, r.ec, r.foreign = row.Code, ec, a.foreign
	return r
}

// errorDocument writes the document as the service lays it out: OSS one element
// a line and EC and RecommendDoc last, OBS all in one line (field evidence,
// section 4).
func (a *answer) errorDocument(row *refusal, ec string, elements []string) string {
	var b strings.Builder
	open, between, end := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>", "\n  ", "\n</Error>\n"
	if a.dialect == OBS {
		open, between, end = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Error>", "", "</Error>"
	}
	element := func(name, value string) {
		b.WriteString(between + "<" + name + ">" + escapeXML(value) + "</" + name + ">")
	}
	b.WriteString(open)
	element("Code", row.Code)
	element("Message", a.fill(row.Message, nil))
	element("RequestId", a.requestID)
	element("HostId", a.hostID())
	for _, name := range elements {
		value, _ := a.detail(name)
		if name == "AccessKeyId" {
			name = a.keyID
		}
		element(name, value)
	}
	if ec != "" {
		element("EC", ec)
		element("RecommendDoc", "https://api.aliyun.com/troubleshoot?q="+ec)
	}
	b.WriteString(end)
	return b.String()
}

// detail returns the value of an element of the tables, and whether there is
// such an element.
func (a *answer) detail(name string) (string, bool) {
	switch name {
	case "AccessKeyId":
		return a.v.AccessKeyID, true
	case "SignatureProvided":
		return a.v.Provided, true
	case "StringToSign":
		return a.v.Stage(signature.StringToSign), true
	case "StringToSignBytes":
		return a.dialect.spelledBytes(a.v.Stage(signature.StringToSign)), true
	case "CanonicalRequest":
		return a.v.Stage(signature.CanonicalRequest), true
	case "Authorization":
		value, _ := a.req.Header("Authorization")
		return value, true
	case "MaxAllowedSkewMilliseconds":
		return strconv.FormatInt(signature.MaxSkew.Milliseconds(), 10), true
	case "RequestTime":
		return a.requestTime(), true
	case "ServerTime":
		return a.now.Format(isoMilliseconds), true
	case "Expires":
		return a.expiry(), true
	case "BucketName":
		return a.resource.Bucket, true
	case "Key":
		return a.key, true
	case "UploadId":
		id, _ := a.param("uploadId")
		return id, true
	case "ArgumentName":
		name, _ := a.argument()
		return name, true
	case "ArgumentValue":
		_, value := a.argument()
		return value, true
	}
	return "", false
}

const isoMilliseconds = "2006-01-02T15:04:05.000Z"

// requestTime is the time the request has: OSS words it anew, OBS repeats what
// was sent (F-OSS-D-07, F-OBS-02).
func (a *answer) requestTime() string {
	if a.fault == nil {
		return ""
	}
	at, ok := signature.ParseDate(a.fault.Got)
	if !ok || a.dialect == OBS {
		return a.fault.Got
	}
	return at.Format(isoMilliseconds)
}

// expiry is when the request was no longer valid: the V1 family says it, V4
// says how long after its time line.
func (a *answer) expiry() string {
	seconds, err := strconv.ParseInt(a.v.Expires, 10, 64)
	if err != nil {
		return a.v.Expires
	}
	at := time.Unix(seconds, 0)
	if begin, ok := signature.ParseDate(a.v.Timestamp); ok {
		at = begin.Add(time.Duration(seconds) * time.Second)
	}
	return at.UTC().Format(isoMilliseconds)
}

// argument returns the form field or parameter the fault is about.
func (a *answer) argument() (name, value string) {
	if a.fault == nil {
		return "", ""
	}
	_, name, _ = strings.Cut(a.fault.Where, " ")
	if strings.HasPrefix(a.fault.Where, "parameter ") {
		value, _ = a.param(name)
		return name, value
	}
	fields, _ := signature.FormFields(a.req)
	for _, f := range fields {
		if wire.EqualFold(f[0], name) {
			return name, f[1]
		}
	}
	return name, a.fault.Got
}

// refuseUnread answers a request that could not be read: req is what is known
// of it, or nil.
func refuseUnread(dialect Dialect, class signature.Class, req *wire.Request, now time.Time) Response {
	if req == nil {
		req = &wire.Request{Method: http.MethodGet, Target: "/"}
	}
	return newAnswer(dialect, &signature.Verification{}, req, now).refuse(class, nil)
}

// Refuses reports whether the tables of a dialect have a row for a class.
func Refuses(dialect Dialect, class signature.Class) bool {
	return slices.ContainsFunc(refusals[dialect], func(r refusal) bool { return r.Class == class })
}
