package adapter_test

import (
	"errors"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
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

func TestHeaderNamesThatNetHTTPSendsNotAreUnsupported(t *testing.T) {
	for name, sent := range map[string]bool{"x-oss-meta-a": true, "X_Other!": true, "Über": false, "x-oss-meta-\u00e9": false, "Accept;": false, "": false, "a b": false} {
		in := &signature.Input{Request: &wire.Request{Headers: []wire.Header{{Name: "Host", Value: "example.com"}, {Name: name, Value: "v"}}}}
		if err := adapter.CheckHeaderNames(in); (err == nil) != sent || !sent && !errors.Is(err, subject.ErrUnsupported) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
