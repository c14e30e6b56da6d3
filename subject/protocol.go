package subject

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// The protocol between the suite and an adapter: one JSON object a line, over
// the standard streams of the adapter. Its schema is published in
// subject/schema/protocol.schema.json.

// Protocol is the version of the protocol that this package speaks.
const Protocol = 1

// MaxLine is the size limit of one line, in bytes without its line break.
const MaxLine = 8 << 20

type helloMessage struct {
	Type       string    `json:"type"`
	Protocol   int       `json:"protocol"`
	Adapter    *Identity `json:"adapter,omitempty"`
	Schemes    []string  `json:"schemes,omitempty"`
	Operations []string  `json:"operations,omitempty"`
	Features   []string  `json:"features,omitempty"`
}

type signMessage struct {
	Type    string            `json:"type"`
	ID      string            `json:"id"`
	Scheme  string            `json:"scheme"`
	Carrier signature.Carrier `json:"carrier"`
	Input   *signature.Input  `json:"input"`
}

type sendMessage struct {
	Type        string               `json:"type"`
	ID          string               `json:"id"`
	Scheme      string               `json:"scheme"`
	Carrier     signature.Carrier    `json:"carrier"`
	Connect     string               `json:"connect"`
	Endpoint    string               `json:"endpoint"`
	Operation   *vectors.Operation   `json:"operation"`
	Credentials credentialsMessage   `json:"credentials"`
	Addressing  signature.Addressing `json:"addressing"`
	Region      string               `json:"region,omitempty"`
}

type credentialsMessage struct {
	AccessKeyID     wire.Bytes `json:"accessKeyId"`
	AccessKeySecret wire.Bytes `json:"accessKeySecret"`
	SecurityToken   wire.Bytes `json:"securityToken,omitempty"`
}

// AppendHello appends the question that opens a conversation, line break
// included. With hold the adapter may hold answers back while it has further
// questions at hand, and write them together.
func AppendHello(dst []byte, hold bool) []byte {
	dst = fmt.Appendf(dst, `{"type":"hello","protocol":%d`, Protocol)
	if hold {
		dst = append(dst, `,"hold":true`...)
	}
	return append(dst, "}\n"...)
}

// AppendHelloAnswer appends an adapter's answer to hello, line break included.
func AppendHelloAnswer(dst []byte, caps *Capabilities) []byte {
	return appendLine(dst, helloMessage{
		Type: "hello", Protocol: Protocol, Adapter: &caps.Identity,
		Schemes: caps.Profiles, Operations: caps.Operations, Features: caps.Features,
	})
}

// AppendSign appends a sign question, line break included.
func AppendSign(dst []byte, q *SignQuestion) []byte {
	dst = wire.AppendJSON(append(dst, `{"type":"sign","id":`...), q.ID)
	dst = wire.AppendJSON(append(dst, `,"scheme":`...), q.Scheme)
	dst = wire.AppendJSON(append(dst, `,"carrier":`...), string(q.Carrier))
	dst = append(dst, `,"input":`...)
	if q.Input == nil {
		return append(dst, "null}\n"...)
	}
	return append(q.Input.AppendJSON(dst), "}\n"...)
}

// AppendSend appends a send question, line break included.
func AppendSend(dst []byte, q *SendQuestion) []byte {
	return appendLine(dst, sendMessage{
		Type: "send", ID: q.ID, Scheme: q.Scheme, Carrier: q.Carrier, Connect: q.Connect, Endpoint: q.Endpoint,
		Operation: q.Operation, Addressing: q.Addressing, Region: q.Region,
		Credentials: credentialsMessage{
			wire.Bytes(q.Credentials.AccessKeyID), wire.Bytes(q.Credentials.AccessKeySecret), wire.Bytes(q.Credentials.SecurityToken),
		},
	})
}

// appendLine appends a message and a line break. The messages are made of
// types that always have a JSON form, so an error is a bug of this package.
func appendLine(dst []byte, message any) []byte {
	line, err := json.Marshal(message)
	if err != nil {
		panic(fmt.Sprintf("subject: %T has no JSON form: %v", message, err))
	}
	return append(append(dst, line...), '\n')
}

