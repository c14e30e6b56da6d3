package subject

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/countersign/countersign/wire"
)

// A recording is NDJSON: a header line, one line for each observation in the
// order they came in, and an end line that says how many there were. The
// observations are described in subject/schema/observation.schema.json.

// RecordingSchema is the version of the form of recordings.
const RecordingSchema = 1

// ErrNotWhole says that a recording has no end line: the run was interrupted,
// or the file was cut. It must not be judged as a run.
var ErrNotWhole = errors.New("recording is not whole")

// RecordingHeader says what was recorded.
type RecordingHeader struct {
	Subject         Identity `json:"subject"`
	Profiles        []string `json:"profiles"`
	Operations      []string `json:"operations,omitempty"`
	Features        []string `json:"features"`
	SuiteVersion    string   `json:"suiteVersion"`
	VectorSetSHA256 string   `json:"vectorSetSha256"` // lower-case hexadecimal
}

// Capabilities returns what the recorded subject declared.
func (h *RecordingHeader) Capabilities() Capabilities {
	return Capabilities{Identity: h.Subject, Profiles: h.Profiles, Operations: h.Operations, Features: h.Features}
}

type headerLine struct {
	Type   string `json:"type"` // "recording"
	Schema int    `json:"schema"`
	RecordingHeader
}

type endLine struct {
	Type         string `json:"type"` // "end"
	Observations int    `json:"observations"`
}

// Recorder writes a recording. Its methods may be called concurrently. What
// it writes holds the credentials of the questions only where a subject
// repeats them; redaction is up to w.
type Recorder struct {
	mu    sync.Mutex
	w     *bufio.Writer
	count int
	err   error // the first one; nothing is written after it
}

// NewRecorder writes the header to w.
func NewRecorder(w io.Writer, h *RecordingHeader) (*Recorder, error) {
	r := &Recorder{w: bufio.NewWriter(w)}
	line := headerLine{"recording", RecordingSchema, *h}
	line.Profiles = append([]string{}, h.Profiles...) // never null
	line.Features = append([]string{}, h.Features...)
	r.write(appendLine(nil, line))
	return r, r.flush()
}

// Record writes one observation.
func (r *Recorder) Record(o *Observation) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	line := appendLine(nil, o)
	if len(line) > MaxLine {
		return fmt.Errorf("observation %s: %w of %d bytes", o.ID, ErrLineTooLong, MaxLine)
	}
	r.count++
	r.write(line)
	return r.err
}

// Flush writes what was recorded so far, without the end line: for a run that
// was cut short, whose recording is not whole and says so by that.
func (r *Recorder) Flush() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.flush()
}

// Close writes the end line. It does not close the underlying writer. Without
// it the recording is not whole: an interrupted run must not call it.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write(appendLine(nil, endLine{"end", r.count}))
	return r.flush()
}

func (r *Recorder) write(line []byte) {
	if r.err == nil {
		_, r.err = r.w.Write(line)
	}
}

func (r *Recorder) flush() error {
	if r.err == nil {
		r.err = r.w.Flush()
	}
	return r.err
}

// Recording is a whole recording.
type Recording struct {
	Header       RecordingHeader
	Observations []*Observation
}

// ReadRecording reads a recording. It is strict, because what it returns is
// judged: a field it does not know, a kind that does not exist, an id that
// comes twice and a line behind the end are errors that name the line.
// [ErrNotWhole] is returned when the end line is missing.
func ReadRecording(r io.Reader) (*Recording, error) {
	lines := NewLineReader(r)
	rec := recordingReader{seen: make(map[[2]string]int)}
	for {
		line, err := lines.Next()
		rec.line++
		switch {
		case err == io.EOF && rec.state == atStart:
			return nil, fmt.Errorf("%w: it is empty", ErrNotWhole)
		case err == io.EOF && rec.state != atEnd:
			return nil, fmt.Errorf("%w: line %d is the last and says no \"type\":\"end\"; record the run again", ErrNotWhole, rec.line-1)
		case err == io.EOF:
			return &rec.Recording, nil
		case err == io.ErrUnexpectedEOF && !json.Valid(line):
			return nil, fmt.Errorf("%w: line %d is cut short; record the run again", ErrNotWhole, rec.line)
		case err != nil && err != io.ErrUnexpectedEOF:
			return nil, fmt.Errorf("line %d: %w", rec.line, err)
		}
		if err := rec.take(line); err != nil {
			return nil, err
		}
	}
}

