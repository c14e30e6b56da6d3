package page

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// asked is the reply to a question, as the page gets it.
func asked(t *testing.T, url, question string, headers ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"answer", strings.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func served(t *testing.T) string {
	t.Helper()
	s, err := Listen("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s.URL()
}

func TestTheExampleOfThePageIsProven(t *testing.T) {
	question, err := json.Marshal(map[string]any{"text": text("example.txt"), "id": "exampleid", "secret": "examplesecret"})
	if err != nil {
		t.Fatal(err)
	}
	status, reply := asked(t, served(t), string(question))
	if status != 200 || !strings.Contains(reply, `"verdict":"proven"`) || !strings.Contains(reply, `"id":"C01"`) {
		t.Errorf("%d %s", status, reply)
	}
}

func TestOnlyThePageItselfIsAnswered(t *testing.T) {
	url := served(t)
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Origin", strings.TrimSuffix(url, "/"), "Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Origin", "http://foreign.example"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Content-Type", "text/plain"}, 415},
		{[]string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
	} {
		if status, text := asked(t, url, `{"text":"<Error><Code>NoSuchKey</Code></Error>"}`, c.headers...); status != c.status {
			t.Errorf("%v: %d %s", c.headers, status, text)
		}
	}
}

func TestAQuestionThatIsTooLongIsRefused(t *testing.T) {
	if status, _ := asked(t, served(t), strings.Repeat(" ", mostAsked+1)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", status)
	}
}

// What holds for the source of the page holds for both its forms.
func TestThePageMakesNoMarkupAndNamesNobody(t *testing.T) {
	whole, err := Static(Program{WebAssembly: []byte("\x00asm"), Runtime: []byte("runtime")})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"page.html": text("page.html"), "page.css": text("page.css"), "page.js": text("page.js"), "one file": string(whole)} {
		for _, outside := range []string{"https://", "url(", "@import", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "localStorage", "sessionStorage", "XMLHttpRequest", "WebSocket", "sendBeacon"} {
			if strings.Contains(strings.ReplaceAll(content, text("example.txt"), ""), outside) {
				t.Errorf("%s holds %s", name, outside)
			}
		}
	}
	for _, part := range []string{"connect-src 'none'", "default-src 'none'", "form-action 'none'", "</html>"} {
		if strings.Count(string(whole), part) != 1 {
			t.Errorf("one file: not one %s", part)
		}
	}
	for _, part := range []string{`src="page.js"`, "page.css", "icon.svg", "unsafe-inline", "unsafe-eval' "} {
		if strings.Contains(strings.ReplaceAll(string(whole), "'wasm-unsafe-eval'", ""), part) {
			t.Errorf("one file: it holds %s", part)
		}
	}
}

func TestAProgramThatEndsAScriptIsRefused(t *testing.T) {
	for _, runtime := range []string{"x</script>y", "x<!-- y"} {
		if _, err := Static(Program{Runtime: []byte(runtime)}); err == nil {
			t.Errorf("%s is taken", runtime)
		}
	}
}

func TestTheServedPageIsWhole(t *testing.T) {
	url := served(t)
	for path, kind := range map[string]string{"": "text/html", "page.css": "text/css", "base.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml", "example.txt": "text/plain"} {
		res, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) || !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
}
