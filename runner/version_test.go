package runner

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

const newVector, oldVector = "oss-v4/header/basics/get-object-sts", "oss-v4/header/basics/put-object-date-header-in-gmt"

// laterSet is the vectors as a later version might have them: one of them, and
// some operations, are new in 0.2.0.
func laterSet(t *testing.T) *vectors.Set {
	t.Helper()
	files := fstest.MapFS{}
	folder := os.DirFS("../vectors")
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".json") {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		switch name {
		case "oss-v4/header/basics.json":
			text = []byte(strings.Replace(string(text), `"since": "0.1.0"`, `"since": "0.2.0"`, 1))
		case "operations/token.json": // the last one read
			text = []byte(strings.ReplaceAll(string(text), `"since": "0.1.0"`, `"since": "0.2.0"`))
		}
		files[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	set, err := vectors.LoadFS(files)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := set.Case(newVector); !ok || c.Since != "0.2.0" {
		t.Fatalf("%s is not new", newVector)
	}
	return set
}

func TestASuiteVersionRunsWhatItHad(t *testing.T) {
	set := laterSet(t)
	items, err := spec.Items(set, &subject.Capabilities{Profiles: []string{"oss-v4/header"}})
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]int{
		"0.1.0": len(items) - 1, "0.1.9": len(items) - 1, "0.2.0": len(items), "0.10.0": len(items), "1.0.0": len(items),
	} {
		kept, err := ofVersion(items, version)
		if err != nil || len(kept) != want {
			t.Errorf("version %s has %d of %d vectors, want %d (%v)", version, len(kept), len(items), want, err)
		}
	}
}

func TestVersionsAreThreeNumbers(t *testing.T) {
	for _, text := range []string{"", "1", "1.2", "1.2.3.4", "1.2.x", "1.-2.3", "v1.2.3", "1.2.3-rc1"} {
		if n, err := parseVersion(text); err == nil {
			t.Errorf("%q is read as %v", text, n)
		}
	}
}

// A new case is reported and does not turn red in the version that brings it and
// in its patches, but for the first version, where all are new.
func TestANewCaseIsProvisionalInItsVersion(t *testing.T) {
	set := laterSet(t)
	items, err := spec.Items(set, &subject.Capabilities{Profiles: []string{"oss-v4/header"}})
	if err != nil {
		t.Fatal(err)
	}
	for version, provisional := range map[string]bool{"0.1.0": false, "0.2.0": true, "0.2.7": true, "0.3.0": false, "1.2.0": false} {
		r := &run{Options: Options{SuiteVersion: version}, set: set, items: items}
		results := []reports.Result{
			{ID: newVector + "@reading", Outcome: reports.Fail, Level: "must"}, {ID: oldVector, Outcome: reports.Pass, Level: "must"},
		}
		r.finish(results)
		for _, res := range results {
			if want := provisional && strings.HasPrefix(res.ID, newVector); res.Provisional != want {
				t.Errorf("version %s: %s is provisional: %t", version, res.ID, res.Provisional)
			}
		}
		if f := reports.Conclude(reports.Header{}, results, nil, false); f.AsExpected != provisional {
			t.Errorf("version %s: as expected: %t", version, f.AsExpected)
		}
	}
}
