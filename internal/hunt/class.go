package hunt

import (
	"context"
	"slices"
	"strings"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/subject"
)

// A blame is what is known of the answers that are wrong at one place. To name
// what an answer comes from asks the signer some dozens of times more, and a hunt
// of one with a frequent fault would do little else.
type blame struct {
	answers int      // in a row with nothing new
	vain    int      // how many of them were looked into
	parts   []string // of the request that were found to be at fault there, all of them known by now
}

// When nothing new was found in patience answers that were looked into, and
// where the parts to blame explain an answer, one of sample is looked into.
const (
	patience = 64
	sample   = 16
)

// worthALook reports whether what is wrong with an answer is to be looked into.
func (h *Hunt) worthALook(x differential.Exchange, excused bool) bool {
	if x.Result == nil {
		return false
	}
	b := h.blameFor(differential.Whole(x.Result))
	b.answers++
	return b.answers%sample == 0 || !excused && b.vain < patience
}

// news is the first class of an answer that is neither known nor seen, else the
// last one, or "" where nothing is wrong.
func (h *Hunt) news(ctx context.Context, q *question, x differential.Exchange) (class string) {
	if x.Result == nil {
		return ""
	}
	b := h.blameFor(differential.Whole(x.Result))
	for class = range h.duel.Classes(ctx, q.profile, q.input, x.Result) {
		if !h.seen[class] && !h.opts.Known.Has(class) {
			b.answers, b.vain = 0, 0
			return class
		}
		if whole, part, ok := differential.CutPart(class); ok {
			h.blameFor(whole).add(part)
		}
		h.see(class)
	}
	b.vain++
	return class
}

// see counts a known class the first time.
func (h *Hunt) see(class string) {
	if !h.seen[class] && h.opts.Known.Has(class) && !differential.Contested(class) {
		h.seen[class] = true
		h.tally.Known++
	}
}

func (h *Hunt) blameFor(whole string) *blame {
	if h.blamed[whole] == nil {
		h.blamed[whole] = new(blame)
	}
	return h.blamed[whole]
}

// add never changes the list that a volley in the air holds.
func (b *blame) add(part string) {
	if !slices.Contains(b.parts, part) {
		b.parts = append(slices.Clip(b.parts), part)
	}
}

// partsToBlame are the lists as they are now, for a volley: what is asked must
// not depend on when the answers come.
func (h *Hunt) partsToBlame() map[string][]string {
	parts := make(map[string][]string, len(h.blamed))
	for whole, b := range h.blamed {
		if len(b.parts) > 0 {
			parts[whole] = b.parts
		}
	}
	return parts
}

// excused reports whether the parts to blame explain an answer: with them made
// plain, those of one place after the other, the signers agree. That is a
// question for each place instead of some dozens.
func (h *Hunt) excused(ctx context.Context, q *question, x differential.Exchange, parts map[string][]string) bool {
	in := q.input
	for before := []string(nil); x.Result != nil; {
		whole := differential.Whole(x.Result)
		if slices.Contains(before, whole) || parts[whole] == nil {
			return false
		}
		before, in = append(before, whole), differential.Without(q.profile, in, parts[whole])
		x = h.duel.Ask(ctx, q.profile, in)
		if x.Observation == nil || x.Observation.Kind != subject.Answered {
			return false // it cannot be asked so, which says nothing
		}
	}
	return in != q.input
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
