// Package version says which Countersign this is.
package version

// Suite is the version of the suite: of the vectors and the program together.
// Vectors name in "since" the version that brought them.
const Suite = "0.1.0"
