package subject

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"
)

// ErrNotStarted says that an adapter could not be brought to answer hello.
var ErrNotStarted = errors.New("adapter did not start")

// ProcessOptions say how to run an adapter.
type ProcessOptions struct {
	Command []string // the program and its arguments
	Dir     string   // where to run it; "" means here
	Env     []string // "NAME=value", beyond the environment of this process; the suite's own credentials are kept back

	Timeout      time.Duration // for one answer, counted from the question or from the last answer to an earlier one; 0 means DefaultTimeout
	HelloTimeout time.Duration // to start and answer hello; 0 means three times Timeout, and at least 30 s
	Parallel     int           // questions in flight at a time; 0 means DefaultParallel
	Hold         bool          // the adapter may hold answers back while it has further questions: faster, but what was in flight dies or hangs together
	Restarts     int           // how often it may be started again; 0 means DefaultRestarts, below 0 never

	Stderr io.Writer // where its standard error goes; nil: only the end of it is kept, for messages

	// Line, if not nil, is called with every line the adapter writes, before it is
	// understood. It must not keep the line.
	Line func(line []byte)
}

// Defaults of [ProcessOptions].
const (
	DefaultTimeout  = 10 * time.Second
	DefaultParallel = 16
	DefaultRestarts = 50

	minHelloTimeout = 30 * time.Second // a JVM or an interpreter with many modules
)

// An adapter that ends this many times in a row without one answer is broken
// for good. The wait before a start doubles with each of them.
const (
	maxFruitless = 5
	firstBackoff = 50 * time.Millisecond
)

// closeGrace is how long an adapter may take to end once its input has: as long
// as for an answer, because that it did not end is held against it, and a virtual
// machine on a busy machine takes seconds.
const closeGrace = DefaultTimeout

// Process is an adapter process: one long-lived child that is asked many
// questions at a time.
//
// Whatever the child does becomes an observation of the question it happened
// to. A deadline that passes is TimedOut for that question, unless the answer
// has been written and was only not read yet; when the child has written nothing
// all that time, it is killed and the other questions are put to its successor.
// When the child ends, what was in flight is Crashed. When it can no longer be
// started, the rest is NotRun.
//
// A line that answers no question in flight (text that is no answer, an id
// that was not asked, a second answer) is charged as a ProtocolError to the
// question that has waited longest, which is the right one for an adapter that
// works one by one. While nothing is in flight it is charged to the next one
// asked, and an end of the child likewise, as Crashed.
type Process struct {
	opts   ProcessOptions
	caps   Capabilities
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{} // one for each question in flight

	mu        sync.Mutex
	child     *child // the newest
	asked     map[string]int
	charge    *reply // for the next question
	lost      int    // further charges while one was waiting
	restarts  int
	fruitless int // ends in a row without an answer
	closed    bool
}

// StartProcess starts an adapter and waits for its answer to hello. The
// adapter and the processes it started are killed when ctx ends. An error
// wraps [ErrNotStarted] and says what went wrong.
func StartProcess(ctx context.Context, opts ProcessOptions) (*Process, error) {
	if len(opts.Command) == 0 || opts.Command[0] == "" {
		return nil, fmt.Errorf("%w: no command given", ErrNotStarted)
	}
	opts.setDefaults()
	p := &Process{opts: opts, slots: make(chan struct{}, opts.Parallel), asked: make(map[string]int)}
	p.ctx, p.cancel = context.WithCancel(ctx)
	p.child = p.launch(0)
	<-p.child.ready
	if err := p.child.startErr; err != nil {
		<-p.child.done
		p.cancel()
		if errors.Is(err, fs.ErrPermission) {
			err = fmt.Errorf("%w: it is no program that may be run: make it one with chmod +x, or name its interpreter in front of it", err)
		}
		return nil, fmt.Errorf("%w: %q: %w", ErrNotStarted, opts.Command[0], err)
	}
	p.caps = *p.child.caps
	return p, nil
}

func (o *ProcessOptions) setDefaults() {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.HelloTimeout <= 0 {
		o.HelloTimeout = max(minHelloTimeout, 3*o.Timeout)
	}
	if o.Parallel <= 0 {
		o.Parallel = DefaultParallel
	}
	if o.Restarts == 0 {
		o.Restarts = DefaultRestarts
	}
}

// show hands a line to whoever wants to see it.
func (p *Process) show(line []byte) {
	if p.opts.Line != nil && len(line) > 0 {
		p.opts.Line(line)
	}
}

// Capabilities returns what the adapter said in its answer to hello.
func (p *Process) Capabilities() Capabilities { return p.caps }

// Sign asks for one signature.
func (p *Process) Sign(ctx context.Context, q *SignQuestion) *Observation {
	return p.ask(ctx, q.ID, SignMode, func(id string) []byte {
		named := *q
		named.ID = id
		return AppendSign(nil, &named)
	})
}

