package diagnose

import (
	"fmt"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
)

// proof is the confidence of a cause without which the signature would be
// another.
const proof = "proof"

type slipsFile struct {
	Schema string      `json:"$schema"`
	Slips  []slipCause `json:"slips"`
}

type slipCause struct {
	Name  string `json:"name"`
	Cause string `json:"cause"`
}

var knownSlips = mustLoad[slipsFile]("slips.json")

// OfSlip returns the id of the root cause behind a slip of [signature.Slips],
// by the slip's name.
func OfSlip(name string) (causeID string, ok bool) {
	for _, s := range knownSlips.Slips {
		if s.Name == name {
			return s.Cause, true
		}
	}
	return "", false
}

// Explain says why a result failed whose signature is the one that a slip of
// its profile gives: proof of what the signer did. It returns nil for a name
// that is no slip of the profile.
func Explain(r *reports.Result, slip string) *reports.Diagnosis {
	for _, s := range signature.Slips(r.Profile()) {
		if s.Name != slip {
			continue
		}
		id, _ := OfSlip(slip)
		cause, known := proven(r, id, fmt.Sprintf("%s: signed so, the request has exactly the signature that it carries (slip %s)", s.Why, s.Name))
		if !known {
			return nil
		}
		return &reports.Diagnosis{Causes: []reports.Cause{cause}}
	}
	return nil
}

// clockCause is the root cause behind a date line that holds a second reading
// of the clock.
const clockCause = "C13"

// AlsoClock adds to a diagnosis, which may be nil, that the signer read its
// clock twice: proof too, where the result's signature is that of the other
// reading.
func AlsoClock(d *reports.Diagnosis, r *reports.Result, readings string) *reports.Diagnosis {
	cause, known := proven(r, clockCause, readings+"; signed so, the request has exactly the signature that it carries")
	if !known {
		return d
	}
	if d == nil {
		d = &reports.Diagnosis{}
	}
	d.Causes = append(d.Causes, cause)
	return d
}

func proven(r *reports.Result, id, evidence string) (reports.Cause, bool) {
	cause, known := Cause(id)
	if !known {
		return reports.Cause{}, false
	}
	return reports.Cause{
		ID: cause.ID, Name: cause.Name, Confidence: proof, Evidence: evidence,
		Fix: cause.Fix.For(dialectOf(r.Profile())),
	}, true
}
