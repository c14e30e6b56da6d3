package runner

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// AttestServer takes down what the recording of a live run shows of a server:
// by the rules of which vectors it was seen to go. What that means, and what it
// does not, is said at [vectors.Witnessed].
//
// The recording knows a host; who answers there only the user can say, by
// server. Nobody's word is taken for a server on this machine, or for one of
// this module, which says so in each of its answers: the expected values are
// ours, and so would be the testimony.
func AttestServer(recording *subject.Recording, server vectors.Implementation) (*Attested, error) {
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(server.Name, subject.ReferenceName) {
		return nil, ErrOurs
	}
	if err := admissible(recording); err != nil {
		return nil, err
	}
	a := &Attested{Set: set, Statement: &vectors.Attestation{Implementation: server}}
	refuses := map[string]bool{} // by profile
	items := make([]*spec.Item, len(recording.Observations))
	for i, o := range recording.Observations {
		if items[i], err = spec.ItemByID(set, o.ID); err != nil {
			return nil, fmt.Errorf("%w: the recording holds %s, which this suite does not have", ErrSelection, o.ID)
		}
		if spec.RefusesWrongSignatures(items[i], o) {
			refuses[items[i].Profile.ID()] = true
		}
	}
	for i, o := range recording.Observations {
		item := items[i]
		if item.Case == nil {
			continue
		}
		a.Asked = append(a.Asked, o.ID)
		how, stage, note := spec.Witness(item, o)
		if how == spec.Accepted && !refuses[item.Profile.ID()] {
			how, note = "", "it was let in, but no wrong signature of "+item.Profile.ID()+" was refused in this run"
		}
		if how == "" {
			a.Silent = append(a.Silent, Silence{ID: o.ID, Why: note, Unheard: o.Kind != subject.Answered})
			continue
		}
		a.Statement.Observed = append(a.Statement.Observed, vectors.Witnessed{ID: o.ID, Digest: item.Case.Digest(), How: how, Stage: stage})
	}
	return a, nil
}

// admissible refuses recordings whose word nobody should take.
func admissible(r *subject.Recording) error {
	caps := r.Header.Capabilities()
	if !caps.Has("endpoint") {
		return fmt.Errorf("%w: it is no recording of a live server: make one with run --endpoint URL --record FILE", ErrSelection)
	}
	if caps.Has(subject.LoopbackFeature) || local(r.Header.Subject.Name) {
		return fmt.Errorf("%w: %s was reached on this machine, where nobody's service answers", ErrOurs, r.Header.Subject.Name)
	}
	for _, o := range r.Observations {
		answers := []*subject.ServerAnswer{o.Answer}
		for i := range o.Exchanges {
			answers = append(answers, o.Exchanges[i].Answer)
		}
		if slices.ContainsFunc(answers, func(a *subject.ServerAnswer) bool { return a != nil && a.Header(endpoint.ServedBy) == "countersign" }) {
			return fmt.Errorf("%w: %s was answered by countersign serve", ErrOurs, o.ID)
		}
	}
	return nil
}

// local reports whether a host is this machine by its name.
func local(host string) bool {
	name := strings.ToLower(host)
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.Trim(name, "[]"), ".")
	at, err := netip.ParseAddr(name)
	return err == nil && (at.Unmap().IsLoopback() || at.IsUnspecified()) || name == "localhost" || strings.HasSuffix(name, ".localhost")
}
