package subject_test

import (
	"errors"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

func TestReferenceTellsWhatItCannotSign(t *testing.T) {
	_, err := subject.Reference{}.Sign(t.Context(), "oss-v9", signature.InHeader, &signature.Input{})
	if !errors.Is(err, subject.ErrUnsupported) {
		t.Errorf("a scheme that does not exist: %v", err)
	}
	nothing := &signature.Input{Request: &wire.Request{Method: "GET", Target: "/"}}
	_, err = subject.Reference{}.Sign(t.Context(), "oss-v4", signature.InHeader, nothing)
	var rejected *subject.RejectedError
	if !errors.As(err, &rejected) || rejected.Message == "" {
		t.Errorf("an input without a region: %v", err)
	}
}
