package signature_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func reading(t *testing.T, id, name string) signature.Reading {
	t.Helper()
	for _, r := range signature.Readings(id) {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("%s has no reading %s", id, name)
	return signature.Reading{}
}

// Each reading signs what it says, and only a verifier that reads so takes it.
func TestReadings(t *testing.T) {
	head := []wire.Header{h("x-oss-meta-a", ""), h("x-oss-meta-b", "1  2\t3"), h("X-Oss-Meta-B", "4"), h("x-obs-meta-a", "1  2"), h("x-amz-meta-a", "1 \t 2")}
	cases := []struct {
		id, reading string
		method      string
		target      string
		headers     []wire.Header
		stage       signature.Stage
		plain, read string
	}{
		{"oss-v1/header", "listed-parameters-only", "GET", "/k?x-oss-foo=1&x-oss-process=a", nil, signature.CanonicalResource, "/examplebucket/k?x-oss-foo=1&x-oss-process=a", "/examplebucket/k?x-oss-process=a"},
		{"oss-v1/query", "listed-parameters-only", "GET", "/k?x-oss-foo=1", nil, signature.CanonicalResource, "/examplebucket/k?x-oss-foo=1", "/examplebucket/k"},
		{"oss-v1/header", "contested-names-unsigned", "GET", "/k?udfId=1&acl&vip&x-oss-foo=1", nil, signature.CanonicalResource, "/examplebucket/k?acl&udfId=1&vip&x-oss-foo=1", "/examplebucket/k?acl&x-oss-foo=1"},
		{"oss-v1/query", "contested-names-unsigned", "GET", "/k?link=1", nil, signature.CanonicalResource, "/examplebucket/k?link=1", "/examplebucket/k"},
		{"oss-v1/header", "empty-headers-unsigned", "PUT", "/k", head, signature.CanonicalHeaders, "x-oss-meta-a:\nx-oss-meta-b:1  2\t3,4\n", "x-oss-meta-b:1  2\t3,4\n"},
		{"oss-v1/header", "blanks-folded", "PUT", "/k", head, signature.CanonicalHeaders, "x-oss-meta-a:\nx-oss-meta-b:1  2\t3,4\n", "x-oss-meta-a:\nx-oss-meta-b:1 2 3,4\n"},
		{"oss-v1/query", "last-header-counts", "PUT", "/k", head, signature.CanonicalHeaders, "x-oss-meta-a:\nx-oss-meta-b:1  2\t3,4\n", "x-oss-meta-a:\nx-oss-meta-b:4\n"},
		{"oss-v1/header", "first-parameter-counts", "GET", "/k?acl=2&uploads&ac%6c=1", nil, signature.CanonicalResource, "/examplebucket/k?acl=2&acl=1&uploads", "/examplebucket/k?acl=2&uploads"},
		{"oss-v1/header", "last-parameter-counts", "GET", "/k?acl=2&uploads&ac%6c=1", nil, signature.CanonicalResource, "/examplebucket/k?acl=2&acl=1&uploads", "/examplebucket/k?acl=1&uploads"},
		{"oss-v2/header", "empty-headers-unsigned", "PUT", "/k", head, signature.CanonicalHeaders, "x-oss-meta-a:\nx-oss-meta-b:1  2\t3,4\n", "x-oss-meta-b:1  2\t3,4\n"},
		{"oss-v2/header", "last-header-counts", "PUT", "/k", head, signature.CanonicalHeaders, "x-oss-meta-a:\nx-oss-meta-b:1  2\t3,4\n", "x-oss-meta-a:\nx-oss-meta-b:4\n"},
		{"oss-v2/header", "first-parameter-counts", "GET", "/k?b=2&b=1", nil, signature.CanonicalResource, "%2Fexamplebucket%2Fk?b=2&b=1", "%2Fexamplebucket%2Fk?b=2"},
		{"oss-v2/header", "last-parameter-counts", "GET", "/k?b=2&b=1", nil, signature.CanonicalResource, "%2Fexamplebucket%2Fk?b=2&b=1", "%2Fexamplebucket%2Fk?b=1"},
		{"oss-v4/header", "query-as-sent", "GET", "/k?b=!*+%2f&a=", nil, signature.CanonicalQuery, "a&b=%21%2A%20%2F", "a&b=!*+%2f"},
		{"oss-v4/header", "empty-headers-unsigned", "PUT", "/k", []wire.Header{h("x-oss-meta-a", " "), h("Content-Type", ""), h("x-oss-date", "20261121T083000Z")}, signature.CanonicalHeaders,
			"content-type:\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20261121T083000Z\nx-oss-meta-a:\n", "x-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20261121T083000Z\n"},
		{"oss-v4/query", "last-header-counts", "PUT", "/k", head, signature.CanonicalHeaders, "x-oss-meta-a:\nx-oss-meta-b:1  2\t3,4\n", "x-oss-meta-a:\nx-oss-meta-b:4\n"},
		{"oss-v4/header", "first-parameter-counts", "GET", "/k?b=2&b=1&a", nil, signature.CanonicalQuery, "a&b=2&b=1", "a&b=2"},
		{"oss-v4/header", "last-parameter-counts", "GET", "/k?b=2&b=1&a", nil, signature.CanonicalQuery, "a&b=2&b=1", "a&b=1"},
		{"obs-v2/header", "raw-bucket-path", "GET", "/examplebucket?acl", nil, signature.CanonicalResource, "/examplebucket/?acl", "/examplebucket?acl"},
		{"obs-aws-v2/query", "raw-bucket-path", "GET", "/examplebucket?acl", nil, signature.CanonicalResource, "/examplebucket/?acl", "/examplebucket?acl"},
		{"obs-v2/header", "prefixed-parameters", "GET", "/k?x-obs-foo=1&X-Obs-Bar=2&x-amz-foo=3", nil, signature.CanonicalResource, "/examplebucket/k", "/examplebucket/k?X-Obs-Bar=2&x-obs-foo=1"},
		{"obs-aws-v2/header", "prefixed-parameters", "GET", "/k?x-obs-foo=1&x-amz-foo=3&acl", nil, signature.CanonicalResource, "/examplebucket/k?acl", "/examplebucket/k?acl&x-amz-foo=3"},
		{"obs-aws-v2/header", "s3-names-only", "GET", "/k?cors&acl&response-expires=1&x-amz-security-token=a", nil, signature.CanonicalResource, "/examplebucket/k?acl&cors&response-expires=1&x-amz-security-token=a", "/examplebucket/k?acl&x-amz-security-token=a"},
		{"obs-v2/header", "names-any-case", "GET", "/k?ACL&uploadid=1&prefix=a", nil, signature.CanonicalResource, "/examplebucket/k", "/examplebucket/k?ACL&uploadid=1"},
		{"obs-v2/header", "equals-for-empty", "GET", "/k?acl=&uploads&versionId=1", nil, signature.CanonicalResource, "/examplebucket/k?acl&uploads&versionId=1", "/examplebucket/k?acl=&uploads&versionId=1"},
		{"obs-v2/header", "without-names-of-2024", "POST", "/k?append&position=0&x-image-process=a&x-image-save-bucket=b&x-image-save-object=c&backtosource&directcoldaccess", nil, signature.CanonicalResource,
			"/examplebucket/k?append&backtosource&directcoldaccess&position=0&x-image-process=a&x-image-save-bucket=b&x-image-save-object=c", "/examplebucket/k?position=0"},
		{"obs-aws-v2/query", "without-names-of-2024", "POST", "/k?append&position=0", nil, signature.CanonicalResource, "/examplebucket/k?append&position=0", "/examplebucket/k?position=0"},
		{"obs-v2/query", "without-request-payment", "GET", "/?requestPayment", nil, signature.CanonicalResource, "/examplebucket/?requestPayment", "/examplebucket/"},
		{"obs-v2/header", "without-sample-names", "GET", "/?CDNNotifyConfiguration&mirrorBackToSource&obscompresspolicy&orchestration&acl", nil, signature.CanonicalResource,
			"/examplebucket/?CDNNotifyConfiguration&acl&mirrorBackToSource&obscompresspolicy&orchestration", "/examplebucket/?acl"},
		{"obs-v2/header", "documented-names-only", "GET", "/?bucketstatus&obsalias&obsbucketalias&policystatus&publicaccessblock&policy", nil, signature.CanonicalResource,
			"/examplebucket/?bucketstatus&obsalias&obsbucketalias&policy&policystatus&publicaccessblock", "/examplebucket/?policy"},
		{"obs-v2/query", "names-of-few-sdks", "GET", "/?x-workflow-start=1&select&acl&Select", nil, signature.CanonicalResource, "/examplebucket/?acl", "/examplebucket/?acl&select&x-workflow-start=1"},
		{"obs-v4/header", "path-as-sent", "GET", "/a!%2a+%2F", nil, signature.CanonicalResource, "/a%21%2A%2B/", "/a!%2a+%2F"},
		{"obs-v4/header", "blanks-folded", "PUT", "/k", append(head, h("x-amz-date", "20261121T083000Z"), h("x-amz-content-sha256", "UNSIGNED-PAYLOAD")), signature.CanonicalHeaders,
			"host:examplebucket.obs.cn-north-4.myhuaweicloud.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20261121T083000Z\nx-amz-meta-a:1 \t 2\n",
			"host:examplebucket.obs.cn-north-4.myhuaweicloud.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20261121T083000Z\nx-amz-meta-a:1 2\n"},
	}
	for _, c := range cases {
		p, r := profile(t, c.id), reading(t, c.id, c.reading)
		in := request(p, c.method, c.target, c.headers...)
		if c.reading == "raw-bucket-path" {
			in.Request.Headers[0].Value, in.Addressing = endpointOf(p), signature.PathStyle
		}
		if got := sign(t, p, in).Stage(c.stage); got != c.plain {
			t.Errorf("%s: %q, want %q", c.id, got, c.plain)
		}
		checkReading(t, p, r, in, c.stage, c.read)
	}
}

func TestReadingsOfTimeAndToken(t *testing.T) {
	in := request(signature.OSSV4Header, "GET", "/k", h("Date", gmt))
	checkReading(t, signature.OSSV4Header, reading(t, "oss-v4/header", "date-as-iso"), in, signature.StringToSign,
		"OSS4-HMAC-SHA256\n20261121T083000Z\n20261121/cn-hangzhou/oss/aliyun_v4_request\n"+hashOf(t, in))

	in = inputFor(signature.OSSRTMPQuery)
	in.Credentials.SecurityToken = "a+b"
	checkReading(t, signature.OSSRTMPQuery, reading(t, "oss-rtmp/query", "token-signed"), in, signature.StringToSign,
		"1795253400\nplaylistName:main.m3u8\nsecurity-token:a+b\n/examplebucket/camera")
}

// A link that is sent with the payload header is read in two ways.
func TestReadingsOfThePayloadOfALink(t *testing.T) {
	const streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	in := request(signature.OBSV4Query, "PUT", "/k", h("x-amz-content-sha256", streaming))
	plain := sign(t, signature.OBSV4Query, in).Stage(signature.CanonicalRequest)
	before, ok := strings.CutSuffix(plain, "\nhost;x-amz-content-sha256\n"+streaming)
	if !ok {
		t.Fatalf("canonical request %q", plain)
	}
	checkReading(t, signature.OBSV4Query, reading(t, "obs-v4/query", "unsigned-payload-always"), in, signature.CanonicalRequest,
		before+"\nhost;x-amz-content-sha256\nUNSIGNED-PAYLOAD")
}

// checkReading signs by a reading and verifies with and without it.
func checkReading(t *testing.T, p *signature.Profile, r signature.Reading, in *signature.Input, stage signature.Stage, want string) {
	t.Helper()
	before := sign(t, p, in).Stages()
	other := r.Apply(p)
	if after := sign(t, p, in).Stages(); other == p || !reflect.DeepEqual(after, before) {
		t.Errorf("%s: %s changes its argument", p.ID(), r.Name)
	}
	signed := sign(t, other, in)
	if got := signed.Stage(stage); got != want {
		t.Errorf("%s: %s: %q, want %q", p.ID(), r.Name, got, want)
	}
	verdict(t, server(), signed.Request(), signature.Mismatch)
	v := server()
	v.Reading = r.Apply
	verdict(t, v, signed.Request(), signature.Verified)
}

// A reading changes what it is about and nothing else: an ordinary request is
// signed the same under all of them.
func TestReadingsAgreeOnOrdinaryRequests(t *testing.T) {
	n := 0
	for _, p := range signature.Profiles {
		if p == signature.OSSRTMPQuery {
			continue
		}
		in := inputFor(p)
		if p.Carrier != signature.InForm {
			in.Request.Target += "?acl&prefix=a"
			in.Request.Headers = append(in.Request.Headers, h("Content-Type", "text/plain"), h(p.Names.HeaderPrefix+"meta-a", "a b"))
		}
		want := sign(t, p, in).Stages()
		for _, r := range signature.Readings(p.ID()) {
			n++
			if got := sign(t, r.Apply(p), in).Stages(); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s: %q, want %q", p.ID(), r.Name, got, want)
			}
		}
	}
	if n < 30 {
		t.Errorf("%d readings", n)
	}
}

