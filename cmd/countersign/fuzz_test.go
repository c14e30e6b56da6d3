package main

import (
	"context"
	"fmt"
	"os"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

// liar is a program of the scripts: a subject that lies or misbehaves, by its
// name.
func liar() { liars.Main(os.Args[1]) }

// mutant is a program of the scripts: the reference with one rule broken, by its
// id, as an adapter.
func mutant() {
	for i := range mutants.All {
		m := &mutants.All[i]
		if m.ID() != os.Args[1] || m.Profile == nil {
			continue
		}
		signer := subject.Reference{Reading: m.Reading}
		a := adapter.Adapter{
			Identity: subject.Identity{Name: "mutant", Version: "1.0"}, Profiles: m.Profiles, Features: []string{"clock", "bytes"},
			Sign: func(ctx context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
				signed, err := signer.Sign(ctx, q.Scheme, q.Carrier, q.Input)
				if err != nil {
					return nil, err
				}
				return &adapter.Answer{Stages: signed.Stages, Request: signed.Request, URL: signed.URL, Form: signed.Form}, nil
			},
		}
		if err := a.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	fmt.Fprintf(os.Stderr, "no mutant that signs is called %q\n", os.Args[1])
	os.Exit(2)
}
