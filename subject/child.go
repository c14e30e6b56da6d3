package subject

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

const (
	// exitGrace is how long a child that closed its output may take to end.
	exitGrace = time.Second
	// maxStray is how many lines in a row may answer nothing before the child
	// is given up: it floods us.
	maxStray = 1000
)

// reply is what came of one question.
type reply struct {
	fields  answerFields // an answer, to be read
	kind    Kind         // else
	message string
	again   bool // nothing, through no fault of the question: ask the next child
}

// question is one in flight.
type question struct {
	number int        // counts the questions put to this child
	since  time.Time  // when it was asked, or the last answer to an earlier one came: its deadline runs from here
	looked bool       // that deadline has passed, and what was written by then is being read
	reply  chan reply // has room for one
}

// child is one run of the adapter's program.
type child struct {
	p     *Process
	ready chan struct{} // closed when hello is answered, or will not be
	done  chan struct{} // closed when nothing of the child is left

	// Set before ready is closed.
	caps     *Capabilities
	startErr error

	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	stderr *stderrTail
	queue  chan []byte   // questions to be written
	quit   chan struct{} // closed to end the input
	enough sync.Once     // closes quit

	mu       sync.Mutex
	open     map[string]*question
	settled  settled
	reason   *reply // why it is being ended, if we do it
	ending   bool   // no more questions
	reaped   bool   // the process id is no longer ours
	lastLine time.Time
	numbered int // questions put so far
	answers  int
	stray    int // lines in a row that answered nothing

	// Set before done is closed.
	last    string // how it ended
	counted bool   // guarded by the Process
}

// launch starts a child after a pause. It returns at once.
func (p *Process) launch(pause time.Duration) *child {
	c := &child{
		p: p, ready: make(chan struct{}), done: make(chan struct{}),
		queue: make(chan []byte, p.opts.Parallel), quit: make(chan struct{}),
		open: make(map[string]*question),
	}
	go c.run(pause)
	return c
}

// alive reports whether the child can be asked.
func (c *child) alive() bool {
	select {
	case <-c.ready:
	default:
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.startErr == nil && !c.ending
}

// ended reports whether nothing of the child is left.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// run is the life of a child, from the pause before it to its last trace.
func (c *child) run(pause time.Duration) {
	defer close(c.done)
	if pause > 0 {
		select {
		case <-time.After(pause):
		case <-c.p.ctx.Done():
		}
	}
	err := c.p.ctx.Err()
	if err == nil {
		err = c.start()
	}
	if err != nil {
		c.startErr, c.last = err, err.Error()
		close(c.ready)
		return
	}
	stop := context.AfterFunc(c.p.ctx, func() {
		c.end(reply{kind: TimedOut, message: "the adapter was stopped before it answered"})
	})
	defer stop()

	lines := NewLineReader(c.stdout)
	go c.write()
	if err := c.greet(lines); err != nil {
		c.end(reply{})
		c.clear()
		c.startErr = fmt.Errorf("%w%s", err, c.stderr.quoted())
		c.last = c.startErr.Error()
		close(c.ready)
		return
	}
	close(c.ready)
	c.read(lines)
	c.clear()
}

// start starts the process, its standard streams connected to c.
func (c *child) start() error {
	opts := &c.p.opts
	c.cmd = exec.Command(opts.Command[0], opts.Command[1:]...)
	c.cmd.Dir = opts.Dir
	c.cmd.Env = withoutCredentials(append(c.cmd.Environ(), opts.Env...))
	ownGroup(c.cmd)

	var ours, theirs [3]*os.File
	for i := range ours {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(ours[:i]...)
			closeAll(theirs[:i]...)
			return err
		}
		ours[i], theirs[i] = r, w
		if i == 0 {
			ours[i], theirs[i] = w, r
		}
	}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = theirs[0], theirs[1], theirs[2]
	err := c.cmd.Start()
	closeAll(theirs[:]...)
	if err != nil {
		closeAll(ours[:]...)
		return err
	}
	c.stdin, c.stdout = ours[0], ours[1]
	c.stderr = readStderr(ours[2], opts.Stderr)
	return nil
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// withoutCredentials removes what only the suite itself may know: the
// credentials of a real account. An adapter gets credentials with its
// questions.
func withoutCredentials(env []string) []string {
	var out []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		name = strings.ToUpper(name)
		if !strings.HasPrefix(name, "COUNTERSIGN_ACCESS_KEY_") && name != "COUNTERSIGN_SECURITY_TOKEN" {
			out = append(out, entry)
		}
	}
	return out
}

