package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/endpoint/livepage"
	"github.com/countersign/countersign/endpoint/proxy"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// observer tells of every exchange of a proxy, and counts. The proxy calls it
// for one at a time.
type observer struct {
	env          *environment
	verification          // with its form of what is told: lines, or JSON
	captures     *os.File // or nil
	writeErr     error
	page         *livepage.Page // or nil
	bugs         bugs

	verified, wrong int  // of the requests that are judged
	passed          int  // the others
	distrusted      bool // a client refused the certificate
}

// sighting is what is told of one exchange.
type sighting struct {
	*proxy.Exchange
	mask        masked
	verdict     string
	paint       reports.Paint // of the verdict
	remark      string        // behind it
	found       *signature.Verification
	notes       []string
	comparisons []comparison // that the notes speak of
	explained   []comparison // for the page
	refused     *diagnose.ErrorDocument
}

func (o *observer) observe(x *proxy.Exchange) {
	defer o.env.Stdout.Flush()
	defer o.bugs.catch()
	o.bugs.exchange(x.Err)
	if x.Request == nil || x.Request.Method == "CONNECT" {
		o.noRequest(x)
		return
	}
	if o.captures != nil && o.writeErr == nil {
		_, o.writeErr = o.captures.Write(wire.AppendCapture(nil, wire.Capture{ID: x.ID, Request: x.Request}))
	}
	s := &sighting{Exchange: x}
	var tooMuch bool
	s.mask, tooMuch = o.env.masking(x.Request)
	o.judge(s)
	if x.Err != nil {
		s.notes = append(s.notes, x.Err.Error())
	}
	if x.Truncated {
		s.notes = append(s.notes, "the body is kept up to a limit, or did not come whole")
	}
	if tooMuch {
		s.found, s.notes, s.comparisons, s.explained = nil, nil, nil, nil
		s.remark = "not shown: it has more security tokens, or longer ones, than can be masked"
	}
	if o.asJSON {
		o.tell(s.entry(tooMuch), s.mask, tooMuch)
	} else {
		o.print(s)
	}
	if o.page != nil {
		o.page.Add(s.exchange())
	}
}

// judge says what came of an exchange, and counts it.
func (o *observer) judge(s *sighting) {
	switch found := s.Verification; {
	case s.Probe != "":
		o.passed++
		s.verdict, s.paint, s.remark = notJudged, o.env.Style.Faint, "a probe: "+s.Probe
	case found == nil:
		o.wrong++
		s.verdict, s.paint = unreadable, o.env.Style.Bad
	case found.Verdict == signature.Unsigned && !o.named(s.Request.Host()):
		o.passed++
		s.verdict, s.paint, s.remark = notJudged, o.env.Style.Faint, "unsigned, and no known endpoint; --endpoint makes it one"
	default:
		o.judged(s, found)
	}
}

// notJudged is said of what is no request to an object store.
const notJudged = "not judged"

// noRequest tells of what came to the proxy and is no request.
func (o *observer) noRequest(x *proxy.Exchange) {
	o.distrusted = o.distrusted || errors.Is(x.Err, proxy.ErrTLSRefused)
	if errors.Is(x.Err, proxy.ErrEmptyTunnel) {
		return // clients open tunnels in advance
	}
	where := "the proxy"
	if x.Tunnel != "" {
		where = "a tunnel to " + x.Tunnel
	}
	text := o.env.plain(fmt.Sprintf("%s: %v", where, x.Err))
	if o.asJSON {
		e := newEntry(nil, time.Now(), 0)
		e.Method, e.Target, e.Status, e.Notes = "CONNECT", wire.Bytes(x.Tunnel), x.Status, []string{text}
		fmt.Fprintln(o.env.Stdout, e.json(o.env))
	} else {
		fmt.Fprintf(o.env.Stdout, "%s: %s\n", o.env.paint(o.env.Style.Notice, "no request"), text)
	}
	if x.Tunnel == "" {
		o.wrong++
	}
	if o.page != nil {
		o.page.Add(livepage.Exchange{At: time.Now().UTC().Truncate(time.Millisecond), Verdict: unreadable, Method: "CONNECT", URL: o.env.plain(x.Tunnel), Status: x.Status, Notes: []string{text}})
	}
}

func (o *observer) judged(s *sighting, found *signature.Verification) {
	s.found, s.verdict, s.paint = found, string(found.Verdict), o.env.paintOf(found.Verdict)
	if found.Profile != nil {
		s.remark = found.Profile.ID()
	}
	s.refused = refusalOf(s.Exchange)
	if found.Verdict == signature.Verified && !s.disputed() {
		o.verified++
	} else {
		o.wrong++
	}
	if s.refused != nil {
		s.compare(s.refused)
	}
	o.explain(s)
}

