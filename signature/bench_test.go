package signature_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// BenchmarkReference measures the reference signer beside the bare hash work
// of its scheme, turn about in one run, and reports the ratio as
// "times-bare-hashes". The goal of the design is 1.5, its limit 2.
func BenchmarkReference(b *testing.B) {
	for _, p := range signature.Profiles {
		b.Run(p.ID(), func(b *testing.B) {
			in := benchmarkInput(p)
			signed, err := p.Sign(in)
			if err != nil {
				b.Fatal(err)
			}
			bare := bareHashes(p, in, signed)
			const batch = 64
			var reference, hashes time.Duration
			for b.Loop() {
				began := time.Now()
				for range batch {
					if _, err := p.Sign(in); err != nil {
						b.Fatal(err)
					}
				}
				between := time.Now()
				for range batch {
					bare()
				}
				reference += between.Sub(began)
				hashes += time.Since(between)
			}
			b.ReportMetric(float64(reference)/float64(hashes), "times-bare-hashes")
			b.ReportMetric(float64(reference.Nanoseconds())/float64(b.N*batch), "ns/signature")
			b.ReportMetric(0, "ns/op") // a turn is not an operation anybody asks about
		})
	}
}

// benchmarkInput is an ordinary upload.
func benchmarkInput(p *signature.Profile) *signature.Input {
	prefix := p.Names.HeaderPrefix
	in := &signature.Input{
		Request: &wire.Request{
			Transport: "http", Method: "PUT", Target: "/photos/2022/12/28/cat%20picture.jpg",
			Headers: []wire.Header{
				{Name: "Host", Value: "examplebucket.example.com"},
				{Name: "Content-MD5", Value: "eB5eJF1ptWaXm4bijSPyxw=="},
				{Name: "Content-Type", Value: "text/html"},
				{Name: "Date", Value: "Wed, 28 Dec 2022 10:27:41 GMT"},
				{Name: prefix + "meta-author", Value: "alice"},
				{Name: prefix + "meta-magic", Value: "abracadabra"},
			},
		},
		Bucket: "examplebucket", Addressing: signature.VirtualHost,
		Credentials: signature.Credentials{AccessKeyID: "LTAI5tExampleKeyId", AccessKeySecret: "ExampleSecretForBenchmarks01"},
		Region:      "cn-hangzhou", Time: time.Date(2022, 12, 28, 10, 27, 41, 0, time.UTC), Expires: 86400,
		Policy: `{"expiration":"2022-12-29T10:27:41Z","conditions":[{"bucket":"examplebucket"},["starts-with","$key","photos/"],["content-length-range",1,1048576]]}`,
	}
	if p == signature.OSSRTMPQuery {
		in.Request.Target = "rtmp://examplebucket.example.com/live/channel?playlistName=list.m3u8"
	}
	return in
}

// bareHashes returns the hash work of a scheme over strings that are already
// there, and its text encoding.
func bareHashes(p *signature.Profile, in *signature.Input, signed *signature.Signed) func() {
	secret := []byte(in.Credentials.AccessKeySecret)
	stringToSign := []byte(signed.Stage(signature.StringToSign))
	if p.Names.Terminator == "" {
		var h func() hash.Hash = sha1.New
		if p.Scheme == "oss-v2" {
			h = sha256.New
		}
		return func() { base64.StdEncoding.EncodeToString(sum(h, secret, stringToSign)) }
	}
	canonical := []byte(signed.Stage(signature.CanonicalRequest))
	day := in.Time.Format("20060102")
	return func() {
		if len(canonical) > 0 {
			digest := sha256.Sum256(canonical)
			_ = hex.EncodeToString(digest[:])
		}
		key := append([]byte(p.Names.KeyPrefix), secret...)
		for _, part := range []string{day, in.Region, p.Names.Service, p.Names.Terminator} {
			key = sum(sha256.New, key, []byte(part))
		}
		_ = hex.EncodeToString(sum(sha256.New, key, stringToSign))
	}
}

func sum(h func() hash.Hash, key, text []byte) []byte {
	mac := hmac.New(h, key)
	mac.Write(text)
	return mac.Sum(nil)
}
