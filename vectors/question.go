package vectors

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// QuestionsProfile is the first part of what the open questions call their
// profile: open-questions/oss and open-questions/obs.
const QuestionsProfile = "open-questions"

// QuestionFile holds questions about one service.
type QuestionFile struct {
	Schema    string     `json:"$schema"`
	Dialect   string     `json:"dialect"` // oss, obs
	Questions []Question `json:"questions"`

	path string
}

// Question is something that the sources leave open and a server settles by
// one small request or a few.
type Question struct {
	ID           string           `json:"id"`           // open-questions/dialect/name; never reused
	Question     string           `json:"question"`     // one sentence
	Sources      []string         `json:"sources"`      // what is known, on either side
	Requirements []string         `json:"requirements"` // the rules it is about; may be none
	Profile      string           `json:"profile"`      // what its requests are signed by, such as oss-v4/header
	Control      string           `json:"control"`      // a valid vector of the profile, which the server must let in, and with a corrupted signature refuse
	Since        string           `json:"since"`
	Probes       []Probe          `json:"probes"`
	Answers      []PossibleAnswer `json:"answers"`
}

// Probe is one request.
type Probe struct {
	Name          string           `json:"name"`
	About         string           `json:"about"`            // what is sent, in words
	Vector        string           `json:"vector,omitempty"` // the request is that of this vector, whatever the vector expects; or:
	Input         *signature.Input `json:"input,omitempty"`
	Tamper        []Tamper         `json:"tamper,omitempty"`
	ReceivedAfter int64            `json:"receivedAfter,omitempty"`
}

// PossibleAnswer is one of the answers there are. It is given either by the
// string that a server signs (Signs) or by what it says (When).
type PossibleAnswer struct {
	Name    string      `json:"name"`
	Says    string      `json:"says"`    // the answer as a sentence
	Follows string      `json:"follows"` // what that means for signers
	Status  string      `json:"status"`  // what becomes of the requirement
	Signs   *Signs      `json:"signs,omitempty"`
	When    []Condition `json:"when,omitempty"` // all must hold
}

// Signs says how a server comes to its string: by the rules of the suite where
// both are empty, by a named reading, or by the rules with one stage edited.
type Signs struct {
	Reading string `json:"reading,omitempty"` // of [signature.Readings]
	Edit    *Edit  `json:"edit,omitempty"`
}

// Edit replaces Old by New in a stage, where it is found exactly once. In both,
// {header NAME} and {parameter NAME} stand for what the request has there, raw.
type Edit struct {
	Stage signature.Stage `json:"stage"`
	Old   wire.Bytes      `json:"old"`
	New   wire.Bytes      `json:"new"`
}

// Condition is about the answer to one probe. What is not given does not matter.
type Condition struct {
	Probe    string   `json:"probe"`
	Accepted *bool    `json:"accepted,omitempty"` // whether the signature was let in
	Status   int      `json:"status,omitempty"`
	Code     string   `json:"code,omitempty"`
	EC       string   `json:"ec,omitempty"`
	Says     string   `json:"says,omitempty"`    // a part of the message
	With     []string `json:"with,omitempty"`    // elements of the error document that are there
	Without  []string `json:"without,omitempty"` // and that are not
}

// Dialect returns the service that the question is about: oss or obs.
func (q *Question) Dialect() string { return strings.Split(q.ID, "/")[1] }

// Asked says in a sentence what is sent.
func (q *Question) Asked() string {
	var parts []string
	for i := range q.Probes {
		parts = append(parts, q.Probes[i].About)
	}
	return strings.Join(parts, " ")
}

// Signed returns the answers that are told by the string a server signs, in the
// order in which they are tried.
func (q *Question) Signed() []*PossibleAnswer {
	var out []*PossibleAnswer
	for i := range q.Answers {
		if q.Answers[i].Signs != nil {
			out = append(out, &q.Answers[i])
		}
	}
	return out
}

// Answer finds a possible answer by its name.
func (q *Question) Answer(name string) (*PossibleAnswer, bool) {
	at := slices.IndexFunc(q.Answers, func(a PossibleAnswer) bool { return a.Name == name })
	if at < 0 {
		return nil, false
	}
	return &q.Answers[at], true
}

