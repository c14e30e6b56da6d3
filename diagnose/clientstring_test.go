package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
)

// said is the evidence of a refused request and of what its client says it
// signed, without the secret.
func said(t *testing.T, text string, x exchange) diagnose.Evidence {
	t.Helper()
	e := x.body(t)
	e.ClientString = text
	return e
}

// Two mistakes at once, one of which lays the lines out otherwise: the other one
// is still found in its field, and nothing is said of the fields around it.
func TestALayoutThatIsWrongIsNotTakenForOtherFields(t *testing.T) {
	const right = "PUT\n\ntext/plain\n" + date + "\nx-oss-meta-a:1\n/examplebucket/a?acl"
	x := header("", "", "another string", send("PUT", "/a?acl", ossHost, "Date: "+date, "Content-Type: text/plain", "x-oss-meta-a: 1"))
	replace := func(from, to string) string { return strings.Replace(right, from, to, 1) }
	for name, c := range map[string]struct {
		text   string
		causes []string
	}{
		"line feed behind, second reading":            {replace("08:30:00", "08:30:01") + "\n", []string{"C31", "C13"}},
		"line feed behind, bucket missing":            {replace("/examplebucket", "") + "\n", []string{"C31", "C08"}},
		"CR LF, type not signed":                      {strings.ReplaceAll(replace("text/plain", ""), "\n", "\r\n"), []string{"C31", "C01"}},
		"no line for MD5, header not signed":          {strings.Replace(replace("x-oss-meta-a:1\n", ""), "\n\n", "\n", 1), []string{"C31", "C10"}},
		"no empty lines, header altered":              {strings.Replace(replace("x-oss-meta-a:1", "x-oss-meta-a:2"), "\n\n", "\n", 1), []string{"C31", "C11"}},
		"x-amz- headers, one altered":                 {replace("x-oss-meta-a:1", "x-amz-meta-a:2"), []string{"C19", "C11"}},
		"line feed behind, parameter unsigned":        {replace("?acl", "") + "\n", []string{"C31", "C14"}},
		"bucket missing and trailing slash":           {replace("/examplebucket/a", "/a/"), []string{"C08", "C23"}},
		"bucket doubled, and the key percent-encoded": {replace("/examplebucket/a", "/examplebucket/examplebucket%2Fa"), nil},
	} {
		d := diagnose.Explain(said(t, c.text, x))
		got := d.Proven()
		slices.Sort(got)
		slices.Sort(c.causes)
		if c.causes != nil && !slices.Equal(got, c.causes) {
			t.Errorf("%s: proves %q, want %q: %+v", name, got, c.causes, d.Causes)
		}
		if c.causes == nil && slices.ContainsFunc(got, func(id string) bool { return id != "C03" && id != "C08" }) {
			t.Errorf("%s: proves %q", name, got)
		}
	}
}

// That another text is signed shows, and not why.
func TestWhatNobodyCanNameIsNoProof(t *testing.T) {
	x := header("", "", "another string", send("PUT", "/a%2Bb/c?uploadId=a%2Bb", ossHost, "Date: "+date, "x-oss-meta-a: caf\u00e9"))
	const right = "PUT\n\n\n" + date + "\nx-oss-meta-a:caf\u00e9\n/examplebucket/a+b/c?uploadId=a+b"
	for name, c := range map[string]struct{ from, to, not string }{
		"another key":                   {"/examplebucket/a+b/c", "/examplebucket/d", "C23"},
		"a key with other slashes":      {"/examplebucket/a+b/c", "/examplebucket/a+bc", "C23"},
		"the key of another bucket":     {"/examplebucket/a+b/c", "/c", "C08"},
		"another value of a parameter":  {"uploadId=a+b", "uploadId=xyz", "C15"},
		"a value that is another text":  {"x-oss-meta-a:caf\u00e9", "x-oss-meta-a:tea\u00e9", "C18"},
		"an encoded value, not twice":   {"uploadId=a+b", "uploadId=a%2Bb", "C04"},
		"the string of another attempt": {"08:30:00", "08:29:13", "C13"},
	} {
		if d := diagnose.Explain(said(t, strings.Replace(right, c.from, c.to, 1), x)); slices.Contains(d.Proven(), c.not) {
			t.Errorf("%s: proves %s: %+v", name, c.not, d.Causes)
		}
	}
}

// A log holds many strings. One of another moment is not of this request, unless
// the signature shows that it is.
func TestAStringOfAnotherMomentIsSaidToBeOne(t *testing.T) {
	const earlier = "PUT\n\n\nSat, 05 Dec 2026 08:29:13 GMT\n/folder/object"
	x := header("", "", "another string", plain("PUT"))
	d := diagnose.Explain(said(t, earlier, x))
	if len(d.Proven()) > 0 || len(d.Contradictions) != 1 || !strings.Contains(d.Contradictions[0], "47s apart") {
		t.Errorf("without the secret: %+v", d)
	}
	signed := header("", "", earlier, plain("PUT"))
	e := signed.withSecret(said(t, earlier, signed))
	if d = diagnose.Explain(e); !slices.Contains(d.Proven(), "C13") || len(d.Contradictions) > 0 {
		t.Errorf("with the secret: %+v", d)
	}
}

// What the signature shows outranks what the client says.
func TestAStringThatWasNotSignedProvesNothing(t *testing.T) {
	x := header("", "", "GET\n\n\n"+date+"\n/folder/object", plain("GET"))
	e := x.withSecret(said(t, "GET\n\ntext/plain\n"+date+"\n"+object, x))
	d := diagnose.Explain(e)
	if got := d.Proven(); !slices.Equal(got, []string{"C08"}) {
		t.Errorf("proves %q", got)
	}
	if len(d.Contradictions) != 1 || !strings.Contains(d.Contradictions[0], "is not the one that was signed") {
		t.Errorf("contradictions %q", d.Contradictions)
	}
	if c := d.Compared; c == nil || !strings.Contains(string(c.Strings[0]), "\n/folder/object") {
		t.Errorf("compared %+v", c)
	}
}

// A key may end like a query: ?acl is part of it where the client signed it so.
func TestAQuestionMarkInAKeyIsNoQuery(t *testing.T) {
	x := header("", "", "another string", send("GET", "/a%3Facl", ossHost, "Date: "+date))
	d := diagnose.Explain(said(t, "GET\n\n\n"+date+"\n/examplebucket/a%3Facl", x))
	if got := d.Proven(); !slices.Equal(got, []string{"C03"}) {
		t.Errorf("proves %q: %+v", got, d.Causes)
	}
}
