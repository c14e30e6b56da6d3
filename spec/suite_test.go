package spec_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"mvdan.cc/sh/v3/shell"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// TestSpecs judges the adapter that COUNTERSIGN_SIGNER names, a command as one
// writes it in a shell, or the server that COUNTERSIGN_ENDPOINT names, or the
// reference where nothing is named:
//
//	COUNTERSIGN_SIGNER='node adapter.js' go test ./spec -run TestSpecs
//	COUNTERSIGN_ENDPOINT=https://oss-cn-hangzhou.aliyuncs.com COUNTERSIGN_BUCKET=my-test \
//	COUNTERSIGN_REGION=cn-hangzhou COUNTERSIGN_PROFILE='oss-*/*' go test ./spec -run TestSpecs
//
// A server is asked as countersign run --endpoint does it, with the access key
// of the environment, and as carefully. COUNTERSIGN_PROFILE narrows the profiles
// of either: no server has those of both services.
//
// It also runs the specs that other files of this package register.
func TestSpecs(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	opts, err := named()
	if err != nil {
		t.Fatal(err)
	}
	opts.Judge, opts.Note = judgeIn(t), func(text string) { t.Log(text) }
	stream, err := runner.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range stream.Footer.Problems {
		t.Error(problem)
	}
}

// named is a run over the subject that the environment names.
func named() (runner.Options, error) {
	var opts runner.Options
	if p := os.Getenv("COUNTERSIGN_PROFILE"); p != "" {
		opts.Profiles = []string{p}
	}
	url := os.Getenv("COUNTERSIGN_ENDPOINT")
	switch {
	case url == "":
		opts.Start = start
		return opts, nil
	case os.Getenv("COUNTERSIGN_SIGNER") != "":
		return opts, errors.New("COUNTERSIGN_SIGNER and COUNTERSIGN_ENDPOINT name two subjects: judge them one by one")
	}
	opts.Endpoint = &subject.LiveOptions{
		URL: url, Bucket: os.Getenv("COUNTERSIGN_BUCKET"), Region: os.Getenv("COUNTERSIGN_REGION"),
		Credentials: signature.Credentials{
			AccessKeyID: os.Getenv("COUNTERSIGN_ACCESS_KEY_ID"), AccessKeySecret: os.Getenv("COUNTERSIGN_ACCESS_KEY_SECRET"),
			SecurityToken: os.Getenv("COUNTERSIGN_SECURITY_TOKEN"),
		},
		Rate: runner.DefaultRate, MaxWrong: runner.DefaultWrongSignatures, WrongGap: runner.DefaultWrongGap,
	}
	if strings.HasPrefix(url, "http://127.0.0.1:") { // one's own server: nobody is locked out
		opts.Endpoint.Rate, opts.Endpoint.WrongGap = 0, 0
	}
	return opts, nil
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
