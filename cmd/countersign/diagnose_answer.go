package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// answer is what diagnose says.
type answer struct {
	*diagnosis
	client        string      // its name and version
	document      [][2]string // with --redact: the elements of the error body
	found, unused []string    // what was read, and what was not
}

// diagnosis is what is known of the cause.
type diagnosis struct {
	Dialect, Scheme, Carrier string
	Causes                   []cause  // what is proven first
	Contradictions           []string // where the evidence says one thing in two ways
	Compared                 *comparedStrings
	Readings                 []reading // everything that explains the signature
	WouldHelp                []string
	LeftOut                  string // what was not tried
}

type cause struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Confidence string   `json:"confidence"`
	Evidence   string   `json:"evidence,omitempty"`
	Fix        string   `json:"fix,omitempty"`
	ChangedBy  []string `json:"changedBy,omitempty"` // who can have done it, the usual one first
}

// comparedStrings are two strings that should be equal.
type comparedStrings struct {
	Names   [2]string     `json:"names"`
	Strings [2]wire.Bytes `json:"strings"`
	Offset  int           `json:"offset"`          // the first byte that differs; -1 if none does
	Field   string        `json:"field,omitempty"` // the part of the string that it stands in
}

// reading is a way to come from the string of the service to the signature.
type reading struct {
	Causes   []string    `json:"causes"`
	Mistakes []string    `json:"mistakes"`
	Signed   *wire.Bytes `json:"signed,omitempty"`
}

const proof = "proof"

// proven reports whether a cause is.
func (d *diagnosis) proven() bool {
	return slices.ContainsFunc(d.Causes, func(c cause) bool { return c.Confidence == proof })
}

// MarshalJSON writes the published form.
func (a *answer) MarshalJSON() ([]byte, error) {
	var document [][2]wire.Bytes
	for _, f := range a.document {
		document = append(document, [2]wire.Bytes{wire.Bytes(f[0]), wire.Bytes(f[1])})
	}
	some := func(list []string) []string { return append([]string{}, list...) }
	return json.Marshal(struct {
		Dialect        string           `json:"dialect"`
		Scheme         string           `json:"scheme"`
		Carrier        string           `json:"carrier"`
		Client         string           `json:"client,omitempty"`
		Causes         []cause          `json:"causes"`
		Contradictions []string         `json:"contradictions"`
		Compared       *comparedStrings `json:"compared,omitempty"`
		Readings       []reading        `json:"readings,omitempty"`
		LeftOut        string           `json:"leftOut,omitempty"`
		Document       [][2]wire.Bytes  `json:"document,omitempty"`
		Found          []string         `json:"found"`
		Unused         []string         `json:"unused"`
		WouldHelp      []string         `json:"wouldHelp"`
	}{
		a.Dialect, a.Scheme, a.Carrier, a.client, append([]cause{}, a.Causes...), some(a.Contradictions), a.Compared, a.Readings, a.LeftOut,
		document, some(a.found), some(a.unused), some(a.WouldHelp),
	})
}

// answerTo explains what was read, in the words of the client where it has any.
func answerTo(read *paste.Paste) *answer {
	e := &read.Evidence
	a := &answer{diagnosis: explain(e), found: texts(read.Found), unused: texts(read.Unused)}
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
func explain(e *diagnose.Evidence) *diagnosis {
	a := &diagnosis{WouldHelp: wouldHelp(e)}
	if d := e.Error; d != nil {
		a.Dialect = string(d.Dialect)
		for _, c := range d.Contradictions {
			a.Contradictions = append(a.Contradictions, c.String())
		}
		if code, ok := d.Meaning(); ok {
			a.codes(code, d)
		}
		if e.ClientString != "" && d.StringToSign != "" {
			pair := [2]wire.Bytes{wire.Bytes(d.StringToSign), wire.Bytes(e.ClientString)}
			a.Compared = &comparedStrings{Names: [2]string{"the service signed", "the client signed"}, Strings: pair, Offset: reports.FirstDifference(pair[0], pair[1])}
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

// codes adds the causes that a code points to. None of them is proven: several
// share a code.
func (a *diagnosis) codes(code diagnose.Code, d *diagnose.ErrorDocument) {
	for _, id := range code.Causes {
		known, ok := diagnose.Cause(id)
		if !ok {
			continue
		}
		what := d.Code
		if code.EC != "" {
			what = "EC " + code.EC
		}
		c := cause{
			ID: known.ID, Name: known.Name, Confidence: "suspicion",
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
	for i := range a.Causes {
		a.Causes[i].Evidence, a.Causes[i].Fix = r.String(a.Causes[i].Evidence), r.String(a.Causes[i].Fix)
	}
	lists := [][]string{a.Contradictions, a.found, a.unused, a.WouldHelp}
	for i := range a.Readings {
		lists = append(lists, a.Readings[i].Mistakes)
		if signed := a.Readings[i].Signed; signed != nil {
			*signed = wire.Bytes(r.String(string(*signed)))
		}
	}
	for _, list := range lists {
		for i := range list {
			list[i] = r.String(list[i])
		}
	}
	if c := a.Compared; c != nil {
		pair := [2]wire.Bytes{wire.Bytes(r.String(string(c.Strings[0]))), wire.Bytes(r.String(string(c.Strings[1])))}
		c.Strings, c.Offset = pair, reports.FirstDifference(pair[0], pair[1])
	}
	if d != nil {
		for _, f := range r.Document(d) {
			a.document = append(a.document, [2]string{f.Name, f.Value})
		}
	}
}
