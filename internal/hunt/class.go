package hunt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/vectors"
)

// class is the class of an answer: [classOf], and behind that the part of the
// request that it comes from, where no cause is proven. Looking for the part
// asks the signer a few times more; where the class is known as a whole, nobody
// needs it.
func (h *Hunt) class(ctx context.Context, q *question, x differential.Exchange) string {
	class := classOf(x)
	if class == "" || x.Result.Diagnosis != nil || h.opts.Known.Has(class) {
		return class
	}
	if part := h.duel.Cause(ctx, q.profile, q.input, x.Result); part != "" {
		class += "/by-" + kebab(part)
	}
	return class
}

// classOf names what is wrong with an answer: the profile; the first stage that
// differs, else the kind of divergence, else the outcome; and the cause where
// one is proven, or the reading of a contested rule. It is "" where nothing is
// wrong.
func classOf(x differential.Exchange) string {
	r := x.Result
	if r == nil {
		return ""
	}
	class := r.Profile() + "/" + r.Place()
	if r.Diagnosis != nil {
		for _, c := range r.Diagnosis.Causes {
			class += "/" + c.ID
		}
	}
	if _, reading, ok := strings.Cut(r.ID, "@"); ok {
		class += "/" + reading
	}
	return class
}

// FileName is the name of the files of a class, without what follows the dot.
func FileName(class string) string { return strings.ReplaceAll(class, "/", "-") }

// kebab makes parts of an id: small letters, digits and single hyphens. Capital
// letters begin a word, but for those that follow another.
func kebab(name string) string {
	var b strings.Builder
	for i, c := range name {
		switch {
		case 'A' <= c && c <= 'Z':
			if i > 0 && (name[i-1] < 'A' || name[i-1] > 'Z') {
				b.WriteByte(' ')
			}
			b.WriteRune(c + 'a' - 'A')
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			b.WriteRune(c)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), "-")
}

// Known is a list of classes that are known, one line `PATTERN  # reason, link`
// each. A class that it names is not new. A pattern that matches nothing is no
// fault, as it is in a list of expected failures: a hunt is not a whole run.
type Known struct{ patterns *vectors.PatternSet }

// ParseKnown reads a list. All faults are reported at once, each with its line.
func ParseKnown(name string, r io.Reader) (*Known, error) {
	var faults []error
	var patterns []string
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		pattern, reason, _ := strings.Cut(lines.Text(), "#")
		pattern, reason = strings.TrimSpace(pattern), strings.TrimSpace(reason)
		switch {
		case pattern == "":
			continue
		case strings.ContainsAny(pattern, " \t"):
			faults = append(faults, fmt.Errorf("%s:%d: a line is `CLASS  # reason, link`, got %q", name, n, pattern))
		case reason == "":
			faults = append(faults, fmt.Errorf("%s:%d: %s has no reason: write one behind a #, with a link if there is one", name, n, pattern))
		}
		if _, err := vectors.NewPatternSet([]string{pattern}); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, n, err))
		}
		patterns = append(patterns, pattern)
	}
	if err := errors.Join(append(faults, lines.Err())...); err != nil {
		return nil, err
	}
	set, err := vectors.NewPatternSet(patterns)
	return &Known{set}, err
}

// Has reports whether a class is known.
func (k *Known) Has(class string) bool { return k != nil && k.patterns.Match(class) }
