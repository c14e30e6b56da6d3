package paste

import (
	"os"
	"path/filepath"
	"testing"
)

// corpus adds every recorded text there is as raw seeds.
func corpus(f *testing.F) {
	for _, pattern := range []string{"logs/*.log", "errors/*.xml", "requests/*", "captures/oss-go-v2-1.6.1-slip.ndjson"} {
		files, err := filepath.Glob("../../testdata/" + pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}

func FuzzRead(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, kind := range []Kind{Anything, ErrorBody, Request, ClientString, HAR} {
			p, err := Read(Source{Name: "f", Kind: kind, Data: data})
			if err != nil {
				continue
			}
			if kind == ErrorBody && p.Evidence.Error == nil || kind == ClientString && p.Evidence.ClientString+p.Evidence.ClientCanonical == "" {
				t.Fatalf("as %q nothing was read, and nothing was said", kind)
			}
			for _, n := range append(p.Found, p.Unused...) {
				if n.Text == "" || n.Last < n.First {
					t.Fatalf("a note that says nothing: %+v", n)
				}
			}
			if e := p.Evidence; e.Request != nil && len(e.Request.Target) > len(data) {
				t.Fatalf("a target of %d bytes out of %d", len(e.Request.Target), len(data))
			}
		}
	})
}
