package browser

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// written is the URL of a page that countersign report writes.
func written(t *testing.T, args ...string) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, append([]string{"report"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("countersign report %q: %v\n%s", args, err, out)
	}
	return "file://" + args[len(args)-1]
}

// aReport is the page of a run whose texts are hostile.
func aReport(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../reports/testdata/golden/run.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(hostile + "\x1b[31m</script></style></details>")
	if err != nil {
		t.Fatal(err)
	}
	inside := string(quoted[1 : len(quoted)-1])
	run := string(text)
	for _, place := range []string{`"title":"`, `"message":"`, `"why":"`, `"rule":"`, `"source":"`, `"evidence":"`, `"reproduce":"`, `"language":"`} {
		if !strings.Contains(run, place) {
			t.Fatalf("the run has no %s", place)
		}
		run = strings.ReplaceAll(run, place, place+inside)
	}
	dir := t.TempDir()
	stream := filepath.Join(dir, "run.ndjson")
	if err := os.WriteFile(stream, []byte(run), 0o666); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "run.html")
	written(t, "render", stream, "--to", "html="+page)
	return "file://" + page
}

// aMatrix is the page of the committed compliance reports.
func aMatrix(t *testing.T) string {
	t.Helper()
	return written(t, "matrix", "../../../reports/compliance", "--out", filepath.Join(t.TempDir(), "matrix.html"))
}

const entries = `[...document.querySelectorAll('.hit')].filter((e) => !e.hidden)`

// fromDisk fails the test where a page from disk asked for anything but itself,
// or the console says anything.
func (o *opened) fromDisk(page string) {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.errors {
		o.t.Errorf("the console says %s", e)
	}
	if len(o.requests) == 0 {
		o.t.Error("no request was seen, not even that for the page")
	}
	for _, asked := range o.requests {
		if asked, _, _ := strings.Cut(asked, "#"); asked != page {
			o.t.Errorf("the page asked for %s", asked)
		}
	}
}

// looks takes pictures of a page: light and dark, wide and narrow. Nothing of it
// must be scrolled sideways but what has a scroll bar of its own.
func (o *opened) looks(name string) {
	o.t.Helper()
	for _, width := range []int64{1280, 400} {
		o.run(chromedp.EmulateViewport(width, 900))
		if got := value[int64](o, "document.documentElement.scrollWidth"); got > width {
			o.t.Errorf("%s is %d wide in a window of %d", name, got, width)
		}
		for _, scheme := range []string{"light", "dark"} {
			o.prefers(scheme)
			o.picture(name + "-" + map[int64]string{1280: "wide", 400: "narrow"}[width] + "-" + scheme)
		}
	}
	o.prefers("light")
	o.run(chromedp.EmulateViewport(1280, 900))
}

// search types into the search field, which a key leads to.
func (o *opened) search(words string) {
	o.t.Helper()
	o.run(chromedp.KeyEvent(kb.Escape))
	value[any](o, "document.activeElement.blur()")
	o.run(chromedp.KeyEvent("/"))
	o.becomes("document.activeElement.name === 'words'")
	o.run(chromedp.KeyEvent(words))
	if typed := value[string](o, "document.querySelector('#filter input').value"); typed != words {
		o.t.Errorf("typed %q, and %q is there", words, typed)
	}
}

