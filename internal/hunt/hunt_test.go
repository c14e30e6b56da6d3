package hunt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/internal/hunt"
	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

func mutant(t *testing.T, id string) subject.Subject {
	t.Helper()
	for i := range mutants.All {
		if m := &mutants.All[i]; m.ID() == id {
			opponent, err := differential.Mutant(m)
			if err != nil {
				t.Fatal(err)
			}
			return opponent
		}
	}
	t.Fatalf("there is no mutant %s", id)
	return nil
}

// run hunts and returns what was found.
func run(t *testing.T, opts hunt.Options) ([]*hunt.Finding, hunt.Tally, error) {
	t.Helper()
	var found []*hunt.Finding
	opts.Found = func(f *hunt.Finding) error { found = append(found, f); return nil }
	h, err := hunt.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	tally, err := h.Run(t.Context())
	return found, tally, err
}

// What is minimised keeps its class, is no longer than it must be, and names the
// rule that is broken.
func TestABrokenRuleIsFoundAndExplained(t *testing.T) {
	for id, place := range map[string]string{
		"OSS4-PARAM-02/slash-raw": "oss-v4/header/canonicalQuery/by-value-of-parameter",
		"OSS1-PARAM-05/backwards": "oss-v1/header/canonicalResource/by-listed-parameter",
	} {
		profile := strings.Join(strings.Split(place, "/")[:2], "/")
		opts := hunt.Options{Opponent: mutant(t, id), Profiles: []string{profile}, Seed: 1, Executions: 50}
		found, tally, err := run(t, opts)
		if err != nil || tally.New == 0 || tally.Executions != 50 {
			t.Fatalf("%s: %+v, %v", id, tally, err)
		}
		f := found[0]
		for _, other := range found {
			if other.Class == place {
				f = other
			}
		}
		requirement, _, _ := strings.Cut(id, "/")
		if f.Class != place || !f.Steady || len(f.Bytes) > 60 || !strings.Contains(strings.Join(f.Result.Requirements, " "), requirement) {
			t.Errorf("%s: class %s, %d bytes, rules %q", id, f.Class, len(f.Bytes), f.Result.Requirements)
		}
		if f.Result.Expected == nil || f.Result.Observed == nil || *f.Result.Expected == *f.Result.Observed {
			t.Errorf("%s: both strings are to be shown: %+v", id, f.Result)
		}
		named := false
		for _, m := range f.Like {
			named = named || m.ID() == id
		}
		if !named {
			t.Errorf("%s is not named among %d that sign the same", id, len(f.Like))
		}

		// The vector and the bytes show it again.
		data, err := vectors.FormatCases(f.Case)
		if err != nil {
			t.Fatal(err)
		}
		for kind, data := range map[string][]byte{"vector": data, "bytes": f.Bytes} {
			var class string
			opts.Found = func(f *hunt.Finding) error { class = f.Class; return nil }
			h, err := hunt.New(opts)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := h.Replay(t.Context(), data); err != nil || class != place || again.New != 1 {
				t.Errorf("%s by its %s: %q, %+v, %v", id, kind, class, again, err)
			}
		}
	}
}

// Another reading is no fault, also where it was found behind one.
func TestAContestedClassBesideAFaultIsNoNews(t *testing.T) {
	p := signature.OSSV4Header
	for _, r := range signature.Readings(p.ID()) {
		if r.Name != "last-header-counts" {
			continue
		}
		other := subject.Reference{Reading: r.Apply}
		opponent := subject.InProcess(subject.Identity{Name: "o"}, []string{p.ID()}, errant(func(ctx context.Context, in *signature.Input) (*subject.Signed, error) {
			if len(in.Request.Headers) > 3 {
				in.Credentials.AccessKeySecret += "?"
			}
			return other.Sign(ctx, p.Scheme, p.Carrier, in)
		}))
		found, tally, err := run(t, hunt.Options{Opponent: opponent, Seed: 1, Executions: 400})
		if err != nil {
			t.Fatal(err)
		}
		var contested int
		for _, f := range found {
			if strings.Contains(f.Class, "/contested/") != f.Contested() {
				t.Errorf("%s: contested %v", f.Class, f.Contested())
			}
			if f.Contested() {
				contested++
			}
		}
		if contested == 0 || tally.Contested != contested || tally.New != len(found)-contested || tally.New == 0 {
			t.Errorf("%+v, of %d found %d are contested", tally, len(found), contested)
		}
		return
	}
	t.Error("there is no such reading")
}

