package fuzz_test

import (
	"bytes"
	"testing"

	"github.com/countersign/countersign/fuzz"
)

func TestShortenKeepsNothingButWhatIsNeeded(t *testing.T) {
	long := append(bytes.Repeat([]byte("x"), 100), "yANEEDLEz\xff"...)
	calls := 0
	got := fuzz.Shorten(long, 10000, func(data []byte) bool {
		calls++
		return bytes.Contains(data, []byte("NEED")) && len(data)%2 == 0
	})
	if string(got) != "NEED" {
		t.Errorf("%q", got)
	}
	if calls > 10000 {
		t.Errorf("%d calls", calls)
	}
}

func TestShortenStopsAtItsLimit(t *testing.T) {
	calls := 0
	in := bytes.Repeat([]byte("x"), 1000)
	got := fuzz.Shorten(in, 7, func([]byte) bool { calls++; return false })
	if calls != 7 || !bytes.Equal(got, in) {
		t.Errorf("%d calls, %d bytes", calls, len(got))
	}
}