func TestAReportIsFilteredAndReadByKeyboard(t *testing.T) {
	chromium(t)
	page := aReport(t)
	o := open(t, page)
	o.becomes("!document.querySelector('#filter').hidden")
	all := value[int](o, entries+".length")
	if all != 10 {
		t.Errorf("%d results are shown, want 10", all)
	}
	o.looks("report")

	o.search("get-plus")
	o.becomes(entries + ".length === 1 && document.querySelector('#filter output').value === '1 of 10 shown'")
	if n := value[int](o, "[...document.querySelectorAll('main section')].filter((s) => s.querySelector('.hit') && !s.hidden).length"); n != 1 {
		t.Errorf("%d sections are shown for one result", n)
	}
	o.picture("report-search")
	o.search("no such thing")
	o.becomes(entries + ".length === 0")
	o.run(chromedp.KeyEvent(kb.Escape))
	o.becomes(entries + ".length === 10 && document.querySelector('#filter input').value === ''")

	o.run(chromedp.Focus(chromedp.CSS("#filter select[name=kind]")), chromedp.KeyEvent("contested"))
	o.becomes(entries + ".length === 1 && " + entries + "[0].matches('.contested')")
	o.run(chromedp.KeyEvent(kb.Escape))
	o.becomes(entries + ".length === 10")
	o.run(chromedp.Focus(chromedp.CSS("#filter select[name=in]")), chromedp.KeyEvent("oss-v4/q"))
	o.becomes(entries + ".length === 3 && " + entries + ".every((e) => e.dataset.in === 'oss-v4/query')")
	o.run(chromedp.KeyEvent(kb.Escape))

	value[any](o, "document.activeElement.blur()")
	o.run(chromedp.Click(chromedp.CSS("#filter button[name=close]")))
	o.becomes("document.querySelectorAll('details.finding[open]').length === 0")
	o.run(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"), chromedp.KeyEvent(kb.Enter))
	o.becomes("document.activeElement.parentElement === document.querySelector('details.finding') && document.activeElement.parentElement.open")
	o.run(chromedp.Click(chromedp.CSS("#filter button[name=open]")))
	o.becomes("document.querySelectorAll('details.finding:not([open])').length === 0")
	if n := value[int](o, "document.querySelectorAll('details.failure .sides mark').length"); n != 4 {
		t.Errorf("%d bytes are marked, want the differing one in both strings, in text and in hexadecimal", n)
	}

	if value[bool](o, "'owned' in window") || value[int](o, "document.scripts.length") != 1 || value[int](o, "document.images.length") != 0 {
		t.Error("what a subject said became part of the page")
	}
	o.fromDisk(page)
}

func TestAReportIsCompleteWithoutScriptAndOnPaper(t *testing.T) {
	chromium(t)
	page := aReport(t)
	o := open(t, page)
	if _, err := chromedp.Call(o, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	for what, is := range map[string]string{
		"the filter is printed":               "document.querySelector('#filter').checkVisibility()",
		"a closed result is not printed":      "![...document.querySelectorAll('details.finding:not([open]) .facts')].every((e) => e.checkVisibility())",
		"there is nothing closed to look at":  "!document.querySelector('details.finding:not([open])')",
		"a button to copy a thing is printed": "[...document.querySelectorAll('button')].some((e) => e.checkVisibility())",
	} {
		if value[bool](o, is) {
			t.Error(what)
		}
	}
	o.picture("report-print")
	if _, err := chromedp.Call(o, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(o, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	o.run(chromedp.Navigate(page))
	if value[bool](o, "document.querySelector('#filter').checkVisibility()") || value[int](o, "document.querySelectorAll('button.copy').length") != 0 {
		t.Error("there are controls that do nothing without the script")
	}
	if n := value[int](o, entries+".length"); n != 10 {
		t.Errorf("%d results are there without the script, want 10", n)
	}
	o.fromDisk(page)
}

func TestTheMatrixLeadsDownToRequirements(t *testing.T) {
	chromium(t)
	page := aMatrix(t)
	o := open(t, page)
	o.becomes("!document.querySelector('#filter').hidden")
	o.looks("matrix")

	o.run(chromedp.Click(chromedp.CSS(`a.badge[href="#scheme-oss-v1"]`)))
	o.becomes("document.querySelector('#scheme-oss-v1').checkVisibility()")
	rule := value[string](o, "document.querySelector('#scheme-oss-v1 tbody a').getAttribute('href')")
	o.run(chromedp.Focus(chromedp.CSS("#scheme-oss-v1 tbody a")), chromedp.KeyEvent(kb.Enter))
	o.becomes("document.querySelector('" + rule + "').checkVisibility() && document.querySelector('" + rule + " li code')")
	o.picture("matrix-opened")

	o.search("raw-bucket-path")
	o.becomes(entries + ".length > 0 && " + entries + ".every((e) => e.textContent.includes('raw-bucket-path'))")
	if !value[bool](o, entries+".some((e) => e.dataset.kind === 'dispute')") {
		t.Error("a reading is not found where SDKs disagree")
	}
	o.run(chromedp.Click(chromedp.CSS("#filter button[name=open]")))
	o.picture("matrix-search")
	o.run(chromedp.KeyEvent(kb.Escape))
	o.run(chromedp.Focus(chromedp.CSS("#filter select[name=kind]")), chromedp.KeyEvent("findings"))
	o.becomes(entries + ".length > 100 && " + entries + ".every((e) => e.dataset.kind === 'finding')")
	o.fromDisk(page)
}
