package main

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/endpoint/proxy"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// refusalOf is the error document a server answered with, or nil. HEAD has it
// in headers (field evidence, section 4).
func refusalOf(x *proxy.Exchange) *diagnose.ErrorDocument {
	if x.Refusal == nil {
		return nil
	}
	if document, err := diagnose.ParseErrorDocument([]byte(x.Refusal.Body)); err == nil {
		return document
	}
	return diagnose.ErrorDocumentOfHeaders(x.Refusal.Headers)
}

// refusals are the statuses of a refusal for who sends a request and how that is
// shown. An object that is not there is nobody's fault.
var refusals = []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden}

// disputed reports whether the server refused how a request is signed: it says
// what it signed itself, or a code that has no other cause.
func (s *sighting) disputed() bool {
	if s.refused == nil {
		return false
	}
	if s.refused.StringToSign != "" || s.refused.Code == "SignatureDoesNotMatch" {
		return true
	}
	row, known := s.refused.Meaning()
	return known && slices.Contains(refusals, s.Status) && len(row.Causes) > 0 && !slices.Contains(row.Causes, notOfSignature)
}

// notOfSignature is the cause of a refusal that has another reason, such as a
// right that is missing.
const notOfSignature = "C30"

// answered is what is known of a request beside the request: the answer of the
// server, where that is about how it is signed, or may be.
func (s *sighting) answered() diagnose.Evidence {
	if s.refused == nil || !slices.Contains(refusals, s.Status) {
		return received
	}
	if _, known := s.refused.Meaning(); !known && !s.disputed() {
		return received
	}
	return diagnose.Evidence{Error: s.refused, Status: s.Status, Answer: s.Refusal.Headers, Seen: diagnose.OnTheWire, At: s.Arrived}
}

// explain says what is wrong with a request, as verify says it, and why the
// server refused it.
func (o *observer) explain(s *sighting) {
	known := s.answered()
	var told []explanation
	if s.found.Verdict != signature.Verified {
		again := o.verification.verify(wire.Capture{ID: s.ID, Request: s.Request}, known)
		if again.found.Verdict != s.found.Verdict { // a moment has passed
			return
		}
		s.notes, told = append(s.notes, again.notes...), again.explained
	}
	if s.found.Verdict != signature.Mismatch && known.Error != nil { // of a mismatch, verify has asked
		told = o.verification.diagnosed(s.Request, s.found, known)
		for _, e := range told {
			s.notes = append(s.notes, e.note)
		}
	}
	for _, c := range explained(s.found, told) {
		switch {
		case slices.ContainsFunc(s.comparisons, c.same):
		case known.Error != nil && !c.opaque:
			s.comparisons = append(s.comparisons, c)
		default:
			s.explained = append(s.explained, c)
		}
	}
}

// compare shows the first stage in which the server and the documents differ.
func (s *sighting) compare(server *diagnose.ErrorDocument) {
	found := s.found
	note := func(text string) { s.notes = append(s.notes, text) }
	note("the server answers " + strings.TrimSuffix(cmp.Or(server.Code, "EC "+server.EC)+": "+server.Message, ": "))
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
			note("the server's " + stage.name + " is masked or cut off and cannot be compared")
			continue
		}
		compared++
		if own != stage.value {
			s.comparisons = append(s.comparisons, comparison{stage: stage.stage, sides: [2]side{{"the server signed", stage.value}, {"the documents say", own}}})
			return
		}
	}
	switch {
	case compared > 0 && found.Verdict == signature.Verified:
		note("the server signs what the documents say, and the signature is right for it: it knows another secret")
	case compared > 0:
		note("the server signs the same as the documents say: the signer signs something else, or has another secret")
	}
}
