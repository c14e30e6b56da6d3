// Webpage writes the page of the diagnosis as one HTML file that holds the
// diagnosis as WebAssembly, built from this tree: `make web`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/countersign/countersign/diagnose/page"
)

func main() {
	out := flag.String("o", "out/diagnose.html", "the `FILE` to write")
	flag.Parse()
	if err := write(context.Background(), *out); err != nil {
		fmt.Fprintln(os.Stderr, "webpage:", err)
		os.Exit(1)
	}
}

// write builds the page.
func write(ctx context.Context, name string) error {
	program, err := build(ctx)
	if err != nil {
		return err
	}
	html, err := page.Static(program)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, html, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %.1f MiB, one file; open it in a browser\n", name, float64(len(html))/(1<<20))
	return nil
}

// build compiles the diagnosis, and reads the runtime of the same Go.
func build(ctx context.Context) (p page.Program, err error) {
	dir, err := os.MkdirTemp("", "countersign-web-")
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "diagnose.wasm")
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "github.com/countersign/countersign/diagnose/page/wasm")
	compile.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if text, err := compile.CombinedOutput(); err != nil {
		return p, fmt.Errorf("building for js/wasm: %w\n%s", err, text)
	}
	if p.WebAssembly, err = os.ReadFile(file); err != nil {
		return p, err
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return p, fmt.Errorf("go env GOROOT: %w", err)
	}
	p.Runtime, err = os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	return p, err
}
