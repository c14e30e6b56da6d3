package localpage

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })

func listen(t *testing.T, page http.Handler) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", page, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// asked is the status of a request to a path; headers are name and value in
// turn, Host one of them.
func asked(t *testing.T, s *Server, path string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(s.URL(), "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func TestOnlyLoopbackIsListenedOnUnlessTold(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[fe80::1]:0"} {
		if _, err := Listen(address, hello, Options{}); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"localhost:0", ":0", "127.0.0.1", "nonsense", "127.0.0.1:70000"} {
		if _, err := Listen(address, hello, Options{AnyAddress: true}); err == nil || errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
	s, err := Listen("0.0.0.0:0", hello, Options{AnyAddress: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Loopback() || !listen(t, hello).Loopback() {
		t.Error("it does not know who can reach it")
	}
}

func TestAnAddressThatIsTakenIsSaid(t *testing.T) {
	s := listen(t, hello)
	if _, err := Listen(s.address.String(), hello, Options{}); err == nil || !strings.Contains(err.Error(), "page:") {
		t.Errorf("%v", err)
	}
}

// A name that somebody made to point here reaches the port, and no more.
func TestRequestsUnderAnotherNameAreRefused(t *testing.T) {
	s := listen(t, hello)
	_, port, _ := net.SplitHostPort(s.address.String())
	for host, status := range map[string]int{
		"127.0.0.1:" + port: 200, "localhost:" + port: 200, "LocalHost": 200, "[::1]:" + port: 200, "127.8.9.1": 200, "[::ffff:127.0.0.1]": 200,
		"rebound.example:" + port: 403, "localhost.example": 403, "127.0.0.1.example": 403, "192.0.2.7:" + port: 403, "[2001:db8::1]": 403,
	} {
		if res := asked(t, s, "/", "Host", host); res.StatusCode != status {
			t.Errorf("%s: %d, want %d", host, res.StatusCode, status)
		}
	}
	open := &Server{}
	for host, refused := range map[string]bool{"192.0.2.7": false, "rebound.example": true} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Host = host
		if why := open.foreign(req); (why != "") != refused {
			t.Errorf("where other machines are meant to reach it, %s: %q", host, why)
		}
	}
}

func TestOtherPagesCannotReadIt(t *testing.T) {
	s := listen(t, hello)
	own := strings.TrimSuffix(s.URL(), "/")
	for _, c := range []struct {
		path    string
		headers []string
		status  int
	}{
		{"/", []string{"Origin", own}, 200},
		{"/", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"/", []string{"Origin", strings.Replace(own, "http:", "https:", 1)}, 403},
		{"/", []string{"Origin", "null"}, 403},
		{"/x", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"/x", []string{"Sec-Fetch-Site", "none"}, 200},
		{"/x", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"/x", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200}, // a link that somebody follows
		{"/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"/x", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 403},
	} {
		if res := asked(t, s, c.path, c.headers...); res.StatusCode != c.status {
			t.Errorf("%s %q: %d, want %d", c.path, c.headers, res.StatusCode, c.status)
		}
	}
}

func TestEveryAnswerSaysWhatABrowserMayDoWithIt(t *testing.T) {
	s := listen(t, hello)
	for _, res := range []*http.Response{asked(t, s, "/"), asked(t, s, "/", "Origin", "null")} {
		policy := res.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%d: the policy %q has no %s", res.StatusCode, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("the policy is %q", policy)
		}
		for name, want := range map[string]string{
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%d: %s is %q", res.StatusCode, name, got)
			}
		}
	}
}

func TestThePageAndTheFilesThatAreNamedAreServedAndNoOthers(t *testing.T) {
	files := fstest.MapFS{"page.html": {Data: []byte("<p>")}, "page.js": {Data: []byte("js")}, "private.txt": {Data: []byte("x")}}
	mux := http.NewServeMux()
	Files(mux, files, "page.js")
	s := listen(t, mux)
	for path, want := range map[string]string{"/": "<p>", "/page.js": "js", "/base.css": string(Style), "/icon.svg": string(Icon)} {
		res := asked(t, s, path)
		if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || string(body) != want {
			t.Errorf("%s: %d %q %v", path, res.StatusCode, body, err)
		}
	}
	if res := asked(t, s, "/icon.svg"); res.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("the icon is %q", res.Header.Get("Content-Type"))
	}
	for _, path := range []string{"/private.txt", "/page.html/", "/x", "/../private.txt"} {
		if res := asked(t, s, path); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// A stream of events does not end by itself.
func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	before := runtime.NumGoroutine()
	began := make(chan struct{})
	s, err := Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		close(began)
		<-r.Context().Done()
	}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(s.URL())
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	})
	<-began
	s.Close()
	reading.Wait()
	if _, err := net.DialTimeout("tcp", s.address.String(), time.Second); err == nil {
		t.Error("somebody still listens")
	}
	for range 3000 { // those of the client may take a moment
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, and %d before", runtime.NumGoroutine(), before)
}

func TestAHeadThatIsTooLongIsRefused(t *testing.T) {
	if res := asked(t, listen(t, hello), "/", "X-Long", strings.Repeat("x", 64<<10)); res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestWhatGoesWrongIsLogged(t *testing.T) {
	var said bytes.Buffer
	s, err := Listen("127.0.0.1:0", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug of the page") }), Options{Log: log.New(&said, "", 0)})
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.Get(s.URL()); err == nil {
		res.Body.Close()
		t.Errorf("status %d", res.StatusCode)
	}
	s.Close()
	if !strings.Contains(said.String(), "a bug of the page") {
		t.Errorf("logged: %q", said.String())
	}
}
