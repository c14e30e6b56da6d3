package spec_test

import (
	"context"
	"os"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"mvdan.cc/sh/v3/shell"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// TestSpecs judges the adapter that COUNTERSIGN_SIGNER names, a command as one
// writes it in a shell, or the reference where nothing is named:
//
//	COUNTERSIGN_SIGNER='node adapter.js' go test ./spec -run TestSpecs
//
// It also runs the specs that other files of this package register.
func TestSpecs(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	stream, err := runner.Run(t.Context(), runner.Options{Start: start, Judge: judgeIn(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range stream.Footer.Problems {
		t.Error(problem)
	}
}

func start(ctx context.Context) (subject.Subject, error) {
	command := os.Getenv("COUNTERSIGN_SIGNER")
	if command == "" {
		return subject.InProcess(subject.Identity{Name: "reference", Version: "1.0"}, liars.Profiles(), subject.Reference{}), nil
	}
	words, err := shell.Fields(command, nil)
	if err != nil {
		return nil, err
	}
	return subject.StartProcess(ctx, subject.ProcessOptions{Command: words, Stderr: os.Stderr})
}

// judgeIn judges in the Ginkgo suite of this package.
func judgeIn(t *testing.T) runner.JudgeFunc {
	return func(_ context.Context, set *vectors.Set, items []*spec.Item, observations []*subject.Observation) ([]reports.Result, error) {
		observed := make(map[*spec.Item]*subject.Observation, len(items))
		for i, item := range items {
			observed[item] = observations[i]
		}
		var results []reports.Result
		spec.Register(set, items,
			func(item *spec.Item) *subject.Observation { return observed[item] },
			func(r reports.Result) { results = append(results, r) })
		ginkgo.RunSpecs(t, "Countersign")
		return results, nil
	}
}
