// Package hunt fuzzes a signer from outside: it puts made-up requests to it,
// compares what comes back with the reference, and brings every class of
// difference down to the smallest request that shows it.
//
// It guarantees:
//
//   - A seed and a number of executions say everything: two hunts of a signer
//     that answers the same find the same, in the same order and by the same
//     bytes.
//   - A class ([differential.Duel.Classes]) is told once; what is minimised keeps it.
//   - What a signer says it does not support is left out before anything is
//     compared, and a hunt that compared nothing is no success.
//   - A signer that dies, stays silent or answers nonsense is a finding. It is
//     started again a bounded number of times; when it cannot be asked any more
//     the hunt ends.
package hunt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Options say what to hunt, and for how long.
type Options struct {
	Opponent   subject.Subject
	Parallel   int      // questions in flight at a time; 0: one
	Profiles   []string // of those it offers; none: all of them
	Seed       uint64
	Executions int                 // 0: no limit
	Time       time.Duration       // 0: no limit; a finding at hand is minimised to its end
	Known      *differential.Known // classes that are not new; may be nil

	Found    func(*Finding) error // is called for each class that is new or contested; an error ends the hunt
	Progress func(Tally)          // is called now and then; may be nil
}

// InFlight is how many questions a process is best given at a time: it answers
// one while the answers to the others are looked at.
const InFlight = 32

// Tally is what a hunt has done.
type Tally struct {
	Executions  int
	Compared    int // of the executions: the signer was asked and did answer, or should have
	Unsupported int // it does not offer this
	Refused     int // the reference refuses the input, so that nobody was asked

	New, Known, Contested int // classes
}

// ErrGone wraps what keeps a signer from being asked any more.
var ErrGone = errors.New("the signer cannot be asked any more")

// A Hunt is one signer against the reference.
type Hunt struct {
	opts  Options
	duel  *differential.Duel
	set   *vectors.Set
	seen  map[string]bool // classes
	alive *question       // the last one that was answered: proof that the signer can answer
	tally Tally

	blamed map[string]*blame // by [differential.Whole]
}

// question is a decoded input.
type question struct {
	profile *signature.Profile
	input   *signature.Input
}

// New prepares a hunt.
func New(opts Options) (*Hunt, error) {
	duel, err := differential.Against(opts.Opponent, opts.Profiles...)
	if err != nil {
		return nil, err
	}
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	duel.Set, duel.Known = set, opts.Known.Has
	return &Hunt{opts: opts, duel: duel, set: set, seen: map[string]bool{}, blamed: map[string]*blame{}}, nil
}

// Run hunts until a limit is reached or ctx ends. What it has found until then
// has been told, whatever the error is.
func (h *Hunt) Run(ctx context.Context) (Tally, error) {
	inputs := fuzz.NewRandom(h.opts.Seed)
	began := time.Now()
	left := h.opts.Executions
	next := func(size int) volley {
		if h.opts.Executions > 0 {
			size = min(size, left)
			left -= size
		}
		if h.opts.Time > 0 && time.Since(began) >= h.opts.Time {
			return nil
		}
		return h.fire(ctx, inputs, size)
	}
	// The first one is asked alone: a signer that never answers is a finding, and
	// of many questions none would be the one it is silent on.
	for now := next(1); len(now) > 0 && ctx.Err() == nil; {
		now.land()
		following := next(max(1, h.opts.Parallel)) // so that the signer works while the answers are looked at
		for _, shot := range now {
			if err := h.execute(ctx, shot, following); err != nil {
				following.land()
				return h.tally, err
			}
		}
		if h.opts.Progress != nil {
			h.opts.Progress(h.tally)
		}
		now = following
	}
	return h.tally, context.Cause(ctx)
}

