// Package differential is the fuzz target that sets the reference against
// another signer: both are given the same input, and what would go over the
// wire is compared.
//
// The verdict is that of the suite ([spec.Judge]), so that a difference that
// is none to a server is none here, and another reading of a contested rule is
// told from a fault. An opponent that refuses, dies, stays silent or answers
// nonsense is a finding like a wrong signature; what it says it does not
// support is left out before anything is compared.
package differential

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// target begins the classes of this target where an engine tells them.
const target = "differential/"

// Check decodes a profile and an input from data and compares the reference
// with the opponent that [OpponentVariable] names.
func Check(data []byte) { fuzz.Run("differential", data, check) }

func check(data []byte) { named().check(data) }

// Patience is how long an opponent may take for one signature.
const Patience = 5 * time.Second

// A Duel is the reference against one opponent.
type Duel struct {
	Opponent subject.Subject
	Set      *vectors.Set // where the rules of a finding are looked up; an engine needs none
	// Known reports whether a class is known whatever part it comes from, so
	// that nobody looks for the part. It is that of the engine at first.
	Known func(class string) bool

	patience time.Duration
	profiles []*signature.Profile // by the first byte of an input
}

// Against sets the reference against an opponent, under the given profiles of
// those it offers, or under all of them. It returns an error for one that cannot
// be asked for signatures.
func Against(opponent subject.Subject, only ...string) (*Duel, error) {
	caps := opponent.Capabilities()
	d := &Duel{Opponent: opponent, Set: new(vectors.Set), patience: Patience, Known: func(class string) bool { return fuzz.Known(target + class) }}
	if !caps.Has("sign") && len(caps.Operations) > 0 {
		return nil, fmt.Errorf(`%s does not offer to sign given requests (the feature "sign"): there is nothing to compare`, caps.Identity.Name)
	}
	var offered []*signature.Profile
	for _, p := range signature.Profiles {
		if slices.Contains(caps.Profiles, p.ID()) && (len(only) == 0 || slices.Contains(only, p.ID())) {
			offered = append(offered, p)
		}
	}
	if len(offered) == 0 {
		if len(only) == 0 {
			return nil, fmt.Errorf("%s offers none of the profiles of this suite: %q", caps.Identity.Name, caps.Profiles)
		}
		return nil, fmt.Errorf("%s offers none of %q, but %q", caps.Identity.Name, only, caps.Profiles)
	}
	// An input means the same profile to every opponent that offers it, so that
	// all can share a corpus. What is left is spread over those that are offered.
	for i, p := range signature.Profiles {
		if !slices.Contains(offered, p) {
			p = offered[i%len(offered)]
		}
		d.profiles = append(d.profiles, p)
	}
	return d, nil
}

// MustAgainst is [Against] for an opponent of this program: an error is a
// mistake in it.
func MustAgainst(opponent subject.Subject) *Duel {
	d, err := Against(opponent)
	if err != nil {
		panic(err)
	}
	return d
}

// Check is the body of a target against this opponent.
func (d *Duel) Check(data []byte) { fuzz.Run("differential", data, d.check) }

func (d *Duel) check(data []byte) {
	if found := d.Compare(d.Decode(data)); found != nil {
		fuzz.Fail(found.Class, "%s", found.Detail)
	}
}

// Decode returns the profile and the input that data stands for.
func (d *Duel) Decode(data []byte) (*signature.Profile, *signature.Input) {
	c := fuzz.NewChoices(data)
	p := fuzz.OneOf(c, d.profiles)
	return p, fuzz.Input(p, c)
}

// Canonical is data with the first byte that means p to every opponent that
// offers it.
func Canonical(p *signature.Profile, data []byte) []byte {
	first := byte(slices.Index(signature.Profiles, p))
	if len(data) == 0 && first == 0 {
		return data
	}
	return append([]byte{first}, data[min(1, len(data)):]...)
}

// An Exchange is one input put to the opponent, and what came of it.
type Exchange struct {
	Observation *subject.Observation // nil where the reference refuses the input: that is for the vectors
	Result      *reports.Result      // what is wrong with the answer; nil where nothing is, and where it says it does not support this
}