// greet says hello and reads the answer.
func (c *child) greet(lines *LineReader) error {
	timeout := c.p.opts.HelloTimeout
	timer := time.AfterFunc(timeout, func() { c.end(reply{kind: TimedOut}) })
	defer timer.Stop()
	c.queue <- AppendHello(nil, c.p.opts.Hold)
	line, err := lines.Next()
	c.p.show(line)
	switch {
	case c.p.ctx.Err() != nil:
		return c.p.ctx.Err()
	case err == nil:
		c.caps, err = ParseHello(line)
		return err
	case errors.Is(err, ErrLineTooLong):
		return fmt.Errorf("answer to hello: %w", err)
	}
	c.mu.Lock()
	late := c.reason != nil
	c.mu.Unlock()
	if late {
		return fmt.Errorf("no answer to hello within %s", timeout)
	}
	return fmt.Errorf("it ended before it answered hello (%s)", c.wait())
}

// write writes questions, as many at a time as there are, until quit.
func (c *child) write() {
	w := bufio.NewWriterSize(c.stdin, 64<<10)
	defer c.stdin.Close()
	for {
		select {
		case line := <-c.queue:
			w.Write(line) // an error comes back from Flush
		case <-c.quit:
			for len(c.queue) > 0 {
				w.Write(<-c.queue)
			}
			w.Flush()
			return
		}
		// A child that does not read any more ends, or its questions time out.
		if len(c.queue) == 0 {
			w.Flush()
		}
	}
}

// finishInput ends the input of the child once all questions are written.
func (c *child) finishInput() { c.enough.Do(func() { close(c.quit) }) }

// ask puts one question and waits for what comes of it.
func (c *child) ask(ctx context.Context, id string, line []byte) reply {
	q := &question{since: time.Now(), reply: make(chan reply, 1)}
	c.mu.Lock()
	if c.ending {
		c.mu.Unlock()
		return reply{again: true}
	}
	c.numbered++
	q.number = c.numbered
	c.open[id] = q
	c.mu.Unlock()

	timer := time.NewTimer(c.p.opts.Timeout)
	defer timer.Stop()
	queue, cancelled := c.queue, ctx.Done()
	for {
		select {
		case queue <- line:
			queue = nil
		case r := <-q.reply:
			return r
		case <-timer.C:
			if left := c.overdue(id, q); left > 0 {
				timer.Reset(left)
			}
		case <-cancelled:
			cancelled = nil
			c.mu.Lock()
			if c.open[id] == q {
				c.settle(id, q, reply{kind: TimedOut, message: "no answer yet when the run was ended: " + context.Cause(ctx).Error()}, false)
			}
			c.mu.Unlock()
		}
	}
}

// post puts a question whose observation is already settled. It is put all the
// same, so that what the adapter does does not depend on what came first.
func (c *child) post(id string, line []byte) {
	c.mu.Lock()
	c.numbered++
	c.settled.set(id, false)
	c.mu.Unlock()
	select {
	case c.queue <- line:
	default: // it does not read; the next question will show that
	}
}

// lastLook is how long an answer that has been written may take to be read.
const lastLook = 100 * time.Millisecond

// overdue settles a question whose deadline has passed, or returns the time it
// has left. A child that has written nothing all that time hangs: it is given
// up, and the question that has waited longest is the one it hangs on, unless
// answers may be held back.
//
// We may be the one that was late: on a busy machine, or stopped and continued.
// So what has been written is read first, and time in which we did not run is
// given back once.
func (c *child) overdue(id string, q *question) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	timeout := c.p.opts.Timeout
	left := timeout - time.Since(q.since)
	if left > 0 {
		return left
	}
	if c.ending || c.open[id] != q {
		return 0 // the reply is there, or soon will be
	}
	if !q.looked {
		q.looked = true
		return max(lastLook, min(-left, timeout))
	}
	r := reply{kind: TimedOut, message: fmt.Sprintf("no answer within %s", timeout)}
	if hangs := !c.lastLine.After(q.since); hangs {
		id, q = c.oldest()
		r.message += ", nor anything else"
		others := reply{again: true, message: fmt.Sprintf("killed, because it wrote nothing for %s", timeout)}
		if c.p.opts.Hold { // any of them may be the one
			others = r
		}
		c.endLocked(others)
	}
	c.settle(id, q, r, false)
	return 0
}

// oldest returns the question that has waited longest. c.mu is held.
func (c *child) oldest() (id string, oldest *question) {
	for other, q := range c.open {
		if oldest == nil || q.number < oldest.number {
			id, oldest = other, q
		}
	}
	return id, oldest
}

