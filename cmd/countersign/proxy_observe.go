package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/endpoint/proxy"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// observer tells of every exchange of a proxy, and counts. The proxy calls it
// for one at a time.
type observer struct {
	env *environment
	verification
	captures *os.File // or nil
	writeErr error

	verified, wrong int  // of the requests that are judged
	passed          int  // the others
	distrusted      bool // a client refused the certificate
}

func (o *observer) observe(x *proxy.Exchange) {
	if x.Request == nil || x.Request.Method == "CONNECT" {
		o.noRequest(x)
		return
	}
	o.env.conceal(tokensIn(x.Request)...)
	if o.captures != nil && o.writeErr == nil {
		_, o.writeErr = o.captures.Write(wire.AppendCapture(nil, wire.Capture{ID: x.ID, Request: x.Request}))
	}
	switch found := x.Verification; {
	case x.Probe != "":
		o.passed++
		o.line(x, o.env.paint(o.env.Style.Faint, "not judged"), "a probe: "+x.Probe)
	case found == nil:
		o.wrong++
		o.line(x, o.env.paint(o.env.Style.Bad, "unread"), "")
	case found.Verdict == signature.Unsigned && !o.named(x.Request.Host()):
		o.passed++
		o.line(x, o.env.paint(o.env.Style.Faint, "not judged"), "unsigned, and no known endpoint; --endpoint makes it one")
	default:
		o.judged(x, found)
	}
	if x.Err != nil {
		o.note(x.Err.Error())
	}
	if x.Truncated {
		o.note("the body is kept up to a limit, or did not come whole")
	}
	o.env.Stdout.Flush()
}

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
	fmt.Fprintf(o.env.Stdout, "%s: %s\n", o.env.paint(o.env.Style.Notice, "no request"), o.env.plain(fmt.Sprintf("%s: %v", where, x.Err)))
	if x.Tunnel == "" {
		o.wrong++
	}
}

func (o *observer) judged(x *proxy.Exchange, found *signature.Verification) {
	o.env.conceal(signingKeys(found.Stages())...)
	refused := refusalOf(x)
	disagreed := found.Verdict == signature.Verified && refused != nil && (refused.StringToSign != "" || refused.Code == "SignatureDoesNotMatch")
	if found.Verdict == signature.Verified && !disagreed {
		o.verified++
	} else {
		o.wrong++
	}
	scheme := ""
	if found.Profile != nil {
		scheme = found.Profile.ID()
	}
	o.line(x, o.env.verdict(found.Verdict), scheme)
	if found.Verdict != signature.Verified {
		for _, note := range o.notesOf(x, found) {
			o.note(note)
		}
	}
	if refused != nil {
		o.compare(refused, found)
	}
}

// notesOf are those of verify: faults, or what explains the signature.
func (o *observer) notesOf(x *proxy.Exchange, found *signature.Verification) []string {
	again := o.verification.verify(wire.Capture{ID: x.ID, Request: x.Request})
	if again.found.Verdict != found.Verdict { // a moment has passed
		return nil
	}
	return again.notes
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

// line is what is said of every request: no query, which holds a signature.
func (o *observer) line(x *proxy.Exchange, verdict, remark string) {
	t := wire.SplitTarget(x.Request.Target)
	status := "not answered"
	if x.Status != 0 {
		status = fmt.Sprint(x.Status)
	}
	if remark != "" {
		remark = "  " + remark
	}
	fmt.Fprintf(o.env.Stdout, "%s: %s%s  %s\n", o.env.paint(o.env.Style.Strong, x.ID), verdict, remark,
		o.env.plain(fmt.Sprintf("%s %s://%s%s  %s", x.Request.Method, x.Request.Transport, x.Request.Host(), t.Path, status)))
}

func (o *observer) note(text string) { fmt.Fprintf(o.env.Stdout, "  - %s\n", o.env.plain(text)) }

// refusalOf is the error document a server answered with, or nil. HEAD has it
// in a header (field evidence, section 4).
func refusalOf(x *proxy.Exchange) *diagnose.ErrorDocument {
	if x.Refusal == nil {
		return nil
	}
	body := []byte(x.Refusal.Body)
	if encoded, ok := x.Refusal.Header("x-oss-err"); ok && len(body) == 0 {
		body, _ = base64.StdEncoding.DecodeString(encoded) // what cannot be decoded is no document
	}
	document, err := diagnose.ParseErrorDocument(body)
	if err != nil {
		return nil
	}
	return document
}

// compare shows the first stage in which the server and the documents differ.
func (o *observer) compare(server *diagnose.ErrorDocument, found *signature.Verification) {
	o.note(fmt.Sprintf("the server answers %s: %s", server.Code, server.Message))
	compared := 0
	for _, stage := range []struct {
		stage  signature.Stage
		name   string
		value  string
		origin diagnose.Origin
	}{
		{signature.CanonicalRequest, "CanonicalRequest", server.CanonicalRequest, server.CanonicalRequestOrigin},
		{signature.StringToSign, "StringToSign", server.StringToSign, server.StringToSignOrigin},
	} {
		own := found.Stage(stage.stage)
		switch {
		case stage.value == "" || own == "":
			continue
		case stage.origin != diagnose.FromBytes && (server.IsMasked(stage.name) || server.IsDamaged(stage.name)):
			o.note("the server's " + stage.name + " is masked or cut off and cannot be compared")
			continue
		}
		compared++
		if own != stage.value {
			o.difference(stage.stage, stage.value, own)
			return
		}
	}
	switch {
	case compared > 0 && found.Verdict == signature.Verified:
		o.note("the server signs what the documents say, and the signature is right for it: it knows another secret")
	case compared > 0:
		o.note("the server signs the same as the documents say: the signer signs something else, or has another secret")
	}
}

func (o *observer) difference(stage signature.Stage, server, own string) {
	a, b := wire.Bytes(o.env.Redactor.String(server)), wire.Bytes(o.env.Redactor.String(own))
	at := reports.FirstDifference(a, b)
	o.note(fmt.Sprintf("first other stage: %s, byte %d", stage, reports.FirstDifference(wire.Bytes(server), wire.Bytes(own))))
	const columns, around = 60, 8
	for _, side := range []struct {
		label string
		value wire.Bytes
	}{{"server", a}, {"documents", b}} {
		fmt.Fprintf(o.env.Stdout, "      %-10s %s\n", side.label, reports.Around(side.value, at, columns))
		if at >= 0 {
			window := reports.Hex(side.value, at, around)
			fmt.Fprintf(o.env.Stdout, "      %-10s %d: %s\n", "", window.Offset, window)
		}
	}
}
