package hunt

import (
	"context"
	"strings"

	"github.com/countersign/countersign/fuzz/differential"
)

// news is the first class of an answer that is neither known nor seen, else the
// last one, or "" where nothing is wrong, or where it is not worth looking.
func (h *Hunt) news(ctx context.Context, q *question, x differential.Exchange) (class string) {
	if x.Result == nil {
		return ""
	}
	whole := differential.Whole(x.Result)
	if n := h.dull[whole]; n >= patience && n%sample != 0 {
		h.dull[whole]++
		return ""
	}
	for class = range h.duel.Classes(ctx, q.profile, q.input, x.Result) {
		if !h.seen[class] && !h.opts.Known.Has(class) {
			h.dull[whole] = 0
			return class
		}
	}
	h.dull[whole]++
	return class
}

// To name what an answer comes from asks the signer some dozens of times more.
// When this many answers in a row, wrong at the same place, had nothing new, only
// one of some is still looked into: else a hunt of a signer with a frequent fault
// would do little else.
const (
	patience = 64
	sample   = 16
)

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
