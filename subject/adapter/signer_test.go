package adapter_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

func TestAHandlerOfSignQuestionsIsASignerInProcess(t *testing.T) {
	for want, handler := range map[subject.Kind]adapter.Signer{
		subject.Answered: func(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
			a := adapter.Signature(q.Scheme + "/" + string(q.Carrier))
			a.URL = "https://b.example/" + q.Input.Key
			return a, nil
		},
		subject.Unsupported: func(context.Context, *subject.SignQuestion) (*adapter.Answer, error) {
			return nil, fmt.Errorf("%w: no", subject.ErrUnsupported)
		},
		subject.AdapterError: func(context.Context, *subject.SignQuestion) (*adapter.Answer, error) { return nil, nil },
	} {
		s := subject.InProcess(subject.Identity{Name: "x", Version: "1"}, []string{"oss-v1/query"}, handler)
		o := s.Sign(t.Context(), &subject.SignQuestion{ID: "q", Scheme: "oss-v1", Carrier: signature.InQuery, Input: &signature.Input{Key: "k"}})
		if o.Kind != want {
			t.Errorf("%+v, want %s", o, want)
		}
		if value, _ := o.Stage(signature.SignatureValue); want == subject.Answered && (value != "oss-v1/query" || o.URL != "https://b.example/k") {
			t.Errorf("%+v", o)
		}
	}
}
