package diagnose

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
)

// mostHypotheses bounds a search: so many are tried well within a second. One
// over a long text counts as several.
const (
	mostHypotheses = 600_000
	fewHypotheses  = 10_000
	usualLength    = 512
)

// mostMistakes is how many mistakes at once are looked for; beside a mistake in
// the key or in the layout, one less.
const mostMistakes = 3

// search is the fourth step: the mistakes that lead to the signature. With the
// secret they lead to it from the string of the service; for V4 without it, they
// lead from the client's canonical request to the hash of the service.
func (c *inquiry) search() {
	c.findCanonical()
	if c.Credentials.AccessKeySecret == "" || c.shape.whole == "" {
		return
	}
	base := c.server
	if base == nil && !c.foreign {
		base = c.rebuilt
	}
	if base == nil && c.doc.StringToSign == "" {
		base = c.client
	}
	if base == nil {
		c.searchKey()
		return
	}
	if c.checkClient() {
		return
	}
	h := c.newHunt(base)
	if h == nil {
		return
	}
	if len(h.keys) > 0 && c.agreesAlready(base, h) {
		return
	}
	found := h.run()
	if len(found) == 0 {
		found = h.finish()
	}
	c.out.LeftOut = h.leftOut
	if len(found) == 0 {
		c.nothingFits(h)
		return
	}
	for i := range found {
		found[i].mistakes = append(found[i].mistakes, c.shape.mistakes...)
	}
	if len(found[0].mistakes) == 0 { // of a bare URL
		c.tellBare(found)
		return
	}
	// A signature that is found settles what was only seen before, and what the
	// client says it signed.
	c.out.Causes = slices.DeleteFunc(c.out.Causes, func(had reports.Cause) bool {
		return had.Confidence == reports.Suspicion || slices.Contains(c.ofClient, had.ID)
	})
	if len(c.ofClient) > 0 && !slices.ContainsFunc(found, func(r reading) bool { return r.signed == c.client.String() }) {
		c.contradict("the client's own string is not the one that was signed: it is of another request, or of another moment")
		c.out.Readings = nil
	}
	c.tell(found, true, "signed so, the signature is exactly the one that arrived")
	if signed := found[0].signed; signed != "" && signed != base.String() {
		c.out.Compared = nil
		c.showFound(signed, base)
	}
}

// showFound shows what was signed beside what should have been.
func (c *inquiry) showFound(signed string, base *parts) {
	name := serviceSigned
	if c.server == nil {
		name = requestWants
	}
	if base == c.rebuilt && c.bare() {
		if p, ok := c.apart(signed); ok {
			c.fillBare(p)
		}
	}
	c.showText(clientSigned, signed, name, base)
}

// searchKey looks for another key where of the text only its hash is known.
func (c *inquiry) searchKey() {
	if c.serverV4 == nil || c.shape.digest == nil {
		return
	}
	whole := c.serverV4.hash
	var found []reading
	for i, k := range c.derivedKeys(*c.serverV4) {
		if !bytes.Equal(hmacOf(sha256.New, k.key, []byte(k.prefix+whole)), c.shape.digest) {
			continue
		}
		if i == 0 {
			k.mistakes = []made{did("secret-other", "")}
		}
		found = append(found, reading{mistakes: k.mistakes})
	}
	c.tell(found, true, "with that key the string of the service has exactly the signature that arrived")
	if len(found) == 0 {
		c.out.WouldHelp = append(c.out.WouldHelp, "the request: of its canonical form the service shows the hash alone")
	}
}

// agreesAlready handles a signature that is right for the string of the service
// under the given secret, apart from the way it was written.
func (c *inquiry) agreesAlready(base *parts, h *hunt) bool {
	if c.shape.digest == nil || !bytes.Equal(h.keys[0].digest([]byte(base.String())), c.shape.digest) {
		return false
	}
	switch {
	case len(c.shape.mistakes) > 0:
		c.tell([]reading{{mistakes: c.shape.mistakes}}, true, "apart from that the signature is the one the given secret makes of the string of the service")
	case c.server != nil:
		c.tell([]reading{{mistakes: []made{did("secret-other", "")}}}, true, "the signature is recomputed")
	case c.doc.Code != "" || c.doc.EC != "":
		c.say(credentials, reports.Suspicion, "the signature is the one that the given secret makes of the request: the service holds another secret, or saw another request")
		c.out.WouldHelp = append(c.out.WouldHelp, "the StringToSign of the service: it tells which of the two it is")
	default:
		c.out.WouldHelp = append(c.out.WouldHelp, "the answer of the service: the signature of the request is the one that the given secret makes of it")
	}
	return true
}

