package diagnose

import (
	"fmt"
	"strings"

	"github.com/countersign/countersign/signature"
)

// Explain says why a request was refused, as far as the evidence tells. It asks
// in this order:
//
//  1. codes.go: what the service answered, and what of the request breaks the
//     grammar of its authentication.
//  2. shape.go: what the signature looks like that arrived.
//  3. compare.go: where the string of the client, or the one that follows from
//     the request, first differs from the string of the service.
//  4. search.go: which mistakes lead from the string of the service to the
//     signature, or from the canonical request of the client to the hash of the
//     service.
//  5. suspect.go: what is unusual. Nothing of this is a proof.
//
// Equal evidence gives an equal answer. It needs at most about a second.
func Explain(e Evidence) Diagnosis { return Within(e, mostHypotheses) }

// Glance is [Explain] with a search of some ten milliseconds: most mistakes alone
// and many pairs. It is for those who look at one request after another.
func Glance(e Evidence) Diagnosis { return Within(e, fewHypotheses) }

// Within is [Explain] with searches that try so many hypotheses at most. It is
// for those who ask for one answer after another and need the search of none,
// such as a fuzzer. What was not tried is said.
func Within(e Evidence, hypotheses int) Diagnosis {
	limit := min(max(hypotheses, 1), mostHypotheses)
	c := openInquiry(e)
	c.limit = limit
	c.findContradictions()
	c.askCodes()
	c.askShape()
	if c.refused == signaturesDiffer {
		c.compareStrings()
		c.search()
	}
	if !c.proven() {
		c.suspect()
	}
	c.showEqual()
	return c.conclude()
}

// refusal says what kind of answer is looked into.
type refusal int

const (
	signaturesDiffer refusal = iota // the signatures differ, or nothing else is known
	otherFault                      // the service named another fault
)

// inquiry is one call of [Explain].
type inquiry struct {
	Evidence
	out   Diagnosis
	limit int // hypotheses of a search

	doc     *ErrorDocument
	dialect Dialect
	scheme  string
	carrier signature.Carrier
	profile *signature.Profile // nil where scheme or carrier is not known
	refused refusal

	provided string // the signature that arrived; "" where it is not known or masked
	shape    shape

	// What is signed: the string of the V1 family, the canonical request of V4,
	// the policy of a form. Each is nil where it is not known.
	server, client, rebuilt *parts
	// The string to sign of V4.
	serverV4, clientV4, rebuiltV4 *stringV4

	found   *signature.Verification // of the request, or nil
	foreign bool                    // the request belongs to another exchange than the document
	transit transit
	alone   bool // nobody stands between the signer and whoever asks

	rightURL bool     // nothing is wrong in the URL, and no more is known
	ofClient []string // the causes that the client's own string alone proves
}

// transit says what is known of the way between the client and the service.
type transit int

const (
	transitUnknown transit = iota
	transitChanged         // the service saw another request than was sent
	transitKept            // it saw the same
)

func openInquiry(e Evidence) *inquiry {
	c := &inquiry{Evidence: e, doc: e.Error, out: Diagnosis{Contradictions: []string{}}}
	if c.doc == nil {
		c.doc = ErrorDocumentOfHeaders(e.Answer)
	}
	if c.doc == nil {
		c.doc = &ErrorDocument{}
	}
	c.dialect = c.doc.Dialect
	if c.dialect == "" {
		c.dialect = c.Client.dialect()
	}
	c.readServer()
	c.readRequest()
	c.readClient()
	if c.fillBare(c.client); c.server != nil {
		c.fillBare(c.server)
	}
	c.out.Dialect, c.out.Scheme, c.out.Carrier = string(c.dialect), c.scheme, string(c.carrier)
	return c
}