// needsBytes reports whether a line holds a byte string in its hexadecimal
// form, which only an adapter with the feature "bytes" is sent. Inside a JSON
// string the quotes would be escaped, so nothing else looks like it.
func needsBytes(line []byte) bool { return bytes.Contains(line, []byte(`{"hex":"`)) }

// Question is what an adapter is asked: one of Hello, Sign and Send is set,
// or none of them for a Type this version of the protocol does not know.
type Question struct {
	Type  string
	ID    string // "" for hello
	Hello bool
	Sign  *SignQuestion
	Send  *SendQuestion
}

// ParseQuestion reads a line that an adapter is sent. On error the question
// holds the id, if there is one, so that it can be answered.
func ParseQuestion(line []byte) (Question, error) {
	var head struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return Question{}, fmt.Errorf("a question is one JSON object a line: %w", err)
	}
	q := Question{Type: head.Type, ID: head.ID}
	switch head.Type {
	case "hello":
		q.Hello = true
		return q, nil
	case "sign":
		var m signMessage
		if err := json.Unmarshal(line, &m); err != nil {
			return q, fmt.Errorf("sign question: %w", err)
		}
		if m.Input == nil || m.Input.Request == nil {
			return q, errors.New("sign question: input with its request is missing")
		}
		q.Sign = &SignQuestion{m.ID, m.Scheme, m.Carrier, m.Input}
	case "send":
		var m sendMessage
		if err := json.Unmarshal(line, &m); err != nil {
			return q, fmt.Errorf("send question: %w", err)
		}
		if m.Operation == nil || m.Connect == "" {
			return q, errors.New("send question: operation or connect is missing")
		}
		q.Send = &SendQuestion{
			ID: m.ID, Scheme: m.Scheme, Carrier: m.Carrier, Connect: m.Connect, Endpoint: m.Endpoint,
			Operation: m.Operation, Addressing: m.Addressing, Region: m.Region,
			Credentials: signature.Credentials{
				AccessKeyID:     string(m.Credentials.AccessKeyID),
				AccessKeySecret: string(m.Credentials.AccessKeySecret),
				SecurityToken:   string(m.Credentials.SecurityToken),
			},
		}
	}
	if head.ID == "" {
		return q, fmt.Errorf("question of type %q: id is missing", head.Type)
	}
	return q, nil
}

// ParseHello reads an adapter's answer to hello.
func ParseHello(line []byte) (*Capabilities, error) {
	broken := func(rule, got string) error { return &wire.SyntaxError{Where: "answer to hello", Rule: rule, Got: got} }
	if !utf8.Valid(line) {
		return nil, broken("a line is UTF-8", string(line))
	}
	var m helloMessage
	if err := json.Unmarshal(line, &m); err != nil || m.Type != "hello" {
		return nil, broken(`the first line an adapter writes is {"type":"hello","protocol":1,"adapter":{…},"schemes":[…]} (its log belongs on standard error)`, string(line))
	}
	switch {
	case m.Protocol != Protocol:
		return nil, fmt.Errorf("the adapter speaks protocol %d and this suite protocol %d: use an adapter and a suite of the same generation", m.Protocol, Protocol)
	case m.Adapter == nil || m.Adapter.Name == "" || m.Adapter.Version == "":
		return nil, broken(`hello names what is under test: "adapter":{"name":…,"version":…}`, string(line))
	case len(m.Schemes) == 0:
		return nil, broken(`hello names what the adapter offers: "schemes":["oss-v4/header",…]`, string(line))
	}
	for i, profile := range m.Schemes {
		scheme, carrier, ok := strings.Cut(profile, "/")
		if !ok || scheme == "" || carrier == "" || strings.Contains(carrier, "/") {
			return nil, broken("each of schemes is a scheme and a carrier, such as oss-v4/header", profile)
		}
		if slices.Contains(m.Schemes[:i], profile) {
			return nil, broken("each of schemes stands there once", profile)
		}
	}
	return &Capabilities{Identity: *m.Adapter, Profiles: m.Schemes, Operations: m.Operations, Features: m.Features}, nil
}
