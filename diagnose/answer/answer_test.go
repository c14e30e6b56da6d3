package answer

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/signature"
)

const (
	keyID     = "LTAIExampleKeyOfATest"
	secretKey = "ExampleSecretForVectorsOnly01"
	host      = "private-bucket.oss-cn-hangzhou.aliyuncs.com"
)

// body is what a service answers to a request with a Content-Type that its client
// did not sign.
const body = `<Error><Code>SignatureDoesNotMatch</Code><HostId>` + host + `</HostId><OSSAccessKeyId>` + keyID + `</OSSAccessKeyId>` +
	`<SignatureProvided>` + signed + `</SignatureProvided><StringToSign>PUT

text/plain
Sat, 05 Dec 2026 08:30:00 GMT
/private-bucket/secret-plan.txt</StringToSign><EC>0002-00000040</EC></Error>`

// signed is the signature of the string without the Content-Type.
const signed = "hrVxv0IjlUtkf7r/Yf7bpsJuPFE="

func pasted(text string) Question {
	return Question{Sources: []paste.Source{{Name: "pasted", Data: []byte(text)}}}
}

func to(t *testing.T, q Question) *Answer {
	t.Helper()
	a, err := To(q)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func withSecret(q Question) Question {
	q.Credentials = signature.Credentials{AccessKeyID: keyID, AccessKeySecret: secretKey}
	return q
}

func TestTheAnswerSaysHowSureItIs(t *testing.T) {
	for want, q := range map[string]Question{
		"cannot tell why the request was refused":  pasted("what is this"),
		"no cause is proven; these are suspicions": pasted(strings.Replace(body, "/secret-plan.txt", "/secret (plan).txt", 1)),
		"the cause is proven":                      withSecret(pasted(body)),
	} {
		a := to(t, q)
		if a.Heading() != want || a.Proven() != (want == "the cause is proven") {
			t.Errorf("%q, want %q: %+v", a.Heading(), want, a.Diagnosis)
		}
	}
}

func TestTheSubjectIsServiceSchemeAndClient(t *testing.T) {
	log, err := os.ReadFile("../../testdata/logs/oss2-2.19.1-v1.log")
	if err != nil {
		t.Fatal(err)
	}
	for want, text := range map[string]string{
		"OSS, oss-v1/header": body,
		"OSS, oss-v1/header, oss2, the first Python SDK of OSS 2.19.1": string(log),
		"": "what is this",
	} {
		if got := to(t, pasted(text)).Subject(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhatWasReadAndWhatWasNotStandsInTheAnswer(t *testing.T) {
	a := to(t, pasted("a line of mine\n\n"+body+"\n\nanother one\n"))
	if len(a.Found) == 0 || !strings.Contains(a.Found[0], "an error document, SignatureDoesNotMatch") {
		t.Errorf("found %q", a.Found)
	}
	if len(a.Unused) != 2 {
		t.Fatalf("unused %q", a.Unused)
	}
	if got := a.Ignored(); len(got) != 1 || !strings.Contains(got[0], "lines 1 to 2, 9") || !strings.HasSuffix(got[0], ": not recognised") {
		t.Errorf("ignored %q", got)
	}
}

// Remarks that say more than that a line is not known stay as they are, and so
// do those on different sources.
func TestOnlyRemarksOnUnknownLinesAreJoined(t *testing.T) {
	a := &Answer{Unused: []string{"a, line 1: not recognised", "b, lines 2 to 3: not recognised", "a, line 7: it is cut off", "a, lines 8 to 9: not recognised", "no place: not recognised"}}
	want := []string{"a, line 1, 8 to 9: not recognised", "b, lines 2 to 3: not recognised", "a, line 7: it is cut off", "no place: not recognised"}
	if got := a.Ignored(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestEqualQuestionsHaveEqualAnswers(t *testing.T) {
	first, err := json.Marshal(to(t, withSecret(pasted(body))))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if again, err := json.Marshal(to(t, withSecret(pasted(body)))); err != nil || string(again) != string(first) {
			t.Errorf("%s\n%s %v", first, again, err)
		}
	}
}

func TestTheJSONFormIsThatOfTheDiagnosisAndWhatWasRead(t *testing.T) {
	text, err := json.Marshal(to(t, withSecret(pasted(body))))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, name := range []string{"dialect", "scheme", "carrier", "causes", "contradictions", "compared", "found", "unused"} {
		if all[name] == nil {
			t.Errorf("there is no %s in %s", name, text)
		}
	}
	for _, name := range []string{"client", "document"} {
		if all[name] != nil {
			t.Errorf("%s is %s", name, all[name])
		}
	}
	if string(all["unused"]) != "[]" {
		t.Errorf("unused is %s", all["unused"])
	}
}

func TestARedactedAnswerCanBePosted(t *testing.T) {
	q := withSecret(pasted("PUT /secret-plan.txt HTTP/1.1\nHost: " + host + "\nx-oss-security-token: TokenOfATest/0123456789abcdef\nContent-Type: text/plain\n" +
		"Date: Sat, 05 Dec 2026 08:30:00 GMT\nAuthorization: OSS " + keyID + ":" + signed + "\n\n" + body))
	q.Redact = true
	a := to(t, q)
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{keyID, secretKey, signed, "private-bucket", "secret-plan", "TokenOfATest"} {
		if strings.Contains(string(text), private) {
			t.Errorf("%s stands in %s", private, text)
		}
	}
	if !a.Proven() || len(a.Document) == 0 {
		t.Errorf("%s", text)
	}
	if c := a.Compared; c == nil || c.Offset < 0 || c.Strings[0][c.Offset] == c.Strings[1][c.Offset] {
		t.Errorf("compared %+v", c)
	}
}

func TestTokensInTheRequestAreNamedToWhoeverShowsTheAnswer(t *testing.T) {
	a := to(t, pasted("GET /a HTTP/1.1\nHost: "+host+"\nx-oss-security-token: TokenOfATest/0123456789abcdef\n\n"))
	if !slices.Contains(a.Tokens, "TokenOfATest/0123456789abcdef") {
		t.Errorf("tokens %q", a.Tokens)
	}
}

func TestPacketCapturesAreKnownByTheirFirstBytes(t *testing.T) {
	data, err := os.ReadFile("../../testdata/packets/refused.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []paste.Kind{paste.Anything, paste.Request, paste.Exchanges} {
		a := to(t, Question{Sources: []paste.Source{{Name: "refused.pcap", Kind: kind, Data: data}}})
		if len(a.Found) == 0 || !strings.Contains(strings.Join(a.Found, "\n"), "SignatureDoesNotMatch") && a.Dialect == "" {
			t.Errorf("%s: %+v %q", kind, a.Diagnosis, a.Found)
		}
	}
}

func TestASourceThatIsNotWhatItIsSaidToBeFails(t *testing.T) {
	for _, s := range []paste.Source{
		{Name: "body.xml", Kind: paste.ErrorBody, Data: []byte("nothing of that kind")},
		{Name: "trace.har", Kind: paste.HAR, Data: []byte("{}")},
		{Name: "packets.pcap", Kind: paste.Exchanges, Data: []byte("text")},
		{Name: "broken.pcap", Data: []byte("\xd4\xc3\xb2\xa1broken")},
	} {
		if _, err := To(Question{Sources: []paste.Source{s}}); err == nil || !strings.Contains(err.Error(), s.Name) {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

func TestARedactedAnswerNamesNoFolder(t *testing.T) {
	for _, name := range []string{"/home/erika/acme/upload.log", `C:\Users\erika\acme\upload.log`} {
		a := to(t, Question{Sources: []paste.Source{{Name: name, Data: []byte(body)}}, Redact: true})
		if text := strings.Join(append(a.Found, a.Unused...), "\n"); strings.Contains(text, "erika") || !strings.Contains(text, "upload.log") {
			t.Errorf("it says %q", text)
		}
	}
}
