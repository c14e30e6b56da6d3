package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/vectors"
)

// configSchemas holds the schema of countersign.yaml.
//
//go:embed schema/*.schema.json
var configSchemas embed.FS

var configSchema = sync.OnceValue(func() *jsonschema.Schema {
	return compileSchema("cmd/countersign/schema/config.schema.json")
})

// place is where in a file something stands, from 1.
type place struct{ line, column int }

// document is a YAML file: its value as JSON has it, and where each part of it
// stands. A part is named by its keys and indexes, joined by slashes; of a
// mapping it is the key that has a place.
type document struct {
	name   string
	value  any
	places map[string]place
}

// at begins a message about a part.
func (d *document) at(path ...string) string {
	p := d.places[strings.Join(path, "/")]
	return fmt.Sprintf("%s:%d:%d", d.name, max(1, p.line), max(1, p.column))
}

// readConfig reads a configuration and holds it to its schema. All faults are
// reported at once, each with its line and column.
func readConfig(name string, text []byte) (*document, error) {
	d, err := parseYAML(name, text)
	if err != nil {
		return nil, err
	}
	err = configSchema().Validate(d.value)
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		return nil, errors.Join(d.faults(invalid)...)
	}
	return d, err
}

// parseYAML reads one document of plain values. What stands for something else
// (anchors, tags) is refused: the file should say what it says.
func parseYAML(name string, text []byte) (*document, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // editors put it in front, and nobody sees it
	d := &document{name: name, places: map[string]place{}}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, d.syntax(err, text)
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			return nil, fmt.Errorf("%s: a second document begins here; a configuration is one", d.node(doc.Body))
		}
		body = doc.Body
	}
	if body == nil {
		return nil, fmt.Errorf("%s:1:1: it says nothing; its settings stand below the key run", name)
	}
	d.value, err = d.plain(body, nil)
	return d, err
}

// syntax says where a file is no YAML.
func (d *document) syntax(err error, text []byte) error {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return fmt.Errorf("%s: not YAML: %w", d.name, err)
	}
	hint := ""
	if strings.Contains(at.GetMessage(), "'\t'") {
		hint = "; YAML is indented by blanks, not by tabs"
	}
	lines := strings.Split(string(text), "\n")
	if n := at.GetToken().Position.Line; n >= 1 && n <= len(lines) && unquoted.MatchString(lines[n-1]) {
		hint = "; " + quoteThem
	}
	return fmt.Errorf("%s: not YAML: %s%s", d.token(at.GetToken()), at.GetMessage(), hint)
}

// unquoted is a value that begins with what means something else in YAML, as
// patterns do.
var unquoted = regexp.MustCompile(`(?:^|[:,\[-])\s*[*&!]`)

const quoteThem = "put text that begins with one of * & ! in quotes"

func (d *document) node(n ast.Node) string {
	p := placeOf(n)
	return fmt.Sprintf("%s:%d:%d", d.name, p.line, p.column)
}

func (d *document) token(t *token.Token) string {
	return fmt.Sprintf("%s:%d:%d", d.name, t.Position.Line, t.Position.Column)
}

// plain turns a node into a value and keeps the places of its parts.
func (d *document) plain(n ast.Node, path []string) (any, error) {
	if _, known := d.places[strings.Join(path, "/")]; !known {
		d.places[strings.Join(path, "/")] = placeOf(n)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return d.mapping(n.Values, path)
	case *ast.MappingValueNode:
		return d.mapping([]*ast.MappingValueNode{n}, path)
	case *ast.SequenceNode:
		items := make([]any, len(n.Values))
		for i, item := range n.Values {
			var err error
			if items[i], err = d.plain(item, append(slices.Clone(path), fmt.Sprint(i))); err != nil {
				return nil, err
			}
		}
		return items, nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.IntegerNode:
		switch v := n.Value.(type) {
		case int64:
			return v, nil
		case uint64:
			return v, nil
		}
	case *ast.FloatNode:
		return n.Value, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.NullNode:
		return nil, nil
	}
	return nil, fmt.Errorf("%s: anchors, aliases, tags and merge keys are not read here; %s", d.node(n), quoteThem)
}

