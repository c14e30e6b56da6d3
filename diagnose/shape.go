package diagnose

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// shape is what a signature that arrived was before it was written wrong, as
// far as that can be told.
type shape struct {
	digest   []byte // nil where it cannot be told
	mistakes []made // what was done to it
	whole    string // the signature, mended but not decoded
}

const (
	sizeSHA1   = 20
	sizeSHA256 = 32
)

// isHex reports whether the scheme writes its digests in hexadecimal.
func (c *inquiry) isHex() bool { return c.scheme == "oss-v4" || c.scheme == "obs-v4" }

// digestSize is the length of the digests of the scheme.
func (c *inquiry) digestSize() int {
	if c.isHex() || c.scheme == "oss-v2" {
		return sizeSHA256
	}
	return sizeSHA1
}

// askShape is the second step: what the signature looks like that arrived.
func (c *inquiry) askShape() {
	c.shape.whole = strings.TrimRight(c.provided, " ")
	if c.provided == "" || len(c.provided) > longestVaried || c.refused != signaturesDiffer || layoutOf(c.scheme, c.carrier) == nil {
		return
	}
	c.mendBlanks()
	c.mendPercents()
	if c.isHex() {
		c.readHex()
	} else {
		c.readBase64()
	}
}

func (c *inquiry) shaped(confidence, evidence string, m made) {
	c.shape.mistakes = append(c.shape.mistakes, m)
	c.say(m.Cause, confidence, fmt.Sprintf("SignatureProvided is %q: %s", c.provided, evidence))
}

// mendBlanks turns blanks inside the signature into the plus signs they were.
func (c *inquiry) mendBlanks() {
	if !strings.Contains(strings.TrimRight(c.shape.whole, " "), " ") || c.isHex() {
		return
	}
	confidence := reports.Proof
	if c.carrier == signature.InHeader {
		confidence = reports.Suspicion
	}
	c.shape.whole = strings.ReplaceAll(c.shape.whole, " ", "+")
	c.shaped(confidence, "a blank stands where a plus sign was, which a URL turns into a blank unless it is written %2B", did("plus-as-blank", ""))
}

// mendPercents decodes a signature that is still percent-encoded.
func (c *inquiry) mendPercents() {
	if !strings.Contains(c.shape.whole, "%") {
		return
	}
	decoded := wire.Unescape(c.shape.whole)
	for n := 0; n < 8 && strings.Contains(decoded, "%") && wire.Unescape(decoded) != decoded; n++ {
		decoded = wire.Unescape(decoded)
	}
	if decoded == c.shape.whole {
		return
	}
	c.shape.whole = decoded
	switch c.carrier {
	case signature.InHeader:
		c.shaped(reports.Proof, "it is percent-encoded, and a header is not decoded", did("signature-percent-encoded", ""))
	case signature.InQuery:
		c.shaped(reports.Proof, "it is percent-encoded after the URL was decoded once", did("signature-encoded-twice", ""))
	default:
		c.shaped(reports.Suspicion, "it is percent-encoded", did("signature-percent-encoded", ""))
	}
}

// readHex reads the signature of V4, 64 hexadecimal digits.
func (c *inquiry) readHex() {
	s := c.shape.whole
	lower := strings.ToLower(s)
	raw, err := hex.DecodeString(lower)
	switch n := len(s); {
	case err == nil && n == 2*sizeSHA256:
		c.shape.digest = raw
		if s != lower {
			c.shaped(reports.Suspicion, "its digits are in upper case", did("signature-case", ""))
		}
	case strings.Trim(lower, "0123456789abcdef") == "" && n < 2*sizeSHA256 && n != 2*sizeSHA1:
		c.shaped(reports.Proof, fmt.Sprintf("it has %d digits of 64", n), did("signature-cut", ""))
	case err == nil && n == 2*sizeSHA1:
		c.shape.digest = raw
		c.shaped(reports.Proof, "it is the hexadecimal form of 20 bytes, as HMAC-SHA1 gives them", did("hash-other", ""))
	default:
		if raw, ok := decodeBase64(s); ok && (len(raw) == sizeSHA256 || len(raw) == sizeSHA1) {
			c.shape.digest = raw
			c.shaped(reports.Proof, fmt.Sprintf("it is the Base64 of %d bytes; the scheme wants 64 hexadecimal digits", len(raw)), did("digest-hexadecimal", ""))
			return
		}
		c.say("C32", reports.Suspicion, fmt.Sprintf("SignatureProvided is %q, which is not 64 hexadecimal digits", c.provided))
	}
}

