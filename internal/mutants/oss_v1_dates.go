package mutants

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the dates of OSS V1, and of a server's clock.
var ossV1Dates = []Mutant{
	{"OSS1-DATE-01", "in-iso-8601", "writes the date line in ISO 8601", header("oss-v1"), dateAs(func(t time.Time) string { return t.Format("20060102T150405Z") })},
	{"OSS1-DATE-01", "own-clock", "signs its own clock in place of Date", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		if !s.Time.IsZero() {
			return s.Time.Format(http.TimeFormat)
		}
		return dateText(s)
	})},
	{"OSS1-DATE-01", "one-spelling", "knows Date in that spelling alone", header("oss-v1"), onlySpelled("Date")},
	{"OSS1-DATE-01", "hour-24", "writes midnight as 24 o'clock", header("oss-v1"),
		dateTextAs(func(text string) string { return strings.Replace(text, " 00:", " 24:", 1) })},
	{"OSS1-DATE-01", "year-of-the-week", "writes the year of the week", header("oss-v1"), dateTextAs(func(text string) string {
		t, err := time.Parse(http.TimeFormat, text)
		if year, _ := t.ISOWeek(); err == nil && year != t.Year() {
			return strings.Replace(text, t.Format("2006"), t.AddDate(0, 0, 7).Format("2006"), 1)
		}
		return text
	})},
	{"OSS1-DATE-02", "date-wins", "takes Date although x-oss-date is there", header("oss-v1"),
		dateLine(func(s *signature.Signing) string {
			if date, ok := s.Request.Header("Date"); ok {
				return date
			}
			date, _ := s.Request.Header("x-oss-date")
			return date
		})},
	{"OSS1-DATE-02", "last-wins", "takes the last of Date and x-oss-date", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		date := ""
		for _, h := range s.Request.Headers {
			if wire.EqualFold(h.Name, "Date") || wire.EqualFold(h.Name, "x-oss-date") {
				date = h.Value
			}
		}
		return date
	})},
	{"OSS1-DATE-02", "first-wins", "takes the first of Date and x-oss-date", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		for _, h := range s.Request.Headers {
			if wire.EqualFold(h.Name, "Date") || wire.EqualFold(h.Name, "x-oss-date") {
				return h.Value
			}
		}
		return ""
	})},
	{"OSS1-DATE-02", "empty", "leaves the line empty when both are there, as OBS does", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		if _, both := s.Request.Header("x-oss-date"); both {
			if _, both = s.Request.Header("Date"); both {
				return ""
			}
		}
		return dateText(s)
	})},
	{"OSS1-DATE-03", "empty", "leaves the line empty when x-oss-date is alone", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		if date, ok := s.Request.Header("Date"); !ok {
			return date
		}
		return dateText(s)
	})},
	{"OSS1-DATE-03", "one-spelling", "knows x-oss-date in lower case alone", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		for _, h := range s.Request.Headers {
			if h.Name == "x-oss-date" {
				return h.Value
			}
		}
		date, _ := s.Request.Header("Date")
		return date
	})},
	{"OSS1-DATE-04", "not-a-header", "leaves x-oss-date out of the canonical headers", header("oss-v1"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) && !wire.EqualFold(name, "x-oss-date")
		})},
	{"OSS1-DATE-04", "not-a-header-when-alone", "leaves x-oss-date out of the canonical headers when Date is not there", header("oss-v1"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			_, date := s.Request.Header("Date")
			return p.SignedHeader(s, name) && (date || !wire.EqualFold(name, "x-oss-date"))
		})},
	{"OSS1-DATE-04", "not-a-header-when-equal", "leaves x-oss-date out of the canonical headers when it says what Date says", header("oss-v1"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			date, _ := s.Request.Header("Date")
			vendor, _ := s.Request.Header("x-oss-date")
			return p.SignedHeader(s, name) && (date != vendor || !wire.EqualFold(name, "x-oss-date"))
		})},
	{"OSS1-DATE-04", "first-of-the-headers", "puts x-oss-date in front of the canonical headers", header("oss-v1"),
		output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
			date, ok := s.Request.Header("x-oss-date")
			line := "x-oss-date:" + date + "\n"
			if !ok {
				return built
			}
			return line + strings.Replace(built, line, "", 1)
		})},
	{"OSS1-DATE-05", "offset", "takes an offset for GMT", header("oss-v1"), forgivingLayout("Mon, 02 Jan 2006 15:04:05 -0700")},
	{"OSS1-DATE-05", "zone-by-name", "takes any name of a time zone", header("oss-v1"), forgivingLayout(time.RFC1123)},
	{"OSS1-DATE-05", "iso-8601", "takes ISO 8601 in Date", header("oss-v1"), forgivingLayout("20060102T150405Z")},
	{"OSS1-DATE-05", "written-utc", "writes UTC for GMT", header("oss-v1"), dateTextAs(func(text string) string { return strings.Replace(text, "GMT", "UTC", 1) })},
	{"OSS1-DATE-06", "one-digit-taken", "takes a day of one digit", header("oss-v1"), forgivingLayout("Mon, 2 Jan 2006 15:04:05 GMT")},
	{"OSS1-DATE-06", "one-digit-written", "writes a day of one digit", header("oss-v1"), dateTextAs(func(text string) string { return strings.Replace(text, ", 0", ", ", 1) })},
	{"OSS1-DATE-07", "none-needed", "lets requests in that have no date", header("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			fault := p.Limits(s, now)
			if fault != nil && fault.Class == signature.MissingDate {
				return nil
			}
			return fault
		})},
	{"OSS1-DATE-07", "date-needed", "insists on Date beside x-oss-date", header("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if _, ok := s.Request.Header("Date"); !ok {
				return &signature.Fault{Class: signature.MissingDate, EC: "0002-00000503"}
			}
			return p.Limits(s, now)
		})},
	{"OSS1-DATE-08", "not-read", "does not read Date beside x-oss-date", header("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			fault := p.Limits(s, now)
			if _, vendor := s.Request.Header("x-oss-date"); vendor && fault != nil && fault.Class == signature.BadDate {
				return nil
			}
			return fault
		})},
	{"OSS1-DATE-08", "refused", "refuses Date beside x-oss-date", header("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			_, vendor := s.Request.Header("x-oss-date")
			if _, both := s.Request.Header("Date"); both && vendor {
				return &signature.Fault{Class: signature.BadDate, EC: "0002-00000502"}
			}
			return p.Limits(s, now)
		})},
	{"OSS1-DATE-09", "in-iso-8601", "brings x-oss-date to ISO 8601 before it signs", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		vendor, ok := s.Request.Header("x-oss-date")
		if t, err := http.ParseTime(vendor); ok && err == nil {
			return t.Format("20060102T150405Z")
		}
		return dateText(s)
	})},
	{"OSS1-CLOCK-01", "no-limit", "lets any time pass", header("oss-v1"), limits(nil)},
	{"OSS1-CLOCK-01", "future-allowed", "asks nothing of clocks that are ahead", header("oss-v1"), skew(func(age time.Duration) bool { return age > signature.MaxSkew })},
	{"OSS1-CLOCK-01", "past-allowed", "asks nothing of clocks that are slow", header("oss-v1"), skew(func(age time.Duration) bool { return -age > signature.MaxSkew })},
	{"OSS1-CLOCK-01", "sixteen-minutes", "allows a minute more", header("oss-v1"),
		skew(func(age time.Duration) bool { return age.Abs() > signature.MaxSkew+time.Minute })},
	{"OSS1-CLOCK-01", "time-of-day", "compares times of day", header("oss-v1"), skew(func(age time.Duration) bool {
		age = (age%(24*time.Hour) + 24*time.Hour) % (24 * time.Hour)
		return min(age, 24*time.Hour-age) > signature.MaxSkew
	})},
	{"OSS1-CLOCK-01", "time-zones-forgiven", "forgives whole hours", header("oss-v1"), skew(func(age time.Duration) bool {
		age = age.Abs()
		return age > 14*time.Hour || age > signature.MaxSkew && age%time.Hour != 0
	})},
	{"OSS1-CLOCK-02", "limit-excluded", "refuses at fifteen minutes sharp", header("oss-v1"), skew(func(age time.Duration) bool { return age.Abs() >= signature.MaxSkew })},
	{"OSS1-CLOCK-02", "ten-minutes", "allows ten minutes", header("oss-v1"), skew(func(age time.Duration) bool { return age.Abs() > 10*time.Minute })},
	{"OSS1-CLOCK-02", "ahead-refused", "refuses clocks that are ahead", header("oss-v1"), skew(func(age time.Duration) bool { return age < 0 || age > signature.MaxSkew })},
	{"OSS1-CLOCK-02", "one-day", "wants request and arrival on one day", header("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if t, err := http.ParseTime(dateText(s)); err == nil && t.YearDay() != now.UTC().YearDay() && now.Sub(t).Abs() < signature.MaxSkew {
				return skewed
			}
			return p.Limits(s, now)
		})},
	{"OSS1-CLOCK-02", "date-compared", "compares Date although x-oss-date fills the line", header("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			date, ok := s.Request.Header("Date")
			t, err := http.ParseTime(date)
			if !ok || err != nil {
				return p.Limits(s, now)
			}
			if now.Sub(t).Abs() > signature.MaxSkew {
				return skewed
			}
			return nil
		})},
	{"OSS1-AUTH-07", "expires-header", "signs the header Expires as date", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		if value, ok := s.Request.Header("Expires"); ok {
			return value
		}
		return dateText(s)
	})},
	{"OSS1-AUTH-07", "expires-without-date", "signs the header Expires where there is no Date", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		_, date := s.Request.Header("Date")
		if value, ok := s.Request.Header("Expires"); ok && !date {
			return value
		}
		return dateText(s)
	})},
	{"OSS1-AUTH-07", "expires-parameter", "signs the parameter Expires as date", header("oss-v1"), dateLine(func(s *signature.Signing) string {
		if value, ok := s.Param("Expires"); ok {
			return value
		}
		return dateText(s)
	})},
	{"OSS1-AUTH-07", "unix-seconds", "takes unix seconds for a date", header("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if _, err := strconv.ParseInt(dateText(s), 10, 64); err == nil {
				return nil
			}
			return p.Limits(s, now)
		})},
}

// dateText words the date line otherwise.
func dateTextAs(change func(text string) string) Break {
	return dateLine(func(s *signature.Signing) string { return change(dateText(s)) })
}

// dateAs writes the date line in another form.
func dateAs(write func(t time.Time) string) Break {
	return dateTextAs(func(text string) string {
		if t, err := http.ParseTime(text); err == nil {
			return write(t)
		}
		return text
	})
}
