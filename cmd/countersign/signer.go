package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/vectors"
)

func newSignerCommand(env *environment) *cobra.Command {
	return signerPage.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		reference := adapter.Adapter{
			Identity: subject.Identity{Name: subject.ReferenceName, Version: version.Suite, Language: "go"},
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
func signByReference(ctx context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	signed, err := subject.Reference{}.Sign(ctx, q.Scheme, q.Carrier, q.Input)
	if err != nil {
		return nil, err
	}
	return &adapter.Answer{Stages: signed.Stages, Request: signed.Request, URL: signed.URL, Form: signed.Form}, nil
}
