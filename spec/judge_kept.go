package spec

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// kept passes a request whose signature was recomputed, if everything the
// subject was given is still in it.
func kept(item *Item, returned *wire.Request) finding {
	checks := []func(*Item, *wire.Request) finding{keptLine, keptParameters, keptHeaders, keptToken, keptExpiry, keptTime, keptBody}
	if item.Profile.Carrier == signature.InForm {
		checks = []func(*Item, *wire.Request) finding{keptToken, keptPolicy}
	}
	result := passed
	for _, check := range checks {
		switch f := check(item, returned); f.outcome {
		case reports.Pass:
		case reports.Contested:
			result = f
		default:
			f.message += "; what it returned is not the request it was given"
			f.wire = httpOf(returned)
			return f
		}
	}
	return result
}

// keptLine compares method, path and host. A subject may leave the Host header
// to its HTTP library. What has no path is sent with a slash (RFC 9112, section
// 3.2.1).
func keptLine(item *Item, returned *wire.Request) finding {
	given := item.Case.Input.Request
	path, got := cmp.Or(wire.SplitTarget(given.Target).Path, "/"), cmp.Or(wire.SplitTarget(returned.Target).Path, "/")
	switch host := returned.Host(); {
	case given.Method != returned.Method:
		return diverges("scheme", given.Method, returned.Method, "the method was changed")
	case servedPath(item, path) != servedPath(item, got):
		return diverges("key", path, got, "the path was changed")
	case host != "" && !sameHost(given.Transport, host, given.Host()):
		return diverges("addressing", given.Host(), host, "the host was changed")
	}
	return passed
}

// servedPath decodes a path, and keeps apart what the service does. In front of a
// key OSS drops raw slashes and keeps encoded ones, OBS keeps both.
func servedPath(item *Item, path string) string {
	in := &item.Case.Input
	r, err := signature.ResourceOf(wire.Target{Path: path}, in.Request.Host(), in.Addressing, in.Bucket)
	if err != nil {
		return wire.Unescape(path)
	}
	front := strings.TrimSuffix(path, r.RawKey)
	return wire.Unescape(front) + "\x00" + wire.Unescape(item.Profile.RawKey(&r))
}

func keptParameters(item *Item, returned *wire.Request) finding {
	query := wire.SplitTarget(returned.Target).Query
	have := parameters(query)
	for _, p := range parameters(wire.SplitTarget(item.Case.Input.Request.Target).Query) {
		i := slices.Index(have, p)
		if i < 0 {
			return diverges("parameter", p, query, "a parameter is lost")
		}
		have = slices.Delete(have, i, i+1)
	}
	return passed
}

// keptHeaders compares the headers a signer must leave alone, and looks whether
// those that its caller wanted signed are. What authentication itself brings may
// have another value then, but must be there.
func keptHeaders(item *Item, returned *wire.Request) finding {
	in := &item.Case.Input
	for _, h := range in.Request.Headers {
		chosen := slices.ContainsFunc(in.AdditionalHeaders, func(name string) bool { return wire.EqualFold(name, h.Name) })
		if !chosen && !mustKeep(item.Profile, h.Name) {
			continue
		}
		given, got := values(in.Request, h.Name), values(returned, h.Name)
		if given != got && !mayBeItsOwn(item.Profile, in.Request, h.Name) || returned.HeaderCount(h.Name) == 0 {
			return diverges("header", h.Name+": "+given, h.Name+": "+got, "a header is lost or changed")
		}
		if chosen && !covers(item, returned, h.Name) {
			return diverges("header", h.Name+": "+h.Value, "", "a header that its caller wanted signed is not")
		}
	}
	return passed
}

// tellsTime reports whether a header is the one from which a service takes the
// time of a request. A signer may write its own there, which keptTime looks at.
func tellsTime(p *signature.Profile, req *wire.Request, name string) bool {
	if values(req, p.Names.DateHeader) != "" {
		return wire.EqualFold(name, p.Names.DateHeader)
	}
	return wire.EqualFold(name, "Date")
}

// mayBeItsOwn reports whether a signer may write its own value of a header: what
// its authentication brings, but for a date that does not tell the time.
func mayBeItsOwn(p *signature.Profile, req *wire.Request, name string) bool {
	date := wire.EqualFold(name, "Date") || wire.EqualFold(name, p.Names.DateHeader)
	return tellsTime(p, req, name) || broughtBy(p, name) && !date
}

// values are the values of all headers of a name. One that comes twice may be
// joined to one (RFC 9110, section 5.3).
func values(req *wire.Request, name string) string {
	var out []string
	for _, h := range req.Headers {
		if wire.EqualFold(h.Name, name) {
			out = append(out, wire.TrimBlanks(h.Value))
		}
	}
	return strings.Join(out, ",")
}

