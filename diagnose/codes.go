package diagnose

import (
	"strings"

	"github.com/countersign/countersign/signature"
)

// Basis says what the meaning of a code rests on.
type Basis string

// The bases.
const (
	Documented Basis = "documented" // a page of the service says so
	Observed   Basis = "observed"   // an answer of the service showed it
	Inferred   Basis = "inferred"   // a conclusion
)

// Code is what a service answers a refused request with, and what that tells.
// A row of the table is about an EC, about a code in general, or about a code
// with one of its messages.
type Code struct {
	EC       string              `json:"ec,omitempty"` // OSS: 0002-00000040
	Dialect  Dialect             `json:"dialect"`
	Code     string              `json:"code,omitempty"`     // SignatureDoesNotMatch; empty where it is not known
	Message  string              `json:"message,omitempty"`  // as the service words it
	Status   int                 `json:"status,omitempty"`   // HTTP; 0 where it is not known
	Guessed  []string            `json:"guessed,omitempty"`  // "code", "status": nobody saw that value
	Schemes  []string            `json:"schemes,omitempty"`  // it tells of these; none: it does not tell
	Carriers []signature.Carrier `json:"carriers,omitempty"` // likewise
	Meaning  string              `json:"meaning"`
	Causes   []string            `json:"causes"` // ids, the most likely first; none for a mismatch, where the first line that differs decides
	Basis    Basis               `json:"basis"`  // of the meaning
	Source   string              `json:"source"`
}

type codesFile struct {
	Schema string `json:"$schema"`
	Codes  []Code `json:"codes"`
}

var knownCodes = mustLoad[codesFile]("codes.json")

// Codes returns the whole table. The list is shared: do not change it.
func Codes() []Code { return knownCodes.Codes }

// ByEC returns what is known of an EC of OSS, such as 0002-00000040.
func ByEC(ec string) (Code, bool) {
	if ec == "" {
		return Code{}, false
	}
	return findCode(func(c *Code) bool { return c.EC == ec })
}

// ByCode returns what a code such as SignatureDoesNotMatch says in general.
// Where its causes differ by message, [ErrorDocument.Meaning] says more.
func ByCode(dialect Dialect, code string) (Code, bool) {
	return findCode(func(c *Code) bool { return c.EC == "" && c.Message == "" && c.Dialect == dialect && c.Code == code })
}

// IsCode reports whether a word such as SignatureDoesNotMatch is an error code of
// one of the services.
func IsCode(word string) bool { return codeWords[word] }

var codeWords = func() map[string]bool {
	words := map[string]bool{}
	for _, c := range knownCodes.Codes {
		words[c.Code] = true
	}
	delete(words, "")
	return words
}()

// Meaning returns the row of the table that says most about the document: that
// of its EC, else that of its code with its message, else that of its code.
func (d *ErrorDocument) Meaning() (Code, bool) {
	if c, ok := ByEC(d.EC); ok {
		return c, true
	}
	// Both services are seen with and without the full stop at the end.
	message := strings.TrimSuffix(d.Message, ".")
	c, ok := findCode(func(c *Code) bool {
		return c.EC == "" && c.Dialect == d.Dialect && c.Code == d.Code && c.Message != "" && strings.TrimSuffix(c.Message, ".") == message
	})
	if ok {
		return c, true
	}
	return ByCode(d.Dialect, d.Code)
}

func findCode(fits func(*Code) bool) (Code, bool) {
	for i := range knownCodes.Codes {
		if fits(&knownCodes.Codes[i]) {
			return knownCodes.Codes[i], true
		}
	}
	return Code{}, false
}
