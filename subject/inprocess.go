package subject

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/countersign/countersign/wire"
)

// InProcess returns a subject that calls a [Signer] of this program. It
// declares the features "sign", "clock" and "bytes".
//
// A panic is Crashed, with its text and stack. A signer that has not returned
// when the context ends is TimedOut, and its goroutine is left behind: there
// is no way to end it.
func InProcess(identity Identity, profiles []string, signer Signer) Subject {
	return &inProcess{signer, Capabilities{Identity: identity, Profiles: profiles, Features: []string{"sign", "clock", "bytes"}}}
}

type inProcess struct {
	signer Signer
	caps   Capabilities
}

func (s *inProcess) Capabilities() Capabilities { return s.caps }

func (s *inProcess) Close() error { return nil }

func (s *inProcess) Send(_ context.Context, q *SendQuestion) *Observation {
	return &Observation{ID: q.ID, Mode: SendMode, Kind: Unsupported, Message: "a Signer signs requests, it does not send them"}
}

func (s *inProcess) Sign(ctx context.Context, q *SignQuestion) *Observation {
	asked := time.Now()
	answered := make(chan *Observation, 1)
	go func() {
		// What stays when the signer ends its goroutine, as FailNow of a test does.
		o := &Observation{ID: q.ID, Mode: SignMode, Kind: Crashed, Message: "the signer ended its goroutine"}
		defer func() { answered <- o }()
		o = s.sign(ctx, q)
	}()
	var o *Observation
	select {
	case o = <-answered:
	case <-ctx.Done():
		o = &Observation{ID: q.ID, Mode: SignMode, Kind: TimedOut, Message: "the signer had not returned: " + context.Cause(ctx).Error()}
	}
	o.Duration = time.Since(asked)
	return o
}

// sign calls the signer and turns all it can do into an observation.
func (s *inProcess) sign(ctx context.Context, q *SignQuestion) (o *Observation) {
	o = &Observation{ID: q.ID, Mode: SignMode}
	defer func() {
		if p := recover(); p != nil {
			*o = Observation{ID: q.ID, Mode: SignMode, Kind: Crashed, Message: fmt.Sprintf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	signed, err := s.signer.Sign(ctx, q.Scheme, q.Carrier, q.Input.Clone())
	if err != nil {
		o.SetError(err)
		if ctx.Err() != nil && o.Kind == AdapterError {
			o.Kind = TimedOut
		}
		return o
	}
	if signed == nil {
		signed = &Signed{}
	}
	o.Kind, o.Stages, o.Request, o.URL = Answered, signed.Stages, signed.Request, wire.Bytes(signed.URL)
	o.Form = Pairs(signed.Form)
	if err := o.checkResult(); err != nil {
		*o = Observation{ID: q.ID, Mode: SignMode, Kind: ProtocolError, Message: err.Error()}
	}
	return o
}
