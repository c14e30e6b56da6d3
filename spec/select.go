package spec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/countersign/countersign/vectors"
)

// ErrNothingSelected is returned when filters leave nothing to judge: a run
// without vectors proves nothing.
var ErrNothingSelected = errors.New("nothing is selected")

// Select keeps the items that a pattern of include names (all, if there is
// none) and no pattern of exclude. A pattern that matches nothing is an error
// that names the nearest ids.
func Select(items []*Item, include, exclude []string) ([]*Item, error) {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	in, err := vectors.NewPatternSet(include)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	out, err := vectors.NewPatternSet(exclude)
	if err != nil {
		return nil, fmt.Errorf("skip: %w", err)
	}
	var kept []*Item
	for _, item := range items {
		skipped := out.Match(item.ID) // asked always: a set remembers what matched
		if (in.Len() == 0 || in.Match(item.ID)) && !skipped {
			kept = append(kept, item)
		}
	}
	if err := errors.Join(in.UnmatchedError(ids), out.UnmatchedError(ids)); err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		return nil, ErrNothingSelected
	}
	return kept, nil
}

// plainGinkgoError is an error of Ginkgo in one line without colours, which it
// paints on whatever it is printed to.
func plainGinkgoError(err error) string {
	var g types.GinkgoError
	if !errors.As(err, &g) {
		return err.Error()
	}
	return strings.Join(strings.Fields(formatter.New(formatter.ColorModeNone).F(strings.ReplaceAll(g.Message, "%", "%%"))), " ")
}

// SelectLabels keeps the items whose labels satisfy a Ginkgo label filter.
func SelectLabels(items []*Item, expression string) ([]*Item, error) {
	if expression == "" {
		return items, nil
	}
	admits, err := types.ParseLabelFilter(expression)
	if err != nil {
		return nil, fmt.Errorf("label filter %q: %s", expression, plainGinkgoError(err))
	}
	var kept []*Item
	for _, item := range items {
		if admits(labels(item)) {
			kept = append(kept, item)
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("%w by the label filter %q", ErrNothingSelected, expression)
	}
	return kept, nil
}
