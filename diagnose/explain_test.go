package diagnose_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func document(t testing.TB, name string) *diagnose.ErrorDocument {
	t.Helper()
	data, err := os.ReadFile("../testdata/errors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(data))
}

func causeOf(d diagnose.Diagnosis, id string) reports.Cause {
	for _, c := range d.Causes {
		if c.ID == id {
			return c
		}
	}
	return reports.Cause{}
}

// Two and three mistakes at once.
func TestSeveralMistakesAreFoundTogether(t *testing.T) {
	for _, tc := range []struct {
		name, signed string
		req          *wire.Request
		want         []string
	}{
		{"two", "GET\n\n\n" + date + "\n/folder/object", plain("GET", "Content-Type: text/plain"), []string{"C01", "C08"}},
		{"three", "HEAD\n\n\n" + date + "\n/folder/object", plain("GET", "Content-Type: text/plain"), []string{"C01", "C08", "C09"}},
		{"three, one in the layout", "GET\n\n" + date + "\n/folder/object", plain("GET"), []string{"C08", "C31"}},
	} {
		x := header("", tc.name, tc.signed, tc.req)
		d := diagnose.Explain(x.withSecret(x.body(t)))
		proven := d.Proven()
		slices.Sort(proven)
		if !slices.Equal(proven, tc.want) {
			t.Errorf("%s: proves %v, want %v: %+v", tc.name, proven, tc.want, d)
		}
		if len(d.Readings) == 0 || d.Readings[0].Signed == nil || string(*d.Readings[0].Signed) != tc.signed {
			t.Errorf("%s: readings %+v", tc.name, d.Readings)
		}
		if c := d.Compared; c == nil || string(c.Strings[0]) != tc.signed || c.Strings[0][:c.Offset] != c.Strings[1][:c.Offset] {
			t.Errorf("%s: compared %+v", tc.name, c)
		}
	}
}

func TestSeveralReadingsThatFitAreAllShownAndNoneIsProven(t *testing.T) {
	for _, x := range exchanges() {
		if x.cause != "C27" {
			continue
		}
		d := diagnose.Explain(x.withSecret(x.body(t)))
		if len(d.Readings) != 2 || len(d.Proven()) > 0 || causeOf(d, "C14").ID == "" || causeOf(d, "C27").ID == "" {
			t.Errorf("%s: %+v", x.name, d)
		}
		for _, r := range d.Readings {
			if r.Signed == nil || string(*r.Signed) != x.signed {
				t.Errorf("%s: %+v", x.name, r)
			}
		}
	}
}

func TestAnswerSaysWhoChangedTheRequest(t *testing.T) {
	for _, x := range exchanges() {
		if x.name != "mini program adds Content-Type to a URL" {
			continue
		}
		for seen, want := range map[diagnose.Place][]string{
			diagnose.AtClient:  {"proxy", "cdn", "runtime", "browser", "tool", "user-code"},
			diagnose.OnTheWire: {"proxy", "cdn"}, // it has left the machine
		} {
			e := x.withRequest(x.body(t))
			e.Seen = seen
			if c := causeOf(diagnose.Explain(e), "C01"); !slices.Equal(c.ChangedBy, want) {
				t.Errorf("seen at %s: changed by %v", seen, c.ChangedBy)
			}
		}
	}
}

func TestRequestAndAnswerOfTwoExchangesProveNothing(t *testing.T) {
	all := exchanges()
	e := all[0].body(t)
	e.Request = header("", "", "PUT\n\n\n"+date+"\n/examplebucket/other", send("PUT", "/other", ossHost, "Date: "+date)).sent
	d := diagnose.Explain(e)
	if len(d.Proven()) > 0 || len(d.Contradictions) == 0 {
		t.Errorf("%+v", d)
	}
}

func TestNothingIsKnownOfNothing(t *testing.T) {
	for name, e := range map[string]diagnose.Evidence{
		"nothing":         {},
		"an unknown code": {Error: &diagnose.ErrorDocument{Code: "Unheard"}},
		"no fields":       {Error: &diagnose.ErrorDocument{Dialect: diagnose.OSS, Code: "SignatureDoesNotMatch"}},
		"a random string": {ClientString: "\x00\xff random"},
		"no request":      {Request: &wire.Request{}},
	} {
		d := diagnose.Explain(e)
		if len(d.Causes) > 0 || len(d.WouldHelp) == 0 {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// A signature that nobody can explain stays unexplained, and the search says
// what it did.
func TestRandomSignatureIsNeverExplained(t *testing.T) {
	x := header("", "", "GET\n\n\n"+date+"\n"+object, plain("GET"))
	x.sent = withHeader(x.sent, "Authorization", "OSS "+keyID+":AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	d := diagnose.Explain(x.withSecret(x.withRequest(x.body(t))))
	if len(d.Proven()) > 0 || len(d.Readings) > 0 || causeOf(d, "C02").Confidence != reports.Suspicion || len(d.WouldHelp) == 0 {
		t.Errorf("%+v", d)
	}
}

func TestFoldedStringIsReadByPosition(t *testing.T) {
	text := "GET   Sat, 21 Nov 2026 08:30:00 GMT x-oss-meta-a:1 /b/k?acl"
	d := diagnose.Explain(diagnose.Evidence{
		Error:        parsed(t, "<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>x</OSSAccessKeyId><StringToSign>"+text+"</StringToSign></Error>"),
		ClientString: "GET\n\n\nSat, 21 Nov 2026 08:30:00 GMT\n/b/k?acl",
	})
	if !slices.Equal(d.Proven(), []string{"C10"}) {
		t.Errorf("%+v", d)
	}
}

func TestMaskedStringOfTheClientIsNoDifference(t *testing.T) {
	text := "GET\n\n\nSat, 21 Nov 2026 08:30:00 GMT\nx-oss-security-token:secrettoken\n/b/k"
	d := diagnose.Explain(diagnose.Evidence{
		Error:        parsed(t, "<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>x</OSSAccessKeyId><StringToSign>"+text+"</StringToSign></Error>"),
		ClientString: strings.Replace(text, "secrettoken", "******", 1),
	})
	if len(d.Proven()) > 0 {
		t.Errorf("%+v", d)
	}
}

// MinIO and its like return none of the strings.
func TestRequestAloneIsEnoughWithTheSecret(t *testing.T) {
	x := header("C03", "", "GET\n\n\n"+date+"\n/examplebucket/a%28b%29", send("GET", "/a%28b%29", ossHost, "Date: "+date))
	d := diagnose.Explain(diagnose.Evidence{Request: x.sent, Credentials: x.credentials()})
	if !slices.Equal(d.Proven(), []string{"C03"}) {
		t.Errorf("%+v", d)
	}
	right := header("", "", "GET\n\n\n"+date+"\n"+object, plain("GET"))
	d = diagnose.Explain(diagnose.Evidence{Request: right.sent, Credentials: right.credentials()})
	if len(d.Causes) > 0 || len(d.WouldHelp) == 0 {
		t.Errorf("a right request: %+v", d)
	}
}

func TestDiagnosisIsWrittenAsTheDesignSays(t *testing.T) {
	text, err := json.Marshal(diagnose.Explain(diagnose.Evidence{}))
	if err != nil || !strings.HasPrefix(string(text), `{"dialect":"","scheme":"","carrier":"","causes":[],"contradictions":[]`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestNoSecretStandsInADiagnosis(t *testing.T) {
	for _, x := range exchanges() {
		e := x.withSecret(x.withClient(x.withRequest(x.body(t))))
		e.Credentials.SecurityToken = "sometokenofasession"
		text, err := json.Marshal(diagnose.Explain(e))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), e.Credentials.AccessKeySecret) {
			t.Errorf("%s, %s: the secret is in %s", x.cause, x.name, text)
		}
	}
}

func TestEqualEvidenceGivesEqualAnswers(t *testing.T) {
	for _, x := range exchanges()[:12] {
		e := x.withSecret(x.withRequest(x.body(t)))
		e.Hosts = signature.Hosts{CNAMEs: map[string]string{"a.example.com": "a", "b.example.com": "b", "c.example.com": "c"}}
		first, _ := json.Marshal(diagnose.Explain(e))
		second, _ := json.Marshal(diagnose.Explain(e))
		if string(first) != string(second) {
			t.Errorf("%s: %s\nthen %s", x.name, first, second)
		}
	}
}

// A search that finds what it looks for under any secret would prove nothing.
func TestAnotherSecretProvesNothingMore(t *testing.T) {
	for _, x := range exchanges() {
		if x.name == "key id and secret exchanged" {
			continue // the key id is in the request: no secret is needed to find it
		}
		plain := diagnose.Explain(x.withRequest(x.body(t)))
		e := x.withRequest(x.body(t))
		e.Credentials = signature.Credentials{AccessKeyID: keyID, AccessKeySecret: "nobodyeverusedthis"}
		searched := diagnose.Explain(e)
		if !slices.Equal(plain.Proven(), searched.Proven()) {
			t.Errorf("%s, %s: proves %v, with a secret of somebody else %v", x.cause, x.name, plain.Proven(), searched.Proven())
		}
	}
}

func TestCanonicalRequestThatIsNotTheHashedOneIsNotCompared(t *testing.T) {
	for _, x := range exchanges() {
		if x.name != "V4, parameter not signed" {
			continue
		}
		e := x.withClient(x.body(t))
		e.Error = parsed(t, strings.Replace(x.answer().Body, object+"\nacl\n", object+"\nuploads\n", 1))
		d := diagnose.Explain(e)
		if len(d.Contradictions) != 1 || !slices.Equal(d.Proven(), []string{"C14"}) || strings.Contains(d.Causes[0].Evidence, "uploads") {
			t.Errorf("%+v", d)
		}
	}
}

func TestBlanksOfATextProveNothing(t *testing.T) {
	text := "GET\n\n\nSat, 21 Nov 2026 08:30:00 GMT\nx-oss-meta-a:a b\n/b/k"
	d := diagnose.Explain(diagnose.Evidence{
		Error:        parsed(t, "<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>x</OSSAccessKeyId><StringToSign>"+text+"</StringToSign></Error>"),
		ClientString: strings.Replace(text, "a b", "a  b", 1),
	})
	if len(d.Proven()) > 0 || causeOf(d, "C17").Confidence != reports.Suspicion {
		t.Errorf("%+v", d)
	}
}
