package adapter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func signLine(id string) string {
	return string(subject.AppendSign(nil, &subject.SignQuestion{
		ID: id, Scheme: "oss-v4", Carrier: signature.InHeader,
		Input: &signature.Input{Request: &wire.Request{Transport: "http", Method: "GET", Target: "/"}},
	}))
}

func sendLine(id string) string {
	return string(subject.AppendSend(nil, &subject.SendQuestion{ID: id, Scheme: "oss-v4", Carrier: signature.InHeader, Connect: "127.0.0.1:1", Operation: &vectors.Operation{Name: "GetObject"}}))
}

// serve returns the lines that the adapter answers, by id; hello has none.
func serve(t *testing.T, a *adapter.Adapter, in string) map[string]string {
	t.Helper()
	var out bytes.Buffer
	if err := a.Serve(t.Context(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	answers := make(map[string]string)
	for line := range strings.Lines(out.String()) {
		var head struct{ ID string }
		if err := json.Unmarshal([]byte(line), &head); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if answers[head.ID] != "" {
			t.Errorf("%q is answered twice", head.ID)
		}
		answers[head.ID] = strings.TrimSuffix(line, "\n")
	}
	return answers
}

func TestServeAnswersEachQuestionOnce(t *testing.T) {
	a := &adapter.Adapter{
		Identity: subject.Identity{Name: "sdk", Version: "1.2"},
		Profiles: []string{"oss-v4/header"}, Operations: []string{"GetObject"}, Features: []string{"clock"},
		Sign: func(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
			switch q.ID {
			case "unsupported":
				return nil, fmt.Errorf("%w: no <form>", subject.ErrUnsupported)
			case "unsupported, no reason":
				return nil, subject.ErrUnsupported
			case "rejected":
				return nil, &subject.RejectedError{Class: "bad-key", Message: "empty"}
			case "error":
				return nil, errors.New("boom")
			case "panic":
				panic(io.ErrShortWrite)
			case "nothing":
				return nil, nil
			case "all":
				a := adapter.Signature("s=").With(signature.StringToSign, "GET\n\xff")
				a.Request = &wire.Request{Transport: "http", Method: "GET", Target: "/", Headers: []wire.Header{{Name: "a", Value: "b"}}}
				a.URL, a.Form = "http://h/\u00e9", [][2]string{{"key", "\xff"}}
				return a, nil
			}
			return adapter.Signature(q.ID), nil
		},
		Send: func(_ context.Context, q *subject.SendQuestion) (*adapter.Answer, error) {
			if q.ID == "presigned" {
				return &adapter.Answer{URL: "http://h/", Headers: [][2]string{{"Content-Type", "text/plain"}}}, nil
			}
			return &adapter.Answer{Status: 200}, nil
		},
	}
	want := map[string]string{
		"":                       `{"type":"hello","protocol":1,"adapter":{"name":"sdk","version":"1.2"},"schemes":["oss-v4/header"],"operations":["GetObject"],"features":["sign","clock"]}`,
		"plain":                  `{"id":"plain","stages":{"signature":"plain"}}`,
		"unsupported":            `{"id":"unsupported","unsupported":"no \u003cform\u003e"}`,
		"unsupported, no reason": `{"id":"unsupported, no reason","unsupported":"unsupported"}`,
		"rejected":               `{"id":"rejected","rejected":{"class":"bad-key","message":"empty"}}`,
		"error":                  `{"id":"error","error":{"message":"boom"}}`,
		"panic":                  `{"id":"panic","error":{"message":"panic: short write"}}`,
		"nothing":                `{"id":"nothing","error":{"message":"the handler returned neither an answer nor an error"}}`,
		"all":                    `{"id":"all","stages":{"signature":"s=","stringToSign":{"hex":"4745540aff"}},"request":{"transport":"http","method":"GET","target":"/","headers":[["a","b"]],"body":""},"url":"http://h/\u00e9","form":[["key",{"hex":"ff"}]]}`,
		"sent":                   `{"id":"sent","status":200}`,
		"presigned":              `{"id":"presigned","url":"http://h/","headers":[["Content-Type","text/plain"]]}`,
		"broken":                 `{"id":"broken","error":{"message":"sign question: input with its request is missing"}}`,
		"other profile":          `{"id":"other profile","unsupported":"the SDK does not offer oss-v4/query"}`,
		"new":                    `{"id":"new","unsupported":"questions of type \"verify\""}`,
	}
	in := string(subject.AppendHello(nil, false)) + "\n" + `{"type":"sign","id":"broken"}` + "\r\n" + `{"type":"verify","id":"new"}` + "\n" +
		strings.Replace(signLine("other profile"), "header", "query", 1) + sendLine("sent") + sendLine("presigned")
	for _, id := range []string{"unsupported", "unsupported, no reason", "rejected", "error", "panic", "nothing", "all", "plain"} {
		in += signLine(id)
	}
	got := serve(t, a, strings.TrimSuffix(in, "\n"))
	for id, line := range want {
		if got[id] != line {
			t.Errorf("%q is answered\n%s, want\n%s", id, got[id], line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d answers, want %d", len(got), len(want))
	}
}

func TestServeSaysUnsupportedForWhatHasNoHandler(t *testing.T) {
	got := serve(t, &adapter.Adapter{Identity: subject.Identity{Name: "x", Version: "1"}}, string(subject.AppendHello(nil, false))+signLine("a")+sendLine("b"))
	if !strings.Contains(got["a"], `"unsupported":"this adapter does not sign`) || !strings.Contains(got["b"], `"unsupported":"this adapter does not send"`) {
		t.Errorf("answers are %v", got)
	}
	if strings.Contains(got[""], "sign") {
		t.Errorf("hello is %s", got[""])
	}
}

func TestServeHandlesAsManyQuestionsAtATimeAsAllowed(t *testing.T) {
	for _, parallel := range []int{1, 4} {
		var now, most atomic.Int32
		a := &adapter.Adapter{Profiles: []string{"oss-v4/header"}, Parallel: parallel, Sign: func(context.Context, *subject.SignQuestion) (*adapter.Answer, error) {
			n := now.Add(1)
			for { // the others may be slow to come; who comes beyond them is not
				if seen := most.Load(); n <= seen || most.CompareAndSwap(seen, n) {
					break
				}
			}
			for deadline := time.Now().Add(time.Minute); most.Load() < int32(parallel) && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(20 * time.Millisecond)
			now.Add(-1)
			return adapter.Signature("s"), nil
		}}
		var in string
		for i := range 12 {
			in += signLine(fmt.Sprint(i))
		}
		if got := serve(t, a, in); len(got) != 12 {
			t.Errorf("%d answers, want 12", len(got))
		}
		if int(most.Load()) != parallel {
			t.Errorf("%d at a time, want %d", most.Load(), parallel)
		}
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, question := io.Pipe()
	defer question.Close()
	handler := make(chan struct{})
	a := &adapter.Adapter{Profiles: []string{"oss-v4/header"}, Sign: func(context.Context, *subject.SignQuestion) (*adapter.Answer, error) {
		cancel()
		<-handler // and does not heed its context
		return adapter.Signature("s"), nil
	}}
	defer close(handler)
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, in, io.Discard) }()
	if _, err := io.WriteString(question, signLine("a")); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("Serve goes on")
	}
}

func TestServeReportsWhatItCannotReadOrWrite(t *testing.T) {
	a := &adapter.Adapter{Sign: func(context.Context, *subject.SignQuestion) (*adapter.Answer, error) {
		return adapter.Signature("s"), nil
	}}
	if err := a.Serve(t.Context(), strings.NewReader("nonsense\n"), io.Discard); err == nil || !strings.Contains(err.Error(), "a question is one JSON object a line") {
		t.Errorf("no question: %v", err)
	}
	if err := a.Serve(t.Context(), strings.NewReader(strings.Repeat("x", subject.MaxLine+3)), io.Discard); !errors.Is(err, subject.ErrLineTooLong) {
		t.Errorf("long line: %v", err)
	}
	if err := a.Serve(t.Context(), strings.NewReader(strings.Repeat(signLine("a"), 100)), broken{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("broken output: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
