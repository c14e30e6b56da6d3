package vectors

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
)

// AttestationFolder is where attestations stand below the folder of the
// vectors.
const AttestationFolder = "attestations"

var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// AttestationFile returns the name of the file in which an implementation
// attests: its own name, with hyphens for what a file name should not hold.
func AttestationFile(implementation string) (string, error) {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune("/\\ :@", r) {
			return '-'
		}
		return r
	}, implementation)
	if !fileName.MatchString(name) {
		return "", fmt.Errorf("the implementation calls itself %q, which gives no file name", implementation)
	}
	return name + ".json", nil
}

// ReadAttestation reads the attestations in the named file for an
// implementation. One that is not there yet attests nothing.
func ReadAttestation(name string, of Implementation) (*Attestation, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &Attestation{Implementation: of}, nil
	}
	if err != nil {
		return nil, err
	}
	for _, v := range validate(attestationSchema, data) {
		return nil, fmt.Errorf("%s: %s: %s", name, cmp.Or(v.pointer, "/"), v.message)
	}
	a := new(Attestation)
	if err := json.Unmarshal(data, a); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if a.Implementation.Name != of.Name {
		return nil, fmt.Errorf("%s holds what %s attests, not %s", name, a.Implementation.Name, of.Name)
	}
	return a, nil
}

// Write puts the attestations into the named file, which is replaced in one
// step.
func (a *Attestation) Write(name string) error {
	data, err := a.Format()
	if err != nil {
		return err
	}
	return replaceFile(name, data)
}

// Format returns the attestations as their file has them: in canonical form,
// sorted by id.
func (a *Attestation) Format() ([]byte, error) {
	file := struct {
		Schema string `json:"$schema"`
		Attestation
	}{"../schema/" + attestationSchema, Attestation{
		Implementation: a.Implementation,
		Produced:       slices.SortedFunc(slices.Values(a.Produced), func(a, b Produced) int { return strings.Compare(a.ID, b.ID) }),
		Differs:        slices.SortedFunc(slices.Values(a.Differs), func(a, b Differs) int { return strings.Compare(a.ID, b.ID) }),
	}}
	file.Observed = slices.SortedFunc(slices.Values(a.Observed), func(a, b Witnessed) int { return strings.Compare(a.ID, b.ID) })
	if file.Produced == nil {
		file.Produced = []Produced{}
	}
	if file.Differs == nil {
		file.Differs = []Differs{}
	}
	data, err := json.Marshal(file)
	if err != nil {
		return nil, err
	}
	return FormatBytes(data)
}

// speaksOf reports whether there is an entry for a vector.
func (a *Attestation) speaksOf(id string) bool {
	return slices.ContainsFunc(a.Produced, func(p Produced) bool { return p.ID == id }) ||
		slices.ContainsFunc(a.Differs, func(d Differs) bool { return d.ID == id }) ||
		slices.ContainsFunc(a.Observed, func(w Witnessed) bool { return w.ID == id })
}

// Renew returns what an implementation attests now that it was asked about the
// vectors that asked admits. Entries of other vectors stay as they are, if they
// are of the same version.
//
// What the implementation once sent remains true whatever it is asked and
// whichever version it is now: the entry of a captured vector that has not
// changed stays, unless the answer says otherwise.
func (s *Set) Renew(earlier, answer *Attestation, asked func(id string) bool) *Attestation {
	renewed := &Attestation{
		Implementation: answer.Implementation,
		Produced:       slices.Clone(answer.Produced), Differs: slices.Clone(answer.Differs), Observed: slices.Clone(answer.Observed),
	}
	was := earlier.Implementation.Version
	same := was == answer.Implementation.Version
	stays := func(id, digest string) bool {
		return !answer.speaksOf(id) && (same && !asked(id) || s.isCapturedFrom(earlier.Implementation.Name, id, digest))
	}
	versionOf := func(own string) string {
		if v := cmp.Or(own, was); v != answer.Implementation.Version {
			return v
		}
		return ""
	}
	for _, p := range earlier.Produced {
		if stays(p.ID, p.Digest) {
			p.Version = versionOf(p.Version)
			renewed.Produced = append(renewed.Produced, p)
		}
	}
	for _, d := range earlier.Differs {
		if stays(d.ID, d.Digest) {
			d.Version = versionOf(d.Version)
			renewed.Differs = append(renewed.Differs, d)
		}
	}
	for _, o := range earlier.Observed {
		if stays(o.ID, o.Digest) {
			o.Version = versionOf(o.Version)
			renewed.Observed = append(renewed.Observed, o)
		}
	}
	return renewed
}

// isCapturedFrom reports whether there is such a vector, unchanged, and that
// implementation sent its request.
func (s *Set) isCapturedFrom(implementation, id, digest string) bool {
	c, ok := s.Case(id)
	return ok && c.Source.Kind == SourceCaptured && strings.HasPrefix(c.Source.Ref, implementation+" ") && c.Digest() == digest
}
