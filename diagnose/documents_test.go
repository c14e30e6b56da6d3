package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/wire"
)

// asked is a row of the documents: a case that one of them names, the evidence
// it has its reader look at, and what it says.
type asked struct {
	example  string // document and place
	evidence diagnose.Evidence
	cause    string
	proven   bool
	by       string // who changed it, "" where the document does not say
	fix      string // words of the remedy
}

// examples are those of the five documents, in their order, but for the samples
// that contradict themselves. What a document shows in part (a masked key) is
// filled with what the service of this module answers.
func examples(t *testing.T) []asked {
	whole := func(name string) exchange {
		all := exchanges()
		i := slices.IndexFunc(all, func(x exchange) bool { return x.name == name })
		if i < 0 {
			t.Fatalf("there is no exchange %q", name)
		}
		return all[i]
	}
	request := func(name string) diagnose.Evidence { x := whole(name); return x.withRequest(x.body(t)) }
	secret := func(name string) diagnose.Evidence { x := whole(name); return x.withSecret(x.withRequest(x.body(t))) }
	client := func(name string) diagnose.Evidence { x := whole(name); return x.withClient(x.body(t)) }
	said := func(body string) diagnose.Evidence { return diagnose.Evidence{Error: parsed(t, body)} }
	by := func(e diagnose.Evidence, agent string) diagnose.Evidence {
		recognised, ok := diagnose.RecogniseClient(agent)
		if !ok {
			t.Fatalf("%s is nobody", agent)
		}
		e.Client = recognised
		return e
	}
	miniProgram := diagnose.Evidence{Error: document(t, "000-content-type.xml")}
	const head = "HEAD made GET by a CDN"
	return []asked{
		{"000, table: date is replaced with expires", client("Expires signed for Date"), "C13", true, "", "In a URL Expires takes the place of Date"},
		{"000, table: signatures in a URL are URL-encoded", request("curl, a raw plus sign in the URL"), "C05", true, "", "%2B"},
		{"000, script: GetGMT is called for the string and for the header", secret("clock read twice"), "C13", true, "", "Read the clock once"},
		{"000, mini program, error body alone", miniProgram, "C01", false, "", ""},
		{"000, mini program, with the captured request", request("mini program adds Content-Type to a URL"), "C01", true, "", "sign"},
		{"000, HEAD through an accelerated domain", request(head), "C09", true, "cdn", "Ali-Swift-Fwd-Head"},
		{"001 and 003, step 1: the access key", secret("secret of another key"), "C02", true, "", ""},
		{"001, step 2: the algorithm", secret("key and text exchanged"), "C32", true, "", "HMAC"},
		{"002, step 1: the endpoint holds the bucket", client("endpoint holds the bucket"), "C08", true, "", "ndpoint without the bucket"},
		{"002, step 2: AK and SK", secret("key id and secret exchanged"), "C02", true, "", ""},
		{"002, step 3: the verb", client("GET signed, HEAD sent"), "C09", true, "", ""},
		{"002, step 4: Date", secret("clock read twice"), "C13", true, "", ""},
		{"002, step 4: Expires", secret("milliseconds signed"), "C13", true, "", "seconds"},
		{"002, step 5: Content-MD5", client("Content-MD5 sent, not signed"), "C22", true, "", ""},
		{"002, step 5: Content-Type", client("signed with a charset that is not sent"), "C01", true, "", ""},
		{"002, step 5: canonicalized headers", client("empty header left out"), "C17", true, "", ""},
		{"002, step 5: a URL in a browser has no such headers", request("OBS, browser adds Content-Type"), "C01", true, "", "opened in a browser"},
		{"002, step 6: canonicalized resource", client("one of two not signed"), "C14", true, "", ""},
		{"002, step 7: a blank parameter has its line", client("empty fields without lines"), "C31", true, "", "line"},
		{"002, step 8.3: HMAC-SHA1", secret("HMAC-SHA256"), "C32", true, "", "HMAC-SHA1"},
		{"002, step 8.4: Base64", secret("hexadecimal"), "C32", true, "", "Base64"},
		{"002, step 8.5: URL-encoded", request("plus sign in the URL"), "C05", true, "", "%2B"},
		{"003, example 1: mini program", request("mini program adds Content-Type to a URL"), "C01", true, "", ""},
		{"003, example 2: a proxy adds a header", request("a layer adds a vendor header"), "C10", true, "proxy", "stop what adds it"},
		{"003, example 3: HEAD through a CDN", request(head), "C09", true, "cdn", "Send HEAD to the bucket's own domain"},
		{"003, example 3, error body alone", said("<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>x</OSSAccessKeyId>" +
			"<StringToSign>GET\n\n\nFri, 24 Feb 2012 06:38:30 GMT\n/b/ObjectName?objectMeta</StringToSign><EC>0002-00000040</EC></Error>"), "C09", false, "", ""},
		{"003, example 4: x-oss-range-behavior", request("CDN adds x-oss-range-behavior"), "C10", true, "cdn", "x-oss-range-behavior: standard"},
		{"003, example 4, error body alone", said("<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>x</OSSAccessKeyId>" +
			"<StringToSign>GET\n\n\nFri, 24 Feb 2012 06:38:30 GMT\nx-oss-range-behavior:standard\n/b/ObjectName</StringToSign><EC>0002-00000040</EC></Error>"), "C10", false, "", ""},
		{"003, example 5: CNAME off, in PHP", by(client("custom domain, its name signed as the bucket"), "aliyun-sdk-php/2.7.2 (Linux/5.10;8.2.0)"), "C08", true, "", "isCName = true"},
		{"003, example 5: CNAME off, in Java", by(client("custom domain, its name signed as the bucket"), "aliyun-sdk-java/3.18.5(Linux/5.10/amd64;17)"), "C08", true, "", "setSupportCname(true)"},
		{"003, example 6: a plus sign", said("<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>nz2p</OSSAccessKeyId><SignatureProvided>ab cd</SignatureProvided>" +
			"<StringToSign>GET\n\n\n1141889120\n/oss-example/oss.jpg</StringToSign><EC>0002-00000040</EC></Error>"), "C05", true, "", "%2B"},
		{"004, error body", diagnose.Evidence{Error: document(t, "004-unknown-key.xml")}, "C20", true, "", "no other key is known"},
		{"004, the request as it is printed", diagnose.Evidence{Request: printed}, "C20", true, "", "Credential"},
	}
}

