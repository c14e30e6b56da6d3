package wire

import "strings"

// Target is a request target taken apart, nothing decoded.
type Target struct {
	Scheme    string // "http", "https", "rtmp" for absolute-form, else ""
	Authority string // host and port for absolute-form, else ""
	Path      string
	Query     string // without the question mark
	HasQuery  bool   // a question mark was there, even with nothing behind it
}

// SplitTarget takes a request target apart. The first question mark ends the
// path; every later one belongs to the query.
func SplitTarget(target string) Target {
	var t Target
	rest := target
	if !strings.HasPrefix(rest, "/") {
		if i := strings.Index(rest, "://"); i > 0 && isScheme(rest[:i]) {
			t.Scheme = rest[:i]
			rest = rest[i+3:]
			end := strings.IndexAny(rest, "/?")
			if end < 0 {
				end = len(rest)
			}
			t.Authority, rest = rest[:end], rest[end:]
		}
	}
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		t.Path, t.Query, t.HasQuery = rest[:i], rest[i+1:], true
	} else {
		t.Path = rest
	}
	return t
}

// isScheme reports whether s is a URL scheme (RFC 3986, section 3.1). Without
// this check "?next=http://b" would have the scheme "?next=http".
func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := lower(s[i])
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || strings.IndexByte("0123456789+-.", c) < 0) {
			return false
		}
	}
	return s != ""
}

// String puts the target together again: SplitTarget(s).String() is s.
func (t Target) String() string {
	var b strings.Builder
	if t.Scheme != "" || t.Authority != "" {
		b.WriteString(t.Scheme + "://" + t.Authority)
	}
	b.WriteString(t.Path)
	if t.HasQuery {
		b.WriteString("?" + t.Query)
	}
	return b.String()
}

// Param is one query parameter as it stood on the wire, nothing decoded.
type Param struct {
	Name     string
	Value    string
	HasValue bool // an equals sign was there, even with nothing behind it
}

// AppendParams appends the parameters of a raw query in order of appearance.
// Empty parts (as in "a&&b") are no parameters. The first equals sign of a
// part ends its name.
func AppendParams(dst []Param, query string) []Param {
	for len(query) > 0 {
		part := query
		if i := strings.IndexByte(query, '&'); i >= 0 {
			part, query = query[:i], query[i+1:]
		} else {
			query = ""
		}
		if part == "" {
			continue
		}
		if i := strings.IndexByte(part, '='); i >= 0 {
			dst = append(dst, Param{part[:i], part[i+1:], true})
		} else {
			dst = append(dst, Param{Name: part})
		}
	}
	return dst
}

// Unescape decodes %XX. A percent sign without two hexadecimal digits behind
// it stays as it is. A plus sign is not touched.
func Unescape(s string) string { return unescape(s, false) }

// UnescapeQuery is [Unescape] for a part of a query, where a plus sign is a
// blank: OSS echoes it so (field evidence F-OSS-V1-07).
func UnescapeQuery(s string) string { return unescape(s, true) }

func unescape(s string, plus bool) string {
	if strings.IndexByte(s, '%') < 0 && (!plus || strings.IndexByte(s, '+') < 0) {
		return s
	}
	return string(AppendUnescaped(make([]byte, 0, len(s)), s, plus))
}

// AppendUnescaped appends the decoded form of s; plus says whether a plus sign
// is a blank.
func AppendUnescaped(dst []byte, s string, plus bool) []byte {
	for i := 0; i < len(s); i++ {
		start := i
		for i < len(s) && s[i] != '%' && (!plus || s[i] != '+') {
			i++
		}
		dst = append(dst, s[start:i]...)
		switch {
		case i == len(s):
		case s[i] == '+':
			dst = append(dst, ' ')
		case i+2 < len(s) && unhex[s[i+1]] >= 0 && unhex[s[i+2]] >= 0:
			dst = append(dst, byte(unhex[s[i+1]]<<4|unhex[s[i+2]]))
			i += 2
		default:
			dst = append(dst, '%')
		}
	}
	return dst
}

var unhex = func() (t [256]int16) {
	for i := range t {
		t[i] = -1
	}
	for c := byte('0'); c <= '9'; c++ {
		t[c] = int16(c - '0')
	}
	for c := byte('a'); c <= 'f'; c++ {
		t[c] = int16(c-'a') + 10
		t[c-'a'+'A'] = int16(c-'a') + 10
	}
	return t
}()

// EscapeSet says which bytes stand for themselves; all others become %XX with
// upper-case digits.
type EscapeSet [256]bool

// NewEscapeSet returns the set of the RFC 3986 unreserved bytes
// (A-Z a-z 0-9 - . _ ~) and the bytes of also.
func NewEscapeSet(also string) *EscapeSet {
	var set EscapeSet
	for c := 0; c < 128; c++ {
		b := byte(c)
		set[c] = 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("-._~"+also, b) >= 0
	}
	return &set
}

// AppendEscaped appends the percent-encoded form of s.
func AppendEscaped(dst []byte, s string, raw *EscapeSet) []byte {
	const upper = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		start := i
		for i < len(s) && raw[s[i]] {
			i++
		}
		dst = append(dst, s[start:i]...)
		if i < len(s) {
			dst = append(dst, '%', upper[s[i]>>4], upper[s[i]&15])
		}
	}
	return dst
}

// EscapeValue percent-encodes s as RFC 3986 does for a query value: only
// unreserved bytes stand for themselves.
func EscapeValue(s string) string { return escape(s, strictSet) }

// EscapePath is [EscapeValue] with the slash kept.
func EscapePath(s string) string { return escape(s, pathSet) }

func escape(s string, raw *EscapeSet) string {
	for i := 0; i < len(s); i++ {
		if !raw[s[i]] {
			return string(AppendEscaped(make([]byte, 0, len(s)+16), s, raw))
		}
	}
	return s
}

var (
	strictSet = NewEscapeSet("")
	pathSet   = NewEscapeSet("/")
)
