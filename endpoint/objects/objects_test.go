package objects

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestWhatIsPutComesBack(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.want(200, "", "PUT", "/folder/a%20b", "123456789", "Content-Type", "text/x", "*meta-Colour", "r\xc3\xa9d", "Cache-Control", "no-cache")
		r := s.want(200, "", "GET", "/folder/a%20b", "")
		if r.Body != "123456789" {
			t.Errorf("got %q", r.Body)
		}
		s.has(r, "Content-Type", "text/x", "*meta-colour", "r\xc3\xa9d", "Cache-Control", "no-cache", "Content-Length", "9", "Last-Modified", "Sat, 21 Nov 2026 08:30:00 GMT", "*version-id", "")
		if s.oss() {
			s.has(r, "ETag", `"25F9E794323B453885F5181F1B624D0B"`, "x-oss-hash-crc64ecma", "11051210869376104954", "Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==", "x-oss-object-type", "Normal", "x-oss-server-time", "1")
		} else {
			s.has(r, "ETag", `"25f9e794323b453885f5181f1b624d0b"`)
		}
		head := s.want(200, "", "HEAD", "/folder/a%20b", "")
		s.has(head, "Content-Length", "9", "Content-Type", "text/x")
		s.want(204, "", "DELETE", "/folder/a%20b", "")
		s.want(404, "NoSuchKey", "GET", "/folder/a%20b", "")
		s.want(404, "", "HEAD", "/folder/a%20b", "")
		s.want(204, "", "DELETE", "/folder/a%20b", "")
		if u := s.store.Usage(); u.Bytes != 0 || u.Objects != 0 {
			t.Errorf("left: %+v", u)
		}
	})
}

func TestRanges(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.do("PUT", "/k", "0123456789")
		beyond, cut := 416, 206
		if s.oss() {
			beyond, cut = 200, 200 // as if there were none, unless asked for the behaviour of the standard
		}
		for _, c := range []struct {
			asked  string
			status int
			body   string
		}{
			{"bytes=0-3", 206, "0123"}, {"bytes=4-", 206, "456789"}, {"bytes=-3", 206, "789"}, {"bytes=-30", 206, "0123456789"}, {"bytes=9-9", 206, "9"},
			{"bytes=5-20", cut, ""}, {"bytes=10-", beyond, ""}, {"bytes=x", 200, ""}, {"bytes=3-1", 200, ""}, {"chars=1-2", 200, ""},
		} {
			r := s.want(c.status, "", "GET", "/k", "", "Range", c.asked)
			if c.body != "" && r.Body != c.body {
				t.Errorf("%s: %q", c.asked, r.Body)
			}
		}
		s.has(s.do("GET", "/k", "", "Range", "bytes=2-3"), "Content-Range", "bytes 2-3/10", "Content-Length", "2")
		if s.oss() {
			s.want(416, "InvalidRange", "GET", "/k", "", "Range", "bytes=10-", "x-oss-range-behavior", "standard")
			s.want(206, "", "GET", "/k", "", "Range", "bytes=5-20", "x-oss-range-behavior", "standard")
		} else {
			s.want(416, "InvalidRange", "GET", "/k", "", "Range", "bytes=10-")
		}
	})
}

func TestResponseHeadersCanBeChosen(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.do("PUT", "/k", "x", "Content-Type", "text/x")
		r := s.want(200, "", "GET", "/k?response-content-type=a%2Fb&response-content-disposition=attachment%0D%0AX:%20y", "")
		s.has(r, "Content-Type", "a/b", "Content-Disposition", "attachment  X: y")
	})
}

func TestConditions(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.do("PUT", "/k", "123456789")
		tag := `"25f9e794323b453885f5181f1b624d0b"`
		past, future := "Sat, 21 Nov 2026 08:00:00 GMT", "Sat, 21 Nov 2026 09:00:00 GMT"
		for _, c := range []struct {
			name, value string
			status      int
		}{
			{"If-Match", tag, 200}, {"If-Match", `"0"`, 412}, {"If-Match", "*", 200},
			{"If-None-Match", tag, 304}, {"If-None-Match", `"0", ` + tag, 304}, {"If-None-Match", `"0"`, 200},
			{"If-Modified-Since", past, 200}, {"If-Modified-Since", future, 304}, {"If-Modified-Since", "nonsense", 200},
			{"If-Unmodified-Since", past, 412}, {"If-Unmodified-Since", future, 200},
		} {
			r := s.want(c.status, "", "GET", "/k", "", c.name, c.value)
			if c.status == 304 && r.Body != "" {
				t.Errorf("%s: a body with 304: %q", c.name, r.Body)
			}
		}
	})
}

