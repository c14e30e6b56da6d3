package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/diagnose"
)

// TestTheGuides runs what the guides in docs/ show. A fence
//
//	```console
//	$ countersign vectors list 'oss-v4/query/**'     # exit 0
//	oss-v4/query/…
//	```
//
// holds command lines behind a dollar sign, and below each what it prints on
// both outputs: … stands for any text of a line, and alone on a line for any
// lines. Nothing below a command says nothing about what it prints. A command
// ends with the code that stands behind it, 0 without one. The commands of a
// guide are run in one shell, in a folder of their own; a fence whose language is
// followed by file=NAME is that file there, the adapter of the README is
// adapter.py, and trace.har and refused.pcap are those of testdata. The ports 9000 and 9001 of a guide are free ones.
func TestTheGuides(t *testing.T) {
	for _, tool := range []string{"bash", "python3", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("REQUIRE_ALL") == "1" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	guides, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	adapter := fences(t, "../../README.md", "python")
	if len(adapter) == 0 {
		t.Fatal("the README shows no adapter")
	}
	commands := 0
	for _, name := range guides {
		g := readGuide(t, name)
		if len(g.steps) == 0 {
			continue
		}
		commands += len(g.steps)
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			g.files["adapter.py"] = adapter[0].text
			for file, recorded := range map[string]string{"trace.har": "requests/presigned-in-browser.har", "refused.pcap": "packets/refused.pcap"} {
				g.files[file] = readText(t, "../../testdata/"+recorded)
			}
			g.run(t)
		})
	}
	if commands < 20 {
		t.Errorf("the guides show %d commands only", commands)
	}
}

// fence is a block of code of a page.
type fence struct{ language, file, text string }

var fenceForm = regexp.MustCompile("(?ms)^```([a-z]+)(?: file=(\\S+))?\n(.*?)^```$")

func fences(t *testing.T, page, language string) []fence {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var found []fence
	for _, m := range fenceForm.FindAllStringSubmatch(string(text), -1) {
		if language == "" || m[1] == language {
			found = append(found, fence{m[1], m[2], m[3]})
		}
	}
	return found
}

// step is a command of a guide.
type step struct {
	command string
	code    int
	output  []string // nil: whatever it prints
}

type guide struct {
	files map[string]string
	steps []step
}

var exitForm = regexp.MustCompile(`\s+# exit (\d+)$`)

func readGuide(t *testing.T, name string) *guide {
	t.Helper()
	g := &guide{files: map[string]string{}}
	for _, f := range fences(t, name, "") {
		switch {
		case f.file != "":
			g.files[f.file] = f.text
		case f.language == "console":
			for line := range strings.Lines(f.text) {
				line = strings.TrimSuffix(line, "\n")
				if command, ok := strings.CutPrefix(line, "$ "); ok {
					s := step{command: command}
					if m := exitForm.FindStringSubmatch(command); m != nil {
						s.code, _ = strconv.Atoi(m[1])
					}
					g.steps = append(g.steps, s)
					continue
				}
				if len(g.steps) == 0 {
					t.Fatalf("%s: a console shows output before a command: %q", name, line)
				}
				last := &g.steps[len(g.steps)-1]
				if last.output == nil && strings.HasSuffix(last.command, `\`) {
					last.command += "\n" + line
					if m := exitForm.FindStringSubmatch(line); m != nil {
						last.code, _ = strconv.Atoi(m[1])
					}
					continue
				}
				last.output = append(last.output, line)
			}
		}
	}
	return g
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// mark stands between what two commands print.
const mark = "\x01"

func (g *guide) run(t *testing.T) {
	dir := t.TempDir()
	for name, text := range g.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	first, second := freePort(t), freePort(t)
	there := strings.NewReplacer("127.0.0.1:9000", "127.0.0.1:"+first, "127.0.0.1:9001", "127.0.0.1:"+second)
	back := strings.NewReplacer("127.0.0.1:"+first, "127.0.0.1:9000", "127.0.0.1:"+second, "127.0.0.1:9001")
	var script strings.Builder
	script.WriteString("trap 'kill $(jobs -p) 2>/dev/null' EXIT\n")
	for _, s := range g.steps {
		fmt.Fprintf(&script, "%s\nprintf '%s%%d\\n' $?\n", there.Replace(s.command), mark)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", script.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "NO_COLOR=1", "COLUMNS=120")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil && ctx.Err() != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	rest := back.Replace(out.String())
	for _, s := range g.steps {
		printed, after, ok := strings.Cut(rest, mark)
		code, next, _ := strings.Cut(after, "\n")
		if !ok {
			t.Fatalf("$ %s\nis not reached:\n%s", s.command, rest)
		}
		rest = next
		if code != strconv.Itoa(s.code) {
			t.Errorf("$ %s\nends with %s, want %d:\n%s", s.command, code, s.code, printed)
			continue
		}
		if s.output != nil && !printsLike(strings.Split(strings.TrimRight(printed, "\n"), "\n"), s.output) {
			t.Errorf("$ %s\nprints\n%s\nand the guide shows\n%s", s.command, printed, strings.Join(s.output, "\n"))
		}
	}
}

// printsLike compares lines with those of a guide.
func printsLike(got, want []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if strings.TrimSpace(want[0]) == "…" {
		for skip := range len(got) + 1 {
			if printsLike(got[skip:], want[1:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && lineLike(strings.TrimRight(got[0], " "), want[0]) && printsLike(got[1:], want[1:])
}

func lineLike(got, want string) bool {
	parts := strings.Split(want, "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(got)
}

// The guide for people with a 403 calls the causes by their names.
func TestTheGuideNamesTheCausesAsDiagnoseDoes(t *testing.T) {
	rows := regexp.MustCompile(`(?m)^\| (C\d\d) \| (.*?) \|`).FindAllStringSubmatch(readText(t, "../../docs/refused.md"), -1)
	if len(rows) != 10 {
		t.Errorf("the guide has %d causes, and promises ten", len(rows))
	}
	for _, row := range rows {
		if cause, ok := diagnose.Cause(row[1]); !ok || cause.Name != row[2] {
			t.Errorf("the guide calls %s %q, and diagnose %q", row[1], row[2], cause.Name)
		}
	}
}

func TestTheReferenceIsThatOfTheSchemas(t *testing.T) {
	out, err := exec.Command("countersign", "vectors", "schema", "--markdown").Output()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out, page) {
		t.Error("docs/reference.md is not that of the schemas: countersign vectors schema --markdown > docs/reference.md")
	}
}
