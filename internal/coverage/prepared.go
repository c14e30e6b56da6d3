package coverage

import (
	"slices"

	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// prepared is a case with what the reference makes of it. Most mutants do the
// same with most cases; that is found out here much sooner than by judging.
type prepared struct {
	*vectors.Case
	profile *signature.Profile
	arrives *wire.Request
	found   *signature.Verification // by the reference
	signed  []signature.StageValue  // by the reference; none for a verifier case
}

// prepare returns the cases of a set by profile. One that does not arrive is
// left to be judged.
func prepare(set *vectors.Set) map[string][]*prepared {
	cases := map[string][]*prepared{}
	for _, c := range set.Cases() {
		p := &prepared{Case: c, profile: profileOf(c)}
		if req, err := c.Arrival(p.profile); err == nil {
			p.arrives = req
			p.found = c.Server(p.profile).Verify(req)
		}
		if signed, err := p.profile.Sign(&c.Input); err == nil && !c.IsVerifierCase() {
			p.signed = signed.Stages()
		}
		cases[p.profile.ID()] = append(cases[p.profile.ID()], p)
	}
	return cases
}

// alike reports whether a mutant that differs from the reference in its profile
// alone comes to the same stages, as a signer and as a server, and finds the
// same faults: nothing can tell it from the reference then.
func (p *prepared) alike(m *mutants.Mutant) bool {
	if m.Profile == nil || m.Server != nil || m.Sees != nil || m.Answer != nil || p.arrives == nil {
		return false
	}
	if !p.IsVerifierCase() {
		signed, err := m.Reading(p.profile).Sign(&p.Input)
		if err != nil || !slices.Equal(signed.Stages(), p.signed) {
			return false
		}
	}
	server := p.Server(p.profile)
	server.Reading = m.Reading
	return sameFinding(server.Verify(p.arrives), p.found)
}

func sameFinding(a, b *signature.Verification) bool {
	return a.Verdict == b.Verdict && a.Provided == b.Provided && a.AccessKeyID == b.AccessKeyID && a.Key == b.Key &&
		a.Timestamp == b.Timestamp && a.Expires == b.Expires && a.Resource == b.Resource &&
		slices.Equal(a.Stages(), b.Stages()) &&
		slices.EqualFunc(a.Faults, b.Faults, func(x, y *signature.Fault) bool { return *x == *y })
}
