package hunt

import (
	"context"
	"slices"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/differential"
)

// A volley is some inputs that are put to the signer together, and are looked at
// one after the other.
type volley []*shot

type shot struct {
	data     []byte
	question *question
	landed   chan struct{}         // closed when the exchange is there
	exchange differential.Exchange // an answer that is none may have been caused by another of the volley
	excused  bool                  // the exchange tells of nothing but what is known
}

// fire puts the next inputs to the signer. It does not wait for the answers.
func (h *Hunt) fire(ctx context.Context, inputs *fuzz.Random, size int) volley {
	v, parts := make(volley, size), h.partsToBlame()
	for i := range v {
		data := slices.Clone(inputs.Next())
		s := &shot{data: data, question: h.decode(data), landed: make(chan struct{})}
		v[i] = s
		go func() {
			defer close(s.landed)
			s.exchange = h.duel.Ask(ctx, s.question.profile, s.question.input)
			s.excused = h.excused(ctx, s.question, s.exchange, parts)
		}()
	}
	return v
}

// land waits for all answers.
func (v volley) land() {
	for _, s := range v {
		<-s.landed
	}
}