// printed is the request of document 004, a blank for an equals sign included.
var printed = send("GET", "/oss.jpg", "oss-example.oss-cn-hangzhou.aliyuncs.com", "Date: Tue, 20 Dec 2022 08:48:18 GMT",
	"Authorization: OSS4-HMAC-SHA256 CredentialAK**ID/20221220/us-east-1/oss/aliyun_v4_request,Signature=18**0a,UnknownKey=1", "x-oss-content-sha256: UNSIGNED-PAYLOAD")

func TestDocumentsOwnExamplesAreAnsweredAsTheDocumentsDo(t *testing.T) {
	for _, a := range examples(t) {
		d := diagnose.Explain(a.evidence)
		c, want := causeOf(d, a.cause), reports.Suspicion
		if a.proven {
			want = reports.Proof
		}
		if c.Confidence != want {
			t.Errorf("%s: %s is %q, want %q: %+v", a.example, a.cause, c.Confidence, want, d.Causes)
			continue
		}
		if !strings.Contains(c.Fix, a.fix) || a.by != "" && !slices.Contains(c.ChangedBy, a.by) {
			t.Errorf("%s: %+v", a.example, c)
		}
	}
}

// The request of document 001, step 3, has the string that stands beside it: the
// document then has its reader look at the access key.
func TestTheStringThatADocumentGivesForItsRequestIsTheServices(t *testing.T) {
	const text = "PUT\n\n\nWed, 24 May 2023 02:12:30 GMT\nx-oss-abc:mymeta\n/bucket/abc?acl"
	request := send("PUT", "/bucket/abc?acl", "oss-cn-hangzhou.aliyuncs.com", "Date: Wed, 24 May 2023 02:12:30 GMT", "x-oss-abc: mymeta",
		"Authorization: OSS qn6qrrqxo2oawuk53otfabcd:77Dvh5wQgIjWjwO/KyRt8dOPabc=")
	d := diagnose.Explain(diagnose.Evidence{Request: request, Seen: diagnose.AtClient, Error: parsed(t, "<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>qn6qrrqxo2oawuk53otfabcd</OSSAccessKeyId>"+
		"<SignatureProvided>77Dvh5wQgIjWjwO/KyRt8dOPabc=</SignatureProvided><StringToSign>"+text+"</StringToSign><EC>0002-00000040</EC></Error>")})
	if c := d.Compared; c == nil || c.Offset != -1 || c.Strings[0] != wire.Bytes(text) {
		t.Errorf("compared: %+v", c)
	}
	if c := causeOf(d, "C02"); c.Confidence != reports.Suspicion || len(d.Proven()) > 0 {
		t.Errorf("causes: %+v", d.Causes)
	}
}

// The samples of documents 001 and 003 are masked, and their StringToSign is
// not what their bytes spell. That of 002 shows no more than a code.
func TestSamplesOfTheDocumentsContradictThemselvesAndTellNoCause(t *testing.T) {
	for _, file := range []string{"001-mismatch.xml", "003-mismatch.xml"} {
		d := diagnose.Explain(diagnose.Evidence{Error: document(t, file)})
		if len(d.Contradictions) != 1 || !strings.Contains(d.Contradictions[0], "/dinary/?acl") || !strings.Contains(d.Contradictions[0], "/bucket/?acl") {
			t.Errorf("%s: contradictions %q", file, d.Contradictions)
		}
		if d.Dialect != "oss" || d.Scheme != "oss-v1" || d.Carrier != "header" || len(d.Proven()) > 0 {
			t.Errorf("%s: %+v", file, d)
		}
		if !slices.ContainsFunc(d.WouldHelp, func(s string) bool { return strings.Contains(s, "SignatureProvided unmasked") }) {
			t.Errorf("%s: would help: %q", file, d.WouldHelp)
		}
	}
	if d := diagnose.Explain(diagnose.Evidence{Error: document(t, "002-mismatch.xml")}); len(d.Proven()) > 0 || len(d.WouldHelp) == 0 {
		t.Errorf("002-mismatch.xml: %+v", d)
	}
}
