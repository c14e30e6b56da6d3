package paste

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/countersign/countersign/diagnose"
)

func served(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("../../testdata/errors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func read(t testing.TB, kind Kind, text string) *Paste {
	t.Helper()
	p, err := Read(Source{Name: "paste", Kind: kind, Data: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

func inJSON(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func eachLine(prefix, s string) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		fmt.Fprintf(&b, prefix+"%s\n", i, line)
	}
	return b.String()
}

// A document is read out of each of the forms in which people pass it on, and
// what had to be undone is said.
func TestAnErrorDocumentInEveryForm(t *testing.T) {
	for _, name := range []string{"oss-v4-mismatch.xml", "obs-v2-mismatch.xml", "oss-v1-not-utf8.xml"} {
		xml := served(t, name)
		want, err := diagnose.ParseErrorDocument([]byte(xml))
		if err != nil {
			t.Fatal(err)
		}
		forms := []struct{ form, text, said string }{
			{"as served", xml, ""},
			{"behind a line of a log", "2026-01-02 03:04:05 ERROR upload failed: " + xml, ""},
			{"in one line", strings.ReplaceAll(xml, "\n", " "), "line feeds of StringToSign are lost"},
			{"escaped for HTML", html.EscapeString(xml), "HTML escapes were undone"},
			{"escaped for HTML twice", html.EscapeString(html.EscapeString(xml)), "HTML escapes were undone"},
			{"percent-encoded", url.PathEscape(xml), "percent-encoding was undone"},
			{"behind what a log puts in front of each line", eachLine("2026-01-02 03:04:%02d worker | ", xml), "in front of each line was cut off"},
			{"indented", "    " + strings.ReplaceAll(xml, "\n", "\n    "), "the indentation of each line was cut off"},
			{"twice", xml + "\n" + xml, ""},
			{"in Windows line ends", strings.ReplaceAll(xml, "\n", "\r\n"), ""},
		}
		if !strings.Contains(name, "utf8") {
			forms = append(forms, []struct{ form, text, said string }{
				{"in JSON", `{"level":"error","body":` + inJSON(xml) + `}`, "backslash escapes were undone"},
				{"in JSON in JSON", `{"message":` + inJSON(`{"body":`+inJSON(xml)+`}`) + `}`, "backslash escapes were undone"},
				{"in Go", fmt.Sprintf("err=%q", xml), "backslash escapes were undone"},
			}...)
		}
		for _, form := range forms {
			t.Run(name+"/"+form.form, func(t *testing.T) {
				p := read(t, Anything, form.text)
				got := p.Evidence.Error
				if got == nil {
					t.Fatalf("no document is found in %q\n%q", form.text, p.Unused)
				}
				if form.form == "indented" && got.CanonicalRequest != want.CanonicalRequest {
					t.Errorf("the canonical request is %q", got.CanonicalRequest)
				}
				if got.StringToSign != want.StringToSign || got.SignatureProvided != want.SignatureProvided || got.Code != want.Code || got.EC != want.EC || got.Dialect != want.Dialect {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				if len(got.Contradictions) != len(want.Contradictions) {
					t.Errorf("contradictions: %v", got.Contradictions)
				}
				if form.said != "" && !said(p.Found, form.said) {
					t.Errorf("%q is not said: %q", form.said, p.Found)
				}
			})
		}
	}
}

// The declaration tells the services apart where the rest does not, and a log has
// it on a line of its own.
func TestTheDeclarationIsFoundInALog(t *testing.T) {
	p := read(t, Anything, eachLine("2026-01-02 03:04:%02d worker | ", served(t, "obs-skew.xml")))
	if e := p.Evidence.Error; e == nil || e.Dialect != diagnose.OBS || len(p.Unused) > 0 {
		t.Errorf("got %+v, not used %q", e, p.Unused)
	}
}

// What a program prints of its string has no end of its own: the error body behind
// it ends it. A string with an empty line too few is one all the same.
func TestAStringInFrontOfAnErrorBody(t *testing.T) {
	xml := served(t, "oss-v4-mismatch.xml")
	for name, signed := range map[string]string{
		"whole":              "GET\n\n\nThu, 01 Jan 2026 00:00:00 GMT\n/bucket/key",
		"empty lines gone":   "GET\nThu, 01 Jan 2026 00:00:00 GMT\n/bucket/key",
		"an empty line gone": "GET\n\n1767225600\n/bucket/key",
	} {
		for _, text := range []string{"StringToSign:\n" + signed + "\n" + xml, "string_to_sign = " + signed + "\n\n  " + xml, xml + "\nmine: \n" + signed + "\n"} {
			p := read(t, Anything, text)
			if p.Evidence.Error == nil || p.Evidence.Error.EC == "" || p.Evidence.ClientString != signed {
				t.Errorf("%s: of %.40q the string is %q, the error %+v; not used %q", name, text, p.Evidence.ClientString, p.Evidence.Error, p.Unused)
			}
		}
	}
}

// Heads that curl writes on Windows have an end of line too many.
func TestCurlOnWindows(t *testing.T) {
	p := read(t, Anything, "* Connected\r\n> GET /key HTTP/1.1\r\r\n> Host: bucket.oss-cn-hangzhou.aliyuncs.com\r\r\n> Date: Thu, 01 Jan 2026 00:00:00 GMT\r\r\n> \r\r\n< HTTP/1.1 403 Forbidden\r\r\n< x-oss-ec: 0002-00000040\r\r\n< \r\r\n")
	if p.Evidence.Request == nil || p.Evidence.Status != 403 || len(p.Evidence.Answer) != 1 || !said(p.Found, "CR CR LF") {
		t.Errorf("got %+v, found %q, not used %q", p.Evidence, p.Found, p.Unused)
	}
}

// Of a log that is too long, the part is looked at in which a signature was refused,
// and its lines are counted as the log has them.
func TestARefusalInALongLog(t *testing.T) {
	noise := strings.Repeat("2026-01-02 03:04:05 INFO status: ok, code=200\n", 2*maxText/46)
	xml := served(t, "oss-v4-mismatch.xml")
	for name, text := range map[string]string{"begin": xml + noise, "middle": noise + xml + noise, "end": noise + xml} {
		p := read(t, Anything, text)
		if p.Evidence.Error == nil || p.Evidence.Error.EC != "0002-00000201" || !said(p.Unused, "were looked at") {
			t.Errorf("%s: not used %q", name, p.Unused)
			continue
		}
		if want := 1 + strings.Count(text[:strings.Index(text, "<?xml")], "\n"); p.Found[0].First != want {
			t.Errorf("%s: it is said to be in line %d, it is in %d", name, p.Found[0].First, want)
		}
	}
}

// The last refusals of a log count, however many there are, and what is left out is
// said.
func TestMoreThanThereIsRoomFor(t *testing.T) {
	var documents, requests strings.Builder
	const last = 2*maxFinds + 1
	for i := 1; i <= last; i++ {
		fmt.Fprintf(&documents, "<Error><Code>SignatureDoesNotMatch</Code><RequestId>%06d</RequestId></Error>\n", i)
		fmt.Fprintf(&requests, "> GET /%06d HTTP/1.1\n> Host: bucket.oss-cn-hangzhou.aliyuncs.com\n> \n< HTTP/1.1 403 Forbidden\n< \n", i)
	}
	p := read(t, Anything, documents.String())
	if p.Evidence.Error == nil || p.Evidence.Error.RequestID != fmt.Sprintf("%06d", last) || !said(p.Unused, "were left out") {
		t.Errorf("the document is %+v; not used %q", p.Evidence.Error, p.Unused[:1])
	}
	p = read(t, Anything, requests.String())
	if p.Evidence.Request == nil || p.Evidence.Request.Target != fmt.Sprintf("/%06d", last) || !said(p.Unused, "were left out") {
		t.Errorf("the request is %+v; not used %q", p.Evidence.Request, p.Unused[:1])
	}
}

func TestASourceThatSaysNothing(t *testing.T) {
	for _, text := range []string{"", " \n", `{"log":{"entries":[]}}`} {
		if p := read(t, Anything, text); len(p.Unused) == 0 || p.Recognised() {
			t.Errorf("of %q: found %q, not used %q", text, p.Found, p.Unused)
		}
	}
}

func TestLineFeedsThatNothingCanRestoreAreMissed(t *testing.T) {
	xml := "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>PUT text/plain Thu, 01 Jan 2026 00:00:00 GMT /b/k</StringToSign></Error>"
	p := read(t, Anything, xml)
	if !said(p.Found, "there is no StringToSignBytes to take them from") {
		t.Errorf("found: %q", p.Found)
	}
}

func TestTheDocumentsOwnSamplesAreReadAndTheirMasksSaid(t *testing.T) {
	for _, name := range []string{"001-mismatch.xml", "003-mismatch.xml"} {
		p := read(t, Anything, served(t, name))
		if p.Evidence.Error == nil || len(p.Evidence.Error.Contradictions) == 0 || !said(p.Found, "is masked and cannot be compared") {
			t.Errorf("%s: %+v, %q", name, p.Evidence.Error, p.Found)
		}
	}
}

// The exceptions of SDKs that are not in the logs, in the words of their source.
func TestExceptionsOfSDKs(t *testing.T) {
	for name, text := range map[string]string{
		"csharp": "Aliyun.OSS.Common.OssException: The request signature we calculated does not match the signature you provided.; ErrorCode: SignatureDoesNotMatch; RequestId: 5F00AA; HostId: b.oss-cn-hangzhou.aliyuncs.com; EC: 0002-00000040",
		"php":    "PHP Fatal error: Uncaught OSS\\Core\\OssException: SignatureDoesNotMatch: The request signature we calculated does not match. RequestId: 5F00AA in /app/x.php\nEC: 0002-00000040\n",
		"python": "oss2.exceptions.SignatureDoesNotMatch: {'status': 403, 'x-oss-request-id': '5F00AA', 'details': {'Code': 'SignatureDoesNotMatch', 'RequestId': '5F00AA', 'EC': '0002-00000040'}}",
		"go":     `oss: service returned error: StatusCode=403, ErrorCode=SignatureDoesNotMatch, ErrorMessage="The request signature", RequestId=5F00AA, Ec=0002-00000040`,
		"node":   "{ status: 403, code: 'SignatureDoesNotMatch', requestId: '5F00AA', ecCode: '0002-00000040' }",
		"logfmt": `level=error msg="put failed" code=SignatureDoesNotMatch request_id=ignored RequestId=5F00AA ec=0002-00000040`,
	} {
		e := read(t, Anything, text).Evidence.Error
		if e == nil || e.Code != "SignatureDoesNotMatch" || e.EC != "0002-00000040" || e.Dialect != diagnose.OSS {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestHeadIsRefusedInHeadersAlone(t *testing.T) {
	p := read(t, Anything, "HTTP/1.1 403 Forbidden\r\nx-obs-error-code: SignatureDoesNotMatch\r\nx-obs-error-message: no match\r\nx-obs-request-id: 01\r\n\r\n")
	if e := p.Evidence; e.Error == nil || e.Error.Code != "SignatureDoesNotMatch" || e.Error.Message != "no match" || e.Status != 403 || len(e.Answer) != 3 {
		t.Errorf("OBS: %+v", e)
	}
	body := base64.StdEncoding.EncodeToString([]byte(served(t, "oss-v4-mismatch.xml")))
	p = read(t, Anything, "x-oss-err: "+body+"\nx-oss-ec: 0002-00000201\n")
	if e := p.Evidence; e.Error == nil || e.Error.CanonicalRequest == "" || !said(p.Found, "decoded from the header x-oss-err") {
		t.Errorf("OSS: %+v, %q", e.Error, p.Found)
	}
}

const presigned = "https://b.oss-cn-hangzhou.aliyuncs.com/k%20k?Expires=1800000000&OSSAccessKeyId=LTAI5tExampleKeyId&Signature=ab%2Bcd%3D"

func TestRequests(t *testing.T) {
	raw := "PUT /k HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.com\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello"
	for _, test := range []struct {
		name, text, method, target string
		headers                    int
		seen                       diagnose.Place
	}{
		{"raw HTTP", raw, "PUT", "/k", 3, diagnose.SeenAnywhere},
		{"raw HTTP in a log", eachLine("[%02d] out: ", strings.ReplaceAll(raw, "\r", "")), "PUT", "/k", 3, diagnose.SeenAnywhere},
		{"curl -v", "*   Trying 127.0.0.1:80...\n> GET /k?acl HTTP/1.1\n> Host: b.oss-cn-hangzhou.aliyuncs.com\n>\n< HTTP/1.1 403 Forbidden\n< x-oss-ec: 0002-00000040\n<\n", "GET", "/k?acl", 1, diagnose.AtClient},
		{"curl command behind a prompt", "$ curl -X DELETE \\\n  -H 'Date: x' https://b.oss-cn-hangzhou.aliyuncs.com/k\ncurl: (22) 403\n", "DELETE", "/k", 4, diagnose.AtClient},
		{"presigned URL", "open " + presigned + " and see", "", "/k%20k?Expires=1800000000&OSSAccessKeyId=LTAI5tExampleKeyId&Signature=ab%2Bcd%3D", 1, diagnose.SeenAnywhere},
		{"presigned URL of a page", `<a href="` + html.EscapeString(presigned) + `">`, "", "/k%20k?Expires=1800000000&OSSAccessKeyId=LTAI5tExampleKeyId&Signature=ab%2Bcd%3D", 1, diagnose.SeenAnywhere},
		{"presigned URL in JSON", `{"url":` + inJSON(presigned) + `}`, "", "/k%20k?Expires=1800000000&OSSAccessKeyId=LTAI5tExampleKeyId&Signature=ab%2Bcd%3D", 1, diagnose.SeenAnywhere},
	} {
		for _, kind := range []Kind{Anything, Request} {
			e := read(t, kind, test.text).Evidence
			if e.Request == nil || e.Request.Method != test.method || e.Request.Target != test.target || len(e.Request.Headers) != test.headers {
				t.Errorf("%s as %q: %+v", test.name, kind, e.Request)
			} else if kind == Anything && e.Seen != test.seen {
				t.Errorf("%s: seen %q, want %q", test.name, e.Seen, test.seen)
			}
		}
	}
	if p := read(t, Anything, raw); p.Evidence.Request.Body != "hello" {
		t.Errorf("the body is %q", p.Evidence.Request.Body)
	}
	if p := read(t, Anything, html.EscapeString(presigned)); !said(p.Found, "were read as &") {
		t.Errorf("that &amp; was read as & is not said: %q", p.Found)
	}
}

func TestOfAHARFileTheEntryThatFailed(t *testing.T) {
	entry := func(path string, status int, body string) string {
		return fmt.Sprintf(`{"startedDateTime":"2026-01-02T03:04:05Z","request":{"method":"GET","url":"https://b.oss-cn-hangzhou.aliyuncs.com%s","headers":[]},"response":{"status":%d,"headers":[{"name":"x-oss-request-id","value":"1"}],"content":{"text":%s}}}`, path, status, inJSON(body))
	}
	har := `{"log":{"entries":[` + entry("/a", 200, "") + "," + entry("/b", 403, served(t, "oss-v4-mismatch.xml")) + "," + entry("/c", 304, "") + `]}}`
	for _, kind := range []Kind{Anything, Request, HAR} {
		p := read(t, kind, har)
		if e := p.Evidence; e.Request == nil || e.Request.Target != "/b" || e.Status != 403 || e.Error == nil || e.At.IsZero() || e.Seen != diagnose.AtClient {
			t.Errorf("as %q: %+v", kind, e)
		}
		if len(p.Unused) != 2 {
			t.Errorf("as %q, the others are not named: %q", kind, p.Unused)
		}
	}
	p, err := Read(Source{Name: "x.har", Kind: HAR, Entry: 3, Data: []byte(har)})
	if err != nil || p.Evidence.Request.Target != "/c" {
		t.Errorf("entry 3: %+v, %v", p, err)
	}
	if _, err := Read(Source{Name: "x.har", Kind: HAR, Entry: 4, Data: []byte(har)}); err == nil || !strings.Contains(err.Error(), "no entry 4") {
		t.Errorf("entry 4: %v", err)
	}
}

func TestOfACaptureTheRequestThatWasRefused(t *testing.T) {
	line := func(path, signature string) string {
		head := "GET " + path + " HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.com\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\nAuthorization: OSS AK:" + signature + "\r\n\r\n"
		return `{"id":"x","head":"` + base64.StdEncoding.EncodeToString([]byte(head)) + `"}` + "\n"
	}
	p, err := Read(
		Source{Name: "c.ndjson", Kind: Request, Data: []byte(line("/a", "aaaa") + line("/b", "bbbb") + line("/c", "cccc"))},
		Source{Name: "e.xml", Kind: ErrorBody, Data: []byte("<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>bbbb</SignatureProvided></Error>")},
	)
	if err != nil || p.Evidence.Request.Target != "/b" {
		t.Errorf("%+v, %v", p, err)
	}
}

const (
	v1String = "PUT\n\ntext/plain\nFri, 02 Jan 2026 03:04:05 GMT\nx-oss-meta-a:b\n/b/k"
	v4String = "OSS4-HMAC-SHA256\n20260102T030405Z\n20260102/cn-hangzhou/oss/aliyun_v4_request\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	v4Canon  = "PUT\n/b/k\n\ncontent-type:text/plain\n\n\nUNSIGNED-PAYLOAD"
)

func TestWhatTheClientSaysItSigned(t *testing.T) {
	for _, test := range []struct{ name, text, signed, canonical string }{
		{"V1", v1String, v1String, ""},
		{"V1 with words around it", "I sign this:\n\n" + v1String + "\n\nand get a 403", v1String, ""},
		{"V1 printed in one line", "signing " + strings.ReplaceAll(v1String, "\n", `\n`), v1String, ""},
		{"V1 named", "StringToSign: " + v1String + "\nSignature: x", v1String, ""},
		{"V4", v4String + "\n", v4String, ""},
		{"V4 with its canonical request", "Canonical Request:\n" + v4Canon + "\n\nStringToSign:\n" + v4String + "\n", v4String, v4Canon},
		{"V1 in Windows line ends", strings.ReplaceAll(v1String, "\n", "\r\n") + "\r\n", v1String, ""},
		{"a log of its own", "DEBUG sign StringToSign=" + v4String + "\nDEBUG next record of the log\n", v4String, ""},
		{"botocore", "2026-01-02 03:04:05,678 botocore.auth [DEBUG] CanonicalRequest:\n" + v4Canon + "\n2026-01-02 03:04:05,678 botocore.auth [DEBUG] StringToSign:\n" + v4String + "\n2026-01-02 03:04:05,679 botocore.auth [DEBUG] Signature:\nx\n", v4String, v4Canon},
		{"aws-sdk-go-v2", "SDK 2026/01/02 03:04:05 DEBUG Request Signature:\n---[ CANONICAL STRING  ]-----------------------------\n" + v4Canon + "\n---[ STRING TO SIGN ]--------------------------------\n" + v4String + "\n-----------------------------------------------------\n", v4String, v4Canon},
	} {
		for _, kind := range []Kind{Anything, ClientString} {
			e := read(t, kind, test.text).Evidence
			if e.ClientString != test.signed || e.ClientCanonical != test.canonical {
				t.Errorf("%s as %q\n got %q\n     %q\nwant %q\n     %q", test.name, kind, e.ClientString, e.ClientCanonical, test.signed, test.canonical)
			}
		}
	}
}

// A string that is laid out wrongly is what somebody wants explained: its owner's
// word is enough.
func TestAWrongStringIsTakenAsItIs(t *testing.T) {
	for _, text := range []string{"PUT\ntext/plain\n/b/k", "PUT\r\n\r\ntext/plain\n/b/k", "anything\n"} {
		e := read(t, ClientString, text).Evidence
		if want := strings.TrimSuffix(text, "\n"); e.ClientString != want {
			t.Errorf("%q is read as %q", text, e.ClientString)
		}
	}
}

func TestSeveralThingsInOnePaste(t *testing.T) {
	text := "hello, I get this:\n\n" + served(t, "oss-v4-mismatch.xml") + "\nmy request:\n\ncurl -X PUT -A 'obs-sdk-go/3.25.4' https://b.oss-cn-hangzhou.aliyuncs.com/k\n\nand I sign\n\n" + v4String + "\n\nwhat is wrong?\n"
	p := read(t, Anything, text)
	e := p.Evidence
	if e.Error == nil || e.Request == nil || e.Request.Method != "PUT" || e.ClientString != v4String || e.Client.ID != "obs-go" {
		t.Errorf("evidence %+v", e)
	}
	var lines []string
	for _, n := range p.Unused {
		lines = append(lines, n.String())
	}
	got := strings.Join(lines, "; ")
	if strings.Count(got, "not recognised") != 4 || len(p.Unused) != 4 || !strings.HasPrefix(got, "paste, lines 1 to 2: not recognised") {
		t.Errorf("unused: %s", got)
	}
}

// A command says that curl sent it, and of which version only with -A.
func TestACurlCommandTellsNoVersion(t *testing.T) {
	const url = "https://b.oss-cn-hangzhou.aliyuncs.com/k"
	for text, want := range map[string]diagnose.Client{
		"curl -X DELETE " + url + "\n":               {ID: "curl", From: "its command"},
		"curl -A curl/8.5.0 -X DELETE " + url + "\n": {ID: "curl", Version: "8.5.0", From: "its User-Agent"},
	} {
		if got := read(t, Anything, text).Evidence.Client; got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// Of a retry that was refused in another way, the signature is the question.
func TestOfSeveralDocumentsTheOneWithAStringIsTaken(t *testing.T) {
	p := read(t, Anything, served(t, "oss-v4-mismatch.xml")+served(t, "oss-skew.xml"))
	if p.Evidence.Error.Code != "SignatureDoesNotMatch" || !said(p.Unused, "RequestTimeTooSkewed") {
		t.Errorf("%+v, %q", p.Evidence.Error, p.Unused)
	}
}

func TestUTF16OfPowerShell(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(served(t, "oss-skew.xml"))) {
		binary.Write(&b, binary.LittleEndian, unit)
	}
	if p := read(t, Anything, b.String()); p.Evidence.Error == nil || !said(p.Found, "UTF-16") {
		t.Errorf("%+v", p)
	}
}

func TestWhatIsNoEvidence(t *testing.T) {
	for _, text := range []string{
		"", "\n\n", "help", "<Error", "<Error></Error>", "GET", "PUT / HTTP/1.1", `{"code":"NotOne","message":"no"}`, `{"log":"a string"}`,
		"code: 404, message: not found", "https://example.com/?a=b", "status: 403", "\x00\xff\xfe", strings.Repeat("<", 1000),
		"StringToSign: see the documentation", "stringToSign: the string that is signed\nhas these lines:\n", "curl is a program\ncurl -o",
	} {
		p := read(t, Anything, text)
		if p.Recognised() {
			t.Errorf("%q is taken for %+v", text, p.Evidence)
		}
		if strings.TrimSpace(text) != "" && len(p.Unused) == 0 {
			t.Errorf("nothing is said of %q", text)
		}
	}
}

func TestASourceMustBeWhatItsOwnerSays(t *testing.T) {
	for kind, text := range map[Kind]string{ErrorBody: "no XML", Request: "no request", ClientString: " \n", HAR: `{"log":{"entries":[]}}`} {
		if _, err := Read(Source{Name: "f", Kind: kind, Data: []byte(text)}); err == nil || !strings.HasPrefix(err.Error(), "f: ") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if _, err := Read(Source{Name: "f", Kind: HAR, Data: []byte("{")}); err == nil {
		t.Error("a HAR file that is none is read")
	}
	if _, err := Read(Source{Name: "f", Data: make([]byte, MaxSize+1)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func TestOnlyTheEndOfALongTextIsLookedAt(t *testing.T) {
	p := read(t, Anything, strings.Repeat("noise\n", maxText/5)+served(t, "oss-skew.xml"))
	if p.Evidence.Error == nil || !said(p.Unused, "only the last") {
		t.Errorf("%+v", p.Evidence.Error)
	}
}
