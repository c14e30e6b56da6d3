package reports

import (
	"bytes"
	"flag"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata/golden")

// What a format looks like is read in a diff: go test ./reports -run Golden -update
// rewrites the files.
func TestGoldenFiles(t *testing.T) {
	s := aRun()
	outputs := map[string]func(io.Writer) error{
		"table.txt": func(w io.Writer) error { return WriteTable(w, []*Stream{s}, Layout{Width: 100}) },
		"failures.txt": func(w io.Writer) error {
			return WriteFailures(w, s, FailureOptions{Layout: Layout{Width: 100}, Wire: true})
		},
		"matrix.html": func(w io.Writer) error { return WriteMatrix(w, set(t), versions(t), ".") },
	}
	for kind, name := range map[string]string{"ndjson": "run.ndjson", "json": "run.json", "junit": "run.xml", "html": "run.html", "md": "run.md"} {
		outputs[name] = func(w io.Writer) error { return Render(kind, w, s) }
	}
	for name, write := range outputs {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatal(err)
		}
		text := got.Bytes()
		for _, own := range []string{string(pageShell.Style), string(pageShell.Script), template.HTMLEscapeString(pageShell.Policy)} { // looked at elsewhere
			text = bytes.ReplaceAll(text, []byte(own), []byte("…"))
		}
		path := filepath.Join("testdata", "golden", name)
		if *update {
			if err := os.WriteFile(path, text, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, want) {
			t.Errorf("%s is no longer what it was; see what changed, and rewrite it with -update:\n%.3000s", path, text)
		}
	}
}
