package main

import (
	"errors"
	"fmt"
)

// The exit codes. Scripts rely on them. None of them is ever a count.
const (
	exitAsExpected    = 0   // what was asked for is so
	exitNonconformant = 1   // it is not: a failure, a mismatch, a problem found
	exitUsage         = 2   // wrong usage or configuration, or nothing selected
	exitNotRun        = 3   // it could not be done: a subject that does not start, a file that cannot be written
	exitBug           = 4   // a bug in Countersign
	exitInterrupted   = 130 // SIGINT or SIGTERM
)

// exitError is an error that decides the exit code. Every other error that
// comes out of a command is one of usage: cobra's own are.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// errNonconformant is for commands whose results have said it all.
var errNonconformant = &exitError{code: exitNonconformant}

// usageError says what is wrong with the command line or a file it names.
func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// notRunError says what kept a command from doing its work.
func notRunError(format string, args ...any) error {
	return &exitError{exitNotRun, fmt.Errorf(format, args...)}
}

func exitCode(err error) int {
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	return exitUsage
}
