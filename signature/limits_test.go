package signature_test

import (
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// after verifies with the server's clock so many seconds behind the moment of
// signing, and returns the class of the refusal, or "".
func after(t *testing.T, req *wire.Request, seconds float64) signature.Class {
	t.Helper()
	v := server()
	v.Now = func() time.Time { return moment.Add(time.Duration(seconds * float64(time.Second))) }
	return classOf(t, v.Verify(req))
}

func classOf(t *testing.T, got *signature.Verification) signature.Class {
	t.Helper()
	switch {
	case got.Verdict == signature.Verified:
		return ""
	case got.Verdict != signature.Malformed || len(got.Faults) != 1:
		t.Fatalf("%s, faults %v", got.Verdict, got.Faults)
	}
	return got.Faults[0].Class
}

// 15 minutes, both ways, in every header scheme.
func TestSkewOfSignedHeaders(t *testing.T) {
	for _, p := range profilesOf(signature.InHeader) {
		req := onTheWire(t, p, inputFor(p))
		for seconds, want := range map[float64]signature.Class{
			0: "", 899: "", 900: "", 900.001: signature.Skewed, 901: signature.Skewed, 86400: signature.Skewed,
			-899: "", -900: "", -900.001: signature.Skewed, -901: signature.Skewed, -86400: signature.Skewed,
		} {
			if got := after(t, req, seconds); got != want {
				t.Errorf("%s after %v s: %q, want %q", p.ID(), seconds, got, want)
			}
		}
		v := server()
		v.Now = nil // no clock, no judgement
		old := inputFor(p)
		old.Time = moment.AddDate(-10, 0, 0)
		verdict(t, v, onTheWire(t, p, old), signature.Verified)
	}
}

// A URL of the V1 family dies after its second of expiry and has no longest
// life.
func TestExpiryOfTheV1Family(t *testing.T) {
	for _, id := range []string{"oss-v1/query", "oss-v2/query", "oss-rtmp/query", "obs-v2/query", "obs-aws-v2/query"} {
		p := profile(t, id)
		req := onTheWire(t, p, inputFor(p))
		for seconds, want := range map[float64]signature.Class{
			-86400 * 365: "", 0: "", 3599: "", 3600: "", 3600.9: "", 3601: signature.Expired, 86400: signature.Expired,
		} {
			if got := after(t, req, seconds); got != want {
				t.Errorf("%s after %v s: %q, want %q", id, seconds, got, want)
			}
		}
		in := inputFor(p)
		in.Expires = 1795253400000 // milliseconds, as a sample once had it
		if got := after(t, onTheWire(t, p, in), 1e9); got != "" {
			t.Errorf("%s in milliseconds: %q", id, got)
		}
	}
}

// A V4 URL lives from 15 minutes before its date to its expiry behind it.
func TestLifetimeOfV4URLs(t *testing.T) {
	for _, p := range []*signature.Profile{signature.OSSV4Query, signature.OBSV4Query} {
		for _, c := range []struct {
			lifetime int64
			after    float64
			want     signature.Class
		}{
			{3600, -900, ""}, {3600, -900.5, signature.NotYetValid}, {3600, -901, signature.NotYetValid},
			{3600, 3600, ""}, {3600, 3600.5, signature.Expired}, {3600, 3601, signature.Expired},
			{1, 0, ""}, {1, 1, ""}, {1, 2, signature.Expired},
			{604800, 604800, ""}, {604800, 604801, signature.Expired},
			{604801, 0, signature.MalformedQuery}, {-1, 0, signature.MalformedQuery},
		} {
			in := inputFor(p)
			in.Expires = c.lifetime
			if got := after(t, onTheWire(t, p, in), c.after); got != c.want {
				t.Errorf("%s, %d s, after %v s: %q, want %q", p.ID(), c.lifetime, c.after, got, c.want)
			}
		}
		in := inputFor(p)
		in.Request.Target += "?" + p.Names.Expires + "=0"
		if got := after(t, onTheWire(t, p, in), 0); got != signature.MalformedQuery {
			t.Errorf("%s, 0 s: %q", p.ID(), got)
		}
	}
}

// A V4 form is taken from 15 minutes before its date to seven days behind it,
// and on the day of its credential.
func TestLifetimeOfV4Forms(t *testing.T) {
	for _, p := range []*signature.Profile{signature.OSSV4Form, signature.OBSV4Form} {
		req := onTheWire(t, p, inputFor(p))
		for seconds, want := range map[float64]signature.Class{
			-900: "", -901: signature.NotYetValid, 0: "", 604800: "", 604801: signature.Expired,
		} {
			if got := after(t, req, seconds); got != want {
				t.Errorf("%s after %v s: %q, want %q", p.ID(), seconds, got, want)
			}
		}
		other := req.Clone(0)
		other.Body = strings.Replace(req.Body, "20261121T083000Z", "20261122T083000Z", 1)
		if got := after(t, other, 86400); got != signature.WrongScope {
			t.Errorf("%s on another day: %q", p.ID(), got)
		}
		other.Body = strings.Replace(req.Body, "20261121T083000Z", gmt, 1)
		if got := after(t, other, 0); got != signature.BadDate {
			t.Errorf("%s with a GMT date: %q", p.ID(), got)
		}
	}
	for _, p := range []*signature.Profile{signature.OSSV1Form, signature.OSSV2Form, signature.OBSV2Form, signature.OBSAWSV2Form} {
		if got := after(t, onTheWire(t, p, inputFor(p)), 1e9); got != "" {
			t.Errorf("%s has no time but that of its policy: %q", p.ID(), got)
		}
	}
}

func TestDatesOfSignedHeaders(t *testing.T) {
	iso := "20261121T083000Z"
	for _, c := range []struct {
		id, date, vendor string
		want             signature.Class
		where            string
	}{
		{"oss-v1/header", "", "", signature.MissingDate, "header Date"},
		{"oss-v2/header", "", "", signature.MissingDate, "header Date"},
		{"oss-v4/header", "", "", signature.MissingDate, "header Date"},
		{"obs-v2/header", "", "", signature.MissingDate, "header Date"},
		{"obs-aws-v2/header", "", "", signature.MissingDate, "header Date"},
		{"oss-v1/header", gmt, "", "", ""},
		{"oss-v1/header", "", gmt, "", ""},
		{"oss-v1/header", gmt, gmt, "", ""},
		{"oss-v1/header", "Sat, 21 Nov 2026 08:30:00 +0000", "", signature.BadDate, "header Date"},
		{"oss-v1/header", "Sat, 21 Nov 26 08:30:00 GMT", "", signature.BadDate, "header Date"},
		{"oss-v1/header", "2026-11-21T08:30:00Z", "", signature.BadDate, "header Date"},
		{"oss-v1/header", "1795249800", "", signature.BadDate, "header Date"},
		{"oss-v1/header", "", "soon", signature.BadDate, "header x-oss-date"},
		{"oss-v1/header", "Sat, 1 Nov 2026 08:30:00 GMT", gmt, signature.BadDate, "header Date"}, // F-OSS-D-05
		{"oss-v1/header", "Fri, 01 Jan 2016 00:00:00 GMT", gmt, "", ""},
		{"oss-v1/header", gmt, "Fri, 01 Jan 2016 00:00:00 GMT", signature.Skewed, "header x-oss-date"},
		{"oss-v4/header", "", iso, "", ""},
		{"oss-v4/header", gmt, "", "", ""},
		{"oss-v4/header", gmt, iso, "", ""},
		{"oss-v4/header", "Sat, 1 Nov 2026 08:30:00 GMT", iso, signature.BadDate, "header Date"},
		{"oss-v4/header", iso, "", signature.BadDate, "header Date"},
		{"oss-v4/header", "", gmt, signature.BadDate, "header x-oss-date"},
		{"oss-v4/header", "Sun, 22 Nov 2026 00:00:00 GMT", "", signature.Skewed, "header Date"},
		{"obs-v2/header", "soon", gmt, "", ""},
		{"obs-v2/header", gmt, "soon", signature.BadDate, "header x-obs-date"},
		{"obs-v4/header", gmt, "", "", ""},
		{"obs-v4/header", "", gmt, "", ""},
		{"obs-v4/header", "", "2026-11-21", signature.BadDate, "header x-amz-date"},
	} {
		p := profile(t, c.id)
		in := inputFor(p)
		in.Request.Headers = append(in.Request.Headers, h("Date", c.date), h(p.Names.DateHeader, c.vendor))
		if c.date == "" {
			in.Request = without(in.Request, "Date")
		}
		if c.vendor == "" {
			in.Request = without(in.Request, p.Names.DateHeader)
		}
		req := sign(t, p, in).Request()
		if c.want == signature.MissingDate { // the signer would have placed one
			req = without(without(req, "Date"), p.Names.DateHeader)
		}
		got := server().Verify(req)
		if class := classOf(t, got); class != c.want {
			t.Errorf("%s with Date %q and %s %q: %q, want %q", c.id, c.date, p.Names.DateHeader, c.vendor, class, c.want)
		} else if class != "" && got.Faults[0].Where != c.where {
			t.Errorf("%s with Date %q and %s %q: %s, want %s", c.id, c.date, p.Names.DateHeader, c.vendor, got.Faults[0].Where, c.where)
		}
	}
}

// Time and scope of OSS V4 are of one day; a scope of OBS lives seven days.
func TestDayOfTheScope(t *testing.T) {
	for _, c := range []struct {
		id   string
		ago  int // days between scope and time
		want signature.Class
	}{
		{"oss-v4/header", 0, ""}, {"oss-v4/header", 1, signature.WrongScope}, {"oss-v4/header", -1, signature.WrongScope},
		{"oss-v4/query", 0, ""}, {"oss-v4/query", 1, signature.WrongScope},
		{"obs-v4/header", 0, ""}, {"obs-v4/header", 1, ""}, {"obs-v4/header", 7, ""}, {"obs-v4/header", 8, signature.WrongScope},
		{"obs-v4/query", 7, ""},
	} {
		p := profile(t, c.id)
		in := inputFor(p)
		in.Time = moment.AddDate(0, 0, -c.ago)
		now := moment.Format("20060102T150405Z")
		if p.Carrier == signature.InQuery {
			in.Request.Target += "?" + p.Names.Date + "=" + now
		} else {
			in.Request.Headers = append(in.Request.Headers, h(p.Names.DateHeader, now))
		}
		if got := classOf(t, server().Verify(onTheWire(t, p, in))); got != c.want {
			t.Errorf("%s, %d days: %q, want %q", c.id, c.ago, got, c.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	for _, text := range []string{gmt, "20261121T083000Z"} {
		if at, ok := signature.ParseDate(text); !ok || !at.Equal(moment) {
			t.Errorf("%q: %v %v", text, at, ok)
		}
	}
	for _, text := range []string{"", "20261121T083000", "20261121T083000z", "20261321T083000Z", "Sat, 21 Nov 2026 08:30:00 UTC", "20261121T083000.000Z", "Sat, 21 Nov 2026 08:30:00.5 GMT", " " + gmt, "Sat, 7 Nov 2026 08:30:00 GMT"} {
		if at, ok := signature.ParseDate(text); ok {
			t.Errorf("%q: %v", text, at)
		}
	}
}