// readServer finds scheme and carrier in the document and takes its string
// apart.
func (c *inquiry) readServer() {
	if !c.doc.IsMasked("SignatureProvided") && !c.doc.IsDamaged("SignatureProvided") {
		c.provided = c.doc.SignatureProvided
	}
	if row, ok := c.doc.Meaning(); ok {
		if len(row.Schemes) == 1 {
			c.scheme = row.Schemes[0]
		}
		if len(row.Carriers) == 1 {
			c.carrier = row.Carriers[0]
		}
	}
	text := c.doc.StringToSign
	if whole, ok := unfold(text); ok && c.doc.StringToSignOrigin != FromBytes {
		text = whole
	}
	if text == "" || c.doc.IsDamaged("StringToSign") && c.doc.StringToSignOrigin != FromBytes {
		return
	}
	told := schemeOf(text)
	switch {
	case told == "v1":
		c.scheme = c.familyOfV1()
	case told != "":
		c.scheme = told
	case isPolicy(text):
		c.carrier = signature.InForm
	}
	switch told {
	case "oss-v4", "obs-v4":
		if v4, ok := splitV4(text); ok {
			c.serverV4 = &v4
		}
		if request := c.doc.CanonicalRequest; request != "" && !c.masked("CanonicalRequest", c.doc.CanonicalRequestOrigin) {
			if c.serverV4 != nil {
				request, _ = unfoldCanonical(request, c.serverV4.hash)
			}
			c.server, _ = c.apart(request)
			c.checkCanonical()
		}
	case "v1":
		if !c.masked("StringToSign", c.doc.StringToSignOrigin) {
			c.server, _ = c.apart(text)
		}
	default:
		if c.carrier == signature.InForm {
			c.server, _ = takeApart(text, policyLayout, nil)
		}
	}
	c.carrierOfServer()
}

// checkCanonical holds the canonical request against its hash. One that was
// changed on its way to whoever asks is not compared with anything.
func (c *inquiry) checkCanonical() {
	if c.server == nil || c.serverV4 == nil {
		return
	}
	if hash := hashOf(c.server.String()); hash != c.serverV4.hash {
		c.contradict(fmt.Sprintf("the hash in StringToSign is %s, that of CanonicalRequest is %s", c.serverV4.hash, hash))
		c.server = nil
	}
}

// masked reports whether a text cannot be compared.
func (c *inquiry) masked(name string, origin Origin) bool {
	return origin != FromBytes && c.doc.IsMasked(name)
}

// familyOfV1 tells the schemes apart whose strings begin with a method.
func (c *inquiry) familyOfV1() string {
	switch {
	case c.scheme != "" && c.scheme != "oss-v4" && c.scheme != "obs-v4":
		return c.scheme
	case c.doc.AccessKeyElement == "AWSAccessKeyId" || strings.Contains(c.doc.StringToSign, "\nx-amz-"):
		return "obs-aws-v2"
	case c.dialect == OBS || strings.Contains(c.doc.StringToSign, "\nx-obs-"):
		return "obs-v2"
	}
	return "oss-v1"
}

// apart takes a text apart that is signed, or hashed in V4.
func (c *inquiry) apart(text string) (*parts, bool) {
	var signed func(string) bool
	if p, err := signature.Lookup(c.scheme, signature.InHeader); err == nil {
		signed = p.SignedParameter
	}
	p, ok := takeApart(text, layoutOf(c.scheme, c.carrier), signed)
	if !ok {
		return nil, false
	}
	return p, true
}

// carrierOfServer tells header and URL apart.
func (c *inquiry) carrierOfServer() {
	if c.server != nil && c.carrier == "" {
		switch {
		case layoutOf(c.scheme, "") == nil:
		case c.serverV4 != nil && hasSignatureQuery(c.server.text[queryField]):
			c.carrier = signature.InQuery
		case c.serverV4 == nil && isNumber(c.server.text[dateField]):
			c.carrier = signature.InQuery
		default:
			c.carrier = signature.InHeader
		}
	}
	c.setProfile()
}

func (c *inquiry) setProfile() {
	if c.carrier == "" {
		return
	}
	if p, err := signature.Lookup(c.scheme, c.carrier); err == nil {
		c.profile = p
		if c.dialect == "" {
			c.dialect = dialectOf(p.ID())
		}
	}
}

// names are the words of the scheme; those of its header where the carrier is
// not known.
func (c *inquiry) names() signature.Names {
	if c.profile != nil {
		return c.profile.Names
	}
	if p, err := signature.Lookup(c.scheme, signature.InHeader); err == nil {
		return p.Names
	}
	return signature.Names{}
}

