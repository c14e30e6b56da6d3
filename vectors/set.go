package vectors

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Set is everything this folder holds. It is shared: do not change it.
type Set struct {
	Files         []File                 // by path
	Operations    []OperationFile        // by path
	Names         []OperationName        // the closed list of operations
	Requirements  map[string]Requirement // by id
	Errata        []Erratum
	Attestations  []Attestation
	Withdrawn     []Tombstone
	QuestionFiles []QuestionFile // by path

	cases          []*Case
	questions      []*Question
	operationCases []*OperationCase
	byID           map[string]*Case
	operationByID  map[string]*OperationCase
	places         map[string]string     // id of a case or requirement → file
	requirementIDs []string              // in order of their files
	attested       func() map[string]int // id of a case → number of implementations; counted when it is first asked for
	sum            string
}

// OperationName is one operation an SDK may be asked for.
type OperationName struct {
	Name         string   `json:"name"`
	Method       string   `json:"method"`
	Level        string   `json:"level"`                  // service, bucket, object
	Subresources []string `json:"subresources,omitempty"` // parameters the operation itself puts into the query
	Dialects     []string `json:"dialects"`               // oss, obs
	BuildsBody   bool     `json:"buildsBody,omitempty"`   // the SDK makes the body, there is none to compare
	Note         string   `json:"note,omitempty"`
}

// Erratum is a published value that is wrong, with the proof.
type Erratum struct {
	ID       string  `json:"id"`
	Source   Source  `json:"source"`
	Printed  Printed `json:"printed"`
	Correct  Printed `json:"correct"` // nil where the right value cannot be known
	Defect   string  `json:"defect"`
	Evidence string  `json:"evidence"`
	Vector   string  `json:"vector,omitempty"` // the vector that carries the corrected value

	path string
}

// Printed are values as a page prints them or should print them, by the name
// of their stage, stringToSignBytes and policy.
type Printed map[string]wire.Bytes

// Attestation says what an implementation that nobody here wrote came to.
type Attestation struct {
	Implementation Implementation `json:"implementation"`
	Produced       []Produced     `json:"produced"`
	Differs        []Differs      `json:"differs"`
	Observed       []Witnessed    `json:"observed,omitempty"` // a server

	path string
}

// Implementation is who attests.
type Implementation struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Language string `json:"language,omitempty"`
	URL      string `json:"url,omitempty"`
}

// Produced is a vector whose bytes an implementation produced.
type Produced struct {
	ID      string `json:"id"`
	Digest  string `json:"digest"`            // of the vector then, see [Case.Digest]
	Version string `json:"version,omitempty"` // of the implementation, where it is not the one of the file
}

// Differs is a vector an implementation came to other bytes for.
type Differs struct {
	ID      string          `json:"id"`
	Digest  string          `json:"digest"`
	Version string          `json:"version,omitempty"`
	Stage   signature.Stage `json:"stage"` // the first one that differs
	Note    string          `json:"note,omitempty"`
}

// Witnessed is a vector by whose rules a server was seen to go.
//
// The server never got the vector itself: it got its request moved to its own
// bucket, key, region and time ([Case.Rebind]). What is attested is therefore
// the rule that the vector is about and not its bytes, which is why a Witnessed
// raises no provenance. It says one of two things:
//
//   - accepted: the server let in the signature that the rules of the vectors
//     give for the moved request, in a run in which it refused wrong signatures
//     of the same profile.
//   - echoed: the server refused a wrong signature and showed the string it
//     signs, which was, byte for byte, the one that the rules give.
//
// Only [Case.Ordinary] cases are attested so: of one that is about an access key,
// a bucket, a region or a time of its own, moving takes away what it is about.
// It rests on the word of whoever ran it that the server is what it is called.
type Witnessed struct {
	ID      string          `json:"id"`
	Digest  string          `json:"digest"`
	Version string          `json:"version,omitempty"`
	How     string          `json:"how"`             // accepted, echoed
	Stage   signature.Stage `json:"stage,omitempty"` // echoed: stringToSign or canonicalRequest
}

// Tombstone keeps the id of what was withdrawn from being used again.
type Tombstone struct {
	ID    string `json:"id"`
	Since string `json:"since"`
	Why   string `json:"why"`
}

// Tombstone finds the tombstone of an id that was withdrawn.
func (s *Set) Tombstone(id string) (Tombstone, bool) {
	i := slices.IndexFunc(s.Withdrawn, func(t Tombstone) bool { return t.ID == id })
	if i < 0 {
		return Tombstone{}, false
	}
	return s.Withdrawn[i], true
}

// Cases returns all signature vectors, by file and in the order of the file.
func (s *Set) Cases() []*Case { return s.cases }

// Case finds a signature vector by its id.
func (s *Set) Case(id string) (*Case, bool) {
	c, ok := s.byID[id]
	return c, ok
}

// OperationCases returns all operation vectors, by file and in the order of
// the file.
func (s *Set) OperationCases() []*OperationCase { return s.operationCases }

// OperationCase finds an operation vector by its id, without a profile.
func (s *Set) OperationCase(id string) (*OperationCase, bool) {
	c, ok := s.operationByID[id]
	return c, ok
}

// Operation finds an operation by its name.
func (s *Set) Operation(name string) (OperationName, bool) {
	i := slices.IndexFunc(s.Names, func(n OperationName) bool { return n.Name == name })
	if i < 0 {
		return OperationName{}, false
	}
	return s.Names[i], true
}

// Requirement finds a requirement by its id.
func (s *Set) Requirement(id string) (Requirement, bool) {
	r, ok := s.Requirements[id]
	return r, ok
}

// RequirementIDs returns the ids of all requirements, by file and in the order
// of the file.
func (s *Set) RequirementIDs() []string { return s.requirementIDs }

// FileOf returns the file a case or a requirement stands in, relative to the
// folder of the vectors, or "".
func (s *Set) FileOf(id string) string { return s.places[id] }

// SHA256 returns the lower-case hexadecimal SHA-256 over those of the canonical
// bytes of all files and their names: two sets with the same sum hold the same
// vectors, however their files are formatted.
func (s *Set) SHA256() string { return s.sum }

// Provenance returns where the expected values of a case come from: published,
// or attested(n) with the number of implementations that produced them, or
// derived.
func (s *Set) Provenance(c *Case) string {
	if n := s.attested()[c.ID]; n > 0 && c.Provenance == Derived {
		return fmt.Sprintf("attested(%d)", n)
	}
	return string(c.Provenance)
}

// countAttestations counts who has produced a case as it is now. A case that
// has changed since, or is gone, is attested no longer.
func (s *Set) countAttestations() map[string]int {
	attested := map[string]int{}
	for i := range s.Attestations {
		for _, p := range s.Attestations[i].Produced {
			if c := s.byID[p.ID]; c != nil && c.Digest() == p.Digest {
				attested[p.ID]++
			}
		}
	}
	return attested
}

// Digest identifies what a case asks and expects: the first 16 hexadecimal
// digits of the SHA-256 of its input and its expected stages. Attestations
// name it, so that they end when the case changes.
func (c *Case) Digest() string {
	input, err := json.Marshal(c.Input)
	if err != nil {
		panic(err) // strings, numbers and byte strings always have a JSON form
	}
	stages, err := json.Marshal(c.Expect.Stages)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(append(append(input, '\n'), stages...))
	return hex.EncodeToString(sum[:8])
}
