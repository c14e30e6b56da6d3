package liars

import (
	"context"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// Honest is a signer that does what the documents say, in process. It shows
// every stage.
type Honest struct{}

// Sign implements [subject.Signer].
func (Honest) Sign(_ context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	profile, err := signature.Lookup(scheme, carrier)
	if err != nil {
		return nil, err
	}
	signed, err := profile.Sign(in)
	if err != nil {
		return nil, err
	}
	out := &subject.Signed{}
	for _, s := range signed.Stages() {
		out.Stages = append(out.Stages, subject.StageSeen{Stage: s.Stage, Value: wire.Bytes(s.Value)})
	}
	switch carrier {
	case signature.InHeader:
		out.Request = signed.Request()
	case signature.InQuery:
		out.URL = signed.Stage(signature.URL)
	case signature.InForm:
		out.Form = signed.Form
	}
	return out, nil
}

// Control is [Honest] as a process.
var Control = Liar{
	Name: "honest", About: "the control: it does not lie",
	Serve: answering("honest", truth),
}

var honest = subject.InProcess(subject.Identity{Name: "honest", Version: "1.0", Language: "go"}, Profiles(), Honest{})

// truth is the answer of [Honest].
func truth(q *subject.SignQuestion) *subject.Observation {
	return honest.Sign(context.Background(), q)
}
