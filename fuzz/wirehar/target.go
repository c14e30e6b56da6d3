// Package wirehar is the fuzz target for the reader of HAR files: it refuses
// in words, and what it reads can be sent.
package wirehar

import (
	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/wire"
)

// Check takes data for a HAR file.
func Check(data []byte) { fuzz.Run("wirehar", data, check) }

func check(data []byte) {
	entries, err := wire.ParseHAR(data)
	if err != nil {
		fuzz.Refusal("wire/har-refusal", err)
		return
	}
	for _, e := range entries {
		if e.Index < 1 || e.Request == nil {
			fuzz.Fail("wire/har-entry", "an entry without place or request: %+v", e)
		}
		fuzz.Resend("wire/har-resend", e.Request)
	}
}