// Every reading says what it reads and who, and reads a rule that the
// requirements have.
func TestReadingsNameTheirRequirement(t *testing.T) {
	files, err := filepath.Glob("../vectors/requirements/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no requirements: %v", err)
	}
	status := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var list struct {
			Requirements []struct{ ID, Status string }
		}
		if err := json.Unmarshal(data, &list); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, r := range list.Requirements {
			status[r.ID] = r.Status
		}
	}
	for _, p := range signature.Profiles {
		seen := map[string]bool{}
		readings := signature.Readings(p.ID())
		if p.Carrier == signature.InForm && len(readings) > 0 {
			t.Errorf("%s: a form signs its policy and nothing that can be read otherwise", p.ID())
		}
		for _, r := range readings {
			if seen[r.Name] || r.Name == "" || r.Why == "" {
				t.Errorf("%s: %+v", p.ID(), r)
			}
			seen[r.Name] = true
			switch status[r.Requirement] {
			case "observed", "sdk-agreement":
				t.Errorf("%s: %s reads %s otherwise, which is settled: %s", p.ID(), r.Name, r.Requirement, status[r.Requirement])
			case "":
				t.Errorf("%s: %s reads %s, which is no requirement", p.ID(), r.Name, r.Requirement)
			}
		}
	}
	if signature.Readings("no-such/profile") != nil {
		t.Error("readings of no profile")
	}
}

