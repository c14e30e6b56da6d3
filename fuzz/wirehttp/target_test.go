package wirehttp

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/wire"
)

func FuzzHTTP(f *testing.F) { native.Fuzz(f, Check) }

func TestKeepsSeesEveryLostByte(t *testing.T) {
	const head = "PUT / HTTP/1.1\r\nA: b\r\n\r\n"
	const coded = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, test := range []struct {
		read, written string
		want          bool
	}{
		{head + "body", head + "body", true},
		{head + "body", head + "bod", false},
		{head + "body", head + "body\n", false},
		{head, "PUT / HTTP/1.1\r\nA:b\r\n\r\n", false},
		{head[:len(head)-2], head, true},
		{head[:len(head)-2], head + "x", false},
		{coded + "1\r\nx\r\n0\r\n\r\n", coded + "0\r\n\r\n", true}, // the body is compared elsewhere
		{coded + "0\r\n\r\n", "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", false},
	} {
		req, err := wire.ParseRequest([]byte(test.read), "http")
		if err != nil {
			t.Fatal(err)
		}
		if got := keeps([]byte(test.written), []byte(test.read), req); got != test.want {
			t.Errorf("%q written as %q: %v", test.read, test.written, got)
		}
	}
}
