package runner_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
)

func TestSelectionNarrowsARun(t *testing.T) {
	all := ids(run(t, runner.Options{Start: here(subject.Reference{})}).Results)
	matching := func(keep func(id string) bool) []string {
		return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return !keep(id) })
	}
	withLabel := func(label string) func(id string) bool {
		set := load(t)
		return func(id string) bool {
			item, err := spec.ItemByID(set, id)
			return err == nil && slices.Contains(item.Labels(), label)
		}
	}
	for _, test := range []struct {
		name      string
		opts      runner.Options
		keep      func(id string) bool
		selection []string
	}{
		{
			"one profile", runner.Options{Profiles: []string{"oss-v4/header"}},
			func(id string) bool { return strings.HasPrefix(id, "oss-v4/header/") }, nil,
		},
		{
			"profiles by pattern", runner.Options{Profiles: []string{"*/form", "oss-rtmp/*"}},
			func(id string) bool { return strings.Contains(id, "/form/") || strings.HasPrefix(id, "oss-rtmp/") }, nil,
		},
		{
			"select", runner.Options{Select: []string{"oss-v1/*/basics/*", told[1]}},
			func(id string) bool {
				return strings.HasPrefix(id, "oss-v1/") && strings.Contains(id, "/basics/") || id == told[1]
			}, []string{"select oss-v1/*/basics/*", "select " + told[1]},
		},
		{
			"skip", runner.Options{Skip: []string{"obs-*/**", "**/basics/*"}},
			func(id string) bool { return !strings.HasPrefix(id, "obs-") && !strings.Contains(id, "/basics/") },
			[]string{"skip obs-*/**", "skip **/basics/*"},
		},
		{
			"select without skip", runner.Options{Select: []string{"oss-v4/**"}, Skip: []string{"*/query/**"}},
			func(id string) bool {
				return strings.HasPrefix(id, "oss-v4/") && !strings.Contains(id, "/query/")
			}, []string{"select oss-v4/**", "skip */query/**"},
		},
		{"label", runner.Options{LabelFilter: "token"}, withLabel("token"), []string{"label-filter token"}},
		{
			"labels", runner.Options{LabelFilter: "oss-v4 && !(token || form)"},
			func(id string) bool {
				return strings.HasPrefix(id, "oss-v4/") && !withLabel("token")(id) && !strings.Contains(id, "/form/")
			}, []string{"label-filter oss-v4 && !(token || form)"},
		},
		{"requirement as label", runner.Options{LabelFilter: "OSS4-TOKEN-01"}, withLabel("OSS4-TOKEN-01"), []string{"label-filter OSS4-TOKEN-01"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opts.Start = here(subject.Reference{})
			stream := run(t, test.opts)
			want := matching(test.keep)
			if got := ids(stream.Results); !slices.Equal(got, want) {
				t.Errorf("%d results\n%v\nwant %d\n%v", len(got), got, len(want), want)
			}
			if len(want) == 0 || len(want) == len(all) {
				t.Errorf("the filter keeps %d of %d: it shows nothing", len(want), len(all))
			}
			if !slices.Equal(stream.Header.Selection, test.selection) {
				t.Errorf("selection is %q", stream.Header.Selection)
			}
			verdict := reports.Conformant
			if test.selection != nil {
				verdict = reports.Partial
			}
			if stream.Footer.Verdict != verdict || reports.ExitCode(stream.Footer) != 0 {
				t.Errorf("verdict %s, want %s; exit code %d", stream.Footer.Verdict, verdict, reports.ExitCode(stream.Footer))
			}
		})
	}
}

func TestShardsAreDisjointAndMakeUpTheWhole(t *testing.T) {
	whole := ids(run(t, runner.Options{Start: here(subject.Reference{})}).Results)
	for _, count := range []int{1, 2, 5} {
		var union []string
		for index := 1; index <= count; index++ {
			stream := run(t, runner.Options{Start: here(subject.Reference{}), Shard: runner.Shard{Index: index, Count: count}})
			union = append(union, ids(stream.Results)...)
			if want := (runner.Shard{Index: index, Count: count}).String(); !slices.Equal(stream.Header.Selection, []string{"shard " + want}) {
				t.Errorf("selection is %q", stream.Header.Selection)
			}
			if stream.Footer.Verdict != reports.Partial {
				t.Errorf("shard %d/%d is %s", index, count, stream.Footer.Verdict)
			}
		}
		slices.Sort(union)
		if !slices.Equal(union, whole) {
			t.Errorf("%d shards hold %d results, the whole has %d", count, len(union), len(whole))
		}
	}
}

// A vector falls to the same shard whatever else is selected.
func TestShardsDoNotDependOnTheSelection(t *testing.T) {
	shard := runner.Shard{Index: 1, Count: 3}
	of := func(opts runner.Options) []string {
		opts.Start, opts.Shard = here(subject.Reference{}), shard
		return ids(run(t, opts).Results)
	}
	whole := of(runner.Options{})
	for _, id := range of(runner.Options{Profiles: []string{"oss-v4/*"}}) {
		if !slices.Contains(whole, id) {
			t.Errorf("%s is not in shard %s of the whole", id, shard)
		}
	}
}

