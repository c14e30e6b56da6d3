// Package wirebytes is the fuzz target for the JSON form of byte strings: no
// byte is lost or replaced in either direction.
package wirebytes

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/wire"
)

// Check takes data for bytes to be written, and for a JSON text to be read.
func Check(data []byte) { fuzz.Run("wirebytes", data, check) }

func check(data []byte) {
	written(string(data))
	if !json.Valid(data) {
		return
	}
	var read wire.Bytes
	err := json.Unmarshal(data, &read)
	if text := strings.Trim(string(data), " \t\r\n"); text[0] == '"' {
		want, ok := meaning(text[1 : len(text)-1])
		switch {
		case ok != (err == nil):
			fuzz.Fail("wire/bytes-refusal", "%s stands for bytes: %v; the error is %v", text, ok, err)
		case ok && string(read) != want:
			fuzz.Fail("wire/bytes-meaning", "%s is read as %q, and is %q", text, read, want)
		}
	}
	if err == nil {
		written(string(read))
	}
}

// written checks that s is written in printable ASCII and read back as it is.
func written(s string) {
	text := wire.AppendJSON(nil, s)
	if i := slices.IndexFunc(text, func(b byte) bool { return b < ' ' || b > '~' }); i >= 0 {
		fuzz.Fail("wire/bytes-not-ascii", "%q is written as %q: byte %d is not printable ASCII", s, text, i)
	}
	var back wire.Bytes
	if err := json.Unmarshal(text, &back); err != nil || string(back) != s {
		fuzz.Fail("wire/bytes-roundtrip", "%q is written as %s and read as %q, %v", s, text, back, err)
	}
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// meaning is what the inside of a valid JSON string stands for, read here a
// second time because encoding/json puts U+FFFD where it cannot say it: ok is
// false for bytes that are not UTF-8 and for a surrogate without its partner.
func meaning(text string) (s string, ok bool) {
	if !utf8.ValidString(text) {
		return "", false
	}
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		i++
		if plain, simple := escapes[text[i]]; simple {
			out = append(out, plain)
			continue
		}
		r := codeUnit(text[i+1:])
		i += 4
		if utf16.IsSurrogate(r) {
			if !strings.HasPrefix(text[i+1:], `\u`) {
				return "", false
			}
			r = utf16.DecodeRune(r, codeUnit(text[i+3:]))
			if r == utf8.RuneError {
				return "", false
			}
			i += 6
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out), true
}

// codeUnit reads the four hexadecimal digits of an escape.
func codeUnit(digits string) rune {
	n, err := strconv.ParseUint(digits[:4], 16, 16)
	if err != nil {
		panic("JSON calls an escape valid that is none: " + digits)
	}
	return rune(n)
}
