package endpoint

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

var dialects = []Dialect{OSS, OBS}

func TestEveryRefusalIsWellFormed(t *testing.T) {
	probe := newAnswer(OSS, &signature.Verification{}, &wire.Request{Method: "GET", Target: "/"}, someTime)
	for _, dialect := range dialects {
		table := refusals[dialect]
		for i, row := range table {
			if row.Status < 400 || row.Code == "" || row.Message == "" || row.Source == "" {
				t.Errorf("%s, row %d of refusals: incomplete: %+v", dialect, i+1, row)
			}
			for _, name := range row.Elements {
				if _, known := probe.detail(name); !known {
					t.Errorf("%s, row %d of refusals: no element %s", dialect, i+1, name)
				}
			}
			for _, scheme := range row.Schemes {
				if !slices.ContainsFunc(signature.Profiles, func(p *signature.Profile) bool { return p.Scheme == scheme }) {
					t.Errorf("%s, row %d of refusals: no scheme %s", dialect, i+1, scheme)
				}
			}
			checkPlaceholders(t, probe, row.Message)
		}
		last := table[len(table)-1]
		if last.Class != "" || last.Schemes != nil || last.Carrier != "" || last.Level != "" || last.Where != "" || last.Causes != nil {
			t.Errorf("%s: the last row does not fit every request: %+v", dialect, last)
		}
	}
}

// A row behind one that fits all that it fits would never be used.
func TestNoRefusalIsHiddenByAnEarlierOne(t *testing.T) {
	covers := func(a, b refusal) bool {
		within := func(outer, inner []string) bool {
			return outer == nil || inner != nil && !slices.ContainsFunc(inner, func(s string) bool { return !slices.Contains(outer, s) })
		}
		return (a.Class == "" || a.Class == b.Class) && (a.Carrier == "" || a.Carrier == b.Carrier) && (a.Level == "" || a.Level == b.Level) &&
			(a.Where == "" || a.Where == b.Where) && within(a.Schemes, b.Schemes) && within(a.Causes, b.Causes)
	}
	for _, dialect := range dialects {
		for i, late := range refusals[dialect] {
			for j, early := range refusals[dialect][:i] {
				if covers(early, late) {
					t.Errorf("%s: row %d of refusals is hidden by row %d", dialect, i+1, j+1)
				}
			}
		}
	}
}

func TestEveryClassOfFaultHasARowOfItsOwn(t *testing.T) {
	for _, dialect := range dialects {
		for _, class := range []signature.Class{
			signature.SignatureMismatch, signature.MalformedAuthorization, signature.MalformedQuery, signature.MalformedForm, signature.UnknownKey,
			signature.Expired, signature.NotYetValid, signature.Skewed, signature.MissingDate, signature.BadDate, signature.WrongScope,
			signature.AuthenticatedTwice, signature.UnknownAccessKey,
			unsigned, badSyntax, badVersion, headTooLarge, bodyTooLarge, requestTimeout, incomplete, busy, broken,
		} {
			for _, p := range servedProfiles() {
				if !dialect.understands(p.Scheme) {
					continue
				}
				a := newAnswer(dialect, &signature.Verification{Profile: p}, request(p, "GET", "/", ""), someTime)
				a.fault = &signature.Fault{Class: class}
				if a.refusalFor(class).Class != class {
					t.Errorf("%s, %s: no row for %s", dialect, p.ID(), class)
				}
			}
		}
	}
}

func TestEveryOperationCanBeAnswered(t *testing.T) {
	probe := newAnswer(OSS, &signature.Verification{}, &wire.Request{Method: "GET", Target: "/"}, someTime)
	for _, dialect := range dialects {
		files, err := fs.ReadDir(answerFiles, "answers/"+string(dialect))
		if err != nil {
			t.Fatal(err)
		}
		unused := map[string]bool{"operations.json": false, "refusals.json": false}
		for _, f := range files {
			if _, table := unused[f.Name()]; !table {
				unused[f.Name()] = true
			}
		}
		for _, op := range operations[dialect] {
			for _, h := range op.Headers {
				checkPlaceholders(t, probe, h[0])
				checkPlaceholders(t, probe, h[1])
			}
			if op.Document == "" {
				continue
			}
			data, err := answerFiles.ReadFile("answers/" + string(dialect) + "/" + op.Document)
			if err != nil {
				t.Errorf("%s, %s: %v", dialect, op.Name, err)
				continue
			}
			checkPlaceholders(t, probe, string(data))
			unused[op.Document] = false
		}
		for name, really := range unused {
			if really {
				t.Errorf("%s: no operation is answered with %s", dialect, name)
			}
		}
	}
}

