package wire

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// Bytes is a byte string with a JSON form that loses nothing.
//
// Bytes that are valid UTF-8 are written as a JSON string of printable ASCII
// and \uXXXX escapes; all other bytes as {"hex":"…"} with lower-case digits.
// When reading, a JSON string is decoded as JSON and then as UTF-8, so
// "\u00e9" is C3 A9. A lone surrogate, or a string with raw bytes that are not
// UTF-8, is an error: encoding/json would put U+FFFD in its place.
type Bytes string

const hexDigits = "0123456789abcdef"

// MarshalJSON implements [json.Marshaler].
func (b Bytes) MarshalJSON() ([]byte, error) { return AppendJSON(nil, string(b)), nil }

// AppendJSON appends the JSON form of s, as [Bytes] describes it, to dst.
func AppendJSON(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		dst = append(dst, `{"hex":"`...)
		dst = hex.AppendEncode(dst, []byte(s))
		return append(dst, `"}`...)
	}
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r >= 0x20 && r < 0x7f:
			dst = append(dst, byte(r))
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			dst = appendEscape(appendEscape(dst, hi), lo)
		default:
			dst = appendEscape(dst, r)
		}
	}
	return append(dst, '"')
}

func appendEscape(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// UnmarshalJSON implements [json.Unmarshaler].
func (b *Bytes) UnmarshalJSON(data []byte) error {
	if len(data) == 0 {
		return fmt.Errorf("byte string: empty input")
	}
	switch data[0] {
	case '"':
		if text, ok := plainJSONString(data); ok {
			*b = Bytes(text)
			return nil
		}
		if err := checkJSONString(data); err != nil {
			return err
		}
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return fmt.Errorf("byte string: %w", err)
		}
		*b = Bytes(s)
		return nil
	case '{':
		var fields map[string]*string // a pointer, so that null is not ""
		if err := json.Unmarshal(data, &fields); err != nil {
			return fmt.Errorf(`byte string: want {"hex":"…"}: %w`, err)
		}
		digits, ok := fields["hex"]
		if !ok || digits == nil || len(fields) != 1 {
			return fmt.Errorf(`byte string: an object must be {"hex":"…"} and nothing else, got %.60s`, data)
		}
		raw, err := hex.DecodeString(*digits)
		if err != nil {
			return fmt.Errorf("byte string: hex: %w", err)
		}
		*b = Bytes(raw)
		return nil
	}
	return fmt.Errorf(`byte string: want a JSON string or {"hex":"…"}, got %.60s`, data)
}

// plainJSONString returns what a JSON string without escapes stands for: most
// are of that kind, and need no decoder.
func plainJSONString(data []byte) (text string, ok bool) {
	if len(data) < 2 || data[len(data)-1] != '"' {
		return "", false
	}
	for _, c := range data[1 : len(data)-1] {
		if c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return "", false
		}
	}
	return string(data[1 : len(data)-1]), true
}

// checkJSONString reports what encoding/json would silently replace by U+FFFD:
// raw bytes that are not UTF-8, and surrogate escapes without their partner.
// data is a syntactically valid JSON string, quotes included.
func checkJSONString(data []byte) error {
	if !utf8.Valid(data) {
		return fmt.Errorf(`byte string: not UTF-8; write {"hex":"…"} for such bytes`)
	}
	for i := 1; i < len(data)-1; i++ {
		if data[i] != '\\' {
			continue
		}
		i++
		if data[i] != 'u' {
			continue
		}
		r := escapeValue(data[i+1:])
		i += 4
		if !utf16.IsSurrogate(r) {
			continue
		}
		if r < 0xdc00 && i+2 < len(data) && data[i+1] == '\\' && data[i+2] == 'u' {
			if lo := escapeValue(data[i+3:]); lo >= 0xdc00 && lo <= 0xdfff {
				i += 6
				continue
			}
		}
		return fmt.Errorf(`byte string: lone surrogate \u%04x at byte %d has no UTF-8 form; write {"hex":"…"}`, r, i-5)
	}
	return nil
}

// escapeValue reads four hexadecimal digits, or returns -1.
func escapeValue(digits []byte) rune {
	if len(digits) < 4 {
		return -1
	}
	var raw [2]byte
	if _, err := hex.Decode(raw[:], digits[:4]); err != nil {
		return -1
	}
	return rune(raw[0])<<8 | rune(raw[1])
}
