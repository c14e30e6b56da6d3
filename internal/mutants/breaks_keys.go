package mutants

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"

	"github.com/countersign/countersign/signature"
)

// What is hashed, by what, and with which key.

// signedAs signs otherwise.
func signedAs(sign func(secret, text string) string) Break {
	return stage(signature.SignatureValue, func(s *signature.Signing, dst []byte) ([]byte, error) {
		return append(dst, sign(s.Credentials.AccessKeySecret, string(s.Bytes(signature.StringToSign)))...), nil
	})
}

// hashedBy signs with another hash or another form of the secret.
func hashedBy(of func() hash.Hash, key func(secret string) string) Break {
	return signedAs(func(secret, text string) string {
		return base64.StdEncoding.EncodeToString(mac(of, []byte(key(secret)), text))
	})
}

// asItIs is the text itself.
func asItIs(text string) string { return text }

// firstBlock cuts a secret at one block of the hash, where it should be hashed.
func firstBlock(secret string) string { return secret[:min(len(secret), sha256.BlockSize)] }

// keyChain is what the signing key of V4 is derived from.
type keyChain struct {
	prefix, secret string
	steps          []string // day, region, product and the closing word
}

// derived derives the signing key otherwise.
func derived(change func(c *keyChain)) Break {
	return stage(signature.SigningKey, func(s *signature.Signing, dst []byte) ([]byte, error) {
		n := &s.Profile.Names
		c := keyChain{n.KeyPrefix, s.Credentials.AccessKeySecret, []string{s.Scope.Date, s.Scope.Region, s.Scope.Product, n.Terminator}}
		change(&c)
		key := []byte(c.prefix + c.secret)
		for _, step := range c.steps {
			key = mac(sha256.New, key, step)
		}
		return hex.AppendEncode(dst, key), nil
	})
}
