package wirebytes

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzBytes(f *testing.F) { native.Fuzz(f, Check) }

// The target judges wire.Bytes by this second reading of JSON strings.
func TestMeaning(t *testing.T) {
	for _, test := range []struct {
		text, want string
		ok         bool
	}{
		{``, "", true},
		{`a\"\\\/\b\f\n\r\t`, "a\"\\/\b\f\n\r\t", true},
		{`\u00e9\u00E9é`, "ééé", true},
		{`\ud83d\ude00`, "\U0001f600", true},
		{`\\ud83d`, `\ud83d`, true},
		{`\ufffd`, "\ufffd", true},
		{`\ud83d`, "", false},
		{`\ude00\ud83d`, "", false},
		{`\ud83d\u0041`, "", false},
		{`\ud83dx`, "", false},
		{"\xff", "", false},
	} {
		if got, ok := meaning(test.text); got != test.want || ok != test.ok {
			t.Errorf("%s means %q, %v; want %q, %v", test.text, got, ok, test.want, test.ok)
		}
	}
}
