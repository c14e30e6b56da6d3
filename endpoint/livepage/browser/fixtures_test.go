package browser

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

var credentials = signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "ExampleSecretOfTheBrowserTest01"}

// chromium is the path of the browser.
func chromium(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if named := os.Getenv("CHROMIUM"); named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing := fmt.Sprintf("there is no browser (%s): install Chromium, or set CHROMIUM to its path", strings.Join(names, ", "))
	if os.Getenv("REQUIRE_ALL") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// built is the folder of the program, "" before it is built.
var built string

// program builds the program.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "countersign-browser-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "countersign")
	out, err := exec.Command("go", "build", "-C", "../../..", "-o", path, "./cmd/countersign").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// served is a running countersign serve, or diagnose --web.
type served struct {
	t         *testing.T
	cmd       *exec.Cmd
	Addr, URL string
}

// serve starts countersign serve and waits until its page is there.
func serve(t *testing.T, args ...string) *served {
	t.Helper()
	return start(t, append([]string{"serve"}, args...)...)
}

// start starts countersign and waits until it says where its page is.
func start(t *testing.T, args ...string) *served {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, cmd: exec.Command(path, args...)}
	s.cmd.Env = append(os.Environ(), "COUNTERSIGN_ACCESS_KEY_ID="+credentials.AccessKeyID, "COUNTERSIGN_ACCESS_KEY_SECRET="+credentials.AccessKeySecret)
	told, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	lines := bufio.NewScanner(told)
	for s.URL == "" && lines.Scan() {
		if found := regexp.MustCompile(`^(listening on|proxy at) http://([0-9.:]+)`).FindStringSubmatch(lines.Text()); found != nil {
			s.Addr = found[2]
		}
		s.URL = regexp.MustCompile(`http://[0-9.:]+/`).FindString(lines.Text())
	}
	if s.URL == "" {
		t.Fatal("countersign does not say where its page is")
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return s
}

func (s *served) end() {
	if s.cmd.ProcessState == nil {
		s.cmd.Process.Signal(os.Interrupt)
		s.cmd.Wait()
	}
}

// send sends a request as it is.
func (s *served) send(req *wire.Request) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if _, err := endpoint.Send(ctx, s.Addr, req); err != nil {
		s.t.Fatal(err)
	}
}

// signed is a request in path style, signed by a profile that may be wrong.
func (s *served) signed(p *signature.Profile, with signature.Credentials, method, target, body string, headers ...wire.Header) *wire.Request {
	s.t.Helper()
	req := &wire.Request{Transport: "http", Method: method, Target: target, Proto: "HTTP/1.1", Body: body}
	req.Headers = append([]wire.Header{{Name: "Host", Value: s.Addr}}, headers...)
	out, err := p.Sign(&signature.Input{Request: req, Bucket: "photos", Addressing: signature.PathStyle, Credentials: with, Region: "cn-hangzhou", Time: time.Now(), Expires: time.Now().Add(time.Hour).Unix()})
	if err != nil {
		s.t.Fatal(err)
	}
	return out.Request()
}

// opened is the page in a browser, and what it did besides.
type opened struct {
	context.Context
	t *testing.T

	mu       sync.Mutex
	errors   []string // of the console
	requests []string // URLs
}

// open starts a browser and opens the page in it.
func open(t *testing.T, page string) *opened {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.WSURLReadTimeout(2*time.Minute), // a browser may take its time to start
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	o := &opened{t: t}
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(o.note))
	t.Cleanup(cancel)
	o.Context = ctx
	o.run(chromedp.Navigate(page))
	return o
}

func (o *opened) note(event any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		o.errors = append(o.errors, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		o.errors = append(o.errors, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		o.errors = append(o.errors, e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		o.requests = append(o.requests, e.Request.URL)
	}
}

func (o *opened) run(steps ...chromedp.Action[chromedp.Void]) {
	o.t.Helper()
	if err := chromedp.Do(o, steps...); err != nil {
		o.t.Fatal(err)
	}
}

// value is that of an expression in the page.
func value[T any](o *opened, expression string) T {
	o.t.Helper()
	v, err := chromedp.Run(o, chromedp.Evaluate[T](expression))
	if err != nil {
		o.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// becomes waits until an expression is true.
func (o *opened) becomes(expression string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o, 2*time.Minute)
	defer cancel()
	for {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err != nil {
			o.t.Fatalf("%s does not become true: %v\n%s", expression, err, value[string](o, "document.body.innerText"))
		}
		if is {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// clean fails the test where the page complained, or asked others.
func (o *opened) clean(page string) {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.errors {
		o.t.Errorf("the console says %s", e)
	}
	own, err := url.Parse(page)
	if err != nil {
		o.t.Fatal(err)
	}
	if len(o.requests) == 0 || own.Scheme == "http" && len(o.requests) < 4 {
		o.t.Errorf("only %q were seen", o.requests)
	}
	for _, asked := range o.requests {
		at, err := url.Parse(asked)
		switch {
		case err == nil && own.Scheme == "http" && at.Host == own.Host && at.Scheme == "http":
		case own.Scheme == "file" && (asked == page || strings.HasPrefix(asked, "data:") || strings.HasPrefix(asked, "blob:null/")): // nothing of these goes over a network
		default:
			o.t.Errorf("the page asked for %s", asked)
		}
	}
}

// prefers sets the colour scheme the user prefers.
func (o *opened) prefers(scheme string) {
	o.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(o, emulation.SetEmulatedMedia, media); err != nil {
		o.t.Fatal(err)
	}
}

// picture leaves a picture of the page where they are wanted.
func (o *opened) picture(name string) {
	o.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(o, chromedp.FullScreenshot(100))
	if err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		o.t.Fatal(err)
	}
}
