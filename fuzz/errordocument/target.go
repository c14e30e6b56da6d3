// Package errordocument is the fuzz target for the reader of error documents:
// any bytes are read or refused in words, what was read agrees with itself, and
// written again it is read as the same fields.
package errordocument

import (
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/fuzz"
)

// Check takes data for the body of an answer.
func Check(data []byte) { fuzz.Run("errordocument", data, check) }

func check(data []byte) {
	d, err := diagnose.ParseErrorDocument(data)
	if err != nil {
		if !errors.Is(err, diagnose.ErrNoErrorDocument) || err.Error() == diagnose.ErrNoErrorDocument.Error() {
			fuzz.Fail("diagnose/error-document-refusal", "%q is refused without a reason: %v", data, err)
		}
		return
	}
	sound(data, d)
	if slices.ContainsFunc(d.Fields, func(f diagnose.Field) bool { return strings.Contains(f.Name, "/") }) {
		return // an element inside of another one
	}
	text := written(d.Fields)
	again, err := diagnose.ParseErrorDocument([]byte(text))
	if err != nil || !slices.Equal(again.Fields, d.Fields) {
		fuzz.Fail("diagnose/error-document-rewrite", "%q has the fields %q; written as %q it is read as %+v, %v", data, d.Fields, text, again, err)
	}
}

// sound checks what holds of every document.
func sound(data []byte, d *diagnose.ErrorDocument) {
	fail := func(property, what string) {
		fuzz.Fail("diagnose/error-document-"+property, "%s\nin %q\nread as %+v", what, data, *d)
	}
	if len(d.Fields) == 0 {
		fail("fields", "it has no fields")
	}
	for _, f := range d.Fields {
		if _, found := d.Field(f.Name); f.Name == "" || !found {
			fail("fields", "the field "+strconv.Quote(f.Name)+" is not found by its name")
		}
	}
	if d.StringToSignOrigin == diagnose.FromBytes {
		digits, _ := d.Field("StringToSignBytes")
		if raw, err := hex.DecodeString(strings.Join(strings.Fields(digits), "")); err != nil || string(raw) != d.StringToSign {
			fail("string-to-sign", "its StringToSign is not what its bytes say")
		}
	}
	if (d.StringToSignOrigin == "") != (d.StringToSign == "") || (d.CanonicalRequestOrigin == "") != (d.CanonicalRequest == "") {
		fail("origin", "a text has no origin, or an origin no text")
	}
	for _, c := range d.Contradictions {
		if c.Values[0] == c.Values[1] || c.String() == "" {
			fail("contradiction", "it is said to contradict itself where it does not: "+c.String())
		}
	}
	d.Meaning()
}

// written writes fields as an element each, so that they are read back as they
// are.
func written(fields []diagnose.Field) string {
	var b strings.Builder
	b.WriteString("<Error>")
	for _, f := range fields {
		b.WriteString("<" + f.Name + ">")
		for i := 0; i < len(f.Value); i++ {
			switch c := f.Value[i]; c {
			case '<', '>', '&', '\r':
				b.WriteString("&#" + strconv.Itoa(int(c)) + ";")
			default:
				b.WriteByte(c)
			}
		}
		b.WriteString("</" + f.Name + ">")
	}
	return b.String() + "</Error>"
}
