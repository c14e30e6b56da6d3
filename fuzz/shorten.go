package fuzz

import (
	"math/bits"
	"slices"
)

// Shorten returns a short input that keep accepts, made of one that it accepts:
// the end is cut off, pieces are taken out, and bytes are made zero, which are
// the plain choices. It calls keep no more than limit times.
func Shorten(data []byte, limit int, keep func(data []byte) bool) []byte {
	try := func(shorter []byte) bool {
		if limit <= 0 {
			return false
		}
		limit--
		if !keep(shorter) {
			return false
		}
		data = shorter
		return true
	}
	for changed := true; changed && limit > 0; {
		before := slices.Clone(data)
		for size := 1 << bits.Len(uint(len(data))); size > 0; size /= 2 {
			for at := len(data) - size; at >= 0 && limit > 0; at -= size {
				if at+size <= len(data) {
					try(slices.Concat(data[:at], data[at+size:]))
				}
			}
		}
		for i := range data {
			for _, plain := range []byte{0, data[i] / 2} {
				if data[i] > plain {
					simpler := slices.Clone(data)
					simpler[i] = plain
					if try(simpler) {
						break
					}
				}
			}
		}
		changed = !slices.Equal(before, data)
	}
	return slices.Clone(data)
}
