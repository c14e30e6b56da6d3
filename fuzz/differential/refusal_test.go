package differential

import (
	"context"
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

// What no service takes may be refused; a signer that takes it must sign it
// right.
func TestWhatNoServiceTakesMayBeRefused(t *testing.T) {
	refuses := signer(func() (*subject.Signed, error) { return nil, &subject.RejectedError{Message: "no"} })
	errs := signer(func() (*subject.Signed, error) {
		return &subject.Signed{Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: "wrong"}}}, nil
	})
	oss, obs, rtmp, form := signature.OSSV1Query, signature.OBSV2Query, signature.OSSRTMPQuery, signature.OSSV1Form
	for _, test := range []struct {
		name    string
		profile *signature.Profile
		change  func(in *signature.Input)
		may     bool
	}{
		{"a plain request", oss, func(*signature.Input) {}, false},
		{"no secret", obs, func(in *signature.Input) { in.Credentials.AccessKeySecret = "" }, true},
		{"a dot in a bucket of OSS", oss, func(in *signature.Input) { in.Bucket = "b.c.d" }, true},
		{"a dot in a bucket of OBS", obs, func(in *signature.Input) { in.Bucket = "b.c.d" }, false},
		{"the longest key", oss, func(in *signature.Input) { in.Key = strings.Repeat("k", 1023) }, false},
		{"a longer key", oss, func(in *signature.Input) { in.Key = strings.Repeat("k", 1024) }, true},
		{"a longer key of OBS", obs, func(in *signature.Input) { in.Key = strings.Repeat("k", 1024) }, false},
		{"a slash in front", oss, func(in *signature.Input) { in.Key = "/k" }, true},
		{"a backslash in front", oss, func(in *signature.Input) { in.Key = `\k` }, true},
		{"a backslash", oss, func(in *signature.Input) { in.Key = `k\` }, false},
		{"a question mark in front", oss, func(in *signature.Input) { in.Key = "?k" }, false},
		{"a policy", form, func(in *signature.Input) { in.Policy = ` { "conditions": [] } ` }, false},
		{"a policy that is no JSON", form, func(in *signature.Input) { in.Policy = `{"conditions":["` + "\n" + `"]}` }, true},
		{"a channel without a name", rtmp, func(in *signature.Input) { in.Key = "" }, true},
	} {
		in := fuzz.Input(test.profile, fuzz.NewChoices(nil))
		in.Key = "key"
		test.change(in)
		in.Request.Target = strings.SplitAfter(in.Request.Target, ".com")[0] + pathOf(test.profile, in)
		if !strings.HasPrefix(in.Request.Target, "rtmp:") {
			in.Request.Target = pathOf(test.profile, in)
		}
		for _, opponent := range []signer{refuses, errs} {
			d := MustAgainst(subject.InProcess(subject.Identity{Name: "o"}, []string{test.profile.ID()}, opponent))
			x := d.Ask(context.Background(), test.profile, in)
			if x.Observation == nil {
				t.Fatalf("%s: the reference refuses it", test.name)
			}
			if fine := x.Result == nil; fine != (test.may && x.Observation.Kind == subject.Rejected) {
				t.Errorf("%s: %s, and that is right: %v", test.name, x.Observation.Kind, fine)
			}
		}
	}
}
