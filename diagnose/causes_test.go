package diagnose

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var dataFileNames = []string{"causes", "codes", "mistakes", "clients"}

func readJSON(t *testing.T, text []byte) map[string]any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

func readSchema(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := Schemas.ReadFile("schema/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return readJSON(t, text)
}

func readData(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := dataFiles.ReadFile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return readJSON(t, text)
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource("file:///"+name, readSchema(t, name)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("file:///" + name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestDataFilesFollowTheirSchemas(t *testing.T) {
	for _, name := range dataFileNames {
		if err := compile(t, name).Validate(readData(t, name)); err != nil {
			t.Errorf("%s.json: %v", name, err)
		}
	}
}

func TestSchemasRefuseWhatTheyDoNotKnow(t *testing.T) {
	item := func(doc map[string]any, list string) map[string]any { return doc[list].([]any)[0].(map[string]any) }
	for _, tc := range []struct {
		file, what string
		spoil      func(doc map[string]any)
	}{
		{"causes", "an unknown member", func(doc map[string]any) { doc["extra"] = "x" }},
		{"causes", "an unknown member of a cause", func(doc map[string]any) { item(doc, "causes")["extra"] = "x" }},
		{"causes", "an unknown party", func(doc map[string]any) { item(doc, "causes")["atFault"] = []any{"moon"} }},
		{"causes", "nobody at fault", func(doc map[string]any) { item(doc, "causes")["atFault"] = []any{} }},
		{"causes", "a cause without a fix", func(doc map[string]any) { delete(item(doc, "causes"), "fix") }},
		{"causes", "a fix for one service only", func(doc map[string]any) {
			item(doc, "causes")["fix"] = map[string]any{"oss": "Switch CNAME on."}
		}},
		{"codes", "an unknown member of a code", func(doc map[string]any) { item(doc, "codes")["extra"] = "x" }},
		{"codes", "an EC of another form", func(doc map[string]any) { item(doc, "codes")["ec"] = "2-40" }},
		{"codes", "an EC of OBS", func(doc map[string]any) { item(doc, "codes")["dialect"] = "obs" }},
		{"codes", "a row about nothing", func(doc map[string]any) {
			delete(item(doc, "codes"), "ec")
			delete(item(doc, "codes"), "code")
		}},
		{"codes", "an unknown basis", func(doc map[string]any) { item(doc, "codes")["basis"] = "heard" }},
		{"codes", "a row without a source", func(doc map[string]any) { delete(item(doc, "codes"), "source") }},
		{"mistakes", "an unknown member of a mistake", func(doc map[string]any) { item(doc, "mistakes")["extra"] = "x" }},
		{"mistakes", "something that is no cause", func(doc map[string]any) { item(doc, "mistakes")["cause"] = "D01" }},
		{"clients", "an unknown member of a client", func(doc map[string]any) { item(doc, "clients")["extra"] = "x" }},
		{"clients", "a client without a source", func(doc map[string]any) {
			delete(item(doc, "clients")["debug"].(map[string]any), "source")
		}},
	} {
		doc := readData(t, tc.file)
		tc.spoil(doc)
		if compile(t, tc.file).Validate(doc) == nil {
			t.Errorf("%s.json: accepted %s", tc.file, tc.what)
		}
	}
}

// The structs are the other half of the contract.
func TestSchemasNameTheFieldsOfTheStructs(t *testing.T) {
	for _, tc := range []struct {
		schema, def string
		value       any
	}{
		{"causes", "", causesFile{}},
		{"causes", "document", Document{}},
		{"causes", "cause", RootCause{}},
		{"causes", "fix", Fix{}},
		{"causes", "mention", Mention{}},
		{"codes", "", codesFile{}},
		{"codes", "code", Code{}},
		{"mistakes", "", mistakesFile{}},
		{"mistakes", "mistake", mistake{}},
		{"clients", "", clientsFile{}},
		{"clients", "client", KnownClient{}},
		{"clients", "log", LogFormat{}},
		{"clients", "sent", SentFormat{}},
		{"clients", "advice", Advice{}},
		{"clients", "fix", ClientFix{}},
	} {
		def := readSchema(t, tc.schema)
		if tc.def != "" {
			def = def["$defs"].(map[string]any)[tc.def].(map[string]any)
		}
		var named, fields, required, always []string
		for property := range def["properties"].(map[string]any) {
			named = append(named, property)
		}
		for _, property := range def["required"].([]any) {
			required = append(required, property.(string))
		}
		for _, field := range reflect.VisibleFields(reflect.TypeOf(tc.value)) {
			tag, option, _ := strings.Cut(field.Tag.Get("json"), ",")
			fields = append(fields, tag)
			if option == "" {
				always = append(always, tag)
			}
		}
		for _, list := range [][]string{named, fields, required, always} {
			slices.Sort(list)
		}
		if !slices.Equal(named, fields) {
			t.Errorf("%s %s: the schema has %v, the struct %v", tc.schema, tc.def, named, fields)
		}
		if !slices.Equal(required, always) {
			t.Errorf("%s %s: the schema requires %v, the struct always has %v", tc.schema, tc.def, required, always)
		}
	}
}

func TestThereAre32CausesInOrder(t *testing.T) {
	causes := Causes()
	if len(causes) != 32 {
		t.Fatalf("%d causes", len(causes))
	}
	names := map[string]string{}
	for i, c := range causes {
		if want := fmt.Sprintf("C%02d", i+1); c.ID != want {
			t.Errorf("cause %d is %s, want %s", i+1, c.ID, want)
		}
		if names[c.Name] != "" {
			t.Errorf("%s and %s are both called %q", names[c.Name], c.ID, c.Name)
		}
		names[c.Name] = c.ID
		if found, ok := Cause(c.ID); !ok || found.Name != c.Name {
			t.Errorf("Cause(%q) is %q, %t", c.ID, found.Name, ok)
		}
	}
	for _, id := range []string{"", "C00", "C33", "c01"} {
		if c, ok := Cause(id); ok {
			t.Errorf("Cause(%q) is %q", id, c.Name)
		}
	}
}

// What the five documents tell their readers to look for, each with the place
// that says it, read in the documents themselves.
func TestCausesOfTheDocumentsNameTheirDocuments(t *testing.T) {
	for document, causes := range map[string][]string{
		"000": {"C01" /* mini program */, "C05" /* URL-encoding */, "C09" /* HEAD through a CDN */, "C13" /* Date and Expires */},
		"001": {"C02", "C05", "C31", "C32"},
		"002": {"C08", "C02", "C09", "C13", "C01", "C22", "C17", "C14", "C15", "C31", "C32", "C05"},
		"003": {"C01", "C10", "C11", "C09", "C08", "C05", "C02", "C31", "C32"},
		"004": {"C19", "C20"},
	} {
		slices.Sort(causes)
		var got []string
		for _, c := range Causes() {
			if slices.ContainsFunc(c.Documents, func(m Mention) bool { return m.Document == document }) {
				got = append(got, c.ID)
			}
		}
		if !slices.Equal(got, causes) {
			t.Errorf("document %s is named by %v, want %v", document, got, causes)
		}
	}
}

func TestMentionsAreOfKnownDocuments(t *testing.T) {
	var known []string
	for _, d := range Documents() {
		known = append(known, d.ID)
	}
	if want := []string{"000", "001", "002", "003", "004"}; !slices.Equal(known, want) {
		t.Errorf("documents are %v, want %v", known, want)
	}
	for _, c := range Causes() {
		for _, m := range c.Documents {
			if !slices.Contains(known, m.Document) {
				t.Errorf("%s: there is no document %s", c.ID, m.Document)
			}
		}
	}
}

func TestFixSpeaksToOneServiceOrToBoth(t *testing.T) {
	fix := Fix{Both: "Encode once.", OSS: "Decoded.", OBS: "Encoded."}
	for dialect, want := range map[Dialect]string{
		OSS: "Encode once. Decoded.",
		OBS: "Encode once. Encoded.",
		"":  "Encode once. OSS: Decoded. OBS: Encoded.",
	} {
		if got := fix.For(dialect); got != want {
			t.Errorf("for %q: %q, want %q", dialect, got, want)
		}
	}
	for _, dialect := range []Dialect{OSS, OBS, ""} {
		if got := (Fix{Both: "Encode once."}).For(dialect); got != "Encode once." {
			t.Errorf("for %q: %q", dialect, got)
		}
	}
}

// The three rules that OSS and OBS read in opposite ways must not be mixed up
// in what a user is told.
func TestFixesOfOppositeRulesDiffer(t *testing.T) {
	for _, id := range []string{"C03", "C08", "C13"} {
		c, _ := Cause(id)
		if c.Fix.OSS == "" || c.Fix.OBS == "" {
			t.Errorf("%s says nothing of its own to one of the services", id)
		}
		if strings.Contains(c.Fix.For(OSS), "x-obs-") || strings.Contains(c.Fix.For(OBS), "x-oss-") {
			t.Errorf("%s tells users of one service the names of the other", id)
		}
	}
}
