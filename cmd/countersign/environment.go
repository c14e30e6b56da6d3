package main

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
)

// environment is all of the outside world that a command may touch besides
// the files it is told to read.
type environment struct {
	Stdin    io.Reader
	Stdout   *secret.Writer // results
	Stderr   *secret.Writer // everything else
	Redactor *secret.Redactor

	Style       reports.Style // how Stdout is set off; nothing unless it is a terminal
	Width       int           // columns of Stdout; 0 when it is no terminal
	Interactive bool          // Stderr is a terminal that moves its cursor: progress may be drawn there

	ProgressWidth int // columns of Stderr, where it is Interactive
}

// newEnvironment builds the writers that all output goes through. What the
// environment holds as credentials is secret from the start, whatever the verb.
func newEnvironment(in io.Reader, out, errOut *os.File) *environment {
	redactor := &secret.Redactor{}
	env := &environment{
		Stdin: in, Stdout: redactor.Writer(out), Stderr: redactor.Writer(errOut), Redactor: redactor,
		Interactive: term.IsTerminal(int(errOut.Fd())) && os.Getenv("TERM") != "dumb",
	}
	env.conceal(os.Getenv(secret.EnvAccessKeySecret), os.Getenv(secret.EnvSecurityToken))
	if env.Interactive {
		env.ProgressWidth = columnsOf(errOut)
	}
	if term.IsTerminal(int(out.Fd())) {
		env.Width = columnsOf(out)
		if os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" {
			env.Style = colours
		}
	}
	return env
}

// columnsOf is how wide a terminal is.
func columnsOf(terminal *os.File) int {
	if columns, _, err := term.GetSize(int(terminal.Fd())); err == nil && columns > 0 {
		return columns
	}
	return 80 // where the terminal does not say, as on a serial line
}

// colours are those every terminal has; it chooses the shades itself.
var colours = func() reports.Style {
	paint := func(code string) reports.Paint { return reports.Paint{Start: "\x1b[" + code + "m", End: "\x1b[0m"} }
	return reports.Style{
		Strong: paint("1"), Good: paint("32"), Bad: paint("31"), Notice: paint("33"), Faint: paint("2"), Mark: paint("7"),
	}
}()

// conceal has secrets masked in everything that is written from now on.
func (env *environment) conceal(secrets ...string) { env.Redactor.Conceal(secrets...) }

// credentials loads the user's credentials from the named file, or from the
// environment when there is none, and makes them known to the redactor.
func (env *environment) credentials(file string) (signature.Credentials, error) {
	c, err := secret.Load(file)
	env.conceal(c.AccessKeySecret, c.SecurityToken)
	if err != nil {
		return c, usageError("%w", err)
	}
	return c, nil
}

// read reads a file, or standard input where it is named "-". Reading ends
// with ctx: nobody may type at a terminal for ever.
func (env *environment) read(ctx context.Context, name string) ([]byte, error) {
	if name != "-" {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, usageError("%w", err)
		}
		return data, nil
	}
	type input struct {
		data []byte
		err  error
	}
	done := make(chan input, 1)
	go func() {
		data, err := io.ReadAll(env.Stdin)
		done <- input{data, err}
	}()
	select {
	case got := <-done:
		if got.err != nil {
			return nil, notRunError("standard input: %w", got.err)
		}
		return got.data, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// printJSON prints v on one line. It leaves < > & alone: they are common in
// requests.
func (env *environment) printJSON(v any) error {
	enc := json.NewEncoder(env.Stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return notRunError("standard output: %w", err)
	}
	return nil
}
