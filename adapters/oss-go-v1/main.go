// Command oss-go-v1 lets countersign drive aliyun-oss-go-sdk (v3.0.2), the
// first Go SDK of Alibaba Cloud OSS: by its operations, by Bucket.SignURL, and by
// Bucket.SignRtmpURL. It has no public signer for headers.
package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/countersign/countersign/adapters/internal/loopback"
	"github.com/countersign/countersign/adapters/oss-go-v1/signing"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

func main() {
	a := &adapter.Adapter{
		Identity: subject.Identity{
			Name: "oss-go-v1", Version: strings.TrimPrefix(oss.Version, "v"), Language: "go",
			URL: "https://github.com/aliyun/aliyun-oss-go-sdk",
		},
		Profiles: []string{
			"oss-v1/header", "oss-v1/query",
			"oss-v2/header", "oss-v2/query",
			"oss-v4/header", "oss-v4/query",
			"oss-rtmp/query",
		},
		Operations: slices.Sorted(maps.Keys(operations)),
		Features:   []string{"clock", "bytes"},
		Sign:       signing.Sign,
		Send:       send,
	}
	a.Main()
}

func send(ctx context.Context, q *subject.SendQuestion) (*adapter.Answer, error) {
	version, ok := signing.Versions[q.Scheme]
	if !ok {
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

	client, err := oss.New(q.Endpoint, q.Credentials.AccessKeyID, q.Credentials.AccessKeySecret,
		oss.HTTPClient(x.Client),
		oss.AuthVersion(version),
		oss.Region(q.Region),
		oss.SecurityToken(q.Credentials.SecurityToken),
		oss.UseCname(q.Addressing == signature.CNAME),
		oss.ForcePathStyle(q.Addressing == signature.PathStyle),
		oss.VerifyObjectStrict(false), // SignURL: a key may begin with a question mark
	)
	if err != nil {
		return x.Answer(err)
	}
	c, err := newCall(client, q.Operation)
	if err != nil {
		return x.Answer(err)
	}
	switch q.Carrier {
	case signature.InHeader:
		return x.Answer(op.send(c))
	case signature.InQuery:
		url, err := op.presign(c)
		if err != nil {
			return x.Answer(err)
		}
		return &adapter.Answer{URL: url, Headers: c.headers}, nil
	default:
		return nil, fmt.Errorf("%w: the SDK builds no %s", subject.ErrUnsupported, q.Carrier)
	}
}
