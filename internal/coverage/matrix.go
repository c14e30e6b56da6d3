// Package coverage measures what the vectors are worth: which requirement is
// proven by which vector, from both sides, and which mutants of the reference
// the suite tells from it.
//
// It guarantees that a mutant is only called killed when the suite's own judge,
// [spec.Judge] or [spec.JudgeAnswer], failed it over a vector that the reference
// passes.
package coverage

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Matrix says which vectors kill a mutant.
type Matrix struct {
	kills map[string][]string // id of a mutant → ids of vectors, in order
}

// Killers returns the ids of the vectors that kill a mutant.
func (m *Matrix) Killers(mutant *mutants.Mutant) []string { return m.kills[mutant.ID()] }

// Cross tries mutants over the vectors of their profiles that choose admits, by
// the requirements they name; nil admits all. A mutant of a sender is tried over
// operation vectors, every other one over signature vectors.
func Cross(set *vectors.Set, all []mutants.Mutant, choose func(m *mutants.Mutant, requirements []string) bool) *Matrix {
	m := &Matrix{kills: map[string][]string{}}
	on := trials{set, prepare(set), sendItems(set)}
	work := make(chan *mutants.Mutant)
	var wait sync.WaitGroup
	var lock sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for mutant := range work {
				killers := on.killersOf(mutant, choose)
				lock.Lock()
				m.kills[mutant.ID()] = killers
				lock.Unlock()
			}
		})
	}
	for i := range all {
		work <- &all[i]
	}
	close(work)
	wait.Wait()
	return m
}

// OwnVectors admits the vectors of the requirement that a mutant breaks.
func OwnVectors(m *mutants.Mutant, requirements []string) bool {
	return slices.Contains(requirements, m.Requirement)
}

// trials are what mutants are tried on.
type trials struct {
	set        *vectors.Set
	cases      map[string][]*prepared // by profile
	operations []sendItem
}

func (t *trials) killersOf(m *mutants.Mutant, choose func(*mutants.Mutant, []string) bool) []string {
	var killers []string
	if m.Sends != nil {
		for _, item := range t.operations {
			if m.Of(item.Profile.ID()) && (choose == nil || choose(m, item.Requirements())) && item.kills(t.set, m) {
				killers = append(killers, item.ID)
			}
		}
		return killers
	}
	for _, id := range m.Profiles {
		for _, p := range t.cases[id] {
			if (choose == nil || choose(m, p.Requirements)) && !p.alike(m) && Kills(t.set, p.Case, m) {
				killers = append(killers, p.ID)
			}
		}
	}
	return killers
}

// Kills reports whether a case tells a mutant from the reference: as a signer,
// where it signs otherwise, or as a server.
func Kills(set *vectors.Set, c *vectors.Case, m *mutants.Mutant) bool {
	return m.Profile != nil && !c.IsVerifierCase() && failed(Sign(set, c, m).Outcome) ||
		c.ForServers() && failed(Serve(set, c, m).Outcome)
}

// failed reports whether an outcome tells a subject from a right one: another
// reading of a contested rule does not.
func failed(o reports.Outcome) bool { return o != reports.Pass && o != reports.Contested }

// Reference is what is left of a mutant without its fault.
var Reference = &mutants.Mutant{Requirement: "reference", Name: "reference"}

// Sign judges a mutant as a signer.
func Sign(set *vectors.Set, c *vectors.Case, m *mutants.Mutant) reports.Result {
	profile := profileOf(c)
	signer := subject.InProcess(subject.Identity{Name: m.ID()}, []string{profile.ID()}, subject.Reference{Reading: m.Reading})
	item := &spec.Item{ID: c.ID, Profile: profile, Case: c, Clock: true}
	return spec.Judge(set, item, signer.Sign(context.Background(), item.Question()))
}

// Serve judges a mutant as a server.
func Serve(set *vectors.Set, c *vectors.Case, m *mutants.Mutant) reports.Result {
	profile := profileOf(c)
	req, err := c.Arrival(profile)
	if err != nil {
		return reports.Result{ID: c.ID, Outcome: reports.NotRun, Message: err.Error()}
	}
	response := m.Serve(c.Server(profile), endpoint.Dialect(vectors.Dialect(profile.Scheme)), req)
	return spec.JudgeAnswer(set, c, req, &spec.Answer{Status: response.Status, Headers: response.Headers, Body: response.Body})
}

func profileOf(c *vectors.Case) *signature.Profile {
	profile, err := signature.LookupID(c.Profile())
	if err != nil {
		panic(fmt.Sprintf("coverage: %s: %v", c.ID, err)) // the set would not have loaded
	}
	return profile
}