// print tells of it on the console: no query, which holds a signature.
func (o *observer) print(s *sighting) {
	t := wire.SplitTarget(s.Request.Target)
	status := "not answered"
	if s.Status != 0 {
		status = fmt.Sprint(s.Status)
	}
	remark := s.remark
	if remark != "" {
		remark = "  " + remark
	}
	fmt.Fprintf(o.env.Stdout, "%s: %s%s  %s\n", o.env.paint(o.env.Style.Strong, s.ID), o.env.paint(s.paint, s.verdict), remark,
		s.mask.plain(fmt.Sprintf("%s %s://%s%s  %s", s.Request.Method, s.Request.Transport, s.Request.Host(), t.Path, status)))
	for _, note := range s.notes {
		fmt.Fprintf(o.env.Stdout, "  - %s\n", s.mask.plain(note))
	}
	for i := range s.comparisons {
		o.difference(s.mask, &s.comparisons[i])
	}
}

// tell prints an entry. Of one that cannot be masked everything is hidden that
// could hold a token.
func (o *observer) tell(e *entry, mask masked, tooMuch bool) {
	text := e.json(o.env)
	if !tooMuch {
		text = mask(text)
	}
	fmt.Fprintln(o.env.Stdout, text)
}

// entry is the same for programs, as a server tells it.
func (s *sighting) entry(tooMuch bool) *entry {
	e := newEntry(s.Request, s.Arrived, s.Took)
	if s.Verification != nil {
		e.found(s.Request, s.Verification)
	}
	e.ID, _ = strconv.Atoi(s.ID) // it counts
	e.Verdict, e.Status, e.Code, e.EC = s.verdict, s.Status, s.Code, s.EC
	if s.refused != nil {
		e.Code, e.EC = s.refused.Code, s.refused.EC
	}
	if s.found == nil && s.remark != "" {
		e.Notes = append(e.Notes, s.remark)
	}
	e.Notes = append(e.Notes, s.notes...)
	if tooMuch { // the server may repeat them
		e.Code, e.EC = s.Code, s.EC
		e.hide()
	}
	return e
}

// exchange is the same for the live page.
func (s *sighting) exchange() livepage.Exchange {
	out := livepage.Exchange{
		ID: s.ID, At: s.Arrived.UTC().Truncate(time.Millisecond), Verdict: s.verdict, Status: s.Status, Code: s.Code, EC: s.EC,
		Milliseconds: float64(s.Took.Round(10*time.Microsecond)) / float64(time.Millisecond),
	}
	if s.refused != nil {
		out.Code, out.EC = s.mask.plain(s.refused.Code), s.mask.plain(s.refused.EC)
	}
	if s.found == nil && s.remark != "" {
		out.Notes = append(out.Notes, s.remark)
	}
	for _, note := range s.notes {
		out.Notes = append(out.Notes, s.mask.plain(note))
	}
	s.mask.details(&out, s.Request, s.found, append(s.comparisons, s.explained...))
	if wire.SplitTarget(s.Request.Target).Authority == "" {
		out.URL = s.Request.Transport + "://" + out.URL
	}
	return out
}

// named reports whether a host is one of an object store.
func (o *observer) named(host string) bool {
	hosts := &o.verifier.Hosts
	name := strings.ToLower(host)
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[:i]
	}
	if _, known := signature.KnownEndpoint(name); known || hosts.Bucket != "" || hosts.CNAMEs[name] != "" {
		return true
	}
	return slices.ContainsFunc(hosts.Endpoints, func(e string) bool {
		e = strings.ToLower(e)
		return name == e || strings.HasSuffix(name, "."+e)
	})
}

// difference prints a comparison.
func (o *observer) difference(mask masked, c *comparison) {
	a, b := wire.Bytes(mask(c.sides[0].value)), wire.Bytes(mask(c.sides[1].value))
	at := reports.FirstDifference(a, b)
	fmt.Fprintf(o.env.Stdout, "  - first other stage: %s, byte %d\n", c.stage, c.offset())
	const columns, around = 60, 8
	width := max(len(c.sides[0].name), len(c.sides[1].name))
	for i, value := range []wire.Bytes{a, b} {
		fmt.Fprintf(o.env.Stdout, "      %-*s  %s\n", width, c.sides[i].name, reports.Around(value, at, columns))
		if at >= 0 {
			window := reports.Hex(value, at, around)
			fmt.Fprintf(o.env.Stdout, "      %-*s  %d: %s\n", width, "", window.Offset, window)
		}
	}
}
