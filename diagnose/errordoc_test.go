package diagnose

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const errorDocuments = "../testdata/errors"

func readErrorDocument(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(errorDocuments, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t testing.TB, text string) *ErrorDocument {
	t.Helper()
	d, err := ParseErrorDocument([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const mismatch = "The request signature we calculated does not match the signature you provided. Check your key and signing method."

func TestErrorDocumentsOfTheServicesAreRead(t *testing.T) {
	for _, tc := range []struct {
		file          string
		dialect       Dialect
		code, ec      string
		message       string
		host          string
		keyID, keyIn  string
		signature     string
		stringToSign  string
		origin        Origin
		requestOrigin Origin
		masked        []string
		causes        []string // of the row of the codes
	}{
		{
			file: "000-content-type.xml", dialect: OSS, code: "SignatureDoesNotMatch", ec: "0002-00000040", message: mismatch,
			host: "examplebucket.oss-cn-hangzhou.aliyuncs.com", keyID: "exampleid", keyIn: "OSSAccessKeyId", signature: "ZSb8A4gunpG9t58zHzK8D6/47EE=",
			stringToSign: "GET\n\napplication/json\n1795253400\n/examplebucket/folder/object", origin: FromBytes,
		},
		{
			file: "001-mismatch.xml", dialect: OSS, code: "SignatureDoesNotMatch", ec: "0002-00000040", message: mismatch,
			host: "bucket.oss-cn-hangzhou.aliyuncs.com", keyID: "LTAI5tMw7e8zyBazfpSS****", keyIn: "OSSAccessKeyId", signature: "tPN3MChhuKk2XixolQLonoJW****",
			stringToSign: "PUT\n\n\nTue, 23 May 2023 15:24:55 GMT\n/dinary/?acl", origin: FromBytes,
			masked: []string{"RequestId", "OSSAccessKeyId", "SignatureProvided"},
		},
		{file: "002-mismatch.xml", dialect: OBS, code: "SignatureDoesNotMatch", message: mismatch},
		{
			file: "003-mismatch.xml", dialect: OSS, code: "SignatureDoesNotMatch", ec: "0002-00000040", message: mismatch,
			host: "bucket.oss-cn-hangzhou.aliyuncs.com", keyID: "LTAI********", keyIn: "OSSAccessKeyId", signature: "tPN3LTAI******** ",
			stringToSign: "PUT\n\n\nTue, 23 May 2023 15:24:55 GMT\n/dinary/?acl", origin: FromBytes,
			masked: []string{"RequestId", "OSSAccessKeyId", "SignatureProvided"},
		},
		{
			file: "004-unknown-key.xml", dialect: OSS, code: "InvalidArgument", ec: "0002-00000204", message: "Authorization header is invalid.",
			host: "oss-example.oss-cn-hangzhou.aliyuncs.com", masked: []string{"RequestId", "Authorization"}, causes: []string{"C20"},
		},
		{
			file: "oss-v1-not-utf8.xml", dialect: OSS, code: "SignatureDoesNotMatch", ec: "0002-00000040", message: mismatch,
			host: "examplebucket.oss-cn-hangzhou.aliyuncs.com", keyID: "exampleid", keyIn: "OSSAccessKeyId", signature: "8C3e1tA6jtOv7Mbh//2i85ZX2Io=",
			stringToSign: "PUT\n\ntext/plain\nSat, 21 Nov 2026 08:30:00 GMT\nx-oss-meta-a:caf\xe9 &\n/examplebucket/a&b<c>", origin: FromBytes,
		},
		{
			file: "oss-v4-mismatch.xml", dialect: OSS, code: "SignatureDoesNotMatch", ec: "0002-00000201", message: mismatch,
			host: "examplebucket.oss-cn-hangzhou.aliyuncs.com", keyID: "exampleid", keyIn: "OSSAccessKeyId",
			signature:    "1c889d7671eccdf65ccdc06ce929e334c5d0f8c725bc73fa92f9efaceaa2418c",
			stringToSign: "OSS4-HMAC-SHA256\n20261121T083000Z\n20261121/cn-hangzhou/oss/aliyun_v4_request\n7a01c43b368de50437ba0c77c9c76d30ff82d47c2d9d0546fa6e415625a38784",
			origin:       FromBytes, requestOrigin: FromText,
		},
		{
			file: "oss-s3-v2-mismatch.xml", dialect: OSS, code: "SignatureDoesNotMatch", ec: "0002-00000307", message: mismatch,
			host: "examplebucket.oss-cn-hangzhou.aliyuncs.com", keyID: "exampleid", keyIn: "AWSAccessKeyId", signature: "vBKr3a6Bk/2AljV7hiNPfzqahN0=",
			stringToSign: "GET\n\n\nSat, 21 Nov 2026 08:30:00 GMT\n/examplebucket/0bject?acl", origin: FromBytes, causes: []string{"C19"},
		},
		{
			file: "oss-skew.xml", dialect: OSS, code: "RequestTimeTooSkewed", ec: "0002-00000504", causes: []string{"C12"},
			message: "The difference between the request time and the current time is too large.", host: "examplebucket.oss-cn-hangzhou.aliyuncs.com",
		},
		{
			file: "oss-v4-wrong-region.xml", dialect: OSS, code: "InvalidArgument", ec: "0002-00000226", causes: []string{"C19"},
			message: "Invalid signing region in Authorization header.", host: "examplebucket.oss-cn-hangzhou.aliyuncs.com",
		},
		{
			file: "obs-v2-mismatch.xml", dialect: OBS, code: "SignatureDoesNotMatch", message: mismatch,
			host: "Wj+2EQNNPEDqlJJ4SFRlsEJw6a7GNnhKDYUlHR5qhOM=", keyID: "exampleid", keyIn: "AccessKeyId", signature: "vBKr3a6Bk/2AljV7hiNPfzqahN0=",
			stringToSign: "GET\n\n\nSat, 21 Nov 2026 08:30:00 GMT\n/examplebucket/0bject?acl", origin: FromBytes,
		},
		{
			file: "obs-v4-mismatch.xml", dialect: OBS, code: "SignatureDoesNotMatch", message: mismatch,
			host: "KhDJY01hQFoPCgmc1pACIgDC+ptUZQ7Yv5RtfswZLog=", keyID: "exampleid", keyIn: "AWSAccessKeyId",
			signature:    "4adf2e351369f86741d4f87d1b6e13c474e5531b332fb993be8d71c9fae25360",
			stringToSign: "AWS4-HMAC-SHA256\n20261121T083000Z\n20261121/cn-hangzhou/s3/aws4_request\n12f902f61aea3bebafb9b630369fe2b544e60e09307a03b689d4ec914ef86ff7",
			origin:       FromBytes,
		},
		{
			file: "obs-skew.xml", dialect: OBS, code: "RequestTimeTooSkewed", causes: []string{"C12"},
			message: "The difference between the request time and the current time is too large.", host: "KiuqQLcskgLODG7tnbWiE3pft6+3hfi8qgZYUCd9Q9Q=",
		},
	} {
		d, err := ParseErrorDocument(readErrorDocument(t, tc.file))
		if err != nil {
			t.Errorf("%s: %v", tc.file, err)
			continue
		}
		for _, part := range []struct{ name, got, want string }{
			{"dialect", string(d.Dialect), string(tc.dialect)}, {"code", d.Code, tc.code}, {"EC", d.EC, tc.ec}, {"message", d.Message, tc.message},
			{"host", d.HostID, tc.host}, {"access key", d.AccessKeyID, tc.keyID}, {"element of the access key", d.AccessKeyElement, tc.keyIn},
			{"signature", d.SignatureProvided, tc.signature}, {"StringToSign", d.StringToSign, tc.stringToSign},
			{"origin of StringToSign", string(d.StringToSignOrigin), string(tc.origin)},
			{"origin of CanonicalRequest", string(d.CanonicalRequestOrigin), string(tc.requestOrigin)},
		} {
			if part.got != part.want {
				t.Errorf("%s: %s is %q, want %q", tc.file, part.name, part.got, part.want)
			}
		}
		if !slices.Equal(d.Masked, tc.masked) || len(d.Damaged) > 0 {
			t.Errorf("%s: masked %q, want %q; damaged %q", tc.file, d.Masked, tc.masked, d.Damaged)
		}
		if c, ok := d.Meaning(); !ok || !slices.Equal(c.Causes, tc.causes) {
			t.Errorf("%s: means %+v, %t, want causes %v", tc.file, c, ok, tc.causes)
		}
		if strings.HasSuffix(tc.file, "1-mismatch.xml") || strings.HasSuffix(tc.file, "3-mismatch.xml") {
			continue // TestTheDocumentsOwnContradictionIsReported
		}
		if len(d.Contradictions) > 0 {
			t.Errorf("%s contradicts itself: %v", tc.file, d.Contradictions)
		}
	}
}

func TestTheDocumentsOwnContradictionIsReported(t *testing.T) {
	for _, file := range []string{"001-mismatch.xml", "003-mismatch.xml"} {
		d := parse(t, string(readErrorDocument(t, file)))
		const want = `StringToSign says "/bucket/?acl", StringToSignBytes says "/dinary/?acl" (they differ from byte 37 on)`
		if len(d.Contradictions) != 1 || d.Contradictions[0].String() != want {
			t.Errorf("%s: got %v, want %s", file, d.Contradictions, want)
		}
	}
}

func TestOtherElementsAreFoundByName(t *testing.T) {
	d := parse(t, string(readErrorDocument(t, "oss-skew.xml")))
	for name, want := range map[string]string{
		"RequestTime": "2026-11-21T08:14:00.000Z", "ServerTime": "2026-11-21T08:30:00.000Z", "maxallowedskewmilliseconds": "900000",
	} {
		if got, ok := d.Field(name); !ok || got != want {
			t.Errorf("%s is %q, %t, want %q", name, got, ok, want)
		}
	}
	if value, ok := d.Field("Expires"); ok {
		t.Errorf("there is an Expires %q", value)
	}
	nested := parse(t, "<Error><Code>AccessDenied</Code><AccessDeniedDetail><PolicyType>Account</PolicyType></AccessDeniedDetail></Error>")
	if got, _ := nested.Field("AccessDeniedDetail/PolicyType"); got != "Account" {
		t.Errorf("the element inside an element is %q", got)
	}
}

var topElement = regexp.MustCompile(`(?s)<([A-Z][A-Za-z]*)(?:/>|>.*?</[A-Z][A-Za-z]*>)`)

// The order of elements changed over the years (field evidence, section 4).
func TestOrderOfElementsDoesNotMatter(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(errorDocuments, "*.xml"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d documents, %v", len(files), err)
	}
	for _, file := range files {
		text := string(readErrorDocument(t, filepath.Base(file)))
		prolog, body, _ := strings.Cut(text, "<Error>")
		elements := topElement.FindAllString(strings.TrimSuffix(strings.TrimSpace(body), "</Error>"), -1)
		straight := parse(t, text)
		slices.Reverse(elements)
		reversed := parse(t, prolog+"<Error>"+strings.Join(elements, "")+"</Error>")
		slices.Reverse(reversed.Fields)
		slices.Reverse(reversed.Masked)
		if len(elements) != len(straight.Fields) {
			t.Fatalf("%s: the test sees %d elements, the parser %d", file, len(elements), len(straight.Fields))
		}
		if got, want := describe(reversed), describe(straight); got != want {
			t.Errorf("%s reversed:\n%s\nwant\n%s", file, got, want)
		}
	}
}

// describe writes all parts of a document.
func describe(d *ErrorDocument) string {
	parts := []string{
		string(d.Dialect), d.Code, d.Message, d.EC, d.RequestID, d.HostID, d.AccessKeyElement, d.AccessKeyID, d.SignatureProvided,
		d.StringToSign, string(d.StringToSignOrigin), d.CanonicalRequest, string(d.CanonicalRequestOrigin),
		strings.Join(d.Masked, " "), strings.Join(d.Damaged, " "),
	}
	for _, f := range d.Fields {
		parts = append(parts, f.Name+"="+f.Value)
	}
	for _, c := range d.Contradictions {
		parts = append(parts, c.String())
	}
	return strings.Join(parts, "\n")
}

func TestStringToSignIsTakenFromItsBytes(t *testing.T) {
	const text = "GET\n\n\n1795253400\n/b/k"
	upper := strings.ToUpper(spelled(text)) + " "
	for name, tc := range map[string]struct {
		body      string
		want      string
		origin    Origin
		contradic int
		damaged   []string
	}{
		"upper case, blank behind":    {"<StringToSign>" + text + "</StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"lower case":                  {"<StringToSign>" + text + "</StringToSign><StringToSignBytes>" + spelled(text) + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"no blanks":                   {"<StringToSignBytes>" + strings.ReplaceAll(upper, " ", "") + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"over several lines":          {"<StringToSignBytes>\n  " + strings.ReplaceAll(upper, "0A ", "0A\r\n\t") + "\n</StringToSignBytes>", text, FromBytes, 0, nil},
		"bytes alone":                 {"<StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"text alone":                  {"<StringToSign>" + text + "</StringToSign>", text, FromText, 0, nil},
		"text over several lines":     {"<StringToSign>\n    " + text + "\n  </StringToSign>", text, FromText, 0, nil},
		"text with \\n":               {`<StringToSign>GET\n\n\n1795253400\n/b/k</StringToSign>`, text, FromEscapedText, 0, nil},
		"\\n of a key stays":          {"<StringToSign>" + text + `\n</StringToSign>`, text + `\n`, FromText, 0, nil},
		"empty bytes":                 {"<StringToSign>" + text + "</StringToSign><StringToSignBytes> </StringToSignBytes>", text, FromText, 0, nil},
		"empty text":                  {"<StringToSign/><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"masked bytes":                {"<StringToSign>" + text + "</StringToSign><StringToSignBytes>47 45 ** **</StringToSignBytes>", text, FromText, 0, nil},
		"half a byte":                 {"<StringToSign>" + text + "</StringToSign><StringToSignBytes>47 4</StringToSignBytes>", text, FromText, 0, []string{"StringToSignBytes"}},
		"no digits":                   {"<StringToSign>" + text + "</StringToSign><StringToSignBytes>GET</StringToSignBytes>", text, FromText, 0, []string{"StringToSignBytes"}},
		"neither":                     {"<Code>SignatureDoesNotMatch</Code>", "", "", 0, nil},
		"folded text agrees":          {"<StringToSign>GET   1795253400 /b/k</StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"text with \\n agrees":        {`<StringToSign>GET\n\n\n1795253400\n/b/k</StringToSign><StringToSignBytes>` + upper + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"masked text agrees":          {"<StringToSign>GET\n\n\n***\n/****k</StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 0, nil},
		"masked text of another":      {"<StringToSign>PUT\n\n\n***\n/****k</StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 1, nil},
		"masked text, another end":    {"<StringToSign>GET\n\n\n***\n/****x</StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 1, nil},
		"masked text, another middle": {"<StringToSign>GET***2795***</StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 1, nil},
		"other text":                  {"<StringToSign>GET\n\n\n1795253400\n/b/K</StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 1, nil},
		"a blank more":                {"<StringToSign>GET\n\n\n1795253400\n/b/k </StringToSign><StringToSignBytes>" + upper + "</StringToSignBytes>", text, FromBytes, 1, nil},
	} {
		d := parse(t, "<Error>"+tc.body+"</Error>")
		if d.StringToSign != tc.want || d.StringToSignOrigin != tc.origin {
			t.Errorf("%s: got %q from %q, want %q from %q", name, d.StringToSign, d.StringToSignOrigin, tc.want, tc.origin)
		}
		if len(d.Contradictions) != tc.contradic || !slices.Equal(d.Damaged, tc.damaged) {
			t.Errorf("%s: contradictions %v, damaged %q", name, d.Contradictions, d.Damaged)
		}
	}
}

func spelled(s string) string {
	digits := make([]string, len(s))
	for i := range digits {
		digits[i] = hex.EncodeToString([]byte{s[i]})
	}
	return strings.Join(digits, " ")
}

func TestTextThatLostBytesStillAgrees(t *testing.T) {
	raw := "PUT\n\n\nd\nx-oss-meta-a:caf\xe9\xff!\n/b/k"
	for _, text := range []string{
		raw,
		"PUT\n\n\nd\nx-oss-meta-a:caf\ufffd\ufffd!\n/b/k", // one replacement for each byte
		"PUT\n\n\nd\nx-oss-meta-a:caf\ufffd!\n/b/k",       // one for both
		`PUT\n\n\nd\nx-oss-meta-a:caf` + "\ufffd" + `!\n/b/k`,
	} {
		if !agrees(text, raw) {
			t.Errorf("%q does not agree with %q", text, raw)
		}
	}
	for _, text := range []string{"PUT\n\n\nd\nx-oss-meta-a:caf!\n/b/k", "PUT\n\n\nd\nx-oss-meta-a:caf\ufffd\n/b/k", ""} {
		if agrees(text, raw) {
			t.Errorf("%q agrees with %q", text, raw)
		}
	}
}

func TestMaskedValuesAreKnown(t *testing.T) {
	for body, want := range map[string][]string{
		"<OSSAccessKeyId>LTAI****</OSSAccessKeyId><RequestId>5*</RequestId>":                                                          {"OSSAccessKeyId", "RequestId"},
		"<Authorization>OSS4-HMAC-SHA256 Credential=AK**ID/d/r/oss/aliyun_v4_request</Authorization>":                                 {"Authorization"},
		"<StringToSign>GET\n\n\n1\n/*****/k</StringToSign>":                                                                           {"StringToSign"},
		"<StringToSign>GET\n\n\n1\n/b/a*b**</StringToSign>":                                                                           nil, // a key may hold them
		"<StringToSign>GET\n\n\n1\n/b/***</StringToSign><StringToSignBytes>" + spelled("GET\n\n\n1\n/b/***") + "</StringToSignBytes>": nil, // the bytes prove it
		"<StringToSign>GET\n\n\n1\n/b/***</StringToSign><StringToSignBytes>" + spelled("GET\n\n\n1\n/b/key") + "</StringToSignBytes>": {"StringToSign"},
		"<Code>NoSuchKey</Code>": nil,
	} {
		d := parse(t, "<Error>"+body+"</Error>")
		if !slices.Equal(d.Masked, want) {
			t.Errorf("%s: masked %q, want %q", body, d.Masked, want)
		}
		for _, name := range want {
			if !d.IsMasked(name) {
				t.Errorf("%s: %s is not masked", body, name)
			}
		}
	}
}

// A plus sign that was not percent-encoded arrives as a blank, also as the
// first character: a layout over several lines is the only thing to remove.
func TestBlanksOfTheSignatureStay(t *testing.T) {
	for value, want := range map[string]string{
		"ab cd=":           "ab cd=",
		" bcd=":            " bcd=",
		"\n     ab cd=\n ": "ab cd=",
		"\r\n\tabcd=\r\n":  "abcd=",
		" \n abcd=\n":      "abcd=",
	} {
		if d := parse(t, "<Error><SignatureProvided>"+value+"</SignatureProvided></Error>"); d.SignatureProvided != want {
			t.Errorf("%q: got %q, want %q", value, d.SignatureProvided, want)
		}
	}
}

func TestDialectIsToldByItsTraits(t *testing.T) {
	for text, want := range map[string]Dialect{
		"<Error><OSSAccessKeyId>a</OSSAccessKeyId></Error>":                                                        OSS,
		"<Error><AWSAccessKeyId>a</AWSAccessKeyId><EC>0002-00000307</EC></Error>":                                  OSS,
		"<Error><Code>NoSuchKey</Code><HostId>b.oss-cn-hangzhou.aliyuncs.com</HostId></Error>":                     OSS,
		"<Error><StringToSign>OSS4-HMAC-SHA256\nd\ns\nh</StringToSign></Error>":                                    OSS,
		"<Error><StringToSign>PUT\n\n\nd\nx-oss-acl:private\n/b/k</StringToSign></Error>":                          OSS,
		"<Error><StringToSign>PUT\n\n\n\nx-obs-date:d\n/b/k</StringToSign></Error>":                                OBS,
		"<Error><Message>OSS authentication requires a valid Date.</Message></Error>":                              OSS,
		"<Error><Message>The OBS Access Key Id you provided does not exist in our records.</Message></Error>":      OBS,
		"<Error><AccessKeyId>a</AccessKeyId></Error>":                                                              OBS,
		`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Error><AWSAccessKeyId>a</AWSAccessKeyId></Error>`: OBS,
		`<?xml version="1.0" encoding="UTF-8"?><Error><AWSAccessKeyId>a</AWSAccessKeyId></Error>`:                  "",
		"<Error><Code>SignatureDoesNotMatch</Code></Error>":                                                        "",
	} {
		if d := parse(t, text); d.Dialect != want {
			t.Errorf("%s: %q, want %q", text, d.Dialect, want)
		}
	}
}

func TestRepeatedElementsThatDifferContradict(t *testing.T) {
	d := parse(t, "<Error><Code>A</Code><EC>1</EC><EC>1</EC><Code>B</Code></Error>")
	if d.Code != "A" || len(d.Contradictions) != 1 || d.Contradictions[0].Elements != [2]string{"Code", "Code"} {
		t.Errorf("code %q, contradictions %v", d.Code, d.Contradictions)
	}
}

func TestContradictionsQuoteTheLineThatDiffers(t *testing.T) {
	long := strings.Repeat("k", 100)
	for _, tc := range []struct{ a, b, want string }{
		{"GET\n\n\nd\n/b/k", "PUT\n\n\nd\n/b/k", `A says "GET", B says "PUT" (they differ from byte 0 on)`},
		{"a\nb", "a", `A says "a", B says "a" (they differ from byte 1 on)`},
		{"a\n\xff", "a\nb", `A says "\xff", B says "b" (they differ from byte 2 on)`},
		{long + "x" + long, long + "y" + long, `A says "` + long[:40] + "x" + long[:39] + `", B says "` + long[:40] + "y" + long[:39] + `" (they differ from byte 100 on)`},
	} {
		c := Contradiction{[2]string{"A", "B"}, [2]string{tc.a, tc.b}, firstDifference(tc.a, tc.b)}
		if got := c.String(); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

func TestCutDocumentsSayWhereTheyEnd(t *testing.T) {
	whole := string(readErrorDocument(t, "oss-v4-mismatch.xml"))
	want := parse(t, whole)
	inBytes := whole[:strings.Index(whole, "<StringToSignBytes>")+40]
	d := parse(t, inBytes)
	if d.StringToSign != want.StringToSign || d.StringToSignOrigin != FromText || !d.IsDamaged("StringToSignBytes") || len(d.Contradictions) > 0 {
		t.Errorf("cut in the bytes: %q from %q, damaged %q, %v", d.StringToSign, d.StringToSignOrigin, d.Damaged, d.Contradictions)
	}
	inText := whole[:strings.Index(whole, "<StringToSign>")+30]
	if d := parse(t, inText); d.StringToSign != "OSS4-HMAC-SHA256" || !d.IsDamaged("StringToSign") {
		t.Errorf("cut in the text: %q, damaged %q", d.StringToSign, d.Damaged)
	}
	bytesFirst := "<Error><StringToSignBytes>" + spelled("GET\n/b/k") + "</StringToSignBytes><StringToSign>GET\n/b"
	if d := parse(t, bytesFirst); d.StringToSign != "GET\n/b/k" || len(d.Contradictions) > 0 || !d.IsDamaged("StringToSign") {
		t.Errorf("cut in the text behind the bytes: %q, %v, damaged %q", d.StringToSign, d.Contradictions, d.Damaged)
	}
	if d := parse(t, strings.TrimSuffix(strings.TrimSpace(whole), "</Error>")); !slices.Equal(d.Damaged, []string{"Error"}) || d.EC != want.EC {
		t.Errorf("without its end: damaged %q", d.Damaged)
	}
	for cut := range whole { // every place is survived, and none is taken for whole
		if d, err := ParseErrorDocument([]byte(whole[:cut])); err == nil && len(d.Damaged) == 0 && cut < strings.Index(whole, "</Error>") {
			t.Errorf("cut at byte %d of %d, nothing is damaged", cut, len(whole))
		}
	}
}

func TestWhatIsNoErrorDocumentIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "there is no <Error> element",
		"{\"code\":\"x\"}":              "there is no <Error> element",
		"<html><body>403</body></html>": "there is no <Error> element",
		"<ErrorResponse/>":              "there is no <Error> element",
		"<Error":                        "there is no <Error> element",
		"<Error></Error>":               "<Error> is empty",
		"<Error/>":                      "<Error> is empty",
		"<Error>403 Forbidden</Error>":  "<Error> is empty",
	} {
		d, err := ParseErrorDocument([]byte(text))
		if !errors.Is(err, ErrNoErrorDocument) || !strings.Contains(err.Error(), want) || d != nil {
			t.Errorf("%q: got %v, %v, want %q", text, d, err, want)
		}
	}
}
