package mutants

import (
	"net/http"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Dates, days and clocks of OSS V4.
var ossV4Time = []Mutant{
	{"OSS4-STRING-02", "extended-form", "writes the time with hyphens and colons", requests("oss-v4"), timeLineAs(func(at time.Time) string { return at.Format("2006-01-02T15:04:05Z") })},
	{"OSS4-STRING-02", "twelve-hours", "counts hours to twelve", header("oss-v4"), timeLineAs(func(at time.Time) string { return at.Format("20060102T030405Z") })},
	{"OSS4-STRING-02", "single-digits", "writes month, day, hour, minute and second without a zero", requests("oss-v4"), timeLineAs(func(at time.Time) string {
		return strings.NewReplacer("-0", "", "-", "", "T0", "T").Replace(at.Format("2006-01-02T-15-04-05Z"))
	})},
	{"OSS4-STRING-02", "local-time", "writes the time of China", requests("oss-v4"), timeLineAs(func(at time.Time) string { return at.In(china).Format("20060102T150405Z") })},
	{"OSS4-STRING-02", "milliseconds", "writes milliseconds", requests("oss-v4"), timeLineAs(func(at time.Time) string { return at.Format("20060102T150405.000Z") })},
	{"OSS4-STRING-02", "any-form-in-urls", "takes a time in every form, and signs it as it came", query("oss-v4"), forgivingLimit(signature.MalformedQuery)},

	{"OSS4-DATE-01", "date-wins", "takes the time of Date although x-oss-date is there", header("oss-v4"), outputLine(signature.StringToSign, 1, func(s *signature.Signing, _ string) string {
		text, _ := s.Request.Header("Date")
		at, err := time.Parse(http.TimeFormat, text)
		if err != nil {
			return s.Timestamp
		}
		return at.Format("20060102T150405Z")
	})},
	{"OSS4-DATE-01", "date-unknown", "knows x-oss-date only", header("oss-v4"), sees(func(r *wire.Request) {
		if _, ok := r.Header("x-oss-date"); !ok {
			dropFrom(r, "Date")
		}
	})},
	{"OSS4-DATE-01", "clock-of-x-oss-date-only", "does not measure the time of Date", header("oss-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if _, ok := s.Request.Header("x-oss-date"); ok {
			return p.Limits(s, now)
		}
		return nil
	})},
	{"OSS4-DATE-02", "any-form", "takes dates in every form", requests("oss-v4"), forgivingLimit(signature.BadDate, signature.MalformedQuery)},
	{"OSS4-DATE-02", "gmt", "takes GMT form in x-oss-date", requests("oss-v4"), forgivingDate(func(got string) bool { return strings.HasSuffix(got, "GMT") })},
	{"OSS4-DATE-02", "extended-form", "takes the extended form in x-oss-date", requests("oss-v4"), forgivingDate(func(got string) bool {
		return strings.Contains(got, "T") && strings.Contains(got, ":") && !strings.Contains(got, "GMT")
	})},
	{"OSS4-DATE-02", "offsets", "takes an offset in x-oss-date", header("oss-v4"), forgivingDate(func(got string) bool { return strings.Contains(got, "+") })},
	{"OSS4-DATE-02", "milliseconds", "takes milliseconds in x-oss-date", requests("oss-v4"), forgivingDate(func(got string) bool { return strings.Contains(got, ".") })},
	{"OSS4-DATE-02", "seconds", "takes seconds in x-oss-date", header("oss-v4"), forgivingDate(isNumber)},
	{"OSS4-DATE-02", "days-that-do-not-exist", "rolls the thirtieth of February over", header("oss-v4"), forgivingDate(func(got string) bool { return strings.Contains(got, "0230T") })},
	{"OSS4-DATE-02", "iso-in-date", "takes ISO form in Date", header("oss-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		f := p.Limits(s, now)
		if f != nil && f.Where == "header Date" && strings.HasSuffix(f.Got, "Z") {
			return nil
		}
		return f
	})},
	{"OSS4-DATE-02", "forms-of-a-form", "takes a date of a form in GMT", form("oss-v4"), forgivingLimit(signature.BadDate)},
	{"OSS4-DATE-03", "as-iso", "signs the time of Date in ISO form", header("oss-v4"), outputLine(signature.StringToSign, 1, func(s *signature.Signing, _ string) string {
		if at, err := time.Parse(http.TimeFormat, s.Timestamp); err == nil {
			return at.Format("20060102T150405Z")
		}
		return s.Timestamp
	})},
	{"OSS4-DATE-04", "date-overlooked", "does not look at Date beside x-oss-date", header("oss-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f == nil || f.Where != "header Date" {
			return f
		}
		return nil
	})},
	{"OSS4-DATE-04", "one-digit-days", "takes a day of one digit", header("oss-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		f := p.Limits(s, now)
		if f != nil && f.Class == signature.BadDate {
			if _, err := time.Parse("Mon, 2 Jan 2006 15:04:05 GMT", f.Got); err == nil {
				return nil
			}
		}
		return f
	})},
	{"OSS4-DATE-05", "now-for-a-missing-date", "takes a request without a date as made now", header("oss-v4"), both(
		forgiving(func(f *signature.Fault) bool { return f.Class == signature.MissingDate }), forgivingLimit(signature.MissingDate))},
	{"OSS4-DATE-05", "no-date-placed", "adds no x-oss-date", header("oss-v4"), table(func(p *signature.Profile) {
		var kept []signature.Placement
		for _, part := range p.Place {
			if part.Name != "x-oss-date" {
				kept = append(kept, part)
			}
		}
		p.Place = kept
	})},
	{"OSS4-DATE-06", "day-of-china", "takes the day of China", requests("oss-v4"), scopedAt(func(at time.Time) time.Time { return at.In(china) })},
	{"OSS4-DATE-06", "day-of-virginia", "takes the day of Virginia", requests("oss-v4"), scopedAt(func(at time.Time) time.Time { return at.In(virginia) })},
	{"OSS4-DATE-06", "year-of-the-week", "takes the year of the week", header("oss-v4"), scopedDay(func(at time.Time) string {
		year, _ := at.ISOWeek()
		return at.AddDate(year-at.Year(), 0, 0).Format("20060102")
	})},
	{"OSS4-DATE-06", "single-digits", "writes month and day without a zero", requests("oss-v4"), scopedDay(func(at time.Time) string { return at.Format("200612") })},
	{"OSS4-DATE-06", "no-leap-days", "knows no leap days", header("oss-v4"), scopedDay(func(at time.Time) string {
		if at.Format("0102") == "0229" {
			return at.AddDate(0, 0, 1).Format("20060102")
		}
		return at.Format("20060102")
	})},
	{"OSS4-DATE-06", "midnight-belongs-to-the-day-before", "counts the first second of a day to the day before", requests("oss-v4"), scopedAt(func(at time.Time) time.Time { return at.Add(-time.Second) })},
	{"OSS4-DATE-06", "rounded", "rounds the time before it takes the day", header("oss-v4"), scopedAt(func(at time.Time) time.Time { return at.Round(time.Minute) })},
	{"OSS4-DATE-06", "day-of-the-server", "derives the key for its own day", carriers("oss-v4"), Break{Server: func(v *signature.Verifier) {
		reading, now := v.Reading, v.Now
		v.Reading = func(p *signature.Profile) *signature.Profile {
			return scoped(func(s *signature.Scope) { s.Date = now().UTC().Format("20060102") }).Profile(reading(p))
		}
	}}},
	{"OSS4-DATE-06", "day-of-the-date-header", "takes the day of Date", header("oss-v4"), Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range signature.Stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				scope := s.Scope
				text, _ := s.Request.Header("Date")
				if at, err := time.Parse(http.TimeFormat, text); err == nil {
					s.Scope.Date = at.Format("20060102")
				}
				out, err := build(s, dst)
				s.Scope = scope
				return out, err
			})
		}
		return p
	}}},
	{"OSS4-DATE-06", "any-day", "does not compare the days of scope and time", requests("oss-v4"), forgivingLimit(signature.WrongScope)},
	{"OSS4-DATE-06", "days-gone-by", "takes a scope of an earlier day", requests("oss-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		f := p.Limits(s, now)
		if f != nil && f.Class == signature.WrongScope && s.Scope.Date < now.UTC().Format("20060102") {
			return nil
		}
		return f
	})},
	{"OSS4-CLOCK-01", "unmeasured", "does not measure time", header("oss-v4"), forgivingLimit(signature.Skewed)},
	{"OSS4-CLOCK-01", "past-only", "measures late requests only", header("oss-v4"), skewBeyond(signature.MaxSkew, 1e6*time.Hour)},
	{"OSS4-CLOCK-01", "future-only", "measures early requests only", header("oss-v4"), skewBeyond(1e6*time.Hour, signature.MaxSkew)},
	{"OSS4-CLOCK-01", "time-of-day", "compares times of day", header("oss-v4"), skew(func(age time.Duration) bool { return age.Abs() > signature.MaxSkew && !(age%(24*time.Hour) == 0) })},
	{"OSS4-CLOCK-01", "whole-hours", "takes whole hours for zones", header("oss-v4"), skew(func(age time.Duration) bool { return age.Abs() > signature.MaxSkew && !(age%time.Hour == 0 && age < 0) })},
	{"OSS4-CLOCK-01", "a-minute-more", "grants 16 minutes", header("oss-v4"), skewBeyond(16*time.Minute, 16*time.Minute)},
	{"OSS4-CLOCK-01", "less-than", "refuses at 15 minutes", header("oss-v4"), skewBeyond(15*time.Minute-time.Second, 15*time.Minute-time.Second)},
	{"OSS4-CLOCK-01", "ten-minutes", "grants ten minutes", header("oss-v4"), skewBeyond(10*time.Minute-time.Second, 10*time.Minute-time.Second)},
	{"OSS4-CLOCK-01", "nothing-early", "refuses what is early", header("oss-v4"), skewBeyond(signature.MaxSkew, 0)},
	{"OSS4-CLOCK-01", "edge-of-the-past", "refuses at 15 minutes behind", header("oss-v4"), skew(func(age time.Duration) bool { return age >= signature.MaxSkew || -age > signature.MaxSkew })},
	{"OSS4-CLOCK-01", "one-day", "refuses what crosses midnight", header("oss-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f != nil || s.Scope.Date == now.UTC().Format("20060102") {
			return f
		}
		return &signature.Fault{Class: signature.Skewed}
	})},
	{"OSS4-CLOCK-01", "skew-of-headers-for-urls-and-forms", "measures URLs and forms as it does headers", []string{"oss-v4/query", "oss-v4/form"}, limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f != nil || now.Sub(timeOf(s)) <= 15*time.Minute {
			return f
		}
		return &signature.Fault{Class: signature.Skewed}
	})},
}

var (
	china    = time.FixedZone("", 8*60*60)
	virginia = time.FixedZone("", -4*60*60)
)

// timeLineAs writes the time line of x-oss-date otherwise.
func timeLineAs(write func(at time.Time) string) Break {
	return outputLine(signature.StringToSign, 1, func(s *signature.Signing, _ string) string {
		if at, err := time.Parse("20060102T150405Z", s.Timestamp); err == nil {
			return write(at)
		}
		return s.Timestamp
	})
}

// scopedDay writes the day of the scope otherwise.
func scopedDay(write func(at time.Time) string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range signature.Stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				scope := s.Scope
				if at := timeOf(s); !at.IsZero() {
					s.Scope.Date = write(at)
				}
				out, err := build(s, dst)
				s.Scope = scope
				return out, err
			})
		}
		return p
	}}
}

// scopedAt takes the day of the scope from another time.
func scopedAt(moved func(at time.Time) time.Time) Break {
	return scopedDay(func(at time.Time) string { return moved(at).Format("20060102") })
}
