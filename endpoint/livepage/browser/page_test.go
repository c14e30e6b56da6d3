package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

const token = "ExampleTokenOfTheBrowserTest/+=0123456789"

// hostile is text that must stay text: markup, a terminal sequence, and marks
// that reorder what stands behind them.
const hostile = "<img/src=x/onerror=window.owned=1><script>window.owned=1</script>\"'&lt;\u202e\u2066\u05d0"

// traffic sends one request of each kind, and returns how many.
func (s *served) traffic() int {
	s.t.Helper()
	slipped := signature.Slips("oss-v1/header")
	slip := slices.IndexFunc(slipped, func(slip signature.Slip) bool { return slip.Name == "content-type-unsigned" })
	if slip < 0 {
		s.t.Fatal("there is no such slip")
	}
	other := credentials
	other.AccessKeySecret = "AnotherSecretOfTheBrowserTest02"
	temporary := credentials
	temporary.SecurityToken = token
	plain := wire.Header{Name: "Content-Type", Value: "text/plain"}
	malformed := s.signed(signature.OSSV4Header, credentials, "GET", "/photos/a", "")
	for i, h := range malformed.Headers {
		if wire.EqualFold(h.Name, "Authorization") {
			malformed.Headers[i].Value = "OSS4-HMAC-SHA256 Credential=" + hostile
		}
	}
	all := []*wire.Request{
		s.signed(signature.OSSV4Header, credentials, "PUT", "/photos/holiday%20in%20spring.jpg", "a picture", plain),
		s.signed(slipped[slip].Apply(signature.OSSV1Header), credentials, "PUT", "/photos/two%20words.txt", "text", plain),
		s.signed(signature.OSSV4Header, other, "GET", "/photos/holiday%20in%20spring.jpg", ""),
		s.signed(signature.OBSV2Header, temporary, "GET", "/photos/a", ""),
		malformed,
		{Transport: "http", Method: "GET", Target: "/photos/unsigned", Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: s.Addr}}},
		s.signed(signature.OSSV1Header, credentials, "GET", "/photos/"+hostile, "", wire.Header{Name: "x-oss-meta-author", Value: hostile + "\t\x80"}),
		{Transport: "http", Method: "GET", Target: "/" + hostile, Proto: "HTTP/9." + hostile},
	}
	for _, req := range all {
		s.send(req)
	}
	return len(all)
}

const shown = `[...document.querySelectorAll('#requests > li:not([hidden])')]`

// choose chooses a filter by keyboard.
func (o *opened) choose(name string) {
	o.t.Helper()
	o.run(chromedp.Focus(chromedp.CSS("#filter input:checked")))
	for range 12 {
		if value[string](o, "document.activeElement.id") == "show-"+name {
			return
		}
		o.run(chromedp.KeyEvent(kb.ArrowRight))
	}
	o.t.Fatalf("the filter %s cannot be reached", name)
}

// reach goes by Tab to the first request that is shown.
func (o *opened) reach() {
	o.t.Helper()
	for range 20 {
		if value[string](o, "document.activeElement.tagName") == "SUMMARY" {
			return
		}
		o.run(chromedp.KeyEvent(kb.Tab))
	}
	o.t.Fatal("no request can be reached by Tab")
}

