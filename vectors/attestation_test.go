package vectors

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAnAttestationIsNamedAfterItsImplementation(t *testing.T) {
	for name, want := range map[string]string{
		"oss-go-v2": "oss-go-v2.json", "@huawei/obs sdk": "", "huawei/obs sdk": "huawei-obs-sdk.json", "": "", "..": "", ".hidden": "", "ümlaut": "",
	} {
		got, err := AttestationFile(name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}

var implementation = Implementation{Name: "sdk", Version: "2"}

func TestAttestationsAreWrittenSortedAndInCanonicalForm(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new", "sdk.json")
	a := &Attestation{
		Implementation: implementation,
		Produced:       []Produced{{ID: post, Digest: "0123456789abcdef"}, {ID: late, Digest: "0123456789abcdef", Version: "1"}},
		Differs:        []Differs{{ID: getObject, Digest: "0123456789abcdef", Stage: "stringToSign", Note: "the reading <x> & y"}},
	}
	if err := a.Write(name); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckFormatFile(name); err != nil {
		t.Error(err)
	}
	if v := validate(attestationSchema, first); len(v) > 0 {
		t.Error(v)
	}
	back, err := ReadAttestation(name, implementation)
	if err != nil {
		t.Fatal(err)
	}
	if back.Produced[0].ID != post || back.Produced[1].Version != "1" || back.Differs[0].Note != "the reading <x> & y" {
		t.Errorf("got %+v", back)
	}
	if err := back.Write(name); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(name); !bytes.Equal(first, again) {
		t.Errorf("written twice:\n%s\n%s", first, again)
	}
	empty, err := (&Attestation{Implementation: implementation}).Format()
	if err != nil || len(validate(attestationSchema, empty)) > 0 {
		t.Errorf("%v: %s", err, empty)
	}
}

func TestReadingAttestations(t *testing.T) {
	dir := t.TempDir()
	a, err := ReadAttestation(filepath.Join(dir, "missing.json"), implementation)
	if err != nil || a.Implementation != implementation || len(a.Produced) > 0 {
		t.Errorf("missing: %+v, %v", a, err)
	}
	for text, want := range map[string]string{
		"{": "unexpected EOF",
		`{"$schema":"../schema/attestation.schema.json","implementation":{"name":"sdk","version":"1"},"produced":[{"id":"x","digest":""}],"differs":[]}`: "/produced/0",
		`{"$schema":"../schema/attestation.schema.json","implementation":{"name":"other","version":"1"},"produced":[],"differs":[]}`:                     "holds what other attests, not sdk",
	} {
		name := filepath.Join(dir, "sdk.json")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadAttestation(name, implementation); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// renewable is a set with a captured vector, and the digest of it.
func renewable(t *testing.T) (*Set, string) {
	files := sound()
	edit(files, formFile, `"kind": "document"`, `"kind": "captured"`)
	edit(files, formFile, `"ref": "page"`, `"ref": "sdk 1: post"`)
	edit(files, formFile, `"published"`, `"derived"`)
	set, err := LoadFS(files)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := set.Case(post)
	return set, c.Digest()
}

func TestRenewingAnAttestation(t *testing.T) {
	set, digest := renewable(t)
	answer := &Attestation{Implementation: implementation, Produced: []Produced{{ID: getObject, Digest: "b"}}}
	asked := func(id string) bool { return strings.HasPrefix(id, "oss-v1/") }
	for _, tc := range []struct {
		name    string
		version string // of what was attested earlier
		entry   Produced
		want    string // its version then; - when it is gone
	}{
		{"asked, and it says nothing now", "2", Produced{ID: late, Digest: "a"}, "-"},
		{"not asked", "2", Produced{ID: "oss-v4/header/basics/x", Digest: "a"}, ""},
		{"not asked, of another version", "1", Produced{ID: "oss-v4/header/basics/x", Digest: "a"}, "-"},
		{"captured", "2", Produced{ID: post, Digest: digest}, ""},
		{"captured from another version", "1", Produced{ID: post, Digest: digest}, "1"},
		{"captured from a version before that", "1", Produced{ID: post, Digest: digest, Version: "0"}, "0"},
		{"captured from the version that is asked again", "1", Produced{ID: post, Digest: digest, Version: "2"}, ""},
		{"captured, and changed since", "2", Produced{ID: post, Digest: "a"}, "-"},
	} {
		earlier := &Attestation{Implementation: Implementation{Name: "sdk", Version: tc.version}, Produced: []Produced{tc.entry, {ID: getObject, Digest: "a"}}}
		got := set.Renew(earlier, answer, asked)
		at := slices.IndexFunc(got.Produced, func(p Produced) bool { return p.ID == tc.entry.ID })
		if (at < 0) != (tc.want == "-") || at >= 0 && got.Produced[at].Version != tc.want {
			t.Errorf("%s: got %+v", tc.name, got.Produced)
		}
		if got.Implementation != implementation || !slices.Contains(got.Produced, answer.Produced[0]) || slices.Contains(got.Produced, Produced{ID: getObject, Digest: "a"}) {
			t.Errorf("%s: the answer does not count: %+v", tc.name, got)
		}
	}
}

// What the signer says now wins over what it was captured sending.
func TestAnAnswerWinsOverACapture(t *testing.T) {
	set, digest := renewable(t)
	earlier := &Attestation{Implementation: implementation, Produced: []Produced{{ID: post, Digest: digest}}, Differs: []Differs{{ID: late, Digest: "a", Stage: "form"}}}
	answer := &Attestation{Implementation: implementation, Differs: []Differs{{ID: post, Digest: digest, Stage: "signature"}}}
	got := set.Renew(earlier, answer, func(id string) bool { return id == post })
	if len(got.Produced) > 0 || len(got.Differs) != 2 {
		t.Errorf("got %+v", got)
	}
}

// A version of its own is named where agreement is told.
func TestAgreementNamesTheVersionOfTheEntry(t *testing.T) {
	files := sound()
	set, err := LoadFS(files)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := set.Case(getObject)
	attest(files, "sdk", getObject, c.Digest())
	edit(files, "attestations/sdk.json", `"}`, `", "version": "0.9"}`)
	if set, err = LoadFS(files); err != nil {
		t.Fatal(err)
	}
	c, _ = set.Case(getObject)
	if got := set.AgreedBy(c); !slices.Equal(got, []string{"sdk 0.9"}) || set.Provenance(c) != "attested(1)" {
		t.Errorf("got %q, %s", got, set.Provenance(c))
	}
}
