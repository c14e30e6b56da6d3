package hunt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Finding is one class, shown by the smallest request there is.
type Finding struct {
	Class   string
	At      int    // the execution that found it; 0 for one that was replayed
	Bytes   []byte // the shortest input that shows it; nil for one that was replayed
	Profile *signature.Profile
	Input   *signature.Input // smaller still: parts of the request are taken out that no byte says
	Result  reports.Result
	Like    []*mutants.Mutant // the reference with this rule broken signs the same
	Steady  bool              // it came back when it was asked again
	Case    vectors.Case      // the vector to be
}

// Contested reports whether the class is another reading of a contested rule,
// which is no fault. A request that has two of them fails, and neither is one.
func (f *Finding) Contested() bool { return differential.Contested(f.Class) }

// attempts is how many questions go into making the bytes of a finding shorter.
// Each one that kills the signer costs a start, and each silence a deadline.
var attempts = map[reports.Outcome]int{reports.Crash: 30, reports.Timeout: 5, reports.Contested: 0}

const usualAttempts = 400

// examine minimises a new finding: its bytes, then its request.
func (h *Hunt) examine(ctx context.Context, class string, data []byte, x differential.Exchange) *Finding {
	outcome := x.Result.Outcome
	limit, special := attempts[outcome]
	if !special {
		limit = usualAttempts
	}
	q := h.decode(data)
	shows := func(data []byte) bool {
		shorter := h.decode(data)
		again, ok := h.again(ctx, shorter, outcome)
		if !ok || !h.isOf(ctx, class, shorter, again) {
			return false
		}
		q, x = shorter, again
		return true
	}
	steady := limit == 0 || shows(data)
	if steady {
		data = fuzz.Shorten(data, limit, shows)
	}
	if steady && !special && ctx.Err() == nil {
		item := h.duel.Item(q.profile, q.input)
		s := runner.ShrinkInput(ctx, h.set, h.opts.Opponent, item, *x.Result, func(in *signature.Input, r *reports.Result) bool {
			return h.isOf(ctx, class, &question{q.profile, in}, differential.Exchange{Result: r})
		})
		if s != nil {
			smaller := &question{q.profile, s.Input}
			if again, ok := h.again(ctx, smaller, outcome); ok && h.isOf(ctx, class, smaller, again) {
				q, x = smaller, again
			}
		}
	}
	f := h.finding(class, q, x)
	f.At, f.Bytes, f.Steady = h.tally.Executions, differential.Canonical(q.profile, data), steady
	return f
}

// isOf reports whether an answer is of a class.
func (h *Hunt) isOf(ctx context.Context, class string, q *question, x differential.Exchange) bool {
	if x.Result == nil {
		return false
	}
	for c := range h.duel.Classes(ctx, q.profile, q.input, x.Result) {
		if c == class {
			return true
		}
	}
	return false
}

// again asks once more. A signer that has just died is first asked what it can
// answer: one that dies again and again without an answer is given up.
func (h *Hunt) again(ctx context.Context, q *question, outcome reports.Outcome) (differential.Exchange, bool) {
	if outcome == reports.Crash || outcome == reports.Timeout {
		if h.alive == nil {
			return differential.Exchange{}, false
		}
		if x := h.duel.Ask(ctx, h.alive.profile, h.alive.input); x.Observation.Kind != subject.Answered {
			return differential.Exchange{}, false
		}
	}
	if ctx.Err() != nil {
		return differential.Exchange{}, false
	}
	x := h.ask(ctx, q)
	return x, ctx.Err() == nil
}

// finding says what is known of a class.
func (h *Hunt) finding(class string, q *question, x differential.Exchange) *Finding {
	f := &Finding{Class: class, Profile: q.profile, Input: q.input, Result: *x.Result, Steady: true}
	f.Like = like(q, x)
	f.explain(h.set)
	f.Case = f.vector(h.set, h.opts.Opponent.Capabilities().Identity)
	f.Result.ID, f.Result.Title = f.Case.ID, f.Case.Title
	return f
}

// like finds the mutants of the reference that come to the signer's signature:
// each breaks one rule.
func like(q *question, x differential.Exchange) []*mutants.Mutant {
	observed, ok := x.Observation.Stage(signature.SignatureValue)
	right, err := q.profile.Sign(q.input)
	if !ok || err != nil || observed == right.Stage(signature.SignatureValue) {
		return nil
	}
	var found []*mutants.Mutant
	for i := range mutants.All {
		m := &mutants.All[i]
		if m.Profile == nil || !m.Of(q.profile.ID()) {
			continue
		}
		if signed, err := m.Reading(q.profile).Sign(q.input); err == nil && signed.Stage(signature.SignatureValue) == observed {
			found = append(found, m)
		}
	}
	return found
}

// explain names the rule where one is known to be broken: the judge's, or that
// of the mutants if they all break one. Of several all are named.
func (f *Finding) explain(set *vectors.Set) {
	r := &f.Result
	r.Why, r.Requirements = "", nil
	if id, _, ok := strings.Cut(r.Rule, ": "); ok {
		r.Requirements = []string{id}
		return
	}
	for _, m := range f.Like {
		if req, ok := set.Requirement(m.Requirement); ok && req.Binds(f.Profile.Scheme) && !slices.Contains(r.Requirements, m.Requirement) {
			r.Requirements = append(r.Requirements, m.Requirement)
		}
	}
	if len(r.Requirements) == 1 {
		req, _ := set.Requirement(r.Requirements[0])
		r.Rule, r.Source, r.Status = req.ID+": "+req.Rule, req.Source, string(req.Status)
	}
}

// vector is the case that a finding becomes. What only a person can say is left
// empty, and lint insists on it. The signer's own value is told in the note: what
// is expected is what the reference computes.
func (f *Finding) vector(set *vectors.Set, who subject.Identity) vectors.Case {
	text, err := json.Marshal(f.Input)
	if err != nil {
		panic(err) // strings, numbers and byte strings always have a JSON form
	}
	sum := sha256.Sum256(text)
	profile := f.Profile.ID()
	c := vectors.Case{
		ID:           profile + "/fuzz/" + kebab(f.Class[len(profile)+1:]) + "-" + hex.EncodeToString(sum[:4]),
		Title:        fmt.Sprintf("%s, made up: %s", f.Input.Request.Method, f.Class[len(profile)+1:]),
		Requirements: f.Result.Requirements, Level: vectors.Must, Since: version.Suite,
		Source: vectors.Source{Kind: "own", Ref: "countersign fuzz, against " + who.Name + " " + who.Version, Note: f.note()},
		Input:  *f.Input.Clone(),
	}
	if c.Requirements == nil {
		c.Requirements = []string{}
	} else {
		c.Level = set.Strongest(c.Requirements)
	}
	if err := c.Refresh(); err != nil {
		panic(err) // the reference has signed it
	}
	return c
}

// mostNoted is how many columns of the signer's value stand in the note, on
// either side of the byte that differs.
const mostNoted = 60

func (f *Finding) note() string {
	r := &f.Result
	note := "class " + f.Class + ". " + reports.Legible(r.Reason())
	if r.Observed != nil {
		at := -1
		if r.Expected != nil {
			at = reports.FirstDifference(*r.Expected, *r.Observed)
		}
		note += fmt.Sprintf("; its %s: %s", r.Place(), reports.Around(*r.Observed, at, mostNoted))
	}
	return note
}

// Asked is the request as it was given to the signer, as raw HTTP.
func (f *Finding) Asked() wire.Bytes { return wire.Bytes(f.Input.Request.AppendHTTP(nil)) }
