package subject

import (
	"errors"
	"strings"
)

// ErrUnsupported says that a subject does not offer what it is asked for.
// Wrap it with the reason: fmt.Errorf("%w: no POST policy", ErrUnsupported).
var ErrUnsupported = errors.New("unsupported")

// RejectedError says that a subject refused an input.
type RejectedError struct {
	Class   string // the subject's own word for the kind of refusal; informational
	Message string
}

func (e *RejectedError) Error() string {
	switch {
	case e.Class == "":
		return e.Message
	case e.Message == "":
		return e.Class
	}
	return e.Class + ": " + e.Message
}

// SetError records the error of a signer: Kind Unsupported for
// [ErrUnsupported], Rejected for a [*RejectedError], and AdapterError for
// everything else. Both may be wrapped.
func (o *Observation) SetError(err error) {
	var rejected *RejectedError
	switch {
	case errors.Is(err, ErrUnsupported):
		o.Kind = Unsupported
		o.Message = strings.TrimPrefix(err.Error(), ErrUnsupported.Error()+": ")
	case errors.As(err, &rejected):
		o.Kind, o.Class, o.Message = Rejected, rejected.Class, rejected.Message
	default:
		o.Kind, o.Message = AdapterError, err.Error()
	}
}
