package vectors

import "io/fs"

// Embedded returns the files this package was built with, a folder for
// [LoadFS] and [Lint].
func Embedded() fs.FS { return embedded }

// FileNames lists the vector files below the root of fsys in lexical order:
// every JSON file but the schemas, and nothing whose name begins with a dot or
// an underscore.
func FileNames(fsys fs.FS) ([]string, error) { return sourceNames(fsys) }
