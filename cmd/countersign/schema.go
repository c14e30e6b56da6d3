package main

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// schemaFolders are all published schemas. They refer to each other by their
// places in the source.
var schemaFolders = []struct {
	folder string
	files  embed.FS
}{
	{"vectors", vectors.Schemas},
	{"subject", subject.Schemas},
	{"reports", reports.Schemas},
	{"endpoint", endpoint.Schemas},
	{"cmd/countersign", configSchemas},
}

// schemaSuffix ends the file name of every schema.
const schemaSuffix = ".schema.json"

// schemas holds the text of every published schema by its place, such as
// vectors/schema/case.schema.json.
var schemas = sync.OnceValue(func() map[string][]byte {
	out := map[string][]byte{}
	for _, f := range schemaFolders {
		names, err := fs.Glob(f.files, "schema/*"+schemaSuffix)
		if err != nil {
			panic(err) // the pattern is a constant
		}
		for _, name := range names {
			data, err := f.files.ReadFile(name)
			if err != nil {
				panic(err) // it has just been listed
			}
			out[path.Join(f.folder, name)] = data
		}
	}
	return out
})

// schemaNames lists the short names of the schemas.
func schemaNames() []string {
	var names []string
	for place := range schemas() {
		names = append(names, strings.TrimSuffix(path.Base(place), schemaSuffix))
	}
	slices.Sort(names)
	return names
}

// schemaText finds a schema by its short name or its file name.
func schemaText(name string) ([]byte, bool) {
	for place, data := range schemas() {
		if base := path.Base(place); base == name || base == name+schemaSuffix {
			return data, true
		}
	}
	return nil, false
}

// schemaRoot is where the compiler believes the schemas to be. Nothing is
// loaded from there.
const schemaRoot = "file:///countersign/"

// compileSchema compiles a schema, or a part of one: its place, with the JSON
// pointer to the part behind #.
func compileSchema(place string) *jsonschema.Schema {
	compiler := jsonschema.NewCompiler()
	for name, data := range schemas() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err == nil {
			err = compiler.AddResource(schemaRoot+name, doc)
		}
		if err != nil {
			panic(err) // the schemas are part of this program
		}
	}
	return compiler.MustCompile(schemaRoot + place)
}

// violations says where a JSON document is not what its schema asks for, each
// as "place: what is wrong".
func violations(schema *jsonschema.Schema, document []byte) []string {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return []string{"not JSON: " + err.Error()}
	}
	err = schema.Validate(doc)
	if err == nil {
		return nil
	}
	invalid, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return []string{err.Error()}
	}
	var out []violation
	collect(invalid, &out)
	lines := make([]string, len(out))
	for i, v := range out {
		lines[i] = v.place + ": " + v.says()
	}
	return lines
}

// violation is one thing that is wrong at one place of a document.
type violation struct {
	place string
	text  string
	got   string   // the type of what is there, where that is what is wrong
	want  []string // the types it may have
}

func (v violation) says() string {
	if v.got != "" {
		return fmt.Sprintf("got %s, want %s", v.got, strings.Join(v.want, " or "))
	}
	return v.text
}

// collect takes the errors that have no cause: the others only say that
// something below them is wrong. Where a schema offers several types, none of
// them alone is what is wanted.
func collect(e *jsonschema.ValidationError, out *[]violation) {
	if len(e.Causes) == 0 {
		v := violation{place: strings.Join(e.InstanceLocation, "."), text: e.BasicOutput().Error.String()}
		if v.place == "" {
			v.place = "top level"
		}
		if wrong, ok := e.ErrorKind.(*kind.Type); ok {
			v.got, v.want = wrong.Got, slices.Clone(wrong.Want)
		}
		at := slices.IndexFunc(*out, func(other violation) bool {
			return other.place == v.place && (other.text == v.text || v.got != "" && other.got == v.got)
		})
		switch {
		case at < 0:
			*out = append(*out, v)
		case v.got != "":
			for _, want := range v.want {
				if !slices.Contains((*out)[at].want, want) {
					(*out)[at].want = append((*out)[at].want, want)
				}
			}
		}
	}
	for _, cause := range e.Causes {
		collect(cause, out)
	}
}