func (d *document) mapping(values []*ast.MappingValueNode, path []string) (any, error) {
	out := map[string]any{}
	for _, v := range values {
		key, ok := v.Key.(*ast.StringNode)
		if !ok {
			return nil, fmt.Errorf("%s: a setting is named by plain text", d.node(v.Key))
		}
		below := append(slices.Clone(path), key.Value)
		d.places[strings.Join(below, "/")] = placeOf(key)
		var err error
		if out[key.Value], err = d.plain(v.Value, below); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key // its own token is the first colon
	}
	t := n.GetToken()
	return place{t.Position.Line, t.Position.Column}
}

// faults says what is wrong with a document, in the order of the file.
func (d *document) faults(e *jsonschema.ValidationError) []error {
	type fault struct {
		path []string
		says string
	}
	var found []fault
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		if extra, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
			for _, key := range extra.Properties {
				found = append(found, fault{append(slices.Clone(e.InstanceLocation), key), unknownSetting(e.InstanceLocation, key)})
			}
			return
		}
		found = append(found, fault{e.InstanceLocation, settingFault(e)})
	}
	walk(e)
	slices.SortStableFunc(found, func(a, b fault) int {
		p, q := d.places[strings.Join(a.path, "/")], d.places[strings.Join(b.path, "/")]
		if p.line != q.line {
			return p.line - q.line
		}
		return p.column - q.column
	})
	var errs []error
	for _, f := range found {
		name := strings.Join(f.path, ".")
		if name != "" {
			name += ": "
		}
		errs = append(errs, fmt.Errorf("%s: %s%s", d.at(f.path...), name, f.says))
	}
	return errs
}

// settingFault says what is wrong with a value, and what to do where that is
// not plain from it.
func settingFault(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		if k.Got == "null" {
			return fmt.Sprintf("it is empty, want %s; give it a value, or take it out", strings.Join(k.Want, " or "))
		}
		says := fmt.Sprintf("it is of the type %s, want %s", k.Got, strings.Join(k.Want, " or "))
		if slices.Contains(k.Want, "string") && k.Got != "object" && k.Got != "array" {
			says += "; put it in quotes"
			if examples := settingAt(e.InstanceLocation).Examples; len(examples) > 0 {
				says += fmt.Sprintf(", like %q", examples[0])
			}
		}
		return says
	case *kind.MinLength:
		return "it is empty"
	case *kind.Pattern:
		if examples := settingAt(e.InstanceLocation).Examples; len(examples) > 0 {
			return fmt.Sprintf("it is %q, want something like %v", k.Got, examples[0])
		}
	case *kind.Required:
		return "it has no " + strings.Join(k.Missing, ", no ") + "; settings stand below run:"
	}
	return e.BasicOutput().Error.String()
}

// secretive matches the names of settings that would hold a secret.
var secretive = regexp.MustCompile(`(?i)secret|token|password|credential|access.?key`)

// unknownSetting says that there is no such setting, and which one may be meant.
func unknownSetting(path []string, key string) string {
	if secretive.MatchString(key) {
		return fmt.Sprintf("secrets do not belong into this file: set %s and %s, or give --credentials FILE", secret.EnvAccessKeyID, secret.EnvAccessKeySecret)
	}
	known := slices.Sorted(maps.Keys(settingAt(path).Properties))
	if len(path) == 1 && slices.Contains(flagsAlone, key) {
		return fmt.Sprintf("it is said on the command line alone, as --%s; there are %s", key, strings.Join(known, ", "))
	}
	if near := vectors.Nearest(key, known, 1); len(near) > 0 && len(known) > 5 {
		return fmt.Sprintf("there is no such setting; did you mean %s? There are %s", near[0], strings.Join(known, ", "))
	}
	return "there is no such setting; there are " + strings.Join(known, ", ")
}

// flagsAlone are the flags of run that are another thing each time: a file that
// stays the same does not have them.
var flagsAlone = []string{
	"credentials", "temporary-credentials", "dry-run", "replay", "update-expected", "shard", "json", "quiet", "config", "no-config",
}

// settingAt is the schema of a setting, or of a group of them; an empty one for
// what lies inside of a setting.
func settingAt(path []string) *jsonschema.Schema {
	schema := configSchema()
	for _, part := range path {
		if schema = schema.Properties[part]; schema == nil {
			return &jsonschema.Schema{}
		}
	}
	return schema
}
