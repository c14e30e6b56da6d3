package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// ErrOurs is returned when the reference is to attest: the expected values are
// its own, so its word adds nothing.
var ErrOurs = errors.New("the reference of Countersign itself attests nothing")

// Attested is what an implementation answered to signature vectors.
type Attested struct {
	Set       *vectors.Set
	Statement *vectors.Attestation
	Silent    []Silence
	Asked     []string // the ids of the vectors it was asked about

	profiles []string // that it was asked about whole
}

// Silence is a vector that an answer says nothing about, or that there was no
// answer to.
type Silence struct {
	ID, Why string
	Unheard bool // it crashed, hung, or answered nothing that could be read
}

// Attest asks a subject to sign the signature vectors of its profiles, and takes
// down whether it came to their bytes. Of the options those count that start a
// subject and select vectors.
//
// An error says that nothing was attested; a run that ctx ends attests nothing
// either.
func Attest(ctx context.Context, opts Options) (*Attested, error) {
	opts.setDefaults()
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	r := &run{Options: opts, set: set}
	if err := r.observeSigner(ctx); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return r.attested(), nil
}

// observeSigner is observe for a subject that is asked to sign and not to send.
func (r *run) observeSigner(ctx context.Context) error {
	s, err := r.Start(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	r.caps = s.Capabilities()
	r.caps.Operations = nil
	if strings.EqualFold(r.caps.Identity.Name, subject.ReferenceName) {
		return errors.Join(ErrOurs, s.Close())
	}
	err = r.ask(ctx, s)
	if closed := s.Close(); closed != nil && err == nil && ctx.Err() == nil {
		r.Note("the subject did not end as it should: " + closed.Error())
	}
	return err
}

func (r *run) attested() *Attested {
	identity := r.caps.Identity
	a := &Attested{Set: r.set, Statement: &vectors.Attestation{Implementation: vectors.Implementation(identity)}}
	if len(r.Select) == 0 {
		a.profiles = r.caps.Profiles
	}
	for i, item := range r.items {
		a.Asked = append(a.Asked, item.ID)
		digest := item.Case.Digest()
		switch t := spec.Attest(item, r.observations[i]); t.Kind {
		case spec.Produced:
			a.Statement.Produced = append(a.Statement.Produced, vectors.Produced{ID: item.ID, Digest: digest})
		case spec.Disagrees:
			a.Statement.Differs = append(a.Statement.Differs, vectors.Differs{ID: item.ID, Digest: digest, Stage: t.Stage, Note: t.Note})
		default:
			a.Silent = append(a.Silent, Silence{item.ID, t.Note, t.Kind == spec.Unheard})
		}
	}
	return a
}

// Renew brings earlier attestations of the implementation up to date: what was
// answered now counts, the rest stays, see [vectors.Set.Renew]. A signer that
// breaks down takes nothing back.
func (a *Attested) Renew(earlier *vectors.Attestation) *vectors.Attestation {
	unheard := map[string]bool{}
	for _, s := range a.Silent {
		unheard[s.ID] = s.Unheard
	}
	return a.Set.Renew(earlier, a.Statement, func(id string) bool {
		if unheard[id] {
			return false
		}
		profile := strings.Join(strings.SplitN(id, "/", 3)[:2], "/")
		return slices.Contains(a.profiles, profile) || slices.Contains(a.Asked, id)
	})
}
