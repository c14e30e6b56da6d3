package fuzz

import "math/rand/v2"

// longest is the length of the longest random input: more than most requests
// have choices.
const longest = 200

// Random makes inputs without an engine: bytes of random length, by a seed.
// The grammar gives every byte a meaning, so that this finds what breaks a rule
// of canonicalization without looking at coverage; the table of planted bugs
// says how soon.
type Random struct {
	bytes   *rand.ChaCha8
	numbers *rand.Rand
	data    [longest]byte
}

// NewRandom returns the inputs of a seed, the same in every run.
func NewRandom(seed uint64) *Random {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	source := rand.NewChaCha8(key)
	return &Random{bytes: source, numbers: rand.New(source)}
}

// Next returns the next input. It is valid until the next call.
func (r *Random) Next() []byte {
	input := r.data[:r.numbers.IntN(longest+1)]
	r.bytes.Read(input)
	return input
}
