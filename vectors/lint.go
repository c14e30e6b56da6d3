package vectors

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing that is wrong with the vectors.
type Problem struct {
	File    string // relative to the folder of the vectors
	Case    string // the id of a case, requirement or erratum, or ""
	Rule    string // the name of the rule that is broken
	Message string // what is wrong
	Fix     string // what to do, or ""
	Warning bool   // worth a look, but nothing fails for it
}

// Error makes a problem an error.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File + ": ")
	if p.Case != "" {
		b.WriteString(p.Case + ": ")
	}
	fmt.Fprintf(&b, "%s [%s]", p.Message, p.Rule)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// LintOptions say what [Lint] checks beyond the files themselves.
type LintOptions struct {
	// Recompute, if not nil, computes the stages of a case anew, those of its
	// alternatives too, and returns an error when one is not the expected one.
	Recompute func(*Case) error
}

// maxCases is how many cases a file may hold before it is worth splitting:
// the design asks for about 40, so that a file can be read in one go.
const maxCases = 60

// minWhy is the length below which a why says nothing.
const minWhy = 20

// Lint checks the vectors below the root of fsys against their schemas and all
// rules, and returns what it finds, by file and case. None means that [LoadFS]
// reads them too.
func Lint(fsys fs.FS, opts LintOptions) []Problem {
	l := linter{recompute: opts.Recompute, faulty: map[string]bool{}, unread: map[string]bool{}}
	names, err := sourceNames(fsys)
	if err != nil {
		return []Problem{{File: ".", Rule: "read", Message: err.Error()}}
	}
	var b builder
	for _, name := range names {
		l.read(fsys, name, &b)
	}
	l.set = b.finish()
	l.checkIdentity()
	l.checkPlaces()
	l.checkRequirements()
	l.checkCases()
	l.checkOperations()
	l.checkQuestions()
	l.checkErrata()
	l.checkTombstones()
	l.checkAttestations()
	slices.SortStableFunc(l.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Case, b.Case), strings.Compare(a.Rule, b.Rule))
	})
	return l.problems
}

// A linter collects problems.
type linter struct {
	set       *Set
	recompute func(*Case) error
	problems  []Problem

	// faulty holds the ids of what is broken in itself: nothing that follows
	// from that is told. unread holds the ids that stand in a file with such a
	// fault, for those who refer to them.
	faulty, unread map[string]bool
}

func (l *linter) add(err error) { l.problems = append(l.problems, asProblem(err)) }

func asProblem(err error) Problem {
	if p, ok := err.(Problem); ok {
		return p
	}
	return Problem{File: ".", Rule: "read", Message: err.Error()}
}

// report adds a problem of a case, requirement or file.
func (l *linter) report(file, id, rule, fix, format string, args ...any) {
	if l.faulty[id] {
		return
	}
	l.add(Problem{File: file, Case: id, Rule: rule, Message: fmt.Sprintf(format, args...), Fix: fix})
}

// read reads one file, checks it alone, and adds it to what is checked
// together.
func (l *linter) read(fsys fs.FS, name string, b *builder) {
	src, err := readSource(fsys, name)
	if err != nil {
		l.add(err)
		return
	}
	var faults []Problem
	for _, v := range validate(src.schema, src.data) {
		faults = append(faults, Problem{
			File: name, Case: src.caseAt(v.pointer), Rule: "schema", Message: cmp.Or(v.pointer, "/") + ": " + v.message,
			Fix: "see vectors/schema/" + src.schema,
		})
	}
	if err := src.format(); err != nil {
		if p := asProblem(err); len(faults) == 0 {
			faults = append(faults, p)
		}
	} else if !bytes.Equal(src.data, src.canonical) {
		l.report(name, "", "format", "run `countersign vectors fmt`", "line %d is not in canonical form", firstDifference(src.data, src.canonical))
	}
	b.errs = nil
	b.add(src)
	for _, err := range b.errs {
		if p := asProblem(err); len(faults) == 0 {
			faults = append(faults, p)
		}
	}
	l.problems = append(l.problems, faults...)
	l.exclude(src, faults)
}

