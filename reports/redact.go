package reports

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
)

// Redact returns a copy of the stream in which redact was applied to every
// text and every byte string. It belongs before rendering: XML and HTML escape
// characters of a secret, and an excerpt may cut one in half, so that a writer
// behind the renderer would not know it again.
func (s *Stream) Redact(redact func(string) string) *Stream {
	out := &Stream{Header: s.Header.mapped(redact), Footer: s.Footer, Results: make([]Result, len(s.Results))}
	out.Footer.Problems = mapAll(s.Footer.Problems, redact)
	for i, r := range s.Results {
		out.Results[i] = r.Redact(redact)
	}
	return out
}

// Redact returns a copy of the result in which redact was applied to every
// text and every byte string.
func (r Result) Redact(redact func(string) string) Result {
	r = r.mapped(redact)
	if r.Diagnosis != nil {
		r.Diagnosis.redactBytes(redact)
	}
	for _, field := range []**wire.Bytes{&r.Expected, &r.Observed, &r.Wire} {
		if *field != nil {
			b := wire.Bytes(redact(string(**field)))
			*field = &b
		}
	}
	return r
}

// mapped returns a copy of the header with f applied to its texts.
func (h Header) mapped(f func(string) string) Header {
	for _, text := range []*string{
		&h.Subject.Name, &h.Subject.Version, &h.Subject.Language, &h.Subject.URL,
		&h.SuiteVersion, &h.VectorSetSHA256, &h.Mode,
	} {
		*text = f(*text)
	}
	h.Selection, h.Profiles = mapAll(h.Selection, f), mapAll(h.Profiles, f)
	h.Part = h.Part.mapped(f)
	return h
}

// mapped returns a copy of the result with f applied to its texts.
func (r Result) mapped(f func(string) string) Result {
	for _, text := range []*string{
		&r.ID, &r.Title, &r.Level, &r.Stage, &r.Divergence, &r.Message,
		&r.Why, &r.Rule, &r.Source, &r.Status, &r.Reproduce,
	} {
		*text = f(*text)
	}
	r.Requirements, r.AgreedBy = mapAll(r.Requirements, f), mapAll(r.AgreedBy, f)
	if r.Diagnosis != nil {
		r.Diagnosis = r.Diagnosis.mapped(f)
	}
	if d := r.Dispute; d != nil {
		r.Dispute = &Dispute{Reading: f(d.Reading), Rule: f(d.Rule), Known: f(d.Known)}
	}
	if r.Answer != nil {
		a := *r.Answer
		for _, text := range []*string{&a.Question, &a.Asked, &a.Name, &a.Says, &a.Follows, &a.Status} {
			*text = f(*text)
		}
		a.Sources, a.Rules = mapAll(a.Sources, f), mapAll(a.Rules, f)
		r.Answer = &a
	}
	if e := r.Expectation; e != nil {
		r.Expectation = &Expectation{Pattern: f(e.Pattern), Pin: f(e.Pin), Reason: f(e.Reason), Met: e.Met}
	}
	return r
}

func mapAll(texts []string, f func(string) string) []string {
	if texts == nil {
		return nil
	}
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = f(text)
	}
	return out
}

// validUTF8 shows bytes that are not UTF-8 as \xNN: encoding/json would put
// U+FFFD in their place.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02X`, s[i])
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}