func TestWhatSelectsNothingIsAnError(t *testing.T) {
	for _, test := range []struct {
		name    string
		opts    runner.Options
		nothing bool // ErrNothingSelected
		message string
	}{
		{"pattern that matches nothing", runner.Options{Select: []string{"oss-v4/header/basics/get-objekt-sts"}}, false, "oss-v4/header/basics/get-object-sts"},
		{"one of several patterns", runner.Options{Select: []string{"oss-v4/**", "oss-v5/**"}}, false, `"oss-v5/**"`},
		{"skip pattern that matches nothing", runner.Options{Skip: []string{"oss-v4/haeder/**"}}, false, `"oss-v4/haeder/**"`},
		{"pattern that is none", runner.Options{Select: []string{"oss-v4//x"}}, false, "a part between slashes is empty"},
		{"everything skipped", runner.Options{Skip: []string{"**"}}, true, ""},
		{"selected and skipped", runner.Options{Select: told, Skip: told}, true, ""},
		{"profile that is not declared", runner.Options{Profiles: []string{"oss-v9/header"}}, false, "the subject declares"},
		{"label nothing has", runner.Options{LabelFilter: "no-such-label"}, true, "no-such-label"},
		{"label filter that is none", runner.Options{LabelFilter: "(must"}, false, "label filter"},
		{"version before the first", runner.Options{SuiteVersion: "0.0.9"}, true, "0.0.9"},
		{"version that is none", runner.Options{SuiteVersion: "1.0"}, false, "MAJOR.MINOR.PATCH"},
		{"shard out of range", runner.Options{Shard: runner.Shard{Index: 3, Count: 2}}, false, "1 to 2"},
		{"shard zero", runner.Options{Shard: runner.Shard{Index: 0, Count: 2}}, false, "1 to 2"},
		{"empty shard", runner.Options{Select: told[:1], Shard: runner.Shard{Index: emptyShard(t, told[0]), Count: 2}}, true, "in shard"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opts.Start = here(subject.Reference{})
			stream, err := runner.Run(t.Context(), test.opts)
			if stream != nil || !errors.Is(err, runner.ErrSelection) {
				t.Fatalf("error is %v", err)
			}
			if errors.Is(err, spec.ErrNothingSelected) != test.nothing || !strings.Contains(err.Error(), test.message) {
				t.Errorf("error is %q, want %q in it", err, test.message)
			}
		})
	}
}

// emptyShard is the one of two shards that a vector does not fall to.
func emptyShard(t *testing.T, id string) int {
	t.Helper()
	first := run(t, runner.Options{Start: here(subject.Reference{}), Shard: runner.Shard{Index: 1, Count: 2}})
	if slices.Contains(ids(first.Results), id) {
		return 2
	}
	return 1
}

func TestASubjectThatDeclaresNothingKnownDoesNotStart(t *testing.T) {
	_, err := runner.Run(t.Context(), runner.Options{Start: here(subject.Reference{}, "oss-v9/header")})
	if !errors.Is(err, runner.ErrNotStarted) || !strings.Contains(err.Error(), "oss-v9/header") {
		t.Errorf("error is %v", err)
	}
	_, err = runner.Run(t.Context(), runner.Options{Start: func(context.Context) (subject.Subject, error) {
		return subject.InProcess(subject.Identity{Name: "nothing", Version: "1.0"}, nil, subject.Reference{}), nil
	}})
	if !errors.Is(err, spec.ErrNothingSelected) {
		t.Errorf("no profile at all: error is %v", err)
	}
}

func TestARunSaysWhatItRanAndHowToRepeatIt(t *testing.T) {
	now := time.Date(2024, 5, 20, 10, 0, 0, 0, time.FixedZone("", 2*3600))
	var seen []runner.Progress
	stream := run(t, runner.Options{
		Start: process("drops-header", nil), Select: told,
		Now:       func() time.Time { return now },
		Reproduce: func(id string) string { return "countersign run --select " + id },
		Progress:  func(p runner.Progress) { seen = append(seen, p) },
	})
	h := stream.Header
	if h.Subject.Name != "drops-header" || !h.Time.Equal(now) || h.Time.Location() != time.UTC || h.VectorSetSHA256 != load(t).SHA256() ||
		h.Protocol != subject.Protocol || h.Schema != reports.SchemaVersion || !slices.Equal(h.Profiles, liars.Profiles()) {
		t.Errorf("header is %+v", h)
	}
	for _, r := range stream.Results {
		want := "countersign run --select " + r.ID
		if r.Outcome == reports.Pass {
			want = ""
		}
		if r.Reproduce != want {
			t.Errorf("%s (%s) is reproduced by %q", r.ID, r.Outcome, r.Reproduce)
		}
	}
	for i, p := range seen {
		if p.Done != i+1 || p.Total != len(told) || p.Subject.Name != "drops-header" {
			t.Errorf("progress %d is %+v", i, p)
		}
	}
	if len(seen) != len(told) {
		t.Errorf("%d reports of progress for %d vectors", len(seen), len(told))
	}
}

