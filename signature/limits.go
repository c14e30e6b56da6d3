package signature

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// MaxSkew is how far the time of a request may be from the server's clock, in
// both directions (31951; obs_04_0010; EC 0002-00000504).
const MaxSkew = 15 * time.Minute

// MaxLifetime bounds x-oss-expires and X-Amz-Expires (EC 0002-00000232).
const MaxLifetime = 7 * 24 * time.Hour

// dateWithinSkew checks the date of a header-signed request.
func dateWithinSkew(s *Signing, now time.Time) *Fault {
	_, fault := skewFault(s, now, ParseDate)
	return fault
}

// dateWithinSkewOSS also wants Date to be valid beside x-oss-date (inferred
// from F-OSS-D-05).
func dateWithinSkewOSS(s *Signing, now time.Time) *Fault {
	if fault := badDateHeader(s); fault != nil {
		return fault
	}
	return dateWithinSkew(s, now)
}

// badDateHeader is the fault of a Date that is there and no date.
func badDateHeader(s *Signing) *Fault {
	text := s.header("Date")
	if _, err := parseExactly(http.TimeFormat, text); err == nil || text == "" {
		return nil
	}
	return &Fault{Class: BadDate, Where: "header Date", Offset: 0,
		Rule: "Date is like `Mon, 02 Jan 2006 15:04:05 GMT`, also beside " + s.Profile.Names.DateHeader, EC: "0002-00000502", Got: text}
}

// dateWithinSkewV4 also holds OSS V4 to ISO 8601 in x-oss-date and GMT in Date
// (EC 0002-00000502), and to one day in time and scope.
func dateWithinSkewV4(s *Signing, now time.Time) *Fault {
	if fault := badDateHeader(s); fault != nil {
		return fault
	}
	layout := isoFormat
	if s.header(s.Profile.Names.DateHeader) == "" {
		layout = http.TimeFormat
	}
	at, fault := skewFault(s, now, func(text string) (time.Time, bool) {
		t, err := parseExactly(layout, text)
		return t, err == nil
	})
	if fault != nil {
		return fault
	}
	return otherDay(s, at)
}

// dateWithinSkewS3 also lets a scope live for seven days (S3-compatible V4).
func dateWithinSkewS3(s *Signing, now time.Time) *Fault {
	if _, fault := skewFault(s, now, ParseDate); fault != nil {
		return fault
	}
	day, err := time.Parse(dayFormat, s.Scope.Date)
	if err != nil || now.UTC().Truncate(24*time.Hour).Sub(day) > MaxLifetime {
		return &Fault{Class: WrongScope, Where: s.credentialPlace(), Offset: -1,
			Rule: "the day of the scope is at most 7 days old", Got: s.Scope.Date}
	}
	return nil
}

func skewFault(s *Signing, now time.Time, parse func(string) (time.Time, bool)) (time.Time, *Fault) {
	text := requestDate(s)
	if text == "" {
		return time.Time{}, noDate(s)
	}
	where := "header " + s.Profile.Names.DateHeader
	if s.header(s.Profile.Names.DateHeader) == "" {
		where = "header Date"
	}
	at, ok := parse(text)
	if !ok {
		return at, &Fault{Class: BadDate, Where: where, Offset: 0,
			Rule: "a date is `Mon, 02 Jan 2006 15:04:05 GMT` or, in the vendor's header, 20060102T150405Z", EC: "0002-00000502", Got: text}
	}
	if now.Sub(at) > MaxSkew || at.Sub(now) > MaxSkew {
		return at, &Fault{Class: Skewed, Where: where, Offset: 0,
			Rule: "the date is at most 15 minutes from the server's " + now.UTC().Format(http.TimeFormat), EC: "0002-00000504", Got: text}
	}
	return at, nil
}

func noDate(s *Signing) *Fault {
	return &Fault{Class: MissingDate, Where: "header Date", Offset: -1,
		Rule: "a signed request carries Date or " + s.Profile.Names.DateHeader, EC: "0002-00000503"}
}

// otherDay is the fault of a scope that is of another day than the time.
func otherDay(s *Signing, at time.Time) *Fault {
	if at.Format(dayFormat) == s.Scope.Date {
		return nil
	}
	return &Fault{Class: WrongScope, Where: s.credentialPlace(), Offset: -1,
		Rule: "the day of the scope is that of the time, " + at.Format(dayFormat), Got: s.Scope.Date}
}

