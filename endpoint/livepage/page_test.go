package livepage

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/localpage"
)

func serve(t *testing.T, opts Options) *Page {
	t.Helper()
	p := New(opts)
	t.Cleanup(p.Close)
	if err := p.Listen("127.0.0.1:0", "Requests to a test"); err != nil {
		t.Fatal(err)
	}
	return p
}

// get asks for a path; headers are name and value in turn. Host is one of them.
func get(t *testing.T, p *Page, path string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(p.URL(), "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close(); client.CloseIdleConnections() })
	return res
}

// event is one server-sent event.
type event struct{ kind, id, data string }

// follow reads a stream of events; next fails the test when there is none.
func follow(t *testing.T, p *Page, headers ...string) (next func() event, res *http.Response) {
	t.Helper()
	res = get(t, p, "/events", headers...)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	next = func() event {
		t.Helper()
		var e event
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case name == "event":
				e.kind = value
			case name == "id":
				e.id = value
			case name == "data":
				e.data = value
			case lines.Text() == "" && e.kind != "":
				return e
			}
		}
		t.Fatalf("the stream has ended: %v", lines.Err())
		return e
	}
	if hello := next(); hello.kind != "hello" || !strings.Contains(hello.data, `"heading":"Requests to a test"`) {
		t.Fatalf("%+v", hello)
	}
	return next, res
}

func numbered(n int) Exchange { return Exchange{ID: fmt.Sprint(n), Verdict: "verified"} }

func idOf(t *testing.T, e event) string {
	t.Helper()
	var x Exchange
	if err := json.Unmarshal([]byte(e.data), &x); err != nil || e.kind != "exchange" {
		t.Fatalf("%+v %v", e, err)
	}
	return x.ID
}

func TestAPageThatIsOpenedLateGetsWhatCameBeforeAndThenWhatComes(t *testing.T) {
	p := serve(t, Options{})
	for i := 1; i <= 300; i++ {
		p.Add(numbered(i))
	}
	next, _ := follow(t, p)
	for i := 1; i <= 300; i++ {
		if id := idOf(t, next()); id != fmt.Sprint(i) {
			t.Fatalf("%s, want %d", id, i)
		}
	}
	for i := 301; i <= 303; i++ {
		p.Add(numbered(i))
		if id := idOf(t, next()); id != fmt.Sprint(i) {
			t.Fatalf("%s, want %d", id, i)
		}
	}
}

