// Package adapter is the adapter's side of the protocol, for adapters written
// in Go: fill in an [Adapter] and call [Main].
//
// It guarantees that every question that can be read is answered exactly once,
// that answers of concurrent handlers never mix on the output, that a panic in
// a handler becomes an error answer and leaves the others running, and that
// all questions are answered before [Adapter.Serve] returns at the end of the
// input. It never judges anything.
//
// Standard output belongs to the protocol: an adapter whose SDK logs there
// must send the log to standard error.
package adapter

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"sync"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// Adapter connects an SDK to the suite.
type Adapter struct {
	Identity   subject.Identity // what is under test: the SDK's name and version, not the adapter's
	Profiles   []string         // what it offers, e.g. "oss-v4/header"
	Operations []string         // names of the operations Send can carry out
	Features   []string         // "clock", "bytes", …: see [subject.Capabilities]; "sign" is added when Sign is set

	// Sign signs one given request; nil for an SDK that has no public signer.
	// Send carries out one operation through the SDK's public API; nil for a
	// pure signer. Both are called concurrently.
	//
	// They return [subject.ErrUnsupported], wrapped with the reason, for what
	// the SDK's public API does not offer, a [*subject.RejectedError] for an
	// input the SDK refuses, and any other error for a fault.
	Sign func(ctx context.Context, q *subject.SignQuestion) (*Answer, error)
	Send func(ctx context.Context, q *subject.SendQuestion) (*Answer, error)

	Parallel int // questions handled at a time; 0 means one a processor
}

// Answer is what a handler found out.
//
// For a sign question it holds the stage [signature.SignatureValue], more
// stages where the SDK shows them, and the Request, URL or Form that carries
// the authentication. For a send question it holds the Status the SDK
// reports, with the Failure it ended with if it did although it was answered, or
// for the query and form carriers the URL, with the Headers that
// must be sent with it, or the Form.
type Answer struct {
	Stages  []subject.StageSeen
	Request *wire.Request
	URL     string
	Headers [][2]string
	Form    [][2]string
	Status  int
	Failure string
}

// Signature returns an answer that holds this signature and nothing else yet.
func Signature(value string) *Answer {
	return new(Answer).With(signature.SignatureValue, value)
}

// With adds a stage to the answer and returns it.
func (a *Answer) With(stage signature.Stage, value string) *Answer {
	a.Stages = append(a.Stages, subject.StageSeen{Stage: stage, Value: wire.Bytes(value)})
	return a
}

// Main serves the standard streams until the input ends or the program is
// interrupted, and then exits: with status 0, or with 1 and a sentence on
// standard error.
func (a *Adapter) Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := a.Serve(ctx, os.Stdin, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, a.Identity.Name+":", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Serve answers the questions of in on out until in ends, and returns nil when
// all of them have been answered. It returns an error when a line is no
// question and has no id to answer to, when out cannot be written, and when
// ctx ends; what is then under way is left behind.
func (a *Adapter) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &session{Adapter: a, lines: make(chan []byte, 64), written: make(chan error, 1)}
	go s.write(ctx, out, cancel)
	asked := make(chan []byte)
	read := make(chan error, 1)
	go func() { read <- readLines(ctx, in, asked) }()

	parallel := a.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	slots := make(chan struct{}, parallel)
	var handlers sync.WaitGroup
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case line, ok := <-asked:
			if !ok {
				if err := <-read; err != nil {
					return err
				}
				return s.finish(ctx, &handlers)
			}
			q, err := subject.ParseQuestion(line)
			switch {
			case q.Hello:
				s.hello(ctx)
				continue
			case q.ID == "":
				return err
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			handlers.Go(func() {
				defer func() { <-slots }()
				s.answer(ctx, &q, err)
			})
		}
	}
}