// Ask puts one input to the opponent and compares its answer with the
// reference's.
func (d *Duel) Ask(ctx context.Context, p *signature.Profile, in *signature.Input) Exchange {
	want, err := p.Sign(in)
	if err != nil {
		return Exchange{}
	}
	o := d.ask(ctx, p, in)
	if o.Kind == subject.Unsupported || o.Kind == subject.Rejected && mayBeRefused(p, in) || o.Kind == subject.Answered && same(p, want, o) {
		return Exchange{Observation: o}
	}
	r := spec.Judge(d.Set, d.Item(p, in), o)
	if r.Outcome == reports.Pass || r.Outcome == reports.Unsupported {
		return Exchange{Observation: o}
	}
	return Exchange{Observation: o, Result: &r}
}

// Compare returns what is wrong with the opponent's answer to one input, or nil.
func (d *Duel) Compare(p *signature.Profile, in *signature.Input) *fuzz.Finding {
	r := d.Ask(context.Background(), p, in).Result
	if r == nil {
		return nil
	}
	return &fuzz.Finding{Class: target + d.Class(context.Background(), p, in, r), Detail: detail(in, r)}
}

func (d *Duel) ask(ctx context.Context, p *signature.Profile, in *signature.Input) *subject.Observation {
	cancel := context.CancelFunc(func() {})
	if _, process := d.Opponent.(*subject.Process); !process { // which has a deadline of its own
		ctx, cancel = context.WithTimeout(ctx, d.patience)
	}
	defer cancel()
	// A process tells questions of one id apart by itself.
	return d.Opponent.Sign(ctx, &subject.SignQuestion{ID: "fuzz", Scheme: p.Scheme, Carrier: p.Carrier, Input: in})
}

// same reports whether an answer is the reference's, byte by byte. Most are,
// and need no judge.
func same(p *signature.Profile, want *signature.Signed, o *subject.Observation) bool {
	for _, s := range o.Stages {
		if want.Stage(s.Stage) != string(s.Value) {
			return false
		}
	}
	switch p.Carrier {
	case signature.InHeader:
		return o.Request != nil && identical(o.Request, want.Request())
	case signature.InQuery:
		return string(o.URL) == want.Stage(signature.URL) && len(o.Headers) == 0
	default:
		return slices.EqualFunc(o.Form, want.Form, func(got [2]wire.Bytes, want [2]string) bool {
			return string(got[0]) == want[0] && string(got[1]) == want[1]
		})
	}
}

func identical(a, b *wire.Request) bool {
	return a.Transport == b.Transport && a.Method == b.Method && a.Target == b.Target && a.Body == b.Body && slices.Equal(a.Headers, b.Headers)
}

// Item is an input as the suite judges it. It was made up, and belongs to no
// requirement.
func (d *Duel) Item(p *signature.Profile, in *signature.Input) *spec.Item {
	caps := d.Opponent.Capabilities()
	id := p.ID() + "/fuzz/input"
	return &spec.Item{
		ID: id, Profile: p, Clock: caps.Has("clock"),
		Case: &vectors.Case{
			ID: id, Title: "a request that was made up", Why: "two implementations of one scheme do not agree",
			Requirements: []string{"FUZZ"}, Level: vectors.Must, Input: *in.Clone(),
		},
	}
}

// detail shows both sides, and the input as `countersign sign` reads it.
func detail(in *signature.Input, r *reports.Result) string {
	var b strings.Builder
	b.WriteString(r.Message)
	for _, side := range []struct {
		name  string
		bytes *wire.Bytes
	}{{"expected", r.Expected}, {"observed", r.Observed}, {"on the wire", r.Wire}} {
		if side.bytes != nil {
			fmt.Fprintf(&b, "\n%s %s", side.name, wire.AppendJSON(nil, string(*side.bytes)))
		}
	}
	text, err := in.MarshalJSON()
	if err != nil {
		text = []byte(err.Error())
	}
	return b.String() + "\ninput " + string(text)
}