func TestRequestsAppearAndAreOpenedByKeyboard(t *testing.T) {
	chromium(t)
	s := serve(t, "--listen", "127.0.0.1:0")
	s.send(s.signed(signature.OSSV4Header, credentials, "GET", "/photos/before-the-page", ""))
	o := open(t, s.URL)
	o.becomes(shown + ".length === 1 && document.querySelector('#connection').className === 'live'")
	value[any](o, "void ("+"window.opened = 'once'"+")")
	n := 1 + s.traffic()
	o.becomes(fmt.Sprintf("%s.length === %d", shown, n))
	if numbers := value[string](o, shown+".map((li) => li.querySelector('.id').textContent).join(' ')"); numbers != "9 8 7 6 5 4 3 2 1" {
		t.Errorf("the requests stand in the order %s", numbers)
	}

	for filter, want := range map[string]int{"problems": 5, "verified": 4, "mismatch": 2, "malformed": 1, "unsigned": 1, "unreadable": 1, "all": n} {
		o.choose(filter)
		if got := value[int](o, shown+".length"); got != want || value[string](o, fmt.Sprintf("document.querySelector('[for=show-%s] output').textContent", filter)) != fmt.Sprint(want) {
			t.Errorf("%d requests are shown as %s, want %d:\n%s", got, filter, want, value[string](o, "document.body.innerText"))
		}
	}

	o.choose("mismatch")
	o.reach()
	o.run(chromedp.KeyEvent(kb.Enter))
	o.becomes("document.activeElement.parentElement.open && document.activeElement.parentElement.innerText.includes('the secret is another one')")
	o.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(" "))
	o.becomes("document.activeElement.parentElement.open && document.activeElement.parentElement.querySelectorAll('.sides mark').length === 4")
	for _, want := range []string{"content-type-unsigned explains", "First difference: stringToSign, byte 5", "A server signs", "The client signed", `text/plain\n`, "bucket\nphotos", "two·words.txt"} {
		if text := value[string](o, "document.activeElement.parentElement.innerText"); !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	o.picture("light")
	o.prefers("dark")
	o.picture("dark")
	o.choose("all")
	o.picture("dark-all")
	o.prefers("light")
	o.run(chromedp.EmulateViewport(360, 780))
	if value[int](o, "document.documentElement.scrollWidth") > 360 {
		t.Error("a narrow page must be scrolled sideways")
	}
	o.picture("narrow")
	o.run(chromedp.ResetViewport())

	// What the requests held is text.
	value[any](o, "void ("+"document.querySelectorAll('details').forEach((d) => { d.open = true; })"+")")
	o.becomes(fmt.Sprintf("document.querySelectorAll('.content').length === %d", n))
	o.picture("light-opened")
	tags := value[[]string](o, "[...new Set([...document.querySelectorAll('#requests *')].map((e) => e.localName))].sort()")
	for _, tag := range tags {
		if !slices.Contains([]string{"li", "details", "summary", "span", "time", "div", "h2", "ul", "figure", "figcaption", "pre", "mark", "dl", "dt", "dd"}, tag) {
			t.Errorf("there is an element %s in the list", tag)
		}
	}
	if value[bool](o, "'owned' in window") || value[int](o, "document.scripts.length") != 1 {
		t.Error("what a client sent was run")
	}
	html := value[string](o, "document.documentElement.outerHTML")
	for _, text := range []string{"&lt;script&gt;window.owned=1", `\u202e`, `\x80`, "[redacted]"} {
		if !strings.Contains(html, text) {
			t.Errorf("%s is not on the page", text)
		}
	}
	for _, text := range []string{credentials.AccessKeySecret, token, token[:16], "\u202e", "\u2066"} {
		if strings.Contains(html, text) {
			t.Errorf("%q is on the page", text)
		}
	}
	if value[string](o, "window.opened") != "once" {
		t.Error("the page was loaded again")
	}
	o.clean(s.URL)
}

func TestAPageFindsTheServerAgain(t *testing.T) {
	chromium(t)
	first := serve(t, "--listen", "127.0.0.1:0")
	o := open(t, first.URL)
	first.send(first.signed(signature.OSSV4Header, credentials, "GET", "/photos/first", ""))
	o.becomes(shown + ".length === 1")
	o.clean(first.URL)
	first.end()
	o.becomes("document.querySelector('#connection').className === 'lost'")
	web := strings.TrimSuffix(strings.TrimPrefix(first.URL, "http://"), "/")
	second := serve(t, "--listen", first.Addr, "--web", web)
	second.send(second.signed(signature.OSSV4Header, credentials, "GET", "/photos/second", ""))
	o.becomes(shown + ".length === 3 && document.querySelector('#connection').className === 'live'")
	text := value[string](o, "document.querySelector('#requests').innerText")
	if a, b, c := strings.Index(text, "/photos/second"), strings.Index(text, "The server was started again."), strings.Index(text, "/photos/first"); a < 0 || b < a || c < b {
		t.Errorf("the list is\n%s", text)
	}
}

// Who reads one request is not moved away from it by others.
func TestWhatIsReadStaysWhereItIs(t *testing.T) {
	chromium(t)
	s := serve(t, "--listen", "127.0.0.1:0")
	o := open(t, s.URL)
	many := func(n int) {
		for i := range n {
			s.send(s.signed(signature.OSSV4Header, credentials, "GET", fmt.Sprintf("/photos/%d", i), ""))
		}
	}
	many(60)
	o.becomes(shown + ".length === 60")
	value[any](o, "void ("+"scrollTo(0, 600), document.querySelectorAll('#requests > li')[20].id = 'read'"+")")
	before := value[float64](o, "document.querySelector('#read').getBoundingClientRect().top")
	many(10)
	o.becomes(shown + ".length === 70 && document.querySelector('#newer').textContent === '↑ 10 new'")
	if after := value[float64](o, "document.querySelector('#read').getBoundingClientRect().top"); after < before-1 || after > before+1 {
		t.Errorf("it stood at %v and stands at %v", before, after)
	}
	o.picture("newer")
	o.run(chromedp.Click(chromedp.CSS("#newer")))
	o.becomes("scrollY === 0 && document.querySelector('#newer').hidden")
}
