package signing

import (
	"context"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// BenchmarkReferenceBesideSDK signs one request with Countersign's reference
// and with the SDK's public signer, turn about in one run, and reports the
// ratio as "times-sdk".
func BenchmarkReferenceBesideSDK(b *testing.B) {
	for _, p := range []*signature.Profile{signature.OSSV1Header, signature.OSSV4Header} {
		b.Run(p.ID(), func(b *testing.B) {
			in := &signature.Input{
				Request: &wire.Request{
					Transport: "http", Method: "PUT", Target: "/photos/2022/12/28/cat%20picture.jpg",
					Headers: []wire.Header{
						{Name: "Host", Value: "examplebucket.oss-cn-hangzhou.aliyuncs.com"},
						{Name: "Content-MD5", Value: "eB5eJF1ptWaXm4bijSPyxw=="},
						{Name: "Content-Type", Value: "text/html"},
						{Name: "x-oss-meta-author", Value: "alice"},
						{Name: "x-oss-meta-magic", Value: "abracadabra"},
					},
				},
				Bucket: "examplebucket", Key: "photos/2022/12/28/cat picture.jpg", Addressing: signature.VirtualHost,
				Credentials: signature.Credentials{AccessKeyID: "LTAI5tExampleKeyId", AccessKeySecret: "ExampleSecretForBenchmarks01"},
				Region:      "cn-hangzhou", Time: time.Date(2022, 12, 28, 10, 27, 41, 0, time.UTC),
			}
			const batch = 64
			var reference, sdk time.Duration
			for b.Loop() {
				began := time.Now()
				for range batch {
					if _, err := p.Sign(in); err != nil {
						b.Fatal(err)
					}
				}
				reference += time.Since(began)
				for range batch {
					signed := newContext(in) // the SDK's signer changes the request it is given
					signed.Time = in.Time
					began = time.Now()
					if err := signers[p.Scheme].Sign(context.Background(), signed); err != nil {
						b.Fatal(err)
					}
					sdk += time.Since(began)
				}
			}
			b.ReportMetric(float64(reference)/float64(sdk), "times-sdk")
			b.ReportMetric(float64(reference.Nanoseconds())/float64(b.N*batch), "ns/signature")
			b.ReportMetric(0, "ns/op")
		})
	}
}
