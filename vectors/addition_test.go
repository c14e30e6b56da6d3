package vectors

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
)

// soundFolder writes the sound files to a folder.
func soundFolder(t *testing.T) string {
	dir := t.TempDir()
	for name, file := range sound() {
		place := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sent is a vector of a request that the SDK sent.
func sent(set *Set, name string) *Transcribed {
	c, _ := set.Case(getObject)
	made := *c
	made.ID = "oss-v1/header/captured-sdk/" + name
	made.Source = Source{Kind: SourceCaptured, Ref: "sdk 2: " + name}
	return &Transcribed{Case: made}
}

func addition(t *testing.T, dir string, version string) *Addition {
	a, err := NewAddition(dir, Implementation{Name: "sdk", Version: version})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func lintFree(t *testing.T, a *Addition) {
	t.Helper()
	problems, err := a.Lint(LintOptions{})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
}

func TestVectorsAreAddedWithTheirAttestation(t *testing.T) {
	dir := soundFolder(t)
	a := addition(t, dir, "2")
	a.Add(sent(a.Set(), "one"))
	lintFree(t, a)
	if _, err := os.Stat(filepath.Join(dir, "attestations")); err == nil {
		t.Error("something is written before Write")
	}
	names, err := a.Write()
	if err != nil || len(names) != 2 || !strings.HasSuffix(names[1], filepath.Join("attestations", "sdk.json")) {
		t.Fatalf("%q, %v", names, err)
	}

	// A second import, of another version and with another reading.
	a = addition(t, dir, "3")
	a.Add(sent(a.Set(), "two"))
	other := sent(a.Set(), "three")
	other.Differs = &Differs{ID: other.Case.ID, Digest: other.Case.Digest(), Stage: signature.StringToSign}
	a.Add(other)
	lintFree(t, a)
	if _, err := a.Write(); err != nil {
		t.Fatal(err)
	}
	for _, p := range Lint(os.DirFS(dir), LintOptions{}) {
		t.Error(p)
	}
	set, err := LoadFS(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	told := set.Attestations[0]
	if told.Implementation.Version != "2" || len(told.Produced) != 2 || told.Produced[0].Version != "" || told.Produced[1].Version != "3" || told.Differs[0].Version != "3" {
		t.Errorf("got %+v", told)
	}
	for id, want := range map[string]string{"one": "attested(1)", "two": "attested(1)", "three": "derived"} {
		c, ok := set.Case("oss-v1/header/captured-sdk/" + id)
		if !ok || set.Provenance(c) != want {
			t.Errorf("%s: %t, %s", id, ok, set.Provenance(c))
		}
	}
}

func TestWhatLintFindsIsNotAdded(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Transcribed)
		rule   string
	}{
		"an id that is in use":         {func(t *Transcribed) { t.Case.ID = "oss-v1/header/captured-sdk/one" }, "unique-id"},
		"an id that was withdrawn":     {func(t *Transcribed) { t.Case.ID = "oss-v1/header/basics/gone" }, "tombstone"},
		"no why":                       {func(t *Transcribed) { t.Case.Why = "" }, "schema"},
		"a why that says nothing":      {func(t *Transcribed) { t.Case.Why = "it must work" }, "why"},
		"no requirement":               {func(t *Transcribed) { t.Case.Requirements = nil }, "schema"},
		"a requirement that is none":   {func(t *Transcribed) { t.Case.Requirements = []string{"OSS1-DATE-99"} }, "requirement"},
		"one of another scheme":        {func(t *Transcribed) { t.Case.Requirements = []string{"OSS4-DATE-01"} }, "requirement"},
		"a level that is too high":     {func(t *Transcribed) { t.Case.Level = Must }, "level"},
		"a name that is no kebab-case": {func(t *Transcribed) { t.Case.ID += "_x" }, "schema"},
	} {
		dir := soundFolder(t)
		a := addition(t, dir, "2")
		a.Add(sent(a.Set(), "one"))
		if _, err := a.Write(); err != nil {
			t.Fatal(err)
		}
		a = addition(t, dir, "2")
		made := sent(a.Set(), "two")
		tc.change(made)
		a.Add(made)
		problems, err := a.Lint(LintOptions{})
		if err != nil || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == tc.rule }) {
			t.Errorf("%s: %v, %v", name, problems, err)
		}
	}
}

func TestTheStrongestRequirementGivesTheLevel(t *testing.T) {
	set, err := LoadFS(sound())
	if err != nil {
		t.Fatal(err)
	}
	for want, ids := range map[Level][]string{Must: {"OSS1-DATE-01", "OSS1-DATE-02"}, Should: {"OSS1-DATE-01"}, May: {"OSS1-DATE-99"}} {
		if got := set.Strongest(ids); got != want {
			t.Errorf("%q: %s, want %s", ids, got, want)
		}
	}
}

func TestAFolderThatCannotBeReadIsNotAddedTo(t *testing.T) {
	if _, err := NewAddition(filepath.Join(t.TempDir(), "missing"), implementation); err == nil {
		t.Error("a missing folder was taken")
	}
	dir := soundFolder(t)
	a := addition(t, dir, "2")
	a.sdk.Name = ".."
	if _, err := a.Write(); err == nil {
		t.Error("a name that gives no file was taken")
	}
}
