package proxy

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
)

func TestAPanicIsAnsweredAndToldAndTheOthersAreServed(t *testing.T) {
	broken := &signature.Verifier{Secret: func(id string) (signature.Credentials, bool) {
		if id != credentials.AccessKeyID {
			panic("the keys are broken")
		}
		return credentials, true
	}}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }))
	defer upstream.Close()
	for _, forward := range []bool{false, true} {
		p := start(t, Options{Verifier: broken, Forward: forward})
		p.toward = strings.TrimPrefix(upstream.URL, "http://")
		for _, c := range []struct {
			id               string
			answers, forward int
		}{{"other", 500, 204}, {credentials.AccessKeyID, 200, 204}, {"other", 500, 204}} {
			req := signed(t, "GET", "http://"+ossHost+"/k")
			for i, h := range req.Headers {
				req.Headers[i].Value = strings.Replace(h.Value, credentials.AccessKeyID, c.id, 1)
			}
			want := c.answers
			if forward { // the server had answered before the request was judged
				want = c.forward
			}
			if r, err := endpoint.Send(t.Context(), p.Addr().String(), req); err != nil || r.Status != want {
				t.Errorf("forward %v: %+v %v", forward, r, err)
			}
		}
		p.Close()
		if len(p.log.all) != 3 {
			t.Fatalf("%d exchanges", len(p.log.all))
		}
		for _, x := range p.log.all {
			var bug *endpoint.Panic
			if found := errors.As(x.Err, &bug); found != (x.ID != "2") || found && (bug.Value != "the keys are broken" || x.Status == 0) {
				t.Errorf("forward %v: %+v", forward, x)
			}
		}
	}
}
