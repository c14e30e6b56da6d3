package interop

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// newBrand is a variable for the environment of a process. Its children inherit
// it, those in groups and sessions of their own too: a browser, a daemon of a
// build.
func newBrand() string { return "COUNTERSIGN_INTEROP_BRAND=" + rand.Text() }

// killBranded kills all processes that carry a brand, until there are none: one
// that is about to start another is seen again.
func killBranded(brand string) {
	for range 100 {
		found := false
		names, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is well-formed
		for _, name := range names {
			// What cannot be read is another user's, has ended or is about to.
			environ, err := os.ReadFile(name)
			if err != nil || !bytes.Contains(environ, []byte(brand)) {
				continue
			}
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
				found = true
			}
		}
		if !found {
			return
		}
	}
}
