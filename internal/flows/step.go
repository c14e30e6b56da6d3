package flows

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// credentials of all flows.
var credentials = signature.Credentials{AccessKeyID: "LTAI5tExampleKeyId", AccessKeySecret: "ExampleSecretForVectorsOnly01"}

// taken is a step that was taken, or left out.
type taken struct {
	leftOut     string
	verdict     reports.Result
	observation *subject.Observation
	answers     []noted // of the store
}

// take has the subject carry out a step and judges it.
func (c *course) take(ctx context.Context, id string, s *Step) *taken {
	if !c.offers(s.Operation.Name) {
		return &taken{leftOut: "the SDK does not declare the operation"}
	}
	asked := c.question(id, s)
	operation, _ := c.set.Operation(s.Operation.Name)
	scheme := c.profile.Scheme
	scene := asked.Scene(scheme)
	verifier := asked.Verifier(scheme)
	if c.reading != nil {
		verifier.Reading = c.reading.Apply
	}
	t := &taken{}
	t.observation = subject.Capture(ctx, c.subject, c.ports, verifier, &subject.SendQuestion{
		ID: id, Scheme: scheme, Carrier: c.profile.Carrier, Endpoint: scene.Endpoint, Operation: &asked.Operation,
		Credentials: asked.Credentials, Addressing: asked.Addressing, Region: scene.Region,
	}, operation.Method)
	t.answers = c.store.take(c.bucket)
	if t.observation.Kind == subject.Unsupported {
		t.leftOut = t.observation.Message
		return t
	}
	for _, a := range t.answers {
		for name, text := range read(a.Body).texts {
			c.texts[name] = text
		}
	}
	t.verdict = spec.Judge(c.set, &spec.Item{ID: id, Profile: c.profile, Operation: asked}, t.observation)
	if refusedBySuite(&t.verdict) {
		return t
	}
	switch what := c.judge(s, &asked.Operation, t); {
	case what == "":
		t.verdict.Outcome = reports.Pass
	case t.verdict.Outcome == reports.Pass:
		t.verdict.Outcome, t.verdict.Message = reports.Fail, what
	case t.verdict.Outcome == reports.Fail:
		t.verdict.Message += "; what comes of it: " + what
	}
	return t
}

// refusedBySuite reports whether a step has failed whatever came of it: its
// requests are not those of the SDK, not signed, or not as was asked. A request
// that says something else than its caller, and one that follows another reading
// of a contested rule, is judged by what comes of it.
func refusedBySuite(v *reports.Result) bool {
	switch v.Outcome {
	case reports.Pass, reports.Contested:
		return false
	case reports.Fail:
		return v.Stage != "" || slices.Contains([]string{"scheme", "carrier", "unsigned"}, v.Divergence)
	}
	return true
}

// question is a step as an operation vector.
func (c *course) question(id string, s *Step) *vectors.OperationCase {
	op := s.Operation
	op.Bucket = wire.Bytes(c.bucket)
	op.UploadID, op.CopySource = c.fill(op.UploadID), c.fill(op.CopySource)
	op.Query = slices.Clone(op.Query)
	for i := range op.Query {
		op.Query[i][1] = c.fill(op.Query[i][1])
	}
	return &vectors.OperationCase{
		ID: id, Title: c.flow.Title, Requirements: []string{"OP-SIGNATURE-01"}, Level: vectors.Must,
		Addressing: signature.VirtualHost, Credentials: credentials, Operation: op,
	}
}

// named is a place in an operation that is filled in. A dollar sign alone is one.
var named = regexp.MustCompile(`\$\{\w+\}`)

func (c *course) fill(text wire.Bytes) wire.Bytes {
	return wire.Bytes(named.ReplaceAllStringFunc(string(text), func(place string) string { return c.texts[place[2:len(place)-1]] }))
}

// judge says what is wrong with a step whose requests are right, "" if nothing
// is.
func (c *course) judge(s *Step, op *vectors.Operation, t *taken) string {
	status := t.status()
	success := status >= 200 && status < 300
	switch {
	case s.Status == 0 && !success:
		return fmt.Sprintf("the answer is %d; it should be a success", status)
	case s.Status != 0 && status != s.Status:
		return fmt.Sprintf("the answer is %d; it should be %d", status, s.Status)
	case success && t.observation.Failure != "":
		return "the SDK makes an error of a good answer"
	}
	if success {
		if what := c.judgeAnswer(s, op, t); what != "" {
			return what
		}
		c.model.apply(op)
	}
	return c.model.differs(c.store.Look(c.bucket))
}

// status is that of the last answer: the one the SDK tells, or that of what was
// sent for it.
func (t *taken) status() int {
	status := t.observation.Status
	for _, sent := range t.observation.Captured {
		if status == 0 || t.observation.Status == 0 && sent.Probe == "" {
			status = sent.Status
		}
	}
	return status
}

// judgeAnswer holds what the server told to what it must tell.
func (c *course) judgeAnswer(s *Step, op *vectors.Operation, t *taken) string {
	i := slices.IndexFunc(t.answers, func(a noted) bool { return a.operation == op.Name })
	if i < 0 {
		return fmt.Sprintf("the server did not take it for %s: it answered %s", op.Name, operations(t.answers))
	}
	answer := t.answers[len(t.answers)-1]
	want := c.model.objects[string(op.Key)].content
	switch op.Name {
	case "GetObject":
		if s.Content != nil {
			want = string(*s.Content)
		}
		if answer.Body != want {
			return fmt.Sprintf("the server gives %s; it should give %s", clip(answer.Body), clip(want))
		}
	case "HeadObject":
		if length, _ := answer.Header("Content-Length"); length != strconv.Itoa(len(want)) {
			return fmt.Sprintf("the server says the object has %q bytes; it has %d", length, len(want))
		}
	}
	if s.Lists == nil {
		return ""
	}
	got := read(answer.Body).Listing
	if !slices.Equal(got.Entries, s.Lists.Entries) || !slices.Equal(got.Prefixes, s.Lists.Prefixes) || got.More != s.Lists.More {
		return fmt.Sprintf("the list has %s; it should have %s", got.text(), s.Lists.text())
	}
	return ""
}

func operations(answers []noted) string {
	var names []string
	for _, a := range answers {
		names = append(names, cmp.Or(a.operation, "something that has no name"))
	}
	return cmp.Or(strings.Join(names, ", "), "nothing")
}

func (l *Listing) text() string {
	return fmt.Sprintf("the entries %q and the prefixes %q, more to come: %t", texts(l.Entries), texts(l.Prefixes), l.More)
}

func texts(list []wire.Bytes) []string {
	var out []string
	for _, b := range list {
		out = append(out, string(b))
	}
	return out
}

// account tells what went over the wire and what either side said, one line
// each.
func (t *taken) account() string {
	var b strings.Builder
	o := t.observation
	for _, sent := range o.Captured {
		if sent.Request == nil {
			fmt.Fprintf(&b, "\nrequest: not readable: %s", sent.Error)
			continue
		}
		fmt.Fprintf(&b, "\nrequest: %s %s at %s, answered %d", sent.Request.Method, sent.Request.Target, sent.Request.Host(), sent.Status)
	}
	for _, a := range t.answers {
		fmt.Fprintf(&b, "\nserver:  %s %d %s", a.operation, a.Status, clipped(a.Body, 400))
	}
	said := []string{string(o.Kind), strconv.Itoa(o.Status), o.Class, o.Message, o.Failure}
	fmt.Fprintf(&b, "\nSDK:     %s", strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" || s == "0" }), ", "))
	return b.String()
}

func clipped(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
