package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// oneFile builds the page that holds the diagnosis as WebAssembly.
var oneFile = sync.OnceValues(func() (string, error) {
	if _, err := program(); err != nil { // it makes the folder
		return "", err
	}
	path := filepath.Join(built, "diagnose.html")
	out, err := exec.Command("go", "run", "-C", "../../..", "./cmd/webpage", "-o", path).CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return path, nil
})

// forms are the two forms of the page: where it is opened.
var forms = []struct {
	name string
	at   func(t *testing.T) string
}{
	{"one-file", func(t *testing.T) string {
		path, err := oneFile()
		if err != nil {
			t.Fatal(err)
		}
		return "file://" + path
	}},
	{"served", func(t *testing.T) string { return start(t, "diagnose", "--web").URL }},
}

// refused reads evidence of the tests.
func refused(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("../../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// tabTo goes by Tab to an element.
func (o *opened) tabTo(id string) {
	o.t.Helper()
	for range 20 {
		if value[string](o, "document.activeElement.id") == id {
			return
		}
		o.run(chromedp.KeyEvent(kb.Tab))
	}
	o.t.Fatalf("%s cannot be reached by Tab", id)
}

// paste puts text where the focus is, as a paste does.
func (o *opened) paste(text string) {
	o.t.Helper()
	if _, err := chromedp.Call(o, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		o.t.Fatal(err)
	}
}

// answered waits for an answer that holds a text, and returns it.
func (o *opened) answered(text string) string {
	o.t.Helper()
	o.becomes("!document.querySelector('#ask').disabled && !document.querySelector('#answer').hidden && document.querySelector('#answer').innerText.includes(" + quoted(text) + ")")
	return value[string](o, "document.querySelector('#answer').innerText")
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `\'`) + "'" }

func TestEvidenceIsPastedAndTheCauseShown(t *testing.T) {
	chromium(t)
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			at := form.at(t)
			o := open(t, at)
			for _, scheme := range []string{"dark", "light"} {
				o.prefers(scheme)
				o.picture("diagnose-" + form.name + "-empty-" + scheme)
			}

			// By keyboard alone: paste, go to the secret, ask.
			o.tabTo("text")
			o.paste(refused(t, "diagnose/page/assets/example.txt"))
			o.run(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))
			first := o.answered("suspected")
			if !strings.Contains(first, "C01") || !strings.Contains(strings.ToLower(first), "this would help") {
				t.Errorf("without the secret:\n%s", first)
			}
			o.run(chromedp.Focus(chromedp.CSS("#more > summary")), chromedp.KeyEvent(kb.Enter))
			o.tabTo("id")
			o.paste("exampleid")
			o.tabTo("secret")
			o.paste("examplesecret")
			o.tabTo("ask")
			o.run(chromedp.KeyEvent(kb.Enter))
			text := o.answered("proven")
			for _, want := range []string{
				"The cause is proven", "Content-Type is not the one that was signed", "C01", "The Content-Type that arrived is not signed",
				"one of: browser, runtime", "set it with -H 'Content-Type: ...'", "The strings differ from byte 5 on (Content-Type)",
				"The client signed", "The service signed", "/examplebucket/docs/report.txt", "50 55 54 0A 0A 61", "curl 7.88.1",
			} {
				if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
					t.Errorf("%q is not in\n%s", want, text)
				}
			}
			if marks := value[string](o, "[...document.querySelectorAll('#answer .sides pre:not(.hex) mark')].map((m) => m.textContent).join(' ')"); marks != `\n a` {
				t.Errorf("marked is %s", marks)
			}
			if value[string](o, "document.activeElement.id") != "answer" {
				t.Error("the focus is not on the answer")
			}
			if html := value[string](o, "document.querySelector('main').outerHTML"); strings.Contains(html, "examplesecret") {
				t.Error("the secret stands in the page")
			}
			o.picture("diagnose-" + form.name + "-light")
			o.prefers("dark")
			o.picture("diagnose-" + form.name + "-dark")
			o.run(chromedp.EmulateViewport(360, 780))
			if value[int](o, "document.documentElement.scrollWidth") > 360 {
				t.Error("a narrow page must be scrolled sideways")
			}
			o.picture("diagnose-" + form.name + "-narrow-dark")
			o.prefers("light")
			o.picture("diagnose-" + form.name + "-narrow")
			o.clean(at)
		})
	}
}