func checkPlaceholders(t *testing.T, a *answer, template string) {
	t.Helper()
	os.Expand(template, func(name string) string {
		if _, known, _ := a.value(name); !known {
			t.Errorf("no placeholder %q, in %q", name, template)
		}
		return ""
	})
}

// exampleRequests asks for the operations by what is on the wire.
var exampleRequests = []struct {
	operation, method, target string
	header                    string // without the vendor's prefix
	body                      string
	status                    int
	root                      string // of the document, or of the S3 one behind a blank; "-" for none
	oss, obs                  bool
}{
	{"GetObject", "GET", "/k", "", "", 200, "object", true, true},
	{"HeadObject", "HEAD", "/k", "", "", 200, "-", true, true},
	{"PutObject", "PUT", "/k", "", "hello", 200, "-", true, true},
	{"DeleteObject", "DELETE", "/k", "", "", 204, "-", true, true},
	{"CopyObject", "PUT", "/k", "copy-source", "", 200, "CopyObjectResult", true, true},
	{"AppendObject", "POST", "/k?append&position=7", "", "hello", 200, "-", true, true},
	{"GetObjectACL", "GET", "/k?acl", "", "", 200, "AccessControlPolicy", true, true},
	{"PutObjectACL", "PUT", "/k?acl", "", "", 200, "-", true, true},
	{"PutObjectTagging", "PUT", "/k?tagging", "", "<Tagging/>", 0, "-", true, true},
	{"GetObjectTagging", "GET", "/k?tagging", "", "", 200, "Tagging", true, true},
	{"DeleteObjectTagging", "DELETE", "/k?tagging", "", "", 204, "-", true, true},
	{"RestoreObject", "POST", "/k?restore", "", "", 202, "-", true, true},
	{"GetSymlink", "GET", "/k?symlink", "", "", 200, "-", true, false},
	{"PutSymlink", "PUT", "/k?symlink", "symlink-target", "", 200, "-", true, false},
	{"InitiateMultipartUpload", "POST", "/k?uploads", "", "", 200, "InitiateMultipartUploadResult", true, true},
	{"UploadPart", "PUT", "/k?partNumber=1&uploadId=U", "", "hello", 200, "-", true, true},
	{"UploadPartCopy", "PUT", "/k?partNumber=1&uploadId=U", "copy-source", "", 200, "CopyPartResult", true, true},
	{"ListParts", "GET", "/k?uploadId=U", "", "", 200, "ListPartsResult", true, true},
	{"CompleteMultipartUpload", "POST", "/k?uploadId=U", "", "<CompleteMultipartUpload/>", 200, "CompleteMultipartUploadResult", true, true},
	{"AbortMultipartUpload", "DELETE", "/k?uploadId=U", "", "", 204, "-", true, true},
	{"ListObjects", "GET", "/?prefix=a&max-keys=3", "", "", 200, "ListBucketResult", true, true},
	{"ListObjectsV2", "GET", "/?list-type=2", "", "", 200, "ListBucketResult", true, false},
	{"ListObjectVersions", "GET", "/?versions", "", "", 200, "ListVersionsResult", true, true},
	{"ListMultipartUploads", "GET", "/?uploads", "", "", 200, "ListMultipartUploadsResult", true, true},
	{"GetBucketACL", "GET", "/?acl", "", "", 200, "AccessControlPolicy", true, true},
	{"GetBucketLocation", "GET", "/?location", "", "", 200, "LocationConstraint", true, false},
	{"GetBucketLocation", "GET", "/?location", "", "", 200, "Location CreateBucketConfiguration", false, true},
	{"GetBucketLifecycle", "GET", "/?lifecycle", "", "", 200, "LifecycleConfiguration", true, true},
	{"GetBucketCORS", "GET", "/?cors", "", "", 200, "CORSConfiguration", true, true},
	{"GetBucketLogging", "GET", "/?logging", "", "", 200, "BucketLoggingStatus", true, true},
	{"GetBucketWebsite", "GET", "/?website", "", "", 200, "WebsiteConfiguration", true, true},
	{"GetBucketVersioning", "GET", "/?versioning", "", "", 200, "VersioningConfiguration", true, true},
	{"GetBucketPolicy", "GET", "/?policy", "", "", 200, "policy", true, true},
	{"DeleteObjects", "POST", "/?delete", "", "<Delete><Object><Key>a&amp;b</Key></Object></Delete>", 200, "DeleteResult", true, true},
	{"PutBucket", "PUT", "/", "", "", 200, "-", true, true},
	{"HeadBucket", "HEAD", "/", "", "", 200, "-", true, true},
}

