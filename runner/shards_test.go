package runner_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
)

// onceSigner sends for its profiles, and has a signer for one vector at most: in
// one shard it shows, in the others it does not.
type onceSigner struct {
	sender
	profiles []string
	signs    string // the id of the one vector it signs; "": none
}

func (s onceSigner) Capabilities() subject.Capabilities {
	caps := s.sender.Capabilities()
	caps.Profiles = s.profiles
	return caps
}

func (s onceSigner) Sign(ctx context.Context, q *subject.SignQuestion) *subject.Observation {
	if q.ID == s.signs {
		return &subject.Observation{ID: q.ID, Mode: subject.SignMode, Kind: subject.AdapterError, Message: "out of ink"}
	}
	return s.sender.Sign(ctx, q)
}

// The stream that is merged of shards is the one of the run without shards, but
// for its times: with the same selection, mode, results, problems and verdicts.
func TestMergedShardsAreTheRunWithoutShards(t *testing.T) {
	const list = "oss-v4/header/basics/get-object-sts  header  # it passes\n" +
		"oss-v1/header/**/put-acl-path-style-with-x-oss-header  header  # it loses one\n" +
		"oss-v4/query/no-such-theme/*  header  # nowhere\n" +
		"oss-v4/header/no-such-theme/*  header  # nowhere\n"
	both := []string{"oss-v4/header", "oss-v4/query"}
	sends := func(s onceSigner) func(context.Context) (subject.Subject, error) {
		return func(context.Context) (subject.Subject, error) { return s, nil }
	}
	for name, opts := range map[string]runner.Options{
		"the reference":         {Start: here(subject.Reference{}, both...)},
		"of one profile":        {Start: here(subject.Reference{}, both...), Profiles: both[:1], Expected: parse(t, list)},
		"a list":                {Start: process("drops-header", nil), Profiles: nil, Expected: parse(t, list)},
		"a selection":           {Start: process("drops-header", nil), Select: []string{"oss-v4/header/**"}, Expected: parse(t, list)},
		"it only sends":         {Start: sends(onceSigner{profiles: both})},
		"with a list":           {Start: sends(onceSigner{profiles: both}), Expected: parse(t, list)},
		"it says it signs":      {Start: sends(onceSigner{sender: sender{features: []string{"sign"}}, profiles: both})},
		"signs in one shard":    {Start: sends(onceSigner{sender: sender{features: []string{"sign"}}, profiles: both, signs: "oss-v4/header/basics/get-object-sts"})},
		"and does not say so":   {Start: sends(onceSigner{profiles: both, signs: "oss-v4/header/basics/get-object-sts"})},
		"it offers nothing":     {Start: process("unsupported-all", nil), Profiles: both[:1]},
		"a label of operations": {Start: sends(onceSigner{profiles: both}), LabelFilter: "send"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts.Now = func() time.Time { return time.Date(2026, 3, 9, 14, 5, 6, 0, time.UTC) }
			whole := run(t, opts)
			const count = 3
			var shards []reports.Shard
			for i := count; i >= 1; i-- { // the order does not matter
				opts := opts
				opts.Shard = runner.Shard{Index: i, Count: count}
				if opts.Expected != nil {
					opts.Expected = parse(t, list)
				}
				shards = append(shards, reports.Shard{Name: fmt.Sprintf("%d.ndjson", i), Stream: read(t, written(t, run(t, opts)))})
			}
			merged, err := reports.Merge(shards)
			if err != nil {
				t.Fatal(err)
			}
			want, got := strings.SplitAfter(written(t, timeless(whole)), "\n"), strings.SplitAfter(written(t, timeless(merged)), "\n")
			for i, line := range want {
				if i >= len(got) || got[i] != line {
					t.Fatalf("line %d\n  want %s  got  %s", i+1, line, strings.Join(slices.Clone(got[min(i, len(got)):min(i+1, len(got))]), ""))
				}
			}
			if len(got) > len(want) {
				t.Errorf("%d lines too many", len(got)-len(want))
			}
		})
	}
}

// timeless takes out of a stream what takes its time, and what a clock or a
// port leaves in a request.
func timeless(s *reports.Stream) *reports.Stream {
	out := *s
	out.Results = slices.Clone(s.Results)
	for i := range out.Results {
		r := &out.Results[i]
		r.DurationNS, r.Wire = 0, nil
	}
	return &out
}

func written(t *testing.T, s *reports.Stream) string {
	t.Helper()
	var buf bytes.Buffer
	if err := s.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func read(t *testing.T, text string) *reports.Stream {
	t.Helper()
	s, err := reports.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
