// Package dialog is what the page of the diagnosis asks and is told: JSON in,
// JSON out, the same whether the answer comes from the program that serves the
// page or from WebAssembly inside it. It needs no network, which keeps the
// latter small.
package dialog

import (
	"encoding/json"
	"strings"

	"github.com/countersign/countersign/diagnose/answer"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// question is what the page asks.
type question struct {
	Text  string `json:"text"` // what was pasted
	Files []struct {
		Name string `json:"name"`
		Data []byte `json:"data"` // in Base64
	} `json:"files"`
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Token  string `json:"token"`
	Bucket string `json:"bucket"` // behind every host that is no known endpoint
	Redact bool   `json:"redact"`
}

// reply is what the page shows: an answer in texts that are safe to show, or why
// there is none.
type reply struct {
	Error string `json:"error,omitempty"`

	Verdict        string          `json:"verdict"` // proven, suspected, unknown
	Heading        string          `json:"heading"`
	Subject        string          `json:"subject"`
	Causes         []cause         `json:"causes"`
	Compared       *compared       `json:"compared"`
	Readings       []reading       `json:"readings"`
	LeftOut        string          `json:"leftOut"`
	Contradictions []string        `json:"contradictions"`
	Document       [][2]string     `json:"document"`
	Found          []string        `json:"found"`
	Unused         []string        `json:"unused"`
	WouldHelp      []string        `json:"wouldHelp"`
	Report         json.RawMessage `json:"report,omitempty"` // as the command prints it with --json
}

type cause struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Proven    bool   `json:"proven"`
	Because   string `json:"because"`
	ChangedBy string `json:"changedBy"`
	Fix       string `json:"fix"`
}

type compared struct {
	Field string  `json:"field"`
	At    int     `json:"at"` // the first byte that differs; -1: they are equal
	Sides [2]side `json:"sides"`
}

type side struct {
	Name string `json:"name"`
	reports.Marked
}

type reading struct {
	Causes   string   `json:"causes"`
	Mistakes []string `json:"mistakes"`
}

// Answer answers a question of the page, both in the JSON of its script. Secrets
// are masked in the reply.
func Answer(asked []byte) []byte {
	var q question
	var mask secret.Redactor
	if err := json.Unmarshal(asked, &q); err != nil {
		return marshal(&reply{Error: "the question cannot be read: " + err.Error()})
	}
	mask.Conceal(q.Secret, q.Token)
	a, err := answer.To(q.read())
	if err != nil {
		return []byte(mask.String(string(marshal(&reply{Error: reports.Legible(err.Error())}))))
	}
	mask.Conceal(a.Tokens...)
	r := view(a, mask.String)
	// The texts are masked already; what a report quotes of them may be escaped.
	return []byte(mask.String(string(marshal(r))))
}

func (q *question) read() answer.Question {
	asked := answer.Question{
		Credentials: signature.Credentials{AccessKeyID: q.ID, AccessKeySecret: q.Secret, SecurityToken: q.Token},
		Hosts:       signature.Hosts{Bucket: q.Bucket}, Redact: q.Redact,
	}
	if strings.TrimSpace(q.Text) != "" {
		asked.Sources = append(asked.Sources, paste.Source{Name: "the text", Data: []byte(q.Text)})
	}
	for _, f := range q.Files {
		asked.Sources = append(asked.Sources, paste.Source{Name: f.Name, Data: f.Data})
	}
	return asked
}

// view puts an answer into texts that are safe to show.
func view(a *answer.Answer, mask func(string) string) *reply {
	plain := func(text string) string { return reports.Legible(mask(text)) }
	r := &reply{
		Verdict: "unknown", Heading: a.Heading(), Subject: plain(a.Subject()), Causes: []cause{}, Readings: []reading{}, LeftOut: plain(a.LeftOut),
		Contradictions: each(a.Contradictions, plain), Document: [][2]string{}, Found: each(a.Found, plain), Unused: each(a.Ignored(), plain),
		WouldHelp: each(a.WouldHelp, plain), Report: marshal(a),
	}
	for _, c := range a.Causes {
		r.Causes = append(r.Causes, cause{c.ID, plain(c.Name), c.Confidence == reports.Proof, plain(c.Evidence), plain(c.Changer()), plain(c.Fix)})
	}
	switch {
	case a.Proven():
		r.Verdict, r.WouldHelp = "proven", []string{}
	case len(a.Causes) > 0:
		r.Verdict = "suspected"
	}
	if c := a.Compared; c != nil {
		r.Compared = &compared{Field: plain(c.Field), At: c.Offset}
		a, b := c.Strings[0], c.Strings[1]
		a, b = wire.Bytes(mask(string(a))), wire.Bytes(mask(string(b)))
		at := -1
		if c.Offset >= 0 {
			at = reports.FirstDifference(a, b)
		}
		r.Compared.Sides = [2]side{{plain(c.Names[0]), reports.MarkedAt(a, at, 0)}, {plain(c.Names[1]), reports.MarkedAt(b, at, 0)}}
	}
	if len(a.Readings) > 1 { // of one alone the causes say it all
		for _, found := range a.Readings {
			r.Readings = append(r.Readings, reading{plain(strings.Join(found.Causes, ", ")), each(found.Mistakes, plain)})
		}
	}
	for _, f := range a.Document {
		r.Document = append(r.Document, [2]string{plain(f[0]), reports.BreakLines(reports.Show(wire.Bytes(mask(f[1]))))})
	}
	return r
}

// each is f of every text, never nil: a list is one in JSON too.
func each(texts []string, f func(string) string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = f(text)
	}
	return out
}

func marshal(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // all of it has a JSON form
	}
	return out
}
