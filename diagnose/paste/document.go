package paste

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/diagnose"
)

// The tags of an error document in the forms in which they are passed on: as
// they are, escaped for HTML once or twice, escaped for JSON likewise, and
// percent-encoded.
const (
	lessThan    = `(?:<|&(?:amp;)*(?:lt|#60|#x3[cC]);|\\+(?:u003[cC]|x3[cC])|%3[cC])`
	greaterThan = `(?:>|&(?:amp;)*(?:gt|#62|#x3[eE]);|\\+(?:u003[eE]|x3[eE])|%3[eE])`
)

var (
	beforeOpen  = regexp.MustCompile(lessThan + `$`)
	beforeClose = regexp.MustCompile(lessThan + `(?:\\+/|/|%2[fF])$`)
	behindName  = regexp.MustCompile(`^(?:[ \t\r\n][^<>&\\%]*)?` + greaterThan)
)

// Around the name of the root there is so much of a tag.
const (
	longestLess    = 32
	longestGreater = 256
)

// tags finds tags of the root: what stands in front of its name decides which.
// To look for the name first is many times faster than to look for a tag in any
// of its forms.
func tags(s string, front *regexp.Regexp, enough int) (found [][2]int) {
	const root = "Error"
	for at := 0; len(found) < enough; at += len(root) {
		next := strings.Index(s[at:], root)
		if next < 0 {
			break
		}
		at += next
		from := max(0, at-longestLess)
		before := front.FindStringIndex(s[from:at])
		if before == nil {
			continue
		}
		behind := at + len(root)
		if end := behindName.FindStringIndex(s[behind:min(len(s), behind+longestGreater)]); end != nil {
			found = append(found, [2]int{from + before[0], behind + end[1]})
		}
	}
	return found
}

func openTags(s string) [][2]int { return tags(s, beforeOpen, len(s)) }

// longestDocument is how much of a text a document can have that is not closed.
const longestDocument = 64 << 10

// errorDocuments reads the error documents of a text.
func (c *collection) errorDocuments(t *text) {
	opens := openTags(t.all)
	if more := len(opens) - maxFinds; more > 0 {
		c.unused(t.note(opens[0][0], opens[more][0], fmt.Sprintf("%d error documents were left out: only the last %d were read", more, maxFinds)))
		t.take(opens[0][0], opens[more][0])
		opens = opens[more:]
	}
	for i, m := range opens {
		if !t.free(m[0]) {
			continue
		}
		limit := min(len(t.all), m[0]+longestDocument)
		if i+1 < len(opens) {
			limit = min(limit, opens[i+1][0])
		}
		to := limit
		if ends := tags(t.all[m[0]:limit], beforeClose, 1); len(ends) > 0 {
			to = m[0] + ends[0][1]
		}
		from := declaration(t, m[0])
		body, done := unwrap(t, from, to)
		d, err := diagnose.ParseErrorDocument([]byte(body))
		if err != nil {
			continue
		}
		t.take(from, to)
		c.addDocument(document{ErrorDocument: d, where: t.note(from, to, "an error document, "+name(d)), done: done})
	}
}

// name is what tells one document from another.
func name(d *diagnose.ErrorDocument) string {
	out := d.Code
	if out == "" {
		out = "without a code"
	}
	if d.EC != "" {
		out += ", EC " + d.EC
	}
	return out
}

// declarationTag is the XML declaration in front of a document.
var declarationTag = regexp.MustCompile(lessThan + `\?xml[^<>]{0,120}?\?` + greaterThan + `[ \t\r\n\\nr>|]{0,80}$`)

// declaration is where the document begins whose root is at an offset.
func declaration(t *text, at int) int {
	from := max(0, at-300)
	if m := declarationTag.FindStringIndex(t.all[from:at]); m != nil {
		return from + m[0]
	}
	// A log has it in the line above, behind the same prefix.
	line := t.lineOf(at)
	if prefix := t.all[t.lines[line]:at]; line > 0 && len(prefix) <= longestPrefix {
		if rest, same := behind(t.line(line-1), prefix); same && len(rest) > 0 && declarationTag.FindStringIndex(rest) != nil {
			return t.lines[line-1] + len(prefix)
		}
	}
	return at
}

