package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// listed is what `go list` says of a package.
type listed struct {
	ImportPath, Dir     string
	Standard            bool
	GoFiles, EmbedFiles []string
}

// suite is this suite, whose packages are no others' in the modules of its
// adapters either.
const suite = "github.com/countersign/countersign"

// within reports whether a package is that of a path, or below it.
func within(importPath, path string) bool {
	return importPath == path || strings.HasPrefix(importPath, path+"/")
}

// sources returns a hash of what a target is built of, and the packages that
// are neither of this suite nor of the standard library, nor named to be
// instrumented: go.sum says what they hold.
func (c *campaign) sources(ctx context.Context) (sum string, others []string, err error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-tags", "gofuzz", "-json=ImportPath,Dir,Standard,GoFiles,EmbedFiles", "./fuzz/"+c.Target)
	cmd.Dir, cmd.Stderr = c.Root, c.Log
	text, err := cmd.Output()
	if err != nil {
		return "", nil, fmt.Errorf("go list: %w", err)
	}
	hash := sha256.New()
	for decoder := json.NewDecoder(strings.NewReader(string(text))); decoder.More(); {
		var p listed
		if err := decoder.Decode(&p); err != nil {
			return "", nil, err
		}
		switch {
		case p.Standard:
		case slices.ContainsFunc(c.Instrument, func(path string) bool { return within(p.ImportPath, path) }):
		case !within(p.ImportPath, suite):
			others = append(others, p.ImportPath)
		default:
			for _, name := range append(p.GoFiles, p.EmbedFiles...) {
				data, err := os.ReadFile(filepath.Join(p.Dir, name))
				if err != nil {
					return "", nil, err
				}
				fmt.Fprintf(hash, "%s/%s %d\n", p.ImportPath, name, len(data))
				hash.Write(data)
			}
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(c.Root, name))
		if err != nil {
			return "", nil, err
		}
		hash.Write(data)
	}
	version, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	hash.Write(version)
	return hex.EncodeToString(hash.Sum(nil)[:8]), others, err
}

// tail keeps the end of what is written to it, and passes it on.
type tail struct {
	mu   sync.Mutex
	text []byte
	also io.Writer
}

const kept = 64 << 10

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, text...)
	if len(t.text) > 2*kept {
		t.text = append(t.text[:0], t.text[len(t.text)-kept:]...)
	}
	if t.also != nil {
		_, _ = t.also.Write(text) // showing it is a courtesy
	}
	return len(text), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
