package runner_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// The reference reproduces every stage that a vector pins, and what it returns
// is found right by the way back.
func TestReferenceIsConformantInEveryProfile(t *testing.T) {
	want := 0
	for _, c := range load(t).Cases() {
		if !c.IsVerifierCase() {
			want++
		}
	}
	for name, start := range map[string]func() runner.Options{
		"in process":         func() runner.Options { return runner.Options{Start: here(subject.Reference{})} },
		"as adapter process": func() runner.Options { return runner.Options{Start: process("honest", nil)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream := run(t, start())
			f := stream.Footer
			if len(stream.Results) != want || f.Counts[reports.Pass] != want {
				t.Errorf("%d of %d results passed, want %d", f.Counts[reports.Pass], len(stream.Results), want)
			}
			if len(f.Profiles) != len(signature.Profiles) || f.Verdict != reports.Conformant || reports.ExitCode(f) != 0 {
				t.Errorf("verdict %s of %d profiles, exit code %d", f.Verdict, len(f.Profiles), reports.ExitCode(f))
			}
			for _, p := range f.Profiles {
				if p.Verdict != reports.Conformant {
					t.Errorf("%s is %s", p.Profile, p.Verdict)
				}
			}
			if stream.Header.Mode != "sign" || !slices.IsSorted(ids(stream.Results)) {
				t.Errorf("mode %q, ids sorted: %t", stream.Header.Mode, slices.IsSorted(ids(stream.Results)))
			}
			logAll(t, stream)
		})
	}
}

// mixture is a recording with an observation of every kind, for signature
// vectors and operations, and one signature of another reading.
func mixture(t *testing.T) *subject.Recording {
	t.Helper()
	set := load(t)
	caps := &subject.Capabilities{
		Identity: subject.Identity{Name: "mixture", Version: "1.0"}, Profiles: liars.Profiles(),
		Operations: []string{"GetObject"}, Features: []string{"sign"},
	}
	items, err := spec.Items(set, caps)
	if err != nil {
		t.Fatal(err)
	}
	honest := subject.InProcess(caps.Identity, caps.Profiles, subject.Reference{})
	rec := &subject.Recording{Header: subject.RecordingHeader{
		Subject: caps.Identity, Profiles: caps.Profiles, Operations: caps.Operations, Features: caps.Features, VectorSetSHA256: set.SHA256(),
	}}
	kinds := []subject.Kind{
		subject.Answered, subject.Unsupported, subject.Rejected, subject.AdapterError,
		subject.Crashed, subject.TimedOut, subject.ProtocolError, subject.NotRun,
	}
	for i, item := range items {
		o := &subject.Observation{ID: item.ID, Mode: item.Mode(), Kind: kinds[i%len(kinds)], Message: "as <recorded> & said", Class: "word", Duration: 1234}
		switch {
		case item.Mode() == subject.SendMode && o.Kind == subject.Answered:
			o.Status = 200
			o.Captured = []subject.Captured{{Request: &wire.Request{
				Transport: "http", Method: "GET", Target: "/a?b&c=\xff", Headers: []wire.Header{{Name: "Host", Value: "h"}}, Body: "\x00\xfe",
			}}}
		case item.Mode() == subject.SignMode && len(item.Case.Alternatives) > 0:
			value, _ := item.Case.Alternatives[0].Stages.Stage(signature.SignatureValue)
			o.Kind, o.Stages = subject.Answered, []subject.StageSeen{{Stage: signature.SignatureValue, Value: wire.Bytes(value)}}
		case item.Mode() == subject.SignMode && i%16 == 0:
			o.Kind, o.Stages = subject.Answered, []subject.StageSeen{{Stage: signature.SignatureValue, Value: "wrong\xff"}}
		case item.Mode() == subject.SignMode && o.Kind == subject.Answered:
			o = honest.Sign(t.Context(), item.Question())
			o.Retried = i%3 == 0
		}
		rec.Observations = append(rec.Observations, o)
	}
	return rec
}

func ginkgo() runner.JudgeFunc { return runner.JudgeWithGinkgo(os.Args[0], "judge") }

func TestJudgingWithGinkgoGivesTheResultsOfJudgingHere(t *testing.T) {
	rec := mixture(t)
	streams := map[string]*reports.Stream{}
	for name, judge := range map[string]runner.JudgeFunc{
		"here":   runner.JudgeHere,
		"ginkgo": ginkgo(),
	} {
		streams[name] = run(t, runner.Options{Replay: rec, Judge: judge})
	}
	here, ginkgo := streams["here"], streams["ginkgo"]
	for _, outcome := range []reports.Outcome{
		reports.Pass, reports.Fail, reports.Flaky, reports.Unsupported, reports.Contested, reports.RejectedWrongly,
		reports.AdapterError, reports.Crash, reports.Timeout, reports.ProtocolError, reports.NotRun,
	} {
		if here.Footer.Counts[outcome] == 0 {
			t.Errorf("the mixture has no %s", outcome)
		}
	}
	if len(here.Results) != len(rec.Observations) || len(ginkgo.Results) != len(here.Results) {
		t.Fatalf("%d results here and %d with Ginkgo of %d observations", len(here.Results), len(ginkgo.Results), len(rec.Observations))
	}
	for i := range here.Results {
		if !reflect.DeepEqual(here.Results[i], ginkgo.Results[i]) {
			t.Errorf("here   %+v\nginkgo %+v", here.Results[i], ginkgo.Results[i])
		}
	}
	if !reflect.DeepEqual(here.Footer, ginkgo.Footer) {
		t.Errorf("footers\n%+v\n%+v", here.Footer, ginkgo.Footer)
	}
}

