package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// SchemaVersion is the version of the result schema that this package writes
// and reads (schema/result-stream.schema.json).
const SchemaVersion = 1

// ErrNoFooter is returned for a stream that ends before its footer: the run
// that wrote it did not finish, and what it holds proves nothing.
var ErrNoFooter = errors.New("no footer: the run that wrote this stream did not finish")

var errOrder = errors.New("a stream is one header, then results, then one footer")

// Levels are the levels a result may have.
var Levels = []string{"must", "should", "may"}

// Stream is a finished run.
type Stream struct {
	Header  Header
	Results []Result
	Footer  Footer
}

// Write writes the stream as NDJSON, results sorted by id.
func (s *Stream) Write(w io.Writer) error {
	if s.Footer.Type == "" {
		return ErrNoFooter
	}
	var buf bytes.Buffer
	sw := NewWriter(&buf)
	if err := sw.Header(s.Header); err != nil {
		return err
	}
	for _, r := range s.sorted() {
		if err := sw.Result(r); err != nil {
			return err
		}
	}
	if err := sw.Footer(s.Footer); err != nil {
		return err
	}
	_, err := w.Write(buf.Bytes())
	return err
}

func (s *Stream) sorted() []Result {
	results := slices.Clone(s.Results)
	slices.SortStableFunc(results, func(a, b Result) int { return strings.Compare(a.ID, b.ID) })
	return results
}

// Writer writes a stream as NDJSON, one event a line and one Write call an
// event. It refuses events out of order. It is not safe for concurrent use.
type Writer struct {
	w       io.Writer
	state   state
	results int
}

// state is where in a stream one is.
type state int

const (
	beforeHeader state = iota
	inResults
	afterFooter
)

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Header writes the header. Type and Schema are filled in, Time becomes UTC.
func (w *Writer) Header(h Header) error {
	if w.state != beforeHeader {
		return fmt.Errorf("second header: %w", errOrder)
	}
	h.Type, h.Schema, h.Time = "header", SchemaVersion, h.Time.UTC()
	if h.Profiles == nil {
		h.Profiles = []string{}
	}
	h = h.mapped(validUTF8)
	if err := h.check(); err != nil {
		return err
	}
	w.state = inResults
	return w.event(h)
}

// Result writes one result. Text that is not valid UTF-8 is written with the
// offending bytes as \xNN; byte strings are written as they are.
func (w *Writer) Result(r Result) error {
	if w.state != inResults {
		return fmt.Errorf("result %q: %w", r.ID, errOrder)
	}
	r.Type = "result"
	r = r.mapped(validUTF8)
	if err := r.check(); err != nil {
		return err
	}
	w.results++
	return w.event(r)
}

// Footer writes the footer, which must count as many results as were written.
func (w *Writer) Footer(f Footer) error {
	if w.state != inResults {
		return fmt.Errorf("footer: %w", errOrder)
	}
	if f.Results != w.results {
		return fmt.Errorf("footer counts %d results, %d were written", f.Results, w.results)
	}
	f.Type = "footer"
	if f.Profiles == nil {
		f.Profiles = []ProfileCounts{}
	}
	f.Problems = mapAll(f.Problems, validUTF8)
	w.state = afterFooter
	return w.event(f)
}

func (w *Writer) event(v any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false) // & is common in requests
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("result stream: %w", err)
	}
	if _, err := w.w.Write(line.Bytes()); err != nil {
		return fmt.Errorf("result stream: %w", err)
	}
	return nil
}

// check holds a header to what every report needs of it.
func (h Header) check() error {
	switch {
	case h.Subject.Name == "":
		return errors.New("header: the subject has no name")
	case h.Schema != SchemaVersion:
		return fmt.Errorf("header: result schema %d; this version of Countersign reads schema %d", h.Schema, SchemaVersion)
	}
	return h.Part.check(h)
}

// check holds a result to the closed lists and to the form of an id.
func (r Result) check() error {
	switch {
	case r.Profile() == "" || r.Name() == "":
		return fmt.Errorf("result %q: an id is scheme/carrier/theme/name", r.ID)
	case !slices.Contains(Outcomes, r.Outcome):
		return fmt.Errorf("result %q: unknown outcome %q; one of %v", r.ID, r.Outcome, Outcomes)
	case !slices.Contains(Levels, r.Level):
		return fmt.Errorf("result %q: unknown level %q; one of %v", r.ID, r.Level, Levels)
	}
	return nil
}

// Read reads a stream. Lines may be of any length. Errors name the line. A
// stream that ends early is [ErrNoFooter]; a footer that does not follow from
// the results (see [Conclude]) is an error too, because a report would then
// say one thing and the results another.
func Read(r io.Reader) (*Stream, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	s := &Stream{Results: []Result{}}
	at := beforeHeader
	for n := 1; ; n++ {
		line, err := br.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("result stream, line %d: %w", n, err)
		}
		cut := err == io.EOF
		if len(bytes.TrimSpace(line)) > 0 {
			if next, err := s.readEvent(line, at); err == nil {
				at = next
			} else if cut && !json.Valid(line) {
				return nil, fmt.Errorf("result stream, line %d is cut off: %w", n, ErrNoFooter)
			} else {
				return nil, fmt.Errorf("result stream, line %d: %w", n, err)
			}
		}
		if !cut {
			continue
		}
		if at != afterFooter {
			return nil, fmt.Errorf("result stream, line %d: %w", n, ErrNoFooter)
		}
		if err := s.checkFooter(); err != nil {
			return nil, fmt.Errorf("result stream: %w", err)
		}
		return s, nil
	}
}

// readEvent adds one line to the stream and returns where the stream is then.
func (s *Stream) readEvent(line []byte, at state) (state, error) {
	if !utf8.Valid(line) {
		return at, errors.New(`not UTF-8; such bytes are written as {"hex":"…"}`)
	}
	var event struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &event); err != nil {
		return at, err
	}
	switch {
	case event.Type == "header" && at == beforeHeader:
		if err := decodeClosed(line, &s.Header); err != nil {
			return at, err
		}
		return inResults, s.Header.check()
	case event.Type == "result" && at == inResults:
		var r Result
		if err := decodeClosed(line, &r); err != nil {
			return at, err
		}
		s.Results = append(s.Results, r)
		return inResults, r.check()
	case event.Type == "footer" && at == inResults:
		return afterFooter, decodeClosed(line, &s.Footer)
	case event.Type == "header", event.Type == "result", event.Type == "footer":
		return at, fmt.Errorf("%s out of place: %w", event.Type, errOrder)
	}
	return at, fmt.Errorf("unknown event type %q: want header, result or footer", event.Type)
}

func decodeClosed(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// checkFooter compares the footer with the one the results call for.
func (s *Stream) checkFooter() error {
	want := Conclude(s.Header, s.Results, s.Footer.Problems, s.Footer.Aborted)
	got := reflect.ValueOf(s.Footer)
	for i, field := range reflect.VisibleFields(got.Type()) {
		have, need := got.Field(i).Interface(), reflect.ValueOf(want).Field(i).Interface()
		if !reflect.DeepEqual(have, need) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			return fmt.Errorf("the footer does not follow from the results: %s is %v, the results say %v; the stream was changed after the run", name, have, need)
		}
	}
	return nil
}
