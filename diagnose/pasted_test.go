package diagnose_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/paste"
)

// pasted reads a text as somebody pastes it.
func pasted(t testing.TB, text string) *paste.Paste {
	t.Helper()
	p, err := paste.Read(paste.Source{Name: "paste", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// posted is all that a redacted report of an error body says.
func posted(t testing.TB, body string) string {
	t.Helper()
	p := pasted(t, body)
	if p.Evidence.Error == nil {
		t.Fatalf("no error document is found in %q", body)
	}
	r := diagnose.NewRedaction(&p.Evidence, p.Others...)
	all := ""
	for _, f := range r.Document(p.Evidence.Error) {
		all += f.Name + " " + f.Value + "\n"
	}
	d := diagnose.Explain(p.Evidence)
	text, err := json.Marshal(d.Redact(r.String))
	if err != nil {
		t.Fatal(err)
	}
	return all + string(text)
}

// Private names stand in an error body in more places than the line of the
// resource, and the line of the resource is not always one.
func TestNothingPrivateIsLeftOfABody(t *testing.T) {
	canonical := "GET\n/examplebucket/my%20folder/my-object\nprefix=my-prefix%2F\n" + v4Headers + "\n\nUNSIGNED-PAYLOAD"
	v4Body := v4("C02", "", send("GET", "/my%20folder/my-object?prefix=other-prefix%2F", ossHost), canonical).answer().Body
	metadata := "PUT\n\n\n" + date + "\nx-oss-copy-source:/other-bucket/other-object\nx-oss-meta-owner:Erika Mustermann\n/examplebucket/my-object"
	metadataBody := header("C02", "", metadata, send("PUT", "/other-key", ossHost, "Date: "+date,
		"x-oss-copy-source: /other-bucket/other-object", "x-oss-meta-owner: Erika Mustermann", "x-oss-meta-short: Max")).answer().Body
	malformed := exchange{sent: send("GET", "/my-object", ossHost, "Authorization: OSS4-HMAC-SHA256 Credential="+keyID+"/x,Signature=abcdef")}.answer().Body
	for name, body := range map[string]string{
		"as served":            v4Body,
		"in one line":          strings.ReplaceAll(v4Body, "\n", " "),
		"indented":             "    " + strings.ReplaceAll(v4Body, "\n", "\n    "),
		"metadata":             metadataBody,
		"metadata in one line": strings.ReplaceAll(metadataBody, "\n", " "),
		"no such key":          "<Error><Code>NoSuchKey</Code><HostId>" + ossHost + "</HostId><Key>my-object</Key></Error>",
		"no such bucket":       "<Error><Code>NoSuchBucket</Code><BucketName>examplebucket</BucketName></Error>",
		"the header echoed":    malformed,
	} {
		got := posted(t, body)
		for _, private := range []string{"examplebucket", "my-object", "my%20folder", "my folder", "-prefix", "other-", "Erika", "Mustermann", "Max", keyID, "abcdef"} {
			if strings.Contains(got, private) {
				t.Errorf("%s: %q stands in\n%s", name, private, got)
			}
		}
	}
}

// What a form is signed with is its policy in Base64, which nobody reads before
// posting it.
func TestThePolicyOfAFormIsRedactedInItsBase64(t *testing.T) {
	policy := base64.StdEncoding.EncodeToString([]byte(`{"expiration":"2026-12-05T09:30:00.000Z","conditions":[{"bucket":"my-private-bucket"},["starts-with","$key","users/erika/"],["content-length-range",0,1024]]}`))
	for name, text := range map[string]string{"a policy": policy, "one that is no JSON": base64.StdEncoding.EncodeToString([]byte(`{"bucket":"my-private-bucket","key":"users/erika/"`))} {
		d := &diagnose.ErrorDocument{Code: "SignatureDoesNotMatch", StringToSign: text, Fields: []diagnose.Field{{Name: "StringToSign", Value: text}}}
		r := diagnose.NewRedaction(&diagnose.Evidence{Error: d})
		got := r.Document(d)[0].Value
		if raw, err := base64.StdEncoding.DecodeString(got); err == nil {
			got = string(raw)
		}
		if strings.Contains(got, "private") || strings.Contains(got, "erika") || name == "a policy" && !strings.Contains(got, `"expiration":"2026`) {
			t.Errorf("%s becomes %s", name, got)
		}
	}
}

// Under V4 of OBS the bucket stands in the host: another folder is no other bucket.
// And whose secret gives the signature of the client's own string is not suspected.
func TestAnotherPathUnderOBSV4ProvesNothing(t *testing.T) {
	x := obsV4Exchange("", "", "/folder/object", "GET\n/object\n\nhost:"+obsHost+"\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:"+isoTime+"\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD")
	d := diagnose.Explain(x.withSecret(x.withClient(x.withRequest(x.body(t)))))
	if len(d.Proven()) > 0 || says(d, "C02") != "nothing" {
		t.Errorf("%+v", d.Causes)
	}
	if d.Compared == nil || d.Compared.Field != "resource path" {
		t.Errorf("compared: %+v", d.Compared)
	}
}

// The notes of a report name the other requests of a paste.
func TestAReportSaysNothingPrivateOfOtherRequests(t *testing.T) {
	exchange := func(bucket string) string {
		return "> GET /" + strings.Repeat(bucket+"%20", 20) + "-object HTTP/1.1\r\n> Host: " + bucket + ".oss-cn-hangzhou.aliyuncs.com\r\n> Authorization: OSS " + keyID + "-" + bucket + ":AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n> \r\n< HTTP/1.1 403 Forbidden\r\n< \r\n"
	}
	p := pasted(t, exchange("unsere-bilder")+exchange("ihre-bilder"))
	if len(p.Unused) == 0 {
		t.Fatal("both requests were used")
	}
	r := diagnose.NewRedaction(&p.Evidence, p.Others...)
	for _, n := range append(p.Found, p.Unused...) {
		if got := r.String(n.String()); strings.Contains(got, "bilder") {
			t.Errorf("the report says %q", got)
		}
	}
}

// OBS has no code for a URL that has expired, and says it in two elements.
func TestAnExpiryThatTheAnswerShowsIsProven(t *testing.T) {
	text := "GET\n\n\n1796459000\n" + object
	target := "/folder/object?AccessKeyId=" + keyID + "&Expires=1796459000&Signature=" + url.QueryEscape(v1(keySecret, text))
	x := exchange{service: "obs", sent: send("GET", target, obsHost)}
	if d := diagnose.Explain(x.body(t)); !slices.Equal(d.Proven(), []string{"C12"}) {
		t.Errorf("%+v", d.Causes)
	}
}

// A proxy that refuses a request does so with a page of its own.
func TestAWebPageIsNotTheAnswerOfAService(t *testing.T) {
	p := pasted(t, "> GET /key HTTP/1.1\n> Host: "+ossHost+"\n> \n< HTTP/1.1 403 Forbidden\n< Server: nginx/1.24.0\n< Content-Type: text/html\n< \n<html><head><title>403 Forbidden</title></head></html>\n")
	d := diagnose.Explain(p.Evidence)
	if says(d, "C30") != "suspicion" || len(d.Proven()) > 0 {
		t.Errorf("%+v", d.Causes)
	}
}

func TestARequestThatWasNotRefused(t *testing.T) {
	p := pasted(t, "> GET /key HTTP/1.1\n> Host: "+ossHost+"\n> \n< HTTP/1.1 200 OK\n< Server: AliyunOSS\n< \n")
	if d := diagnose.Explain(p.Evidence); len(d.Causes) > 0 || !strings.Contains(strings.Join(d.Contradictions, ""), "was not refused") {
		t.Errorf("%+v", d)
	}
}

// Who asks may have copied the secret wrongly, while the program that signed has the
// right one.
func TestASecretThatIsGivenWronglyIsNoProofAgainstTheSigner(t *testing.T) {
	x := header("C01", "", "PUT\n\n\n"+date+"\n"+object, plain("PUT", "Content-Type: text/plain"))
	for _, given := range []string{keySecret + "\n", keySecret + "x", " " + keySecret, `"` + keySecret + `"`} {
		x.secret = given
		d := diagnose.Explain(x.withSecret(x.withRequest(x.body(t))))
		if !slices.Equal(d.Proven(), []string{"C01"}) || says(d, "C02") != "suspicion" {
			t.Errorf("given %q: %+v", given, d.Causes)
		}
	}
	x = header("C02", "", "PUT\n\ntext/plain\n"+date+"\n"+object, plain("PUT", "Content-Type: text/plain"))
	x.sent = withHeader(x.sent, "Authorization", "OSS "+keyID+":"+v1(keySecret+"\n", x.signed))
	if d := diagnose.Explain(x.withSecret(x.withRequest(x.body(t)))); !slices.Equal(d.Proven(), []string{"C02"}) {
		t.Errorf("a line feed behind the secret: %+v", d.Causes)
	}
}

// A canonical request that lost its line feeds is put together again where the hash
// shows that it is the right one.
func TestACanonicalRequestInOneLineIsReadByItsHash(t *testing.T) {
	for name, x := range map[string]exchange{
		"no query":           v4("C09", "", send("PUT", "/folder/object", ossHost), "GET\n"+object+"\n\n"+v4Headers+"\n\nUNSIGNED-PAYLOAD"),
		"query, header list": v4("C14", "", send("GET", "/folder/object?acl", ossHost, "x-oss-meta-a: two words"), "GET\n"+object+"\n\nhost:"+ossHost+"\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:"+isoTime+"\nx-oss-meta-a:two words\n\nhost\nUNSIGNED-PAYLOAD"),
	} {
		body := x.answer().Body
		for way, text := range map[string]string{"as blanks": strings.ReplaceAll(body, "\n", " "), "as one blank": strings.Join(strings.Fields(body), " ")} {
			e := pasted(t, text).Evidence
			d := diagnose.Explain(x.withSecret(e))
			if !slices.Equal(d.Proven(), []string{x.cause}) {
				t.Errorf("%s, line feeds %s: %+v", name, way, d)
			}
			e.Error.CanonicalRequest = strings.Replace(e.Error.CanonicalRequest, "folder", "other", 1)
			if d := diagnose.Explain(x.withSecret(e)); len(d.Proven()) > 0 {
				t.Errorf("%s, line feeds %s: with another hash %v is proven", name, way, d.Proven())
			}
		}
	}
}

// Two strings that lie side by side are compared, even where one breaks the layout
// of its scheme.
func TestAResourceOfV2ThatIsNotEncoded(t *testing.T) {
	text := "GET\n\n\n" + date + "\n\n" + object
	signed := base64.StdEncoding.EncodeToString([]byte(mac(sha256.New, keySecret, text)))
	x := exchange{signed: text, sent: send("GET", "/folder/object", ossHost, "Date: "+date, "Authorization: OSS2 AccessKeyId:"+keyID+",Signature:"+signed)}
	for name, e := range map[string]diagnose.Evidence{"client string": x.withClient(x.body(t)), "secret": x.withSecret(x.body(t))} {
		if d := diagnose.Explain(e); !slices.Equal(d.Proven(), []string{"C03"}) || d.Compared == nil {
			t.Errorf("%s: %+v, compared %+v", name, d.Causes, d.Compared)
		}
	}
}

// A log shows letters: that they are the same ones says nothing of their bytes.
func TestEqualLettersAreNotEqualBytes(t *testing.T) {
	text := "PUT\n\n\n" + date + "\nx-oss-meta-a:\u00e9\n" + object
	latin := strings.Replace(text, "\u00e9", "\xe9", 1)
	x := header("C18", "", latin, plain("PUT", "x-oss-meta-a: \u00e9"))
	x.signed = text
	if d := diagnose.Explain(x.withClient(x.body(t))); says(d, "C18") != "suspicion" {
		t.Errorf("%+v", d.Causes)
	}
	if d := diagnose.Explain(x.withSecret(x.withClient(x.body(t)))); !slices.Equal(d.Proven(), []string{"C18"}) {
		t.Errorf("with the secret: %+v", d.Causes)
	}
}