func TestAConnectionThatDropsMissesNothingThatIsKept(t *testing.T) {
	p := serve(t, Options{Limits: Limits{Exchanges: 10}})
	next, res := follow(t, p)
	p.Add(numbered(1))
	first := next()
	res.Body.Close()
	for i := 2; i <= 5; i++ {
		p.Add(numbered(i))
	}
	for _, back := range [][]string{{"Last-Event-ID", first.id}, nil} {
		next, _ = follow(t, p, back...)
		want := 1
		if back != nil {
			want = 2
		}
		for ; want <= 5; want++ {
			if id := idOf(t, next()); id != fmt.Sprint(want) {
				t.Fatalf("%v: %s, want %d", back, id, want)
			}
		}
	}
	// What is gone is counted.
	for i := 6; i <= 20; i++ {
		p.Add(numbered(i))
	}
	next, _ = follow(t, p, "Last-Event-ID", first.id)
	if missed := next(); missed.kind != "missed" || missed.data != "9" {
		t.Errorf("%+v", missed)
	}
	if id := idOf(t, next()); id != "11" {
		t.Errorf("the first that is kept is %s", id)
	}
	// The place in another run, or nonsense, is no place.
	for _, other := range []string{"OTHER-4", first.id + "9", "x", "-1", first.id[:len(first.id)-1] + "-5"} {
		next, _ = follow(t, p, "Last-Event-ID", other)
		if e := next(); other != first.id+"9" && e.kind != "missed" {
			t.Errorf("%s: %+v", other, e)
		}
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	p := New(Options{Limits: Limits{Exchanges: 50, Bytes: 100 << 10, Exchange: 8 << 10}})
	long := strings.Repeat("\u4e2d", 1<<20)
	whole := Exchange{
		ID: "1", Verdict: long, Method: long, URL: long, Code: long, Request: long,
		Notes: []string{long, long}, Facts: []Text{{long, long}}, Stages: []Text{{long, long}},
		Differences: []Difference{{long, 1, []Side{{long, long, long, long, Hex{1, long, long, long}}}}},
	}
	for range 100 {
		p.Add(whole)
		p.Add(Exchange{Notes: make([]string, 100_000)})
	}
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	total := 0
	for _, x := range p.record.kept {
		total += len(x)
		if len(x) > 8<<10 || !json.Valid(x) {
			t.Fatalf("%d bytes: %s", len(x), x[:100])
		}
	}
	if total != p.record.bytes || total > 100<<10 || len(p.record.kept) > 50 || len(p.record.kept) < 5 || p.record.last != 200 {
		t.Errorf("%d exchanges, %d bytes", len(p.record.kept), total)
	}
	if whole.Notes[0] != long || whole.Stages[0].Text != long {
		t.Error("what the caller holds was changed")
	}
}

func TestAnotherWebPageCannotReadIt(t *testing.T) {
	p := serve(t, Options{})
	p.Add(Exchange{URL: "the-request"})
	own := strings.TrimSuffix(strings.TrimPrefix(p.URL(), "http://"), "/")
	port := own[strings.LastIndex(own, ":"):]
	for _, c := range []struct {
		path    string
		headers []string
		status  int
	}{
		{"/", nil, 200},
		{"/", []string{"Host", "localhost" + port}, 200},
		{"/", []string{"Host", "LOCALHOST"}, 200},
		{"/", []string{"Host", "[::1]" + port}, 200},
		{"/", []string{"Host", "rebound.example" + port}, 403},
		{"/", []string{"Host", "localhost.rebound.example" + port}, 403},
		{"/", []string{"Host", "127.0.0.1.rebound.example"}, 403},
		{"/", []string{"Host", "192.0.2.1" + port}, 403},
		{"/events", []string{"Host", "rebound.example" + port}, 403},
		{"/events", []string{"Origin", "http://foreign.example"}, 403},
		{"/events", []string{"Origin", "null"}, 403},
		{"/events", []string{"Origin", "https://" + own}, 403},
		{"/events", []string{"Origin", "http://localhost:3000"}, 403},
		{"/page.js", []string{"Origin", "http://" + own}, 200},
		{"/page.js", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"/page.js", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"/events", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"/events", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 403},
		{"/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"/other", nil, 404},
	} {
		res := get(t, p, c.path, c.headers...)
		if res.StatusCode != c.status {
			t.Errorf("%s %v: status %d, want %d", c.path, c.headers, res.StatusCode, c.status)
		}
		if c.status != 200 {
			if text, _ := io.ReadAll(res.Body); strings.Contains(string(text), "the-request") {
				t.Errorf("%s %v: it was told", c.path, c.headers)
			}
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") ||
			strings.Contains(res.Header.Get("Content-Security-Policy"), "unsafe") || res.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", c.path, res.Header)
		}
	}
}

func TestItListensOnLoopbackUnlessTold(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:80", "[::]:0"} {
		if err := New(Options{}).Listen(address, ""); !errors.Is(err, localpage.ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := New(Options{}).Listen("9001", ""); err == nil {
		t.Error("a number is taken for an address")
	}
	p := New(Options{AnyAddress: true})
	defer p.Close()
	if err := p.Listen("0.0.0.0:0", ""); err != nil {
		t.Fatal(err)
	}
}

func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	p := serve(t, Options{})
	for path, kind := range map[string]string{"/": "text/html", "/page.css": "text/css", "/base.css": "text/css", "/page.js": "text/javascript", "/icon.svg": "image/svg+xml"} {
		res := get(t, p, path)
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %v %v", path, res.StatusCode, res.Header, err)
		}
		for _, outside := range []string{"https://", "url(", "@import", "innerHTML", "insertAdjacent", "document.write", "eval("} {
			if strings.Contains(string(text), outside) {
				t.Errorf("%s holds %s", path, outside)
			}
		}
	}
}

func TestOpenPagesAreBoundedAndLeaveNothingBehind(t *testing.T) {
	p := New(Options{Pages: 2})
	if err := p.Listen("127.0.0.1:0", "Requests to a test"); err != nil {
		t.Fatal(err)
	}
	_, one := follow(t, p)
	_, two := follow(t, p)
	if res := get(t, p, "/events"); res.StatusCode != 503 {
		t.Errorf("status %d", res.StatusCode)
	}
	one.Body.Close()
	for get(t, p, "/events").StatusCode != 200 { // its place is free when it is seen to have gone
		time.Sleep(time.Millisecond)
	}
	p.Close()
	p.Add(numbered(1)) // what comes late is no matter
	if _, err := io.ReadAll(two.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	// Those of the clients are another matter.
	for range 30_000 {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !strings.Contains(string(stacks), "net/http.(*conn)") && !strings.Contains(string(stacks), "net/http.(*Server)") {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("goroutines of the page are left")
}
