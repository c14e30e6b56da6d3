package signature

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
)

// HMAC (RFC 2104) over hash functions that work on the stack. crypto/hmac
// keeps two hash states on the heap for each key, which costs more than the
// hashing itself for strings as short as these. A test holds both equal.

// macBlock is a key brought to the block size of SHA-1 and SHA-256.
type macBlock [64]byte

const (
	innerPad = 0x36
	outerPad = 0x5c
)

// padded appends the block with every byte changed by pad.
func (b *macBlock) padded(dst []byte, pad byte) []byte {
	for _, c := range b {
		dst = append(dst, c^pad)
	}
	return dst
}

// hmacSHA1 is HMAC-SHA1(key, text).
func (s *Signing) hmacSHA1(key string, text []byte) [sha1.Size]byte {
	var block macBlock
	if len(key) > len(block) {
		short := sha1.Sum([]byte(key))
		copy(block[:], short[:])
	} else {
		copy(block[:], key)
	}
	inner := sha1.Sum(s.innerText(&block, text))
	var outer [len(block) + sha1.Size]byte
	return sha1.Sum(append(block.padded(outer[:0], outerPad), inner[:]...))
}

// hmacSHA256 is HMAC-SHA256(key, text).
func (s *Signing) hmacSHA256(key, text []byte) [sha256.Size]byte {
	var block macBlock
	if len(key) > len(block) {
		short := sha256.Sum256(key)
		copy(block[:], short[:])
	} else {
		copy(block[:], key)
	}
	inner := sha256.Sum256(s.innerText(&block, text))
	var outer [len(block) + sha256.Size]byte
	return sha256.Sum256(append(block.padded(outer[:0], outerPad), inner[:]...))
}

// sameSecret compares what a request brings with what only its signer should
// know. How long it takes does not tell where they differ.
func sameSecret(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// innerText is what the inner hash reads. It stays valid until the next call,
// and is wiped of the key when the state is given back.
func (s *Signing) innerText(block *macBlock, text []byte) []byte {
	s.macText = append(block.padded(s.macText[:0], innerPad), text...)
	return s.macText
}
