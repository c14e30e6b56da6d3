package objects

import (
	"context"
	"strings"
	"testing"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// anyone sends a request without a signature.
func (s *shop) anyone(method, target string) *endpoint.Response {
	s.t.Helper()
	req := &wire.Request{Transport: "http", Method: method, Target: target, Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: s.host()}}}
	r, err := endpoint.Send(context.Background(), s.server.Addr(), req)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func TestAnyoneReadsWhatIsPublicAndDoesNothingElse(t *testing.T) {
	s := open(t, signature.OSSV4Header, Options{})
	s.want(200, "", "PUT", "/private", "mine")
	s.want(200, "", "PUT", "/public", "ours", "*object-acl", "public-read")
	s.want(200, "", "PUT", "/nonsense", "mine", "*object-acl", "public-reading")
	s.want(200, "", "PUT", "/document", "mine", "*object-acl", "public-read")
	s.want(200, "", "PUT", "/document?acl", "<AccessControlPolicy></AccessControlPolicy>")
	s.want(200, "", "PUT", "/to-public?symlink", "", "*symlink-target", "public", "*object-acl", "public-read")
	s.want(200, "", "PUT", "/to-private?symlink", "", "*symlink-target", "private", "*object-acl", "public-read")
	for _, c := range []struct {
		method, target string
		status         int
	}{
		{"GET", "/public", 200}, {"HEAD", "/public", 200}, {"GET", "/to-public", 200}, {"GET", "/public?unknown", 200},
		{"GET", "/private", 403}, {"HEAD", "/private", 403}, {"GET", "/absent", 403}, {"GET", "/nonsense", 403}, {"GET", "/document", 403}, {"GET", "/to-private", 403},
		{"GET", "/public?acl", 403}, {"GET", "/public?tagging", 403}, {"GET", "/public?response-content-type=a%2Fb", 403}, {"GET", "/", 403},
		{"GET", "/public?x-oss-process=image%2Finfo", 501},
		{"PUT", "/public", 403}, {"DELETE", "/public", 403}, {"POST", "/public?append&position=0", 403}, {"POST", "/?delete", 403}, {"POST", "/", 403},
	} {
		r := s.anyone(c.method, c.target)
		if r.Status != c.status || r.Status == 200 && c.method == "GET" && r.Body != "ours" {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.target, r.Status, r.Body, c.status)
		}
		if ec, _ := r.Header("x-oss-ec"); r.Status == 403 && !strings.HasPrefix(ec, "0003-") {
			t.Errorf("%s %s: EC %q", c.method, c.target, ec)
		}
	}
	s.want(200, "", "PUT", "/?acl", "", "*acl", "public-read")
	for target, status := range map[string]int{"/private": 200, "/absent": 404, "/nonsense": 403, "/": 403} {
		if r := s.anyone("GET", target); r.Status != status {
			t.Errorf("in a public bucket, %s: %d, want %d", target, r.Status, status)
		}
	}
	s.want(200, "", "PUT", "/private?acl", "", "*object-acl", "private")
	if r := s.anyone("GET", "/private"); r.Status != 403 {
		t.Errorf("a private object of a public bucket: %d", r.Status)
	}
}

// OBS keeps who may list a bucket apart from who may read what is in it.
func TestABucketOfOBSGivesItsACLOnlyWhereItIsDelivered(t *testing.T) {
	s := openAs(t, endpoint.OBS, signature.OBSV2Header, Options{})
	s.want(200, "", "PUT", "/k", "x")
	for _, c := range []struct {
		acl    string
		status int
	}{{"private", 403}, {"public-read", 403}, {"public-read-delivered", 200}, {"public-read-write-delivered", 200}} {
		s.want(200, "", "PUT", "/?acl", "", "*acl", c.acl)
		if r := s.anyone("GET", "/k"); r.Status != c.status {
			t.Errorf("%s: %d %s", c.acl, r.Status, r.Body)
		}
	}
}
