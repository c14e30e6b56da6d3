package paste

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/signature"
)

// collection is all that the sources hold, before it is known what belongs
// together.
type collection struct {
	source    string // that is being read
	documents []document
	exchanges []Exchange
	signed    []signedText
	clients   []diagnose.Client
	foundHere []Note
	notUsed   []Note
	dropped   int // requests, documents and strings that there was no room for
}

// document is an error document, and where it stands.
type document struct {
	*diagnose.ErrorDocument
	status int // of the exception that holds it; 0 where it does not say
	where  Note
	done   []string // to the text, before it could be read
}

// signedText is a string that a client says it signed, or the canonical request
// of one.
type signedText struct {
	text      string
	canonical bool
	client    string // the id of the client that logged it
	where     Note
	done      []string
}

func (c *collection) found(n Note)  { c.foundHere = append(c.foundHere, n) }
func (c *collection) unused(n Note) { c.notUsed = append(c.notUsed, n) }

// keep drops the first half of a list that has grown too long, and counts what it
// drops.
func keep[T any](list []T, dropped *int) []T {
	if len(list) < maxFinds {
		return list
	}
	*dropped += maxFinds / 2
	return append(list[:0], list[maxFinds/2:]...)
}

func (c *collection) addExchange(e Exchange) {
	c.exchanges = append(keep(c.exchanges, &c.dropped), e)
	if client, ok := e.client(); ok {
		c.clients = append(keep(c.clients, new(int)), client)
	}
	if d, ok := answered(e); ok {
		c.addDocument(d)
	}
}

// addDocument adds a document unless it is there. Traces of an exception repeat
// it, and logs have it as XML and in words.
func (c *collection) addDocument(d document) {
	for i, other := range c.documents {
		if other.RequestID != d.RequestID || other.Code != d.Code && d.Code != "" && other.Code != "" {
			continue
		}
		if other.StringToSign == "" && d.StringToSign != "" || len(other.Fields) < len(d.Fields) && (other.StringToSign == "" || d.StringToSign != "") {
			if d.status == 0 {
				d.status = other.status
			}
			c.documents[i], d = d, other
		}
		if c.documents[i].status == 0 {
			c.documents[i].status = d.status
		}
		return
	}
	c.documents = append(keep(c.documents, &c.dropped), d)
}

func (c *collection) addSigned(s signedText) {
	for _, other := range c.signed {
		if other.text == s.text && other.canonical == s.canonical {
			return
		}
	}
	c.signed = append(keep(c.signed, &c.dropped), s)
}

// choose puts together what belongs to one refused request: the last one that
// was refused for its signature, and what agrees with it.
func (c *collection) choose() *Paste {
	p := &Paste{}
	d := c.chooseDocument()
	if d != nil {
		p.Evidence.Error, p.Evidence.Status = d.ErrorDocument, d.status
	}
	e, parts := c.chooseExchange(d)
	if e != nil {
		p.Evidence.Request, p.Evidence.Seen, p.Evidence.At = e.Request, e.Seen, e.At
		if e.Status != 0 {
			p.Evidence.Status = e.Status
		}
		p.Evidence.Answer = e.Answer
	}
	s, canonical := c.chooseSigned(d, e)
	if s != nil {
		p.Evidence.ClientString = s.text
	}
	if canonical != nil {
		p.Evidence.ClientCanonical = canonical.text
	}
	p.Evidence.Client = c.chooseClient(e, s)
	c.report(p, d, parts, s, canonical)
	return p
}