func TestABodyIsHeldToItsDigest(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		code := "BadDigest"
		if s.oss() {
			code = "InvalidDigest"
		}
		s.want(400, code, "PUT", "/k", "123456789", "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")
		s.want(404, "NoSuchKey", "GET", "/k", "")
		s.want(200, "", "PUT", "/k", "123456789", "Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==")
	})
}

func TestAppendGrowsAnObjectFromItsEnd(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.has(s.want(200, "", "POST", "/k?append&position=0", "1234"), "*next-append-position", "4")
		s.has(s.want(409, "PositionNotEqualToLength", "POST", "/k?append&position=0", "1234"), "*next-append-position", "4")
		r := s.want(200, "", "POST", "/k?append&position=4", "56789")
		s.has(r, "*next-append-position", "9")
		if s.oss() {
			s.has(r, "x-oss-hash-crc64ecma", "11051210869376104954", "ETag", `"25F9E794323B453885F5181F1B624D0B"`)
			s.has(s.do("HEAD", "/k", ""), "x-oss-object-type", "Appendable")
		}
		if got := s.do("GET", "/k", "").Body; got != "123456789" {
			t.Errorf("%q", got)
		}
		s.do("PUT", "/normal", "x")
		s.want(409, "ObjectNotAppendable", "POST", "/normal?append&position=1", "y")
		s.want(400, "InvalidArgument", "POST", "/k?append&position=-1", "y")
	})
}

func TestCopies(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.do("PUT", "/a%2Bb", "123456789", "*meta-x", "1", "Content-Type", "text/x")
		r := s.want(200, "", "PUT", "/copy", "", "*copy-source", "/examplebucket/a%2Bb")
		if text(r.Body, "ETag") == "" || text(r.Body, "LastModified") == "" {
			t.Errorf("%s", r.Body)
		}
		s.has(s.do("GET", "/copy", ""), "*meta-x", "1", "Content-Type", "text/x", "Content-Length", "9")
		s.do("PUT", "/copy", "", "*copy-source", "examplebucket/a%2Bb", "*metadata-directive", "REPLACE", "*meta-y", "2")
		s.has(s.do("GET", "/copy", ""), "*meta-x", "", "*meta-y", "2")
		s.want(404, "NoSuchKey", "PUT", "/copy", "", "*copy-source", "/examplebucket/none")
		s.want(412, "PreconditionFailed", "PUT", "/copy", "", "*copy-source", "/examplebucket/a%2Bb", "*copy-source-if-match", `"0"`)
		s.want(412, "PreconditionFailed", "PUT", "/copy", "", "*copy-source", "/examplebucket/a%2Bb", "*copy-source-if-none-match", "*")
	})
}

func TestMultiDelete(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.do("PUT", "/a&b", "x")
		s.do("PUT", "/c", "x")
		r := s.want(200, "", "POST", "/?delete", "<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>none</Key></Object></Delete>")
		if got := texts(r.Body, "Key"); !slices.Equal(got, []string{"a&b", "none"}) {
			t.Errorf("deleted %q", got)
		}
		s.want(404, "NoSuchKey", "GET", "/a&b", "")
		s.want(200, "", "GET", "/c", "")
		s.want(400, "MalformedXML", "POST", "/?delete", "<Delete>")
		s.want(400, "MalformedXML", "POST", "/?delete", "<Delete>"+strings.Repeat("<Object><Key>k</Key></Object>", 1001)+"</Delete>")
	})
}

