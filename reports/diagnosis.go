package reports

import (
	"encoding/json"
	"strings"

	"github.com/countersign/countersign/wire"
)

// Diagnosis is what is known of the cause of a failure.
type Diagnosis struct {
	Dialect        string   `json:"dialect"` // oss, obs; "" where it cannot be told, as in the next two
	Scheme         string   `json:"scheme"`
	Carrier        string   `json:"carrier"`
	Causes         []Cause  `json:"causes"`         // what is proven first; none: it cannot be told
	Contradictions []string `json:"contradictions"` // where the evidence says one thing in two ways

	Compared  *Comparison `json:"compared,omitempty"`  // the two strings that show best where client and service part, or that they do not
	Readings  []Reading   `json:"readings,omitempty"`  // everything that explains the signature, fewest mistakes first
	WouldHelp []string    `json:"wouldHelp,omitempty"` // evidence that would tell more
	LeftOut   string      `json:"leftOut,omitempty"`   // what a search did not try
}

// Cause is one explanation of a failure.
type Cause struct {
	ID         string   `json:"id"` // C01 … C32
	Name       string   `json:"name"`
	Confidence string   `json:"confidence"` // proof, suspicion
	Evidence   string   `json:"evidence,omitempty"`
	Fix        string   `json:"fix,omitempty"`
	ChangedBy  []string `json:"changedBy,omitempty"` // who can have done it, the usual one first
}

// Changer says in words who can have changed what was signed: a cause seldom
// tells which of them did.
func (c *Cause) Changer() string {
	names := strings.ReplaceAll(strings.Join(c.ChangedBy, ", "), "-", " ")
	if len(c.ChangedBy) > 1 {
		return "one of: " + names
	}
	return names
}

// The confidences of a cause.
const (
	Proof     = "proof"     // the evidence excludes every other cause that is known
	Suspicion = "suspicion" // it does not
)

// Comparison holds two strings that should be equal, and where they are not.
type Comparison struct {
	Names   [2]string     `json:"names"` // what they are: "the client signed"
	Strings [2]wire.Bytes `json:"strings"`
	Offset  int           `json:"offset"` // the first byte that differs; -1: they are equal
	Field   string        `json:"field"`  // the part of the string that it stands in; "" where they are equal
}

// Reading is one way to come from the string of the service to the signature
// of the client.
type Reading struct {
	Causes   []string    `json:"causes"`           // ids
	Mistakes []string    `json:"mistakes"`         // a sentence each
	Signed   *wire.Bytes `json:"signed,omitempty"` // what was signed then
}

// MarshalJSON writes lists that hold nothing as such.
func (d Diagnosis) MarshalJSON() ([]byte, error) {
	type plain Diagnosis
	if d.Causes == nil {
		d.Causes = []Cause{}
	}
	if d.Contradictions == nil {
		d.Contradictions = []string{}
	}
	return json.Marshal(plain(d))
}

// Proven returns the ids of the causes that are proven.
func (d *Diagnosis) Proven() []string {
	var ids []string
	if d == nil {
		return nil
	}
	for _, c := range d.Causes {
		if c.Confidence == Proof {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Redact returns a copy in which redact was applied to every text and every
// byte string.
func (d *Diagnosis) Redact(redact func(string) string) *Diagnosis {
	out := d.mapped(redact)
	out.redactBytes(redact)
	return out
}

// redactBytes does it to the byte strings of a copy that mapped made.
func (d *Diagnosis) redactBytes(redact func(string) string) {
	if c := d.Compared; c != nil {
		for i, b := range c.Strings {
			c.Strings[i] = wire.Bytes(redact(string(b)))
		}
	}
	for i := range d.Readings {
		if signed := d.Readings[i].Signed; signed != nil {
			hidden := wire.Bytes(redact(string(*signed)))
			d.Readings[i].Signed = &hidden
		}
	}
}

// mapped returns a copy with f applied to its texts.
func (d *Diagnosis) mapped(f func(string) string) *Diagnosis {
	out := &Diagnosis{
		Dialect: f(d.Dialect), Scheme: f(d.Scheme), Carrier: f(d.Carrier), Causes: make([]Cause, len(d.Causes)),
		Contradictions: mapAll(d.Contradictions, f), WouldHelp: mapAll(d.WouldHelp, f), LeftOut: f(d.LeftOut),
	}
	for i, c := range d.Causes {
		out.Causes[i] = Cause{
			ID: f(c.ID), Name: f(c.Name), Confidence: f(c.Confidence), Evidence: f(c.Evidence), Fix: f(c.Fix),
			ChangedBy: mapAll(c.ChangedBy, f),
		}
	}
	if c := d.Compared; c != nil {
		out.Compared = &Comparison{[2]string{f(c.Names[0]), f(c.Names[1])}, c.Strings, c.Offset, f(c.Field)}
	}
	for _, r := range d.Readings {
		out.Readings = append(out.Readings, Reading{mapAll(r.Causes, f), mapAll(r.Mistakes, f), r.Signed})
	}
	return out
}