func hasSignatureQuery(query string) bool {
	return strings.Contains(query, "x-oss-credential=") || strings.Contains(query, "X-Amz-Credential=")
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// readRequest builds what a server would sign for the request.
func (c *inquiry) readRequest() {
	if c.Request == nil {
		return
	}
	known := c.Credentials
	v := signature.Verifier{
		Hosts:  c.hosts(),
		Secret: func(string) (signature.Credentials, bool) { return known, true },
	}
	c.found = v.Verify(c.Request)
	if p := c.found.Profile; p != nil {
		if c.scheme == "" {
			c.scheme = p.Scheme
		}
		if c.carrier == "" && c.scheme == p.Scheme {
			c.carrier = p.Carrier
		}
		c.setProfile()
	}
	if c.provided == "" && c.doc.SignatureProvided == "" {
		c.provided = c.found.Provided
	}
	if p := c.found.Profile; p == nil || p.Scheme != c.scheme || p.Carrier != c.carrier && c.carrier != "" {
		return
	}
	text := c.found.Stage(signature.StringToSign)
	if request := c.found.Stage(signature.CanonicalRequest); request != "" {
		if v4, ok := splitV4(text); ok {
			c.rebuiltV4 = &v4
		}
		text = request
	}
	if text != "" {
		c.rebuilt, _ = c.apart(text)
	}
}

// hosts adds, to what the evidence knows of hosts, that the service found its
// bucket behind a host of another domain.
func (c *inquiry) hosts() signature.Hosts {
	h := c.Hosts
	if h.Bucket != "" || len(h.CNAMEs) > 0 || c.server == nil || c.dialect == OBS {
		return h
	}
	if _, known := signature.KnownEndpoint(strings.ToLower(hostname(c.Request.Host()))); !known {
		h.Bucket, _, _ = strings.Cut(strings.TrimPrefix(c.server.text[pathField], "/"), "/")
	}
	return h
}

func hostname(host string) string {
	name, _, _ := strings.Cut(host, ":")
	return name
}

// readClient takes the strings of the client apart.
func (c *inquiry) readClient() {
	text := c.ClientString
	if text != "" && !strings.Contains(text, "\n") {
		if whole, ok := unfold(unescapeLineFeeds(text)); ok || strings.Contains(text, `\n`) {
			text = whole
		}
	}
	if told := schemeOf(text); c.scheme == "" && told != "" {
		if told == "v1" {
			told = c.familyOfV1()
		}
		c.scheme = told
		c.setProfile()
	}
	if v4, ok := splitV4(text); ok {
		c.clientV4 = &v4
		text = ""
	}
	if c.ClientCanonical != "" {
		text = c.ClientCanonical
	}
	if text != "" {
		c.client = c.straighten(text)
	}
}

// findContradictions compares what the evidence says twice.
func (c *inquiry) findContradictions() {
	for _, said := range c.doc.Contradictions {
		c.contradict(said.String())
	}
	if row, ok := ByEC(c.doc.EC); ok && len(row.Schemes) > 0 && c.scheme != "" && !contains(row.Schemes, c.scheme) {
		c.contradict(fmt.Sprintf("EC %s is about %s, the StringToSign is one of %s", c.doc.EC, strings.Join(row.Schemes, " and "), c.scheme))
	}
	if id := c.doc.AccessKeyID; id != "" && c.Credentials.AccessKeyID != "" && !FitsMask(id, c.Credentials.AccessKeyID) {
		c.contradict(fmt.Sprintf("the service names the access key %q, the credentials given are those of %q", id, c.Credentials.AccessKeyID))
	}
	if c.Status >= 200 && c.Status < 300 && c.doc.Code == "" && c.doc.EC == "" {
		c.contradict(fmt.Sprintf("the answer has status %d: this request was not refused", c.Status))
	}
	c.checkExchange()
}

// checkExchange asks whether request and document are of one exchange: they
// carry the same signature then.
func (c *inquiry) checkExchange() {
	if c.found == nil || c.doc.SignatureProvided == "" || c.found.Provided == "" {
		return
	}
	plain := func(s string) string { return strings.ReplaceAll(s, " ", "+") }
	if !FitsMask(plain(strings.TrimRight(c.doc.SignatureProvided, " ")), plain(c.found.Provided)) {
		c.foreign = true
		c.contradict(fmt.Sprintf("the request carries the signature %q, the service quotes %q: they are not of one exchange", c.found.Provided, c.doc.SignatureProvided))
	}
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}