func TestPropertiesOfObjects(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.do("PUT", "/k", "x", "*tagging", "a=1&b=%20")
		r := s.want(200, "", "GET", "/k?tagging", "")
		if got := append(texts(r.Body, "Key"), texts(r.Body, "Value")...); !slices.Equal(got, []string{"a", "b", "1", " "}) {
			t.Errorf("tags %q", got)
		}
		s.has(s.do("HEAD", "/k", ""), "*tagging-count", "2")
		s.do("PUT", "/k?tagging", "<Tagging><TagSet><Tag><Key>c&lt;</Key><Value>3</Value></Tag></TagSet></Tagging>")
		if got := texts(s.do("GET", "/k?tagging", "").Body, "Key"); !slices.Equal(got, []string{"c<"}) {
			t.Errorf("tags %q", got)
		}
		s.want(400, "InvalidArgument", "PUT", "/k?tagging", "<Tagging><TagSet>"+strings.Repeat("<Tag><Key>c</Key><Value>3</Value></Tag>", 2)+"</TagSet></Tagging>")
		s.want(204, "", "DELETE", "/k?tagging", "")
		if got := texts(s.do("GET", "/k?tagging", "").Body, "Key"); len(got) != 0 {
			t.Errorf("tags %q", got)
		}
		name := "*acl"
		if s.oss() {
			name = "*object-acl"
		}
		s.want(200, "", "PUT", "/k?acl", "", name, "public-read")
		acl := s.do("GET", "/k?acl", "").Body
		if s.oss() && text(acl, "Grant") != "public-read" || !s.oss() && !slices.Contains(texts(acl, "Permission"), "READ") {
			t.Errorf("%s", acl)
		}
		s.want(400, "InvalidArgument", "PUT", "/k?acl", "", name, "everyone")
		if !s.oss() {
			s.want(200, "", "PUT", "/k?metadata", "", "*meta-z", "26", "*metadata-directive", "REPLACE_NEW")
			r := s.do("GET", "/k", "")
			s.has(r, "*meta-z", "26")
			if r.Body != "x" {
				t.Errorf("the content is %q", r.Body)
			}
		}
	})
}

func TestSymlinksAndArchivedObjects(t *testing.T) {
	s := open(t, signature.OSSV4Header, Options{})
	s.do("PUT", "/dir/target", "content")
	s.want(200, "", "PUT", "/link?symlink", "", "x-oss-symlink-target", "dir%2Ftarget")
	s.has(s.want(200, "", "GET", "/link?symlink", ""), "x-oss-symlink-target", "dir/target")
	if r := s.want(200, "", "GET", "/link", ""); r.Body != "content" {
		t.Errorf("%q", r.Body)
	}
	s.want(400, "NotSymlink", "GET", "/dir/target?symlink", "")
	s.do("DELETE", "/dir/target", "")
	s.want(404, "SymlinkTargetNotExist", "GET", "/link", "")

	s.do("PUT", "/cold", "x", "x-oss-storage-class", "Archive")
	s.want(403, "InvalidObjectState", "GET", "/cold", "")
	s.has(s.want(200, "", "HEAD", "/cold", ""), "x-oss-storage-class", "Archive")
	s.want(202, "", "POST", "/cold?restore", "<RestoreRequest><Days>2</Days></RestoreRequest>")
	s.want(200, "", "POST", "/cold?restore", "")
	s.has(s.want(200, "", "GET", "/cold", ""), "x-oss-restore", `ongoing-request="false", expiry-date="Sun, 22 Nov 2026 08:30:00 GMT"`)
	s.do("PUT", "/warm", "x")
	s.want(400, "OperationNotSupported", "POST", "/warm?restore", "")
	s.want(409, "FileAlreadyExists", "PUT", "/warm", "y", "x-oss-forbid-overwrite", "true")
}

