package main

import (
	"strings"

	"github.com/countersign/countersign/endpoint/livepage"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// masked is text of one request without secrets: those of the user and the
// tokens of the request, which are forgotten with it.
type masked func(text string) string

// masking masks what is told of a request. One whose tokens are too many or too
// long to be known again is not shown at all.
func (env *environment) masking(req *wire.Request) (m masked, tooMuch bool) {
	mask, tooMuch := requestMask(req)
	if tooMuch {
		return func(string) string { return secret.Mask }, true
	}
	return func(text string) string { return mask.String(env.Redactor.String(text)) }, false
}

// plain is text on lines of its own, safe to print.
func (m masked) plain(text string) string { return reports.Legible(m(text)) }

// shown is a byte string in which every byte can be seen, with a line break
// behind each line feed.
func (m masked) shown(value string) string {
	return reports.BreakLines(reports.Show(wire.Bytes(m(value))))
}

// longestShown bounds the requests that are shown whole.
const longestShown = 64 << 10

// details puts what is known of a request into an exchange of the live page.
func (m masked) details(x *livepage.Exchange, req *wire.Request, found *signature.Verification, differences []comparison) {
	if req == nil {
		return
	}
	x.Method, x.URL = m.plain(req.Method), m.plain(req.Host()+req.Target)
	if wire.SplitTarget(req.Target).Authority != "" { // it names the host itself
		x.URL = m.plain(req.Target)
	}
	if head := req.Head(); len(head) > longestShown {
		x.Request = "(the head is too long to be shown)"
	} else {
		x.Request = m.head(head)
	}
	if found == nil {
		return
	}
	if found.Profile != nil {
		x.Scheme = found.Profile.ID()
	}
	at := found.Resource
	x.Facts = append(x.Facts,
		livepage.Text{Name: "bucket", Text: m.plain(at.Bucket)}, livepage.Text{Name: "key", Text: m.shown(found.Key)},
		livepage.Text{Name: "addressing", Text: string(at.Addressing)}, livepage.Text{Name: "access key id", Text: m.plain(found.AccessKeyID)},
		livepage.Text{Name: "headers listed as signed", Text: m.plain(strings.Join(found.Signed, ", "))},
	)
	if len(req.Head()) > longestShown {
		return
	}
	for _, s := range found.Stages() {
		if s.Stage != signature.SigningKey {
			x.Stages = append(x.Stages, livepage.Text{Name: string(s.Stage), Text: m.shown(s.Value)})
		}
	}
	for i := range differences {
		x.Differences = append(x.Differences, m.difference(&differences[i]))
	}
}

// head is the head of a request as it arrived, a line break behind each line.
func (m masked) head(head string) string {
	return strings.TrimSuffix(reports.BreakLines(reports.Show(wire.Bytes(m(head)))), "\n")
}

// difference is what is shown of a comparison. What it marks is the first byte
// that differs where secrets are masked; the offset is that of the real one.
func (m masked) difference(c *comparison) livepage.Difference {
	a, b := wire.Bytes(m(c.sides[0].value)), wire.Bytes(m(c.sides[1].value))
	at := -1
	if !c.opaque {
		at = reports.FirstDifference(a, b)
	}
	const columns = 600
	d := livepage.Difference{Stage: string(c.stage), Offset: c.offset()}
	for i, value := range []wire.Bytes{a, b} {
		m := reports.MarkedAt(value, at, columns)
		d.Sides = append(d.Sides, livepage.Side{Name: c.sides[i].name, Before: m.Before, Mark: m.Mark, After: m.After, Hex: livepage.Hex(m.Hex)})
	}
	return d
}