// exclude takes what is broken out of what is checked together.
func (l *linter) exclude(src *source, faults []Problem) {
	for _, p := range faults {
		if p.Case != "" {
			l.faulty[p.Case] = true
		}
	}
	for i := 0; len(faults) > 0 && i < len(src.root.values); i++ {
		for _, item := range src.root.values[i].values {
			l.unread[item.text(src.data, "id")] = true
		}
	}
}

// caseAt returns the id of the case that a JSON pointer such as
// /cases/3/input/key leads into, or "".
func (s *source) caseAt(pointer string) string {
	parts := strings.SplitN(pointer, "/", 4)
	if len(parts) < 3 {
		return ""
	}
	list := s.root.member(parts[1])
	i, err := strconv.Atoi(parts[2])
	if list == nil || err != nil || i >= len(list.values) {
		return ""
	}
	return list.values[i].text(s.data, "id")
}

// firstDifference returns the number of the first line that differs.
func firstDifference(a, b []byte) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return lineOf(a, i)
}

// checkIdentity finds what would make results wrong, see [LoadFS].
func (l *linter) checkIdentity() {
	seen := map[string]bool{}
	once := func(file, id string) {
		if seen[id] {
			l.report(file, id, "unique-id", "give one of them another name; ids are never shared", "the id is used before (in %s)", l.set.FileOf(id))
		}
		seen[id] = true
	}
	for _, id := range l.set.requirementIDs {
		once(l.set.FileOf(id), id)
	}
	for i := range l.set.Files {
		f := &l.set.Files[i]
		for j := range f.Cases {
			c := &f.Cases[j]
			once(f.path, c.ID)
			l.checkRequirementsExist(f.path, c.ID, c.Requirements)
			l.checkBytes(f.path, c.ID, "expect", &c.Expect.Stages)
			for k := range c.Alternatives {
				l.checkBytes(f.path, c.ID, "alternative "+c.Alternatives[k].Reading, &c.Alternatives[k].Stages)
			}
		}
	}
	for i := range l.set.Operations {
		f := &l.set.Operations[i]
		for j := range f.Cases {
			once(f.path, f.Cases[j].ID)
			l.checkRequirementsExist(f.path, f.Cases[j].ID, f.Cases[j].Requirements)
		}
	}
	for _, q := range l.set.questions {
		once(l.set.FileOf(q.ID), q.ID)
	}
}

func (l *linter) checkRequirementsExist(file, id string, requirements []string) {
	for _, r := range requirements {
		if _, ok := l.set.Requirement(r); !ok && !l.unread[r] {
			l.report(file, id, "requirement", "nearest: "+strings.Join(Nearest(r, l.set.requirementIDs, 3), ", "), "there is no requirement %s", r)
		}
	}
}

// checkBytes compares a StringToSign with its bytes. They stand together, so
// that each proves the other was not mangled.
func (l *linter) checkBytes(file, id, where string, stages *ExpectedStages) {
	text, ok := stages.Stage("stringToSign")
	want := SpellBytes(text)
	switch {
	case ok && stages.StringToSignBytes == "" && text != "":
		l.report(file, id, "string-to-sign-bytes", `add "stringToSignBytes": "`+want+`"`, "%s: stringToSign stands without its bytes", where)
	case !ok && stages.StringToSignBytes != "":
		l.report(file, id, "string-to-sign-bytes", "add stringToSign", "%s: stringToSignBytes stands alone", where)
	case ok && stages.StringToSignBytes != want:
		at := firstPair(stages.StringToSignBytes, want)
		l.report(file, id, "string-to-sign-bytes", "one of the two is wrong; the string spells "+want, "%s: stringToSign and stringToSignBytes differ at byte %d", where, at)
	}
}

// firstPair returns the index of the first byte two spellings differ in.
func firstPair(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i / 3
}
