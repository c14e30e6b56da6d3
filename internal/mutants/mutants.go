// Package mutants holds the reference with one rule broken, again and again:
// the measure of what the vectors are worth. A suite that lets a mutant pass
// says nothing about the rule it breaks.
//
// It guarantees that every mutant breaks the requirement it names and is
// otherwise the reference: it is made of a profile, a verifier or an answer
// with one step, one table or one check replaced.
package mutants

import (
	"slices"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// A Mutant breaks one requirement.
type Mutant struct {
	Requirement string   // the id of the rule it breaks
	Name        string   // kebab-case, unique within the requirement
	About       string   // what it does: "signs the key percent-encoded"
	Profiles    []string // the ids of the profiles it is a mutant of

	Break
}

// ID names the mutant in the matrix, such as OSS1-DATE-02/date-wins.
func (m *Mutant) ID() string { return m.Requirement + "/" + m.Name }

// Of reports whether it is a mutant of a profile.
func (m *Mutant) Of(profileID string) bool { return slices.Contains(m.Profiles, profileID) }

// A Break is what a mutant does otherwise. What is nil is as in the reference.
type Break struct {
	// Profile signs, and as a server verifies, by another rule.
	Profile func(*signature.Profile) *signature.Profile
	// Server changes what a server knows or checks.
	Server func(*signature.Verifier)
	// Sees changes a request between the wire and the verifier: a server that
	// does not look closely.
	Sees func(*wire.Request)
	// Answer changes what a server says.
	Answer func(req *wire.Request, answer *endpoint.Response)
	// Sends changes a step of the sender: an SDK that sends otherwise.
	Sends func(*Sender)
}

// All holds all mutants, scheme by scheme.
var All = slices.Concat(ossV1, ossV1Query, ossV2, ossV4, ossRTMP, obsV2, obsAWSV2, obsV4, operations)

// Reading replaces the profiles of the mutant by its own.
func (m *Mutant) Reading(p *signature.Profile) *signature.Profile {
	if m.Profile == nil || !m.Of(p.ID()) {
		return p
	}
	return m.Profile(p)
}

// Serve answers a request as the mutant of a server does. v is the server
// without its fault.
func (m *Mutant) Serve(v *signature.Verifier, dialect endpoint.Dialect, req *wire.Request) endpoint.Response {
	v.Reading = m.Reading
	if m.Server != nil {
		m.Server(v)
	}
	seen := req
	if m.Sees != nil {
		seen = req.Clone(1)
		m.Sees(seen)
	}
	answer := endpoint.Answer(dialect, v.Verify(seen), req, v.Now())
	if m.Answer != nil {
		m.Answer(req, &answer)
	}
	return answer
}

// Sender is the mutant of a sender.
func (m *Mutant) Sender() *Sender {
	s := &Sender{}
	if m.Sends != nil {
		m.Sends(s)
	}
	return s
}
