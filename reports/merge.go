package reports

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/countersign/countersign/vectors"
)

// ErrMerge wraps what keeps streams from being the parts of one run.
var ErrMerge = errors.New("these are not the parts of one run")

// Shard is one part of a run and the name of the file it was read from.
type Shard struct {
	Name   string
	Stream *Stream
}

// Merge makes of all parts of a run the stream that the run would have made
// without parts: with its verdicts, its problems and its exit code, at the time
// of its first part.
//
// It refuses what would make the whole look better than it is: parts that are
// missing, that come twice or share a result, that hold fewer results than the
// whole has, that were cut short, and parts of different runs.
func Merge(shards []Shard) (*Stream, error) {
	if len(shards) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrMerge)
	}
	for _, s := range shards {
		if err := s.usable(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMerge, err)
		}
	}
	var faults []error
	for _, s := range shards[1:] {
		faults = append(faults, s.sameRunAs(shards[0]))
	}
	faults = append(faults, whole(shards))
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMerge, err)
	}
	results, err := union(shards)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMerge, err)
	}
	return together(shards, results), nil
}

// usable refuses a stream that is no part of a run, or of one cut short.
func (s Shard) usable() error {
	switch h := s.Stream.Header; {
	case s.Stream.Footer.Type == "":
		return fmt.Errorf("%s: %w", s.Name, ErrNoFooter)
	case h.Part == nil:
		return fmt.Errorf("%s is not of a shard: the run that made it had no --shard i/n", s.Name)
	case s.Stream.Footer.Aborted:
		return fmt.Errorf("%s was cut short: run shard %s again", s.Name, h.Part)
	}
	return nil
}

// sameRunAs compares what all parts of a run have in common.
func (s Shard) sameRunAs(first Shard) error {
	a, b := first.Stream.Header, s.Stream.Header
	for _, same := range []struct {
		what string
		a, b any
	}{
		{"number of shards", a.Part.Count, b.Part.Count},
		{"subject", a.Subject, b.Subject},
		{"suite version", a.SuiteVersion, b.SuiteVersion},
		{"set of vectors", a.VectorSetSHA256, b.VectorSetSHA256},
		{"version of the protocol", a.Protocol, b.Protocol},
		{"choice of profiles", a.Profiles, b.Profiles},
		{"selection", a.otherSelection(), b.otherSelection()},
		{"number of vectors", a.Part.Cases, b.Part.Cases},
		{"set of features", a.Part.Offer, b.Part.Offer},
		{"list of expected failures", []any{a.Part.List, a.Part.Patterns}, []any{b.Part.List, b.Part.Patterns}},
	} {
		if !reflect.DeepEqual(same.a, same.b) {
			return fmt.Errorf("%s and %s differ in their %s: %s and %s", first.Name, s.Name, same.what, shown(same.a), shown(same.b))
		}
	}
	return nil
}

// otherSelection is the selection without the part.
func (h Header) otherSelection() []string {
	out := []string{}
	for _, entry := range h.Selection {
		if entry != h.Part.selection() {
			out = append(out, entry)
		}
	}
	return out
}

func shown(v any) string {
	if s, ok := v.(Subject); ok {
		return strings.TrimSpace(s.identity() + " " + Legible(s.Language) + " " + Legible(s.URL))
	}
	text := []rune(Legible(fmt.Sprint(v)))
	if len(text) > 120 {
		text = append(text[:120], '…')
	}
	return string(text)
}

// whole refuses parts that come twice, and asks for those that are missing.
func whole(shards []Shard) error {
	count := shards[0].Stream.Header.Part.Count
	from := map[int]string{}
	var faults []error
	for _, s := range shards {
		part := s.Stream.Header.Part
		if other, twice := from[part.Index]; twice && part.Count == count {
			faults = append(faults, fmt.Errorf("%s and %s are both shard %s", other, s.Name, part))
		}
		from[part.Index] = s.Name
	}
	var missing []string
	for i := 1; i <= count && len(missing) < 20; i++ {
		if from[i] == "" {
			missing = append(missing, Part{Index: i, Count: count}.String())
		}
	}
	if len(missing) > 0 {
		faults = append(faults, fmt.Errorf("there is no shard %s: run it, or give its stream too", strings.Join(missing, ", ")))
	}
	return errors.Join(faults...)
}