// checkClient holds the client's own string against the signature: where it is
// what was signed, what compareStrings found is the whole truth.
func (c *inquiry) checkClient() bool {
	return c.client != nil && c.server != nil && c.client.String() != c.server.String() && c.clientSigned() && c.proven()
}

// clientSigned reports whether the client's own string, under the given secret,
// has the signature that arrived.
func (c *inquiry) clientSigned() bool {
	if c.Credentials.AccessKeySecret == "" || c.client == nil || c.shape.digest == nil {
		return false
	}
	h := &hunt{c: c}
	return h.takeKeys(c.client) && len(h.keys) > 0 && bytes.Equal(h.keys[0].digest([]byte(c.client.String())), c.shape.digest)
}

// nothingFits says what remains when no mistake that is known explains a
// signature.
func (c *inquiry) nothingFits(h *hunt) {
	if c.proven() || c.clientSigned() { // then it is the given secret, and what differs stands in the client's string
		return
	}
	tried := fmt.Sprintf("none of %d combinations of known mistakes gives the signature with the given secret", h.tried)
	c.say(credentials, reports.Suspicion, tried+": the client may have signed with another one, or the request was changed into what cannot be guessed")
}

// findCanonical finds the canonical request of the service, of which V4 without
// the element CanonicalRequest shows the hash alone.
func (c *inquiry) findCanonical() {
	if c.serverV4 == nil {
		return
	}
	if c.server != nil && hashOf(c.server.String()) == c.serverV4.hash {
		return
	}
	target, err := hex.DecodeString(c.serverV4.hash)
	if err != nil {
		return
	}
	for _, base := range []*parts{c.rebuilt, c.client} {
		if base == nil || base == c.rebuilt && c.foreign {
			continue
		}
		h := c.plainHunt(base, target)
		server := base
		if hashOf(base.String()) != c.serverV4.hash {
			found := h.run()
			if c.out.LeftOut == "" {
				c.out.LeftOut = h.leftOut
			}
			if len(found) == 0 {
				continue
			}
			server, _ = takeApart(found[0].signed, base.layout, nil)
		}
		if server == nil {
			continue
		}
		c.out.LeftOut = ""
		c.server = server
		c.carrierOfServer()
		c.fillBare(server)
		if c.rebuilt != nil && !c.foreign {
			c.compareRequest(server)
		}
		if !c.laidOutOtherwise() && c.client != nil {
			c.compareClient(server, "the hash in the StringToSign of the service is that of its canonical request, which differs from the client's")
		}
		return
	}
}

// hunt tries combinations of variants until a digest is the one that is wanted.
type hunt struct {
	c       *inquiry
	base    *parts
	target  []byte
	keys    []*keyed
	layouts []laidOut
	choices [fields][]variant // the first one is the text of the base

	buffer  []byte
	chosen  [fields]int
	order   []piece
	edit    func([]byte) []byte
	key     *keyed
	total   int // mistakes in the combinations of this turn
	left    int // hypotheses that may still be tried
	tried   int
	found   []reading
	common  []made // made beside those of the fields
	leftOut string
	reach   [fields + 1]int // the most mistakes that can be made from a field on
}

// keyed computes digests with one key, without allocating: crypto/hmac keeps the
// states behind the two pads of its key.
type keyed struct {
	signingKey
	mac   hash.Hash // nil: the digest is a bare SHA-256, the hash of a canonical request
	v4    bool      // the text is hashed first, and its hash stands behind the prefix
	lines []byte    // the string to sign of V4
	sum   []byte
}

func newKeyed(k signingKey, size int, v4 bool) *keyed {
	algorithm := sha256.New
	if size == sizeSHA1 {
		algorithm = sha1.New
	}
	return &keyed{signingKey: k, mac: hmac.New(algorithm, k.key), v4: v4}
}

// digest returns the digest of a text. It is valid until the next call.
func (k *keyed) digest(text []byte) []byte {
	if k.mac == nil || k.v4 {
		hashed := sha256.Sum256(text)
		if k.mac == nil {
			k.sum = append(k.sum[:0], hashed[:]...)
			return k.sum
		}
		k.lines = hex.AppendEncode(append(k.lines[:0], k.prefix...), hashed[:])
		text = k.lines
	}
	k.mac.Reset()
	k.mac.Write(text)
	k.sum = k.mac.Sum(k.sum[:0])
	return k.sum
}