// Send asks for one operation. What arrives at q.Connect is the business of
// whoever listens there.
func (p *Process) Send(ctx context.Context, q *SendQuestion) *Observation {
	return p.ask(ctx, q.ID, SendMode, func(id string) []byte {
		named := *q
		named.ID = id
		return AppendSend(nil, &named)
	})
}

// ask puts one question and waits for what comes of it.
func (p *Process) ask(ctx context.Context, id string, mode Mode, question func(id string) []byte) *Observation {
	o := &Observation{ID: id, Mode: mode}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		o.Kind, o.Message = NotRun, "not asked: "+context.Cause(ctx).Error()
		return o
	}
	id = p.unique(id)
	line := question(id)
	if needsBytes(line) && !p.caps.Has("bytes") {
		o.Kind, o.Message = Unsupported, `the question holds bytes that are not UTF-8, and the adapter does not announce the feature "bytes"`
		return o
	}
	for {
		c, r := p.running(ctx)
		asked := time.Now()
		switch {
		case c != nil && r.kind != "":
			c.post(id, line)
		case c != nil:
			r = c.ask(ctx, id, line)
			o.Duration = time.Since(asked)
		}
		if r.again {
			continue
		}
		o.Kind, o.Message = r.kind, r.message
		if r.fields != nil {
			if err := r.fields.observe(o); err != nil {
				*o = Observation{ID: o.ID, Mode: mode, Kind: ProtocolError, Message: err.Error(), Duration: o.Duration}
			}
		}
		return o
	}
}

// unique returns the id to ask under. A question that is asked once more gets
// an id of its own: a late answer to the first attempt must not be taken for
// one to the second.
func (p *Process) unique(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[id]++
	if n := p.asked[id]; n > 1 {
		return fmt.Sprintf("%s#%d", id, n)
	}
	return id
}

// running returns a child that can be asked, started again if need be. When a
// reply with a kind comes beside it, that is what the question is charged with,
// and when it comes alone the question cannot be asked.
func (p *Process) running(ctx context.Context) (*child, reply) {
	for {
		c, r := p.newest()
		if c == nil {
			return nil, r
		}
		for _, awaited := range []chan struct{}{c.ready, c.done} {
			select {
			case <-awaited:
			case <-ctx.Done():
				return nil, reply{kind: NotRun, message: "not asked: " + context.Cause(ctx).Error()}
			}
			if c.alive() {
				if r := p.takeCharge(); r != nil {
					return c, *r
				}
				return c, reply{}
			}
		}
	}
}

// newest returns the newest child, which may be starting or ending. One that
// has ended is replaced, unless that has been in vain too often.
func (p *Process) newest() (*child, reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.ctx.Err() != nil {
		return nil, reply{kind: NotRun, message: "not asked: the adapter has been stopped"}
	}
	if !p.child.ended() {
		return p.child, reply{}
	}
	if r := p.charge; r != nil {
		p.charge = nil
		return nil, *r
	}
	if !p.child.counted {
		p.child.counted = true
		p.fruitless++
		if p.child.answers > 0 {
			p.fruitless = 0
		}
	}
	switch {
	case p.fruitless >= maxFruitless:
		return nil, reply{kind: NotRun, message: fmt.Sprintf("not asked: the adapter ended %d times in a row without an answer, at last so: %s", p.fruitless, p.child.last)}
	case p.restarts >= p.opts.Restarts:
		return nil, reply{kind: NotRun, message: fmt.Sprintf("not asked: the adapter has been started again %d times, which is the limit; at last it ended so: %s", p.restarts, p.child.last)}
	}
	p.restarts++
	p.child = p.launch(firstBackoff << p.fruitless)
	return p.child, reply{}
}

// chargeNext keeps what the child did while nothing was in flight.
func (p *Process) chargeNext(r reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.charge != nil {
		p.lost++
		return
	}
	p.charge = &r
}

func (p *Process) takeCharge() *reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.charge
	p.charge = nil
	return r
}

// Close ends the input of the adapter, waits until it has answered and ended,
// and kills it and the processes it started when that takes too long. It
// returns an error when it had to, and when the adapter has written lines that
// could not be charged to a question any more.
func (p *Process) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	c := p.child
	p.mu.Unlock()

	var errs []error
	if c.alive() {
		c.finishInput()
		select {
		case <-c.done:
		case <-time.After(closeGrace):
			errs = append(errs, fmt.Errorf("adapter %q did not end within %s of the end of its input and was killed", p.opts.Command[0], closeGrace))
		}
	}
	p.cancel()
	<-c.done
	// That it ended by itself after its last answer is not held against it: it
	// may as well have done so a moment later.
	if r := p.takeCharge(); r != nil && r.kind == ProtocolError {
		err := fmt.Errorf("adapter %q, after its last question: %s", p.opts.Command[0], r.message)
		if p.lost > 0 {
			err = fmt.Errorf("%w (and %d more of the kind)", err, p.lost)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
