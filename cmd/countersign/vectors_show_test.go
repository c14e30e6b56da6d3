package main

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/vectors"
)

// Whoever looks up an id that an old report names learns what became of it.
func TestTheReasonOfAWithdrawnVectorIsShown(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	later := *set
	later.Withdrawn = []vectors.Tombstone{
		{ID: "oss-v4/header/basics/gone", Since: "0.2.0", Why: "It expected a blank."},
		{ID: "operations/token/gone", Since: "0.3.0", Why: "No SDK can do this."},
	}
	for id, want := range map[string]string{
		"oss-v4/header/basics/gone":           "oss-v4/header/basics/gone was withdrawn in 0.2.0: It expected a blank.",
		"oss-v4/header/basics/gone@reading":   "was withdrawn in 0.2.0",
		"oss-v4/header/operations/token/gone": "operations/token/gone was withdrawn in 0.3.0: No SDK can do this.",
		"oss-v4/header/basics/gone-too":       "there is no vector",
	} {
		if _, err := find(&later, id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", id, err, want)
		}
	}
}
