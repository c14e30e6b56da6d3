package adapter_test

import (
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
)

func TestHTTPRequestKeepsPathAndQueryAsTheyAreGiven(t *testing.T) {
	req := adapter.HTTPRequest(&signature.Input{Request: &wire.Request{
		Transport: "https", Method: "PUT", Target: "/a%2Fb(1)%20c?x=%2f&acl",
		Headers: []wire.Header{{Name: "host", Value: "b.example:81"}, {Name: "x-oss-meta-a", Value: "1"}, {Name: "X-Oss-Meta-A", Value: "2"}},
	}})
	if got := req.URL.String(); got != "https://b.example:81/a%2Fb(1)%20c?x=%2f&acl" || req.Method != "PUT" || req.URL.Path != "/a/b(1) c" {
		t.Errorf("%s %s, path %q", req.Method, got, req.URL.Path)
	}
	if req.Host != "b.example:81" || len(req.Header["Host"]) != 0 || len(req.Header["X-Oss-Meta-A"]) != 2 {
		t.Errorf("host %q, headers %v", req.Host, req.Header)
	}
}
