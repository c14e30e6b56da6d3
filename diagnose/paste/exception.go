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

// longestName is that of the longest of them.
const longestName = len("http status code")

// nameBefore reads the name of an exception that ends in front of the colon or
// the equals sign at an offset: 'code', [ErrorCode], Http Status Code. It returns
// where the name begins, -1 if there is none.
func nameBefore(s string, at int) (element string, from int) {
	end := len(strings.TrimRight(s[max(0, at-4):at], " \t")) + max(0, at-4)
	if end > 0 && strings.IndexByte("'\"]", s[end-1]) >= 0 {
		end--
	}
	from = end
	for from > 0 && end-from <= longestName && (isWord(s[from-1]) || s[from-1] == ' ') {
		from--
	}
	// The longest name of whole words.
	for ; from < end; from++ {
		if from > 0 && isWord(s[from-1]) {
			continue
		}
		if element, ok := exceptionNames[strings.ToLower(s[from:end])]; ok {
			return element, from
		}
	}
	return "", -1
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// statement is one thing that an exception says.
type statement struct {
	element, value string
	from, to       int
}

// maxStatements bounds what one exception says.
const maxStatements = 1 << 12

// gap is how far apart two statements of one exception can be.
const gap = 512

// exceptions reads error documents from what SDKs make of them.
func (c *collection) exceptions(t *text) {
	var group []statement
	start, end := codesIn(t.all)
	last := 0
	for at := start; at < end; at++ {
		if t.all[at] != ':' && t.all[at] != '=' {
			continue
		}
		element, from := nameBefore(t.all, at)
		if from < last || from < 0 || !t.free(from) {
			continue
		}
		behind := at + 1
		for behind < len(t.all) && (t.all[behind] == ' ' || t.all[behind] == '\t') {
			behind++
		}
		value, to := valueAt(t.all, behind, oneWord[element])
		s := statement{element, value, from, to}
		if n := len(group); n > 0 && (s.from-group[n-1].to > gap || contradicts(group, s)) {
			c.exception(t, group)
			group = nil
		}
		if group = append(group, s); len(group) == maxStatements {
			break
		}
		last = to
	}
	c.exception(t, group)
}

// codesIn returns the part of a text around its error codes: elsewhere there is no
// exception to be found.
func codesIn(s string) (from, to int) {
	const before, behind = 1 << 10, 64 << 10
	first, last, word := -1, -1, -1
	note := func(at int) {
		if first < 0 {
			first = at
		}
		last = at
	}
	for i := 0; i <= len(s); i++ {
		switch {
		case i < len(s) && ('a' <= s[i] && s[i] <= 'z' || 'A' <= s[i] && s[i] <= 'Z'):
			if word < 0 {
				word = i
			}
			continue
		case word >= 0 && 'A' <= s[word] && s[word] <= 'Z':
			name := s[word:i]
			if diagnose.IsCode(name) || diagnose.IsCode(strings.TrimSuffix(name, "Error")) {
				note(word)
			}
		case i < len(s) && s[i] == '-' && i >= 4 && i+9 <= len(s) && ecForm.MatchString(s[i-4:i+9]):
			note(i)
		}
		word = -1
	}
	if first < 0 {
		return 0, 0
	}
	return max(0, first-before), min(len(s), last+behind)
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