// covers reports whether the signature of a request ends when a header does.
func covers(item *Item, returned *wire.Request, name string) bool {
	other := returned.Clone(0)
	other.SetHeader(name, "another value")
	return verifierOf(item, nil).Verify(other).Verdict != signature.Verified
}

func keptToken(item *Item, returned *wire.Request) finding {
	got := verifierOf(item, nil).Verify(returned).Token
	return tokenInPlace(item.Profile, returned, givenToken(item), got)
}

// givenToken is the token of the credentials, or the one that stood in the
// request beside credentials that have none: its caller put it there.
func givenToken(item *Item) string {
	if token := item.Case.Input.Credentials.SecurityToken; token != "" {
		return token
	}
	signed, err := item.Profile.Sign(&item.Case.Input)
	if err != nil {
		return "" // the vector is for refusing
	}
	return verifierOf(item, nil).Verify(signed.Request()).Token
}

// keptExpiry compares the expiry of a URL, which the vector gives as the
// scheme's parameter has it.
func keptExpiry(item *Item, returned *wire.Request) finding {
	if item.Profile.Carrier != signature.InQuery {
		return passed
	}
	want := fmt.Sprint(item.Case.Input.Expires)
	if got := verifierOf(item, nil).Verify(returned).Expires; want != got {
		return diverges("parameter", want, got, "the URL lives another time than it was asked for")
	}
	return passed
}

// keptTime holds a subject to the time it was given, if it declares the
// feature clock: that of the request, or the one it was asked to sign at. What
// counts is the time a service reads, however it is written: a Date beside the
// vendor's date header is not that.
func keptTime(item *Item, returned *wire.Request) finding {
	if !item.Clock {
		return passed
	}
	want, err := item.Profile.Sign(&item.Case.Input)
	if err != nil {
		return passed // there is nothing to compare with: the vector is for refusing
	}
	asked := verifierOf(item, nil).Verify(want.Request())
	got := verifierOf(item, nil).Verify(returned)
	now := item.Case.Input.Time.UTC().Format(http.TimeFormat)
	if !sameTime(asked.Timestamp, got.Timestamp) && !sameTime(now, got.Timestamp) {
		return diverges("parameter", asked.Timestamp, got.Timestamp, "it declares the feature clock and signed for another time")
	}
	given, sent := dateOf(item.Profile, item.Case.Input.Request), dateOf(item.Profile, returned)
	if given != "" && !sameTime(given, sent) && !sameTime(now, sent) {
		return diverges("header", given, sent, "it declares the feature clock and signed for another time")
	}
	return passed
}

// dateOf is the header from which a service takes the time of a request.
func dateOf(p *signature.Profile, req *wire.Request) string {
	if date := values(req, p.Names.DateHeader); date != "" {
		return date
	}
	return values(req, "Date")
}

// sameTime compares times in either form that date headers have. What is no
// time is compared as text.
func sameTime(a, b string) bool {
	at, aIsTime := signature.ParseDate(a)
	other, bIsTime := signature.ParseDate(b)
	if aIsTime && bIsTime {
		return at.Equal(other)
	}
	return a == b
}

func keptBody(item *Item, returned *wire.Request) finding {
	if want := item.Case.Input.Request.Body; want != returned.Body {
		return diverges("body", want, returned.Body, "the body was changed")
	}
	return passed
}

func keptPolicy(item *Item, returned *wire.Request) finding {
	want := signature.EncodePolicy(item.Case.Input.Policy)
	fields, _ := signature.FormFields(returned)
	for _, field := range fields {
		if field[0] == "policy" && field[1] != want {
			return diverges("body", want, field[1], "the policy was changed")
		}
	}
	return passed
}

// mustKeep names the headers a signer must leave alone: all that are signed
// but those that authentication itself brings.
func mustKeep(p *signature.Profile, name string) bool {
	n := &p.Names
	return !broughtBy(p, name) && (wire.EqualFold(name, "Content-Type") || wire.EqualFold(name, "Content-MD5") ||
		len(name) > len(n.HeaderPrefix) && wire.EqualFold(name[:len(n.HeaderPrefix)], n.HeaderPrefix))
}

// broughtBy reports whether the authentication of a profile brings a header of
// that name, whoever gave one before.
func broughtBy(p *signature.Profile, name string) bool {
	for _, own := range []string{"Date", p.Names.DateHeader, p.Names.TokenHeader, p.Names.PayloadHeader} {
		if wire.EqualFold(name, own) {
			return true
		}
	}
	return false
}
