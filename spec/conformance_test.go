package spec_test

import (
	"context"
	"fmt"

	"github.com/onsi/ginkgo/v2"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// This is all that an SDK written in Go needs in a suite of its own: a signer
// that calls the SDK, and one call of Conformance. Here the SDK is the package
// signature, as if it had no more to offer than V1 and V4.

var _ = ginkgo.Describe("an SDK's own suite", func() {
	ginkgo.Describe("signatures", func() {
		spec.Conformance(func() subject.Signer { return newClient() }, spec.Options{
			Identity: subject.Identity{Name: "example-sdk", Version: "1.2.3"},
			Profiles: []string{"oss-v1/header", "oss-v4/header", "oss-v4/query"},
			Skip:     []string{"*/*/published-third-party/**"},
		})
	})
	ginkgo.It("has specs of its own beside them", func() {})
})

// client stands for the client of an SDK.
type client struct{}

func newClient() *client { return &client{} }

// Sign implements [subject.Signer].
func (*client) Sign(_ context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	profile, err := signature.Lookup(scheme, carrier)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", subject.ErrUnsupported, err)
	}
	signed, err := profile.Sign(in)
	if err != nil {
		return nil, &subject.RejectedError{Message: err.Error()}
	}
	out := &subject.Signed{Stages: []subject.StageSeen{{
		Stage: signature.SignatureValue, Value: wire.Bytes(signed.Stage(signature.SignatureValue)),
	}}}
	if carrier == signature.InHeader {
		out.Request = signed.Request()
	} else {
		out.URL = signed.Stage(signature.URL)
	}
	return out, nil
}