// chooseDocument prefers a document with a string to compare, then the last.
func (c *collection) chooseDocument() *document {
	best := -1
	for i, d := range c.documents {
		if best < 0 || d.StringToSign != "" || c.documents[best].StringToSign == "" {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return &c.documents[best]
}

// chooseExchange prefers the exchange that carries the signature or the request
// id of the document, then one that was refused, then one with a request, and
// of equal ones the last.
func (c *collection) chooseExchange(d *document) (chosen *Exchange, parts []Note) {
	best, points := -1, 0
	for i := range c.exchanges {
		e := &c.exchanges[i]
		n := 1
		if e.Request != nil {
			n += 2
		}
		if e.Status >= 400 {
			n += 4
		}
		if d != nil && d.RequestID != "" && requestID(e) == d.RequestID {
			n += 16
		}
		if d != nil && e.Request != nil && d.SignatureProvided != "" && providedBy(e) == d.SignatureProvided {
			n += 8
		}
		if n >= points {
			best, points = i, n
		}
	}
	if best < 0 {
		return nil, nil
	}
	e := c.exchanges[best]
	return &e, append(c.complete(&e, best), e.Where)
}

// complete joins an answer to the request in front of it, where a log has them
// apart. It returns what it took.
func (c *collection) complete(e *Exchange, at int) []Note {
	switch {
	case e.Request == nil && at > 0 && c.exchanges[at-1].Request != nil && c.exchanges[at-1].Status == 0:
		before := c.exchanges[at-1]
		e.Request, e.Seen, e.At = before.Request, before.Seen, before.At
		return []Note{before.Where}
	case e.Request == nil:
		if only := c.onlyRequest(); only != nil { // wherever it stands
			e.Request, e.Seen, e.At = only.Request, only.Seen, only.At
			return []Note{only.Where}
		}
	case e.Request != nil && len(e.Answer) == 0 && at+1 < len(c.exchanges) && c.exchanges[at+1].Request == nil:
		after := c.exchanges[at+1]
		e.Status, e.Answer, e.Body = after.Status, after.Answer, after.Body
		return []Note{after.Where}
	}
	return nil
}

// onlyRequest is the request of which no answer is known, if there is one alone.
func (c *collection) onlyRequest() *Exchange {
	var only *Exchange
	for i := range c.exchanges {
		switch e := &c.exchanges[i]; {
		case e.Request == nil:
		case e.Status != 0 || only != nil:
			return nil
		default:
			only = e
		}
	}
	return only
}

// requestIDs are the headers in which a service names a request.
var requestIDs = []string{"x-oss-request-id", "x-obs-request-id", "x-amz-request-id", "request-id"}

func requestID(e *Exchange) string {
	for _, name := range requestIDs {
		for _, h := range e.Answer {
			if strings.EqualFold(h.Name, name) {
				return h.Value
			}
		}
	}
	return ""
}

// providedBy is the signature that a request carries, "" if it is none that any
// scheme has.
func providedBy(e *Exchange) string {
	verifier := signature.Verifier{Secret: func(id string) (signature.Credentials, bool) {
		return signature.Credentials{AccessKeyID: id, AccessKeySecret: "unknown"}, true
	}}
	return verifier.Verify(e.Request).Provided
}

// chooseSigned returns the string that has most in common with that of the
// service, of equal ones the last, and the canonical request that belongs to it.
func (c *collection) chooseSigned(d *document, e *Exchange) (s, canonical *signedText) {
	points := -1
	for i := range c.signed {
		if c.signed[i].canonical {
			continue
		}
		n := 0
		if d != nil {
			n = linesInCommon(c.signed[i].text, d.StringToSign)
		}
		if n >= points {
			s, points = &c.signed[i], n
		}
	}
	for i := range c.signed {
		if !c.signed[i].canonical {
			continue
		}
		if sum := sha256.Sum256([]byte(c.signed[i].text)); s != nil && strings.HasSuffix(s.text, hex.EncodeToString(sum[:])) {
			return s, &c.signed[i]
		}
		canonical = &c.signed[i]
	}
	return s, canonical
}

func linesInCommon(a, b string) int {
	of := map[string]int{}
	for line := range strings.SplitSeq(b, "\n") {
		of[line]++
	}
	n := 0
	for line := range strings.SplitSeq(a, "\n") {
		if of[line] > 0 {
			of[line]--
			n++
		}
	}
	return n
}

// chooseClient prefers who sent the request, then who logged the string, then
// whoever is named last.
func (c *collection) chooseClient(e *Exchange, s *signedText) diagnose.Client {
	if e != nil {
		if client, ok := e.client(); ok {
			return client
		}
	}
	if s != nil && s.client != "" {
		for _, client := range slices.Backward(c.clients) {
			if client.ID == s.client && client.Version != "" {
				return client
			}
		}
		return diagnose.Client{ID: s.client, From: "the format of its log"}
	}
	if n := len(c.clients); n > 0 {
		return c.clients[n-1]
	}
	return diagnose.Client{}
}

// report says what was taken, what was done to it, and what is left.
func (c *collection) report(p *Paste, d *document, exchange []Note, s, canonical *signedText) {
	taken := map[Note]bool{}
	say := func(where Note, done []string) {
		taken[where] = true
		p.Found = append(p.Found, where)
		for _, text := range done {
			where.Text = text
			p.Found = append(p.Found, where)
		}
	}
	p.Found = append(p.Found, c.foundHere...)
	if d != nil {
		say(d.where, append(slices.Clone(d.done), remarks(d.ErrorDocument)...))
	}
	for _, where := range exchange {
		say(where, nil)
	}
	for _, signed := range []*signedText{s, canonical} {
		if signed != nil {
			say(signed.where, signed.done)
		}
	}
	if known, ok := diagnose.ClientByID(p.Evidence.Client.ID); ok {
		name := known.Name
		if v := p.Evidence.Client.Version; v != "" {
			name += ", version " + v
		}
		p.Found = append(p.Found, Note{Text: fmt.Sprintf("the client is %s, known by %s", name, p.Evidence.Client.From)})
	}
	leave := func(where Note, other diagnose.Evidence) {
		if !taken[where] {
			taken[where] = true
			where.Text += ": it belongs to another request, or says nothing new"
			p.Unused, p.Others = append(p.Unused, where), append(p.Others, other)
		}
	}
	for _, other := range c.documents {
		leave(other.where, diagnose.Evidence{Error: other.ErrorDocument})
	}
	for _, other := range c.exchanges {
		leave(other.Where, diagnose.Evidence{Request: other.Request})
	}
	for _, other := range c.signed {
		leave(other.where, diagnose.Evidence{ClientString: other.text})
	}
	p.Unused = append(p.Unused, c.notUsed...)
	if c.dropped > 0 {
		p.Unused = append(p.Unused, Note{Text: fmt.Sprintf("%d requests, error documents and strings were left out: only the last ones were kept", c.dropped)})
	}
}

// remarks say what became of a document on its way.
func remarks(d *diagnose.ErrorDocument) []string {
	var out []string
	text, _ := d.Field("StringToSign")
	lost := d.StringToSign != "" && !strings.Contains(text, "\n")
	switch {
	case d.StringToSignOrigin == diagnose.FromEscapedText:
		out = append(out, `the line feeds of StringToSign are printed as \n and were read so`)
	case lost && d.StringToSignOrigin == diagnose.FromBytes && strings.Contains(d.StringToSign, "\n") && !strings.Contains(text, `\n`):
		out = append(out, "the line feeds of StringToSign are lost; they were taken from StringToSignBytes")
	case lost && d.StringToSignOrigin == diagnose.FromText:
		out = append(out, "the line feeds of StringToSign are lost and there is no StringToSignBytes to take them from: paste the body as it was served")
	}
	if d.CanonicalRequest != "" && !strings.Contains(d.CanonicalRequest, "\n") {
		out = append(out, "the line feeds of CanonicalRequest are lost; its lines count where they have the hash that stands in StringToSign")
	}
	for _, name := range d.Masked {
		out = append(out, name+" is masked and cannot be compared")
	}
	for _, name := range d.Damaged {
		out = append(out, name+" is damaged: it is cut off or cannot be read")
	}
	return out
}
