package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func newSignerCommand(env *environment) *cobra.Command {
	return signerPage.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		reference := adapter.Adapter{
			Identity: subject.Identity{Name: "countersign", Version: version.Suite, Language: "go"},
			Profiles: vectors.ProfileIDs(),
			Features: []string{"clock", "bytes"},
			Sign:     signByReference,
		}
		if err := reference.Serve(cmd.Context(), env.Stdin, env.Stdout); err != nil {
			return notRunError("%w", err)
		}
		return nil
	})
}

// signByReference answers a sign question.
func signByReference(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	profile, err := signature.Lookup(q.Scheme, q.Carrier)
	if errors.Is(err, signature.ErrUnknownProfile) {
		return nil, fmt.Errorf("%w: %w", subject.ErrUnsupported, err)
	}
	signed, err := profile.Sign(q.Input)
	if err != nil {
		return nil, &subject.RejectedError{Message: err.Error()}
	}
	answer := &adapter.Answer{}
	for _, s := range signed.Stages() {
		answer.Stages = append(answer.Stages, subject.StageSeen{Stage: s.Stage, Value: wire.Bytes(s.Value)})
	}
	switch q.Carrier {
	case signature.InHeader:
		answer.Request = signed.Request()
	case signature.InQuery:
		answer.URL = signed.Stage(signature.URL)
	case signature.InForm:
		answer.Form = signed.Form
	}
	return answer, nil
}
