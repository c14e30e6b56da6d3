package paste

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/countersign/countersign/diagnose"
)

// The names that the exceptions of SDKs have for the elements of an error
// document, lower-case. The elements themselves stand for themselves.
var exceptionNames = map[string]string{
	"code": "Code", "errorcode": "Code", "error code": "Code",
	"message": "Message", "errormessage": "Message", "error message": "Message",
	"requestid": "RequestId", "request id": "RequestId", "x-oss-request-id": "RequestId", "error request id": "RequestId",
	"hostid": "HostId", "host id": "HostId",
	"ec": "EC", "eccode": "EC", "x-oss-ec": "EC",
	"ossaccesskeyid": "OSSAccessKeyId", "awsaccesskeyid": "AWSAccessKeyId", "accesskeyid": "AccessKeyId",
	"signatureprovided": "SignatureProvided",
	"stringtosign":      "StringToSign", "stringtosignbytes": "StringToSignBytes",
	"canonicalrequest": "CanonicalRequest",
	"requesttime":      "RequestTime", "servertime": "ServerTime",
	"statuscode": statusName, "status": statusName, "http status code": statusName, "responsecode": statusName,
}

// statusName is none of an element: the status stands beside the document.
const statusName = "status"

// saying finds a name of an exception, what is around it, and where its value
// begins.
var saying = regexp.MustCompile(`(?i)(?:^|[^A-Za-z0-9_-])['"\[]?(error request id|http status code|error ?code|error ?message|x-oss-request-id|x-oss-ec|request ?id|host ?id|statuscode|responsecode|stringtosignbytes|stringtosign|canonicalrequest|signatureprovided|(?:oss|aws)?accesskeyid|requesttime|servertime|eccode|status|code|message|ec)['"\]]?[ \t]*[:=][ \t]*`)

// statement is one thing that an exception says.
type statement struct {
	element, value string
	from, to       int
}

// maxStatements bounds what of one text is looked at.
const maxStatements = 1 << 12

// gap is how far apart two statements of one exception can be.
const gap = 512

// exceptions reads error documents from what SDKs make of them.
func (c *collection) exceptions(t *text) {
	var group []statement
	last := 0
	for _, m := range saying.FindAllStringSubmatchIndex(t.all, maxStatements) {
		if m[1] < last || !t.free(m[2]) {
			continue
		}
		element := exceptionNames[strings.ToLower(t.all[m[2]:m[3]])]
		value, to := valueAt(t.all, m[1], oneWord[element])
		s := statement{element, value, m[2], to}
		if n := len(group); n > 0 && (s.from-group[n-1].to > gap || contradicts(group, s)) {
			c.exception(t, group)
			group = nil
		}
		group, last = append(group, s), to
	}
	c.exception(t, group)
}

// contradicts reports whether a statement is of another exception than those
// before it: it says a second time what was refused, or says otherwise what they
// say.
func contradicts(group []statement, s statement) bool {
	for _, other := range group {
		if other.element == s.element && other.element != "Message" {
			return other.value != s.value || s.element == "Code" || s.element == statusName
		}
	}
	return false
}

// oneWord are the elements whose values hold no blank.
var oneWord = map[string]bool{"Code": true, "EC": true, "RequestId": true, "HostId": true, statusName: true}

// valueAt reads the value that begins at an offset: quoted, or up to what ends
// it in the formats of exceptions.
func valueAt(s string, at int, word bool) (value string, end int) {
	if at < len(s) && (s[at] == '\'' || s[at] == '"') {
		if n := closingQuote(s[at:]); n > 0 {
			return unescaped(s[at+1 : at+n]), at + n + 1
		}
	}
	limit := min(len(s), at+longestDocument)
	for end = at; end < limit && !endsValue(s[end:], word); end++ {
	}
	value = strings.TrimRight(s[at:end], " \t\r.'\"")
	return value, end
}

// endsValue reports whether a value that is not quoted ends in front of rest.
func endsValue(rest string, word bool) bool {
	if strings.IndexByte("\n|};", rest[0]) >= 0 || word && strings.IndexByte(" \t,", rest[0]) >= 0 {
		return true
	}
	return strings.HasPrefix(rest, ", ") || strings.HasPrefix(rest, " -- ") || strings.HasPrefix(rest, " RequestId: ")
}

// closingQuote is the offset of the quote that closes the one s begins with, 0
// if there is none in reach.
func closingQuote(s string) int {
	for i := 1; i < min(len(s), longestDocument); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i
		}
	}
	return 0
}

// ecForm is the form of the error codes of OSS.
var ecForm = regexp.MustCompile(`^00[0-9]{2}-[0-9]{8}$`)

// exception makes a document of the statements of an exception. There must be an
// error code of one of the services among them: other programs also say code and
// message.
func (c *collection) exception(t *text, group []statement) {
	if len(group) == 0 {
		return
	}
	var fields []diagnose.Field
	status, known := 0, false
	for _, s := range group {
		switch {
		case s.element == statusName:
			if n, err := strconv.Atoi(s.value); err == nil && n >= 300 && n < 600 {
				status = n
			}
			continue
		case s.value == "" || has(fields, s.element):
			continue
		case s.element == "Code":
			if !diagnose.IsCode(s.value) {
				continue
			}
			known = true
		case s.element == "EC":
			if !ecForm.MatchString(s.value) {
				continue
			}
			known = true
		}
		fields = append(fields, diagnose.Field{Name: s.element, Value: s.value})
	}
	if !has(fields, "Code") {
		if code := codeBefore(t.all, group[0].from); code != "" {
			fields, known = append(fields, diagnose.Field{Name: "Code", Value: code}), true
		}
	}
	if !known {
		return
	}
	from, to := group[0].from, group[len(group)-1].to
	d := diagnose.ErrorDocumentOf(fields)
	for i := t.lineOf(from); i <= t.lineOf(to-1); i++ {
		t.take(t.lines[i], t.end(i))
	}
	c.addDocument(document{ErrorDocument: d, status: status, where: t.note(from, to, "the exception of an SDK, "+name(d))})
}

// leading is a code in front of its message.
var leading = regexp.MustCompile(`\b([A-Z][A-Za-z]{5,40}?)(?:Error|Exception)?: `)

// codeBefore finds the code that an exception begins with, in front of what else
// it says.
func codeBefore(s string, at int) string {
	code := ""
	for _, m := range leading.FindAllStringSubmatch(s[max(0, at-gap):at], -1) {
		if diagnose.IsCode(m[1]) {
			code = m[1]
		}
	}
	return code
}

func has(fields []diagnose.Field, name string) bool {
	for _, f := range fields {
		if f.Name == name {
			return true
		}
	}
	return false
}
