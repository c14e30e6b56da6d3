package subject

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// The names of the two exchanges that come before the probes of a question.
const (
	ControlExchange      = "control"
	WrongControlExchange = "control with a corrupted signature"
)

// Exchange is one request beside that of a case, and what was answered: those of
// an open question.
type Exchange struct {
	Probe    string        `json:"probe"`
	SignedBy string        `json:"signedBy,omitempty"` // the answer whose string it was signed by
	Kind     Kind          `json:"kind"`
	Message  string        `json:"message,omitempty"`
	Request  *wire.Request `json:"request,omitempty"`
	Answer   *ServerAnswer `json:"answer,omitempty"`
	Told     []ToldBy      `json:"told,omitempty"` // what each answer says the server signs
}

// ToldBy are the strings of one possible answer.
type ToldBy struct {
	Answer string      `json:"answer"`
	Stages []StageSeen `json:"stages"`
}

// controls holds what became of the controls, each asked once.
type controls struct {
	mu   sync.Mutex
	once map[string]func() []Exchange
}

func (c *controls) of(id string, ask func() []Exchange) []Exchange {
	c.mu.Lock()
	if c.once == nil {
		c.once = map[string]func() []Exchange{}
	}
	if c.once[id] == nil {
		c.once[id] = sync.OnceValue(ask)
	}
	asked := c.once[id]
	c.mu.Unlock()
	return asked()
}

// Investigate asks an open question: its controls, which are asked once for all
// questions that share them, and then its probes. Where the answer is told by
// the string that the server signs, the readings are tried one after the other,
// until one is let in or the server shows its string.
//
// Every signature that a server finds wrong counts, as in [Live.Ask].
func (l *Live) Investigate(ctx context.Context, set *vectors.Set, q *vectors.Question) *Observation {
	o := &Observation{ID: q.ID, Mode: EndpointMode, Kind: NotRun}
	profile, err := signature.LookupID(q.Profile)
	if err != nil {
		o.Message = "a bug in the question: " + err.Error()
		return o
	}
	if _, err := l.Prepare(set, q); err != nil {
		o.Message = "it cannot be asked here: " + err.Error()
		return o
	}
	o.Exchanges = append(o.Exchanges, l.asked.of(q.Control, func() []Exchange { return l.control(ctx, set, q, profile) })...)
	for i := range o.Exchanges {
		if x := &o.Exchanges[i]; x.Kind != Answered || saysMismatch(x.Answer) != (x.Probe == WrongControlExchange) {
			o.Message = "its control failed, so nothing else was asked"
			return o
		}
	}
	signed := len(q.Signed()) > 0
	for i := range q.Probes {
		p := &q.Probes[i]
		c, err := set.CaseOf(q, p)
		if err != nil {
			o.Message = "a bug in the question: " + err.Error()
			return o
		}
		if signed {
			o.Exchanges = append(o.Exchanges, l.tryReadings(ctx, q, c, profile)...)
			continue
		}
		x := Exchange{Probe: p.Name}
		l.probe(ctx, &x, c, profile, nil)
		o.Exchanges = append(o.Exchanges, x)
	}
	for i := range o.Exchanges[2:] { // the judge says what each is worth
		if x := &o.Exchanges[2+i]; x.Kind != NotRun {
			o.Kind = Answered
		} else if o.Message == "" {
			o.Message = x.Message
		}
	}
	return o
}