func TestFilesAreDroppedAndChosen(t *testing.T) {
	chromium(t)
	capture, err := filepath.Abs("../../../testdata/packets/refused.pcap")
	if err != nil {
		t.Fatal(err)
	}
	har := `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-22T09:14:47Z","request":{"method":"GET","url":"http://examplebucket.oss-cn-hangzhou.aliyuncs.com/plus?OSSAccessKeyId=exampleid&Expires=1795342487&Signature=ab+cdefghijklmnopqrstuvwxy=","httpVersion":"HTTP/1.1","headers":[{"name":"Host","value":"examplebucket.oss-cn-hangzhou.aliyuncs.com"}]},"response":{"status":403,"headers":[],"content":{"text":"<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>ab cdefghijklmnopqrstuvwxy=</SignatureProvided></Error>"}}}]}}`
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			at := form.at(t)
			o := open(t, at)
			o.run(chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{capture}))
			o.becomes("document.querySelector('#chosen').innerText.includes('refused.pcap')")
			o.run(chromedp.Click(chromedp.CSS("#ask")))
			o.answered("the error document in the answer to GET examplebucket.oss-cn-hangzhou.aliyuncs.com/docs/a")

			o.run(chromedp.Click(chromedp.CSS("#chosen button")))
			o.becomes("document.querySelector('#chosen').childElementCount === 0")
			value[any](o, "void (window.dropped = new DataTransfer(), dropped.items.add(new File(["+"String.raw`"+har+"`"+"], 'browser.har')), document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true })))")
			o.becomes("document.querySelector('#chosen').innerText.includes('browser.har')")
			o.run(chromedp.Click(chromedp.CSS("#ask")))
			if text := o.answered("C05"); !strings.Contains(text, "browser.har") || !strings.Contains(text, "ab%2Bcd") {
				t.Errorf("the answer is\n%s", text)
			}

			o.run(chromedp.Click(chromedp.CSS("#clear")))
			o.run(chromedp.Click(chromedp.CSS("#ask")))
			o.becomes("document.querySelector('#answer').hidden && document.querySelector('#state').innerText.includes('nothing yet')")
			o.picture("diagnose-" + form.name + "-error")
			o.run(chromedp.Click(chromedp.CSS("#example")))
			o.answered("The Content-Type that arrived is not signed")
			o.clean(at)
		})
	}
}

func TestEvidenceStaysText(t *testing.T) {
	chromium(t)
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			at := form.at(t)
			o := open(t, at)
			evidence := "GET /" + hostile + "?acl HTTP/1.1\nHost: b.oss-cn-hangzhou.aliyuncs.com\nx-oss-meta-a: " + hostile + "\nAuthorization: OSS id:" + hostile + "\n\n" +
				"<Error><Code>SignatureDoesNotMatch</Code><Message>" + hostile + "</Message><SignatureProvided><![CDATA[" + hostile + "]]></SignatureProvided><StringToSign><![CDATA[GET\n\n\n" + hostile + "\nx-oss-meta-a:" + hostile + "\n/b/" + hostile + "]]></StringToSign></Error>\n" +
				"the client signed:\nGET\n\n\n" + hostile + "\n/b/other" + hostile
			o.run(chromedp.Focus(chromedp.CSS("#text")))
			o.paste(evidence)
			o.run(chromedp.Click(chromedp.CSS("#redact")), chromedp.Click(chromedp.CSS("#ask")))
			o.answered("SignatureDoesNotMatch")
			o.run(chromedp.Click(chromedp.CSS("#redact")), chromedp.Click(chromedp.CSS("#ask")))
			o.becomes("!document.querySelector('#ask').disabled && document.querySelector('#answer').innerText.includes('onerror')")
			value[any](o, "void ("+"document.querySelectorAll('#answer details').forEach((d) => { d.open = true; })"+")")
			o.picture("diagnose-" + form.name + "-hostile")
			tags := value[[]string](o, "[...new Set([...document.querySelectorAll('#answer *')].map((e) => e.localName))].sort()")
			for _, tag := range tags {
				if !slices.Contains([]string{"h2", "h3", "p", "article", "span", "dl", "dt", "dd", "div", "figure", "figcaption", "pre", "mark", "ul", "li", "details", "summary"}, tag) {
					t.Errorf("there is an element %s in the answer", tag)
				}
			}
			if value[bool](o, "'owned' in window") {
				t.Error("evidence was run")
			}
			if text := value[string](o, "document.querySelector('#answer').textContent"); strings.ContainsAny(text, "\u202e\u2066") || !strings.Contains(text, "<script>window.owned=1") {
				t.Errorf("the answer is\n%s", text)
			}
			o.clean(at)
		})
	}
}

// The page that is one file cannot reach anybody, whatever its script did.
func TestOneFileCannotReachANetwork(t *testing.T) {
	chromium(t)
	var reached atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer other.Close()
	o := open(t, forms[0].at(t))
	value[any](o, "void (window.tried = 0, fetch("+quoted(other.URL)+").catch(() => {}).finally(() => { tried++; }), (() => { const i = new Image(); i.onload = i.onerror = () => { tried++; }; i.src = "+quoted(other.URL+"/i.png")+"; })(), navigator.sendBeacon("+quoted(other.URL)+", 'x'))")
	o.becomes("tried === 2")
	if n := reached.Load(); n > 0 {
		t.Errorf("%d requests arrived", n)
	}
}
