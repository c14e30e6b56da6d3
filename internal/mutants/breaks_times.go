package mutants

import (
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
)

// What a signer writes for a time, and what a server makes of it.

// dateLine fills the date line of the V1 family otherwise.
func dateLine(line func(s *signature.Signing) string) Break {
	return table(func(p *signature.Profile) {
		p.DateLine = func(s *signature.Signing) (string, error) { return line(s), nil }
	})
}

// editedDateLine edits the date line of the V1 family.
func editedDateLine(edit func(s *signature.Signing, line string) string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.DateLine = func(s *signature.Signing) (string, error) {
			line, err := p.DateLine(s)
			return edit(s, line), err
		}
		return c
	}}
}

// dateText is the date of a request as the request words it: the header of the
// vendor goes before Date.
func dateText(s *signature.Signing) string {
	if date, ok := s.Request.Header(s.Profile.Names.DateHeader); ok {
		return date
	}
	return headerOf(s, "Date")
}

// timeOf is the time of a request; what is none is the zero time.
func timeOf(s *signature.Signing) time.Time {
	text := s.Timestamp // of V4
	if text == "" {
		text = dateText(s)
	}
	at, ok := signature.ParseDate(text)
	if !ok {
		return time.Time{}
	}
	return at
}

// lifeOf is the life of a URL of V4 in seconds; what is no number is no life.
func lifeOf(s *signature.Signing) int64 {
	seconds, err := strconv.ParseInt(s.Expires, 10, 64)
	if err != nil {
		return -1
	}
	return seconds
}

// clock moves the server's clock.
func clock(by time.Duration) Break {
	return server(func(v *signature.Verifier) {
		now := v.Now
		v.Now = func() time.Time { return now().Add(by) }
	})
}

// limits checks the times of a request otherwise; nil checks none.
func limits(check func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Limits = nil
		if check != nil {
			c.Limits = func(s *signature.Signing, now time.Time) *signature.Fault { return check(p, s, now) }
		}
		return c
	}}
}

// forgivingTime lets in requests although their times are at fault.
func forgivingTime(forgiven func(s *signature.Signing, now time.Time, f *signature.Fault) bool) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f != nil && !forgiven(s, now, f) {
			return f
		}
		return nil
	})
}

// forgivingLimit is [forgivingTime] by the class of a fault.
func forgivingLimit(classes ...signature.Class) Break {
	return forgivingTime(func(_ *signature.Signing, _ time.Time, f *signature.Fault) bool {
		for _, class := range classes {
			if f.Class == class {
				return true
			}
		}
		return false
	})
}

// forgivingDate takes dates of V4 in a form that is none.
func forgivingDate(taken func(got string) bool) Break {
	return forgivingTime(func(_ *signature.Signing, _ time.Time, f *signature.Fault) bool {
		return strings.HasSuffix(f.Where, "x-oss-date") && taken(f.Got)
	})
}

// forgivingLayout takes dates of one more form.
func forgivingLayout(layout string) Break {
	return forgivingTime(func(s *signature.Signing, _ time.Time, f *signature.Fault) bool {
		_, err := time.Parse(layout, dateText(s))
		return f.Class == signature.BadDate && err == nil
	})
}

// refusingTime also refuses requests whose times a right server takes.
func refusingTime(class signature.Class, refused func(s *signature.Signing, now time.Time) bool) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f != nil || !refused(s, now) {
			return f
		}
		return &signature.Fault{Class: class, Where: "request", Offset: -1, Rule: "the mutant wants it otherwise"}
	})
}

// skew refuses by the age of a request alone: how far it is behind the clock.
func skew(refused func(age time.Duration) bool) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if f := p.Limits(s, now); f != nil && f.Class != signature.Skewed {
			return f
		}
		if refused(now.Sub(timeOf(s))) {
			return skewed
		}
		return nil
	})
}

// skewBeyond allows other distances from the server's clock.
func skewBeyond(behind, ahead time.Duration) Break {
	return skew(func(age time.Duration) bool { return age > behind || -age > ahead })
}

// lives takes other lives of URLs.
func lives(taken func(seconds int64) bool) Break {
	return forgivingTime(func(s *signature.Signing, _ time.Time, f *signature.Fault) bool {
		return f.Class == signature.MalformedQuery && taken(lifeOf(s))
	})
}

// livesRefused also refuses lives that are some.
func livesRefused(refused func(seconds int64) bool) Break {
	return refusingTime(signature.MalformedQuery, func(s *signature.Signing, _ time.Time) bool { return refused(lifeOf(s)) })
}

// earlyRefused grants an early clock so much and no more.
func earlyRefused(grant time.Duration) Break {
	return refusingTime(signature.NotYetValid, func(s *signature.Signing, now time.Time) bool { return timeOf(s).Sub(now) > grant })
}

// agedRefused also refuses what is of an age.
func agedRefused(refused func(age, life time.Duration) bool) Break {
	return refusingTime(signature.Expired, func(s *signature.Signing, now time.Time) bool {
		return refused(now.Sub(timeOf(s)), time.Duration(lifeOf(s))*time.Second)
	})
}

// agedPasses lets in what is over.
func agedPasses(passes func(age, life time.Duration) bool) Break {
	return forgivingTime(func(s *signature.Signing, now time.Time, f *signature.Fault) bool {
		return f.Class == signature.Expired && passes(now.Sub(timeOf(s)), time.Duration(lifeOf(s))*time.Second)
	})
}

var skewed = &signature.Fault{Class: signature.Skewed, Where: "header Date", EC: "0002-00000504"}
