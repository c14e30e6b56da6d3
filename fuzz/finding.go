package fuzz

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// KnownClasses is the environment variable that lists, separated by commas,
// the classes that are known already; a star stands for anything within a part
// between slashes. [Run] passes over them, so that an engine goes on at full
// speed and finds what lies behind. A replay of the corpus is run without it.
const KnownClasses = "COUNTERSIGN_FUZZ_KNOWN"

var known = strings.Split(os.Getenv(KnownClasses), ",")

// PassOver adds to the classes that are known already.
func PassOver(classes ...string) { known = append(known, classes...) }

// Finding is a property that does not hold.
type Finding struct {
	Class  string // room/property, in words that never change
	Detail string // what was wrong, for people
}

// Fail reports that a property does not hold and ends the check.
func Fail(class, format string, args ...any) {
	panic(&Finding{class, fmt.Sprintf(format, args...)})
}

// Run runs a check on one input. A finding goes to standard error, and Run
// panics with its class alone.
func Run(target string, data []byte, check func(data []byte)) {
	found := Find(target, data, check)
	if found == nil || Known(found.Class) {
		return
	}
	fmt.Fprintf(os.Stderr, "%s\ninput: %q\n%s\n", found.Class, data, found.Detail)
	panic(found.Class)
}

// Known reports whether a class is known already.
func Known(class string) bool {
	return slices.ContainsFunc(known, func(pattern string) bool {
		matched, _ := path.Match(pattern, class) // what is no pattern is the class itself
		return matched || pattern == class
	})
}

// Find runs a check on one input and returns what it found, or nil. A panic of
// the code under test is a finding of the class "target/panic in function",
// without the numbers of the run-time error.
func Find(target string, data []byte, check func(data []byte)) (found *Finding) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Finding:
			found = p
		default:
			found = &Finding{target + "/panic in " + panickedIn(), fmt.Sprintf("%v\n%s", p, debug.Stack())}
		}
	}()
	check(data)
	return nil
}

const module = "github.com/countersign/countersign/"

// panickedIn names the innermost function of this module, the machinery of
// fuzzing left aside, that was running when the panic began. It is called by
// the deferred function that recovered.
func panickedIn() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		if name, ours := strings.CutPrefix(frame.Function, module); ours && !strings.HasPrefix(name, "fuzz.") {
			return name
		}
		if !more {
			return "an unknown place"
		}
	}
}
