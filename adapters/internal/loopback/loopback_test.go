package loopback_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/adapters/internal/loopback"
	"github.com/countersign/countersign/subject"
)

func exchange(t *testing.T, ctx context.Context, connect string) *loopback.Exchange {
	t.Helper()
	x, err := loopback.New(ctx, connect)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

func TestEveryHostIsTheLoopbackAddress(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	var hosts []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.Host)
		w.Header().Set("Location", "http://elsewhere.example/")
		w.WriteHeader(http.StatusFound)
		fmt.Fprint(w, "found")
	}))
	defer server.Close()
	x := exchange(t, t.Context(), server.Listener.Addr().String())
	resp, err := x.Client.Get("http://bucket.oss-cn-hangzhou.aliyuncs.com/key")
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "found" {
		t.Errorf("body: got %q and error %v", body, err)
	}
	if len(hosts) != 1 || hosts[0] != "bucket.oss-cn-hangzhou.aliyuncs.com" {
		t.Errorf("requests for %q: want one, for the host that was asked for", hosts)
	}
	a, err := x.Answer(errors.New("the SDK's opinion of a redirect"))
	if err != nil || a.Status != http.StatusFound || a.Failure != "the SDK's opinion of a redirect" {
		t.Errorf("answer %+v, error %v: want status 302, and the SDK's opinion", a, err)
	}
	if a, err := x.Answer(nil); err != nil || a.Failure != "" {
		t.Errorf("an SDK that is content: answer %+v, error %v", a, err)
	}
}

func TestOtherAddressesAreRefused(t *testing.T) {
	for _, connect := range []string{"", "127.0.0.1", "localhost:80", "192.0.2.1:80", "0.0.0.0:80"} {
		if _, err := loopback.New(t.Context(), connect); err == nil || !strings.Contains(err.Error(), "connect") {
			t.Errorf("connect %q: got error %v", connect, err)
		}
	}
}

func TestAnErrorBeforeDialingIsARejection(t *testing.T) {
	x := exchange(t, t.Context(), "127.0.0.1:1")
	var rejected *subject.RejectedError
	if _, err := x.Answer(errors.New("object name is empty")); !errors.As(err, &rejected) || rejected.Message != "object name is empty" {
		t.Errorf("got %v, want a RejectedError with the SDK's words", err)
	}
	if _, err := x.Answer(fmt.Errorf("%w: reason", subject.ErrUnsupported)); !errors.Is(err, subject.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
	if _, err := x.Answer(nil); err == nil || errors.As(err, &rejected) {
		t.Errorf("success without a request: got %v, want a fault", err)
	}
}

func TestAnErrorOfTheConnectionIsAFault(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	x := exchange(t, t.Context(), listener.Addr().String())
	_, sent := x.Client.Get("http://bucket.example/")
	var rejected *subject.RejectedError
	if _, err := x.Answer(sent); err == nil || errors.As(err, &rejected) {
		t.Errorf("got %v, want the error of the connection", err)
	}
}

func TestTheContextEndsACallThatTakesNone(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // connections wait here, nobody answers
	ctx, cancel := context.WithCancel(t.Context())
	x := exchange(t, ctx, listener.Addr().String())
	failed := make(chan error, 1)
	go func() {
		_, err := x.Client.Get("http://bucket.example/")
		failed <- err
	}()
	time.AfterFunc(50*time.Millisecond, cancel)
	select {
	case err := <-failed:
		if err == nil {
			t.Error("the call ended without an error")
		}
	case <-time.After(time.Minute):
		t.Error("the call outlives the context")
	}
}
