package subject

import (
	"reflect"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// readAnswer reads a line as the answer to a question of that mode.
func readAnswer(line string, mode Mode) (*Observation, error) {
	return ParseAnswer([]byte(line), mode)
}

func TestAnswersAreReadByTheProtocolsNames(t *testing.T) {
	for _, test := range []struct {
		line string
		mode Mode
		want Observation
	}{
		{`{"id":"a","stages":{"signature":"s=","stringToSign":"GET\n\u00e9"}}`, SignMode,
			Observation{Kind: Answered, Stages: []StageSeen{{signature.StringToSign, "GET\n\u00e9"}, {signature.SignatureValue, "s="}}}},
		{`{"id":"a","stages":{"signature":{"hex":"ff"},"other":1},"url":"http://h/%2F","headers":[["A","b"]]}`, SignMode,
			Observation{Kind: Answered, Stages: []StageSeen{{signature.SignatureValue, "\xff"}}, URL: "http://h/%2F", Headers: [][2]wire.Bytes{{"A", "b"}}}},
		{`{"id":"a","stages":{"signature":""},"request":{"transport":"http","method":"GET","target":"/","headers":[["a","1"],["A","2"]]}}`, SignMode,
			Observation{Kind: Answered, Stages: []StageSeen{{signature.SignatureValue, ""}},
				Request: &wire.Request{Transport: "http", Method: "GET", Target: "/", Headers: []wire.Header{{Name: "a", Value: "1"}, {Name: "A", Value: "2"}}}}},
		{`{"id":"a","status":403}`, SendMode, Observation{Kind: Answered, Status: 403}},
		{`{"id":"a","status":200,"failure":"no XML"}`, SendMode, Observation{Kind: Answered, Status: 200, Failure: "no XML"}},
		{`{"id":"a","form":[["key","v"]],"STATUS":"ignored","Error":"ignored"}`, SendMode, Observation{Kind: Answered, Form: [][2]wire.Bytes{{"key", "v"}}}},
		{`{"id":"a","unsupported":"no form"}`, SendMode, Observation{Kind: Unsupported, Message: "no form"}},
		{`{"id":"a","rejected":{"class":"bad-key","message":"empty"},"stages":null}`, SignMode, Observation{Kind: Rejected, Class: "bad-key", Message: "empty"}},
		{`{"id":"a","error":{"message":"boom","stack":["x"]}}`, SignMode, Observation{Kind: AdapterError, Message: "boom"}},
	} {
		test.want.ID, test.want.Mode = "a", test.mode
		o, err := readAnswer(test.line, test.mode)
		if err != nil || !reflect.DeepEqual(*o, test.want) {
			t.Errorf("%s\n got %+v, %v\nwant %+v", test.line, o, err, test.want)
		}
	}
}

func TestAnswersThatBreakTheProtocolNameTheRule(t *testing.T) {
	for _, test := range []struct {
		line string
		mode Mode
		want string
	}{
		{`{"id":"a"}`, SignMode, "this one has none of them"},
		{`{"id":"a","status":200}`, SignMode, `has the stage "signature"`},
		{`{"id":"a","stages":{"signature":null}}`, SignMode, `has the stage "signature"`},
		{`{"id":"a","stages":{"signature":"s"}}`, SendMode, `has a "status", a "url" or a "form"`},
		{`{"id":"a","stages":["signature"]}`, SignMode, `"stages" is an object`},
		{`{"id":"a","stages":{"signature":7}}`, SignMode, `stage signature: byte string: want a JSON string or {"hex":"…"}`},
		{`{"id":"a","failure":"no XML"}`, SendMode, `has a "status", a "url" or a "form"`},
		{`{"id":"a","status":200,"failure":1}`, SendMode, `"failure" is text`},
		{`{"id":"a","status":"200"}`, SendMode, `"status" is an HTTP status`},
		{`{"id":"a","status":0}`, SendMode, `"status" is an HTTP status, 100 to 599, got "0"`},
		{`{"id":"a","url":{"hex":"f"}}`, SendMode, `"url" is a byte string: byte string: hex`},
		{`{"id":"a","form":[]}`, SendMode, `"form" has the fields`},
		{`{"id":"a","form":{"key":"v"}}`, SendMode, `"form" is a list of [name, value]`},
		{`{"id":"a","stages":{"signature":"s"},"request":{"method":"GET"}}`, SignMode, `"request" has a method, a target`},
		{`{"id":"a","unsupported":true}`, SignMode, `"unsupported" is the reason in words, got "true"`},
		{`{"id":"a","unsupported":""}`, SignMode, `"unsupported" is the reason in words`},
		{`{"id":"a","rejected":"no"}`, SignMode, `"rejected" is {"class":"…","message":"…"}`},
		{`{"id":"a","error":"no"}`, SignMode, `"error" is {"class":"…","message":"…"}`},
		{`{"id":"a","error":{"message":5}}`, SignMode, `"error" is {"class":"…","message":"…"}`},
		{`{"id":"a","rejected":{"message":"x"},"error":{"message":"x"}}`, SignMode, `this one has "rejected" and "error"`},
		{`{"id":"a","rejected":{"message":"x"},"status":200}`, SendMode, `this one has "rejected" and "status"`},
		{`{"id":"a","status":200} {"id":"b"}`, SendMode, "one JSON object on one line"},
		{`{"id":""}`, SendMode, `"id" is the string that stood in the question`},
		{`"` + strings.Repeat("long ", 100), SendMode, `long long`},
	} {
		if _, err := readAnswer(test.line, test.mode); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s\n got error %v\nwant %s", test.line, err, test.want)
		} else if len(err.Error()) > 300 {
			t.Errorf("%.60s…: the error has %d bytes: its quote is not shortened", test.line, len(err.Error()))
		}
	}
}
