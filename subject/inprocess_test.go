package subject_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

type signerFunc func(ctx context.Context) (*subject.Signed, error)

func (f signerFunc) Sign(ctx context.Context, _ string, _ signature.Carrier, _ *signature.Input) (*subject.Signed, error) {
	return f(ctx)
}

func TestInProcessTurnsAllASignerDoesIntoObservations(t *testing.T) {
	signed := &subject.Signed{
		Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: "s"}},
		URL:    "https://b.example/?x=\xff", Form: [][2]string{{"key", "v"}},
	}
	for name, test := range map[string]struct {
		sign    signerFunc
		kind    subject.Kind
		message string
	}{
		"signed": {func(context.Context) (*subject.Signed, error) { return signed, nil }, subject.Answered, ""},
		"unsupported": {func(context.Context) (*subject.Signed, error) {
			return nil, fmt.Errorf("%w: no form", subject.ErrUnsupported)
		}, subject.Unsupported, "no form"},
		"rejected":           {func(context.Context) (*subject.Signed, error) { return nil, &subject.RejectedError{Message: "no key"} }, subject.Rejected, "no key"},
		"error":              {func(context.Context) (*subject.Signed, error) { return nil, errors.New("boom") }, subject.AdapterError, "boom"},
		"panic":              {func(context.Context) (*subject.Signed, error) { panic("out of cheese") }, subject.Crashed, "panic: out of cheese\n"},
		"ends its goroutine": {func(context.Context) (*subject.Signed, error) { runtime.Goexit(); return nil, nil }, subject.Crashed, "ended its goroutine"},
		"nothing":            {func(context.Context) (*subject.Signed, error) { return nil, nil }, subject.ProtocolError, `has the stage "signature"`},
		"no signature":       {func(context.Context) (*subject.Signed, error) { return &subject.Signed{URL: "x"}, nil }, subject.ProtocolError, `has the stage "signature"`},
		"hangs":              {func(context.Context) (*subject.Signed, error) { time.Sleep(time.Minute); return signed, nil }, subject.TimedOut, "deadline exceeded"},
		"heeds its context":  {func(ctx context.Context) (*subject.Signed, error) { <-ctx.Done(); return nil, ctx.Err() }, subject.TimedOut, "deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			patience := time.Minute
			if test.kind == subject.TimedOut {
				patience = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			s := subject.InProcess(subject.Identity{Name: "x", Version: "1"}, []string{"oss-v4/header"}, test.sign)
			o := s.Sign(ctx, question("q1"))
			if o.ID != "q1" || o.Mode != subject.SignMode || o.Kind != test.kind || !strings.Contains(o.Message, test.message) {
				t.Errorf("observation is %+v, want kind %s and message %q", o, test.kind, test.message)
			}
			if value, ok := o.Stage(signature.SignatureValue); ok != (test.kind == subject.Answered) {
				t.Errorf("signature is %q", value)
			}
			if test.kind == subject.Answered && (o.URL != wire.Bytes(signed.URL) || len(o.Form) != 1 || o.Form[0] != [2]wire.Bytes{"key", "v"} || o.Duration <= 0) {
				t.Errorf("observation is %+v", o)
			}
		})
	}
}

func TestInProcessDoesNotSend(t *testing.T) {
	s := subject.InProcess(subject.Identity{Name: "x", Version: "1"}, nil, signerFunc(nil))
	if o := s.Send(t.Context(), &subject.SendQuestion{ID: "q1"}); o.ID != "q1" || o.Mode != subject.SendMode || o.Kind != subject.Unsupported {
		t.Errorf("observation is %+v", o)
	}
	if caps := s.Capabilities(); !caps.Has("sign") || !caps.Has("bytes") || caps.Identity.Name != "x" {
		t.Errorf("capabilities are %+v", caps)
	}
}