// Prepare returns the requests of a question as they would be sent, or says why
// they cannot be: a [*vectors.LeftOut].
func (l *Live) Prepare(set *vectors.Set, q *vectors.Question) ([]*wire.Request, error) {
	profile, err := signature.LookupID(q.Profile)
	if err != nil {
		return nil, err
	}
	if profile.Names.Terminator != "" && l.world.Region == "" {
		return nil, &vectors.LeftOut{Reason: "it needs a region"}
	}
	valid, corrupted, err := set.ControlsOf(q)
	if err != nil {
		return nil, err
	}
	cases := []*vectors.Case{valid, corrupted}
	for i := range q.Probes {
		c, err := set.CaseOf(q, &q.Probes[i])
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	var out []*wire.Request
	for _, c := range cases {
		moved, err := l.moveProbe(c, profile)
		if err != nil {
			return nil, err
		}
		req, err := moved.Arrival(profile)
		if err != nil {
			return nil, err
		}
		out = append(out, req)
	}
	return out, nil
}

func (l *Live) moveProbe(c *vectors.Case, profile *signature.Profile) (*vectors.Case, error) {
	w := l.world
	w.Now = l.opts.Now()
	return c.Move(profile, &w)
}

func (l *Live) control(ctx context.Context, set *vectors.Set, q *vectors.Question, profile *signature.Profile) []Exchange {
	valid, corrupted, err := set.ControlsOf(q)
	if err != nil {
		return []Exchange{{Probe: ControlExchange, Kind: NotRun, Message: err.Error()}}
	}
	out := []Exchange{{Probe: ControlExchange}, {Probe: WrongControlExchange}}
	if l.probe(ctx, &out[0], valid, profile, nil); out[0].Kind != Answered || saysMismatch(out[0].Answer) {
		return out[:1] // a wrong signature less
	}
	l.probe(ctx, &out[1], corrupted, profile, nil)
	return out
}

// tryReadings sends the probe of a question, signed by one reading after the
// other.
func (l *Live) tryReadings(ctx context.Context, q *vectors.Question, c *vectors.Case, profile *signature.Profile) []Exchange {
	var out []Exchange
	for _, a := range q.Signed() {
		x := Exchange{Probe: q.Probes[0].Name, SignedBy: a.Name}
		reading, err := a.Signs.Apply(profile)
		if err != nil {
			x.Kind, x.Message = NotRun, err.Error()
			return append(out, x)
		}
		l.probe(ctx, &x, c, reading, func(moved *vectors.Case) error {
			strings, err := q.Strings(moved, profile)
			for _, s := range strings {
				told := ToldBy{Answer: s.Answer.Name}
				for _, v := range s.Stages {
					told.Stages = append(told.Stages, StageSeen{v.Stage, wire.Bytes(v.Value)})
				}
				x.Told = append(x.Told, told)
			}
			return err
		})
		out = append(out, x)
		if x.Kind != Answered || !saysMismatch(x.Answer) || showsString(x.Answer) {
			return out
		}
	}
	return out
}

// probe sends one request. tell, if not nil, is told the case as it was moved.
func (l *Live) probe(ctx context.Context, x *Exchange, c *vectors.Case, profile *signature.Profile, tell func(*vectors.Case) error) {
	if why := l.spend(true); why != "" {
		x.Kind, x.Message = NotRun, why
		return
	}
	wrong := false
	defer func() {
		if !wrong {
			l.mu.Lock()
			l.wrong--
			l.mu.Unlock()
		}
	}()
	if err := l.pace.wait(ctx, l.opts.Rate, l.opts.WrongGap, x.SignedBy != "" || x.Probe == WrongControlExchange); err != nil {
		x.Kind, x.Message = NotRun, "the run was interrupted"
		return
	}
	moved, err := l.moveProbe(c, profile)
	if err == nil && tell != nil {
		err = tell(moved)
	}
	o := &Observation{}
	if err == nil {
		o.Request, err = moved.Arrival(profile)
	}
	if err != nil {
		x.Kind, x.Message = NotRun, "it cannot be moved to the endpoint: "+err.Error()
		return
	}
	if l.Clock() != nil {
		x.Kind, x.Message = NotRun, "the clocks are apart"
		return
	}
	l.exchange(ctx, o, moved, profile)
	x.Kind, x.Message, x.Request, x.Answer = o.Kind, o.Message, o.Request, o.Answer
	wrong = x.Kind == Answered && saysMismatch(x.Answer)
}

// showsString reports whether an answer holds the string a server signed, not
// masked.
func showsString(a *ServerAnswer) bool {
	return (strings.Contains(a.Body, "<StringToSign") || strings.Contains(a.Body, "<CanonicalRequest")) && !strings.Contains(a.Body, "**")
}

// Interrogated reports whether any question came as far as its probes.
func Interrogated(observations []*Observation) bool {
	for _, o := range observations {
		if o.Kind == Answered && len(o.Exchanges) > 0 {
			return true
		}
	}
	return false
}

// WhyNotAsked says in a line why no question was asked.
func WhyNotAsked(observations []*Observation) string {
	for _, o := range observations {
		for i := range o.Exchanges {
			if x := &o.Exchanges[i]; x.Kind == Answered {
				return fmt.Sprintf("%s: %s: the %s was answered with %d", o.ID, o.Message, x.Probe, x.Answer.Status)
			}
		}
	}
	if len(observations) > 0 {
		return observations[0].ID + ": " + observations[0].Message
	}
	return "there is none"
}
