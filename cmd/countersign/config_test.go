package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
)

// neverSettings are flags of run that no file sets: what is of one run only, and
// whatever has to do with credentials.
var neverSettings = []string{
	"replay", "update-expected", "quiet", "shard", "dry-run", "json", "config", "no-config", "help", "credentials", "temporary-credentials",
}

// A flag of run is a setting by the same name, or is one of those that cannot
// be: a new flag does not miss the file by chance.
func TestSettingsAreTheFlagsOfRun(t *testing.T) {
	redactor := &secret.Redactor{}
	cmd := newRunCommand(&environment{Redactor: redactor})
	settings := configSchema().Properties["run"].Properties
	for _, name := range neverSettings {
		if settings[name] != nil {
			t.Errorf("%s is a setting", name)
		}
	}
	flags := map[string]bool{}
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		flags[flag.Name] = true
		if settings[flag.Name] == nil && !slices.Contains(neverSettings, flag.Name) {
			t.Errorf("--%s is no setting", flag.Name)
		}
	})
	for name := range settings {
		if !flags[name] {
			t.Errorf("the setting %s is no flag", name)
		}
	}
	kinds := slices.Sorted(maps.Keys(settings["report"].Properties))
	if want := slices.Sorted(slices.Values(reports.Kinds)); !slices.Equal(kinds, want) {
		t.Errorf("a file can ask for the reports %v, there are %v", kinds, want)
	}
	for _, name := range subjectSettings {
		if settings[name] == nil {
			t.Errorf("%s is no setting", name)
		}
	}
}

// No file makes the reader panic, and what it accepts has one meaning.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{"", "run: {}", "run:\n  signer: a\n", "run: &a [*a]", "- ", "\x00", "run:\n\tsigner: a", "? a\n: b", "run: {report: {md: x}}", "<<: *a", "run: !!binary x", "--- \n---"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, err := readConfig("x.yaml", text)
		if (doc == nil) == (err == nil) {
			t.Errorf("document %v, error %v", doc, err)
		}
		if err == nil {
			if _, ok := doc.value.(map[string]any)["run"].(map[string]any); !ok {
				t.Errorf("accepted %#v", doc.value)
			}
		}
	})
}

// What the README shows as a configuration is one, and its five lines for
// GitHub are those of the example that is run.
func TestTheConfigurationOfTheREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../../docs/examples/ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	configurations, workflows := 0, 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(readme, -1) {
		if strings.HasPrefix(string(block[1]), "run:") {
			configurations++
			if _, err := readConfig("README.md", block[1]); err != nil {
				t.Error(err)
			}
			continue
		}
		workflows++
		if !strings.HasSuffix(string(example), string(block[1])) {
			t.Errorf("docs/examples/ci.yml does not end with\n%s", block[1])
		}
	}
	if configurations == 0 || workflows == 0 {
		t.Errorf("the README shows %d configurations and %d workflows", configurations, workflows)
	}
}
