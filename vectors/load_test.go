package vectors

import (
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/countersign/countersign/signature"
)

func TestEmbeddedVectorsAreTheFolder(t *testing.T) {
	embedded, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := LoadFS(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if embedded.SHA256() != folder.SHA256() {
		t.Error("the embedded files are not those of the folder: does the embed pattern miss one?")
	}
	if again, _ := Load(); again != embedded {
		t.Error("the vectors are read twice")
	}
}

func TestSetFindsWhatItHolds(t *testing.T) {
	set, err := LoadFS(sound())
	if err != nil {
		t.Fatal(err)
	}
	if got := len(set.Cases()); got != 3 {
		t.Fatalf("there are %d cases, want 3", got)
	}
	for _, c := range set.Cases() {
		if found, ok := set.Case(c.ID); !ok || found != c {
			t.Errorf("%s is not found by its id", c.ID)
		}
		if got := set.FileOf(c.ID); !strings.HasPrefix(c.ID, strings.TrimSuffix(got, ".json")) {
			t.Errorf("%s is said to stand in %q", c.ID, got)
		}
	}
	c, _ := set.Case("oss-v1/header/basics/get-object")
	if c.Profile() != "oss-v1/header" || c.IsVerifierCase() || c.Input.Key != "photos/\u00e9t\u00e9.jpg" {
		t.Errorf("get-object was read as %+v", c)
	}
	if text, ok := c.Expect.Stages.Stage(signature.StringToSign); !ok || SpellBytes(text) != c.Expect.Stages.StringToSignBytes {
		t.Errorf("its StringToSign was read as %q", text)
	}
	if _, ok := set.Case("oss-v1/header/basics/none"); ok {
		t.Error("a case that does not exist is found")
	}
	if r, ok := set.Requirement("OSS1-DATE-02"); !ok || r.Status != Contested || set.FileOf(r.ID) != "requirements/oss-v1.json" {
		t.Errorf("OSS1-DATE-02 was read as %+v", r)
	}
	if got := set.RequirementIDs(); !slices.Equal(got, []string{"OP-KEY-01", "OSS1-DATE-01", "OSS1-DATE-02", "OSS4-DATE-01"}) {
		t.Errorf("the requirements are %v", got)
	}
	if got := set.OperationCases(); len(got) != 1 || got[0].ID != "operations/keys/plus" || set.Operations[0].Path() != set.FileOf(got[0].ID) {
		t.Errorf("the operation cases are %v", got)
	}
	op, ok := set.OperationCase("operations/keys/plus")
	if !ok || op.IDUnder("oss-v1/header") != "oss-v1/header/operations/keys/plus" {
		t.Errorf("operations/keys/plus was read as %+v", op)
	}
	if !op.RunsUnder("oss-v1/header") || op.RunsUnder("obs-v2/header") {
		t.Errorf("%v runs under the wrong profiles", op.Profiles)
	}
	if name, ok := set.Operation("GetObject"); !ok || name.Level != "object" {
		t.Errorf("GetObject was read as %+v", name)
	}
}

func TestSHA256IsOverTheMeaningOfTheFiles(t *testing.T) {
	sum := func(files fstest.MapFS) string {
		set, err := LoadFS(files)
		if err != nil {
			t.Fatal(err)
		}
		return set.SHA256()
	}
	files := sound()
	before := sum(files)
	var compact []byte
	const name = "oss-v1/header/basics.json"
	var v any
	if err := json.Unmarshal(files[name].Data, &v); err != nil {
		t.Fatal(err)
	}
	compact, err := json.Marshal(v) // other order, other white space
	if err != nil {
		t.Fatal(err)
	}
	files[name] = &fstest.MapFile{Data: compact}
	if got := sum(files); got != before {
		t.Error("the sum depends on the layout of a file")
	}
	edit(files, name, `"title":"Get an object"`, `"title":"Get one object"`)
	if got := sum(files); got == before {
		t.Error("the sum does not depend on the text of a file")
	}
	moved := sound()
	moved["requirements/obs-v2.json"] = moved["requirements/oss-v4.json"]
	delete(moved, "requirements/oss-v4.json")
	if sum(moved) == before {
		t.Error("the sum does not depend on the names of the files")
	}
}

func TestLoadRefusesWhatWouldMakeResultsWrong(t *testing.T) {
	const header = "oss-v1/header/basics.json"
	for name, tc := range map[string]struct {
		change func(fstest.MapFS)
		want   []string
	}{
		"unknown field": {
			func(f fstest.MapFS) { edit(f, header, `"method": "GET"`, `"verb": "GET"`) },
			[]string{header, "oss-v1/header/basics/get-object", "input.request", `unknown field "verb"`},
		},
		"wrong type": {
			func(f fstest.MapFS) { edit(f, header, `"title": "Get an object"`, `"title": 1`) },
			[]string{header, "oss-v1/header/basics/get-object", "title"},
		},
		"bad time": {
			func(f fstest.MapFS) { edit(f, header, `2023-05-24T02:12:30Z`, `yesterday`) },
			[]string{header, "oss-v1/header/basics/get-object", "time must be like"},
		},
		"id twice": {
			func(f fstest.MapFS) { edit(f, header, `basics/get-object-late"`, `basics/get-object"`) },
			[]string{header, "oss-v1/header/basics/get-object", "used before"},
		},
		"operation id twice": {
			func(f fstest.MapFS) { f["operations/other.json"] = f["operations/keys.json"] },
			[]string{"operations/keys/plus", "used before"},
		},
		"requirement twice": {
			func(f fstest.MapFS) { edit(f, "requirements/oss-v4.json", "OSS4-DATE-01", "OSS1-DATE-01") },
			[]string{"OSS1-DATE-01", "used before"},
		},
		"no such requirement": {
			func(f fstest.MapFS) { edit(f, header, `["OSS1-DATE-01"]`, `["OSS1-DATE-99"]`) },
			[]string{header, "there is no requirement OSS1-DATE-99", "OSS1-DATE-01"},
		},
		"no such requirement of an operation": {
			func(f fstest.MapFS) { edit(f, "operations/keys.json", "OP-KEY-01", "OP-KEY-99") },
			[]string{"operations/keys.json", "there is no requirement OP-KEY-99"},
		},
		"string and bytes differ": {
			func(f fstest.MapFS) { edit(f, header, `"47 45 54 0A`, `"47 45 54 0D`) },
			[]string{header, "differ at byte 3"},
		},
		"string without bytes": {
			func(f fstest.MapFS) { edit(f, header, `"stringToSignBytes": "47 45 54`, `"url": "47 45 54`) },
			[]string{header, "stringToSign stands without its bytes"},
		},
		"bytes without string": {
			func(f fstest.MapFS) { edit(f, header, `"stringToSign": "GET`, `"url": "GET`) },
			[]string{header, "stringToSignBytes stands alone"},
		},
		"bad attestation": {
			func(f fstest.MapFS) {
				attest(f, "oss2", "oss-v1/form/basics/post", "0123456789abcdef")
				edit(f, "attestations/oss2.json", `"version": "1"`, `"version": 1`)
			},
			[]string{"attestations/oss2.json", "version"},
		},
		"not JSON": {
			func(f fstest.MapFS) { f[header] = &fstest.MapFile{Data: []byte("{\n]")} },
			[]string{header, "line 2", "not JSON"},
		},
		"no place": {
			func(f fstest.MapFS) { f["oss-v9/header/a.json"] = f[header] },
			[]string{"oss-v9/header/a.json", "no vectors belong here"},
		},
		"another file's schema": {
			func(f fstest.MapFS) { f["errata/oss.json"] = f["tombstones.json"] },
			[]string{"errata/oss.json", "errata.schema.json"},
		},
	} {
		files := sound()
		tc.change(files)
		set, err := LoadFS(files)
		if err == nil || set != nil {
			t.Errorf("%s: loaded", name)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not say %q: %v", name, want, err)
			}
		}
	}
}

