package subject_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

var recordedHeader = subject.RecordingHeader{
	Subject:         subject.Identity{Name: "ali-oss", Version: "6.23.0", Language: "javascript"},
	Profiles:        []string{"oss-v4/header"},
	Operations:      []string{"PutObject"},
	Features:        []string{"clock"},
	SuiteVersion:    "0.1.0",
	VectorSetSHA256: strings.Repeat("ab", 32),
}

var recorded = []*subject.Observation{
	{ID: "oss-v4/header/keys/plain", Mode: subject.SignMode, Kind: subject.Answered, Retried: true, Duration: 1500 * time.Microsecond,
		Stages:  []subject.StageSeen{{Stage: signature.StringToSign, Value: "GET\n\xff"}, {Stage: signature.SignatureValue, Value: "s="}},
		Request: &wire.Request{Transport: "http", Method: "GET", Target: "/\xe9", Headers: []wire.Header{{Name: "x", Value: "1"}, {Name: "X", Value: "\xff"}}, Body: "\x00"}},
	{ID: "oss-v4/query/keys/plain", Mode: subject.SignMode, Kind: subject.Answered,
		Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: "s"}},
		URL:    "https://b/%2F?\xff", Headers: [][2]wire.Bytes{{"Range", "\xff"}}, Form: [][2]wire.Bytes{{"key", "<&>\u2028"}}},
	{ID: "oss-v4/header/operations/get/plain", Mode: subject.SendMode, Kind: subject.Answered, Status: 200, Failure: "no XML <&>",
		Captured: []subject.Captured{
			{Request: &wire.Request{Transport: "http", Method: "HEAD", Target: "/?apiversion", Headers: []wire.Header{{Name: "Host", Value: "h"}}}, Probe: "negotiation", Status: 200},
			{Error: "line 2: a header line is `Name: value`"},
		}},
	{ID: "r", Mode: subject.SignMode, Kind: subject.Rejected, Class: "bad-key", Message: "<empty> \u00e9"},
	{ID: "u", Mode: subject.SignMode, Kind: subject.Unsupported, Message: "no"},
	{ID: "e", Mode: subject.SignMode, Kind: subject.AdapterError, Message: "no"},
	{ID: "c", Mode: subject.SignMode, Kind: subject.Crashed, Message: "two\nlines"},
	{ID: "t", Mode: subject.SignMode, Kind: subject.TimedOut, Message: "no"},
	{ID: "p", Mode: subject.SignMode, Kind: subject.ProtocolError, Message: "no"},
	{ID: "n", Mode: subject.SignMode, Kind: subject.NotRun, Message: "no"},
}

