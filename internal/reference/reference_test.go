package reference

import (
	"strings"
	"testing"
)

func TestAPageHasEveryMemberInOrder(t *testing.T) {
	page, err := Page("# Reference\n", map[string][]byte{
		"a/schema/thing.schema.json": []byte(`{
			"title": "A thing", "description": "What a thing is.", "type": "object",
			"properties": {
				"zeta": {"description": "One | two.", "enum": ["x", "y"]},
				"alpha": {"type": "object", "properties": {"inner": {"$ref": "../../b/schema/other.schema.json#/$defs/bytes"}}, "required": ["inner"]},
				"list": {"type": "array", "items": {"$ref": "#/$defs/name"}},
				"not": false
			},
			"required": ["zeta"], "additionalProperties": false,
			"$defs": {"name": {"type": "string", "pattern": "^a|b$"}}
		}`),
		"b/schema/other.schema.json": []byte(`{"title": "Another", "$defs": {"bytes": {"description": "Bytes.", "oneOf": [{"type": "string"}, {"$ref": "#/$defs/hex"}]}, "hex": {"type": "object", "properties": {"hex": {"const": 1}}}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, want := range []string{
		"- [A thing](#a-thing): `a/schema/thing.schema.json`",
		"## A thing", "What a thing is.",
		"| `zeta` | one of `x` `y`, required | One \\| two. |",
		"| `alpha` | object |", "| `alpha.inner` | [bytes](#other-bytes), required |",
		"| `list` | list of [name](#thing-name) |", "No other members.",
		"### thing: name", "String (matches `^a\\|b$`).",
		"### other: bytes", "String or [hex](#other-hex).",
		"### other: hex", "| `hex` | `1` |",
	} {
		i := strings.Index(page[at:], want)
		if i < 0 {
			t.Fatalf("%q is missing behind byte %d of\n%s", want, at, page)
		}
		at += i
	}
	if strings.Contains(page, "`not`") {
		t.Error("a member that may not be there is shown")
	}
}

func TestWhatIsNoSchemaIsRefused(t *testing.T) {
	if _, err := Page("", map[string][]byte{"a/schema/b.schema.json": []byte(`[]`)}); err == nil || !strings.Contains(err.Error(), "b.schema.json") {
		t.Error(err)
	}
}
