package spec_test

import (
	"testing"

	"github.com/countersign/countersign/internal/liars"
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

var honest = subject.InProcess(subject.Identity{Name: "honest", Version: "1.0"}, profiles(), liars.Honest{})