// parseExactly is time.Parse without its kindness of taking a fraction of a
// second that the layout does not have.
func parseExactly(layout, text string) (time.Time, error) {
	t, err := time.Parse(layout, text)
	if err == nil && len(text) != len(layout) {
		err = fmt.Errorf("%q is not of the form %q", text, layout)
	}
	return t, err
}

// ParseDate reads the two forms a request may have its time in.
func ParseDate(text string) (time.Time, bool) {
	layout := isoFormat
	if len(text) == len(http.TimeFormat) {
		layout = http.TimeFormat
	}
	t, err := parseExactly(layout, text)
	return t, err == nil
}

// notAfterExpires checks the absolute expiry of a URL of the V1 family.
func notAfterExpires(s *Signing, now time.Time) *Fault {
	end, err := strconv.ParseInt(s.Expires, 10, 64)
	if err != nil {
		return queryFault(s.Profile.Names.Expires)(0, "an expiry is unix time in seconds", "0002-00000070", s.Expires)
	}
	if now.Unix() > end {
		return &Fault{Class: Expired, Where: "parameter " + s.Profile.Names.Expires, Offset: 0,
			Rule: "the URL is used before it expires; the server's clock says " + strconv.FormatInt(now.Unix(), 10), EC: "0002-00000069", Got: s.Expires}
	}
	return nil
}

// withinLifetime checks date and relative expiry of a V4 URL.
func withinLifetime(s *Signing, now time.Time) *Fault {
	n := &s.Profile.Names
	begin, err := parseExactly(isoFormat, s.Timestamp)
	if err != nil {
		return queryFault(n.Date)(0, "the date of a URL is 20060102T150405Z", "0002-00000502", s.Timestamp)
	}
	seconds, err := strconv.ParseInt(s.Expires, 10, 64)
	if err != nil || seconds < 1 || seconds > int64(MaxLifetime/time.Second) {
		return queryFault(n.Expires)(0, "an expiry is 1 to 604800 seconds", "0002-00000232", s.Expires)
	}
	if begin.Sub(now) > MaxSkew {
		return &Fault{Class: NotYetValid, Where: "parameter " + n.Date, Offset: 0,
			Rule: "the date is at most 15 minutes ahead of the server", EC: "0002-00000235", Got: s.Timestamp}
	}
	if now.After(begin.Add(time.Duration(seconds) * time.Second)) {
		return &Fault{Class: Expired, Where: "parameter " + n.Expires, Offset: 0,
			Rule: "the URL is used within " + s.Expires + " seconds after " + s.Timestamp, EC: "0002-00000236", Got: s.Expires}
	}
	return nil
}

// withinLifetimeV4 also holds OSS V4 to one day in time and scope.
func withinLifetimeV4(s *Signing, now time.Time) *Fault {
	if fault := withinLifetime(s, now); fault != nil {
		return fault
	}
	at, _ := parseExactly(isoFormat, s.Timestamp)
	return otherDay(s, at)
}

// formWithinWeek checks the date of a V4 form: at most 15 minutes ahead of the
// server, at most 7 days behind it, and of the credential's day.
func formWithinWeek(s *Signing, now time.Time) *Fault {
	n := &s.Profile.Names
	fault := func(class Class, rule, ec string) *Fault {
		return &Fault{Class: class, Where: "field " + n.Date, Offset: 0, Rule: rule, EC: ec, Got: s.Timestamp}
	}
	begin, err := parseExactly(isoFormat, s.Timestamp)
	switch {
	case err != nil:
		return fault(BadDate, "the date of a form is 20060102T150405Z", "0002-00000810")
	case begin.Format(dayFormat) != s.Scope.Date:
		return fault(WrongScope, "the date is of the credential's day "+s.Scope.Date, "0002-00000709")
	case begin.Sub(now) > MaxSkew:
		return fault(NotYetValid, "the date is at most 15 minutes ahead of the server", "")
	case now.Sub(begin) > MaxLifetime:
		return fault(Expired, "the date is at most 7 days old", "")
	}
	return nil
}