// maxWraps is how often a text can be escaped and still be read.
const maxWraps = 4

// unwrap undoes what was done to a document on its way, and says what that was.
func unwrap(t *text, from, to int) (body string, done []string) {
	body = t.all[from:to]
	if stripped, prefix, ok := withoutPrefix(t, from, to); ok {
		body = stripped
		what := "what a log puts in front of each line"
		if strings.TrimSpace(prefix) == "" {
			what = "the indentation of each line"
		}
		done = append(done, what+" was cut off: "+strconv.QuoteToASCII(prefix))
	}
	for range maxWraps {
		switch {
		case strings.HasPrefix(body, "&"):
			body, done = html.UnescapeString(body), append(done, "its HTML escapes were undone")
		case strings.HasPrefix(body, "%"):
			body, done = percentDecoded(body), append(done, "its percent-encoding was undone")
		case strings.HasPrefix(body, `\`), escapedBetweenTags.MatchString(body), strings.Contains(body, `=\"1.0`):
			body, done = unescaped(body), append(done, "its backslash escapes were undone, as JSON and the logs of programs have them")
		default:
			return body, done
		}
	}
	return body, done
}

// escapedBetweenTags tells an escaped document from one whose StringToSign is
// printed with \n, as the documents of the services print it.
var escapedBetweenTags = regexp.MustCompile(`>(?:\\+[nrt])+[ \t]*<|<\\+/|\\+u003[cC]|\\+"`)

// withoutPrefix cuts off what stands in front of every line from the line of an
// offset on. A document of one line has none, and neither has one of which only
// the first line is a log's.
func withoutPrefix(t *text, from, to int) (body, prefix string, ok bool) {
	first, last := t.lineOf(from), t.lineOf(to-1)
	prefix = t.all[t.lines[first]:from]
	if prefix == "" || first == last || len(prefix) > longestPrefix {
		return "", "", false
	}
	var b strings.Builder
	b.WriteString(t.all[from:t.end(first)])
	for i := first + 1; i <= last; i++ {
		line := t.all[t.lines[i]:min(t.end(i), to)]
		ended := strings.HasSuffix(line, "\n")
		line = strings.TrimRight(line, "\r\n")
		rest, same := behind(line, prefix)
		if strings.TrimSpace(prefix+line) == "" { // editors take blanks off an empty line
			rest, same = "", true
		}
		if !same {
			return "", "", false
		}
		b.WriteString(rest)
		if ended {
			b.WriteByte('\n')
		}
	}
	return b.String(), prefix, true
}

func percentDecoded(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// singleEscapes are those of JSON, Go, Python, Java and JavaScript that stand
// for one character.
var singleEscapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f', 'v': '\v', 'a': '\a', '0': 0, '"': '"', '\'': '\'', '\\': '\\', '/': '/'}

// unescaped undoes one level of backslash escapes. What is no escape stays as it
// is.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if single, ok := singleEscapes[s[i+1]]; ok {
			b.WriteByte(single)
			i++
			continue
		}
		text, n := numbered(s[i:])
		if n == 0 {
			b.WriteByte('\\')
			continue
		}
		b.WriteString(text)
		i += n - 1
	}
	return b.String()
}

// numbered reads \uXXXX, a pair of which may be one character, \UXXXXXXXX and
// \xXX, which is a byte.
func numbered(s string) (text string, n int) {
	width := map[byte]int{'u': 4, 'U': 8, 'x': 2}[s[1]]
	if width == 0 || len(s) < 2+width {
		return "", 0
	}
	value, err := strconv.ParseUint(s[2:2+width], 16, 32)
	if err != nil {
		return "", 0
	}
	switch {
	case width == 2:
		return string([]byte{byte(value)}), 4
	case value >= 0xd800 && value < 0xdc00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u':
		low, err := strconv.ParseUint(s[8:12], 16, 32)
		if err == nil && low >= 0xdc00 && low < 0xe000 {
			return string(rune(0x10000 + (value-0xd800)<<10 + low - 0xdc00)), 12
		}
	case value > utf8.MaxRune:
		return "", 0
	}
	return string(rune(value)), 2 + width
}