func record(t *testing.T, observations []*subject.Observation) []byte {
	t.Helper()
	var out bytes.Buffer
	r, err := subject.NewRecorder(&out, &recordedHeader)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range observations {
		if err := r.Record(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRecordingReadsBackWhatWasRecorded(t *testing.T) {
	rec, err := subject.ReadRecording(bytes.NewReader(record(t, recorded)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(rec.Header, recordedHeader) {
		t.Errorf("header is %+v", rec.Header)
	}
	if len(rec.Observations) != len(recorded) {
		t.Fatalf("%d observations, want %d", len(rec.Observations), len(recorded))
	}
	for i, o := range rec.Observations {
		if !reflect.DeepEqual(o, recorded[i]) {
			t.Errorf("observation %d is\n%+v, want\n%+v", i, o, recorded[i])
		}
	}
	caps := rec.Header.Capabilities()
	if caps.Identity.Name != "ali-oss" || caps.Profiles[0] != "oss-v4/header" || caps.Operations[0] != "PutObject" || !caps.Has("clock") {
		t.Errorf("capabilities are %+v", caps)
	}
}

func TestRecordingIsAsciiAndOneLineAnObservation(t *testing.T) {
	out := record(t, recorded[:3])
	if lines := bytes.Count(out, []byte("\n")); lines != 5 {
		t.Errorf("%d lines, want header, 3 observations and end:\n%s", lines, out)
	}
	for _, want := range []string{
		`{"type":"recording","schema":1,"subject":{"name":"ali-oss","version":"6.23.0","language":"javascript"},"profiles":["oss-v4/header"],"operations":["PutObject"],"features":["clock"],"suiteVersion":"0.1.0","vectorSetSha256":"abab`,
		`"url":{"hex":"68747470733a2f2f622f2532463fff"}`,
		"\n" + `{"type":"end","observations":3}` + "\n",
	} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%s\nis not in\n%s", want, out)
		}
	}
	if i := bytes.IndexFunc(out, func(r rune) bool { return r > 0x7e || r < 0x20 && r != '\n' }); i >= 0 {
		t.Errorf("byte %#x at %d", out[i], i)
	}
}

func TestRecordingThatIsNotWholeIsRefused(t *testing.T) {
	whole := record(t, recorded)
	for cut := range whole[:len(whole)-1] { // the last line break may be missing
		_, err := subject.ReadRecording(bytes.NewReader(whole[:cut]))
		if !errors.Is(err, subject.ErrNotWhole) {
			t.Fatalf("cut after %d of %d bytes: %v", cut, len(whole), err)
		}
	}
	if _, err := subject.ReadRecording(bytes.NewReader(whole[:len(whole)-1])); err != nil {
		t.Errorf("without the last line break: %v", err)
	}
}

func TestRecordingThatIsBrokenNamesTheLine(t *testing.T) {
	header, _, _ := strings.Cut(string(record(t, nil)), "\n")
	o := `{"id":"a","mode":"sign","kind":"answered","stages":[{"stage":"signature","value":"s"}]}`
	for _, test := range []struct {
		lines []string
		want  string
	}{
		{[]string{o}, `line 1: a recording begins with {"type":"recording",…}, got`},
		{[]string{strings.Replace(header, `"schema":1`, `"schema":2`, 1)}, `line 1: this version reads recordings of schema 1, got "2"`},
		{[]string{strings.Replace(header, `"features"`, `"feature"`, 1)}, `line 1: header: json: unknown field "feature"`},
		{[]string{strings.Replace(header, `"ali-oss"`, `""`, 1)}, "line 1: the header names the subject"},
		{[]string{header, "{"}, "line 2: a line of a recording is a JSON object: "},
		{[]string{header, ""}, "line 2: a line of a recording is a JSON object: "},
		{[]string{header, header}, `line 2: between header and end are observations, which have no type, got "recording"`},
		{[]string{header, o, o}, `line 3: an observation stands in a recording once; this one is on line 2 too, got "a"`},
		{[]string{header, strings.Replace(o, `"a"`, `""`, 1)}, "line 2: an observation has an id"},
		{[]string{header, strings.Replace(o, `"sign"`, `"guess"`, 1)}, `line 2: the mode is sign, send or endpoint, got "guess"`},
		{[]string{header, strings.Replace(o, `"answered"`, `"passed"`, 1)}, `line 2: the kind is one of [answered unsupported rejected adapter-error crash timeout protocol-error not-run], got "passed"`},
		{[]string{header, strings.Replace(o, `"stages"`, `"stage"`, 1)}, `line 2: observation: json: unknown field "stage"`},
		{[]string{header, strings.Replace(o, `"value":"s"`, `"value":"\ud800"`, 1)}, "line 2: observation: byte string: lone surrogate"},
		{[]string{header, strings.Replace(o, `"id"`, `"duration":-1,"id"`, 1)}, "line 2: a duration is not negative"},
		{[]string{header, o, `{"type":"end","observations":2}`}, "line 3: the end line counts 2 observations, and there are 1"},
		{[]string{header, o, `{"type":"end","observation":1}`}, `line 3: end: json: unknown field "observation"`},
		{[]string{header, `{"type":"end","observations":0}`, o}, "line 3: nothing follows the end line"},
	} {
		_, err := subject.ReadRecording(strings.NewReader(strings.Join(test.lines, "\n") + "\n"))
		if !contains(err, test.want) || errors.Is(err, subject.ErrNotWhole) {
			t.Errorf("%s\n got error %v\nwant %s", strings.Join(test.lines, "\n"), err, test.want)
		}
	}
}

func TestRecorderMayBeUsedConcurrently(t *testing.T) {
	const n = 500
	var out bytes.Buffer
	r, err := subject.NewRecorder(&out, &recordedHeader)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			_ = r.Record(&subject.Observation{ID: fmt.Sprint(i), Mode: subject.SignMode, Kind: subject.NotRun})
		})
	}
	wg.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	rec, err := subject.ReadRecording(&out)
	if err != nil || len(rec.Observations) != n {
		t.Errorf("%v", err)
	}
}

func TestRecorderReportsWhatItCannotWrite(t *testing.T) {
	if _, err := subject.NewRecorder(full{}, &recordedHeader); !errors.Is(err, errFull) {
		t.Errorf("header: %v", err)
	}
	var out bytes.Buffer
	r, err := subject.NewRecorder(&out, &recordedHeader)
	if err != nil {
		t.Fatal(err)
	}
	large := &subject.Observation{ID: "large", Mode: subject.SignMode, Kind: subject.NotRun, Message: strings.Repeat("x", subject.MaxLine)}
	if err := r.Record(large); !errors.Is(err, subject.ErrLineTooLong) {
		t.Errorf("large observation: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if rec, err := subject.ReadRecording(&out); err != nil || len(rec.Observations) != 0 {
		t.Errorf("afterwards: %v", err)
	}
}

var errFull = errors.New("disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
