// Command aws-go lets countersign drive aws-sdk-go-v2, the Go SDK of AWS
// (service/s3 v1.114.8), against the S3-shaped scheme of OBS: by the operations
// of its S3 client, by the URLs and forms it presigns, and by its public signer.
package main

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/countersign/countersign/adapters/internal/loopback"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

func main() {
	a := &adapter.Adapter{
		Identity: subject.Identity{
			Name: "aws-go", Version: sdkVersion(), Language: "go",
			URL: "https://github.com/aws/aws-sdk-go-v2",
		},
		Profiles:   []string{"obs-v4/header", "obs-v4/query", "obs-v4/form"},
		Operations: slices.Sorted(maps.Keys(operations)),
		Features:   []string{"clock", "bytes"},
		Sign:       sign,
		Send:       send,
	}
	a.Main()
}

// sdkVersion is the version of the S3 client that was built in: it exports none.
func sdkVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/aws/aws-sdk-go-v2/service/s3" {
				return strings.TrimPrefix(m.Version, "v")
			}
		}
	}
	return "unknown"
}

func send(ctx context.Context, q *subject.SendQuestion) (*adapter.Answer, error) {
	if q.Scheme != "obs-v4" {
		return nil, fmt.Errorf("%w: the SDK has no scheme %s", subject.ErrUnsupported, q.Scheme)
	}
	op, ok := operations[q.Operation.Name]
	if !ok {
		return nil, fmt.Errorf("%w: the SDK has no operation %s", subject.ErrUnsupported, q.Operation.Name)
	}
	x, err := loopback.New(ctx, q.Connect)
	if err != nil {
		return nil, err
	}
	defer x.Close()

	client := s3.New(s3.Options{
		BaseEndpoint: &q.Endpoint,
		UsePathStyle: q.Addressing == signature.PathStyle,
		Region:       q.Region,
		Credentials: credentials.NewStaticCredentialsProvider(
			q.Credentials.AccessKeyID, q.Credentials.AccessKeySecret, q.Credentials.SecurityToken),
		HTTPClient: x.Client,
		Retryer:    aws.NopRetryer{},
		// A store that is not Amazon's need not know the checksums that the SDK
		// adds by default, as a header or behind an aws-chunked body.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
	c, err := newCall(q)
	if err != nil {
		return x.Answer(err)
	}
	var a *adapter.Answer
	switch {
	case q.Carrier == signature.InForm && q.Operation.Name == "PostObject":
		a, err = c.form(ctx, s3.NewPresignClient(client))
	case q.Carrier == signature.InQuery && op.presign != nil:
		a, err = op.presign(ctx, s3.NewPresignClient(client), c)
	case q.Carrier == signature.InHeader && op.send != nil:
		return x.Answer(op.send(ctx, client, c))
	default:
		err = fmt.Errorf("%w: the SDK offers no %s by %s", subject.ErrUnsupported, q.Operation.Name, q.Carrier)
	}
	if err != nil {
		return x.Answer(err)
	}
	return a, nil
}