func decodeBase64(s string) ([]byte, bool) {
	raw, err := base64.StdEncoding.DecodeString(s)
	return raw, err == nil
}

// readBase64 reads the signature of the V1 family, the Base64 of 20 bytes, and
// that of OSS V2, which are 32.
func (c *inquiry) readBase64() {
	s, size := c.shape.whole, c.digestSize()
	if c.readWrapped(); c.shape.whole != s {
		s = c.shape.whole
	}
	want := base64.StdEncoding.EncodedLen(size)
	if raw, err := hex.DecodeString(s); err == nil && (len(raw) == sizeSHA1 || len(raw) == sizeSHA256) {
		c.shape.digest = raw
		c.shaped(reports.Proof, fmt.Sprintf("it is the hexadecimal form of %d bytes; the scheme wants their Base64", len(raw)), did("digest-hexadecimal", ""))
		return
	}
	raw, ok := decodeBase64(s)
	switch {
	case ok && len(raw) == size:
		c.shape.digest = raw
		if s == strings.ToLower(s) {
			c.say("C06", reports.Suspicion, fmt.Sprintf("SignatureProvided is %q: no letter of it is in upper case", c.provided))
		}
	case ok && (len(raw) == sizeSHA1 || len(raw) == sizeSHA256):
		c.shape.digest = raw
		c.shaped(reports.Proof, fmt.Sprintf("it is the Base64 of %d bytes; the hash function of the scheme gives %d", len(raw), size), did("hash-other", ""))
	case ok && isDigestText(raw):
		c.shape.digest, _ = hex.DecodeString(string(raw))
		c.shaped(reports.Proof, "it is the Base64 of a text of hexadecimal digits, not of the digest", did("digest-encoded-twice", ""))
	case len(s) < want && len(s) != want-1 && strings.Trim(s, base64Letters) == "":
		c.shaped(reports.Proof, fmt.Sprintf("it has %d characters of %d", len(s), want), did("signature-cut", ""))
	case len(s) == want-1:
		for _, id := range []string{"C06", "C32"} {
			c.say(id, reports.Suspicion, fmt.Sprintf("SignatureProvided is %q: its last character is missing", c.provided))
		}
		c.shape.digest, _ = base64.RawStdEncoding.DecodeString(s)
		c.shape.mistakes = append(c.shape.mistakes, did("signature-cut", ""))
	default:
		c.say("C32", reports.Suspicion, fmt.Sprintf("SignatureProvided is %q, which is not the Base64 of %d bytes", c.provided, size))
	}
}

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

func isDigestText(raw []byte) bool {
	sum, err := hex.DecodeString(string(raw))
	return err == nil && (len(sum) == sizeSHA1 || len(sum) == sizeSHA256)
}

// readWrapped mends the alphabet for URLs, and line breaks.
func (c *inquiry) readWrapped() {
	s := c.shape.whole
	switch mended := strings.NewReplacer("-", "+", "_", "/").Replace(s); {
	case strings.ContainsAny(s, "\r\n"):
		c.shape.whole = strings.NewReplacer("\r", "", "\n", "").Replace(s)
		c.shaped(reports.Proof, "it holds a line break", did("digest-alphabet", ""))
	case mended != s && len(s) >= base64.RawStdEncoding.EncodedLen(c.digestSize()):
		c.shape.whole = mended
		if len(mended)%4 == 3 {
			c.shape.whole += "="
		}
		c.shaped(reports.Proof, "it is written in the Base64 for URLs, with - and _", did("digest-alphabet", ""))
	}
}
