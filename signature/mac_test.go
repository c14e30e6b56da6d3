package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"testing"

	"pgregory.net/rapid"
)

func TestHMACIsThatOfTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "key")
		text := rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "text")
		var s Signing
		want := hmac.New(sha1.New, key)
		want.Write(text)
		if got := s.hmacSHA1(string(key), text); !hmac.Equal(got[:], want.Sum(nil)) {
			t.Fatalf("HMAC-SHA1: got %x, want %x", got, want.Sum(nil))
		}
		want = hmac.New(sha256.New, key)
		want.Write(text)
		if got := s.hmacSHA256(key, text); !hmac.Equal(got[:], want.Sum(nil)) {
			t.Fatalf("HMAC-SHA256: got %x, want %x", got, want.Sum(nil))
		}
	})
}