func TestForms(t *testing.T) {
	for _, p := range []*signature.Profile{signature.OSSV1Form, signature.OSSV4Form, signature.OBSV2Form} {
		s := open(t, p, Options{})
		post := func(fields ...string) *endpoint.Response {
			req := &wire.Request{Transport: "http", Method: "POST", Target: "/", Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: s.host()}, {Name: "Content-Type", Value: "multipart/form-data; boundary=frontier"}}}
			signed, err := p.Sign(&signature.Input{Request: req, Bucket: "examplebucket", Addressing: signature.VirtualHost, Credentials: credentials, Region: "cn-hangzhou", Time: someTime, Policy: `{"expiration":"2036-01-01T00:00:00Z","conditions":[["starts-with","$key",""]]}`})
			if err != nil {
				t.Fatal(err)
			}
			var body strings.Builder
			for i := 0; i < len(fields); i += 2 {
				fmt.Fprintf(&body, "--frontier\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", fields[i], fields[i+1])
			}
			for _, f := range signed.Form {
				fmt.Fprintf(&body, "--frontier\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", f[0], f[1])
			}
			body.WriteString("--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\my.txt\"\r\nContent-Type: text/x\r\n\r\n\x00hello\r\n--frontier--\r\n")
			req = req.Clone(0)
			req.Body = body.String()
			r, err := endpoint.Send(t.Context(), s.server.Addr(), req)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := post("key", "up/${filename}", "Content-Type", "a/b", p.Names.HeaderPrefix+"meta-a", "1\r\nEvil: 1", p.Names.HeaderPrefix+"meta-b\nEvil: 1", "x", "success_action_status", "201"); r.Status != 201 || text(r.Body, "ETag") == "" {
			t.Errorf("%s: %d %s", p.ID(), r.Status, r.Body)
		}
		if r := post("key", "other", "success_action_redirect", "http://x/?y=1"); r.Status != 303 {
			t.Errorf("%s: %d %s", p.ID(), r.Status, r.Body)
		} else if to, _ := r.Header("Location"); !strings.HasPrefix(to, "http://x/?y=1&bucket=examplebucket&key=other&etag=%22") {
			t.Errorf("%s", to)
		}
		s.profile = signature.OSSV1Header
		if strings.HasPrefix(p.Scheme, "obs") {
			s.profile = signature.OBSV2Header
		}
		r := s.want(200, "", "GET", "/up/my.txt", "")
		s.has(r, "Content-Type", "a/b", "*meta-a", "1  Evil: 1", "Evil", "")
		if r.Body != "\x00hello" {
			t.Errorf("%s: %q", p.ID(), r.Body)
		}
	}
}

func TestWhatIsNotThereIsNotTakenForSomethingElse(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.do("PUT", "/k", "content")
		for _, c := range [][2]string{{"PUT", "/k?unheardOf"}, {"DELETE", "/k?unheardOf"}, {"POST", "/k?select"}, {"GET", "/k?x-oss-process=image%2Fresize"}, {"PATCH", "/k"}} {
			s.want(501, "NotImplemented", c[0], c[1], "")
		}
		if r := s.want(200, "", "GET", "/k", ""); r.Body != "content" {
			t.Errorf("%q", r.Body)
		}
	})
}

func TestKeysThatTheServicesRefuse(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.want(400, "InvalidObjectName", "PUT", "/"+strings.Repeat("a", 1025), "x")
		s.want(400, "InvalidObjectName", "PUT", "/%FF", "x")
		if s.oss() {
			s.want(400, "InvalidObjectName", "PUT", "/%2Fa", "x")
		}
	})
}

// Every word of this package has a row of its own in the tables of both
// services, but for what one of them does not have.
func TestEveryRefusalIsInTheTables(t *testing.T) {
	onlyOSS := []refusal{notSymlink, symlinkTarget}
	for _, dialect := range []endpoint.Dialect{endpoint.OSS, endpoint.OBS} {
		for _, class := range []refusal{
			noSuchBucket, noSuchKey, noSuchUpload, noSuchConfiguration, bucketNotEmpty, tooManyBuckets, invalidBucketName, invalidObjectName, invalidPart, invalidPartOrder,
			invalidRange, entityTooSmall, entityTooLarge, positionNotEqual, notAppendable, preconditionFailed, fileExists, badDigest, malformedXML,
			notImplemented, notSymlink, symlinkTarget, invalidObjectState, notArchived, full,
		} {
			if !endpoint.Refuses(dialect, class) && !(dialect == endpoint.OBS && slices.Contains(onlyOSS, class)) {
				t.Errorf("%s: no row for %s", dialect, class)
			}
		}
	}
}
