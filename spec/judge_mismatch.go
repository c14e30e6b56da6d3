package spec

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// mismatched looks for what explains a wrong signature: another reading of a
// contested rule, which is contested; a known slip at one stage, or other
// values than were sent, which name the stage; or a clock that was read twice,
// with any of these or alone.
func mismatched(item *Item, verifier *signature.Verifier, v *signature.Verification, req *wire.Request) (*signature.Verification, finding) {
	guesses := guessesOf(item)
	for _, e := range guesses {
		if other, ok := verifiedAs(verifier, e.apply, req); ok {
			return other, e.tell(v, other)
		}
	}
	for _, c := range clocksOf(item.Profile, req) {
		for _, e := range append([]guess{unchanged}, guesses...) {
			if other, ok := verifiedAs(verifier, func(p *signature.Profile) *signature.Profile { return c.apply(e.apply(p)) }, c.request); ok {
				asSent, _ := verifiedAs(verifier, e.apply, req)
				return nil, c.besides(e.tell(v, other), firstOther(asSent, other))
			}
		}
	}
	f := differs(signature.SignatureValue, v.Stage(signature.SignatureValue), v.Provided,
		"the signature is not the one of this request; a server signs "+fmt.Sprintf("%q", v.Stage(signature.StringToSign))).by("OP-SIGNATURE-01")
	f.mismatch = &mismatch{req, item.Operation.Credentials, verifier.Hosts, whatIsSigned(v)}
	return nil, f
}

// verifiedAs verifies a request under a changed profile.
func verifiedAs(v *signature.Verifier, apply func(*signature.Profile) *signature.Profile, req *wire.Request) (*signature.Verification, bool) {
	c := *v
	c.Reading = apply
	other := c.Verify(req)
	return other, other.Verdict == signature.Verified
}

// A guess is what a signer may have done in place of what the scheme
// says.
type guess struct {
	apply func(*signature.Profile) *signature.Profile
	// tell says so of a request whose signature it explains: sent is what a
	// server finds in it, other what the signer signed.
	tell func(sent, other *signature.Verification) finding
}

var unchanged = guess{
	apply: func(p *signature.Profile) *signature.Profile { return p },
	tell:  func(_, _ *signature.Verification) finding { return passed },
}

func guessesOf(item *Item) []guess {
	var all []guess
	for _, r := range signature.Readings(item.Profile.ID()) {
		all = append(all, guess{r.Apply, func(_, _ *signature.Verification) finding { return contested(r) }})
	}
	for _, s := range signature.Slips(item.Profile.ID()) {
		all = append(all, guess{s.Apply, func(sent, other *signature.Verification) finding {
			f := differs(s.Stage, sent.Stage(s.Stage), other.Stage(s.Stage), s.Why).by(s.Requirement)
			f.slip = s.Name
			return f
		}})
	}
	for _, signed := range otherValues {
		all = append(all, guess{withValues(item, signed.value), func(sent, other *signature.Verification) finding {
			f := firstOther(sent, other)
			f.message = signed.why
			return f
		}})
	}
	return all
}

// firstOther is the failure at the first stage at which two verifications
// part.
func firstOther(sent, other *signature.Verification) finding {
	for _, s := range sent.Stages() {
		if got := other.Stage(s.Stage); got != s.Value {
			return differs(s.Stage, s.Value, got, "").by("OP-SIGNATURE-01")
		}
	}
	return passed
}

// otherValues are the ways to sign a header's value otherwise than it is sent:
// as the caller gave it, while the HTTP library trims or encodes it, or without
// Unicode blanks, which no HTTP library trims.
var otherValues = []struct {
	why   string
	value func(string) string
}{
	{"a value is signed as the caller gave it, and sent without its blanks or with other bytes", func(v string) string { return v }},
	{"a value is signed without its Unicode blanks, which are sent all the same", strings.TrimSpace},
}

// withValues signs the values of the operation's own headers, changed by
// value, in place of those on the wire.
func withValues(item *Item, value func(string) string) func(*signature.Profile) *signature.Profile {
	op := &item.Operation.Operation
	return func(p *signature.Profile) *signature.Profile {
		given := map[string]string{}
		for _, h := range op.Headers {
			given[strings.ToLower(string(h[0]))] = value(string(h[1]))
		}
		for _, m := range op.Metadata {
			given[strings.ToLower(p.Names.HeaderPrefix+"meta-"+string(m[0]))] = value(string(m[1]))
		}
		return p.WithValues(func(h wire.Header) string {
			if v, ok := given[strings.ToLower(h.Name)]; ok {
				return v
			}
			return h.Value
		})
	}
}

// readingsApart is how many seconds two readings of one clock may lie apart.
const readingsApart = 5

// A clock is a time, some seconds from the one that was sent, that the signer
// may have signed: one who reads the clock once to sign and once to send.
type clock struct {
	message string
	request *wire.Request // what was signed
	apply   func(*signature.Profile) *signature.Profile
}

// clocksOf lists the clocks near the time of a request. The time may have been
// read anew for everything that is signed, or for the time line alone.
func clocksOf(p *signature.Profile, req *wire.Request) []clock {
	name, sent := timeOf(p, req)
	var clocks []clock
	for n := 1; n <= readingsApart; n++ {
		for _, by := range []int{n, -n} {
			read, ok := later(sent, by)
			if !ok {
				continue
			}
			message := fmt.Sprintf("the clock was read twice: %s is signed as %q and sent as %q", name, read, sent)
			line := func(p *signature.Profile) *signature.Profile {
				return p.WithTimeLine(func(sent string) string {
					moved, _ := later(sent, by)
					return moved
				})
			}
			clocks = append(clocks, clock{message, withTime(p, req, name, sent, read), unchanged.apply}, clock{message, req, line})
		}
	}
	return clocks
}

// timeOf is the time a request says it was signed at, or until when its
// signature lives, and the name of the header or parameter that says it.
func timeOf(p *signature.Profile, req *wire.Request) (name, value string) {
	if p.Carrier == signature.InHeader {
		for _, name := range []string{p.Names.DateHeader, "Date"} {
			if value, ok := req.Header(name); ok && name != "" {
				return name, wire.TrimBlanks(value)
			}
		}
		return "", ""
	}
	if name = p.Names.Expires; p.Names.Terminator != "" {
		name = p.Names.Date
	}
	for _, param := range wire.AppendParams(nil, wire.SplitTarget(req.Target).Query) {
		if param.Name == name {
			return name, param.Value
		}
	}
	return name, ""
}

// withTime is a request with another time.
func withTime(p *signature.Profile, req *wire.Request, name, sent, read string) *wire.Request {
	other := req.Clone(0)
	if p.Carrier == signature.InHeader {
		other.SetHeader(name, read)
	} else {
		other.Target = strings.Replace(req.Target, name+"="+sent, name+"="+read, 1)
	}
	return other
}

// later is a time some seconds later, in the form it is written in: a date, or
// seconds since 1970.
func later(text string, seconds int) (string, bool) {
	for _, layout := range []string{http.TimeFormat, "20060102T150405Z"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Add(time.Duration(seconds) * time.Second).Format(layout), true
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return strconv.FormatInt(n+int64(seconds), 10), err == nil
}

// besides is the failure of a clock that was read twice: at the stage of
// another slip, if there is one too, and else at the first stage that is
// another by the clock.
func (c *clock) besides(f, first finding) finding {
	switch {
	case f.expected == nil: // the clock alone, or with a contested rule
		f = first
		f.message = c.message
	default:
		f.message += "; besides, " + c.message
	}
	f.clock = c.message
	return f
}
