package countersign_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// action is what action.yml says.
type action struct {
	Name, Description string
	Inputs            map[string]struct{ Description, Default string }
	Outputs           map[string]struct{ Description, Value string }
	Runs              struct {
		Using string
		Steps []step
	}
}

// workflow is a workflow of GitHub Actions, as far as the examples go.
type workflow struct {
	Name string
	On   []string
	Jobs map[string]*job
}

type job struct {
	RunsOn   string `yaml:"runs-on"`
	Needs    string
	If       string
	Strategy struct {
		FailFast bool `yaml:"fail-fast"`
		Matrix   map[string][]string
	}
	Steps []step
}

type step struct {
	ID, Name, Uses, If, Shell, Run string
	WorkingDirectory               string `yaml:"working-directory"`
	Env, With                      map[string]string
}

// parseYAML reads a file and refuses what it does not know: what a test
// overlooks it does not prove.
func parseYAML(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(text, v, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// machine runs jobs as a runner of GitHub does, on this machine and as far as
// the examples and the action go: what it does not know fails the test.
type machine struct {
	t         *testing.T
	action    action
	source    string // where the action is checked out
	project   string // what a checkout brings
	artifacts string
}

func newMachine(t *testing.T, project string) *machine {
	source, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, source: source, project: project, artifacts: t.TempDir()}
	parseYAML(t, "action.yml", &m.action)
	if m.action.Runs.Using != "composite" {
		t.Fatalf("action.yml is %s", m.action.Runs.Using)
	}
	return m
}

// run is one job while it runs.
type run struct {
	*machine
	workspace, temp string
	vars            map[string]string // what expressions may name
	path            []string
	failed          bool
	log, summary    strings.Builder
}

// runJob runs a job, once for each value of its matrix, and reports whether all
// of them succeeded, with what was logged and summed up.
func (m *machine) runJob(j *job) (ok bool, log, summary string) {
	m.t.Helper()
	values := []string{""}
	name := ""
	for name, values = range j.Strategy.Matrix { // of the examples none has two
	}
	if len(j.Strategy.Matrix) > 1 || j.RunsOn == "" {
		m.t.Fatalf("a job of %v on %q", j.Strategy.Matrix, j.RunsOn)
	}
	ok = true
	for i, value := range values {
		r := &run{machine: m, workspace: m.t.TempDir(), temp: m.t.TempDir(), vars: map[string]string{"strategy.job-index": fmt.Sprint(i)}}
		if name != "" {
			r.vars["matrix."+name] = value
		}
		r.steps(j.Steps, nil)
		ok = ok && !r.failed
		log, summary = log+r.log.String(), summary+r.summary.String()
	}
	return ok, log, summary
}

// steps runs steps one after the other; inputs are those of an action.
func (r *run) steps(steps []step, inputs map[string]string) {
	for _, s := range steps {
		switch s.If {
		case "":
			if r.failed {
				continue
			}
		case "${{ !cancelled() }}":
		default:
			r.t.Fatalf("a step under the condition %s", s.If)
		}
		with := r.all(s.With, inputs)
		use, _, _ := strings.Cut(s.Uses, "@")
		switch use {
		case "":
			r.bash(s, inputs)
		case "actions/setup-go": // Go is here
			if file := with["go-version-file"]; !exists(file) {
				r.t.Errorf("there is no %s", file)
			}
		case "actions/checkout":
			copyTree(r.t, r.project, r.workspace)
		case "actions/upload-artifact":
			r.copyFiles(filepath.Join(r.workspace, with["path"]), filepath.Join(r.artifacts, with["name"]))
		case "actions/download-artifact":
			if with["merge-multiple"] != "true" {
				r.t.Errorf("artifacts are downloaded into folders of their own: %v", with)
			}
			r.copyFiles(filepath.Join(r.artifacts, with["pattern"], "*"), filepath.Join(r.workspace, with["path"]))
		case "countersign/countersign":
			r.useAction(with)
		default:
			r.t.Fatalf("a step that uses %s", s.Uses)
		}
	}
}

// useAction runs the steps of action.yml with the inputs it is given.
func (r *run) useAction(with map[string]string) {
	inputs := map[string]string{}
	for name, input := range r.action.Inputs {
		inputs[name] = input.Default
		if input.Description == "" {
			r.t.Errorf("the input %s is not described", name)
		}
	}
	for name, value := range with {
		if _, known := r.action.Inputs[name]; !known {
			r.t.Errorf("the action has no input %s", name)
		}
		inputs[name] = value
	}
	r.steps(r.action.Runs.Steps, inputs)
	for name, output := range r.action.Outputs {
		if value := r.resolve(output.Value, nil); !r.failed && value == "" {
			r.t.Errorf("the output %s is empty", name)
		}
	}
}

// bash runs a step as shell: bash does.
func (r *run) bash(s step, inputs map[string]string) {
	if inputs != nil && s.Shell != "bash" {
		r.t.Errorf("a step of an action names its shell, got %q", s.Shell)
	}
	script := filepath.Join(r.temp, "script.sh")
	files := map[string]string{}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_ENV"} {
		files[name] = filepath.Join(r.temp, name)
		r.write(files[name], "")
	}
	r.write(script, r.resolve(s.Run, inputs))
	cmd := exec.CommandContext(r.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = filepath.Join(r.workspace, r.resolve(s.WorkingDirectory, inputs))
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+r.temp, "GITHUB_WORKSPACE="+r.workspace, "CI=true",
		"PATH="+strings.Join(append(slices.Clone(r.path), os.Getenv("PATH")), ":"))
	for name, file := range files {
		cmd.Env = append(cmd.Env, name+"="+file)
	}
	for name, value := range r.all(s.Env, inputs) {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	r.log.Write(out)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		r.failed = true
	case err != nil:
		r.t.Fatal(err)
	}
	for line := range strings.Lines(r.read(files["GITHUB_OUTPUT"])) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		r.vars["steps."+s.ID+".outputs."+name] = value
	}
	for line := range strings.Lines(r.read(files["GITHUB_PATH"])) {
		r.path = append([]string{strings.TrimSuffix(line, "\n")}, r.path...)
	}
	r.summary.WriteString(r.read(files["GITHUB_STEP_SUMMARY"]))
}