func TestLoadNamesEveryFault(t *testing.T) {
	files := sound()
	edit(files, "oss-v1/header/basics.json", `["OSS1-DATE-01"]`, `["OSS1-DATE-99"]`)
	files["x.json"] = &fstest.MapFile{Data: []byte("{}")}
	_, err := LoadFS(files)
	if err == nil || !strings.Contains(err.Error(), "OSS1-DATE-99") || !strings.Contains(err.Error(), "x.json") {
		t.Errorf("got error %v, want both faults", err)
	}
}

func TestLoadPassesOverWhatIsNoVector(t *testing.T) {
	files := sound()
	for _, name := range []string{"schema/x.json", ".git/x.json", "oss-v1/header/.basics.json.123", "_old/x.json", "load.go", "README.md"} {
		files[name] = &fstest.MapFile{Data: []byte("{")}
	}
	if _, err := LoadFS(files); err != nil {
		t.Error(err)
	}
	if _, err := LoadFS(missing{}); err == nil {
		t.Error("a folder that cannot be read is loaded")
	}
}

type missing struct{}

func (missing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func TestACaseComesBackFromJSONAsItWas(t *testing.T) {
	set, err := LoadFS(sound())
	if err != nil {
		t.Fatal(err)
	}
	for i := range set.Files {
		out, err := json.Marshal(set.Files[i])
		if err != nil {
			t.Fatal(err)
		}
		formatted, err := FormatBytes(out)
		if err != nil {
			t.Fatal(err)
		}
		if want := sound()[set.Files[i].Path()].Data; string(formatted) != string(want) {
			t.Errorf("%s became\n%s\nwant\n%s", set.Files[i].Path(), formatted, want)
		}
	}
}

func TestProvenanceCountsWhoProducedTheCaseAsItIs(t *testing.T) {
	files := sound()
	set, err := LoadFS(files)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := set.Case("oss-v1/header/basics/get-object")
	if got := set.Provenance(c); got != "derived" {
		t.Errorf("without attestations: %s", got)
	}
	attest(files, "ali-oss", c.ID, c.Digest())
	attest(files, "oss2", c.ID, c.Digest())
	attest(files, "old", c.ID, "0123456789abcdef")
	if set, err = LoadFS(files); err != nil {
		t.Fatal(err)
	}
	c, _ = set.Case(c.ID)
	if got := set.Provenance(c); got != "attested(2)" {
		t.Errorf("with two attestations and an outdated one: %s", got)
	}
	edit(files, "oss-v1/header/basics.json", `"accessKeyId": "ak"`, `"accessKeyId": "other"`)
	if set, err = LoadFS(files); err != nil {
		t.Fatal(err)
	}
	c, _ = set.Case(c.ID)
	if got := set.Provenance(c); got != "derived" {
		t.Errorf("after the case has changed: %s", got)
	}
	c.Provenance = Published
	if got := set.Provenance(c); got != "published" {
		t.Errorf("a published case: %s", got)
	}
}

// Load trusts its files: here they are looked at as closely as those of others.
func TestTheEmbeddedVectorsAreInCanonicalForm(t *testing.T) {
	trusted, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	checked, err := LoadFS(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if trusted.SHA256() != checked.SHA256() {
		t.Error("a file is not in canonical form; run `countersign vectors fmt`")
	}
}