const (
	atStart = iota
	inObservations
	atEnd
)

type recordingReader struct {
	Recording
	state int
	line  int
	seen  map[[2]string]int // id and mode: line
}

func (r *recordingReader) broken(rule, got string) error {
	return &wire.SyntaxError{Where: fmt.Sprintf("line %d", r.line), Rule: rule, Got: got}
}

func (r *recordingReader) take(line []byte) error {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &kind); err != nil {
		return r.broken(fmt.Sprintf("a line of a recording is a JSON object: %v", err), string(line))
	}
	switch {
	case r.state == atEnd:
		return r.broken("nothing follows the end line", string(line))
	case r.state == atStart:
		r.state = inObservations
		return r.header(kind.Type, line)
	case kind.Type == "end":
		r.state = atEnd
		return r.end(line)
	case kind.Type != "":
		return r.broken("between header and end are observations, which have no type", kind.Type)
	}
	return r.observation(line)
}

func (r *recordingReader) header(kind string, line []byte) error {
	var h headerLine
	switch err := decodeStrict(line, &h); {
	case kind != "recording":
		return r.broken(`a recording begins with {"type":"recording",…}`, string(line))
	case h.Schema != RecordingSchema:
		return r.broken(fmt.Sprintf("this version reads recordings of schema %d", RecordingSchema), fmt.Sprint(h.Schema))
	case err != nil:
		return r.broken("header: "+err.Error(), "")
	case h.Subject.Name == "" || h.Subject.Version == "":
		return r.broken("the header names the subject and its version", string(line))
	}
	r.Header = h.RecordingHeader
	return nil
}

func (r *recordingReader) end(line []byte) error {
	var e endLine
	if err := decodeStrict(line, &e); err != nil {
		return r.broken("end: "+err.Error(), "")
	}
	if e.Observations != len(r.Observations) {
		return r.broken(fmt.Sprintf("the end line counts %d observations, and there are %d", e.Observations, len(r.Observations)), "")
	}
	return nil
}

func (r *recordingReader) observation(line []byte) error {
	o := new(Observation)
	if err := decodeStrict(line, o); err != nil {
		return r.broken("observation: "+err.Error(), "")
	}
	switch {
	case o.ID == "":
		return r.broken("an observation has an id", string(line))
	case o.Mode != SignMode && o.Mode != SendMode && o.Mode != EndpointMode:
		return r.broken("the mode is sign, send or endpoint", string(o.Mode))
	case o.Mode == EndpointMode && o.Kind == Answered && len(o.Exchanges) == 0 && (o.Answer == nil || o.Request == nil):
		return r.broken("an endpoint that answered has a request and an answer", string(line))
	case slices.ContainsFunc(o.Exchanges, func(x Exchange) bool { return x.Kind == Answered && (x.Answer == nil || x.Request == nil) }):
		return r.broken("an exchange that was answered has a request and an answer", string(line))
	case !slices.Contains(kinds, o.Kind):
		return r.broken(fmt.Sprintf("the kind is one of %v", kinds), string(o.Kind))
	case o.Duration < 0:
		return r.broken("a duration is not negative", o.Duration.String())
	}
	key := [2]string{o.ID, string(o.Mode)}
	if first := r.seen[key]; first > 0 {
		return r.broken(fmt.Sprintf("an observation stands in a recording once; this one is on line %d too", first), o.ID)
	}
	r.seen[key] = r.line
	r.Observations = append(r.Observations, o)
	return nil
}

var kinds = []Kind{Answered, Unsupported, Rejected, AdapterError, Crashed, TimedOut, ProtocolError, NotRun}

// decodeStrict decodes one JSON value and refuses fields that v does not have.
func decodeStrict(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
