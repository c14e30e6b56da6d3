package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/countersign/countersign/reports"
)

// Program is what adapters and servers are alike in: something that is installed,
// and then started in a process of its own.
type Program struct {
	Schema   string     `json:"$schema"`
	Name     string     `json:"name"`
	Language string     `json:"language"`
	Runtime  string     `json:"runtime"`
	Needs    []string   `json:"needs"`
	Install  [][]string `json:"install"`
	Command  []string   `json:"command"`
	NotOn    *Days      `json:"notOn,omitempty"`
	Timeout  int        `json:"timeout,omitempty"`  // seconds for one answer; 0: the usual
	Parallel int        `json:"parallel,omitempty"` // questions in flight; 0: the usual

	Dir string `json:"-"` // its folder
}

// Adapter is what stands in adapters/<name>/adapter.json.
type Adapter struct {
	Program
	SDK     SDK       `json:"sdk"`
	Attests *[]string `json:"attests,omitempty"`
}

// SDK is what an adapter puts under test.
type SDK struct {
	Package string `json:"package"` // as its registry names it
	URL     string `json:"url"`
}

// Days are days of a month, in UTC, on which an SDK is not judged: it cannot send
// anything then that a server accepts.
type Days struct {
	Days    [2]int `json:"days"`    // the first and the last
	Finding string `json:"finding"` // that keeps it from it
}

// Postponed says why a program is not judged at a time, "" if it is.
func (p *Program) Postponed(now time.Time) string {
	if d := p.NotOn; d != nil && d.Days[0] <= now.UTC().Day() && now.UTC().Day() <= d.Days[1] {
		return fmt.Sprintf("not on days %d to %d of a month: its finding %s", d.Days[0], d.Days[1], d.Finding)
	}
	return ""
}

// Expected is the file of its expected failures; it may be missing.
func (p *Program) Expected() string { return filepath.Join(p.Dir, "expected-failures.txt") }

// Patience is how long it may take for one answer; 0: the usual.
func (p *Program) Patience() time.Duration { return time.Duration(p.Timeout) * time.Second }

// Accounts are the findings that its findings.json tells of; none if there is no
// such file.
func (a *Adapter) Accounts() ([]reports.Account, error) {
	var file struct {
		Schema   string            `json:"$schema"`
		Findings []reports.Account `json:"findings"`
	}
	err := readJSON(filepath.Join(a.Dir, "findings.json"), filepath.Join(a.Dir, "..", "schema", "findings.schema.json"), &file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return file.Findings, err
}

// Tool is a toolchain: an entry of adapters/tools.json.
type Tool struct {
	Name    string   `json:"name"`
	Version []string `json:"version"` // a command that prints it
	Get     string   `json:"get"`     // where to get it
}

// there reports whether the tool can be used. One that does not even tell its
// version in time cannot.
func (t *Tool) there() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return exec.CommandContext(ctx, t.Version[0], t.Version[1:]...).Run() == nil
}

// Adapters are all adapters of a folder, and the tools they need.
type Adapters struct {
	Dir   string
	All   []*Adapter // sorted by name
	tools map[string]*Tool
}

// Load reads the adapters of a folder. Everything that is wrong with their files
// is reported at once.
func Load(dir string) (*Adapters, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	a := &Adapters{Dir: dir, tools: map[string]*Tool{}}
	var tools struct {
		Schema string  `json:"$schema"`
		Tools  []*Tool `json:"tools"`
	}
	if err := readJSON(filepath.Join(dir, "tools.json"), filepath.Join(dir, "schema", "tools.schema.json"), &tools); err != nil {
		return nil, err
	}
	for _, t := range tools.Tools {
		a.tools[t.Name] = t
	}
	names, err := filepath.Glob(filepath.Join(dir, "*", "adapter.json"))
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, name := range names {
		adapter := &Adapter{Program: Program{Dir: filepath.Dir(name)}}
		if err := readJSON(name, filepath.Join(dir, "schema", "adapter.schema.json"), adapter); err != nil {
			faults = append(faults, err)
			continue
		}
		faults = append(faults, a.check(name, &adapter.Program))
		a.All = append(a.All, adapter)
	}
	slices.SortFunc(a.All, func(x, y *Adapter) int { return strings.Compare(x.Name, y.Name) })
	if len(names) == 0 {
		faults = append(faults, fmt.Errorf("%s: no folder with an adapter.json in it", dir))
	}
	return a, errors.Join(faults...)
}

// check reports what a schema cannot see.
func (a *Adapters) check(file string, p *Program) error {
	if folder := filepath.Base(p.Dir); folder != p.Name {
		return fmt.Errorf("%s: its name is %q, its folder %q; they are the same", file, p.Name, folder)
	}
	for _, need := range p.Needs {
		if a.tools[need] == nil {
			return fmt.Errorf("%s: it needs %q, which tools.json does not know", file, need)
		}
	}
	return nil
}

// Missing are the tools a program needs and that are not there.
func (a *Adapters) Missing(p *Program) []*Tool {
	var missing []*Tool
	for _, need := range p.Needs {
		if t := a.tools[need]; !t.there() {
			missing = append(missing, t)
		}
	}
	return missing
}

// Only keeps the adapters of these names, each once: two runs in one folder
// would be in each other's way. No names: all of them.
func (a *Adapters) Only(names []string) ([]*Adapter, error) {
	if len(names) == 0 {
		return a.All, nil
	}
	var kept []*Adapter
	for _, name := range names {
		i := slices.IndexFunc(a.All, func(adapter *Adapter) bool { return adapter.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no adapter %q; there are %s", name, strings.Join(a.names(), ", "))
		}
		if !slices.Contains(kept, a.All[i]) {
			kept = append(kept, a.All[i])
		}
	}
	return kept, nil
}

func (a *Adapters) names() []string {
	var names []string
	for _, adapter := range a.All {
		names = append(names, adapter.Name)
	}
	return names
}

// readJSON reads a file that follows a schema.
func readJSON(name, schema string, into any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	compiled, err := jsonschema.NewCompiler().Compile(schema)
	if err != nil {
		return fmt.Errorf("%s: its schema: %w", name, err)
	}
	if err := compiled.Validate(value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
