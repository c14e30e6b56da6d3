package differential

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/vectors"
)

// KnownList is the list of classes that are known of an opponent, kept beside
// its adapter: one line `CLASS  # finding: reason` each. A star stands for
// anything between two slashes. Each has its finding among those of the adapter.
type KnownList struct {
	Entries []KnownClass
	set     *vectors.PatternSet
}

// KnownClass is a line of the list.
type KnownClass struct {
	Class   string // or a pattern of classes
	Finding string // the id that the reason begins with
}

// ParseKnown reads a list. All its faults are reported at once, each with its
// line.
func ParseKnown(name string, r io.Reader) (*KnownList, error) {
	var list KnownList
	var faults []error
	var patterns []string
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		class, reason, _ := strings.Cut(scanner.Text(), "#")
		class = strings.TrimSpace(class)
		if class == "" {
			continue
		}
		finding, why, ok := strings.Cut(strings.TrimSpace(reason), ": ")
		switch {
		case strings.Contains(class, ","):
			faults = append(faults, fmt.Errorf("%s:%d: a class has no comma: %q", name, n, class))
		case !ok || finding == "" || strings.ContainsAny(finding, " \t") || strings.TrimSpace(why) == "":
			faults = append(faults, fmt.Errorf("%s:%d: a line is `CLASS  # finding: reason`, the finding being an id of findings.json", name, n))
		}
		list.Entries, patterns = append(list.Entries, KnownClass{class, finding}), append(patterns, class)
	}
	if err := scanner.Err(); err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", name, err))
	}
	var err error
	if list.set, err = vectors.NewPatternSet(patterns); err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", name, err))
	}
	return &list, errors.Join(faults...)
}

// Patterns are the classes of the list, as [fuzz.KnownClasses] takes them.
func (l *KnownList) Patterns() []string {
	var patterns []string
	for _, entry := range l.Entries {
		patterns = append(patterns, entry.Class)
	}
	return patterns
}

// Compare sets the list against what was found: classes that it does not know,
// and entries of which nothing was found.
func (l *KnownList) Compare(found map[string][]byte) (unknown []string, stale error) {
	var classes []string
	for class := range found {
		classes = append(classes, class)
		if !l.set.Match(class) {
			unknown = append(unknown, class)
		}
	}
	return unknown, l.set.UnmatchedError(classes)
}

// Survey looks for classes with random bytes, always the same of a seed, and
// with the inputs given. It returns an input of each class.
func (d *Duel) Survey(inputs [][]byte, executions int, seed uint64) map[string][]byte {
	found := map[string][]byte{}
	try := func(data []byte) {
		f := fuzz.Find("differential", data, d.check)
		if f == nil {
			return
		}
		if before, ok := found[f.Class]; !ok || len(data) < len(before) {
			found[f.Class] = append([]byte(nil), data...)
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
