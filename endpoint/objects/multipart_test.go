package objects

import (
	"fmt"
	"strings"
	"testing"
)

// part100 is the smallest part that need not be the last one.
var part100 = strings.Repeat("0123456789abcdef", 6400)

func complete(parts ...string) string {
	var b strings.Builder
	b.WriteString("<CompleteMultipartUpload>")
	for i := 0; i < len(parts); i += 2 {
		fmt.Fprintf(&b, "<Part><PartNumber>%s</PartNumber><ETag>%s</ETag></Part>", parts[i], parts[i+1])
	}
	return b.String() + "</CompleteMultipartUpload>"
}

func TestMultipartUploads(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		id := text(s.want(200, "", "POST", "/m?uploads", "", "*meta-x", "1", "Content-Type", "text/x").Body, "UploadId")
		upload := "/m?uploadId=" + id
		part := func(number, content string) string {
			t.Helper()
			r := s.want(200, "", "PUT", upload+"&partNumber="+number, content)
			tag, _ := r.Header("ETag")
			return tag
		}
		two, one := part("2", "tail"), part("1", part100)
		s.do("PUT", "/source", "0123456789")
		copied := s.want(200, "", "PUT", upload+"&partNumber=3", "", "*copy-source", "/examplebucket/source", "*copy-source-range", "bytes=2-4")
		r := s.want(200, "", "GET", upload+"&max-parts=2", "")
		if got := said(texts(r.Body, "PartNumber"), texts(r.Body, "Size"), text(r.Body, "IsTruncated"), text(r.Body, "NextPartNumberMarker")); got != "[1 2] [102400 4] true 2" {
			t.Errorf("%s", got)
		}
		if got := texts(s.want(200, "", "GET", upload+"&part-number-marker=2", "").Body, "PartNumber"); len(got) != 1 || got[0] != "3" {
			t.Errorf("%q", got)
		}
		if got := texts(s.want(200, "", "GET", "/?uploads&prefix=m", "").Body, "UploadId"); len(got) != 1 || got[0] != id {
			t.Errorf("%q", got)
		}
		s.want(400, "InvalidPart", "POST", upload, complete("1", two))
		s.want(400, "InvalidPart", "POST", upload, complete("1", one, "4", two))
		s.want(400, "InvalidPartOrder", "POST", upload, complete("2", two, "1", one))
		s.want(400, "EntityTooSmall", "POST", upload, complete("2", two, "3", text(copied.Body, "ETag")))
		s.want(400, "MalformedXML", "POST", upload, "<Complete")
		s.want(404, "NoSuchUpload", "POST", "/other?uploadId="+id, complete("1", one))
		s.want(404, "NoSuchKey", "GET", "/m", "")
		r = s.want(200, "", "POST", upload, complete("1", one, "3", text(copied.Body, "ETag")))
		if tag := text(r.Body, "ETag"); !strings.HasSuffix(tag, `-2"`) || text(r.Body, "Key") != "m" {
			t.Errorf("%s", r.Body)
		}
		r = s.want(200, "", "GET", "/m", "")
		s.has(r, "*meta-x", "1", "Content-Type", "text/x", "Content-MD5", "")
		if r.Body != part100+"234" {
			t.Errorf("%d bytes", len(r.Body))
		}
		s.want(404, "NoSuchUpload", "POST", upload, complete("1", one))
		if u := s.store.Usage(); u.Parts != 0 || u.Objects != 2 {
			t.Errorf("left: %+v", u)
		}
	})
}

func TestAbortedUploadsLeaveNothing(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		id := text(s.do("POST", "/m?uploads", "").Body, "UploadId")
		s.want(400, "InvalidArgument", "PUT", "/m?partNumber=0&uploadId="+id, "x")
		s.want(400, "InvalidArgument", "PUT", "/m?partNumber=10001&uploadId="+id, "x")
		s.want(200, "", "PUT", "/m?partNumber=1&uploadId="+id, "x")
		s.want(200, "", "PUT", "/m?partNumber=1&uploadId="+id, "xy")
		s.want(204, "", "DELETE", "/m?uploadId="+id, "")
		s.want(404, "NoSuchUpload", "DELETE", "/m?uploadId="+id, "")
		s.want(404, "NoSuchUpload", "PUT", "/m?partNumber=1&uploadId="+id, "x")
		if u := s.store.Usage(); u.Bytes != 0 || u.Parts != 0 {
			t.Errorf("left: %+v", u)
		}
	})
}

func TestListOfUploadsInPages(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		for _, key := range []string{"a", "d/1", "d/2", "e"} {
			s.do("POST", "/"+key+"?uploads", "")
		}
		r := s.want(200, "", "GET", "/?uploads&delimiter=%2F&max-uploads=2", "")
		if got := said(texts(r.Body, "Key"), texts(r.Body, "Prefix"), text(r.Body, "IsTruncated"), text(r.Body, "NextKeyMarker")); !strings.HasPrefix(got, "[a] [ d/] true d/") {
			t.Errorf("%s", got)
		}
		r = s.want(200, "", "GET", "/?uploads&key-marker=d%2F2", "")
		if got := said(texts(r.Body, "Key"), text(r.Body, "IsTruncated")); got != "[e] false" {
			t.Errorf("%s", got)
		}
	})
}
