package fuzz_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/wire"
)

// class is the class a check fails with, or "".
func class(check func()) string {
	if found := fuzz.Find("t", nil, func([]byte) { check() }); found != nil {
		return found.Class
	}
	return ""
}

func TestResendFindsWhatCannotBeSent(t *testing.T) {
	for _, test := range []struct {
		name  string
		value string
		want  string
	}{
		{"X", "a  b", ""},
		{"X", "a\nb", "c"},      // refused
		{"X", "a\r\nY: b", "c"}, // another request
		{"X", " a", "c"},
	} {
		req := &wire.Request{Transport: "http", Method: "GET", Target: "/", Headers: []wire.Header{{Name: test.name, Value: test.value}}}
		if got := class(func() { fuzz.Resend("c", req) }); got != test.want {
			t.Errorf("%s: %q: class %q, want %q", test.name, test.value, got, test.want)
		}
	}
}

func TestRefusalAsksForPlaceAndRule(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("f: %w", &wire.SyntaxError{Where: "line 1", Rule: "a rule"}), ""},
		{&wire.SyntaxError{Where: "line 1"}, "c"},
		{&wire.SyntaxError{Rule: "a rule"}, "c"},
		{errors.New("bad"), "c"},
	} {
		if got := class(func() { fuzz.Refusal("c", test.err) }); got != test.want {
			t.Errorf("%v: class %q, want %q", test.err, got, test.want)
		}
	}
}
