package runner_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

var somebody = vectors.Implementation{Name: "some-service", Version: "2026-11-22"}

// recordingOf is the recording of a run against a server, as if it had been
// somebody else's and elsewhere: what stands in it of this machine and of this
// module is taken out.
func recordingOf(t *testing.T, m *mutants.Mutant, selected ...string) *subject.Recording {
	t.Helper()
	var recorded bytes.Buffer
	run(t, runner.Options{Endpoint: live(serve(t, m, endpoint.OSS, ownKey), ownKey), Select: selected, Recording: func() io.Writer { return &recorded }})
	r, err := subject.ReadRecording(&recorded)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Subject.Name, r.Header.Subject.URL = "oss.example.com", "https://oss.example.com"
	r.Header.Features = []string{"endpoint"}
	for _, o := range r.Observations {
		if o.Answer != nil {
			o.Answer.Headers = slices.DeleteFunc(o.Answer.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, endpoint.ServedBy) })
		}
	}
	return r
}

var tampered = []string{"oss-v4/header/methods/*", "oss-v4/header/unsigned-headers/*", "oss-v4/header/signing-key/*"}

func TestAServerAttestsWhatItWasSeenToDo(t *testing.T) {
	a, err := runner.AttestServer(recordingOf(t, reference, tampered...), somebody)
	if err != nil {
		t.Fatal(err)
	}
	how := map[string]int{}
	for _, w := range a.Statement.Observed {
		how[w.How]++
		c, ok := a.Set.Case(w.ID)
		if !ok || c.Digest() != w.Digest || c.IsVerifierCase() != (w.How == "echoed") || (w.Stage == "") == (w.How == "echoed") {
			t.Errorf("%+v", w)
		}
		if strings.HasPrefix(w.ID, "oss-v4/header/signing-key/secret") {
			t.Errorf("%s is about a secret that was never used", w.ID)
		}
	}
	if how["accepted"] < 3 || how["echoed"] < 3 || len(a.Statement.Produced) > 0 {
		t.Errorf("%v; silent: %v", how, a.Silent)
	}
	again := a.Renew(a.Renew(&vectors.Attestation{Implementation: somebody}))
	if len(again.Observed) != len(a.Statement.Observed) {
		t.Errorf("renewed: %d of %d", len(again.Observed), len(a.Statement.Observed))
	}
	if _, err := again.Format(); err != nil {
		t.Error(err)
	}
}

// Who lets everybody in, shows other strings or masks them attests nothing by
// that.
func TestServersThatProveNothingAttestNothing(t *testing.T) {
	everybody := &mutants.Mutant{Break: mutants.Break{Answer: func(_ *wire.Request, a *endpoint.Response) { *a = endpoint.Response{Status: 200} }}}
	a, err := runner.AttestServer(recordingOf(t, everybody, tampered...), somebody)
	if err != nil || len(a.Statement.Observed) > 0 {
		t.Errorf("%v, %v", a.Statement.Observed, err)
	}
	for _, replace := range []string{"<StringToSign>X", "<StringToSign>****"} {
		other := &mutants.Mutant{Break: mutants.Break{Answer: func(_ *wire.Request, a *endpoint.Response) {
			a.Headers = slices.DeleteFunc(slices.Clone(a.Headers), func(h wire.Header) bool { return wire.EqualFold(h.Name, "x-oss-err") })
			a.Body = strings.NewReplacer("StringToSignBytes", "Bytes", "<CanonicalRequest>", "<CanonicalRequest>****", "<StringToSign>", replace).Replace(a.Body)
		}}}
		a, err := runner.AttestServer(recordingOf(t, other, tampered...), somebody)
		if err != nil || slices.ContainsFunc(a.Statement.Observed, func(w vectors.Witnessed) bool { return w.How == "echoed" }) {
			t.Errorf("%s: %v, %v", replace, a.Statement.Observed, err)
		}
	}
	a, err = runner.AttestServer(recordingOf(t, reference, "oss-v4/header/addressing/virtual-host"), somebody)
	if err != nil || len(a.Statement.Observed) > 0 || !strings.Contains(a.Silent[0].Why, "no wrong signature of oss-v4/header was refused") {
		t.Errorf("%v, %v", a.Statement.Observed, err)
	}
}

func TestOurOwnServersAttestNothing(t *testing.T) {
	served := func(r *subject.Recording) {
		r.Observations[0].Answer.Headers = []wire.Header{{Name: "x-served-by", Value: "countersign"}}
	}
	for name, change := range map[string]func(*subject.Recording){
		"loopback":     func(r *subject.Recording) { r.Header.Features = append(r.Header.Features, subject.LoopbackFeature) },
		"address":      func(r *subject.Recording) { r.Header.Subject.Name = "127.0.0.1:9000" },
		"six":          func(r *subject.Recording) { r.Header.Subject.Name = "[::1]:9000" },
		"localhost":    func(r *subject.Recording) { r.Header.Subject.Name = "localhost" },
		"below":        func(r *subject.Recording) { r.Header.Subject.Name = "oss.localhost:80" },
		"it says so":   served,
		"no recording": func(r *subject.Recording) { r.Header.Features = nil },
	} {
		r := recordingOf(t, reference, "oss-v4/header/methods/*")
		change(r)
		a, err := runner.AttestServer(r, somebody)
		if name == "no recording" {
			if !errors.Is(err, runner.ErrSelection) {
				t.Errorf("%s: %v", name, err)
			}
		} else if a != nil || !errors.Is(err, runner.ErrOurs) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := runner.AttestServer(recordingOf(t, reference, "oss-v4/header/methods/*"), vectors.Implementation{Name: "countersign", Version: "1"}); !errors.Is(err, runner.ErrOurs) {
		t.Errorf("by name: %v", err)
	}
	// A recording of a run on this machine says so by itself.
	var recorded bytes.Buffer
	run(t, runner.Options{Endpoint: live(serve(t, reference, endpoint.OSS, ownKey), ownKey), Select: []string{"oss-v4/header/methods/*"}, Recording: func() io.Writer { return &recorded }})
	r, err := subject.ReadRecording(&recorded)
	if err != nil || !slices.Contains(r.Header.Features, subject.LoopbackFeature) || r.Observations[0].Answer.Header(endpoint.ServedBy) != "countersign" {
		t.Errorf("%v: %v", err, r.Header.Features)
	}
}
