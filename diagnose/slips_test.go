package diagnose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
)

// someSlips lists the slips of all profiles by profile id.
func someSlips() map[string][]signature.Slip {
	out := map[string][]signature.Slip{}
	for _, p := range signature.Profiles {
		out[p.ID()] = signature.Slips(p.ID())
	}
	return out
}

func TestEverySlipOfEveryProfileHasACause(t *testing.T) {
	if n := len(signature.Profiles); n != 19 {
		t.Errorf("%d profiles, want 19", n)
	}
	slips := 0
	for profile, list := range someSlips() {
		for _, s := range list {
			slips++
			id, ok := OfSlip(s.Name)
			if _, known := Cause(id); !ok || !known {
				t.Errorf("%s: slip %s has the cause %q", profile, s.Name, id)
			}
		}
	}
	if slips == 0 {
		t.Error("no profile has a slip")
	}
}

func TestEveryMistakeStandsOnceAndHasACause(t *testing.T) {
	listed := map[string]bool{}
	for _, m := range knownMistakes.Mistakes {
		if listed[m.Name] {
			t.Errorf("%s stands twice", m.Name)
		}
		listed[m.Name] = true
		for _, id := range []string{m.Cause, m.Perhaps} {
			if _, known := Cause(id); !known && id != "" {
				t.Errorf("%s: there is no cause %s", m.Name, id)
			}
		}
	}
	if id, ok := OfSlip("no-such-slip"); ok {
		t.Errorf("a slip that does not exist has the cause %s", id)
	}
}

// A mistake that nothing looks for would be a promise that nobody keeps.
func TestEveryMistakeIsLookedFor(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "_test.go") {
			code.Write(text)
		}
	}
	slips := map[string]bool{}
	for _, list := range someSlips() {
		for _, s := range list {
			slips[s.Name] = true
		}
	}
	for _, m := range knownMistakes.Mistakes {
		if !slips[m.Name] && !strings.Contains(code.String(), `"`+m.Name+`"`) {
			t.Errorf("nothing looks for %s", m.Name)
		}
	}
}

func TestTheCauseOfASlipIsProven(t *testing.T) {
	for profile, list := range someSlips() {
		for _, s := range list {
			d := ProvenSlip(&reports.Result{ID: profile + "/operations/keys/put"}, s.Name)
			if d == nil || len(d.Causes) != 1 {
				t.Errorf("%s, %s: %+v", profile, s.Name, d)
				continue
			}
			c := d.Causes[0]
			id, _ := OfSlip(s.Name)
			cause, _ := Cause(id)
			if c.ID != id || c.Name != cause.Name || c.Confidence != "proof" || !strings.Contains(c.Evidence, s.Why) || !strings.Contains(c.Evidence, s.Name) {
				t.Errorf("%s, %s: %+v", profile, s.Name, c)
			}
			dialect := OSS
			if strings.HasPrefix(profile, "obs") {
				dialect = OBS
			}
			if want := cause.Fix.For(dialect); c.Fix != want {
				t.Errorf("%s, %s: fix is %q, want %q", profile, s.Name, c.Fix, want)
			}
		}
	}
}

func TestNothingIsProvenWithoutASlipOfTheProfile(t *testing.T) {
	for _, tc := range []struct{ id, slip string }{
		{"oss-v1/header/operations/keys/put", ""},
		{"oss-v1/header/operations/keys/put", "no-such-slip"},
		{"oss-v1/header/operations/keys/put", "key-decoded"}, // the rule of OSS: no slip there
		{"oss-v1/form/operations/keys/put", "content-type-unsigned"},
		{"", "content-type-unsigned"},
	} {
		if d := ProvenSlip(&reports.Result{ID: tc.id}, tc.slip); d != nil {
			t.Errorf("%q, %q: %+v", tc.id, tc.slip, d)
		}
	}
}
