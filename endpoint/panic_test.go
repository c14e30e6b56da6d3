package endpoint

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestAPanicIsAnsweredAndToldAndTheOthersAreServed(t *testing.T) {
	var mu sync.Mutex
	var told []Exchange
	s := serve(t, ServerOptions{
		Backend: backend(func(task *Task) Response {
			if task.Key() == "broken" {
				panic("the backend is broken")
			}
			return task.Accept(Success{})
		}),
		Log: func(x Exchange) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, x)
		},
	})
	for _, p := range []*signature.Profile{signature.OSSV4Header, signature.OBSV2Header} {
		for _, c := range []struct {
			key    string
			status int
		}{{"/broken", 500}, {"/k", 200}, {"/broken", 500}} {
			r, err := Send(context.Background(), s.Addr(), sign(t, p, request(p, "GET", c.key, "")))
			if err != nil || r.Status != c.status || c.status == 500 && !strings.Contains(r.Body, "<Code>InternalError</Code>") {
				t.Errorf("%s: %+v %v", c.key, r, err)
			}
		}
	}
	s.Close()
	bugs := 0
	for _, x := range told {
		var bug *Panic
		if !errors.As(x.Err, &bug) {
			continue
		}
		bugs++
		if x.Status != 500 || x.Code != "InternalError" || x.Verification == nil || bug.Value != "the backend is broken" || !strings.Contains(string(bug.Stack), "panic_test.go") {
			t.Errorf("%+v\n%s", x, bug.Stack)
		}
	}
	if len(told) != 6 || bugs != 4 {
		t.Errorf("%d exchanges, %d of them bugs", len(told), bugs)
	}
}

// A lease has no backend, but a verifier.
func TestAPanicInALeaseIsRecorded(t *testing.T) {
	broken := &signature.Verifier{Secret: func(string) (signature.Credentials, bool) { panic("the keys are broken") }}
	l, err := NewPorts(Options{}).Lease(context.Background(), LeaseOptions{Verifier: broken})
	if err != nil {
		t.Fatal(err)
	}
	p := signature.OSSV1Header
	for range 2 {
		if r, err := Send(context.Background(), l.Addr(), sign(t, p, request(p, "PUT", "/k", "body", wire.Header{Name: "Content-Length", Value: "4"}))); err != nil || r.Status != 500 {
			t.Errorf("%+v %v", r, err)
		}
	}
	for _, x := range l.Close() {
		if bug := new(*Panic); !errors.As(x.Err, bug) || x.Request == nil || x.Request.Body != "body" || x.Status != 500 {
			t.Errorf("%+v", x)
		}
	}
}
