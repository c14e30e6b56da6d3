package diagnose

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Field is one element of an error document.
type Field struct {
	Name  string // without a namespace prefix; an element inside another is "Outer/Inner"
	Value string // its text with references resolved; no blank is trimmed, no byte replaced
}

// What is deeper, and what comes after so many elements, counts as text: the
// services write about a dozen elements, and go two deep.
const (
	maxDepth    = 8
	maxElements = 256
)

// elementScanner takes the elements out of an error document. encoding/xml
// would refuse what is not UTF-8, a control character or an ampersand that
// stands for itself; all of them occur in what users have.
type elementScanner struct {
	text   string
	at     int
	open   []openElement
	fields []Field
}

type openElement struct {
	name   string
	field  int  // its place in fields
	holder bool // other elements stand in it
	value  []byte
}

// rootElement is the only root the error documents of both services have.
const rootElement = "Error"

// errorElements returns the elements below the first <Error> in text, in their
// order, and what stands in front of it. cut names the element in which the
// text ends before it is closed, or is empty.
func errorElements(text string) (fields []Field, prolog, cut string, ok bool) {
	start, content, empty := findRoot(text)
	if start < 0 {
		return nil, "", "", false
	}
	s := elementScanner{text: text, at: content}
	if !empty {
		cut = s.scan()
	}
	return s.held(), text[:start], cut, true
}

// findRoot returns where the start tag of the root begins and ends, or -1.
func findRoot(text string) (start, end int, empty bool) {
	for from := 0; ; from = start + 1 {
		i := strings.Index(text[from:], "<"+rootElement)
		if i < 0 {
			return -1, -1, false
		}
		start = from + i
		if name, end, empty := startTag(text, start); name == rootElement {
			return start, end, empty
		}
	}
}

// startTag reads the start tag at text[at]. An empty name says that there is
// none: a < that stands for itself.
func startTag(text string, at int) (name string, end int, empty bool) {
	if at+1 >= len(text) || !startsName(text[at+1]) {
		return "", at, false
	}
	n := strings.IndexAny(text[at+1:], "<>")
	if n < 0 || text[at+1+n] == '<' {
		return "", at, false
	}
	tag := text[at+1 : at+1+n]
	empty = strings.HasSuffix(tag, "/")
	if i := strings.IndexAny(tag, " \t\r\n/"); i >= 0 {
		tag = tag[:i]
	}
	name = localName(tag)
	if name == "" || !startsName(name[0]) { // the prefix was none
		return "", at, false
	}
	return name, at + n + 2, empty
}

func startsName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= utf8.RuneSelf
}

func localName(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// scan reads up to the end tag of the root. At the end of the text it returns
// the name of the element that was not closed.
func (s *elementScanner) scan() (cut string) {
	for s.at < len(s.text) {
		if s.text[s.at] != '<' {
			end := strings.IndexByte(s.text[s.at:], '<')
			if end < 0 {
				end = len(s.text) - s.at
			}
			s.write(s.text[s.at:s.at+end], true)
			s.at += end
			continue
		}
		if s.markup() {
			s.closeFrom(0)
			return ""
		}
	}
	cut = rootElement
	if n := len(s.open); n > 0 {
		cut = s.fields[s.open[n-1].field].Name
	}
	s.closeFrom(0)
	return cut
}

// markup reads what begins with the < at the current position. It reports
// whether that was the end of the root.
func (s *elementScanner) markup() (done bool) {
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		s.skip("<!--", "-->")
	case strings.HasPrefix(rest, "<?"):
		s.skip("<?", "?>")
	case strings.HasPrefix(rest, "<![CDATA["):
		s.write(s.skip("<![CDATA[", "]]>"), false)
	case strings.HasPrefix(rest, "</"):
		return s.endTag()
	default:
		s.startTag()
	}
	return false
}

// skip moves behind the text between opening and closing and returns it.
func (s *elementScanner) skip(opening, closing string) string {
	inner, _, found := strings.Cut(s.text[s.at+len(opening):], closing)
	s.at += len(opening) + len(inner)
	if found {
		s.at += len(closing)
	}
	return inner
}

func (s *elementScanner) startTag() {
	name, end, empty := startTag(s.text, s.at)
	if name == "" || len(s.open) == maxDepth || len(s.fields) == maxElements {
		s.literal()
		return
	}
	s.at = end
	path := name
	if n := len(s.open); n > 0 {
		s.open[n-1].holder = true
		path = s.fields[s.open[n-1].field].Name + "/" + name
	}
	s.fields = append(s.fields, Field{Name: path})
	if !empty {
		s.open = append(s.open, openElement{name: name, field: len(s.fields) - 1})
	}
}

// endTag closes the innermost open element of its name and all within it. An
// end tag that closes nothing is text.
func (s *elementScanner) endTag() (done bool) {
	n := strings.IndexAny(s.text[s.at+2:], "<>")
	if n >= 0 && s.text[s.at+2+n] == '>' {
		name := localName(strings.TrimRight(s.text[s.at+2:s.at+2+n], " \t\r\n"))
		for i := len(s.open) - 1; i >= 0; i-- {
			if s.open[i].name == name {
				s.at += n + 3
				s.closeFrom(i)
				return false
			}
		}
		if name == rootElement {
			return true
		}
	}
	s.literal()
	return false
}

// literal takes one < as text.
func (s *elementScanner) literal() {
	s.write("<", false)
	s.at++
}

// write adds text to the innermost open element. Text between elements has no
// meaning.
func (s *elementScanner) write(text string, references bool) {
	if n := len(s.open); n > 0 {
		s.open[n-1].value = appendText(s.open[n-1].value, text, references)
	}
}

func (s *elementScanner) closeFrom(depth int) {
	for i := len(s.open) - 1; i >= depth; i-- {
		e := &s.open[i]
		value := string(e.value)
		if e.holder && strings.TrimSpace(value) == "" {
			s.fields[e.field].Name = "" // only what it holds has a value
		}
		s.fields[e.field].Value = value
	}
	s.open = s.open[:depth]
}

// held returns the fields without the elements that only hold others.
func (s *elementScanner) held() []Field {
	fields := s.fields[:0]
	for _, f := range s.fields {
		if f.Name != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// appendText appends text with its line ends as XML has them (XML 1.0, section
// 2.11: CR LF and CR are read as LF) and, if asked for, references resolved.
// A reference that stands for nothing stays as it is.
func appendText(dst []byte, text string, references bool) []byte {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				dst = append(dst, '\n')
			}
		case c == '&' && references:
			r, n := reference(text[i:])
			if n == 0 {
				dst = append(dst, c)
				continue
			}
			dst = utf8.AppendRune(dst, r)
			i += n - 1
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

var entities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// longestReference is that of the last code point, written with leading zeros.
const longestReference = len("&#x0010FFFF;")

// reference reads the reference that text begins with and its length, 0 if
// there is none.
func reference(text string) (rune, int) {
	end := strings.IndexByte(text[:min(len(text), longestReference)], ';')
	if end < 2 {
		return 0, 0
	}
	name := text[1:end]
	if name[0] != '#' {
		r, ok := entities[name]
		if !ok {
			return 0, 0
		}
		return r, end + 1
	}
	digits, base := name[1:], 10
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}
	value, err := strconv.ParseUint(digits, base, 32)
	if err != nil || value > utf8.MaxRune || !utf8.ValidRune(rune(value)) {
		return 0, 0
	}
	return rune(value), end + 1
}
