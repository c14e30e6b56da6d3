package vectors

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schemas holds the JSON Schemas (draft 2020-12) of all files, in the folder
// schema. They are the only place that says which fields a file has, in which
// order they are written, and which strings are byte strings.
//
//go:embed schema/*.json
var Schemas embed.FS

// The schemas of the files. wire.schema.json and case.schema.json hold
// definitions only.
const (
	vectorSchema         = "vector-file.schema.json"
	operationSchema      = "operation-file.schema.json"
	operationNamesSchema = "operation-names.schema.json"
	requirementsSchema   = "requirements.schema.json"
	errataSchema         = "errata.schema.json"
	attestationSchema    = "attestation.schema.json"
	tombstonesSchema     = "tombstones.schema.json"
	questionSchema       = "question-file.schema.json"
)

// schemaOf says which schema rules over the file at that path, or returns ""
// for a path where no file belongs.
func schemaOf(name string) string {
	dir, base := path.Split(name)
	parts := strings.Split(strings.TrimSuffix(dir, "/"), "/")
	switch {
	case name == "tombstones.json":
		return tombstonesSchema
	case name == "operations/names.json":
		return operationNamesSchema
	case !strings.HasSuffix(base, ".json"):
		return ""
	case dir == "operations/":
		return operationSchema
	case dir == "requirements/":
		return requirementsSchema
	case dir == "errata/":
		return errataSchema
	case dir == "questions/":
		return questionSchema
	case dir == "attestations/":
		return attestationSchema
	case len(parts) == 2 && isProfile(parts[0]+"/"+parts[1]):
		return vectorSchema
	}
	return ""
}

// A shape is the part of a schema that says how a value is written.
type shape struct {
	names  []string // of the members, in order
	values []*shape
	items  *shape
	bytes  bool // a byte string
	line   bool // written on one line
}

func (s *shape) index(name string) int {
	for i := range s.names {
		if s.names[i] == name {
			return i
		}
	}
	return -1
}

// anyShape is the shape of what a schema says nothing about.
var anyShape = &shape{}

// shapes reads the shapes of all schemas, by file name.
var shapes = sync.OnceValue(func() map[string]*shape {
	docs := schemaDocs{}
	names, err := fs.Glob(Schemas, "schema/*.json")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		data, err := Schemas.ReadFile(name)
		if err != nil {
			panic(err) // it has just been listed
		}
		root, err := parseDocument(data)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err)) // TestSchemas reads them all
		}
		docs[path.Base(name)] = schemaDoc{data, root}
	}
	out := map[string]*shape{}
	for name, doc := range docs {
		out[name] = docs.shape(name, doc.root)
	}
	return out
})

type schemaDoc struct {
	data []byte
	root *node
}

type schemaDocs map[string]schemaDoc

// shape reads the shape of one schema node of the named file. The schemas have
// no recursion.
func (d schemaDocs) shape(file string, n *node) *shape {
	if n == nil || n.kind != '{' {
		return anyShape
	}
	data := d[file].data
	if ref := n.text(data, "$ref"); ref != "" {
		target, pointer, _ := strings.Cut(ref, "#/")
		if target == "" {
			target = file
		}
		found := d[target].root
		for _, part := range strings.Split(pointer, "/") {
			found = found.member(part)
		}
		s := *d.shape(target, found)
		s.bytes = s.bytes || target == "wire.schema.json" && pointer == "$defs/bytes"
		return &s
	}
	s := &shape{line: n.text(data, "x-layout") == "line"}
	if properties := n.member("properties"); properties != nil {
		for i, name := range properties.names {
			s.names = append(s.names, name)
			s.values = append(s.values, d.shape(file, properties.values[i]))
		}
		return s
	}
	if items := n.member("items"); items != nil {
		s.items = d.shape(file, items)
		return s
	}
	if choices := n.member("oneOf"); choices != nil {
		for _, choice := range choices.values {
			if c := d.shape(file, choice); len(c.names) > 0 || c.items != nil {
				return c
			}
		}
	}
	return s
}

// compiled returns the validator of a schema.
func compiled(name string) *jsonschema.Schema {
	validators.once.Do(func() {
		compiler := jsonschema.NewCompiler()
		validators.byName = map[string]*jsonschema.Schema{}
		for base := range shapes() {
			data, err := Schemas.ReadFile("schema/" + base)
			if err != nil {
				panic(err) // shapes has read it
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
			if err != nil {
				panic(err) // shapes has parsed it
			}
			if err := compiler.AddResource(schemaURL+base, doc); err != nil {
				panic(err) // the URL is well-formed and new
			}
		}
		for base := range shapes() {
			validators.byName[base] = compiler.MustCompile(schemaURL + base)
		}
	})
	return validators.byName[name]
}

// schemaURL is where the compiler believes the schemas to be, so that their
// relative references resolve. Nothing is loaded from there.
const schemaURL = "file:///vectors/schema/"

var validators struct {
	once   sync.Once
	byName map[string]*jsonschema.Schema
}

// A violation is a place where a document is not what its schema asks for.
type violation struct {
	pointer string // JSON pointer to the value
	message string
}

// validate checks data, which must be JSON, against a schema.
func validate(schema string, data []byte) []violation {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return []violation{{"", err.Error()}}
	}
	err = compiled(schema).Validate(doc)
	if err == nil {
		return nil
	}
	invalid, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return []violation{{"", err.Error()}}
	}
	var out []violation
	at := map[string]int{}
	eachLeaf(invalid, func(leaf *jsonschema.ValidationError) {
		unit := leaf.BasicOutput()
		message := unit.Error.String()
		if message == "false schema" {
			message = "must not stand here"
		}
		i, seen := at[unit.InstanceLocation]
		if !seen {
			at[unit.InstanceLocation] = len(out)
			out = append(out, violation{unit.InstanceLocation, message})
		} else if !strings.Contains(out[i].message, message) {
			out[i].message += "; " + message
		}
	})
	return out
}

// eachLeaf visits the errors that have no cause: the others only say that
// something below them is wrong.
func eachLeaf(e *jsonschema.ValidationError, visit func(*jsonschema.ValidationError)) {
	if len(e.Causes) == 0 {
		visit(e)
	}
	for _, cause := range e.Causes {
		eachLeaf(cause, visit)
	}
}
