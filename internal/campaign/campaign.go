// Package campaign runs fuzz targets under their engines, for a bounded time
// and with an end that can be trusted.
//
// It guarantees:
//
//   - A campaign ends when its time is over or its context ends, and nothing it
//     started outlives it. Temporary files stand in one folder of its own, which
//     is removed.
//   - What an engine calls a crasher is replayed in a process of its own, so that
//     a hang and a fatal error have a class too, and is counted by class. Of each
//     class the shortest input that keeps it is written.
//   - All engines begin with one raw corpus, and what they add goes back to it,
//     as raw bytes under the hash of its content.
package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/fuzz"
)

// Options say what to fuzz and how long.
type Options struct {
	Root    string        // of the module: targets are built from its source
	Out     string        // where corpora, findings and builds are kept; empty: nothing is
	Target  string        // a folder below fuzz/
	Engine  string        // go-fuzz, native or libfuzzer
	Time    time.Duration // of fuzzing, without building
	Workers int
	Known   []string // classes to pass over
	Replay  []string // a command that replays: see [Replay]
	Log     io.Writer

	Seeds      string   // the folder of the corpus; empty: that of the target
	Instrument []string // packages of others, with those below them, to instrument beside the module's own

	Settings []string // more of the environment, as NAME=value
	Empty    bool     // begin without the corpus, and add nothing to it
	First    bool     // end with the first finding
}

// Report is what a campaign came to.
type Report struct {
	Target, Engine string
	Executions     int64
	Elapsed        time.Duration // of fuzzing
	Crashers       int           // as the engine counts them
	Classes        []Class       // by name
	Added          int           // inputs that are new in the corpus
}

// Class is one kind of finding.
type Class struct {
	Name     string
	Crashers int
	File     string // the shortest input
	Size     int
}

// Engines are the names of the engines, the main one first.
var Engines = []string{"go-fuzz", "native", "libfuzzer"}

// Targets lists the targets of a module.
func Targets(root string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(root, "fuzz", "*", "target.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no fuzz target below %s: run this in the root of the module", filepath.Join(root, "fuzz"))
	}
	var names []string
	for _, file := range files {
		names = append(names, filepath.Base(filepath.Dir(file)))
	}
	return names, nil
}

// engine is how one engine builds and runs a target.
type engine struct {
	build func(ctx context.Context, c *campaign) (program string, err error)
	run   func(ctx context.Context, c *campaign, program string, limit time.Duration) error
	// more says that the engine stops at its first finding and has to be started
	// again, with that class known.
	more bool
}

var engines = map[string]engine{
	"go-fuzz":   {buildGoFuzz, runGoFuzz, false},
	"native":    {buildNative, runNative, true},
	"libfuzzer": {buildLibFuzzer, runLibFuzzer, true},
}

// campaign is one run.
type campaign struct {
	Options
	tmp        string // its own folder
	corpus     string // raw inputs: the seeds and what the engine adds
	crashers   [][]byte
	executions int64
	cpu        time.Duration // of the engine and all it started
}

// Run fuzzes one target.
func Run(ctx context.Context, opts Options) (*Report, error) {
	e, ok := engines[opts.Engine]
	if !ok {
		return nil, fmt.Errorf("there is no engine %q; there are %s", opts.Engine, strings.Join(Engines, ", "))
	}
	c, err := begin(opts)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(c.tmp)
	program, err := e.build(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("build %s for %s: %w", c.Target, c.Engine, err)
	}
	report := &Report{Target: c.Target, Engine: c.Engine}
	buckets := map[string][][]byte{}
	for end := time.Now().Add(c.Time); ; {
		began := time.Now()
		seen, known := len(c.crashers), slices.Clone(c.Known)
		err := e.run(ctx, c, program, time.Until(end))
		report.Elapsed += time.Since(began)
		if err != nil {
			return nil, fmt.Errorf("fuzz %s with %s: %w", c.Target, c.Engine, err)
		}
		for _, input := range c.crashers[seen:] {
			class := c.classOf(ctx, input, known)
			buckets[class] = append(buckets[class], input)
			c.Known = append(c.Known, class)
		}
		if !e.more || c.First || len(c.crashers) == seen || time.Until(end) < time.Second || ctx.Err() != nil {
			break
		}
	}
	report.Executions, report.Crashers = c.executions, len(c.crashers)
	if report.Classes, err = c.keep(ctx, buckets); err != nil {
		return nil, err
	}
	if !c.Empty {
		report.Added, err = c.merge()
	}
	return report, err
}

