package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/vectors"
)

// ofVersion keeps the items that a version of the suite had.
func ofVersion(items []*spec.Item, suite string) ([]*spec.Item, error) {
	limit, err := parseVersion(suite)
	if err != nil {
		return nil, fmt.Errorf("suite version: %w", err)
	}
	kept := slices.DeleteFunc(slices.Clone(items), func(item *spec.Item) bool {
		since, err := parseVersion(item.Since())
		return err != nil || slices.Compare(since, limit) > 0
	})
	if len(kept) == 0 {
		return nil, fmt.Errorf("%w: suite version %s had no vectors for this", spec.ErrNothingSelected, suite)
	}
	return kept, nil
}

// notLater refuses a version of the suite that is yet to come: nobody knows its
// vectors, and a report that names it would promise them.
func notLater(text string) error {
	wanted, err := parseVersion(text)
	if err != nil {
		return fmt.Errorf("suite version: %w", err)
	}
	if this, err := parseVersion(version.Suite); err != nil || slices.Compare(wanted, this) > 0 {
		return fmt.Errorf("suite version %s: this is version %s, which can run as an earlier one only", text, version.Suite)
	}
	return nil
}

func parseVersion(text string) ([]int, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("a version is MAJOR.MINOR.PATCH, got %q", text)
	}
	numbers := make([]int, 3)
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("a version is MAJOR.MINOR.PATCH, got %q", text)
		}
		numbers[i] = n
	}
	return numbers, nil
}

// sameMinor reports whether two versions differ in their patch at most. A case
// is provisional in the version that brings it and in what only mends that one:
// a patch turns no build red.
func sameMinor(a, b string) bool {
	x, errA := parseVersion(a)
	y, errB := parseVersion(b)
	return errA == nil && errB == nil && slices.Equal(x[:2], y[:2])
}

// oldestVersion is the version that brought the first vectors. A case new in a
// version is provisional there, but not in the first: then all would be.
func oldestVersion(set *vectors.Set) string {
	oldest, numbers := "", []int(nil)
	take := func(since string) {
		if n, err := parseVersion(since); err == nil && (numbers == nil || slices.Compare(n, numbers) < 0) {
			oldest, numbers = since, n
		}
	}
	for _, c := range set.Cases() {
		take(c.Since)
	}
	for _, c := range set.OperationCases() {
		take(c.Since)
	}
	return oldest
}
