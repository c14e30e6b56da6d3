package signverify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/signature"
)

func FuzzSignVerify(f *testing.F) { native.Fuzz(f, Check) }

// seeds returns the decoded corpus by the name of the file.
func seeds(t *testing.T) (profiles map[string]*signature.Profile, inputs map[string]*signature.Input) {
	names, err := filepath.Glob("corpus/*")
	if err != nil {
		t.Fatal(err)
	}
	profiles, inputs = map[string]*signature.Profile{}, map[string]*signature.Input{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c := fuzz.NewChoices(data)
		p := fuzz.OneOf(c, signature.Profiles)
		profiles[filepath.Base(name)], inputs[filepath.Base(name)] = p, fuzz.Input(p, c)
	}
	return profiles, inputs
}

func TestTheCorpusReachesEveryProfile(t *testing.T) {
	reached := map[string]int{}
	profiles, inputs := seeds(t)
	for name, p := range profiles {
		if _, err := p.Sign(inputs[name]); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		reached[p.ID()]++
	}
	for _, p := range signature.Profiles {
		if reached[p.ID()] == 0 {
			t.Errorf("no seed is signed with %s", p.ID())
		}
	}
}

// A seed is named after the slip or reading it was found and shortened for. A
// verifier that follows that reading must not agree with the signer, or the
// target would find nothing.
func TestAVerifierWithASlipIsFound(t *testing.T) {
	profiles, inputs := seeds(t)
	found := 0
	for name, p := range profiles {
		for mistake, reading := range mistakes(p) {
			if name != strings.ReplaceAll(p.ID(), "/", "-")+"-"+mistake {
				continue
			}
			finding := fuzz.Find("signverify", nil, func([]byte) { roundTrip(p, inputs[name], reading) })
			if finding == nil || !strings.HasPrefix(finding.Class, "signature/sign-verify-roundtrip/"+p.ID()+"/") {
				t.Errorf("%s does not show what it is named after: %+v", name, finding)
			}
			found++
		}
	}
	if found < 50 {
		t.Errorf("%d seeds show a slip or a reading: the names of the corpus are not those of package signature any more", found)
	}
}

func mistakes(p *signature.Profile) map[string]func(*signature.Profile) *signature.Profile {
	all := map[string]func(*signature.Profile) *signature.Profile{}
	for _, s := range signature.Slips(p.ID()) {
		all[s.Name] = s.Apply
	}
	for _, r := range signature.Readings(p.ID()) {
		all[r.Name] = r.Apply
	}
	return all
}

// A signer that scribbles on what it is given harms its caller's next request.
func TestAChangedInputIsFound(t *testing.T) {
	scribbler := signature.OSSV1Header.Clone()
	in := fuzz.Input(scribbler, fuzz.NewChoices(nil))
	scribbler.DateLine = func(*signature.Signing) (string, error) {
		in.Request.Headers[0].Value = "elsewhere"
		return "", nil
	}
	finding := fuzz.Find("signverify", nil, func([]byte) { roundTrip(scribbler, in, nil) })
	if finding == nil || finding.Class != "signature/input-changed" {
		t.Errorf("%+v", finding)
	}
}
