package liars

import (
	"fmt"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// speechless liars have nothing to say about signatures.
var speechless = []Liar{
	{
		Name: "null", About: "says hello and then nothing: an adapter whose loop was never written",
		Serve: conversing("null", func(question) []byte { return nil }),
	},
	{
		Name: "empty-answer", About: "answers every question with its id alone",
		Serve: conversing("empty-answer", func(q question) []byte { return fmt.Appendf(nil, "{\"id\":%q}\n", q.ID) }),
	},
	{
		Name: "echo", About: "writes back the line it was sent",
		Serve: conversing("echo", func(q question) []byte { return []byte(q.line + "\n") }),
	},
	{
		Name: "echo-request", About: "answers with the request it was given, and no signature",
		Serve: answering("echo-request", func(q *subject.SignQuestion) *subject.Observation {
			return &subject.Observation{ID: q.ID, Kind: subject.Answered, Request: q.Input.Request}
		}),
	},
	{
		Name: "empty-signature", About: "answers with a signature of no bytes",
		Serve: answering("empty-signature", claiming(func(*subject.SignQuestion) string { return "" })),
	},
	{
		Name: "constant-signature", About: "answers with the same signature always: a test double left in the build",
		Serve: answering("constant-signature", claiming(func(*subject.SignQuestion) string { return "RqNsjkqo0Jc6YtJxKc5LfBn0wYs=" })),
	},
	{
		Name: "accept-all", About: "answers with something that looks like a signature of the scheme, and the request as it came",
		Serve: answering("accept-all", acceptAll),
	},
}

// untrue liars answer every question with one and the same outcome.
var untrue = []Liar{
	{
		Name: "reject-all", About: "refuses every input: it would pass a suite of nothing but rejections",
		Serve: answering("reject-all", func(q *subject.SignQuestion) *subject.Observation {
			return &subject.Observation{ID: q.ID, Kind: subject.Rejected, Class: "invalid", Message: "no"}
		}),
	},
	{
		Name: "unsupported-all", About: "offers every profile and then supports nothing",
		Serve: answering("unsupported-all", func(q *subject.SignQuestion) *subject.Observation {
			return &subject.Observation{ID: q.ID, Kind: subject.Unsupported, Message: "not in this release"}
		}),
	},
	{
		Name: "error-all", About: "has a fault of its own at every question",
		Serve: answering("error-all", func(q *subject.SignQuestion) *subject.Observation {
			return &subject.Observation{ID: q.ID, Kind: subject.AdapterError, Message: "not configured"}
		}),
	},
}

func claiming(value func(q *subject.SignQuestion) string) func(q *subject.SignQuestion) *subject.Observation {
	return func(q *subject.SignQuestion) *subject.Observation {
		return &subject.Observation{ID: q.ID, Kind: subject.Answered, Stages: []subject.StageSeen{
			{Stage: signature.SignatureValue, Value: wire.Bytes(value(q))},
		}}
	}
}

// acceptAll gives the form of a signature: 64 hexadecimal digits in V4, the
// Base64 of 20 bytes before.
func acceptAll(q *subject.SignQuestion) *subject.Observation {
	shape := "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
	if profile, err := signature.Lookup(q.Scheme, q.Carrier); err == nil && profile.Names.Terminator != "" {
		shape = fmt.Sprintf("%064x", 1)
	}
	o := claiming(func(*subject.SignQuestion) string { return shape })(q)
	o.Request = q.Input.Request
	return o
}
