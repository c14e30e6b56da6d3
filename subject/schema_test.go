package subject_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("schema/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, line []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func sendQuestion() *subject.SendQuestion {
	return &subject.SendQuestion{
		ID: "q1", Scheme: "oss-v1", Carrier: signature.InHeader, Connect: "127.0.0.1:41234", Endpoint: "http://oss-cn-hangzhou.aliyuncs.com",
		Operation: &vectors.Operation{
			Name: "PutObject", Bucket: "b", Key: "k\xff", Body: "x", CopySource: "b/k", UploadID: "u", PartNumber: 2, Expires: 60,
			Headers: [][2]wire.Bytes{{"Content-Type", "text/plain"}}, Metadata: [][2]wire.Bytes{{"a", "\u00e9"}}, Query: [][2]wire.Bytes{{"acl", ""}},
		},
		Credentials: signature.Credentials{AccessKeyID: "AKID", AccessKeySecret: "se\xffcret", SecurityToken: "token"},
		Addressing:  signature.PathStyle, Region: "cn-hangzhou",
	}
}

func TestMessagesAreAsTheirPublishedSchemaSays(t *testing.T) {
	s := schema(t, "protocol.schema.json")
	caps := &subject.Capabilities{Identity: recordedHeader.Subject, Profiles: []string{"oss-v4/header"}, Operations: []string{"GetObject"}, Features: []string{"clock"}}
	messages := [][]byte{
		subject.AppendHello(nil, false), subject.AppendHello(nil, true), subject.AppendHelloAnswer(nil, caps),
		subject.AppendSign(nil, question("q1")), subject.AppendSend(nil, sendQuestion()),
	}
	for _, o := range recorded {
		messages = append(messages, subject.AppendAnswer(nil, o))
	}
	for _, line := range messages {
		if err := validate(t, s, line); err != nil {
			t.Errorf("%s\n%v", line, err)
		}
	}
	for _, line := range []string{
		`{}`, `{"id":"a"}`, `{"id":"a","stages":{"stringToSign":"x"}}`, `{"id":"a","unsupported":""}`, `{"id":"a","unsupported":"x","status":200}`,
		`{"id":"a","status":99}`, `{"id":"a","rejected":{},"error":{}}`, `{"type":"hello","protocol":2}`, `{"type":"hello","protocol":1,"adapter":{"name":"a"},"schemes":["a/b"]}`,
		`{"type":"sign","id":"a","scheme":"oss-v4","carrier":"header"}`,
	} {
		if validate(t, s, []byte(line)) == nil {
			t.Errorf("%s is taken for a message", line)
		}
	}
}

func TestRecordingsAreAsTheirPublishedSchemaSays(t *testing.T) {
	s := schema(t, "observation.schema.json")
	for line := range bytes.Lines(record(t, recorded)) {
		if err := validate(t, s, line); err != nil {
			t.Errorf("%s\n%v", line, err)
		}
	}
	for _, line := range []string{`{}`, `{"id":"a","mode":"sign","kind":"passed"}`, `{"id":"a","mode":"sign","kind":"answered","verdict":"pass"}`, `{"type":"end"}`} {
		if validate(t, s, []byte(line)) == nil {
			t.Errorf("%s is taken for a line of a recording", line)
		}
	}
}

func TestQuestionsAreReadBackAsTheyWereAsked(t *testing.T) {
	sign := question("q1")
	sign.Input.Key, sign.Input.Credentials.AccessKeySecret = "\xff", "\xfe<&>"
	q, err := subject.ParseQuestion(bytes.TrimSpace(subject.AppendSign(nil, sign)))
	if err != nil || q.Type != "sign" || q.ID != "q1" || q.Sign == nil || q.Send != nil {
		t.Fatalf("%+v, %v", q, err)
	}
	equal(t, q.Sign, sign)

	send := sendQuestion()
	q, err = subject.ParseQuestion(bytes.TrimSpace(subject.AppendSend(nil, send)))
	if err != nil || q.Type != "send" || q.ID != "q1" || q.Send == nil || q.Sign != nil {
		t.Fatalf("%+v, %v", q, err)
	}
	equal(t, q.Send, send)

	if q, err := subject.ParseQuestion(bytes.TrimSpace(subject.AppendHello(nil, false))); err != nil || !q.Hello {
		t.Errorf("%+v, %v", q, err)
	}
}

func TestQuestionsThatCannotBeAnsweredAreErrors(t *testing.T) {
	for line, want := range map[string]string{
		`x`:                        "one JSON object a line",
		`{"type":"sign"}`:          "input with its request is missing",
		`{"type":"sing"}`:          `question of type "sing": id is missing`,
		`{"type":"send","id":"a"}`: "operation or connect is missing",
		`{"type":"sign","id":"a","input":{"request":{"target":"\ud800"}}}`: "lone surrogate",
	} {
		q, err := subject.ParseQuestion([]byte(line))
		if !contains(err, want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
		if strings.Contains(line, `"id":"a"`) && q.ID != "a" {
			t.Errorf("%s: the id is lost", line)
		}
	}
	if q, err := subject.ParseQuestion([]byte(`{"type":"verify","id":"a"}`)); err != nil || q.ID != "a" || q.Sign != nil || q.Send != nil {
		t.Errorf("a type this version does not know: %+v, %v", q, err)
	}
}