func TestAJudgingProcessThatFailsIsAnError(t *testing.T) {
	for _, test := range []struct {
		command []string
		want    string
	}{
		{[]string{os.Args[0], "-test.run=^$"}, "results.ndjson"}, // ends well, having judged nothing
		{[]string{os.Args[0], "liar"}, "no liar is called"},      // takes the file for a name
		{[]string{"countersign-no-such-program"}, "countersign-no-such-program"},
	} {
		_, err := runner.Run(t.Context(), runner.Options{
			Start: here(subject.Reference{}), Select: told[:1], Judge: runner.JudgeWithGinkgo(test.command...),
		})
		if !errors.Is(err, runner.ErrJudging) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: error is %v, want %q in it", test.command, err, test.want)
		}
	}
}

// record runs a liar and returns its recording with the stream.
func record(t *testing.T, opts runner.Options) ([]byte, *reports.Stream) {
	t.Helper()
	var buf bytes.Buffer
	opts.Recording = func() io.Writer { return &buf }
	stream := run(t, opts)
	return buf.Bytes(), stream
}

func TestARecordedRunIsJudgedAgainWithoutItsSubject(t *testing.T) {
	recorded, live := record(t, runner.Options{Start: process("drops-header", nil)})
	rec, err := subject.ReadRecording(bytes.NewReader(recorded))
	if err != nil {
		t.Fatal(err)
	}
	replayed := run(t, runner.Options{Replay: rec})
	if !reflect.DeepEqual(replayed.Results, live.Results) {
		t.Error("the results differ")
	}
	if !reflect.DeepEqual(replayed.Footer, live.Footer) {
		t.Errorf("footers\n%+v\n%+v", replayed.Footer, live.Footer)
	}
	if h := replayed.Header; h.Mode != "replay" || h.Subject != live.Header.Subject || h.VectorSetSHA256 != live.Header.VectorSetSHA256 || len(h.Selection) > 0 {
		t.Errorf("header is %+v", h)
	}
	if live.Footer.Counts[reports.Fail] == 0 || live.Footer.Counts[reports.Pass] == 0 {
		t.Errorf("a run without failures or passes shows nothing: %v", live.Footer.Counts)
	}
}

func TestACutRecordingIsRefused(t *testing.T) {
	recorded, _ := record(t, runner.Options{Start: here(subject.Reference{}), Select: told})
	lines := bytes.SplitAfter(recorded, []byte("\n"))
	for cut, i := 0, 0; i < len(lines)-2; i++ { // the last but one is the end line
		cut += len(lines[i])
		for _, n := range []int{cut - 1, cut, cut + 3} {
			if _, err := subject.ReadRecording(bytes.NewReader(recorded[:n])); !errors.Is(err, subject.ErrNotWhole) {
				t.Errorf("cut at byte %d of %d: error is %v", n, len(recorded), err)
			}
		}
	}
}

// A recording of a part must not be taken for a run of the whole.
func TestARecordingOfAPartIsNeverConformant(t *testing.T) {
	recorded, _ := record(t, runner.Options{Start: here(subject.Reference{}, "oss-v4/header"), Select: told[1:2]})
	rec, err := subject.ReadRecording(bytes.NewReader(recorded))
	if err != nil {
		t.Fatal(err)
	}
	stream := run(t, runner.Options{Replay: rec})
	if stream.Footer.Verdict != reports.Partial || len(stream.Results) != 1 {
		t.Errorf("verdict %s of %d results", stream.Footer.Verdict, len(stream.Results))
	}
	if s := stream.Header.Selection; len(s) != 1 || !strings.HasPrefix(s[0], "recording without ") {
		t.Errorf("selection is %q", s)
	}
	_, err = runner.Run(t.Context(), runner.Options{Replay: rec, Skip: told[1:2]})
	if !errors.Is(err, runner.ErrSelection) || !errors.Is(err, spec.ErrNothingSelected) {
		t.Errorf("nothing of the recording selected: error is %v", err)
	}
}

// An SDK that only sends is recorded without signature vectors, and lacks
// nothing.
func TestARecordingOfASenderIsWhole(t *testing.T) {
	rec := mixture(t)
	rec.Header.Features = nil
	rec.Observations = slices.DeleteFunc(rec.Observations, func(o *subject.Observation) bool { return o.Mode == subject.SignMode })
	stream := run(t, runner.Options{Replay: rec})
	if len(stream.Header.Selection) > 0 || len(stream.Results) != len(rec.Observations) {
		t.Errorf("selection %q, %d results of %d observations", stream.Header.Selection, len(stream.Results), len(rec.Observations))
	}
	rec.Header.Features = []string{"sign"}
	if s := run(t, runner.Options{Replay: rec}).Header.Selection; len(s) != 1 {
		t.Errorf("one that signs too, recorded without: selection %q", s)
	}
}

func TestARecordingWithVectorsTheSuiteLacksIsRed(t *testing.T) {
	recorded, live := record(t, runner.Options{Start: here(subject.Reference{}), Select: told})
	if reports.ExitCode(live.Footer) != 0 {
		t.Fatal("the recorded run is red itself")
	}
	rec, err := subject.ReadRecording(bytes.NewReader(recorded))
	if err != nil {
		t.Fatal(err)
	}
	rec.Observations = append(rec.Observations, &subject.Observation{ID: "oss-v4/header/basics/of-tomorrow", Mode: subject.SignMode, Kind: subject.NotRun})
	stream := run(t, runner.Options{Replay: rec})
	if reports.ExitCode(stream.Footer) != 1 || !problem(stream.Footer, "oss-v4/header/basics/of-tomorrow", "does not have") {
		t.Errorf("exit code %d, problems %q", reports.ExitCode(stream.Footer), stream.Footer.Problems)
	}
	if len(stream.Results) != len(told) {
		t.Errorf("%d results, want %d", len(stream.Results), len(told))
	}
}