func TestOperationsAreToldFromTheWireAndAnswered(t *testing.T) {
	for _, c := range exampleRequests {
		for _, p := range []*signature.Profile{signature.OSSV1Header, signature.OSSV4Query, signature.OBSV2Header, signature.OBSAWSV2Header} {
			oss := strings.HasPrefix(p.Scheme, "oss")
			if oss && !c.oss || !oss && !c.obs {
				continue
			}
			var headers []wire.Header
			if c.header != "" {
				headers = append(headers, wire.Header{Name: p.Names.HeaderPrefix + c.header, Value: "/b/k"})
			}
			req := sign(t, p, request(p, c.method, c.target, c.body, headers...))
			v := verifier().Verify(req)
			if op := newAnswer("", v, req, someTime).operation(); op == nil || op.Name != c.operation {
				t.Errorf("%s, %s %s: taken for %+v", p.ID(), c.method, c.target, op)
				continue
			}
			r := Answer("", v, req, someTime)
			if r.Status/100 != 2 || c.status != 0 && r.Status != c.status {
				t.Errorf("%s, %s: %d %s", p.ID(), c.operation, r.Status, r.Body)
			}
			checkBody(t, p, c.operation, c.root, &r)
		}
	}
}

func checkBody(t *testing.T, p *signature.Profile, operation, root string, r *Response) {
	t.Helper()
	switch root {
	case "-":
		if r.Body != "" {
			t.Errorf("%s, %s: a body: %q", p.ID(), operation, r.Body)
		}
	case "object", "policy":
		if r.Body == "" {
			t.Errorf("%s, %s: no body", p.ID(), operation)
		}
	default:
		root, s3, ok := strings.Cut(root, " ")
		if ok && s3Scheme(p.Scheme) {
			root = s3
		}
		if got, _ := document(t, r.Body); got != root {
			t.Errorf("%s, %s: a %s, want %s", p.ID(), operation, got, root)
		}
	}
}

func TestListBucketsAtTheService(t *testing.T) {
	for _, p := range []*signature.Profile{signature.OSSV1Header, signature.OBSV2Header} {
		req := &wire.Request{Transport: "http", Method: "GET", Target: "/", Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: strings.TrimPrefix(hostOf(p), "examplebucket.")}}}
		signed, err := p.Sign(&signature.Input{Request: req, Addressing: signature.PathStyle, Credentials: credentials, Time: someTime})
		if err != nil {
			t.Fatal(err)
		}
		r := answerTo("", verifier(), signed.Request())
		if root, _ := document(t, r.Body); r.Status != 200 || root != "ListAllMyBucketsResult" {
			t.Errorf("%s: %d %s", p.ID(), r.Status, r.Body)
		}
	}
}

