package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
)

func TestBytesAreWrittenAsASCII(t *testing.T) {
	for _, test := range []struct{ bytes, want string }{
		{"", `""`},
		{"plain ~!", `"plain ~!"`},
		{"a\"b\\c/d", `"a\"b\\c/d"`},
		{"\t\n\r", `"\t\n\r"`},
		{"\x00\x1f\x7f", `"\u0000\u001f\u007f"`},
		{"a&b<c>", `"a&b<c>"`},
		{"\u00e9\u4e2d", `"\u00e9\u4e2d"`},
		{"\u2028\ufeff\ufffd\uffff", `"\u2028\ufeff\ufffd\uffff"`},
		{"\U0001f600\U0010ffff", `"\ud83d\ude00\udbff\udfff"`},
		{"\xff", `{"hex":"ff"}`},
		{"a\xc3", `{"hex":"61c3"}`},
		{"\xed\xa0\x80", `{"hex":"eda080"}`}, // a surrogate in UTF-8 is not UTF-8
		{"\xc0\xaf", `{"hex":"c0af"}`},       // nor is an overlong slash
	} {
		got := string(wire.AppendJSON([]byte("x"), test.bytes))
		if got != "x"+test.want {
			t.Errorf("AppendJSON(%q) = %s, want x%s", test.bytes, got, test.want)
		}
	}
}

func TestBytesAreWrittenByEncodingJSON(t *testing.T) {
	got, err := json.Marshal(map[string][]wire.Bytes{"k": {"\u00e9", "\xff"}})
	if want := `{"k":["\u00e9",{"hex":"ff"}]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestBytesAreReadExactly(t *testing.T) {
	for _, test := range []struct{ json, want string }{
		{`"\u00e9"`, "\xc3\xa9"},
		{`"é"`, "\xc3\xa9"},
		{`"\ud83d\ude00"`, "\U0001f600"},
		{`"\uD83D\uDE00\u0041"`, "\U0001f600A"},
		{`"\u0000"`, "\x00"},
		{`"\ufffd"`, "\ufffd"},
		{`"\\ud800"`, `\ud800`}, // an escaped backslash, not an escape
		{`"\/\b\f"`, "/\b\f"},
		{`{"hex":"00FFc3"}`, "\x00\xff\xc3"},
		{`{"hex":""}`, ""},
	} {
		var b wire.Bytes
		if err := json.Unmarshal([]byte(test.json), &b); err != nil || string(b) != test.want {
			t.Errorf("%s reads as %q, %v; want %q", test.json, b, err, test.want)
		}
	}
}

func TestBytesRefuseWhatTheyWouldChange(t *testing.T) {
	for _, test := range []struct{ json, complaint string }{
		{`"\ud800"`, "lone surrogate \\ud800 at byte 1"},
		{`"ab\udc00"`, "lone surrogate \\udc00 at byte 3"},
		{`"\ude00\ud83d"`, "lone surrogate \\ude00"},
		{`"\ud83d\ud83d\ude00"`, "lone surrogate \\ud83d at byte 1"},
		{`"\ud83d\u0041"`, "lone surrogate"},
		{`"\ud83dx"`, "lone surrogate"},
		{`"\ud83d\\u"`, "lone surrogate"},
		{"\"\xff\"", "not UTF-8"},
		{"\"\xed\xa0\x80\"", "not UTF-8"},
		{`{"hex":"0"}`, "odd length"},
		{`{"hex":"zz"}`, "invalid byte"},
		{`{"hex":null}`, "nothing else"},
		{`{"HEX":"00"}`, "nothing else"},
		{`{"hex":"00","more":"x"}`, "nothing else"},
		{`{}`, "nothing else"},
		{`{"hex":1}`, "want"},
		{`null`, "want a JSON string"},
		{`7`, "want a JSON string"},
		{`["a"]`, "want a JSON string"},
	} {
		b := wire.Bytes("before")
		err := json.Unmarshal([]byte(test.json), &b)
		if err == nil || !strings.Contains(err.Error(), test.complaint) {
			t.Errorf("%s: got error %v, want one with %q", test.json, err, test.complaint)
		}
		if b != "before" {
			t.Errorf("%s: an error left %q behind", test.json, b)
		}
	}
}

// Called directly, UnmarshalJSON also sees text that is not JSON.
func TestBytesRefuseBrokenJSON(t *testing.T) {
	for _, text := range []string{"", `"`, `"\`, `"\u`, `"\ud8`, `"\ud800\u`, `"\ud800\ud`, `"a" "b"`, `{`, `{"hex"`} {
		var b wire.Bytes
		if err := b.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%q was read as %q", text, b)
		}
	}
}
