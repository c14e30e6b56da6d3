package adapter

import (
	"context"
	"errors"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

// Signer is a handler of sign questions, driven in process: what fuzzes an SDK
// gives it to [subject.InProcess] instead of starting its adapter.
type Signer func(ctx context.Context, q *subject.SignQuestion) (*Answer, error)

// Sign asks the handler.
func (s Signer) Sign(ctx context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	a, err := s(ctx, &subject.SignQuestion{Scheme: scheme, Carrier: carrier, Input: in})
	if err != nil {
		return nil, err
	}
	if a == nil {
		return nil, errors.New("the handler returned neither an answer nor an error")
	}
	return &subject.Signed{Stages: a.Stages, Request: a.Request, URL: a.URL, Form: a.Form}, nil
}
