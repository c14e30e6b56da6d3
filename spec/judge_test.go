package spec_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

func load(t testing.TB) *vectors.Set {
	t.Helper()
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func profiles() []string { return liars.Profiles() }

func itemOf(t testing.TB, id string) *spec.Item {
	t.Helper()
	item, err := spec.ItemByID(load(t), id)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

// judgePurely judges twice and checks that nothing was changed by it.
func judgePurely(t testing.TB, item *spec.Item, o *subject.Observation) reports.Result {
	t.Helper()
	before, vector := encode(t, o), encode(t, item.Case)+encode(t, item.Operation)
	first := spec.Judge(load(t), item, o)
	second := spec.Judge(load(t), item, o)
	if !reflect.DeepEqual(first, second) {
		t.Errorf("judged twice:\n%+v\n%+v", first, second)
	}
	if after := encode(t, o); after != before {
		t.Errorf("judging changed the observation from\n%s\nto\n%s", before, after)
	}
	if after := encode(t, item.Case) + encode(t, item.Operation); after != vector {
		t.Errorf("judging changed the vector from\n%s\nto\n%s", vector, after)
	}
	return first
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var honest = subject.InProcess(subject.Identity{Name: "honest", Version: "1.0"}, profiles(), liars.Honest{})
