// Package answer says why a request was refused to people and programs that
// ask: the command line, and the page in a browser. It reads what they have in
// hand, explains it, and puts the answer into its published JSON form.
//
// It guarantees:
//
//   - Whoever asks gets the same answer to the same question.
//   - What was read, and what was not, stands in the answer.
//   - With Redact nothing is left in it that must not be posted.
package answer

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/packets"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Question is what somebody has in hand of a refused request.
type Question struct {
	Sources     []paste.Source
	Credentials signature.Credentials
	Hosts       signature.Hosts
	Redact      bool // the answer is to be posted
}

// Answer is what is said to a [Question].
type Answer struct {
	*reports.Diagnosis
	Client        string      // its name and version
	Document      [][2]string // with Redact: the elements of the error body
	Found, Unused []string    // what was read, and what was not
	// Tokens are those that stand in the request: who shows the answer masks them.
	Tokens []string
}

// To answers a question. It fails for a source that cannot be read, or is not
// what it is said to be.
func To(q Question) (*Answer, error) {
	if q.Redact {
		q.Sources = withoutFolders(q.Sources)
	}
	read, err := readAll(q.Sources)
	if err != nil {
		return nil, err
	}
	e := &read.Evidence
	e.Hosts, e.Credentials = q.Hosts, q.Credentials
	diagnosis := diagnose.Explain(*e)
	a := &Answer{Diagnosis: &diagnosis, Found: texts(read.Found), Unused: texts(read.Unused)}
	if known, ok := diagnose.ClientByID(e.Client.ID); ok {
		a.Client = strings.TrimSpace(known.Name + " " + e.Client.Version)
	}
	if e.Request != nil {
		a.Tokens = secret.Tokens(e.Request)
	}
	if q.Redact {
		for i := range read.Others {
			read.Others[i].Hosts = q.Hosts
		}
		a.redact(diagnose.NewRedaction(e, read.Others...), e.Error)
	}
	return a, nil
}

// withoutFolders takes the folders off the names of files: they tell who somebody
// is, and what they work on.
func withoutFolders(sources []paste.Source) []paste.Source {
	sources = slices.Clone(sources)
	for i := range sources {
		sources[i].Name = sources[i].Name[strings.LastIndexAny(sources[i].Name, `/\`)+1:]
	}
	return sources
}

// readAll reads text and packet captures; those are known by their first bytes.
func readAll(sources []paste.Source) (*paste.Paste, error) {
	var notes []paste.Note
	read := make([]paste.Source, len(sources))
	for i, s := range sources {
		if s.Kind == paste.Exchanges || (s.Kind == paste.Anything || s.Kind == paste.Request) && packets.Is(s.Data) {
			captured, more, err := packets.Read(s.Name, s.Data)
			if err != nil {
				return nil, err
			}
			s, notes = captured, append(notes, more...)
		}
		read[i] = s
	}
	p, err := paste.Read(read...)
	if err != nil {
		return nil, err
	}
	p.Unused = append(p.Unused, notes...)
	return p, nil
}

// Proven reports whether a cause is.
func (a *Answer) Proven() bool { return len(a.Diagnosis.Proven()) > 0 }

// Subject names service, scheme and client, as far as they are known.
func (a *Answer) Subject() string {
	var parts []string
	if a.Dialect != "" {
		parts = append(parts, strings.ToUpper(a.Dialect))
	}
	if scheme := strings.Trim(a.Scheme+"/"+a.Carrier, "/"); scheme != "" {
		parts = append(parts, scheme)
	}
	if a.Client != "" {
		parts = append(parts, a.Client)
	}
	return strings.Join(parts, ", ")
}

// Heading says how sure the answer is.
func (a *Answer) Heading() string {
	switch {
	case len(a.Causes) == 0:
		return "cannot tell why the request was refused"
	case a.Proven():
		return "the cause is proven"
	}
	return "no cause is proven; these are suspicions"
}

// Ignored is Unused with the remarks on lines that were not recognised joined
// into one: most logs have many.
func (a *Answer) Ignored() []string {
	const unknown = ": not recognised"
	var list []string
	at := map[string]int{} // where the remark on a source is in list
	for _, text := range a.Unused {
		where, ok := strings.CutSuffix(text, unknown)
		i := strings.LastIndex(where, ", line")
		if !ok || i < 0 {
			list = append(list, text)
			continue
		}
		source, lines := where[:i], where[i+len(", line"):]
		if i, had := at[source]; had {
			list[i] = strings.TrimSuffix(list[i], unknown) + "," + strings.TrimPrefix(lines, "s") + unknown
			continue
		}
		at[source] = len(list)
		list = append(list, text)
	}
	return list
}

// MarshalJSON writes the diagnosis in its published form, and what was read
// beside it.
func (a *Answer) MarshalJSON() ([]byte, error) {
	var document [][2]wire.Bytes
	for _, f := range a.Document {
		document = append(document, [2]wire.Bytes{wire.Bytes(f[0]), wire.Bytes(f[1])})
	}
	diagnosis, err := json.Marshal(a.Diagnosis)
	if err != nil {
		return nil, err
	}
	rest, err := json.Marshal(struct {
		Client   string          `json:"client,omitempty"`
		Document [][2]wire.Bytes `json:"document,omitempty"`
		Found    []string        `json:"found"`
		Unused   []string        `json:"unused"`
	}{a.Client, document, append([]string{}, a.Found...), append([]string{}, a.Unused...)})
	if err != nil {
		return nil, err
	}
	// Both are objects, and neither is empty.
	return append(append(diagnosis[:len(diagnosis)-1], ','), rest[1:]...), nil
}

func texts(notes []paste.Note) []string {
	list := make([]string, len(notes))
	for i, n := range notes {
		list[i] = n.String()
	}
	return list
}

// redact takes out of an answer what must not be posted, and adds the error body
// in that form.
func (a *Answer) redact(r *diagnose.Redaction, d *diagnose.ErrorDocument) {
	a.Diagnosis = a.Diagnosis.Redact(r.String)
	if c := a.Compared; c != nil {
		c.Offset = reports.FirstDifference(c.Strings[0], c.Strings[1])
	}
	for _, list := range [][]string{a.Found, a.Unused} {
		for i := range list {
			list[i] = r.String(list[i])
		}
	}
	if d != nil {
		for _, f := range r.Document(d) {
			a.Document = append(a.Document, [2]string{f.Name, f.Value})
		}
	}
}
