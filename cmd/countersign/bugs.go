package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/countersign/countersign/endpoint"
)

// bugs are the panics of a server. It goes on after one, for the sake of its
// other clients; the first is reported at once and in full, and the exit code
// says that there were some.
type bugs struct {
	env *environment

	mu   sync.Mutex
	seen int
}

// exchange looks for a bug in what came of an exchange.
func (b *bugs) exchange(err error) {
	if bug := (*endpoint.Panic)(nil); errors.As(err, &bug) {
		b.report(bug.Value, bug.Stack)
	}
}

// catch is deferred by what tells of an exchange.
func (b *bugs) catch() {
	if p := recover(); p != nil {
		b.report(p, debug.Stack())
	}
}

func (b *bugs) report(value any, stack []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen++; b.seen == 1 {
		fmt.Fprintf(b.env.Stderr, bugReport, value, stack)
		return
	}
	fmt.Fprintf(b.env.Stderr, "countersign: this is a bug in Countersign, too: %v\n", value)
}

// err is the error a server with bugs ends with.
func (b *bugs) err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen == 0 {
		return nil
	}
	return &exitError{exitBug, fmt.Errorf("bugs in Countersign that requests have met: %d; the first is reported above", b.seen)}
}
