package vectors

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Addition collects what is added to a folder of vectors. Nothing is written
// before [Addition.Write].
type Addition struct {
	dir   string
	set   *Set
	files map[string]*File // by place below the folder; those that change
	sdk   Implementation
	told  *Attestation // what the SDK attests, with what is added; nil: nobody attests it
	added []string     // ids
}

// NewAddition begins to add what an SDK sent to the folder dir.
func NewAddition(dir string, sdk Implementation) (*Addition, error) {
	a, err := NewDerivedAddition(dir)
	if err != nil {
		return nil, err
	}
	a.sdk = sdk
	name, err := AttestationFile(sdk.Name)
	if err != nil {
		return nil, err
	}
	a.told, err = ReadAttestation(filepath.Join(dir, AttestationFolder, name), sdk)
	return a, err
}

// NewDerivedAddition begins to add vectors that nobody attests to the folder
// dir.
func NewDerivedAddition(dir string) (*Addition, error) {
	set, err := LoadFS(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	return &Addition{dir: dir, set: set, files: map[string]*File{}}, nil
}

// Set is the folder as it was.
func (a *Addition) Set() *Set { return a.set }

// Added are the ids of the vectors that were added.
func (a *Addition) Added() []string { return a.added }

// Strongest is the level of the strongest of the requirements, may if none of
// them exists.
func (s *Set) Strongest(requirements []string) Level {
	level := May
	for _, id := range requirements {
		if r, ok := s.Requirement(id); ok && r.Level.rank() > level.rank() {
			level = r.Level
		}
	}
	return level
}

// Add adds a vector to the file of its theme, and what the SDK attests by it.
func (a *Addition) Add(t *Transcribed) {
	c := &t.Case
	a.AddCase(c)
	version := a.sdk.Version
	if version == a.told.Implementation.Version {
		version = ""
	}
	if t.Differs != nil {
		d := *t.Differs
		d.Version = version
		a.told.Differs = append(a.told.Differs, d)
		return
	}
	a.told.Produced = append(a.told.Produced, Produced{ID: c.ID, Digest: c.Digest(), Version: version})
}

// AddCase adds a vector to the file of its theme.
func (a *Addition) AddCase(c *Case) {
	place := path.Dir(c.ID) + ".json"
	f := a.files[place]
	if f == nil {
		f = a.open(place)
		a.files[place] = f
	}
	f.Cases = append(f.Cases, *c)
	a.added = append(a.added, c.ID)
}

// open returns a copy of the file at that place, or a new one.
func (a *Addition) open(place string) *File {
	i := slices.IndexFunc(a.set.Files, func(f File) bool { return f.path == place })
	if i >= 0 {
		f := a.set.Files[i]
		f.Cases = slices.Clone(f.Cases)
		return &f
	}
	return newFile(place)
}

// bytes are the files that change, by their place, in canonical form.
func (a *Addition) bytes() (map[string][]byte, error) {
	out := map[string][]byte{}
	for place, f := range a.files {
		data, err := f.bytes()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		out[place] = data
	}
	if a.told == nil {
		return out, nil
	}
	name, err := AttestationFile(a.sdk.Name)
	if err != nil {
		return nil, err
	}
	out[path.Join(AttestationFolder, name)], err = a.told.Format()
	return out, err
}

// Lint checks the folder as it would be, and returns what is wrong with the
// files that change.
func (a *Addition) Lint(opts LintOptions) ([]Problem, error) {
	changed, err := a.bytes()
	if err != nil {
		return nil, err
	}
	problems := Lint(changedFiles{os.DirFS(a.dir), changed}, opts)
	return slices.DeleteFunc(problems, func(p Problem) bool {
		_, ours := changed[p.File]
		return p.Warning || !ours && !slices.Contains(a.added, p.Case)
	}), nil
}

// Write writes the files and returns their names. All of them are written
// beside those they replace before the first is replaced: what keeps one from
// being written leaves the folder as it was.
func (a *Addition) Write() ([]string, error) {
	changed, err := a.bytes()
	if err != nil {
		return nil, err
	}
	var names, beside []string
	for _, place := range slices.SortedFunc(maps.Keys(changed), attestationsLast) {
		name := filepath.Join(a.dir, filepath.FromSlash(place))
		temp, err := writeBeside(name, changed[place])
		if err != nil {
			for _, temp := range beside {
				err = errors.Join(err, os.Remove(temp))
			}
			return nil, err
		}
		names, beside = append(names, name), append(beside, temp)
	}
	for i, name := range names {
		if err := takeIts(name, beside[i]); err != nil {
			return names[:i], err
		}
	}
	return names, nil
}

// attestationsLast sorts places so that at no time anybody attests what is not
// there.
func attestationsLast(x, y string) int {
	attests := func(place string) int {
		if strings.HasPrefix(place, AttestationFolder+"/") {
			return 1
		}
		return 0
	}
	return cmp.Or(attests(x)-attests(y), strings.Compare(x, y))
}

// changedFiles is a folder in which some files are others, or new.
type changedFiles struct {
	fs.FS
	files map[string][]byte
}

// ReadFile implements [fs.ReadFileFS].
func (c changedFiles) ReadFile(name string) ([]byte, error) {
	if data, ok := c.files[name]; ok {
		return data, nil
	}
	return fs.ReadFile(c.FS, name)
}

// names lists the files, the new ones too.
func (c changedFiles) names() ([]string, error) {
	names, err := sourceNames(c.FS)
	if err != nil {
		return nil, err
	}
	for name := range c.files {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
