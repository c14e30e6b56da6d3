package vectors

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
)

func TestEverySchemeHasItsRequirements(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, id := range set.RequirementIDs() {
		r, _ := set.Requirement(id)
		count[r.family()]++
	}
	for _, p := range signature.Profiles {
		own := families[p.Scheme]
		if count[own[len(own)-1]] < 10 {
			t.Errorf("%s has %d requirements", p.Scheme, count[own[len(own)-1]])
		}
	}
	if count[operationFamily] == 0 || len(set.RequirementIDs()) < 150 {
		t.Errorf("there are %d requirements, %d of them for operations", len(set.RequirementIDs()), count[operationFamily])
	}
}

var endOfSentence = regexp.MustCompile(`[.;] [A-Z]`)

func TestRequirementsAreOneSentenceEach(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range set.RequirementIDs() {
		r, _ := set.Requirement(id)
		if endOfSentence.MatchString(r.Rule) {
			t.Errorf("%s is more than one sentence: %s", id, r.Rule)
		}
	}
}

func TestRequirementNumbersHaveNoGaps(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	withdrawn := func(id string) bool {
		return slices.ContainsFunc(set.Withdrawn, func(w Tombstone) bool { return w.ID == id })
	}
	last := map[string]int{}
	for _, id := range set.RequirementIDs() {
		area := id[:strings.LastIndexByte(id, '-')]
		for last[area]++; fmt.Sprintf("%s-%02d", area, last[area]) != id; last[area]++ {
			if missing := fmt.Sprintf("%s-%02d", area, last[area]); !withdrawn(missing) || last[area] > 99 {
				t.Fatalf("%s is missing before %s, and was not withdrawn", missing, id)
			}
		}
	}
}

func TestObservedRequirementsNameTheirRecord(t *testing.T) {
	record := regexp.MustCompile(`\bF-(OSS|OBS)-[A-Z0-9-]+ \(`)
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range set.RequirementIDs() {
		if r, _ := set.Requirement(id); r.Status == Observed && !record.MatchString(r.Evidence) {
			t.Errorf("%s is observed, but its evidence names no record and its public source: %s", id, r.Evidence)
		}
	}
}