func TestUploadsAreConfirmedWithTheirChecksums(t *testing.T) {
	// MD5 and CRC64 (ECMA) of "123456789"; the CRC is the check value of CRC-64/XZ.
	p := signature.OSSV4Header
	r := answerTo(OSS, verifier(), sign(t, p, request(p, "PUT", "/k", "123456789")))
	for name, want := range map[string]string{
		"ETag": `"25F9E794323B453885F5181F1B624D0B"`, "Content-MD5": "JfnnlDI7RTiF9RgfG2JNCw==", "x-oss-hash-crc64ecma": "11051210869376104954",
		"x-oss-server-time": "1", "Content-Length": "0",
	} {
		if got := header(&r, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	p = signature.OBSV2Header
	r = answerTo(OBS, verifier(), sign(t, p, request(p, "PUT", "/k", "123456789")))
	if got := header(&r, "ETag"); got != `"25f9e794323b453885f5181f1b624d0b"` {
		t.Errorf("OBS: ETag %s", got)
	}
	if id := header(&r, "x-obs-request-id"); len(id) != 32 || header(&r, "x-obs-id-2") == "" {
		t.Errorf("OBS: %v", r.Headers)
	}
}

func TestAppendTellsTheNextPosition(t *testing.T) {
	for p, name := range map[*signature.Profile]string{signature.OSSV1Header: "x-oss-next-append-position", signature.OBSV2Header: "x-obs-next-append-position", signature.OBSAWSV2Header: "x-amz-next-append-position"} {
		r := answerTo("", verifier(), sign(t, p, request(p, "POST", "/k?append&position=7", "hello")))
		if header(&r, name) != "12" {
			t.Errorf("%s: %v", p.ID(), r.Headers)
		}
	}
}

func TestHeadTellsWhatGetWouldBring(t *testing.T) {
	p := signature.OSSV1Header
	get, head := answerTo(OSS, verifier(), sign(t, p, request(p, "GET", "/k", ""))), answerTo(OSS, verifier(), sign(t, p, request(p, "HEAD", "/k", "")))
	for _, name := range []string{"Content-Length", "ETag", "Last-Modified", "x-oss-hash-crc64ecma"} {
		if header(&get, name) == "" || header(&get, name) != header(&head, name) {
			t.Errorf("%s: GET %q, HEAD %q", name, header(&get, name), header(&head, name))
		}
	}
}

func TestListsRepeatWhatWasAsked(t *testing.T) {
	p := signature.OSSV1Header
	r := answerTo(OSS, verifier(), sign(t, p, request(p, "GET", "/?prefix=a%26b%20%3C&max-keys=3", "")))
	_, children := document(t, r.Body)
	if valueOf(children, "Prefix") != "a&b <" || valueOf(children, "MaxKeys") != "3" || valueOf(children, "EncodingType") != "" {
		t.Errorf("%v", children)
	}
	r = answerTo(OSS, verifier(), sign(t, p, request(p, "GET", "/?prefix=a%26b%01&encoding-type=url", "")))
	_, children = document(t, r.Body)
	if valueOf(children, "Prefix") != "a%26b%01" || valueOf(children, "EncodingType") != "url" || valueOf(children, "MaxKeys") != "100" {
		t.Errorf("encoding-type=url: %v", children)
	}
}

func TestDeletedKeysAreListedUnlessQuiet(t *testing.T) {
	p := signature.OBSV2Header
	for body, want := range map[string]string{
		`<Delete><Object><Key>a&lt;b</Key></Object><Object><Key>c</Key><VersionId>v1</VersionId></Object></Delete>`: "Deleted Deleted",
		`<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>`:                                         "",
		`not XML`: "",
	} {
		r := answerTo(OBS, verifier(), sign(t, p, request(p, "POST", "/?delete", body)))
		if _, children := document(t, r.Body); r.Status != 200 || names(children) != want {
			t.Errorf("%s: %d %s", body, r.Status, r.Body)
		}
	}
}

func TestFormsAreAnsweredWithTheStatusTheyAskFor(t *testing.T) {
	for field, want := range map[string]int{"": 204, "200": 200, "201": 201, "999": 204} {
		req := signable(t, signature.OSSV1Form)
		if field != "" {
			req.Body = "--frontier\r\nContent-Disposition: form-data; name=\"success_action_status\"\r\n\r\n" + field + "\r\n" + req.Body
		}
		r := answerTo(OSS, verifier(), req)
		if r.Status != want || (want == 201) != strings.Contains(r.Body, "<PostResponse>") {
			t.Errorf("success_action_status %q: %d %q", field, r.Status, r.Body)
		}
	}
}

func TestUnknownMethodsAreAnswered(t *testing.T) {
	p := signature.OSSV1Header
	if r := answerTo(OSS, verifier(), sign(t, p, request(p, "PATCH", "/k", ""))); r.Status != 200 || header(&r, "Content-Length") != "0" {
		t.Errorf("%+v", r)
	}
}

func TestDocumentsOfADialectHaveItsProlog(t *testing.T) {
	for dialect, prolog := range map[Dialect]string{OSS: `<?xml version="1.0" encoding="UTF-8"?>` + "\n", OBS: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"} {
		for _, op := range operations[dialect] {
			if path.Ext(op.Document) != ".xml" {
				continue
			}
			if data, _ := answerFiles.ReadFile("answers/" + string(dialect) + "/" + op.Document); !strings.HasPrefix(string(data), prolog) {
				t.Errorf("%s/%s: no prolog", dialect, op.Document)
			}
		}
	}
}
