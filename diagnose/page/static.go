package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/countersign/countersign/internal/localpage"
)

// Program is the diagnosis for a browser.
type Program struct {
	WebAssembly []byte // the package wasm, built for js/wasm
	Runtime     []byte // wasm_exec.js of the Go that built it
}

// Static returns the page as one HTML file that needs nothing else.
func Static(p Program) ([]byte, error) {
	compressed, err := zipped(p.WebAssembly)
	if err != nil {
		return nil, err
	}
	html, css, script := text("page.html"), string(localpage.Style)+text("page.css"), text("page.js")
	example := text("example.txt")
	if strings.Contains(string(p.Runtime)+example, "</script") || strings.Contains(string(p.Runtime)+example, "<!--") {
		return nil, errors.New("the page cannot be one file: what it holds ends a script")
	}
	// A block of data is no script: no policy is about it, and nothing runs it. The
	// page starts the runtime as a worker.
	data := func(id, kind, content string) string {
		return fmt.Sprintf("<script id=%q type=%q>%s</script>\n", id, kind, content)
	}
	blocks := data("runtime", "text/plain", "\n"+string(p.Runtime)) +
		data("program", "application/wasm;base64", base64.StdEncoding.EncodeToString(compressed)) +
		data("example-text", "text/plain", example)
	return []byte(replaced(html, []string{
		"<!-- policy -->\n", fmt.Sprintf("<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", policy(css, script)),
		"<link rel=\"icon\" href=\"icon.svg\">", "<link rel=\"icon\" href=\"data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(localpage.Icon) + "\">",
		"<link rel=\"stylesheet\" href=\"base.css\">\n<link rel=\"stylesheet\" href=\"page.css\">", "<style>" + css + "</style>",
		"<script src=\"page.js\" defer></script>\n", "",
		"</body>", blocks + "<script>" + script + "</script>\n</body>",
	})), nil
}

// policy allows the page its own style and script, WebAssembly, the worker it
// makes, and no connection to anybody.
func policy(css, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; script-src " + hash(script) + " 'wasm-unsafe-eval'; style-src " + hash(css) +
		"; img-src data:; worker-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types worker"
}

// replaced puts parts into the page, each for one place that must be there.
func replaced(html string, pairs []string) string {
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(html, pairs[i]) != 1 {
			panic("diagnose/page: page.html has not one " + pairs[i])
		}
		html = strings.Replace(html, pairs[i], pairs[i+1], 1)
	}
	return html
}

func text(name string) string {
	data, err := fs.ReadFile(assets, name)
	if err != nil {
		panic(err) // embedded
	}
	return string(data)
}

func zipped(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil { // it writes the end
		return nil, err
	}
	return out.Bytes(), nil
}
