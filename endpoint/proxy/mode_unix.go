//go:build unix

package proxy

import "io/fs"

// exposed reports whether anyone but its owner may do anything with a file.
func exposed(mode fs.FileMode) bool { return mode.Perm()&0o077 != 0 }
