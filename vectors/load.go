package vectors

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"sync"

	"github.com/countersign/countersign/signature"
)

// Everything that is no Go file: the pattern reads "names that do not end in
// o". It does not fail while a folder is still missing.
//
//go:embed *[^o]
var embedded embed.FS

var loadEmbedded = sync.OnceValues(func() (*Set, error) { return load(embedded, openSource) })

// Load returns the vectors this package was built with. The set is read once
// and shared: do not change it.
//
// Every process begins with this, so it takes the files to be in their
// canonical form, as a test of this package makes sure.
func Load() (*Set, error) { return loadEmbedded() }

// LoadFS reads the vectors below the root of fsys, a folder like the one of
// this package.
//
// It refuses what would make results wrong: a file that is not JSON or has a
// field its schema does not know, an id that comes twice, a requirement that
// does not exist, a StringToSign that is not its bytes. The error names all of
// that, each with file and case. For everything else there is [Lint].
func LoadFS(fsys fs.FS) (*Set, error) {
	return load(fsys, func(fsys fs.FS, name string) (*source, error) {
		src, err := readSource(fsys, name)
		if err == nil {
			err = src.format()
		}
		return src, err
	})
}

// load reads a folder, each of its files by read.
func load(fsys fs.FS, read func(fsys fs.FS, name string) (*source, error)) (*Set, error) {
	names, err := sourceNames(fsys)
	if err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	parts := make([]builder, len(names)) // a file each: they have nothing to do with each other yet
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			src, err := read(fsys, name)
			if err != nil {
				parts[i].fail(err)
				return
			}
			parts[i].add(src)
		})
	}
	wait.Wait()
	var b builder
	for i := range parts {
		b.join(&parts[i])
	}
	set := b.finish()
	l := linter{set: set}
	l.checkIdentity()
	for i := range l.problems {
		b.fail(l.problems[i])
	}
	if err := errors.Join(b.errs...); err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	return set, nil
}

// sourceNames lists the JSON files below the root, the schemas left out.
func sourceNames(fsys fs.FS) ([]string, error) {
	if changed, ok := fsys.(changedFiles); ok {
		return changed.names()
	}
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.ContainsAny(path.Base(name)[:1], "._"), name == "schema":
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && strings.HasSuffix(name, ".json"):
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// A source is one file.
type source struct {
	name      string
	schema    string
	data      []byte
	canonical []byte
	root      *node // nil as long as nobody has had to look closely
}

// openSource reads a file that is in its canonical form.
func openSource(fsys fs.FS, name string) (*source, error) {
	src := &source{name: name, schema: schemaOf(name)}
	if src.schema == "" {
		return nil, Problem{File: name, Rule: "place", Message: "no vectors belong here",
			Fix: "signature vectors go to <scheme>/<carrier>/<theme>.json, operation vectors to operations/<theme>.json"}
	}
	var err error
	if src.data, err = fs.ReadFile(fsys, name); err != nil {
		return nil, err
	}
	src.canonical = src.data
	return src, nil
}

// readSource reads a file that may be in any form, or no vectors at all.
func readSource(fsys fs.FS, name string) (*source, error) {
	src, err := openSource(fsys, name)
	if err != nil {
		return nil, err
	}
	if src.root, err = parseDocument(src.data); err != nil {
		return nil, syntaxProblem(name, err)
	}
	if named := src.root.text(src.data, "$schema"); path.Base(named) != src.schema {
		return nil, Problem{File: name, Rule: "place", Message: fmt.Sprintf("$schema is %q, the schema of files in this place is %s", named, src.schema),
			Fix: "move the file or name the schema"}
	}
	return src, nil
}

func (s *source) format() error {
	var err error
	if s.canonical, err = formatDocument(s.data, s.root); err != nil {
		return syntaxProblem(s.name, err)
	}
	return nil
}

func syntaxProblem(name string, err error) error {
	p := Problem{File: name, Rule: "syntax", Message: err.Error()}
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		p.Case = syntax.Case
	}
	return p
}

// A builder puts the files together.
type builder struct {
	set   Set
	files []filePlace
	sums  [][sha256.Size]byte // of the files
	errs  []error
}

type filePlace struct {
	name string
	ids  []string
}

// join adds what another builder has.
func (b *builder) join(other *builder) {
	s, o := &b.set, &other.set
	s.Files = append(s.Files, o.Files...)
	s.Operations = append(s.Operations, o.Operations...)
	s.Names = append(s.Names, o.Names...)
	s.Errata = append(s.Errata, o.Errata...)
	s.Attestations = append(s.Attestations, o.Attestations...)
	s.Withdrawn = append(s.Withdrawn, o.Withdrawn...)
	s.QuestionFiles = append(s.QuestionFiles, o.QuestionFiles...)
	if s.Requirements == nil {
		s.Requirements = map[string]Requirement{}
	}
	maps.Copy(s.Requirements, o.Requirements)
	b.files = append(b.files, other.files...)
	b.sums = append(b.sums, other.sums...)
	b.errs = append(b.errs, other.errs...)
}

func (b *builder) fail(err error) { b.errs = append(b.errs, err) }

