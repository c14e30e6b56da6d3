package runner_test

import (
	"context"
	"strings"
	"testing"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// plusBlind signs like the reference, but takes a plus sign in the query for a
// blank.
type plusBlind struct{ subject.Reference }

func (p plusBlind) Sign(ctx context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	sent := in.Request.Target
	t := wire.SplitTarget(sent)
	t.Query = strings.ReplaceAll(t.Query, "%2B", "%20")
	in.Request.Target = t.String()
	signed, err := p.Reference.Sign(ctx, scheme, carrier, in)
	if err == nil && signed.Request != nil {
		signed.Request.Target = sent
	}
	return signed, err
}

func TestShrinkKeepsWhatTheFailureNeedsAndNothingElse(t *testing.T) {
	options := runner.Options{Start: here(plusBlind{}, "oss-v4/header")}
	stream := run(t, options)
	var failures []reports.Result
	for _, r := range stream.Results {
		if r.Outcome == reports.Fail {
			failures = append(failures, r)
		}
	}
	if len(failures) == 0 {
		t.Fatal("no vector has a plus sign in its query")
	}
	shrunk, err := runner.Shrink(t.Context(), options, failures)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range shrunk {
		if s == nil {
			t.Errorf("%s did not come back", failures[i].ID)
			continue
		}
		if s.From != failures[i].ID || s.Result.Place() != failures[i].Place() {
			t.Errorf("%s at %s became %s at %s", failures[i].ID, failures[i].Place(), s.From, s.Result.Place())
		}
		query := wire.SplitTarget(s.Input.Request.Target).Query
		if !strings.Contains(query, "%2B") || strings.Contains(query, "&") || s.Input.Request.Body != "" || s.Input.Credentials.SecurityToken != "" {
			t.Errorf("%s: more is left than what it takes: %s %q", s.From, s.Input.Request.Target, s.Input.Request.Body)
		}
		if s.Asked > runner.MostAsked {
			t.Errorf("%s: asked %d times", s.From, s.Asked)
		}
	}
}

func TestShrinkGivesUpAFailureThatDoesNotComeBack(t *testing.T) {
	options := runner.Options{Start: here(subject.Reference{}, "oss-v4/header")}
	set := load(t)
	var id string
	for _, c := range set.Cases() {
		if c.Profile() == "oss-v4/header" && !c.IsVerifierCase() {
			id = c.ID
			break
		}
	}
	shrunk, err := runner.Shrink(t.Context(), options, []reports.Result{{ID: id, Outcome: reports.Fail, Stage: "stringToSign"}})
	if err != nil || len(shrunk) != 1 || shrunk[0] != nil {
		t.Errorf("Shrink = %v, %v; want nothing for it", shrunk, err)
	}
	if whole := runner.Whole(set, id); whole == nil || whole.Input == nil {
		t.Errorf("Whole(%s) = %v", id, whole)
	}
}