var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// resolve puts values in place of expressions.
func (r *run) resolve(text string, inputs map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		name := expression.FindStringSubmatch(found)[1]
		switch {
		case name == "github.action_path" && r.action.Runs.Using != "":
			return r.source
		case name == "runner.temp":
			return r.temp
		}
		if value, ok := inputs[strings.TrimPrefix(name, "inputs.")]; ok && strings.HasPrefix(name, "inputs.") {
			return value
		}
		value, ok := r.vars[name]
		if !ok && !r.failed {
			r.t.Errorf("nothing is known of %s", found)
		}
		return value
	})
}

func (r *run) all(texts, inputs map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range texts {
		out[name] = r.resolve(text, inputs)
	}
	return out
}

func (r *run) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) read(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// copyFiles copies the files that a pattern matches into a folder.
func (r *run) copyFiles(pattern, folder string) {
	r.t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		r.t.Errorf("nothing is %s: %v", pattern, err)
	}
	for _, name := range names {
		target := filepath.Join(folder, filepath.Base(name))
		if exists(target) {
			r.t.Errorf("%s is there already", target)
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			r.t.Fatal(err)
		}
		r.write(target, r.read(name))
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// copyTree copies files, and leaves out folders whose names begin with a dot.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && relative != ".":
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(target, 0o700)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sdkModule is the SDK whose project the examples run in.
const sdkModule = "github.com/aliyun/alibabacloud-oss-go-sdk-v2"

// newProject makes a project of its own of adapters/oss-go-v2, with a copy of
// its SDK in the folder sdk.
func newProject(t *testing.T) string {
	t.Helper()
	project := t.TempDir()
	copyTree(t, "adapters/oss-go-v2", project)
	out, err := exec.CommandContext(t.Context(), "go", "-C", "adapters/oss-go-v2", "list", "-m", "-f", "{{.Dir}}", sdkModule).Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(string(out))
	if dir == "" { // not downloaded yet
		if out, err := exec.CommandContext(t.Context(), "go", "-C", "adapters/oss-go-v2", "mod", "download").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return newProject(t)
	}
	copyTree(t, dir, filepath.Join(project, "sdk"))
	source, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(project, "go.mod"), "=> ../..", "=> "+source+"\nreplace "+sdkModule+" => ./sdk")
	return project
}

// edit replaces a text that must be there.
func edit(t *testing.T, name, from, to string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s does not hold %q", name, from)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTheActionIsRedForABrokenSDKAndGreenForAMendedOne runs the examples of
// docs/examples on a copy of a real SDK and its adapter. The bug is that the V4
// signer does not sort the query: signed as sent, it is refused by the service
// whenever a caller names parameters in another order.
func TestTheActionIsRedForABrokenSDKAndGreenForAMendedOne(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the steps of an action are run by bash")
	}
	var single, sharded workflow
	parseYAML(t, "docs/examples/ci.yml", &single)
	parseYAML(t, "docs/examples/ci-sharded.yml", &sharded)
	const sorted, unsorted = "sort.Strings(params)", "_ = params"
	project := newProject(t)
	signerOfV4 := filepath.Join(project, "sdk", "oss", "signer", "v4.go")

	edit(t, signerOfV4, sorted, unsorted)
	ok, log, summary := newMachine(t, project).runJob(single.Jobs["signatures"])
	if ok {
		t.Errorf("green for a broken SDK:\n%s", log)
	}
	for _, want := range []string{"## oss-go-v2 ", "### Failures", "first divergent stage `stringToSign`", "`countersign run --signer './adapter' --select 'oss-v4/"} {
		if !strings.Contains(summary, want) {
			t.Errorf("the summary does not say %q:\n%s", want, summary)
		}
	}

	edit(t, signerOfV4, unsorted, sorted)
	if ok, log, summary = newMachine(t, project).runJob(single.Jobs["signatures"]); !ok || !strings.Contains(summary, "As expected.") {
		t.Errorf("red for a mended SDK:\n%s\n%s", log, summary)
	}
	mended := newMachine(t, project)
	if ok, log, summary = mended.runSharded(&sharded); !ok || !strings.Contains(summary, "As expected.") {
		t.Errorf("sharded, red for a mended SDK:\n%s\n%s", log, summary)
	}
	if parts, err := os.ReadDir(mended.artifacts); err != nil || len(parts) != len(sharded.Jobs["shard"].Strategy.Matrix["shard"]) {
		t.Errorf("artifacts %v, %v", parts, err)
	}
}

// runSharded runs a workflow of shards: whatever they say, the last job decides.
func (m *machine) runSharded(w *workflow) (ok bool, log, summary string) {
	m.t.Helper()
	last := w.Jobs["signatures"]
	if names := slices.Sorted(maps.Keys(w.Jobs)); !slices.Equal(names, []string{"shard", "signatures"}) || last.Needs != "shard" || last.If != "${{ !cancelled() }}" {
		m.t.Fatalf("jobs %v, the last one needs %q if %q", names, last.Needs, last.If)
	}
	m.runJob(w.Jobs["shard"])
	return m.runJob(last)
}

// The shards of the example are all of a whole: 1/n to n/n.
func TestTheExampleRunsEveryShard(t *testing.T) {
	var sharded workflow
	parseYAML(t, "docs/examples/ci-sharded.yml", &sharded)
	shards := sharded.Jobs["shard"].Strategy.Matrix["shard"]
	for i, shard := range shards {
		if want := fmt.Sprintf("%d/%d", i+1, len(shards)); shard != want {
			t.Errorf("shard %s, want %s", shard, want)
		}
	}
	if len(shards) < 2 || sharded.Jobs["shard"].Strategy.FailFast {
		t.Errorf("shards %v; one that fails must not stop the others", shards)
	}
}