// sender declares operations, signs nothing, and cannot send either.
type sender struct {
	subject.Subject
	features []string
}

func (s sender) Capabilities() subject.Capabilities {
	return subject.Capabilities{
		Identity: subject.Identity{Name: "sender", Version: "1.0"}, Profiles: []string{"oss-v4/header"},
		Operations: []string{"GetObject"}, Features: s.features,
	}
}

func (sender) Close() error { return nil }

func (sender) Sign(_ context.Context, q *subject.SignQuestion) *subject.Observation {
	return &subject.Observation{ID: q.ID, Mode: subject.SignMode, Kind: subject.Unsupported, Message: "no signer"}
}

func (sender) Send(_ context.Context, q *subject.SendQuestion) *subject.Observation {
	return &subject.Observation{ID: q.ID, Mode: subject.SendMode, Kind: subject.AdapterError, Message: "no route to host"}
}

func TestSignatureVectorsAreLeftOutForWhatOnlySends(t *testing.T) {
	for _, test := range []struct {
		name         string
		features     []string
		opts         runner.Options
		signs, sends bool // which vectors have results
		note         bool
	}{
		{"has no signer", nil, runner.Options{}, false, true, true},
		{"says it signs", []string{"sign"}, runner.Options{}, true, true, false},
		{"has no signer and is asked to sign", nil, runner.Options{LabelFilter: "sign"}, true, false, false},
		{"has no signer and is not asked to sign", nil, runner.Options{LabelFilter: "send"}, false, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var notes []string
			test.opts.Start = func(context.Context) (subject.Subject, error) { return sender{features: test.features}, nil }
			test.opts.Note = func(note string) { notes = append(notes, note) }
			stream := run(t, test.opts)
			signs, sends, undeclared := 0, 0, 0
			for _, r := range stream.Results {
				want := reports.Unsupported
				switch sent := strings.Contains(r.ID, "/operations/"); {
				case !sent:
					signs++
				case strings.Contains(r.Message, "does not declare the operation"):
					undeclared++
				default:
					sends++
					want = reports.AdapterError
				}
				if r.Outcome != want {
					t.Errorf("%s: %s, want %s: %s", r.ID, r.Outcome, want, r.Message)
				}
			}
			if signs > 0 != test.signs || sends > 0 != test.sends || undeclared > 0 != test.sends || len(notes) > 0 != test.note {
				t.Errorf("%d signature vectors, %d operations and %d it does not declare, notes %q", signs, sends, undeclared, notes)
			}
			if reports.ExitCode(stream.Footer) != 1 || !problem(stream.Footer, "nothing was proven") {
				t.Errorf("exit code %d, problems %q", reports.ExitCode(stream.Footer), stream.Footer.Problems)
			}
		})
	}
}

// halfSigner sends for two profiles and signs for one of them.
type halfSigner struct{ sender }

func (h halfSigner) Capabilities() subject.Capabilities {
	caps := h.sender.Capabilities()
	caps.Profiles = []string{"oss-v4/header", "oss-v4/query"}
	return caps
}

func (h halfSigner) Sign(ctx context.Context, q *subject.SignQuestion) *subject.Observation {
	o := h.sender.Sign(ctx, q)
	if q.Carrier == signature.InQuery {
		o.Kind, o.Message = subject.AdapterError, "out of ink"
	}
	return o
}

func TestSignatureVectorsAreLeftOutForAProfileThatIsOnlySent(t *testing.T) {
	var notes []string
	var recorded bytes.Buffer
	note := func(note string) { notes = append(notes, note) }
	told := run(t, runner.Options{
		Start: func(context.Context) (subject.Subject, error) {
			return halfSigner{sender{features: []string{"sign"}}}, nil
		},
		Note:      note,
		Recording: func() io.Writer { return &recorded },
	})
	recording, err := subject.ReadRecording(&recorded)
	if err != nil {
		t.Fatal(err)
	}
	for name, stream := range map[string]*reports.Stream{"told": told, "replayed": run(t, runner.Options{Replay: recording, Note: note})} {
		seen := map[string]int{}
		for _, r := range stream.Results {
			if !strings.Contains(r.ID, "/operations/") {
				seen[r.ID[:len("oss-v4/query")]]++
			}
		}
		if len(seen) != 1 || seen["oss-v4/query"] == 0 {
			t.Errorf("%s: signature vectors of %v", name, seen)
		}
	}
	if len(notes) != 2 || notes[0] != notes[1] || !strings.Contains(notes[0], "no signer to be asked for oss-v4/header: ") {
		t.Errorf("notes %q", notes)
	}
}