// hashOf is the hash of the canonical request, which the time line leaves as it
// is.
func hashOf(t *testing.T, in *signature.Input) string {
	t.Helper()
	sum := sha256.Sum256([]byte(sign(t, signature.OSSV4Header, in).Stage(signature.CanonicalRequest)))
	return hex.EncodeToString(sum[:])
}

// Each slip explains the requests that make it, diverges first at the stage it
// names, and leaves its argument alone.
func TestSlipsExplainWhatTheyName(t *testing.T) {
	explained := map[string]int{}
	for _, p := range signature.Profiles {
		for _, s := range signature.Slips(p.ID()) {
			explained[s.Name] += 0
			in := fullInput(p)
			if p == signature.OSSRTMPQuery {
				in.Request.Headers = []wire.Header{h("Content-Type", "a/b")}
			} else {
				in.Request.Target = "/" + strings.Replace(in.Request.Target, "b.txt", "b!.txt", 1) + "&z=%7e!"
			}
			if p.DateLine != nil && p.Carrier == signature.InHeader {
				in.Request.Headers = append(in.Request.Headers, h("Date", "Sat, 21 Nov 2026 08:30:01 GMT"), h(p.Names.DateHeader, gmt))
			}
			plain := sign(t, p, in)
			signed := sign(t, s.Apply(p), in)
			if after := sign(t, p, in); s.Why == "" || !reflect.DeepEqual(after.Stages(), plain.Stages()) {
				t.Errorf("%s: %s: %q; changes its argument", p.ID(), s.Name, s.Why)
			}
			if signed.Stage(signature.SignatureValue) == plain.Stage(signature.SignatureValue) {
				continue // this scheme or request has nothing of the kind
			}
			explained[s.Name]++
			for _, stage := range signed.Stages() {
				if stage.Value == plain.Stage(stage.Stage) {
					continue
				}
				if stage.Stage != s.Stage && p.DateLine != nil {
					t.Errorf("%s: %s: differs first at %s: %q, without it %q", p.ID(), s.Name, stage.Stage, stage.Value, plain.Stage(stage.Stage))
				}
				break
			}
			verdict(t, server(), signed.Request(), signature.Mismatch)
			v := server()
			v.Reading = s.Apply
			verdict(t, v, signed.Request(), signature.Verified)
		}
	}
	for name, n := range explained {
		if n == 0 {
			t.Errorf("%s explains nothing", name)
		}
	}
	if len(explained) < 12 {
		t.Errorf("slips %v", explained)
	}
}
