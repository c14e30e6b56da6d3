package reports

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func readSchema(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := Schemas.ReadFile("schema/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("file:///"+name, readSchema(t, name)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("file:///" + name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(doc)
}

func TestWrittenStreamsFollowTheirSchema(t *testing.T) {
	schema := compile(t, "result-stream")
	for name, s := range map[string]*Stream{"a run": aRun(), "an empty run": streamOf()} {
		for line := range strings.Lines(ndjson(t, s)) {
			if err := validate(t, schema, line); err != nil {
				t.Errorf("%s: %s%v", name, line, err)
			}
		}
	}
}

func TestComplianceReportFollowsItsSchema(t *testing.T) {
	schema := compile(t, "compliance")
	for name, s := range map[string]*Stream{"a run": aRun(), "an empty run": streamOf()} {
		if err := validate(t, schema, render(t, "json", s)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemasAreClosed(t *testing.T) {
	stream, compliance := compile(t, "result-stream"), compile(t, "compliance")
	for line := range strings.Lines(ndjson(t, aRun())) {
		if err := validate(t, stream, strings.Replace(line, "{", `{"extra":1,`, 1)); err == nil {
			t.Errorf("accepted an unknown member: %.60s", line)
		}
	}
	if err := validate(t, compliance, strings.Replace(render(t, "json", aRun()), "{", `{"extra":1,`, 1)); err == nil {
		t.Error("accepted an unknown member in a compliance report")
	}
	if err := validate(t, stream, `{"type":"result","id":"a/b/c","level":"must","outcome":"ok"}`); err == nil {
		t.Error("accepted an unknown outcome")
	}
}

// The structs are the other half of the contract: what they write, the schema
// names, and it requires what they always write.
func TestSchemasNameTheFieldsOfTheStructs(t *testing.T) {
	for schema, defs := range map[string]map[string]any{
		"result-stream": {
			"header": Header{}, "result": Result{}, "footer": Footer{}, "profileCounts": ProfileCounts{},
			"subject": Subject{}, "expectation": Expectation{}, "diagnosis": Diagnosis{}, "cause": Cause{},
			"comparison": Comparison{}, "reading": Reading{},
		},
		"compliance": {"": Compliance{}, "profileCompliance": ProfileCompliance{}, "entry": Entry{}, "finding": Finding{}, "shown": Shown{}, "subject": Subject{}},
	} {
		root := readSchema(t, schema)
		for name, v := range defs {
			def := root
			if name != "" {
				def = root["$defs"].(map[string]any)[name].(map[string]any)
			}
			var properties, required []string
			for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
				if field.Anonymous {
					continue // its fields are written as if they were the struct's own
				}
				tag, option, _ := strings.Cut(field.Tag.Get("json"), ",")
				if tag == "-" {
					continue // never written
				}
				properties = append(properties, tag)
				if option == "" {
					required = append(required, tag)
				}
			}
			var named, wanted []string
			for property := range def["properties"].(map[string]any) {
				named = append(named, property)
			}
			for _, property := range def["required"].([]any) {
				wanted = append(wanted, property.(string))
			}
			for _, list := range [][]string{properties, required, named, wanted} {
				slices.Sort(list)
			}
			if !slices.Equal(properties, named) {
				t.Errorf("%s %s: struct has %v, schema has %v", schema, name, properties, named)
			}
			if !slices.Equal(required, wanted) {
				t.Errorf("%s %s: struct always writes %v, schema requires %v", schema, name, required, wanted)
			}
		}
		outcomes, err := json.Marshal(root["$defs"].(map[string]any)["outcome"].(map[string]any)["enum"])
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := json.Marshal(Outcomes); !bytes.Equal(outcomes, want) {
			t.Errorf("%s: outcomes %s, want %s", schema, outcomes, want)
		}
	}
}
