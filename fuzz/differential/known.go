package differential

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/vectors"
)

// Known is a list of classes that are known of a signer: one line
// `CLASS  # reason, link` each. A star stands for anything between two slashes,
// and a class that ends before its part is known whatever part it comes from.
// A nil Known has none.
type Known struct {
	Entries []KnownClass
	set     *vectors.PatternSet
}

// KnownClass is a line of the list.
type KnownClass struct {
	Class  string // or a pattern of classes
	Reason string
}

// ParseKnown reads a list. All its faults are reported at once, each with its
// line.
func ParseKnown(name string, r io.Reader) (*Known, error) {
	var list Known
	var faults []error
	var patterns []string
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		class, reason, _ := strings.Cut(scanner.Text(), "#")
		class, reason = strings.TrimSpace(class), strings.TrimSpace(reason)
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("%s:%d: %s", name, n, fmt.Sprintf(format, args...)))
		}
		switch {
		case class == "":
			continue
		case strings.ContainsAny(class, " \t"):
			fault("a line is `CLASS  # reason, link`, got %q", class)
		case strings.Contains(class, "**"), strings.ContainsAny(class, ",?[\\"):
			fault("%q: a class has no such sign; one * stands for anything between two slashes", class)
		case reason == "":
			fault("%s has no reason: write one behind a #, with a link if there is one", class)
		}
		if _, err := vectors.NewPatternSet([]string{class}); err != nil {
			fault("%v", err)
		}
		list.Entries, patterns = append(list.Entries, KnownClass{class, reason}), append(patterns, class)
	}
	if err := errors.Join(append(faults, scanner.Err())...); err != nil {
		return nil, err
	}
	var err error
	list.set, err = vectors.NewPatternSet(patterns)
	return &list, err
}

// Has reports whether a class is known.
func (k *Known) Has(class string) bool { return k != nil && k.set.Match(class) }

// Patterns are the classes of the list, as [fuzz.KnownClasses] takes them, and
// behind them those that need no line: other readings of contested rules.
func (k *Known) Patterns() []string {
	if k == nil {
		return nil
	}
	var patterns []string
	for _, entry := range k.Entries {
		patterns = append(patterns, target+entry.Class)
	}
	return append(patterns, target+"*/*/"+string(reports.Contested)+"/*")
}

// Compare sets the list against the classes that were found: those that it does
// not know, and its entries of which nothing was found.
func (k *Known) Compare(found []string) (unknown []string, stale error) {
	for _, class := range found {
		if !k.knows(class) {
			unknown = append(unknown, class)
		}
	}
	return unknown, k.set.UnmatchedError(found)
}

// knows is [Known.Has] for a class with its part, which an entry without one
// knows too.
func (k *Known) knows(class string) bool {
	whole, _, parted := CutPart(class)
	return k.Has(class) || parted && k.Has(whole)
}

// Survey looks for classes with random bytes, always the same of a seed, and
// with the inputs given. It returns an input of each class, the list of known
// ones left aside.
func (d *Duel) Survey(inputs [][]byte, executions int, seed uint64) map[string][]byte {
	found := map[string][]byte{}
	try := func(data []byte) {
		f := fuzz.Find("differential", data, d.check)
		if f == nil {
			return
		}
		class := strings.TrimPrefix(f.Class, target)
		if before, ok := found[class]; !ok || len(data) < len(before) {
			found[class] = append([]byte(nil), data...)
		}
	}
	for _, data := range inputs {
		try(data)
	}
	random := fuzz.NewRandom(seed)
	for range executions {
		try(random.Next())
	}
	return found
}