// begin makes the folders of a campaign and gathers its corpus.
func begin(opts Options) (*campaign, error) {
	c := &campaign{Options: opts}
	if _, err := os.Stat(filepath.Join(c.Root, "fuzz", c.Target, "target.go")); err != nil {
		names, _ := Targets(c.Root)
		return nil, fmt.Errorf("there is no target %q; there are %s", c.Target, strings.Join(names, ", "))
	}
	var err error
	if c.Out != "" {
		if c.Out, err = filepath.Abs(c.Out); err != nil {
			return nil, err
		}
	}
	if c.tmp, err = os.MkdirTemp("", "countersign-fuzz-"); err != nil {
		return nil, err
	}
	c.corpus = filepath.Join(c.tmp, "work", "corpus")
	if c.Seeds == "" {
		c.Seeds = filepath.Join(c.Root, "fuzz", c.Target, "corpus")
	}
	seeds := []string{c.Seeds}
	if c.Out != "" {
		seeds = append(seeds, c.kept("corpus"))
	}
	if c.Empty {
		seeds = nil
		if err := addInputs(c.corpus, [][]byte{{}}); err != nil { // the native engine wants one
			return nil, err
		}
	}
	for _, from := range seeds {
		inputs, err := inputsOf(from)
		if err == nil {
			err = addInputs(c.corpus, inputs)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			os.RemoveAll(c.tmp)
			return nil, err
		}
	}
	return c, nil
}

// kept is a folder of what outlives the campaign.
func (c *campaign) kept(name string) string { return filepath.Join(c.Out, c.Target, name) }

// inputsOf reads the files of a folder. What engines write beside their inputs
// has an extension of theirs.
func inputsOf(folder string) ([][]byte, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var inputs [][]byte
	for _, entry := range entries {
		if entry.IsDir() || slices.Contains([]string{".quoted", ".output"}, filepath.Ext(entry.Name())) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, data)
	}
	return inputs, nil
}

// addInputs writes inputs under the hashes of their content.
func addInputs(folder string, inputs [][]byte) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, data := range inputs {
		if err := os.WriteFile(filepath.Join(folder, nameOf(data)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func nameOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:10])
}

// merge adds to the corpus that is kept what is new in that of the engine.
func (c *campaign) merge() (added int, err error) {
	found, err := inputsOf(c.corpus)
	if err != nil {
		return 0, err
	}
	known := map[string]bool{}
	for _, from := range []string{c.Seeds, c.kept("corpus")} {
		inputs, _ := inputsOf(from)
		for _, data := range inputs {
			known[nameOf(data)] = true
		}
	}
	found = slices.DeleteFunc(found, func(data []byte) bool { return known[nameOf(data)] })
	return len(found), addInputs(c.kept("corpus"), found)
}

// keep writes the shortest input of each class.
func (c *campaign) keep(ctx context.Context, buckets map[string][][]byte) ([]Class, error) {
	var classes []Class
	for name, inputs := range buckets {
		slices.SortFunc(inputs, func(a, b []byte) int { return len(a) - len(b) })
		data := c.shortened(ctx, name, inputs[0])
		file := filepath.Join(c.kept("findings"), slug(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return nil, err
		}
		classes = append(classes, Class{name, len(inputs), file, len(data)})
	}
	slices.SortFunc(classes, func(a, b Class) int { return strings.Compare(a.Name, b.Name) })
	return classes, nil
}

// slug is a class as a file name.
func slug(class string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && !strings.ContainsRune(`/\:*?"<>|`, r) {
			return r
		}
		return '-'
	}, class)
}

// environment is that of whatever a campaign starts: temporary files in its own
// folder, and what is known. An input is worked on by one goroutine after
// another and leaves little behind, so that a process of an engine does with one
// processor, where handing over wakes nobody, and with few collections. The
// program go is no engine.
func (c *campaign) environment(program string) []string {
	tmp := filepath.Join(c.tmp, "tmp")
	_ = os.MkdirAll(tmp, 0o755) // the engine says what is wrong with it
	env := append(append(os.Environ(), c.Settings...), "TMPDIR="+tmp, fuzz.KnownClasses+"="+strings.Join(c.Known, ","))
	if program != "go" {
		env = append(env, "GOMAXPROCS=1", "GOGC=400")
	}
	return env
}
