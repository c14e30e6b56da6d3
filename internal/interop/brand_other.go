//go:build !linux

package interop

// newBrand is of no use: only Linux lists the environments of processes.
func newBrand() string { return "COUNTERSIGN_INTEROP_BRAND=" }

func killBranded(string) {}
