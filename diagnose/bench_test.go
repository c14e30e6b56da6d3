package diagnose

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// unexplained is the evidence of a signature that no mistake explains: all
// combinations have to be tried.
func unexplained(profile *signature.Profile) Evidence {
	prefix := profile.Names.HeaderPrefix
	in := &signature.Input{
		Bucket: "examplebucket", Addressing: signature.VirtualHost, Region: "cn-hangzhou", Time: time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC),
		Credentials: signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "anothersecret"},
		Request: &wire.Request{Method: "PUT", Target: "/photos/2026/cat%20picture.jpg?acl&response-content-type=text%2Fplain", Headers: []wire.Header{
			{Name: "Host", Value: "examplebucket.oss-cn-hangzhou.aliyuncs.com"},
			{Name: "Content-Type", Value: "image/jpeg"},
			{Name: prefix + "meta-author", Value: "somebody"},
			{Name: prefix + "storage-class", Value: "IA"},
		}},
	}
	signed, err := profile.Sign(in)
	if err != nil {
		panic(err)
	}
	return Evidence{Request: signed.Request(), Credentials: signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "examplesecret"}}
}

func hashes(scheme string) func() hash.Hash {
	if scheme == "oss-v4" {
		return sha256.New
	}
	return sha1.New
}

// BenchmarkSearch measures the search beside bare HMACs of the same text with
// crypto/hmac, turn about in one run. The goal of the design is 300,000
// hypotheses a second for V1.
func BenchmarkSearch(b *testing.B) {
	for _, p := range []*signature.Profile{signature.OSSV1Header, signature.OSSV4Header} {
		b.Run(p.ID(), func(b *testing.B) {
			c := openInquiry(unexplained(p))
			c.limit = mostHypotheses
			c.askShape()
			text := []byte(c.rebuilt.String())
			mac := hmac.New(hashes(p.Scheme), []byte("examplesecret"))
			var sum, lines []byte
			var search, bare time.Duration
			tried := 0
			for b.Loop() {
				h := c.newHunt(c.rebuilt)
				began := time.Now()
				if found := h.run(); len(found) > 0 {
					b.Fatalf("found %v", found)
				}
				if testing.Verbose() {
					for f := range fields {
						b.Logf("%s: %d", f, len(h.choices[f]))
					}
					b.Log(h.tried, h.leftOut, len(h.keys), len(h.layouts))
				}
				between := time.Now()
				for range h.tried {
					mac.Reset()
					if p.Scheme == "oss-v4" {
						canonical := sha256.Sum256(text)
						lines = hex.AppendEncode(append(lines[:0], h.keys[0].prefix...), canonical[:])
						mac.Write(lines)
					} else {
						mac.Write(text)
					}
					sum = mac.Sum(sum[:0])
				}
				search, bare, tried = search+between.Sub(began), bare+time.Since(between), tried+h.tried
			}
			b.ReportMetric(float64(tried)/search.Seconds(), "hypotheses/s")
			b.ReportMetric(float64(search)/float64(bare), "times-bare-hmacs")
			b.ReportMetric(search.Seconds()/float64(b.N), "s/search")
			b.ReportMetric(0, "ns/op")
		})
	}
}
