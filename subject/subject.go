package subject

import (
	"context"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Identity says what is under test.
type Identity struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Language string `json:"language,omitempty"`
	URL      string `json:"url,omitempty"`
}

// Capabilities are what a subject declares about itself.
type Capabilities struct {
	Identity   Identity
	Profiles   []string // scheme/carrier pairs, e.g. "oss-v4/header"
	Operations []string // names of operations it can send; none: sign mode only
	Features   []string // "sign": it can sign a given request; "clock": it signs for the time it is given; "bytes": it reads {"hex":…}; "endpoint": it is a server
}

// Has reports whether a feature is declared.
func (c *Capabilities) Has(feature string) bool {
	for _, f := range c.Features {
		if f == feature {
			return true
		}
	}
	return false
}

// SignQuestion asks for one signature.
type SignQuestion struct {
	ID      string
	Scheme  string
	Carrier signature.Carrier
	Input   *signature.Input
}

// SendQuestion asks for one operation to be carried out against Connect.
type SendQuestion struct {
	ID          string
	Scheme      string
	Carrier     signature.Carrier
	Connect     string // host:port on loopback to dial for whatever host name the SDK wants
	Endpoint    string // the endpoint to configure, e.g. http://oss-cn-hangzhou.aliyuncs.com
	Operation   *vectors.Operation
	Credentials signature.Credentials
	Addressing  signature.Addressing
	Region      string
}

// Subject is something that can be driven. Its methods may be called
// concurrently. They never return an error: whatever happens is an
// [Observation]. A context that ends gives Kind TimedOut, or NotRun for what
// had not been asked yet.
type Subject interface {
	Capabilities() Capabilities
	Sign(ctx context.Context, q *SignQuestion) *Observation
	Send(ctx context.Context, q *SendQuestion) *Observation
	// Close ends the subject. It returns an error when that needed force, and
	// when the subject misbehaved in a way that no observation tells.
	Close() error
}

// Signer is the interface of a signer written in Go, driven in process.
//
// Sign returns what it signed: at least the signature. It returns
// [ErrUnsupported] (wrapped) for a scheme or carrier it does not offer, a
// [*RejectedError] for an input it refuses, and any other error for a fault of
// its own. in is a copy made for this call: it may be changed.
type Signer interface {
	Sign(ctx context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*Signed, error)
}

// Signed is the answer of a [Signer]. Request, URL or Form carries the
// authentication, as the carrier asks; Stages may hold more than the signature
// and makes a better diagnosis.
type Signed struct {
	Stages  []StageSeen
	Request *wire.Request
	URL     string
	Form    [][2]string
}
