package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/reports"
)

// Options say how to run the matrix.
type Options struct {
	Programs []*Program             // adapters or servers
	Missing  func(*Program) []*Tool // the tools one lacks
	Jobs     int                    // subjects side by side; 0: 2
	Logs     string                 // the folder for what installing and running says
	Limit    time.Duration          // for installing a subject, and for driving and judging it; 0: DefaultLimit
	Farewell time.Duration          // for a process to end when it is interrupted; 0: DefaultFarewell

	// Subject is the command that judges one program: its folder and the file for
	// the [Judged] in JSON are appended to it.
	Subject []string
	// Done is called when a subject is through, from one goroutine at a time.
	Done func(Outcome)
}

// Defaults of [Options].
const (
	DefaultLimit    = 20 * time.Minute
	DefaultFarewell = 15 * time.Second
)

// Outcome is what became of one subject. If nothing is missing, no error and no
// day kept it from it, it was judged.
type Outcome struct {
	Program    *Program
	Missing    []*Tool // what kept it from being tried
	Postponed  string  // why it is not tried today
	Err        error   // what kept it from being judged
	Judged     *Judged
	Installing time.Duration
}

// AsExpected reports whether the subject was judged and nothing was unexpected,
// neither by the vectors nor in the flows.
func (o *Outcome) AsExpected() bool {
	return o.Judged != nil && o.Judged.Compliance.AsExpected && o.Judged.Flows.AsExpected()
}

// Run installs, drives and judges every program, and returns an outcome for
// each, in their order. When ctx ends, what runs is ended, and what was not
// reached has an error that says so. No process that was started here is left.
func Run(ctx context.Context, opts Options) []Outcome {
	if opts.Jobs <= 0 {
		opts.Jobs = 2
	}
	if opts.Limit <= 0 {
		opts.Limit = DefaultLimit
	}
	if opts.Farewell <= 0 {
		opts.Farewell = DefaultFarewell
	}
	m := &matrix{Options: opts, isolated: canIsolate()}
	outcomes := make([]Outcome, len(opts.Programs))
	next := make(chan int)
	var workers sync.WaitGroup
	var done sync.Mutex
	for range opts.Jobs {
		workers.Go(func() {
			for i := range next {
				outcomes[i] = m.one(ctx, opts.Programs[i])
				done.Lock()
				opts.Done(outcomes[i])
				done.Unlock()
			}
		})
	}
	for i := range opts.Programs {
		next <- i
	}
	close(next)
	workers.Wait()
	return outcomes
}

// matrix is one run.
type matrix struct {
	Options
	isolated bool
}

func (m *matrix) one(ctx context.Context, p *Program) Outcome {
	o := Outcome{Program: p}
	if ctx.Err() != nil {
		o.Err = fmt.Errorf("not reached: %w", context.Cause(ctx))
		return o
	}
	o.Missing, o.Postponed = m.Missing(p), p.Postponed(time.Now())
	if len(o.Missing) > 0 || o.Postponed != "" {
		return o
	}
	began := time.Now()
	o.Err = m.install(ctx, p)
	o.Installing = time.Since(began)
	if o.Err == nil {
		o.Judged, o.Err = m.judge(ctx, p)
	}
	return o
}

// install runs the install commands. What they say goes into a log.
func (m *matrix) install(ctx context.Context, p *Program) error {
	ctx, cancel := m.limited(ctx)
	defer cancel()
	var said bytes.Buffer
	defer func() { m.log(p, "install", said.Bytes()) }()
	for _, command := range p.Install {
		fmt.Fprintf(&said, "$ %s\n", strings.Join(command, " "))
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, &said, &said
		if err := runWhole(cmd, m.Farewell); err != nil {
			return fmt.Errorf("installing it: %s: %w\n%s", strings.Join(command, " "), because(ctx, err), tail(said.String()))
		}
	}
	return nil
}

// judge starts a process that judges the subject.
func (m *matrix) judge(ctx context.Context, p *Program) (*Judged, error) {
	ctx, cancel := m.limited(ctx)
	defer cancel()
	dir, err := os.MkdirTemp("", "countersign-interop-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	result := filepath.Join(dir, "judged.json")
	command := append(slices.Clone(m.Subject), p.Dir, result)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	if m.isolated {
		isolate(cmd)
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err = runWhole(cmd, m.Farewell)
	m.log(p, "run", said.Bytes())
	if err != nil {
		return nil, fmt.Errorf("judging it: %w\n%s", because(ctx, err), tail(said.String()))
	}
	data, err := os.ReadFile(result)
	if err != nil {
		return nil, fmt.Errorf("what it left behind: %w", err)
	}
	judged := new(Judged)
	if err := json.Unmarshal(data, judged); err != nil {
		return nil, fmt.Errorf("what it left behind: %w", err)
	}
	return judged, nil
}

// limited is ctx for one step of one subject.
func (m *matrix) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, m.Limit, fmt.Errorf("it took longer than %s", m.Limit))
}

// because is why a process was ended, if it was, and else err.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (m *matrix) log(p *Program, what string, said []byte) {
	if m.Logs == "" || len(said) == 0 {
		return
	}
	name := filepath.Join(m.Logs, p.Name+"."+what+".log")
	// A log that cannot be written is no reason to give up: what matters of it
	// is in the error as well.
	_ = reports.WriteAtomic(name, func(w io.Writer) error { _, err := w.Write(said); return err })
}

// tail is the end of what a program said.
func tail(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if len(lines) > 12 {
		lines = lines[len(lines)-12:]
	}
	return reports.Legible(strings.Join(lines, "\n"))
}

// Publish writes the compliance report of a subject to
// folder/<name>/<version>.json, unless the one that is there says the same: its
// time, and the dates in its requests, then stay.
func Publish(folder string, c *reports.Compliance) error {
	for _, part := range []string{c.Subject.Name, c.Subject.Version} {
		if part == "" || part != filepath.Base(part) || !filepath.IsLocal(part) {
			return fmt.Errorf("the subject %q %q: its name and its version have to do as names of a folder and a file", c.Subject.Name, c.Subject.Version)
		}
	}
	name := filepath.Join(folder, c.Subject.Name, c.Subject.Version+".json")
	file, err := os.Open(name)
	if err == nil {
		earlier, err := reports.ReadCompliance(file)
		file.Close()
		if err == nil && earlier.SaysTheSame(c) {
			return nil
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return reports.WriteAtomic(name, c.Write)
}
