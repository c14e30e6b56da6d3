package livepage

import (
	"cmp"
	"sync"
)

// Limits bound what is kept. What is zero is taken from DefaultLimits.
type Limits struct {
	Exchanges int // how many
	Bytes     int // of all of them
	Exchange  int // bytes of one
}

// DefaultLimits let a page hold an afternoon of work.
var DefaultLimits = Limits{Exchanges: 1000, Bytes: 16 << 20, Exchange: 64 << 10}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	return Limits{cmp.Or(l.Exchanges, d.Exchanges), cmp.Or(l.Bytes, d.Bytes), cmp.Or(l.Exchange, d.Exchange)}
}

// record keeps the last exchanges, numbered from 1 on.
type record struct {
	limits Limits

	mu      sync.Mutex
	kept    [][]byte
	bytes   int
	last    int           // number of the newest
	changed chan struct{} // closed when there is a newer one
}

func newRecord(limits Limits) *record {
	return &record{limits: limits.orDefault(), changed: make(chan struct{})}
}

func (r *record) add(encoded []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, encoded)
	r.bytes += len(encoded)
	r.last++
	for len(r.kept) > r.limits.Exchanges || r.bytes > r.limits.Bytes && len(r.kept) > 1 {
		r.bytes -= len(r.kept[0])
		r.kept[0] = nil
		r.kept = r.kept[1:]
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// batch is what follows a number.
type batch struct {
	first     int // number of the first
	exchanges [][]byte
	missed    int             // that are no longer kept
	changed   <-chan struct{} // closed when there is more
}

// mostAtOnce is how much a reader takes at once.
const mostAtOnce = 128

// after returns what follows the exchange of that number.
func (r *record) after(number int) batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	oldest := r.last - len(r.kept) + 1
	b := batch{first: max(number+1, oldest), changed: r.changed}
	b.missed = b.first - number - 1
	if rest := r.kept[min(len(r.kept), b.first-oldest):]; len(rest) > 0 {
		b.exchanges = append(b.exchanges, rest[:min(len(rest), mostAtOnce)]...)
	}
	return b
}