// newHunt prepares the search with the secret; nil where the lines are missing
// that stand in front of the hash of V4.
func (c *inquiry) newHunt(base *parts) *hunt {
	h := &hunt{c: c, base: base, target: c.shape.digest, left: c.limit}
	if !h.takeKeys(base) {
		return nil
	}
	h.layouts = c.layouts(base)
	h.fill()
	return h
}

// takeKeys derives the keys for a text; it returns false where the lines are
// missing that stand in front of the hash of V4.
func (h *hunt) takeKeys(base *parts) bool {
	c := h.c
	size, v4 := c.digestSize(), base.layout[0].field != policyField && c.isHex()
	var keys []signingKey
	switch {
	case v4 || c.isHex():
		line := c.serverV4
		if line == nil {
			line = c.rebuiltV4
		}
		if line == nil {
			line = c.clientV4
		}
		if line == nil && !v4 {
			line = c.lineOfForm()
		}
		if line == nil {
			return false
		}
		keys = c.derivedKeys(*line)
	default:
		keys = c.secretForms()
	}
	for _, k := range keys {
		h.keys = append(h.keys, newKeyed(k, size, v4))
	}
	return true
}

// lineOfForm makes the lines of V4 of the fields of a form.
func (c *inquiry) lineOfForm() *stringV4 {
	if c.found == nil || c.found.Scope.Date == "" {
		return nil
	}
	n, s := c.names(), c.found.Scope
	return &stringV4{algorithm: n.Version, time: c.found.Timestamp, scope: strings.Join([]string{s.Date, s.Region, s.Product, n.Terminator}, "/")}
}

// plainHunt prepares the search for a canonical request by its hash.
func (c *inquiry) plainHunt(base *parts, target []byte) *hunt {
	h := &hunt{c: c, base: base, target: target, left: c.limit / 3, keys: []*keyed{{}}}
	h.fill()
	return h
}

func (h *hunt) fill() {
	for _, piece := range h.base.layout {
		f := piece.field
		if h.choices[f] = h.unknownOf(f); h.choices[f] == nil {
			h.choices[f] = append([]variant{{text: h.base.text[f]}}, h.c.variants(f, h.base)...)
		}
	}
}

// run returns the readings with the fewest mistakes.
func (h *hunt) run() []reading {
	if h.target == nil {
		return nil
	}
	for total := 0; total <= mostMistakes && len(h.found) == 0; total++ {
		h.total = total
		for i, k := range h.keys {
			if len(k.mistakes) > total || i > 0 && total == mostMistakes {
				continue
			}
			h.turn(k, laidOut{layout: h.base.layout}, total-len(k.mistakes))
			for _, l := range h.layouts {
				if rest := total - len(k.mistakes) - len(l.mistakes); rest >= 0 && total < mostMistakes {
					h.turn(k, l, rest)
				}
			}
		}
		if h.left < 0 && h.leftOut == "" {
			h.leftOut = fmt.Sprintf("the search ended after %d combinations, among those of %d mistakes; the others were not tried", h.tried, total)
		}
	}
	return h.found
}

// turn tries all combinations with so many mistakes under one key and layout.
func (h *hunt) turn(k *keyed, l laidOut, mistakes int) {
	if h.left < 0 || len(h.found) >= 8 {
		return
	}
	h.key, h.order, h.edit = k, l.layout, l.edit
	h.common = append(slices.Clone(k.mistakes), l.mistakes...)
	h.reach[len(h.order)] = 0
	for i := len(h.order) - 1; i >= 0; i-- {
		h.reach[i] = h.reach[i+1]
		if most := h.most(h.order[i].field); most > 0 {
			h.reach[i] += most
		}
	}
	h.buffer = h.buffer[:0]
	h.step(0, mistakes)
}

func (h *hunt) most(f field) int {
	most := 0
	for i := range h.choices[f] {
		most = max(most, len(h.choices[f][i].mistakes))
	}
	return most
}

