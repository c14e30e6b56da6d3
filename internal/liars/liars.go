// Package liars holds subjects that lie or misbehave. The suite is tested
// against them: none may pass, hang or crash a run.
//
// It guarantees that a liar does the same in every run, and that whatever it
// says wrongly is wrong in one way only: where it signs it signs by the rules,
// and where it speaks the protocol it speaks it well. [Control] is what a liar
// would be without its lie.
package liars

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

// A Liar is a subject that lies or misbehaves, as an adapter process.
type Liar struct {
	Name  string
	About string // what it does, and which honest mistake looks like it

	// Serve is the process: it answers the questions of in on out until in
	// ends. Some liars end the process instead, or never return.
	Serve func(in io.Reader, out io.Writer)
}

// All holds all liars.
var All = slices.Concat(speechless, untrue, unruly, forgers)

// Find finds a liar, or the control, by its name.
func Find(name string) (Liar, bool) {
	if name == Control.Name {
		return Control, true
	}
	i := slices.IndexFunc(All, func(l Liar) bool { return l.Name == name })
	if i < 0 {
		return Liar{}, false
	}
	return All[i], true
}

// Main serves the standard streams as the liar of that name and ends the
// process: with status 0 at the end of the input, with 2 if there is no such
// liar.
func Main(name string) {
	liar, ok := Find(name)
	if !ok {
		fmt.Fprintf(os.Stderr, "no liar is called %q\n", name)
		os.Exit(2)
	}
	liar.Serve(os.Stdin, os.Stdout)
	os.Exit(0)
}

// Profiles are what all liars declare: every profile there is.
func Profiles() []string {
	ids := make([]string, len(signature.Profiles))
	for i, p := range signature.Profiles {
		ids[i] = p.ID()
	}
	return ids
}

func capabilities(name string) *subject.Capabilities {
	return &subject.Capabilities{
		Identity: subject.Identity{Name: name, Version: "1.0", Language: "go"},
		Profiles: Profiles(),
		Features: []string{"sign", "clock", "bytes"},
	}
}
