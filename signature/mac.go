package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"hash"
)

// keyedMAC keeps an HMAC keyed with the last secret. Keying costs as much as
// the MAC of a short string, and a signer signs many requests with one key.
type keyedMAC struct {
	secret string
	size   int // of the sum, which tells the hash
	mac    hash.Hash
}

// hmacSHA1 appends HMAC-SHA1(secret, text), RFC 2104.
func (s *Signing) hmacSHA1(dst []byte, secret string, text []byte) []byte {
	return s.mac.sum(dst, sha1.New, sha1.Size, secret, text)
}

// hmacSHA256 appends HMAC-SHA256(secret, text).
func (s *Signing) hmacSHA256(dst []byte, secret string, text []byte) []byte {
	return s.mac.sum(dst, sha256.New, sha256.Size, secret, text)
}

func (k *keyedMAC) sum(dst []byte, h func() hash.Hash, size int, secret string, text []byte) []byte {
	if k.mac == nil || k.size != size || k.secret != secret {
		*k = keyedMAC{secret, size, hmac.New(h, []byte(secret))}
	} else {
		k.mac.Reset()
	}
	k.mac.Write(text)
	return k.mac.Sum(dst)
}
