package diagnose

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// written writes fields as an element each, so that they are read back as they
// are.
func written(fields []Field) string {
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

func FuzzParseErrorDocument(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(errorDocuments, "*.xml"))
	if err != nil || len(files) == 0 {
		f.Fatalf("%d documents, %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{
		"<Error><A>&#0;&#x10ffff;&bad;</A><![CDATA[x]]><!-- --><?pi ?></Error>",
		"<Error><O><I>x</I></O><StringToSign>a\\nb</StringToSign><StringToSignBytes>61 0A 62</StringToSignBytes>",
		"<Error><StringToSign>*** ***</StringToSign><StringToSignBytes>ff</StringToSignBytes><Code>\r\n</Code><Code/></Error>",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseErrorDocument(data)
		if err != nil {
			return
		}
		checkParts(t, d)
		if slices.ContainsFunc(d.Fields, func(f Field) bool { return strings.Contains(f.Name, "/") }) {
			return
		}
		again, err := ParseErrorDocument([]byte(written(d.Fields)))
		if err != nil {
			t.Fatalf("the fields written again: %v", err)
		}
		if !slices.Equal(again.Fields, d.Fields) {
			t.Fatalf("the fields written again are\n%q, were\n%q", again.Fields, d.Fields)
		}
	})
}

// checkParts checks what holds for every document.
func checkParts(t *testing.T, d *ErrorDocument) {
	if len(d.Fields) == 0 || len(d.Fields) > maxElements {
		t.Fatalf("%d fields", len(d.Fields))
	}
	for _, f := range d.Fields {
		if f.Name == "" {
			t.Fatalf("a field without a name has %q", f.Value)
		}
		if _, ok := d.Field(f.Name); !ok {
			t.Fatalf("%q is not found", f.Name)
		}
	}
	if d.StringToSignOrigin == FromBytes {
		digits, _ := d.Field("StringToSignBytes")
		if raw, ok := readSpelledBytes(digits); !ok || raw != d.StringToSign {
			t.Fatalf("StringToSign is %q, its bytes are %q", d.StringToSign, digits)
		}
	}
	if (d.StringToSignOrigin == "") != (d.StringToSign == "") {
		t.Fatalf("StringToSign %q is from %q", d.StringToSign, d.StringToSignOrigin)
	}
	for _, c := range d.Contradictions {
		if c.Values[0] == c.Values[1] || c.String() == "" {
			t.Fatalf("no contradiction: %s", c)
		}
	}
	d.Meaning()
}
