package diagnose

import (
	"fmt"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
)

// OfSlip returns the id of the root cause behind a slip of [signature.Slips],
// by the slip's name.
func OfSlip(name string) (causeID string, ok bool) {
	m, ok := mistakesByName[name]
	if !ok {
		return "", false
	}
	return m.Cause, true
}

// ProvenSlip says why a result failed whose signature is the one that a slip of
// its profile gives: proof of what the signer did. It returns nil for a name
// that is no slip of the profile.
func ProvenSlip(r *reports.Result, slip string) *Diagnosis {
	for _, s := range signature.Slips(r.Profile()) {
		if s.Name != slip {
			continue
		}
		id, _ := OfSlip(slip)
		return proven(nil, r, id, fmt.Sprintf("%s: signed so, the request has exactly the signature that it carries (slip %s)", s.Why, s.Name))
	}
	return nil
}

// clockCause is the root cause behind a date line that holds a second reading
// of the clock.
const clockCause = "C13"

// AlsoClock adds to a diagnosis, which may be nil, that the signer read its
// clock twice: proof too, where the result's signature is that of the other
// reading.
func AlsoClock(d *Diagnosis, r *reports.Result, readings string) *Diagnosis {
	return proven(d, r, clockCause, readings+"; signed so, the request has exactly the signature that it carries")
}

// proven adds a proof to the diagnosis of a result, which may be nil.
func proven(d *Diagnosis, r *reports.Result, id, evidence string) *Diagnosis {
	cause, known := Cause(id)
	if !known {
		return d
	}
	if d == nil {
		d = &Diagnosis{Dialect: string(dialectOf(r.Profile())), Contradictions: []string{}}
		if p, err := signature.LookupID(r.Profile()); err == nil {
			d.Scheme, d.Carrier = p.Scheme, string(p.Carrier)
		}
	}
	d.Causes = append(d.Causes, reports.Cause{
		ID: cause.ID, Name: cause.Name, Confidence: reports.Proof, Evidence: evidence,
		Fix: cause.Fix.For(dialectOf(r.Profile())), ChangedBy: []string{string(signer)},
	})
	return d
}

// LeadsTo returns the causes that a cause can stand behind: a proof of them
// leaves open whether it does.
func LeadsTo(causeID string) []string {
	var ids []string
	for _, m := range knownMistakes.Mistakes {
		if m.Perhaps == causeID && !contains(ids, m.Cause) {
			ids = append(ids, m.Cause)
		}
	}
	return ids
}