// add takes a file in. What cannot be decoded is left out, with an error.
func (b *builder) add(src *source) {
	if src.schema != questionSchema { // a question is no vector: no judgement rests on it
		b.sums = append(b.sums, src.sum())
	}
	if src.root == nil && b.addWhole(src) {
		return
	}
	text := func(name string) string { return src.root.text(src.data, name) }
	switch src.schema {
	case vectorSchema:
		b.set.Files = append(b.set.Files, File{
			Schema: text("$schema"), Scheme: text("scheme"), Carrier: signature.Carrier(text("carrier")), Theme: text("theme"),
			Cases: decodeItems[Case](b, src, "cases"), path: src.name,
		})
	case operationSchema:
		b.set.Operations = append(b.set.Operations, OperationFile{
			Schema: text("$schema"), Theme: text("theme"), Cases: decodeItems[OperationCase](b, src, "cases"), path: src.name,
		})
	case operationNamesSchema:
		b.set.Names = append(b.set.Names, decodeItems[OperationName](b, src, "operations")...)
	case requirementsSchema:
		b.requirements(src)
	case errataSchema:
		for _, e := range decodeItems[Erratum](b, src, "errata") {
			e.path = src.name
			b.set.Errata = append(b.set.Errata, e)
		}
	case attestationSchema:
		a := Attestation{path: src.name}
		if err := json.Unmarshal(src.data, &a); err != nil {
			b.fail(Problem{File: src.name, Rule: "syntax", Message: err.Error()})
			return
		}
		b.set.Attestations = append(b.set.Attestations, a)
	case questionSchema:
		b.set.QuestionFiles = append(b.set.QuestionFiles, QuestionFile{
			Schema: text("$schema"), Dialect: text("dialect"), Questions: decodeItems[Question](b, src, "questions"), path: src.name,
		})
	case tombstonesSchema:
		b.set.Withdrawn = append(b.set.Withdrawn, decodeItems[Tombstone](b, src, "withdrawn")...)
	}
}

// addWhole takes in one of the large files at once, and reports whether it is
// one and could be. If not, the tree of the file is made: that finds the place
// of a fault.
func (b *builder) addWhole(src *source) bool {
	switch src.schema {
	case vectorSchema:
		f := File{path: src.name}
		if json.Unmarshal(src.data, &f) == nil {
			b.set.Files = append(b.set.Files, f)
			return true
		}
	case operationSchema:
		f := OperationFile{path: src.name}
		if json.Unmarshal(src.data, &f) == nil {
			b.set.Operations = append(b.set.Operations, f)
			return true
		}
	}
	var err error
	if src.root, err = parseDocument(src.data); err != nil {
		b.fail(syntaxProblem(src.name, err))
		return true
	}
	return false
}

// sum identifies the name and the canonical bytes of a file.
func (s *source) sum() (out [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", s.name)
	h.Write(s.canonical)
	h.Sum(out[:0])
	return out
}

func (b *builder) requirements(src *source) {
	place := filePlace{name: src.name}
	for _, r := range decodeItems[Requirement](b, src, "requirements") {
		place.ids = append(place.ids, r.ID)
		if b.set.Requirements == nil {
			b.set.Requirements = map[string]Requirement{}
		}
		b.set.Requirements[r.ID] = r
	}
	b.files = append(b.files, place)
}

// decodeItems decodes the items of a list one by one, so that an error names
// the one it stands in.
func decodeItems[T any](b *builder, src *source, list string) []T {
	n := src.root.member(list)
	if n == nil {
		return nil
	}
	out := make([]T, 0, len(n.values))
	for _, item := range n.values {
		var v T
		if err := json.Unmarshal(item.raw(src.data), &v); err != nil {
			b.fail(Problem{
				File: src.name, Case: item.text(src.data, "id"), Rule: "syntax",
				Message: fmt.Sprintf("line %d: %v", lineOf(src.data, item.start), err),
			})
			continue
		}
		out = append(out, v)
	}
	return out
}

// finish indexes what was added.
func (b *builder) finish() *Set {
	s := &b.set
	s.byID, s.operationByID, s.places = map[string]*Case{}, map[string]*OperationCase{}, map[string]string{}
	for _, f := range b.files {
		s.requirementIDs = append(s.requirementIDs, f.ids...)
		for _, id := range f.ids {
			s.places[id] = f.name
		}
	}
	for i := range s.Files {
		f := &s.Files[i]
		for j := range f.Cases {
			c := &f.Cases[j]
			s.cases = append(s.cases, c)
			s.byID[c.ID], s.places[c.ID] = c, f.path
		}
	}
	for i := range s.Operations {
		f := &s.Operations[i]
		for j := range f.Cases {
			c := &f.Cases[j]
			s.operationCases = append(s.operationCases, c)
			s.operationByID[c.ID], s.places[c.ID] = c, f.path
		}
	}
	for i := range s.QuestionFiles {
		f := &s.QuestionFiles[i]
		for j := range f.Questions {
			s.questions = append(s.questions, &f.Questions[j])
			s.places[f.Questions[j].ID] = f.path
		}
	}
	s.attested = sync.OnceValue(s.countAttestations)
	whole := sha256.New()
	for _, sum := range b.sums {
		whole.Write(sum[:])
	}
	s.sum = hex.EncodeToString(whole.Sum(nil))
	return s
}

// Path returns the file's place below the folder of the vectors.
func (f *File) Path() string { return f.path }

// Path returns the file's place below the folder of the vectors.
func (f *OperationFile) Path() string { return f.path }
