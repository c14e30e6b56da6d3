// Package opponenttest holds the fuzz target of an SDK, which stands in the
// module of its adapter, to what is said of it there. The folder of the adapter
// has the list fuzz-known.txt and the findings.json that it refers to.
package opponenttest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/fuzz/native"
)

// corpus is that of the target differential, from the folder of an adapter: an
// input means the same to every opponent.
const corpus = "../../fuzz/differential/corpus"

// Fuzz is the native entry of a target. The known classes are passed over.
func Fuzz(f *testing.F, d *differential.Duel, adapter string) {
	if _, err := os.Stat("corpus"); err == nil { // that of a campaign, which knows the list
		native.Fuzz(f, d.Check)
		return
	}
	fuzz.PassOver(list(f, adapter).Patterns()...)
	native.FuzzOn(f, d.Check, filepath.Join(adapter, corpus))
}

// executions are enough for every class that more than one input of some
// thousands shows.
const executions = 20_000

// HoldList fails the test for a class that is found and not on the list, for an
// entry that nothing is found of, and for one without its finding. Another reading
// of a contested rule needs no entry.
func HoldList(t *testing.T, d *differential.Duel, adapter string) {
	known := list(t, adapter)
	text, err := os.ReadFile(filepath.Join(adapter, "findings.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Findings []struct{ ID string }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, entry := range known.Entries {
		finding, _, _ := strings.Cut(entry.Reason, ": ")
		if !slices.ContainsFunc(file.Findings, func(f struct{ ID string }) bool { return f.ID == finding }) {
			t.Errorf("%s: its reason begins with the id of a finding and a colon; findings.json has no %q", entry.Class, finding)
		}
	}
	seeds, err := native.Corpus(filepath.Join(adapter, corpus))
	if err != nil {
		t.Fatal(err)
	}
	found := d.Survey(seeds, executions, 1)
	unknown, stale := known.Compare(slices.Collect(maps.Keys(found)))
	unknown = slices.DeleteFunc(unknown, differential.Contested)
	slices.Sort(unknown)
	t.Logf("%d classes", len(found))
	for _, class := range unknown {
		t.Errorf("%s is not in fuzz-known.txt; %q shows it", class, found[class])
	}
	if stale != nil {
		t.Errorf("entries of fuzz-known.txt that nothing is found of:\n%v", stale)
	}
}

func list(t testing.TB, adapter string) *differential.Known {
	name := filepath.Join(adapter, "fuzz-known.txt")
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	known, err := differential.ParseKnown(name, file)
	if err != nil {
		t.Fatal(err)
	}
	return known
}
