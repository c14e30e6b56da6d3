package diagnose

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
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

// FuzzExplain looks for panics, for searches without an end, and for proof by
// chance.
func FuzzExplain(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(errorDocuments, "*.xml"))
	if err != nil || len(files) == 0 {
		f.Fatalf("%d documents, %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, []byte("GET /a%2520b?acl&x=%252F HTTP/1.1\nHost: examplebucket.oss-cn-hangzhou.aliyuncs.com\nAuthorization: OSS exampleid:x\nDate: Sat, 21 Nov 2026 08:30:00 GMT\n\n"),
			"GET\n\n\nSat, 21 Nov 2026 08:30:00 GMT\n/examplebucket/a?acl", "GET\n/a\n\nhost:x\n\nhost\nUNSIGNED-PAYLOAD", "examplesecret")
	}
	f.Add([]byte("<Error><StringToSign>PUT\n\n\n1\nx-oss-meta-a:b\n/b/k?a=%25&b</StringToSign><SignatureProvided>ab cd%2B-_</SignatureProvided></Error>"),
		[]byte("PUT /k?Signature=a+b&amp;Expires=1 HTTP/1.1\nHost: a.example.com\n\n"), "PUT\r\n/b", "x", "\x00\n\u00e9+/=")
	f.Add([]byte("<Error><StringToSign>AWS4-HMAC-SHA256\n20261121T083000Z\n20261121/r/s3/aws4_request\n"+strings.Repeat("0", 64)+"</StringToSign></Error>"),
		[]byte("GET / HTTP/1.1\nHost: h\nAuthorization: AWS4-HMAC-SHA256 Credential=a/20261121/r/s3/aws4_request,SignedHeaders=host,Signature="+strings.Repeat("0", 64)+"\n\n"), "", "", "s")
	f.Fuzz(func(t *testing.T, document, request []byte, text, canonical, secret string) {
		e := Evidence{ClientString: text, ClientCanonical: canonical}
		e.Error, _ = ParseErrorDocument(document)
		e.Request, _ = wire.ParseRequest(request, "http")
		e.Credentials = signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: secret}
		d := explain(e, 2000)
		for _, c := range d.Causes {
			if _, known := Cause(c.ID); !known || c.Evidence == "" || c.Confidence != reports.Proof && c.Confidence != reports.Suspicion {
				t.Fatalf("%+v", c)
			}
		}
		if c := d.Compared; c != nil && c.Strings[0][:c.Offset] != c.Strings[1][:c.Offset] {
			t.Fatalf("the strings differ before byte %d: %q", c.Offset, c.Strings)
		}
		if len(d.Causes) == 0 && len(d.WouldHelp) == 0 {
			t.Fatalf("nothing is said: %+v", d)
		}
		if text, err := json.Marshal(d); err != nil || !json.Valid(text) {
			t.Fatalf("%v: %s", err, text)
		}
	})
}
