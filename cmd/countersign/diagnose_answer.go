package main

import (
	"encoding/json"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/wire"
)

// answer is what diagnose says.
type answer struct {
	*reports.Diagnosis
	client        string      // its name and version
	document      [][2]string // with --redact: the elements of the error body
	found, unused []string    // what was read, and what was not
}

func (a *answer) proven() bool { return len(a.Proven()) > 0 }

// MarshalJSON writes the diagnosis in its published form, and what was read
// beside it.
func (a *answer) MarshalJSON() ([]byte, error) {
	var document [][2]wire.Bytes
	for _, f := range a.document {
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
	}{a.client, document, append([]string{}, a.found...), append([]string{}, a.unused...)})
	if err != nil {
		return nil, err
	}
	// Both are objects, and neither is empty.
	return append(append(diagnosis[:len(diagnosis)-1], ','), rest[1:]...), nil
}

// answerTo explains what was read.
func answerTo(read *paste.Paste) *answer {
	e := &read.Evidence
	diagnosis := diagnose.Explain(*e)
	a := &answer{Diagnosis: &diagnosis, found: texts(read.Found), unused: texts(read.Unused)}
	if known, ok := diagnose.ClientByID(e.Client.ID); ok {
		a.client = strings.TrimSpace(known.Name + " " + e.Client.Version)
	}
	return a
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
func (a *answer) redact(r *diagnose.Redaction, d *diagnose.ErrorDocument) {
	a.Diagnosis = a.Diagnosis.Redact(r.String)
	if c := a.Compared; c != nil {
		c.Offset = reports.FirstDifference(c.Strings[0], c.Strings[1])
	}
	for _, list := range [][]string{a.found, a.unused} {
		for i := range list {
			list[i] = r.String(list[i])
		}
	}
	if d != nil {
		for _, f := range r.Document(d) {
			a.document = append(a.document, [2]string{f.Name, f.Value})
		}
	}
}
