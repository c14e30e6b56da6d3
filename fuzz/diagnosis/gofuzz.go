//go:build gofuzz

package diagnosis

// Fuzz is the entry for dvyukov/go-fuzz and, through it, libFuzzer.
func Fuzz(data []byte) int {
	Check(data)
	return 0
}
