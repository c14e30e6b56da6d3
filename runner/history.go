package runner

import (
	"slices"

	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/vectors"
)

// Had says, for [reports.Compare], which version of the suite had which case.
func Had(set *vectors.Set) func(version, id string) (had, known bool) {
	return func(version, id string) (had, known bool) {
		item, err := spec.ItemByID(set, id)
		if err != nil {
			return false, false
		}
		limit, errLimit := parseVersion(version)
		since, errSince := parseVersion(item.Since())
		if errLimit != nil || errSince != nil {
			return false, false
		}
		return slices.Compare(since, limit) <= 0, true
	}
}
