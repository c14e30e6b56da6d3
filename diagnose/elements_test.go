package diagnose

import (
	"slices"
	"strings"
	"testing"
)

// elementsOf returns the fields of a document as "Name=value".
func elementsOf(t *testing.T, text string) (fields []string, cut string) {
	t.Helper()
	list, _, cut, ok := errorElements(text)
	if !ok {
		t.Fatalf("no <Error> in %q", text)
	}
	for _, f := range list {
		fields = append(fields, f.Name+"="+f.Value)
	}
	return fields, cut
}

func TestElementsKeepTheirBytes(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"plain":                   {"<Error><A>x</A><B>y</B></Error>", []string{"A=x", "B=y"}},
		"blanks kept":             {"<Error>\n  <A> x\ty \n</A>\n</Error>", []string{"A= x\ty \n"}},
		"not UTF-8":               {"<Error><A>caf\xe9 \xff\x00</A></Error>", []string{"A=caf\xe9 \xff\x00"}},
		"entities":                {"<Error><A>&lt;&gt;&amp;&quot;&apos;</A></Error>", []string{`A=<>&"'`}},
		"characters by number":    {"<Error><A>&#65;&#x42;&#x4e2d;&#13;&#0;&#x0010FFFF;</A></Error>", []string{"A=AB\u4e2d\r\x00\U0010ffff"}},
		"what is no reference":    {"<Error><A>a&b &; &# &#; &#x; &#xD800; &#x110000; &#99999999999; &nbsp; &amp</A></Error>", []string{"A=a&b &; &# &#; &#x; &#xD800; &#x110000; &#99999999999; &nbsp; &amp"}},
		"twice escaped is once":   {"<Error><A>&amp;lt;</A></Error>", []string{"A=&lt;"}},
		"CDATA":                   {"<Error><A>a<![CDATA[<b>&amp;]]>c</A></Error>", []string{"A=a<b>&amp;c"}},
		"comments":                {"<Error><!-- <A>no</A> --><A>x<!-- -->y</A></Error>", []string{"A=xy"}},
		"instructions":            {"<Error><?pi <A>no</A> ?><A>x</A></Error>", []string{"A=x"}},
		"line ends":               {"<Error><A>a\r\nb\rc</A></Error>", []string{"A=a\nb\nc"}},
		"empty elements":          {"<Error><A/><B></B><C /></Error>", []string{"A=", "B=", "C="}},
		"attributes":              {`<Error xmlns="x"><A b="c/d">x</A></Error>`, []string{"A=x"}},
		"namespaces":              {"<Error><s:A>x</s:A></Error>", []string{"A=x"}},
		"element in an element":   {"<Error><O>\n<I>x</I>\n<J>y</J></O><A>z</A></Error>", []string{"O/I=x", "O/J=y", "A=z"}},
		"text beside an element":  {"<Error><A>a<br/>b</A></Error>", []string{"A=ab", "A/br="}},
		"a < of its own":          {"<Error><A>a < b <c</A></Error>", []string{"A=a < b <c"}},
		"a stray end tag":         {"<Error><A>a</B>c</A></Error>", []string{"A=a</B>c"}},
		"end tag missing":         {"<Error><A><B>x</A><C>y</C></Error>", []string{"A/B=x", "C=y"}},
		"end tag with a blank":    {"<Error><A>x</A\n><B>y</B></Error>", []string{"A=x", "B=y"}},
		"repeated":                {"<Error><A>1</A><A>2</A></Error>", []string{"A=1", "A=2"}},
		"text around":             {"403: <Error><A>x</A></Error> <A>no</A>", []string{"A=x"}},
		"first of two":            {"<Error><A>x</A></Error><Error><A>y</A></Error>", []string{"A=x"}},
		"longer names in front":   {"<ErrorResponse><Error><A>x</A></Error></ErrorResponse>", []string{"A=x"}},
		"text outside an element": {"<Error>lost<A>x</A>lost</Error>", []string{"A=x"}},
	} {
		got, cut := elementsOf(t, tc.text)
		if !slices.Equal(got, tc.want) || cut != "" {
			t.Errorf("%s: got %q, want %q (cut in %q)", name, got, tc.want, cut)
		}
	}
}

func TestElementsOfACutDocument(t *testing.T) {
	for text, want := range map[string]struct{ field, cut string }{
		"<Error><A>x</A><B>y":            {"B=y", "B"},
		"<Error><A>x</A><B>y</B":         {"B=y</B", "B"},
		"<Error><A>x</A><B":              {"A=x", "Error"},
		"<Error><A>x</A>":                {"A=x", "Error"},
		"<Error><A>x</A><O><I>y":         {"O/I=y", "O/I"},
		"<Error><A>x<!-- y</A></Error>":  {"A=x", "A"},
		"<Error><A><![CDATA[x</A></Err>": {"A=x</A></Err>", "A"},
	} {
		got, cut := elementsOf(t, text)
		if got[len(got)-1] != want.field || cut != want.cut {
			t.Errorf("%q: got %q, cut in %q, want %q, %q", text, got, cut, want.field, want.cut)
		}
	}
}

func TestElementsAreBounded(t *testing.T) {
	deep, _ := elementsOf(t, "<Error>"+strings.Repeat("<a>", 10_000)+"x"+strings.Repeat("</a>", 10_000)+"</Error>")
	if len(deep) != 1 || !strings.HasPrefix(deep[0], strings.Repeat("a/", maxDepth-1)+"a=<a>") {
		t.Errorf("a deep document has %d elements, the last is %.60s", len(deep), deep[len(deep)-1])
	}
	many, _ := elementsOf(t, "<Error>"+strings.Repeat("<a>x</a>", 10_000)+"</Error>")
	if len(many) != maxElements {
		t.Errorf("a long document has %d elements, want %d", len(many), maxElements)
	}
}
