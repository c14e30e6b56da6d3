package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
)

// Mask stands where a secret stood.
const Mask = "[redacted]"

// A Redactor takes secrets out of text. The zero value knows none and changes
// nothing. It may be used concurrently.
type Redactor struct {
	mu      sync.RWMutex
	forms   []string // a pattern for each form of each secret, longest first
	pattern *regexp.Regexp
}

// Add makes secrets known in all forms they may be written in. Empty ones are
// ignored.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if s == "" {
			continue
		}
		for _, form := range formsOf(s) {
			if !slices.Contains(r.forms, form) {
				r.forms = append(r.forms, form)
			}
		}
	}
	if len(r.forms) == 0 {
		return
	}
	slices.SortStableFunc(r.forms, func(a, b string) int { return len(b) - len(a) })
	r.pattern = regexp.MustCompile("(?s:" + strings.Join(r.forms, "|") + ")")
}

// ShortestSecret is the length below which nothing is a secret to be found in
// text. Those of the services have 30 and 40 characters; examples have two, and
// to mask "sk" wherever it stands would leave nothing to read.
const ShortestSecret = 8

// Conceal is [Redactor.Add] for those that are not too short to be found.
func (r *Redactor) Conceal(secrets ...string) {
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return len(s) < ShortestSecret })
	slices.Sort(secrets)
	r.Add(slices.Compact(secrets)...)
}

// formsOf gives a pattern for each way a secret may appear: raw or
// percent-encoded byte by byte, JSON-escaped, in hexadecimal, and in Base64 at
// each of the three alignments it can have inside a longer text.
func formsOf(s string) []string {
	digits := hex.EncodeToString([]byte(s))
	forms := []string{beginning(s)}
	forms = append(forms,
		PercentEncoded(s),
		regexp.QuoteMeta(unquoted(wire.AppendJSON(nil, s))),
		regexp.QuoteMeta(unquoted(marshalled(s))),
		"(?i:"+digits+")", "(?i:"+spaced(digits)+")",
	)
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = append(forms, regexp.QuoteMeta(encoding.EncodeToString([]byte(s)))+"=*")
		// The characters at both ends mix with what stands around the secret. A
		// short secret leaves too little in between to be told from other text.
		for lead := range 3 {
			inside := encoding.EncodeToString([]byte(strings.Repeat("\x00", lead) + s))
			from, to := [3]int{0, 2, 3}[lead], len(inside)
			if (lead+len(s))%3 != 0 {
				to--
			}
			if to-from >= 8 {
				forms = append(forms, regexp.QuoteMeta(inside[from:to]))
			}
		}
	}
	return forms
}

// marshalled is s as encoding/json writes it, which also escapes < > and &.
func marshalled(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return text
}

// unquoted is a JSON string without its quotes.
func unquoted(text []byte) string {
	if text[0] != '"' { // bytes that are no text stand in an object
		return string(text)
	}
	return string(text[1 : len(text)-1])
}

// beginning matches a secret that was cut: errors shorten what they quote. Its
// first 16 characters are enough to know it, and what follows is its own as
// long as it looks like a part of one.
func beginning(s string) string {
	const known = 16
	if len(s) < 2*known || !utf8.ValidString(s[:known]) {
		return PercentEncoded(s)
	}
	return PercentEncoded(s[:known]) + `[A-Za-z0-9+/=_.~%-]*`
}

// PercentEncoded is a pattern that matches s with any of its characters encoded:
// every client has its own opinion which. A byte that is not UTF-8 is U+FFFD to a
// pattern.
func PercentEncoded(s string) string {
	var b strings.Builder
	for rest := s; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		fmt.Fprintf(&b, "(?:%s|(?i:", regexp.QuoteMeta(string(r)))
		for i := range n {
			fmt.Fprintf(&b, "%%%02x", rest[i])
		}
		b.WriteString(")")
		if r == ' ' {
			b.WriteString(`|\+`)
		}
		b.WriteString(")")
		rest = rest[n:]
	}
	return b.String()
}

func spaced(digits string) string {
	var b strings.Builder
	for i := 0; i < len(digits); i += 2 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(digits[i : i+2])
	}
	return b.String()
}

// String returns text without the secrets.
func (r *Redactor) String(text string) string {
	if r == nil {
		return text
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.pattern == nil {
		return text
	}
	return r.pattern.ReplaceAllLiteralString(text, Mask)
}

// Writer returns a writer that passes text on to w without the secrets, line
// by line: a line is held back until it ends, so that a secret written in
// pieces is still known.
func (r *Redactor) Writer(w io.Writer) *Writer { return &Writer{redactor: r, out: w} }

// Writer is a redacting writer. Flush it at the end: it also says whether
// anything could not be written.
type Writer struct {
	redactor *Redactor
	out      io.Writer
	mu       sync.Mutex
	line     []byte
	err      error // the first one of out
}

// Write implements [io.Writer].
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = append(w.line, p...)
	end := bytes.LastIndexAny(w.line, "\n\r") + 1
	whole := w.redactor.String(string(w.line[:end]))
	w.line = append(w.line[:0], w.line[end:]...)
	if w.write(whole); w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// write passes text on, until that fails once.
func (w *Writer) write(text string) {
	if w.err == nil && text != "" {
		_, w.err = io.WriteString(w.out, text)
	}
}

// Flush writes what is held back, and returns the first error there was since
// the beginning.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.redactor.String(string(w.line))
	w.line = w.line[:0]
	w.write(text)
	return w.err
}
