package vectors

import (
	"encoding/json"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
)

// definition returns the node a schema file has at a slash-separated path.
func definition(t *testing.T, file, pointer string) (data []byte, n *node) {
	t.Helper()
	data, err := Schemas.ReadFile("schema/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if n, err = parseDocument(data); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for part := range strings.SplitSeq(pointer, "/") {
		if pointer == "" {
			break
		}
		if n = n.member(part); n == nil {
			t.Fatalf("%s has no %s", file, pointer)
		}
	}
	return data, n
}

func enum(t *testing.T, file, pointer string) []string {
	t.Helper()
	data, n := definition(t, file, pointer+"/enum")
	var list []string
	if err := json.Unmarshal(n.raw(data), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestSchemasCompileAndAreClosed(t *testing.T) {
	names, err := fs.Glob(Schemas, "schema/*.json")
	if err != nil || len(names) != 10 {
		t.Fatalf("there are %d schemas (error %v), want 10", len(names), err)
	}
	for _, name := range names {
		base := path.Base(name)
		if compiled(base) == nil {
			t.Errorf("%s does not compile", base)
		}
		data, root := definition(t, base, "")
		if got := root.text(data, "$schema"); got != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s is of draft %q", base, got)
		}
		checkClosed(t, data, root, base)
	}
}

// checkClosed finds objects that describe their members and admit others.
// Conditions inside if, then, allOf and oneOf narrow an object that is closed
// already; only definitions say "type".
func checkClosed(t *testing.T, data []byte, n *node, where string) {
	if n.kind == '{' && n.text(data, "type") == "object" {
		more := n.member("additionalProperties")
		if more == nil || string(more.raw(data)) != "false" {
			t.Errorf("%s admits unknown fields", where)
		}
	}
	for i, v := range n.values {
		name := ""
		if n.names != nil {
			name = n.names[i]
		}
		checkClosed(t, data, v, where+"/"+name)
	}
}

func TestSchemasAndTypesHaveTheSameFieldsInTheSameOrder(t *testing.T) {
	for _, tc := range []struct {
		file, pointer string
		value         any
	}{
		{vectorSchema, "", File{}},
		{vectorSchema, "$defs/case", Case{}},
		{vectorSchema, "$defs/expect", Expect{}},
		{vectorSchema, "$defs/alternative", Alternative{}},
		{vectorSchema, "$defs/rejection", Rejection{}},
		{vectorSchema, "$defs/tamper", Tamper{}},
		{"case.schema.json", "$defs/source", Source{}},
		{"case.schema.json", "$defs/credentials", signature.Credentials{}},
		{operationSchema, "", OperationFile{}},
		{operationSchema, "$defs/case", OperationCase{}},
		{operationSchema, "$defs/operation", Operation{}},
		{operationNamesSchema, "$defs/operation", OperationName{}},
		{requirementsSchema, "$defs/requirement", Requirement{}},
		{errataSchema, "$defs/erratum", Erratum{}},
		{attestationSchema, "$defs/implementation", Implementation{}},
		{attestationSchema, "$defs/produced", Produced{}},
		{attestationSchema, "$defs/differs", Differs{}},
		{tombstonesSchema, "$defs/tombstone", Tombstone{}},
	} {
		_, n := definition(t, tc.file, tc.pointer)
		var fields []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(tc.value)) {
			if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() {
				fields = append(fields, tag)
			}
		}
		if got := n.member("properties").names; !slices.Equal(got, fields) {
			t.Errorf("%s %s has\n%v, the type %T\n%v", tc.file, tc.pointer, got, tc.value, fields)
		}
	}
}

func TestSchemaOfInputIsWhatSignatureReads(t *testing.T) {
	full := signature.Input{
		Bucket: "b", Key: "k", Addressing: signature.PathStyle, Region: "r", Product: "p", Expires: 1,
		AdditionalHeaders: []string{"h"}, Policy: "{}",
	}
	full.Time = full.Time.AddDate(2023, 0, 0)
	out, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	n, err := parseDocument(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, want := definition(t, "case.schema.json", "$defs/input/properties"); !slices.Equal(n.names, want.names) {
		t.Errorf("signature writes\n%v, the schema says\n%v", n.names, want.names)
	}
}

func TestSchemaListsAreThoseOfSignature(t *testing.T) {
	var schemes, profiles []string
	for _, p := range signature.Profiles {
		profiles = append(profiles, p.ID())
		if !slices.Contains(schemes, p.Scheme) {
			schemes = append(schemes, p.Scheme)
		}
	}
	if got := enum(t, "case.schema.json", "$defs/scheme"); !slices.Equal(got, schemes) {
		t.Errorf("the schema knows the schemes %v, signature %v", got, schemes)
	}
	if !slices.Equal(ProfileIDs(), profiles) {
		t.Errorf("ProfileIDs are %v, want %v", ProfileIDs(), profiles)
	}
	var stages []string
	for _, stage := range signature.Stages {
		stages = append(stages, string(stage))
		if stage == signature.StringToSign {
			stages = append(stages, stringToSignBytes)
		}
	}
	if _, n := definition(t, "case.schema.json", "$defs/stages/properties"); !slices.Equal(n.names, stages) {
		t.Errorf("the schema knows the stages %v, want %v", n.names, stages)
	}
	classes := enum(t, vectorSchema, "$defs/rejection/properties/class")
	for _, class := range []signature.Class{
		signature.SignatureMismatch, signature.MalformedAuthorization, signature.MalformedQuery, signature.MalformedForm,
		signature.UnknownKey, signature.Expired, signature.NotYetValid, signature.Skewed, signature.MissingDate,
		signature.BadDate, signature.WrongScope, signature.AuthenticatedTwice, signature.UnknownAccessKey,
	} {
		if !slices.Contains(classes, string(class)) {
			t.Errorf("the schema does not know the class %s", class)
		}
	}
	for scheme := range families {
		if !slices.Contains(schemes, scheme) {
			t.Errorf("families names the scheme %s, which does not exist", scheme)
		}
	}
	if len(families) != len(schemes) {
		t.Errorf("%d schemes have requirements, want %d", len(families), len(schemes))
	}
}

func TestSchemaOfFollowsThePlace(t *testing.T) {
	for name, want := range map[string]string{
		"tombstones.json":               tombstonesSchema,
		"requirements/oss-v1.json":      requirementsSchema,
		"operations/names.json":         operationNamesSchema,
		"operations/keys.json":          operationSchema,
		"errata/oss.json":               errataSchema,
		"attestations/ali-oss.json":     attestationSchema,
		"oss-rtmp/query/basics.json":    vectorSchema,
		"obs-v4/form/basics.json":       vectorSchema,
		"oss-rtmp/header/basics.json":   "",
		"oss-v5/header/basics.json":     "",
		"oss-v1/basics.json":            "",
		"oss-v1/header/a/basics.json":   "",
		"requirements/old/oss-v1.json":  "",
		"other.json":                    "",
		"oss-v1/header/basics.json.bak": "",
	} {
		if got := schemaOf(name); got != want {
			t.Errorf("%s: got schema %q, want %q", name, got, want)
		}
	}
}
