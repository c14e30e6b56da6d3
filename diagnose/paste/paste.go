package paste

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// MaxSize is how many bytes one source may have. A browser's HAR file of a long
// session has tens of megabytes.
const MaxSize = 64 << 20

// maxText is how many bytes of free text are looked at. Nobody pastes more, and
// logs are looked at to their end by cutting out the part in question.
const maxText = 4 << 20

// maxFinds is how many things of one kind are kept. A refusal is one of the last
// things in a log; the others are said to be left out.
const maxFinds = 256

// ErrTooLarge is returned for a source that is over [MaxSize].
var ErrTooLarge = errors.New("the input is over the size limit")

// Kind says what a source is.
type Kind string

// The kinds a source can be said to be. [Anything] has it found out.
const (
	Anything     Kind = ""
	ErrorBody    Kind = "error"         // what the service answered
	Request      Kind = "request"       // what was sent
	ClientString Kind = "client-string" // what the client says it signed
	HAR          Kind = "har"
	Exchanges    Kind = "exchanges" // requests and answers that somebody else has read
)

// Source is one text, and what its owner says of it.
type Source struct {
	Name      string // for notes: a file name
	Kind      Kind
	Entry     int // of a HAR file, counted from 1; 0: the one that failed
	Data      []byte
	Exchanges []Exchange // of the kind Exchanges
}

// Exchange is a request, its answer, or both.
type Exchange struct {
	Request *wire.Request // nil where only the answer is known
	Seen    diagnose.Place
	At      time.Time // zero where it is not known
	Status  int       // 0 where there is no answer
	Answer  []wire.Header
	Body    string // of the answer
	Where   Note   // says what it is and where it stands

	fromCommand bool // the request is what a curl command stands for
}

// client is who sent the request, by its User-Agent. A curl command that names
// none does not tell its version.
func (e *Exchange) client() (diagnose.Client, bool) {
	if e.Request == nil {
		return diagnose.Client{}, false
	}
	agent, ok := e.Request.Header("User-Agent")
	switch {
	case !ok:
		return diagnose.Client{}, false
	case e.fromCommand && agent == wire.CurlUserAgent:
		return diagnose.Client{ID: "curl", From: "its command"}, true
	}
	return diagnose.RecogniseClient(agent)
}

// Note is a remark about a part of a source.
type Note struct {
	Source      string
	First, Last int // lines, counted from 1; 0: the source as a whole
	Text        string
}

// String names source and lines in front of the remark.
func (n Note) String() string {
	where := n.Source
	switch {
	case n.First > 0 && n.First == n.Last:
		where += fmt.Sprintf(", line %d", n.First)
	case n.First > 0:
		where += fmt.Sprintf(", lines %d to %d", n.First, n.Last)
	}
	return strings.TrimPrefix(where+": ", ": ") + n.Text
}

// Paste is what was read.
type Paste struct {
	Evidence diagnose.Evidence
	Found    []Note // what was recognised and taken, and what was done to it
	Unused   []Note // what was recognised and is not needed, and what was not recognised
	// Others are the documents and requests that Unused names: who makes the notes
	// fit to be posted has to know them.
	Others []diagnose.Evidence
}

// Recognised reports whether there is any evidence.
func (p *Paste) Recognised() bool {
	e := &p.Evidence
	return e.Error != nil || e.Status != 0 || len(e.Answer) > 0 || e.Request != nil || e.ClientString != "" || e.ClientCanonical != ""
}

// Read reads all sources and puts together what belongs to one refused request.
// It fails for a source that is too large, and for one that is not what its
// owner says.
func Read(sources ...Source) (*Paste, error) {
	var c collection
	for i := range sources {
		s := &sources[i]
		if len(s.Data) > MaxSize {
			return nil, fmt.Errorf("%s: %w of %d MiB: give the part about the refused request", s.Name, ErrTooLarge, MaxSize>>20)
		}
		before, said := c.count(), len(c.foundHere)+len(c.notUsed)
		if err := c.read(s); err != nil {
			return nil, err
		}
		if c.count() == before && len(c.foundHere)+len(c.notUsed) == said {
			c.unused(Note{Source: s.Name, Text: "there is nothing in it that says anything of a request"})
		}
		if s.Kind != Anything && s.Kind != Exchanges && !c.has(s.Kind, before) {
			return nil, fmt.Errorf("%s: %s", s.Name, missing[s.Kind])
		}
	}
	return c.choose(), nil
}

