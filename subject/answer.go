package subject

import (
	"encoding/json"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// answerFields are the fields of an answer line by their exact names.
// Decoding into a struct would fold letter case, and take an SDK author's own
// field "URL" for "url".
type answerFields map[string]json.RawMessage

func brokenAnswer(rule, got string) error {
	return &wire.SyntaxError{Where: "answer", Rule: rule, Got: got}
}

// parseAnswer reads a line as far as needed to know which question it answers.
// On error the id is what can still be made out of it, or "".
func parseAnswer(line []byte) (fields answerFields, id string, err error) {
	jsonErr := json.Unmarshal(line, &fields)
	switch {
	case jsonErr != nil || fields == nil:
		return nil, findID(line), brokenAnswer("an answer is one JSON object on one line", string(line))
	case !utf8.Valid(line):
		return nil, findID(line), brokenAnswer("a line is UTF-8", string(line))
	case !fields.has("id"):
		return nil, "", brokenAnswer(`an answer has the "id" of its question`, string(line))
	}
	if err := json.Unmarshal(fields["id"], &id); err != nil || id == "" {
		return nil, "", brokenAnswer(`"id" is the string that stood in the question`, string(fields["id"]))
	}
	return fields, id, nil
}

// ParseAnswer reads a line with which an adapter answers a question of that
// mode. The error says which rule of the protocol the line breaks.
func ParseAnswer(line []byte, mode Mode) (*Observation, error) {
	fields, id, err := parseAnswer(line)
	if err != nil {
		return nil, err
	}
	o := &Observation{ID: id, Mode: mode}
	if err := fields.observe(o); err != nil {
		return nil, err
	}
	return o, nil
}

var idField = regexp.MustCompile(`"id"\s*:\s*("(?:[^"\\]|\\.)*")`)

// findID looks for an id in a line that is not JSON.
func findID(line []byte) string {
	var id string
	if m := idField.FindSubmatch(line); m != nil {
		_ = json.Unmarshal(m[1], &id) // no id then
	}
	return id
}

// has reports whether a field is there. Null is as good as missing: many JSON
// libraries write it for what is not set.
func (f answerFields) has(name string) bool {
	value, ok := f[name]
	return ok && string(value) != "null"
}

// text reads the member of an object as text; a missing member is "".
func (f answerFields) text(object, member string) (string, error) {
	var members answerFields
	var text string
	err := json.Unmarshal(f[object], &members)
	if err == nil && members.has(member) {
		err = json.Unmarshal(members[member], &text)
	}
	if err != nil {
		return "", brokenAnswer(fmt.Sprintf(`%q is {"class":"…","message":"…"} with text in it`, object), string(f[object]))
	}
	return text, nil
}

// observe fills o with what the answer says, or returns the rule it breaks.
// Fields the protocol does not know are ignored: authors of adapters add some
// for themselves.
func (f answerFields) observe(o *Observation) error {
	outcome := ""
	for _, name := range []string{"unsupported", "rejected", "error", "stages", "request", "url", "headers", "form", "status", "failure"} {
		switch {
		case !f.has(name):
		case outcome == "":
			outcome = name
		case outcome == "unsupported", outcome == "rejected", outcome == "error":
			return brokenAnswer(fmt.Sprintf("an answer is either a result, unsupported, rejected or error: this one has %q and %q", outcome, name), "")
		}
	}
	var err error
	switch outcome {
	case "":
		return brokenAnswer(`an answer has "stages", "request", "url" or "form", or "status" where a request was sent, or else "unsupported", "rejected" or "error": this one has none of them`, "")
	case "unsupported":
		o.Kind = Unsupported
		if json.Unmarshal(f["unsupported"], &o.Message) != nil || o.Message == "" {
			return brokenAnswer(`"unsupported" is the reason in words`, string(f["unsupported"]))
		}
	case "rejected":
		o.Kind = Rejected
		if o.Class, err = f.text("rejected", "class"); err == nil {
			o.Message, err = f.text("rejected", "message")
		}
	case "error":
		o.Kind = AdapterError
		o.Message, err = f.text("error", "message")
	default:
		o.Kind = Answered
		err = f.result(o)
	}
	return err
}

// result reads an answer with a result.
func (f answerFields) result(o *Observation) error {
	read := func(name, form string, into any) error {
		if !f.has(name) {
			return nil
		}
		if err := json.Unmarshal(f[name], into); err != nil {
			return brokenAnswer(fmt.Sprintf("%q is %s: %v", name, form, err), string(f[name]))
		}
		return nil
	}
	const pairs = "a list of [name, value]"
	for _, err := range []error{
		f.stages(o),
		read("request", `{"transport","method","target","headers","body"}`, &o.Request),
		read("url", "a byte string", &o.URL),
		read("headers", pairs, &o.Headers),
		read("form", pairs, &o.Form),
		read("status", "an HTTP status", &o.Status),
		read("failure", "text", &o.Failure),
	} {
		if err != nil {
			return err
		}
	}
	if r := o.Request; r != nil && (r.Method == "" || r.Target == "" || r.Transport != "http" && r.Transport != "https") {
		return brokenAnswer(`"request" has a method, a target, and "http" or "https" as transport`, string(f["request"]))
	}
	if f.has("status") && (o.Status < 100 || o.Status > 599) {
		return brokenAnswer(`"status" is an HTTP status, 100 to 599`, string(f["status"]))
	}
	if f.has("form") && len(o.Form) == 0 {
		return brokenAnswer(`"form" has the fields of the form`, string(f["form"]))
	}
	return o.checkResult()
}

// stages reads the stages into the order in which they are built. Stages the
// suite does not know are ignored like other unknown fields.
func (f answerFields) stages(o *Observation) error {
	if !f.has("stages") {
		return nil
	}
	var values answerFields
	if err := json.Unmarshal(f["stages"], &values); err != nil {
		return brokenAnswer(`"stages" is an object, the names of the stages its members`, string(f["stages"]))
	}
	for _, stage := range signature.Stages {
		if !values.has(string(stage)) {
			continue
		}
		var value wire.Bytes
		if err := json.Unmarshal(values[string(stage)], &value); err != nil {
			return brokenAnswer(fmt.Sprintf("stage %s: %v", stage, err), string(values[string(stage)]))
		}
		o.Stages = append(o.Stages, StageSeen{stage, value})
	}
	return nil
}

// checkResult reports what an answered observation lacks.
func (o *Observation) checkResult() error {
	switch _, signed := o.Stage(signature.SignatureValue); {
	case o.Mode == SignMode && !signed:
		return brokenAnswer(`an answer to sign has the stage "signature"`, "")
	case o.Mode == SendMode && o.Status == 0 && o.URL == "" && o.Form == nil:
		return brokenAnswer(`an answer to send has a "status", a "url" or a "form"`, "")
	}
	return nil
}

// Pairs returns names and values as an [Observation] holds them.
func Pairs(in [][2]string) [][2]wire.Bytes {
	var out [][2]wire.Bytes
	for _, pair := range in {
		out = append(out, [2]wire.Bytes{wire.Bytes(pair[0]), wire.Bytes(pair[1])})
	}
	return out
}

type answerMessage struct {
	ID          string           `json:"id"`
	Unsupported string           `json:"unsupported,omitempty"`
	Rejected    *rejectedMessage `json:"rejected,omitempty"`
	Error       *errorMessage    `json:"error,omitempty"`
	Stages      stagesMessage    `json:"stages,omitempty"`
	Request     *wire.Request    `json:"request,omitempty"`
	URL         wire.Bytes       `json:"url,omitempty"`
	Headers     [][2]wire.Bytes  `json:"headers,omitempty"`
	Form        [][2]wire.Bytes  `json:"form,omitempty"`
	Status      int              `json:"status,omitempty"`
	Failure     string           `json:"failure,omitempty"`
}

type rejectedMessage struct {
	Class   string `json:"class,omitempty"`
	Message string `json:"message"`
}

type errorMessage struct {
	Message string `json:"message"`
}

// stagesMessage is an object on the wire, its members in the order given.
type stagesMessage []StageSeen

func (stages stagesMessage) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	for i, s := range stages {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(wire.AppendJSON(out, string(s.Stage)), ':')
		out = wire.AppendJSON(out, string(s.Value))
	}
	return append(out, '}'), nil
}

// AppendAnswer appends what an adapter answers when o is what came of a
// question, line break included. A kind that an adapter cannot say of itself
// becomes an error answer.
func AppendAnswer(dst []byte, o *Observation) []byte {
	m := answerMessage{ID: o.ID}
	switch o.Kind {
	case Answered:
		m.Stages, m.Request, m.URL, m.Status = o.Stages, o.Request, o.URL, o.Status
		m.Headers, m.Form, m.Failure = o.Headers, o.Form, o.Failure
	case Unsupported:
		m.Unsupported = o.Message
		if m.Unsupported == "" {
			m.Unsupported = "no reason given"
		}
	case Rejected:
		m.Rejected = &rejectedMessage{o.Class, o.Message}
	case AdapterError:
		m.Error = &errorMessage{o.Message}
	default:
		m.Error = &errorMessage{string(o.Kind) + ": " + o.Message}
	}
	return appendLine(dst, m)
}
