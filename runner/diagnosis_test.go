package runner_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
)

// A run says of a failure that has no name what was signed in its place, wherever
// it is judged.
func TestARunDiagnosesWhatHasNoName(t *testing.T) {
	set := load(t)
	caps := &subject.Capabilities{Identity: subject.Identity{Name: "resigned", Version: "1.0"}, Profiles: []string{"oss-v1/header"}, Operations: []string{"PutObject"}, Features: []string{}}
	items, err := spec.Items(set, caps)
	if err != nil {
		t.Fatal(err)
	}
	rec := &subject.Recording{Header: subject.RecordingHeader{
		Subject: caps.Identity, Profiles: caps.Profiles, Operations: caps.Operations, Features: caps.Features, VectorSetSHA256: set.SHA256(),
	}}
	for _, item := range items {
		o := &subject.Observation{ID: item.ID, Mode: item.Mode(), Kind: subject.Unsupported}
		if item.ID == "oss-v1/header/operations/headers/content-type" {
			_, req, err := (&mutants.Sender{}).Send(set, item.Profile, item.Operation)
			if err != nil {
				t.Fatal(err)
			}
			v := item.Operation.Verifier(item.Profile.Scheme).Verify(req)
			mac := hmac.New(sha1.New, []byte(item.Operation.Credentials.AccessKeySecret))
			mac.Write([]byte(v.Stage(signature.StringToSign) + "\n")) // a line feed too many
			authorization, _ := req.Header("Authorization")
			req.SetHeader("Authorization", strings.Replace(authorization, v.Provided, base64.StdEncoding.EncodeToString(mac.Sum(nil)), 1))
			o.Kind, o.Status, o.Captured = subject.Answered, 200, []subject.Captured{{Request: req}}
		}
		rec.Observations = append(rec.Observations, o)
	}
	for name, judge := range map[string]runner.JudgeFunc{"here": runner.JudgeHere, "ginkgo": ginkgo()} {
		failures := slices.DeleteFunc(run(t, runner.Options{Replay: rec, Judge: judge}).Results, func(r reports.Result) bool { return r.Outcome != reports.Fail })
		if len(failures) != 1 || failures[0].Diagnosis == nil || !slices.Equal(failures[0].Diagnosis.Proven(), []string{"C31"}) {
			t.Errorf("%s: %+v", name, failures)
		}
	}
}
