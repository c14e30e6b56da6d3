// Package wirecapture is the fuzz target for the reader of capture NDJSON: it
// refuses in words, what it reads can be sent, and the lines it writes for
// that are read as the same requests.
package wirecapture

import (
	"bytes"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/wire"
)

// Check takes data for a capture file.
func Check(data []byte) { fuzz.Run("wirecapture", data, check) }

func check(data []byte) {
	captures, err := wire.ParseCapture(bytes.NewReader(data))
	if err != nil {
		fuzz.Refusal("wire/capture-refusal", err)
		return
	}
	var file []byte
	for _, c := range captures {
		fuzz.Resend("wire/capture-resend", c.Request)
		file = wire.AppendCapture(file, c)
	}
	back, err := wire.ParseCapture(bytes.NewReader(file))
	if err != nil || len(back) != len(captures) {
		fuzz.Fail("wire/capture-rewrite", "%d captures are written as %q and read as %d, %v", len(captures), file, len(back), err)
	}
	for i, c := range captures {
		if back[i].ID != c.ID || back[i].Request.Head() != c.Request.Head() || !fuzz.Same(back[i].Request, c.Request) {
			fuzz.Fail("wire/capture-rewrite", "capture %d of %q is read back as %+v", i+1, file, back[i])
		}
	}
}
