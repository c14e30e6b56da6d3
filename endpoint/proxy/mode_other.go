//go:build !unix

package proxy

import "io/fs"

// exposed reports false: there are no such modes here.
func exposed(fs.FileMode) bool { return false }