// union puts the results of the parts together.
func union(shards []Shard) ([]Result, error) {
	from := map[string]string{}
	results := []Result{}
	for _, s := range shards {
		for _, r := range s.Stream.Results {
			if other, twice := from[r.ID]; twice {
				return nil, fmt.Errorf("%s is in %s and in %s: one of them is not the shard it says it is", r.ID, other, s.Name)
			}
			from[r.ID] = s.Name
			results = append(results, r)
		}
	}
	if cases := shards[0].Stream.Header.Part.Cases; len(results) != cases {
		return nil, fmt.Errorf("the shards hold %d results, and the run is about %d vectors: a stream was changed after its run", len(results), cases)
	}
	slices.SortStableFunc(results, func(a, b Result) int { return strings.Compare(a.ID, b.ID) })
	return results, nil
}

// together makes the stream of the whole.
func together(shards []Shard, results []Result) *Stream {
	h := shards[0].Stream.Header
	part := *h.Part
	if h.Selection = h.otherSelection(); len(h.Selection) == 0 {
		h.Selection = nil
	}
	h.Part = nil
	var problems []string
	for _, s := range shards {
		if t := s.Stream.Header.Time; t.Before(h.Time) {
			h.Time = t
		}
		for _, problem := range s.Stream.foreignProblems() {
			if !slices.Contains(problems, problem) {
				problems = append(problems, problem)
			}
		}
	}
	results = part.Offer.keep(results)
	h.Mode = modeOf(results)
	problems = append(problems, part.unmatched(results)...)
	return &Stream{Header: h, Results: results, Footer: Conclude(h, results, problems, false)}
}

// keep returns the results that the whole does not leave out.
func (o Offer) keep(results []Result) []Result {
	replies := make([]Reply, len(results))
	for i, r := range results {
		replies[i] = r.reply()
	}
	without := o.Without(replies)
	return slices.DeleteFunc(results, func(r Result) bool {
		return !r.reply().Sent && slices.Contains(without, r.Profile())
	})
}

// modeOf says how the subject of the results was asked.
func modeOf(results []Result) string {
	var modes []string
	for _, m := range []struct {
		name string
		sent bool
	}{{"sign", false}, {"send", true}} {
		if slices.ContainsFunc(results, func(r Result) bool { return r.reply().Sent == m.sent }) {
			modes = append(modes, m.name)
		}
	}
	return strings.Join(modes, "+")
}

// unmatched has a sentence for every pattern of the list of expected failures
// that matches no result.
func (p Part) unmatched(results []Result) []string {
	set, err := vectors.NewPatternSet(p.Patterns)
	if err != nil {
		return []string{p.List + ": " + err.Error()}
	}
	ids := make([]string, len(results))
	for i, r := range results {
		ids[i], _, _ = strings.Cut(r.ID, "@")
		set.Match(ids[i])
	}
	return ListProblems(p.List, set.UnmatchedError(ids))
}

// ListProblems puts the patterns of a list of expected failures that match
// nothing into sentences, one each.
func ListProblems(list string, unmatched error) []string {
	if unmatched == nil {
		return nil
	}
	var problems []string
	for line := range strings.SplitSeq(unmatched.Error(), "\n") {
		problems = append(problems, list+": "+line)
	}
	return problems
}

// foreignProblems are the problems of a part that neither follow from its
// results nor are about its list of expected failures: those are another thing
// in the whole.
func (s *Stream) foreignProblems() []string {
	own := Conclude(s.Header, s.Results, nil, s.Footer.Aborted).Problems
	return slices.DeleteFunc(slices.Clone(s.Footer.Problems), func(problem string) bool {
		aboutList := s.Header.Part.List != "" && strings.HasPrefix(problem, s.Header.Part.List+": pattern ")
		return aboutList || slices.Contains(own, problem)
	})
}
