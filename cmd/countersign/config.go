package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// configName is the file that run reads in the current folder, and in no other.
const configName = "countersign.yaml"

// configFlags say which configuration is read.
type configFlags struct {
	file string
	none bool
	read string // the file that was read; "": none
}

func (c *configFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&c.file, "config", "", "read settings from `FILE`; default: "+configName+" in the current folder, if there is one")
	flags.BoolVar(&c.none, "no-config", false, "read no "+configName)
}

// subjectSettings are about one subject: where the command line names another,
// the file is silent about them.
var subjectSettings = []string{
	"signer", "expected-failures", "endpoint", "bucket", "region", "addressing", "max-wrong-signatures", "rate",
}

// apply gives flags the values that the file has for them. Flags that are given
// win, and one of --signer, --endpoint and --replay sets aside all that the file
// says of its subject, --replay where a recording goes as well. Settings are set
// as if they had been given.
func (c *configFlags) apply(env *environment, flags *pflag.FlagSet) error {
	settings, doc, err := c.settings()
	if err != nil || doc == nil {
		return err
	}
	c.read = doc.name
	ownSubject := flags.Changed("signer") || flags.Changed("endpoint") || flags.Changed("replay")
	var used []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		switch {
		case flags.Changed(name),
			ownSubject && slices.Contains(subjectSettings, name),
			name == "expected-failures" && flags.Changed("update-expected"),
			name == "record" && flags.Changed("replay"): // nothing is asked that could be recorded
			continue
		}
		for _, value := range settingValues(settings[name]) {
			if err := flags.Set(name, value); err != nil {
				return usageError("%s: run.%s: %w", doc.at("run", name), name, err)
			}
		}
		used = append(used, name)
	}
	if len(used) > 0 {
		fmt.Fprintf(env.Stderr, "note: from %s: %s\n", doc.name, strings.Join(used, ", "))
	}
	return nil
}

// settings reads the file that is asked for, or the one that is there.
func (c *configFlags) settings() (map[string]any, *document, error) {
	name := c.file
	switch {
	case c.none && name != "":
		return nil, nil, usageError("--config and --no-config do not go together")
	case c.none:
		return nil, nil, nil
	case name == "":
		name = configName
	}
	text, err := os.ReadFile(name)
	if c.file == "" && errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, usageError("configuration: %w", err)
	}
	doc, err := readConfig(name, text)
	if err != nil {
		return nil, nil, usageError("configuration:\n%w", err)
	}
	return doc.value.(map[string]any)["run"].(map[string]any), doc, nil // its schema says so
}

// settingValues are what a flag is set to, one after the other.
func settingValues(value any) []string {
	switch value := value.(type) {
	case []any:
		var out []string
		for _, item := range value {
			out = append(out, fmt.Sprint(item))
		}
		return out
	case map[string]any:
		var out []string
		for _, key := range slices.Sorted(maps.Keys(value)) {
			out = append(out, fmt.Sprintf("%s=%v", key, value[key]))
		}
		return out
	}
	return []string{fmt.Sprint(value)}
}

// explain adds to what is wrong with the flags that a file gave some of them.
func (c *configFlags) explain(err error) error {
	if err == nil || c.read == "" || exitCode(err) != exitUsage {
		return err
	}
	return usageError("%w\n(settings of %s count like flags; --no-config leaves them aside)", err, c.read)
}

// command begins the command that repeats one vector: with the subject on it,
// and without reports and filters of a file.
func (c *configFlags) command() string {
	if c.read != "" {
		return "countersign run --no-config"
	}
	return "countersign run"
}
