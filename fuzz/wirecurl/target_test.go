package wirecurl

import (
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/wire"
)

func FuzzCurl(f *testing.F) { native.Fuzz(f, Check) }

func TestOnlyTheLengthThatCurlAddsIsLeftOut(t *testing.T) {
	request := func(names ...string) *wire.Request {
		req := &wire.Request{Transport: "http", Method: "PUT", Target: "/"}
		for _, name := range names {
			req.Headers = append(req.Headers, wire.Header{Name: name, Value: "1"})
		}
		return req
	}
	if !fuzz.Same(withoutLength(request("Host", "Content-Length")), request("Host")) {
		t.Error("the last header stays")
	}
	for _, kept := range []*wire.Request{request("Content-Length", "Host"), request("content-length"), request()} {
		if !fuzz.Same(withoutLength(kept), kept) {
			t.Errorf("%+v is changed", kept)
		}
	}
}
