package subject

import (
	"context"
	"errors"
	"fmt"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// ReferenceName is what the reference calls itself as an adapter.
const ReferenceName = "countersign"

// Reference is the signer of package signature: it does what the documents
// say, and shows every stage.
type Reference struct {
	// Reading, if not nil, replaces a profile before it is used: for another
	// reading of a contested rule, or a mutant.
	Reading func(*signature.Profile) *signature.Profile
}

// Sign implements [Signer]. A profile that does not exist is
// [ErrUnsupported]; an input that cannot be signed is a [RejectedError].
func (r Reference) Sign(_ context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*Signed, error) {
	profile, err := signature.Lookup(scheme, carrier)
	if errors.Is(err, signature.ErrUnknownProfile) {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	if err != nil {
		return nil, err
	}
	if r.Reading != nil {
		profile = r.Reading(profile)
	}
	signing, err := profile.Sign(in)
	if err != nil {
		return nil, &RejectedError{Message: err.Error()}
	}
	signed := &Signed{}
	for _, s := range signing.Stages() {
		signed.Stages = append(signed.Stages, StageSeen{Stage: s.Stage, Value: wire.Bytes(s.Value)})
	}
	switch carrier {
	case signature.InHeader:
		signed.Request = signing.Request()
	case signature.InQuery:
		signed.URL = signing.Stage(signature.URL)
	case signature.InForm:
		signed.Form = signing.Form
	}
	return signed, nil
}