// execute takes what came of an input whose volley has landed. What is looked
// into asks the signer more, and alone: the following volley must land before.
func (h *Hunt) execute(ctx context.Context, s *shot, following volley) error {
	q, x := s.question, s.exchange
	if x.Observation != nil && x.Observation.Kind == subject.Answered {
		h.alive = q
	}
	look := h.worthALook(x, s.excused)
	if look || x.Result != nil && ofTheProcess(x.Observation.Kind) {
		following.land()
		if h.opts.Parallel > 1 && ofTheProcess(x.Observation.Kind) {
			if again := h.ask(ctx, q); again.Observation.Kind != subject.NotRun {
				x = again // it may have been another one that the signer died of
			}
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx) // what came of it may be our own doing
	}
	h.tally.Executions++
	switch o := x.Observation; {
	case o == nil:
		h.tally.Refused++
	case o.Kind == subject.Unsupported:
		h.tally.Unsupported++
	case o.Kind == subject.NotRun:
		return fmt.Errorf("%w: %s", ErrGone, o.Message)
	default:
		h.tally.Compared++
	}
	if !look {
		return nil
	}
	class := h.news(ctx, q, x)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if class == "" || h.seen[class] {
		return nil
	}
	h.seen[class] = true
	switch {
	case differential.Contested(class):
		h.tally.Contested++
	default: // a known one has been seen
		h.tally.New++
	}
	return h.opts.Found(h.examine(ctx, class, s.data, x))
}

// ofTheProcess reports whether an observation tells of the process of a signer,
// and so maybe of another question.
func ofTheProcess(kind subject.Kind) bool {
	return slices.Contains([]subject.Kind{subject.Crashed, subject.TimedOut, subject.ProtocolError, subject.NotRun}, kind)
}

func (h *Hunt) decode(data []byte) *question {
	p, in := h.duel.Decode(data)
	return &question{p, in}
}

// ask puts a question and remembers one that was answered.
func (h *Hunt) ask(ctx context.Context, q *question) differential.Exchange {
	x := h.duel.Ask(ctx, q.profile, q.input)
	if x.Observation != nil && x.Observation.Kind == subject.Answered {
		h.alive = q
	}
	return x
}

// Replay puts the inputs of a file to the signer once more and tells of every
// class it shows, known or not. The file is a vector file, as a hunt writes it,
// or one raw input.
func (h *Hunt) Replay(ctx context.Context, data []byte) (Tally, error) {
	questions := []*question{}
	if file, err := vectors.ParseFile(data); err == nil {
		for i := range file.Cases {
			c := &file.Cases[i]
			p, err := signature.LookupID(c.Profile())
			if err != nil {
				return h.tally, err
			}
			questions = append(questions, &question{p, &c.Input})
		}
	} else if looksLikeFile(data) {
		return h.tally, fmt.Errorf("%w: %w", ErrInput, err)
	} else {
		questions = append(questions, h.decode(data))
	}
	for _, q := range questions {
		x := h.ask(ctx, q)
		h.tally.Executions++
		switch o := x.Observation; {
		case ctx.Err() != nil:
			return h.tally, context.Cause(ctx)
		case o == nil:
			return h.tally, fmt.Errorf("%w: the reference refuses the request: %s", ErrInput, refusal(q))
		case o.Kind == subject.NotRun:
			return h.tally, fmt.Errorf("%w: %s", ErrGone, o.Message)
		case o.Kind == subject.Unsupported:
			h.tally.Unsupported++
			continue
		}
		h.tally.Compared++
		class := h.news(ctx, q, x)
		switch {
		case class == "":
			continue
		case differential.Contested(class):
			h.tally.Contested++
		case !h.opts.Known.Has(class): // else it has been counted
			h.tally.New++
		}
		if err := h.opts.Found(h.finding(class, q, x)); err != nil {
			return h.tally, err
		}
	}
	return h.tally, nil
}

// ErrInput wraps what is wrong with a file that is to be replayed.
var ErrInput = errors.New("it cannot be replayed")

func refusal(q *question) string {
	if _, err := q.profile.Sign(q.input); err != nil {
		return err.Error()
	}
	return ""
}

// looksLikeFile tells a vector file with a fault from a raw input.
func looksLikeFile(data []byte) bool {
	return len(data) > 1 && data[0] == '{' && (data[1] == '\n' || data[1] == '"')
}
