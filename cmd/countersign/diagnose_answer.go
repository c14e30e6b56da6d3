package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
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

// answerTo explains what was read, in the words of the client where it has any.
func answerTo(read *paste.Paste) *answer {
	e := &read.Evidence
	a := &answer{Diagnosis: explain(e), found: texts(read.Found), unused: texts(read.Unused)}
	if known, ok := diagnose.ClientByID(e.Client.ID); ok {
		a.client = strings.TrimSpace(known.Name + " " + e.Client.Version)
	}
	for i := range a.Causes {
		if advice, ok := e.Client.Fix(a.Causes[i].ID); ok {
			a.Causes[i].Fix = advice.Text
		}
	}
	if advice, ok := e.Client.Debug(); ok && e.ClientString == "" {
		a.WouldHelp = append(a.WouldHelp, "what the client signs. "+advice.Text)
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

// explain says what the evidence tells: what the code of the answer means, in
// what the error body contradicts itself, and the strings of both sides.
func explain(e *diagnose.Evidence) *reports.Diagnosis {
	a := &reports.Diagnosis{WouldHelp: wouldHelp(e)}
	if d := e.Error; d != nil {
		a.Dialect = string(d.Dialect)
		for _, c := range d.Contradictions {
			a.Contradictions = append(a.Contradictions, c.String())
		}
		if code, ok := d.Meaning(); ok {
			addCode(a, code, d)
		}
		if e.ClientString != "" && d.StringToSign != "" {
			pair := [2]wire.Bytes{wire.Bytes(d.StringToSign), wire.Bytes(e.ClientString)}
			a.Compared = &reports.Comparison{Names: [2]string{"the service signed", "the client signed"}, Strings: pair, Offset: reports.FirstDifference(pair[0], pair[1])}
		}
	}
	if e.Request != nil {
		verifier := signature.Verifier{Hosts: e.Hosts, Secret: func(id string) (signature.Credentials, bool) {
			return signature.Credentials{AccessKeyID: id, AccessKeySecret: e.Credentials.AccessKeySecret}, true
		}}
		if p := verifier.Verify(e.Request).Profile; p != nil {
			a.Scheme, a.Carrier = p.Scheme, string(p.Carrier)
		}
	}
	return a
}

// addCode adds the causes that a code points to. None of them is proven: several
// share a code.
func addCode(a *reports.Diagnosis, code diagnose.Code, d *diagnose.ErrorDocument) {
	for _, id := range code.Causes {
		known, ok := diagnose.Cause(id)
		if !ok {
			continue
		}
		what := d.Code
		if code.EC != "" {
			what = "EC " + code.EC
		}
		c := reports.Cause{
			ID: known.ID, Name: known.Name, Confidence: reports.Suspicion,
			Evidence: fmt.Sprintf("%s: %s (%s, %s)", what, code.Meaning, code.Basis, code.Source), Fix: known.Fix.For(d.Dialect),
		}
		for _, party := range known.AtFault {
			c.ChangedBy = append(c.ChangedBy, string(party))
		}
		a.Causes = append(a.Causes, c)
	}
	if len(code.Schemes) == 1 {
		a.Scheme = code.Schemes[0]
	}
	if len(code.Carriers) == 1 {
		a.Carrier = string(code.Carriers[0])
	}
}

// wouldHelp says which evidence is missing. How a client is made to say what it
// signs is not known here.
func wouldHelp(e *diagnose.Evidence) []string {
	help := []string{}
	if e.Error == nil {
		help = append(help, "the error body of the answer, as it was served (of a HEAD request: its header x-oss-err)")
	}
	if e.Request == nil {
		help = append(help, "the request as it was sent: the output of curl -v, a HAR file, a packet capture, or what countersign watch records")
	}
	if _, ok := e.Client.Debug(); !ok && e.ClientString == "" {
		help = append(help, "what the client signs: its debug log")
	}
	if e.Credentials.AccessKeySecret == "" {
		help = append(help, "the secret, in COUNTERSIGN_ACCESS_KEY_ID and COUNTERSIGN_ACCESS_KEY_SECRET or a file for --credentials: with it a cause can be proven by computing signatures")
	}
	return help
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
