package runner_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

func attest(t *testing.T, opts runner.Options) *runner.Attested {
	t.Helper()
	a, err := runner.Attest(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnHonestSignerProducesEveryVector(t *testing.T) {
	t.Parallel()
	a := attest(t, runner.Options{Start: process("honest", nil)})
	if n := len(a.Statement.Produced); n != len(a.Asked) || len(a.Silent)+len(a.Statement.Differs) > 0 || n == 0 {
		t.Errorf("%d of %d produced, %+v, %+v", n, len(a.Asked), a.Statement.Differs, a.Silent)
	}
	for _, p := range a.Statement.Produced {
		if c, ok := a.Set.Case(p.ID); !ok || c.Digest() != p.Digest || c.IsVerifierCase() {
			t.Errorf("%+v is no signature vector as it is", p)
		}
	}
}

// Whoever says something that is not the signature attests nothing, and whoever
// does not answer attests nothing.
func TestLiarsAttestNothing(t *testing.T) {
	for _, name := range []string{"null", "echo", "constant-signature", "reject-all"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := runner.Attest(t.Context(), runner.Options{Start: process(name, hurried), Select: told})
			if err == nil && len(a.Statement.Produced) > 0 {
				t.Errorf("it is believed: %+v", a.Statement.Produced)
			}
		})
	}
}

// named is a signer of this process under another name.
func named(name, version string, signer subject.Signer, profiles ...string) func(context.Context) (subject.Subject, error) {
	return func(context.Context) (subject.Subject, error) {
		return subject.InProcess(subject.Identity{Name: name, Version: version, Language: "go"}, profiles, signer), nil
	}
}

func TestTheReferenceAttestsNothing(t *testing.T) {
	for _, name := range []string{subject.ReferenceName, "Countersign"} {
		_, err := runner.Attest(t.Context(), runner.Options{Start: named(name, "1", subject.Reference{}, "oss-v1/header")})
		if !errors.Is(err, runner.ErrOurs) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestAttestingTellsWhatWasNotStartedOrSelected(t *testing.T) {
	broken := func(context.Context) (subject.Subject, error) { return nil, errors.New("no such program") }
	if _, err := runner.Attest(t.Context(), runner.Options{Start: broken}); !errors.Is(err, runner.ErrNotStarted) {
		t.Errorf("error is %v", err)
	}
	start := named("other", "1", subject.Reference{}, "oss-v1/header")
	for _, opts := range []runner.Options{{Start: start, Profiles: []string{"oss-v4/*"}}, {Start: start, Select: []string{"oss-v1/header/no-such-theme/*"}}} {
		if _, err := runner.Attest(t.Context(), opts); !errors.Is(err, runner.ErrSelection) {
			t.Errorf("error is %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := runner.Attest(ctx, runner.Options{Start: start}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: error is %v", err)
	}
}

// A run over some profiles or vectors leaves what is known of the others.
func TestARunRenewsWhatItAskedAbout(t *testing.T) {
	signer := subject.Reference{}
	whole := attest(t, runner.Options{Start: named("other", "1", signer, "oss-v1/header", "oss-v4/header")})
	earlier := whole.Renew(&vectors.Attestation{})
	slips := signature.Slips("oss-v1/header")
	i := slices.IndexFunc(slips, func(s signature.Slip) bool { return s.Name == "bucket-missing" })
	mistaken := subject.Reference{Reading: slips[i].Apply}

	one := earlier.Produced[0].ID
	for _, tc := range []struct {
		name string
		opts runner.Options
		asks func(id string) bool
	}{
		{"a profile", runner.Options{Profiles: []string{"oss-v1/header"}}, func(id string) bool { return strings.HasPrefix(id, "oss-v1/header/") }},
		{"a vector", runner.Options{Select: []string{one}}, func(id string) bool { return id == one }},
	} {
		tc.opts.Start = named("other", "1", mistaken, "oss-v1/header", "oss-v4/header")
		now := attest(t, tc.opts).Renew(earlier)
		for _, p := range now.Produced {
			if tc.asks(p.ID) && slices.Contains(earlier.Produced, p) && strings.Contains(p.ID, "published-documents") {
				t.Errorf("%s: %s is still attested", tc.name, p.ID)
			}
		}
		if len(now.Differs) == 0 {
			t.Errorf("%s: no difference is noted", tc.name)
		}
		for _, p := range earlier.Produced {
			if !tc.asks(p.ID) && !slices.Contains(now.Produced, p) {
				t.Errorf("%s: %s is lost", tc.name, p.ID)
			}
		}
	}
}

// A signer that breaks down takes back nothing that it attested before.
func TestABreakdownTakesNothingBack(t *testing.T) {
	t.Parallel()
	earlier := attest(t, runner.Options{Start: named("other", "1", subject.Reference{}, "oss-v1/header")}).Renew(&vectors.Attestation{})
	first := true
	broken := honestBut(func(*signature.Input) {
		if !first {
			panic("broken")
		}
		first = false
	})
	a := attest(t, runner.Options{Start: named("other", "1", broken, "oss-v1/header"), Parallel: 1})
	if len(a.Statement.Produced) != 1 || !a.Silent[0].Unheard {
		t.Fatalf("%d produced, silent %+v", len(a.Statement.Produced), a.Silent[:1])
	}
	if now := a.Renew(earlier); len(now.Produced) != len(earlier.Produced) {
		t.Errorf("%d attested, %d before", len(now.Produced), len(earlier.Produced))
	}
	earlier.Implementation.Version = "0"
	if now := a.Renew(earlier); len(now.Produced) != 1 {
		t.Errorf("%d of another version are attested", len(now.Produced))
	}
}

// The requests of a recording come with what their vectors say of them.
func TestCapturedRequestsOfARecording(t *testing.T) {
	rec := mixture(t)
	for _, o := range rec.Observations {
		o.Kind = subject.Answered
	}
	set := load(t)
	at := slices.IndexFunc(rec.Observations, func(o *subject.Observation) bool { return o.Mode == subject.SendMode })
	o := rec.Observations[at]
	request := set.Cases()[0].Input.Request
	o.Captured = []subject.Captured{{Request: request, Probe: "negotiation"}, {Request: request}, {Request: request, Error: "broken"}, {Request: request}}
	rec.Observations = []*subject.Observation{o, {ID: "oss-v1/header/operations/gone/gone", Mode: subject.SendMode, Captured: o.Captured}, {ID: set.Cases()[0].ID, Mode: subject.SignMode, Captured: o.Captured}}
	got := runner.Captured(set, rec)
	if len(got) != 2 || got[0].ID != o.ID || got[1].ID != o.ID+"#2" || got[0].Credentials.AccessKeySecret == "" || len(got[0].Hosts.Endpoints) == 0 {
		t.Errorf("got %+v", got)
	}
}
