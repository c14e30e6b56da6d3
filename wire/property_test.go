package wire_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
	"pgregory.net/rapid"
)

// anyRequest draws a request as it can stand on a wire.
func anyRequest(t *rapid.T) *wire.Request {
	req := &wire.Request{
		Transport: rapid.SampledFrom([]string{"http", "https"}).Draw(t, "transport"),
		Method:    rapid.StringMatching(`[A-Za-z]{1,8}`).Draw(t, "method"),
		Target:    rapid.StringMatching(`/[!-~\x80-\xff]{0,30}`).Draw(t, "target"),
		Headers:   []wire.Header{{Name: "Host", Value: "h"}},
	}
	for range rapid.IntRange(0, 8).Draw(t, "headers") {
		value := rapid.StringMatching(`[\x01-\x09\x20-\xff]{0,20}`).Draw(t, "value")
		req.Headers = append(req.Headers, wire.Header{
			Name:  "X-" + rapid.StringMatching(`[A-Za-z0-9_.!#-]{1,12}`).Draw(t, "name"),
			Value: wire.TrimBlanks(strings.NewReplacer("\r", "", "\n", "").Replace(value)),
		})
	}
	return req
}

// What is printed reads back as the same request, and what was read prints as
// the very bytes it was read from.
func TestPrintingAndReadingLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		req := anyRequest(t)
		printed := req.AppendHTTP(nil)
		back, err := wire.ParseRequest(printed, req.Transport)
		if err != nil {
			t.Fatalf("%v\n%q", err, printed)
		}
		if back.Method != req.Method || back.Target != req.Target || !reflect.DeepEqual(back.Headers, req.Headers) {
			t.Fatalf("read %q\nwant %q", back, req)
		}
		if back.Head() != string(printed) {
			t.Fatalf("head %q\nwant %q", back.Head(), printed)
		}
	})
}

// A query taken apart and put together again is the query.
func TestPartsOfAQueryLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		query := rapid.StringMatching(`([!-%'-~\x80-\xff]{1,8}(&[!-%'-~\x80-\xff]{1,8}){0,5})?`).Draw(t, "query")
		var parts []string
		for _, p := range wire.AppendParams(nil, query) {
			part := p.Name
			if p.HasValue {
				part += "=" + p.Value
			}
			parts = append(parts, part)
		}
		if got := strings.Join(parts, "&"); got != query {
			t.Fatalf("got %q, want %q", got, query)
		}
		target := wire.SplitTarget("/k?" + query)
		if target.String() != "/k?"+query {
			t.Fatalf("target %q", target.String())
		}
	})
}

// Whatever bytes are escaped, they come back.
func TestEscapingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if got := wire.Unescape(wire.EscapePath(s)); got != s {
			t.Fatalf("path %q, want %q", got, s)
		}
		if got := wire.UnescapeQuery(wire.EscapeValue(s)); got != s {
			t.Fatalf("value %q, want %q", got, s)
		}
	})
}