// missing says what a source should have been.
var missing = map[Kind]string{
	ErrorBody:    "there is no error document in it: give the XML body of the answer, or the exception of the SDK",
	Request:      "there is no request in it: give raw HTTP, a curl command, the output of curl -v, a HAR file, capture NDJSON or a presigned URL",
	ClientString: "it is empty: give the StringToSign or canonical request of the client, or its debug log",
	HAR:          "there is no HTTP request in it",
}

// tally counts what a collection has.
type tally struct{ errors, exchanges, strings int }

func (c *collection) count() tally { return tally{len(c.documents), len(c.exchanges), len(c.signed)} }

func (c *collection) has(kind Kind, before tally) bool {
	now := c.count()
	switch kind {
	case ErrorBody:
		return now.errors > before.errors
	case ClientString:
		return now.strings > before.strings
	}
	return now.exchanges > before.exchanges
}

// read reads one source.
func (c *collection) read(s *Source) error {
	c.source = s.Name
	if s.Kind == Exchanges {
		for _, e := range s.Exchanges {
			c.addExchange(e)
		}
		return nil
	}
	data := c.plainText(s.Data)
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' && s.Kind != ErrorBody && s.Kind != ClientString {
		done, err := c.recording(s, data)
		if done || err != nil {
			return err
		}
	}
	if s.Kind == HAR {
		_, err := wire.ParseHAR(data)
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	part, before := c.lookedAt(data)
	t := newText(s.Name, string(part))
	t.before = before
	c.text(t, s.Kind)
	return nil
}

// lookedAt is the part of a text that is looked at: its end, or where a signature
// was last refused. before is how many lines stand in front of it.
func (c *collection) lookedAt(data []byte) (part []byte, before int) {
	if len(data) <= maxText {
		return data, 0
	}
	from, to, which := len(data)-maxText, len(data), "the last %d MiB of the text"
	if at := bytes.LastIndex(data, []byte("SignatureDoesNotMatch")); at >= 0 && at < from+maxText/2 {
		from = max(0, at-maxText/2)
		to, which = from+maxText, "%d MiB of the text around its last SignatureDoesNotMatch"
	}
	c.unused(Note{Source: c.source, Text: fmt.Sprintf("only "+which+" were looked at", maxText>>20)})
	if line := bytes.IndexByte(data[from:to], '\n'); from > 0 && line >= 0 && line < maxText/4 { // begin with a whole line
		from += line + 1
	}
	return data[from:to], bytes.Count(data[:from], []byte("\n"))
}

// plainText takes off what editors and shells put around text: a byte order
// mark, and UTF-16, in which PowerShell writes files.
func (c *collection) plainText(data []byte) []byte {
	for mark, order := range map[string]binary.ByteOrder{"\xff\xfe": binary.LittleEndian, "\xfe\xff": binary.BigEndian} {
		if rest, ok := bytes.CutPrefix(data, []byte(mark)); ok {
			units := make([]uint16, len(rest)/2)
			for i := range units {
				units[i] = order.Uint16(rest[2*i:])
			}
			c.found(Note{Source: c.source, Text: "it was read as UTF-16, as PowerShell writes files"})
			return []byte(string(utf16.Decode(units)))
		}
	}
	// Programs on Windows write the CR LF of HTTP heads as CR CR LF.
	if bytes.Contains(data, []byte("\r\r\n")) {
		data = bytes.ReplaceAll(data, []byte("\r\r\n"), []byte("\r\n"))
		c.found(Note{Source: c.source, Text: "lines of it end in CR CR LF, as curl writes heads on Windows; that was taken for CR LF"})
	}
	return bytes.TrimPrefix(data, []byte("\ufeff"))
}