// Apply returns a profile that signs as the answer says.
func (s *Signs) Apply(p *signature.Profile) (*signature.Profile, error) {
	if s.Edit != nil {
		return s.Edit.apply(p)
	}
	if s.Reading == "" {
		return p, nil
	}
	for _, r := range signature.Readings(p.ID()) {
		if r.Name == s.Reading {
			return r.Apply(p), nil
		}
	}
	return nil, fmt.Errorf("%s has no reading %q", p.ID(), s.Reading)
}

func (e *Edit) apply(p *signature.Profile) (*signature.Profile, error) {
	if !hasStep(p, string(e.Stage)) {
		return nil, fmt.Errorf("%s has no stage %s", p.ID(), e.Stage)
	}
	c := p.Clone()
	for i := range c.Steps {
		if build := c.Steps[i].Build; c.Steps[i].Stage == e.Stage {
			c.Steps[i].Build = func(s *signature.Signing, dst []byte) ([]byte, error) {
				start := len(dst)
				dst, err := build(s, dst)
				if err != nil {
					return dst, err
				}
				from, to := []byte(filled(s, string(e.Old))), []byte(filled(s, string(e.New)))
				if bytes.Count(dst[start:], from) != 1 {
					return dst, nil // the reading says nothing of this request
				}
				return append(dst[:start], bytes.Replace(bytes.Clone(dst[start:]), from, to, 1)...), nil
			}
		}
	}
	return c, nil
}

// filled puts what the request has into a text.
func filled(s *signature.Signing, text string) string {
	for {
		before, rest, ok := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		kind, of, _ := strings.Cut(name, " ")
		if !ok || !closed || kind != "header" && kind != "parameter" {
			return text
		}
		value, _ := s.Request.Header(of)
		if kind == "parameter" {
			value, _ = s.Param(of)
		}
		text = before + value + after
	}
}

// Questions returns the open questions, by file and in the order of the file.
func (s *Set) Questions() []*Question { return s.questions }

// Question finds an open question by its id.
func (s *Set) Question(id string) (*Question, bool) {
	at := slices.IndexFunc(s.questions, func(q *Question) bool { return q.ID == id })
	if at < 0 {
		return nil, false
	}
	return s.questions[at], true
}

// CaseOf returns a probe as a case, which expects nothing.
func (s *Set) CaseOf(q *Question, p *Probe) (*Case, error) {
	c := &Case{ID: q.ID + "/" + p.Name, Expect: Expect{Tamper: p.Tamper, ReceivedAfter: p.ReceivedAfter}}
	if p.Input != nil {
		c.Input = *p.Input.Clone()
		return c, nil
	}
	of, ok := s.Case(p.Vector)
	if !ok {
		return nil, fmt.Errorf("%s: there is no vector %q", c.ID, p.Vector)
	}
	c.Input = *of.Input.Clone()
	c.Flags = of.Flags
	c.Expect.Tamper = append(slices.Clone(of.Expect.Tamper), p.Tamper...)
	c.Expect.ReceivedAfter = of.Expect.ReceivedAfter
	return c, nil
}

// ControlsOf returns the two requests without which no answer means anything:
// one that the server must let in, and the same with a corrupted signature.
func (s *Set) ControlsOf(q *Question) (valid, corrupted *Case, err error) {
	c, ok := s.Case(q.Control)
	if !ok || c.IsVerifierCase() {
		return nil, nil, fmt.Errorf("%s: its control %q is no valid vector", q.ID, q.Control)
	}
	return c, c.Corrupted(), nil
}

// Corrupted is the case with its signature corrupted on the way.
func (c *Case) Corrupted() *Case {
	wrong := *c
	wrong.Expect.Tamper = append(slices.Clone(c.Expect.Tamper), Tamper{When: "after-signing", Op: "corrupt-signature"})
	return &wrong
}

// Move moves a case to a world as [Case.Rebind] does, but whatever the reference
// would make of it there: for what nobody knows the right answer of.
func (c *Case) Move(profile *signature.Profile, w *World) (*Case, error) {
	moved, err := c.move(profile, w)
	if err != nil {
		return nil, err
	}
	if _, err := moved.Arrival(profile); err != nil {
		return nil, &LeftOut{Reason: "it cannot be made anew: " + err.Error()}
	}
	return moved, nil
}
