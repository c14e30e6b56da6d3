package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// signedURL is a presigned URL that a wrong client made by signing text.
func signedURL(text string) exchange {
	return exchange{sent: send("GET", ossURL("/folder/object", text), ossHost)}
}

func urlText(method, contentType, resource string) string {
	return method + "\n\n" + contentType + "\n" + expires + "\n" + resource
}

// A URL tells no method: that it was signed for one is no mistake.
func TestNothingIsWrongInAURLThatIsSignedRight(t *testing.T) {
	for _, text := range []string{urlText("GET", "", object), urlText("PUT", "", object), urlText("PUT", "image/png", object)} {
		e := diagnose.Evidence{Request: bareURL(signedURL(text).sent)}
		e.Credentials = exchange{}.credentials()
		d := diagnose.Explain(e)
		if len(d.Causes) > 0 || d.Compared != nil {
			t.Errorf("signed %q: %+v", text, d)
		}
		method, _, _ := strings.Cut(text, "\n")
		if help := strings.Join(d.WouldHelp, "\n"); !strings.Contains(help, "makes for "+method) || !strings.Contains(help, "nothing is wrong") || !strings.Contains(help, "expires at 2026-12-05T09:30:00Z") {
			t.Errorf("signed %q: would help %q", text, d.WouldHelp)
		}
	}
}

// The signature of V4 stands at the end of its URL: nothing was added there.
func TestAWholeURLOfV4IsNotSuspected(t *testing.T) {
	const own = "x-oss-credential=exampleid%2F20261205%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=" + isoTime + "&x-oss-expires=600&x-oss-signature-version=OSS4-HMAC-SHA256"
	sign := ossV4.signature(keySecret, "GET\n"+object+"\n"+own+"\n\n\nUNSIGNED-PAYLOAD")
	url := bareURL(send("GET", "/folder/object?"+own+"&x-oss-signature="+sign, ossHost))
	for _, known := range []signature.Credentials{{}, exchange{}.credentials()} {
		if d := diagnose.Explain(diagnose.Evidence{Request: url, Credentials: known}); len(d.Causes) > 0 || !strings.Contains(strings.Join(d.WouldHelp, "\n"), "expires at 2026-12-05T08:40:00Z") {
			t.Errorf("%+v", d)
		}
	}
}

func TestWhatIsWrongInAURLIsFoundWhateverItsMethod(t *testing.T) {
	for cause, text := range map[string]string{
		"C08": urlText("PUT", "image/png", "/folder/object"),
		"C23": urlText("DELETE", "", "/examplebucket//folder/object"),
		"C14": urlText("GET", "", object+"?acl"),
	} {
		e := diagnose.Evidence{Request: bareURL(signedURL(text).sent), Credentials: exchange{}.credentials()}
		if cause == "C14" {
			e.Request = bareURL(send("GET", ossURL("/folder/object?acl&versionId=a", text), ossHost))
		}
		d := diagnose.Explain(e)
		if got := d.Proven(); len(got) != 1 || got[0] != cause {
			t.Fatalf("%s: %+v", cause, d)
		}
		if c := d.Compared; c == nil || strings.Contains(c.Field, "method") || c.Names[1] != "the request asks for" || string(c.Strings[0]) != text {
			t.Errorf("%s: compared %+v", cause, c)
		}
	}
}

// The URL and the answer of the service are what most people have: the method
// and the headers of the request stand in the answer alone.
func TestAURLIsNoProofThatItsRequestChangedOnTheWay(t *testing.T) {
	x := signedURL(urlText("GET", "", object))
	for name, arrived := range map[string]exchange{
		"C09": {sent: x.sent, arrived: withMethod(x.sent, "PUT")},
		"C01": {sent: x.sent, arrived: also(x.sent, "Content-Type: application/json")},
		"C10": {sent: x.sent, arrived: also(x.sent, "x-oss-range-behavior: standard")},
	} {
		e := arrived.body(t)
		e.Request = bareURL(x.sent)
		if d := diagnose.Explain(e); len(d.Proven()) > 0 {
			t.Errorf("%s, without the secret: %+v", name, d.Causes)
		}
		e = arrived.withSecret(e)
		d := diagnose.Explain(e)
		if got := d.Proven(); len(got) != 1 || got[0] != name {
			t.Errorf("%s, with the secret: proves %q", name, got)
		}
		head := arrived.head()
		head.Answer = slices.DeleteFunc(head.Answer, func(h wire.Header) bool { return h.Name == "x-oss-err" })
		head.Request, head.Credentials = e.Request, e.Credentials
		d = diagnose.Explain(head)
		if c := causeOf(d, name); len(d.Proven()) > 0 || c.Confidence != reports.Suspicion {
			t.Errorf("%s, in headers alone: %+v", name, d.Causes)
		}
	}
}
