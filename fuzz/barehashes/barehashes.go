// Package barehashes is what the speed of the targets is measured by: it does
// the hash work of signatures and nothing else. It is no target, it finds
// nothing.
package barehashes

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
)

// Variable is the environment variable that says how many signatures a target
// computes for one input.
const Variable = "COUNTERSIGN_FUZZ_SIGNATURES"

var signatures, _ = strconv.Atoi(os.Getenv(Variable)) // none without it: an empty body

// Check does the hash work of as many signatures as the environment says, for
// the profile that the grammar takes from data.
func Check(data []byte) {
	p := fuzz.OneOf(fuzz.NewChoices(data), typical())
	for range signatures {
		p.hash()
	}
}

// sample is what a profile hashes, with texts as long as those of the grammar
// are on average.
type sample struct {
	v4                bool
	h                 func() hash.Hash
	secret            []byte
	canonical, toSign []byte
}

var typical = sync.OnceValue(func() []sample {
	const inputs = 40
	random := rand.NewChaCha8([32]byte{1})
	var all []sample
	for _, p := range signature.Profiles {
		s := sample{v4: p.Names.Terminator != "", h: sha1.New, secret: []byte("fuzzed-access-key-secret-0001")}
		if p.Scheme == "oss-v2" {
			s.h = sha256.New
		}
		canonical, toSign := 0, 0
		for range inputs {
			data := make([]byte, 100)
			random.Read(data)
			if signed, err := p.Sign(fuzz.Input(p, fuzz.NewChoices(data))); err == nil {
				canonical += len(signed.Stage(signature.CanonicalRequest))
				toSign += len(signed.Stage(signature.StringToSign))
			}
		}
		s.canonical, s.toSign = make([]byte, canonical/inputs), make([]byte, toSign/inputs)
		all = append(all, s)
	}
	return all
})

func (s *sample) hash() {
	if !s.v4 {
		base64.StdEncoding.EncodeToString(mac(s.h, s.secret, s.toSign))
		return
	}
	if len(s.canonical) > 0 {
		digest := sha256.Sum256(s.canonical)
		_ = hex.EncodeToString(digest[:])
	}
	key := s.secret
	for _, part := range []string{"20231201", "cn-hangzhou", "oss", "aliyun_v4_request"} {
		key = mac(sha256.New, key, []byte(part))
	}
	_ = hex.EncodeToString(mac(sha256.New, key, s.toSign))
}

func mac(h func() hash.Hash, key, text []byte) []byte {
	m := hmac.New(h, key)
	m.Write(text)
	return m.Sum(nil)
}