// read takes lines until there are no more.
func (c *child) read(lines *LineReader) {
	for {
		line, err := lines.Next()
		c.p.show(line)
		switch {
		case err == nil,
			err == io.ErrUnexpectedEOF && json.Valid(line): // else cut short by the end of the child
			c.take(line)
		case errors.Is(err, ErrLineTooLong):
			c.mu.Lock()
			c.chargeLine(findID(line), brokenAnswer(err.Error(), string(line)))
			c.endLocked(reply{again: true, message: err.Error()})
			c.mu.Unlock()
		}
		if err != nil {
			return
		}
	}
}

// take gives a line to the question it answers, or charges someone with it.
func (c *child) take(line []byte) {
	fields, id, err := parseAnswer(line)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stray++; c.stray > maxStray {
		c.endLocked(reply{again: true, message: fmt.Sprintf("killed, because %d lines in a row answered nothing", c.stray)})
	}
	if len(line) == 0 {
		return
	}
	c.lastLine = time.Now()
	q, open := c.open[id]
	answered, known := c.settled.get(id)
	switch {
	case err != nil:
	case open:
		c.settle(id, q, reply{fields: fields}, true)
	case !known:
		err = brokenAnswer("an answer has the id of a question that was asked", id)
	case answered:
		err = brokenAnswer("a question is answered once", id)
	default: // too late, and already known to be
		c.settled.set(id, true)
	}
	if err != nil {
		c.chargeLine(id, err)
		return
	}
	c.stray = 0
	c.answers++
	for _, later := range c.open {
		if open && later.number > q.number {
			later.since, later.looked = c.lastLine, false
		}
	}
}

// settle ends a question. c.mu is held.
func (c *child) settle(id string, q *question, r reply, answered bool) {
	delete(c.open, id)
	c.settled.set(id, answered)
	q.reply <- r
}

// chargeLine charges a line that breaks the protocol to the question it names,
// to the one that has waited longest, or to the next. c.mu is held.
func (c *child) chargeLine(id string, broken error) {
	r := reply{kind: ProtocolError, message: broken.Error()}
	if q, ok := c.open[id]; ok {
		c.settle(id, q, r, true)
		return
	}
	id, oldest := c.oldest()
	if oldest == nil {
		r.message += " (written while no question was open)"
		c.p.chargeNext(r)
		return
	}
	if len(c.open) > 1 {
		r.message += fmt.Sprintf(" (charged to the question that had waited longest of %d)", len(c.open))
	}
	c.settle(id, oldest, r, false)
}

// end kills the child. What is in flight gets r.
func (c *child) end(r reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endLocked(r)
}

func (c *child) endLocked(r reply) {
	if c.reason == nil {
		c.reason = &r
	}
	c.ending = true
	if !c.reaped {
		killGroup(c.cmd)
	}
	// A process that has left the group may hold the stream open.
	_ = c.stdout.SetReadDeadline(time.Now().Add(exitGrace))
}

// clear waits until the process is gone, stops what served it, and settles
// what is still open.
func (c *child) clear() {
	c.mu.Lock()
	c.ending = true
	c.mu.Unlock()
	c.finishInput()
	c.stdin.Close() // if the writer is stuck in a write
	status := c.wait()
	c.stdout.Close()
	c.stderr.finish()

	c.mu.Lock()
	defer c.mu.Unlock()
	r := reply{kind: Crashed, message: "the adapter ended (" + status + ")" + c.stderr.quoted()}
	if c.reason != nil {
		r = *c.reason
	}
	c.last = r.message
	if c.reason == nil && len(c.open) == 0 {
		c.p.endedIdle(r)
	}
	for id, q := range c.open {
		c.settle(id, q, r, false)
	}
}

// endedIdle charges the end of a child that had nothing to answer, unless it
// was asked to end.
func (p *Process) endedIdle(r reply) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if !closed {
		p.chargeNext(r)
	}
}

// wait waits until the process has ended, kills it when that takes too long,
// and what is left of its group in any case. It returns the exit status in
// words.
func (c *child) wait() string {
	c.mu.Lock()
	reaped := c.reaped
	c.mu.Unlock()
	if !reaped {
		timer := time.AfterFunc(exitGrace, func() { killGroup(c.cmd) })
		_ = c.cmd.Wait() // the status says it
		timer.Stop()
		killGroup(c.cmd)
		c.mu.Lock()
		c.reaped = true
		c.mu.Unlock()
	}
	return c.cmd.ProcessState.String()
}
