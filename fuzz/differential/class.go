package differential

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

// Classes names what is wrong with an answer, in words that never change:
//
//	oss-v4/header/canonicalRequest/by-value-of-parameter
//
// the profile; the first stage that differs, else the kind of divergence, else
// the outcome; and behind that the ids of the causes where they are proven, the
// reading of a contested rule that explains it, or else the part of the request
// that it comes from.
//
// A request may have several faults, and one would hide the others. So each is
// looked for by itself: its class is that of the same request with the other
// parts made plain. That asks the opponent some dozens of times more, so nobody
// looks for what is [Duel.Known] as a whole, or goes on behind the class that he
// was looking for.
func (d *Duel) Classes(ctx context.Context, p *signature.Profile, in *signature.Input, r *reports.Result) iter.Seq[string] {
	return func(yield func(class string) bool) {
		var seen []string
		for r != nil {
			whole, done := wholeClass(r)
			if done || r.Outcome != reports.Fail && r.Outcome != reports.RejectedWrongly || d.Known(whole) {
				yield(whole)
				return
			}
			single := d.singleFault(ctx, p, in, r)
			if single == nil {
				yield(whole)
				return
			}
			if slices.Contains(seen, single.part) || ctx.Err() != nil {
				return
			}
			class, done := wholeClass(single.result)
			if !done {
				class += byPart + hyphened(single.part)
			}
			if !yield(class) {
				return
			}
			seen = append(seen, single.part)
			in = Without(p, in, []string{hyphened(single.part)})
			r = d.Ask(ctx, p, in).Result
		}
	}
}

// byPart stands before the part of a request in a class.
const byPart = "/by-"

func hyphened(part string) string { return strings.ReplaceAll(part, " ", "-") }

// CutPart cuts a class in front of the part of the request that it comes from.
func CutPart(class string) (whole, part string, ok bool) { return strings.Cut(class, byPart) }

// Without is a request with the parts of these names made plain, as
// [Duel.Classes] does when it looks for what is behind them.
func Without(p *signature.Profile, in *signature.Input, names []string) *signature.Input {
	in = in.Clone()
	eachPart(p, in, func(_ *signature.Input, part plainer) (plain *signature.Input, more bool) {
		if !slices.Contains(names, hyphened(part.name)) {
			return nil, true
		}
		part.make(in)
		return in, true
	})
	return in
}

// eachPart offers the parts of a request in their order. Where take returns a
// request, the part is plain in it, and the next ones are those of that request.
func eachPart(p *signature.Profile, in *signature.Input, take func(in *signature.Input, part plainer) (plain *signature.Input, more bool)) {
	for _, part := range parts {
		for at, list := 0, part(p, in); at < len(list); {
			plain, more := take(in, list[at])
			if !more {
				return
			}
			if plain == nil {
				at++
				continue
			}
			in = plain
			// What is plain is not listed any more, so that the next one has its
			// place; some parts always are.
			before := len(list)
			if list = part(p, in); len(list) >= before {
				at++
			}
		}
	}
}

// Class is the first of [Duel.Classes] that is not known, or else the last one.
func (d *Duel) Class(ctx context.Context, p *signature.Profile, in *signature.Input, r *reports.Result) string {
	var class string
	for class = range d.Classes(ctx, p, in, r) {
		if !d.Known(class) {
			break
		}
	}
	return class
}

// Contested reports whether a class is another reading of a contested rule, which
// is no fault. The result that it was found in does not say so: there may be a
// fault beside it, or a second reading.
func Contested(class string) bool { return strings.Contains(class, "/"+string(reports.Contested)+"/") }

// wholeClass is the class of a result without the part it comes from, and
// whether that is all there is to say.
func wholeClass(r *reports.Result) (class string, done bool) {
	class = r.Profile() + "/" + r.Place()
	if r.Diagnosis != nil {
		for _, c := range r.Diagnosis.Causes {
			class += "/" + c.ID
		}
	}
	_, reading, contested := strings.Cut(r.ID, "@")
	if contested {
		class += "/" + reading
	}
	return class, contested || r.Diagnosis != nil
}

// Whole is the class of a result without the part that it comes from.
func Whole(r *reports.Result) string {
	class, _ := wholeClass(r)
	return class
}

// fault is a request that one part alone keeps the signers from agreeing on.
type fault struct {
	part   string
	result *reports.Result
}

// singleFault makes one part of a request plain after the other. The part with
// which the signers come to agree is a fault, and the only one of the request as
// it was before that. It returns nil where they never agree.
func (d *Duel) singleFault(ctx context.Context, p *signature.Profile, in *signature.Input, r *reports.Result) (single *fault) {
	eachPart(p, in, func(in *signature.Input, part plainer) (plain *signature.Input, more bool) {
		without := in.Clone()
		part.make(without)
		x := d.Ask(ctx, p, without)
		switch {
		case ctx.Err() != nil:
			return nil, false
		case x.Result != nil:
			r = x.Result
			return without, true
		case x.Observation != nil && x.Observation.Kind == subject.Answered:
			single = &fault{part.name, r}
			return nil, false
		}
		return nil, true // it cannot be asked so, which says nothing
	})
	return single
}
