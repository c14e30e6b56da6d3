package vectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const untidy = `{"cases":[{"title":"<a> & b","id":"oss-v1/header/x/y","flags":["token",
"cname"],"input":{"bucket":{"hex":"c3a9"},"key":{"hex":"ff00"},"request":{"headers":[["Host","h"],["A",
{"hex":"ff"}]],"body":"é\/"}},"expect":{"tamper":[{"op":"set-header","value":"","when":"after-signing","target":"A"}],"receivedAfter":-1e2}}],
"theme":"x","$schema":"../../schema/vector-file.schema.json"}`

const tidy = `{
  "$schema": "../../schema/vector-file.schema.json",
  "theme": "x",
  "cases": [
    {
      "id": "oss-v1/header/x/y",
      "title": "<a> & b",
      "flags": ["token", "cname"],
      "input": {
        "request": {
          "headers": [
            ["Host", "h"],
            ["A", {"hex":"ff"}]
          ],
          "body": "\u00e9/"
        },
        "bucket": "\u00e9",
        "key": {"hex":"ff00"}
      },
      "expect": {
        "tamper": [
          {"when": "after-signing", "op": "set-header", "target": "A", "value": ""}
        ],
        "receivedAfter": -1e2
      }
    }
  ]
}
`

func TestFormatBytesWritesTheCanonicalForm(t *testing.T) {
	got, err := FormatBytes([]byte(untidy))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != tidy {
		t.Errorf("got:\n%s\nwant:\n%s", got, tidy)
	}
	again, err := FormatBytes(got)
	if err != nil || !bytes.Equal(again, got) {
		t.Errorf("formatting the result changes it (error %v)", err)
	}
}

func TestFormatBytesRefusesWhatItWouldLose(t *testing.T) {
	const head = `{"$schema":"../../schema/vector-file.schema.json","cases":[{"id":"oss-v1/header/x/y",`
	for name, tc := range map[string]struct{ in, want string }{
		"unknown field":   {head + `"colour":1}]}`, `line 1, oss-v1/header/x/y, cases[0]: unknown field "colour"`},
		"wrong case":      {head + `"Title":"a"}]}`, `unknown field "Title"`},
		"unknown deeper":  {head + "\n" + `"input":{"request":{"uri":"/"}}}]}`, `line 2, oss-v1/header/x/y, cases[0].input.request: unknown field "uri"`},
		"field twice":     {head + `"title":"a","title":"b"}]}`, `the field "title" comes twice`},
		"lone surrogate":  {head + `"title":"\udc00"}]}`, "lone surrogate"},
		"not UTF-8":       {head + "\"title\":\"\xff\"}]}", "not UTF-8"},
		"bad hex":         {head + `"input":{"key":{"hex":"f"}}}]}`, "hex"},
		"object as text":  {head + `"title":{"hex":"61"}}]}`, `unknown field "hex"`},
		"not JSON":        {"{\n\"a\":}", "line 2: not JSON"},
		"no schema":       {`{"cases":[]}`, "must name one of the files"},
		"unknown schema":  {`{"$schema":"x.schema.json"}`, `got "x.schema.json"`},
		"text behind it":  {`{"$schema":"schema/tombstones.schema.json"} x`, "not JSON"},
		"nothing":         {"", "not JSON"},
		"escaped name":    {`{"$schema":"schema/tombstones.schema.json","\u0077ithdrawn":[],"withdrawn":[]}`, "comes twice"},
		"not an object":   {`[1]`, "must name one of the files"},
		"undecodable key": {`{"$schema":"schema/tombstones.schema.json","\ud800":1}`, "unknown field"},
	} {
		got, err := FormatBytes([]byte(tc.in))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %q and error %v, want an error that says %q", name, got, err, tc.want)
		}
	}
}

func FuzzFormatBytesLosesNothing(f *testing.F) {
	f.Add([]byte(untidy))
	f.Add([]byte(tidy))
	f.Add([]byte(`{"$schema":"schema/tombstones.schema.json","withdrawn":[{"why":"\"\\\u0000\ud83d\ude00"},null,[],{},-0.50e+3]}`))
	f.Add([]byte(`{"$schema":"schema/requirements.schema.json","requirements":[true,{"id":["a",{}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := FormatBytes(data)
		if err != nil {
			return
		}
		twice, err := FormatBytes(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("not idempotent (error %v):\n%s\nthen:\n%s", err, once, twice)
		}
		if before, after := meaning(t, data), meaning(t, once); !reflect.DeepEqual(before, after) {
			t.Fatalf("%s\nbecame\n%s", data, once)
		}
	})
}

// meaning decodes a document with every byte string as its text.
func meaning(t *testing.T, data []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return withoutHex(v)
}

func withoutHex(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if digits, ok := v["hex"].(string); ok && len(v) == 1 {
			raw := make([]byte, 0, len(digits)/2)
			for i := 0; i+1 < len(digits); i += 2 {
				raw = append(raw, unhexDigit(digits[i])<<4|unhexDigit(digits[i+1]))
			}
			return string(raw)
		}
		for name := range v {
			v[name] = withoutHex(v[name])
		}
	case []any:
		for i := range v {
			v[i] = withoutHex(v[i])
		}
	}
	return v
}

func unhexDigit(c byte) byte {
	return byte(strings.IndexByte("0123456789abcdef", c|0x20))
}

func TestFormatFileReplacesAFileInOneStep(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(name, []byte(untidy), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := CheckFormatFile(name); !errors.Is(err, ErrNotFormatted) {
		t.Errorf("an untidy file: got error %v, want ErrNotFormatted", err)
	}
	changed, err := FormatFile(name)
	if err != nil || !changed {
		t.Fatalf("got changed %v, error %v", changed, err)
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != tidy {
		t.Errorf("the file holds (error %v):\n%s", err, got)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is %v, want that of the file before", info.Mode().Perm())
	}
	if err := CheckFormatFile(name); err != nil {
		t.Errorf("a formatted file: %v", err)
	}
	if changed, err := FormatFile(name); err != nil || changed {
		t.Errorf("formatting again: changed %v, error %v", changed, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(name), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("files are left behind: %v", left)
	}
}

func TestFormatFileLeavesABrokenFileAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.json")
	const broken = `{"$schema":"schema/tombstones.schema.json","lost":1}`
	if err := os.WriteFile(name, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := FormatFile(name); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("got error %v, want one that names the file", err)
	}
	if got, _ := os.ReadFile(name); string(got) != broken {
		t.Errorf("the file was changed to %s", got)
	}
	if _, err := FormatFile(name + ".missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: got error %v", err)
	}
}
