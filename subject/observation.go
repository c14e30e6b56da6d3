package subject

import (
	"encoding/json"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Kind says how an answer of a subject came to be. The kinds are kept apart
// from the first: a subject that died has not rejected anything.
type Kind string

// The kinds of observation.
const (
	Answered      Kind = "answered"       // the subject gave stages, a request, a URL or a form, or sent requests
	Unsupported   Kind = "unsupported"    // it says it does not offer this
	Rejected      Kind = "rejected"       // it refused the input
	AdapterError  Kind = "adapter-error"  // it reports a fault of its own
	Crashed       Kind = "crash"          // its process ended
	TimedOut      Kind = "timeout"        // no answer within the deadline
	ProtocolError Kind = "protocol-error" // it answered what the protocol does not allow
	NotRun        Kind = "not-run"        // it was never asked, e.g. after a crash that could not be mended
)

// Mode says what a subject was asked to do.
type Mode string

// The modes.
const (
	SignMode     Mode = "sign"     // sign one given request
	SendMode     Mode = "send"     // carry out an operation; the request is seen on the wire
	EndpointMode Mode = "endpoint" // a server: answer the request of a vector
)

// Observation is what a subject did with one vector. It is one line of a
// recording; its schema is published in subject/schema/observation.schema.json.
type Observation struct {
	ID        string          `json:"id"` // the vector's id, with its profile in front for operation vectors
	Mode      Mode            `json:"mode"`
	Kind      Kind            `json:"kind"`
	Message   string          `json:"message,omitempty"`   // for a person: reason, error text, what broke the protocol
	Class     string          `json:"class,omitempty"`     // a rejection's class in the subject's own words
	Stages    []StageSeen     `json:"stages,omitempty"`    // what the subject says of its stages
	Request   *wire.Request   `json:"request,omitempty"`   // sign mode: the request it returned; endpoint mode: the one it was sent
	Answer    *ServerAnswer   `json:"answer,omitempty"`    // endpoint mode: what it answered
	Told      []StageSeen     `json:"told,omitempty"`      // endpoint mode: the stages that the vector, moved to the endpoint, tells
	Exchanges []Exchange      `json:"exchanges,omitempty"` // endpoint mode: what else was sent for it: all of an open question
	URL       wire.Bytes      `json:"url,omitempty"`       // a presigned URL it returned
	Headers   [][2]wire.Bytes `json:"headers,omitempty"`   // headers it says must be sent with the URL
	Form      [][2]wire.Bytes `json:"form,omitempty"`      // form fields it returned
	Status    int             `json:"status,omitempty"`    // send mode: the HTTP status the SDK reports
	Failure   string          `json:"failure,omitempty"`   // send mode: the error the SDK ended with although it was answered
	Captured  []Captured      `json:"captured,omitempty"`  // send mode: every request that arrived, in order
	Retried   bool            `json:"retried,omitempty"`   // an earlier attempt failed by crash or timeout
	Duration  time.Duration   `json:"duration,omitempty"`  // nanoseconds from question to answer
}

// StageSeen is a stage as the subject reports it.
type StageSeen struct {
	Stage signature.Stage `json:"stage"`
	Value wire.Bytes      `json:"value"`
}

// Captured is one request that arrived at the port leased to a send.
type Captured struct {
	Request *wire.Request `json:"request"`
	Probe   string        `json:"probe,omitempty"`  // why this is no operation: "negotiation", "preflight", "connect"
	Status  int           `json:"status,omitempty"` // what the capturing endpoint answered
	At      time.Time     `json:"at,omitzero"`      // when it was there, whole seconds
	Error   string        `json:"error,omitempty"`  // the connection broke, or the head could not be read
}

// Stage returns the value the subject reports for a stage, if it reports one.
func (o *Observation) Stage(stage signature.Stage) (string, bool) {
	for _, s := range o.Stages {
		if s.Stage == stage {
			return string(s.Value), true
		}
	}
	return "", false
}

// ServerAnswer is what a server said to the request of a case.
type ServerAnswer struct {
	Status  int
	Headers []wire.Header
	Body    string
}

// Header returns the value of the first header of that name, compared without
// regard to letter case, or "".
func (a *ServerAnswer) Header(name string) string {
	for _, h := range a.Headers {
		if wire.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

type serverAnswerJSON struct {
	Status  int             `json:"status"`
	Headers [][2]wire.Bytes `json:"headers"`
	Body    wire.Bytes      `json:"body"`
}

// MarshalJSON implements [json.Marshaler].
func (a ServerAnswer) MarshalJSON() ([]byte, error) {
	out := serverAnswerJSON{Status: a.Status, Headers: [][2]wire.Bytes{}, Body: wire.Bytes(a.Body)}
	for _, h := range a.Headers {
		out.Headers = append(out.Headers, [2]wire.Bytes{wire.Bytes(h.Name), wire.Bytes(h.Value)})
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (a *ServerAnswer) UnmarshalJSON(data []byte) error {
	var in serverAnswerJSON
	if err := decodeStrict(data, &in); err != nil {
		return err
	}
	*a = ServerAnswer{Status: in.Status, Body: string(in.Body)}
	for _, h := range in.Headers {
		a.Headers = append(a.Headers, wire.Header{Name: string(h[0]), Value: string(h[1])})
	}
	return nil
}