// finish waits for the handlers and the writer.
func (s *session) finish(ctx context.Context, handlers *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		handlers.Wait()
		close(done)
	}()
	select {
	case <-done:
		close(s.lines)
		return <-s.written
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// readLines passes on every line that is not blank.
func readLines(ctx context.Context, in io.Reader, lines chan<- []byte) error {
	defer close(lines)
	r := subject.NewLineReader(in)
	for {
		line, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && err != io.ErrUnexpectedEOF { // a last line without line break is a line
			return err
		}
		if len(line) == 0 {
			continue
		}
		select {
		case lines <- append([]byte(nil), line...):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// session is one conversation.
type session struct {
	*Adapter
	lines   chan []byte // answers, each with its line break
	written chan error  // how writing ended
}

// write is the only writer of the output. It flushes when no answer waits.
func (s *session) write(ctx context.Context, out io.Writer, cancel context.CancelCauseFunc) {
	w := bufio.NewWriterSize(out, 64<<10)
	for {
		select {
		case <-ctx.Done():
			s.written <- context.Cause(ctx)
			return
		case line, ok := <-s.lines:
			if !ok {
				s.written <- nil
				return
			}
			_, err := w.Write(line)
			if err == nil && len(s.lines) == 0 {
				err = w.Flush()
			}
			if err != nil {
				err = fmt.Errorf("answer not written: %w", err)
				s.written <- err
				cancel(err)
				return
			}
		}
	}
}

func (s *session) send(ctx context.Context, line []byte) {
	select {
	case s.lines <- line:
	case <-ctx.Done():
	}
}

func (s *session) hello(ctx context.Context) {
	caps := subject.Capabilities{Identity: s.Identity, Profiles: s.Profiles, Operations: s.Operations, Features: s.Features}
	if s.Sign != nil && !caps.Has("sign") {
		caps.Features = append([]string{"sign"}, s.Features...)
	}
	s.send(ctx, subject.AppendHelloAnswer(nil, &caps))
}

// answer handles one question and sends one line, whatever happens.
func (s *session) answer(ctx context.Context, q *subject.Question, err error) {
	// What stays when a handler ends its goroutine.
	o := &subject.Observation{ID: q.ID, Kind: subject.AdapterError, Message: "the handler ended its goroutine"}
	defer func() { s.send(ctx, subject.AppendAnswer(nil, o)) }()
	var a *Answer
	if err == nil {
		a, err = s.handle(ctx, q)
	}
	if err != nil {
		o.SetError(err)
		return
	}
	a.fill(o)
}

// handle calls the handler of a question.
func (s *session) handle(ctx context.Context, q *subject.Question) (a *Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	switch {
	case q.Sign != nil && s.Sign != nil:
		if err = s.offers(q.Sign.Scheme, q.Sign.Carrier); err == nil {
			a, err = s.Sign(ctx, q.Sign)
		}
	case q.Sign != nil:
		err = fmt.Errorf("%w: this adapter does not sign given requests", subject.ErrUnsupported)
	case q.Send != nil && s.Send != nil:
		if err = s.offers(q.Send.Scheme, q.Send.Carrier); err == nil {
			a, err = s.Send(ctx, q.Send)
		}
	case q.Send != nil:
		err = fmt.Errorf("%w: this adapter does not send", subject.ErrUnsupported)
	default:
		err = fmt.Errorf("%w: questions of type %q", subject.ErrUnsupported, q.Type)
	}
	if a == nil && err == nil {
		err = errors.New("the handler returned neither an answer nor an error")
	}
	return a, err
}

// offers is an error for a profile that hello does not name.
func (s *session) offers(scheme string, carrier signature.Carrier) error {
	if profile := scheme + "/" + string(carrier); !slices.Contains(s.Profiles, profile) {
		return fmt.Errorf("%w: the SDK does not offer %s", subject.ErrUnsupported, profile)
	}
	return nil
}

// fill puts the answer into an observation.
func (a *Answer) fill(o *subject.Observation) {
	o.Kind, o.Message = subject.Answered, ""
	o.Stages, o.Request, o.URL, o.Status = a.Stages, a.Request, wire.Bytes(a.URL), a.Status
	o.Headers, o.Form, o.Failure = subject.Pairs(a.Headers), subject.Pairs(a.Form), a.Failure
}
