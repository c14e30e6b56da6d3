package mutants

import (
	"bytes"
	"crypto/hmac"
	"hash"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
)

// What languages and libraries do to texts: the faults that every scheme meets
// in keys, values, names and policies.

// latin1 writes text in ISO 8859-1, a question mark for what is not in it;
// what is no UTF-8 stays.
func latin1(text string) string {
	if !utf8.ValidString(text) {
		return text
	}
	var out []byte
	for _, r := range text {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return string(out)
}

// latin1AsUTF8 takes every byte of a text for a character of ISO 8859-1, and
// writes that in UTF-8.
func latin1AsUTF8(text string) string {
	var out []byte
	for i := range len(text) {
		out = utf8.AppendRune(out, rune(text[i]))
	}
	return string(out)
}

// surrogatesApart writes characters beyond the first plane as two halves of
// three bytes each, as Java's modified UTF-8 does.
func surrogatesApart(text string) string {
	var out []byte
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			for _, half := range []rune{high, low} {
				out = append(out, 0xe0|byte(half>>12), 0x80|byte(half>>6&0x3f), 0x80|byte(half&0x3f))
			}
		} else {
			out = append(out, text[:size]...)
		}
		text = text[size:]
	}
	return string(out)
}

// composed writes an accent behind an e as one character with it.
func composed(text string) string { return strings.ReplaceAll(text, "e\u0301", "\u00e9") }

// escapeNonASCII percent-encodes the bytes that are not ASCII.
func escapeNonASCII(text string) string {
	var out strings.Builder
	for i := range len(text) {
		if text[i] < 0x80 {
			out.WriteByte(text[i])
		} else {
			out.WriteString(wire.EscapeValue(text[i : i+1]))
		}
	}
	return out.String()
}

// lowerEscapes and upperEscapes write the digits of escapes in one letter case.
func lowerEscapes(text string) string { return mapEscapes(text, bytes.ToLower) }
func upperEscapes(text string) string { return mapEscapes(text, bytes.ToUpper) }

// mapEscapes changes the digits of escapes.
func mapEscapes(text string, change func([]byte) []byte) string {
	out := []byte(text)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' && isHexDigit(out[i+1]) && isHexDigit(out[i+2]) {
			copy(out[i+1:i+3], change(out[i+1:i+3]))
		}
	}
	return string(out)
}

// withoutLonePercent drops percent signs that begin no escape.
func withoutLonePercent(text string) string {
	var out strings.Builder
	for i := range len(text) {
		if text[i] != '%' || i+2 < len(text) && isHexDigit(text[i+1]) && isHexDigit(text[i+2]) {
			out.WriteByte(text[i])
		}
	}
	return out.String()
}

// isHexDigit tells the digits of an escape.
func isHexDigit(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

// isNumber reports whether a text is digits alone.
func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// byFirstByte compares texts by their first byte alone. One without any comes
// first.
func byFirstByte(a, b string) int { return strings.Compare(a[:min(len(a), 1)], b[:min(len(b), 1)]) }

// compareNumbers compares texts, runs of digits in them by their value.
func compareNumbers(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			if c := x - y; c != 0 {
				return c
			}
			if c := strings.Compare(a[:x], b[:y]); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// digits is the length of the run of digits that a text begins with.
func digits(text string) int {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n
}

// kebab writes storagePolicy as storage-policy.
func kebab(name string) string {
	var out strings.Builder
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			out.WriteByte('-')
		}
		out.WriteRune(c)
	}
	return strings.ToLower(out.String())
}

// mac is the keyed hash of a text.
func mac(of func() hash.Hash, key []byte, text string) []byte {
	sum := hmac.New(of, key)
	sum.Write([]byte(text))
	return sum.Sum(nil)
}

// replacing replaces texts by others: old, new, old, new.
func replacing(pairs ...string) func(text string) string {
	return strings.NewReplacer(pairs...).Replace
}

// upTo is what stands in front of a mark.
func upTo(mark string) func(text string) string {
	return func(text string) string {
		before, _, _ := strings.Cut(text, mark)
		return before
	}
}