// step chooses the text of a field and goes on to the next.
func (h *hunt) step(at, mistakes int) {
	if h.left < 0 || mistakes > h.reach[at] {
		return
	}
	if at == len(h.order) {
		h.try()
		return
	}
	f, begin := h.order[at].field, len(h.buffer)
	for i := range h.choices[f] {
		v := &h.choices[f][i]
		if len(v.mistakes) > mistakes || v.alone && (h.total > 1 || len(h.common) > 0) {
			continue
		}
		h.chosen[f] = i
		h.buffer = append(append(h.buffer[:begin], v.text...), h.order[at].after...)
		h.step(at+1, mistakes-len(v.mistakes))
	}
	h.buffer = h.buffer[:begin]
	h.chosen[f] = 0
}

// try holds one combination against the digest that is wanted.
func (h *hunt) try() {
	h.tried++
	if h.left -= 1 + len(h.buffer)/usualLength; h.left < 0 {
		return
	}
	text := h.buffer
	if h.edit != nil {
		text = h.edit(text)
	}
	if bytes.Equal(h.key.digest(text), h.target) {
		h.found = append(h.found, h.reading(string(text)))
	}
}

func (h *hunt) reading(text string) reading {
	r := reading{mistakes: slices.Clone(h.common), signed: text}
	for _, piece := range h.order {
		r.mistakes = append(r.mistakes, h.choices[piece.field][h.chosen[piece.field]].mistakes...)
	}
	return r
}

// costOfSteps is what one text costs, in hypotheses, when all mistakes of the
// last step are tried with it.
const costOfSteps = 60

// finish tries the mistakes of the last step, and signatures of which a part
// alone is there, with the string as it is and with one mistake in it.
func (h *hunt) finish() []reading {
	left := h.c.limit / 2
	try := func(k *keyed, text string, beside []made) bool {
		if left -= costOfSteps * (1 + len(text)/usualLength); left < 0 {
			return false
		}
		h.tried++
		h.tryLastSteps(k, text, beside)
		h.tryDamaged(k, text, beside)
		return true
	}
	for _, k := range h.keys[:min(len(h.keys), 8)] {
		try(k, h.base.String(), nil)
	}
	if len(h.found) > 0 {
		return h.found
	}
	for _, piece := range h.base.layout {
		f := piece.field
		for _, v := range h.choices[f][1:] {
			if v.alone {
				continue
			}
			other := *h.base
			other.text[f] = v.text
			if !try(h.keys[0], other.String(), v.mistakes) {
				if h.leftOut == "" {
					h.leftOut = "of the mistakes in the last step, not all were tried beside another one"
				}
				return h.found
			}
		}
	}
	return h.found
}

func (h *hunt) tryLastSteps(k *keyed, text string, beside []made) {
	if h.target == nil {
		return
	}
	signed := []byte(text)
	if k.v4 {
		signed = []byte(k.prefix + hashOf(text))
	}
	for _, s := range lastSteps {
		if bytes.Equal(s.digest(k.key, signed), h.target) {
			h.add(text, beside, k.mistakes, did(s.name, s.detail))
		}
	}
	if k.v4 && (bytes.Equal(hmacOf(sha256.New, k.key, []byte(text)), h.target) || bytes.Equal(hmacOf(sha256.New, k.key, []byte(k.prefix+strings.ToUpper(hashOf(text)))), h.target)) {
		h.add(text, beside, k.mistakes, did("text-encoding", "the hash of the canonical request in another form, or none"))
	}
}

// shortestPart is the least of a signature that proves the rest.
const shortestPart = 10

// tryDamaged compares the beginning, and the letters without their case.
func (h *hunt) tryDamaged(k *keyed, text string, beside []made) {
	got := h.c.shape.whole
	digest := k.digest([]byte(text))
	want := base64.StdEncoding.EncodeToString(digest)
	if h.c.isHex() {
		want = hex.EncodeToString(digest)
	}
	switch {
	case len(got) < shortestPart || got == want:
	case len(got) < len(want) && strings.HasPrefix(want, got):
		h.add(text, beside, k.mistakes, did("signature-cut", ""))
	case len(got) == len(want) && strings.EqualFold(got, want):
		h.add(text, beside, k.mistakes, did("signature-case", ""))
	}
}

func (h *hunt) add(text string, beside, key []made, m made) {
	all := append(append(slices.Clone(beside), key...), m)
	if slices.ContainsFunc(h.c.shape.mistakes, func(had made) bool { return had.mistake == m.mistake }) {
		all = all[:len(all)-1] // it is known already
	}
	h.found = append(h.found, reading{mistakes: all, signed: text})
}