// Most requests show a fault that is known, at the same place as one that few
// show, and some show both.
func TestAKnownFaultThatIsFrequentHidesNoRareOne(t *testing.T) {
	p := signature.OSSV4Header
	signer := func(rare bool) subject.Subject {
		return subject.InProcess(subject.Identity{Name: "o"}, []string{p.ID()}, errant(func(ctx context.Context, in *signature.Input) (*subject.Signed, error) {
			secret := in.Credentials.AccessKeySecret
			if strings.Contains(in.Request.Target, "?") {
				secret += "?"
			}
			if rare && in.Credentials.SecurityToken != "" && in.Request.Body != "" && in.Request.Method == "PUT" {
				secret += "!"
			}
			in.Credentials.AccessKeySecret = secret
			return subject.Reference{}.Sign(ctx, p.Scheme, p.Carrier, in)
		}))
	}
	frequent, tally, err := run(t, hunt.Options{Opponent: signer(false), Seed: 1, Executions: 500})
	if err != nil || len(frequent) == 0 {
		t.Fatalf("%d found, %+v, %v", len(frequent), tally, err)
	}
	var lines strings.Builder
	for _, f := range frequent {
		fmt.Fprintf(&lines, "%s  # the frequent one\n", f.Class)
	}
	known, err := differential.ParseKnown("known", strings.NewReader(lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	rare, tally, err := run(t, hunt.Options{Opponent: signer(true), Seed: 1, Executions: 1500, Known: known})
	if err != nil || len(rare) == 0 {
		t.Fatalf("the rare one is not found: %+v, %v", tally, err)
	}
	for _, f := range rare {
		if _, part, _ := differential.CutPart(f.Class); !slices.Contains([]string{"security-token", "body", "method"}, part) {
			t.Errorf("%s is no class of the rare one", f.Class)
		}
	}
}

type errant func(ctx context.Context, in *signature.Input) (*subject.Signed, error)

func (e errant) Sign(ctx context.Context, _ string, _ signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	return e(ctx, in)
}

// The stages of the vector are the reference's, and the mutant's value stands in
// the note alone.
func TestTheVectorExpectsWhatTheReferenceComputes(t *testing.T) {
	found, _, _ := run(t, hunt.Options{Opponent: mutant(t, "OSS4-PARAM-02/slash-raw"), Profiles: []string{"oss-v4/header"}, Seed: 1, Executions: 100})
	if len(found) == 0 {
		t.Fatal("nothing is found")
	}
	f := found[0]
	signed, err := signature.OSSV4Header.Sign(&f.Case.Input)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Case.Expect.Stages.Values {
		if s.Value != signed.Stage(s.Stage) {
			t.Errorf("%s: %q, the reference has %q", s.Stage, s.Value, signed.Stage(s.Stage))
		}
	}
	if c := f.Case; c.Why != "" || c.Provenance != vectors.Derived || !strings.Contains(c.Source.Note, f.Class) || len(c.Expect.Stages.Values) == 0 {
		t.Errorf("%+v", c)
	}
}

func TestASeedAndANumberSayEverything(t *testing.T) {
	text := func(seed uint64) string {
		found, tally, err := run(t, hunt.Options{Opponent: mutant(t, "OSS4-PARAM-02/slash-raw"), Seed: seed, Executions: 40})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "%+v\n", tally)
		for _, f := range found {
			fmt.Fprintf(&b, "%s %d %q %s %s\n", f.Class, f.At, f.Bytes, f.Case.ID, f.Asked())
		}
		return b.String()
	}
	one := text(1)
	if again := text(1); again != one {
		t.Errorf("the second time it is\n%s, the first time it was\n%s", again, one)
	}
	if text(2) == one {
		t.Error("another seed finds the same")
	}
}

// Every attempt to minimise a crash kills the adapter again: it is asked what it
// can answer in between.
func TestADyingProcessIsMinimisedAndNotGivenUp(t *testing.T) {
	if os.Getenv("HUNT_TEST_LIAR") != "" {
		liars.Main(os.Getenv("HUNT_TEST_LIAR"))
	}
	p, err := subject.StartProcess(t.Context(), subject.ProcessOptions{
		Command: []string{os.Args[0], "-test.run", "^" + t.Name() + "$"}, Env: []string{"HUNT_TEST_LIAR=crash-on-put"}, Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	found, tally, err := run(t, hunt.Options{Opponent: p, Profiles: []string{"oss-v1/header"}, Seed: 1, Executions: 12})
	if err != nil || len(found) != 1 || tally.Executions != 12 {
		t.Fatalf("%d found, %+v, %v", len(found), tally, err)
	}
	if f := found[0]; f.Class != "oss-v1/header/crash" || !f.Steady || f.Input.Request.Method != "PUT" || len(f.Bytes) > 100 {
		t.Errorf("%s: %s, %d bytes", f.Class, f.Input.Request.Method, len(f.Bytes))
	}
}

func TestAnInterruptedHuntKeepsWhatItHasTold(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	h, err := hunt.New(hunt.Options{Opponent: mutant(t, "OSS4-PARAM-02/slash-raw"), Seed: 1,
		Found: func(*hunt.Finding) error { cancel(stop); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if tally, err := h.Run(ctx); !errors.Is(err, stop) || tally.New+tally.Contested != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// A signer that follows two other readings agrees with neither alone where a
// request has to do with both.
func TestTwoContestedReadingsInOneRequestAreNoFault(t *testing.T) {
	both := []string{"listed-parameters-only", "contested-names-unsigned"}
	opponent := subject.InProcess(subject.Identity{Name: "two readings"}, []string{"oss-v1/header"}, subject.Reference{Reading: func(p *signature.Profile) *signature.Profile {
		for _, r := range signature.Readings(p.ID()) {
			if slices.Contains(both, r.Name) {
				p = r.Apply(p)
			}
		}
		return p
	}})
	for seed := uint64(1); seed <= 8; seed++ { // with some of them the first request of a class has to do with both
		found, tally, err := run(t, hunt.Options{Opponent: opponent, Seed: seed, Executions: 200})
		if err != nil || tally.New > 0 || tally.Contested != len(found) {
			t.Errorf("seed %d: %+v, %v", seed, tally, err)
		}
		for _, f := range found {
			if !f.Contested() {
				t.Errorf("seed %d: %s is a fault", seed, f.Class)
			}
		}
	}
}

func TestAProfileThatIsNotOfferedIsRefused(t *testing.T) {
	if _, err := hunt.New(hunt.Options{Opponent: mutant(t, "OSS4-PARAM-02/slash-raw"), Profiles: []string{"obs-v2/header"}}); err == nil || !strings.Contains(err.Error(), "obs-v2/header") {
		t.Errorf("%v", err)
	}
}
