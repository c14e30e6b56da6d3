// Command minio-go lets countersign drive minio-go (v7.4.1), the S3 client of
// MinIO, against the S3-shaped schemes of OBS: by its operations, by the URLs
// and forms it presigns, and by its public signers.
package main

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/countersign/countersign/adapters/internal/loopback"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// signatures are the schemes the SDK offers, in its own words.
var signatures = map[string]func(id, secret, token string) *credentials.Credentials{
	"obs-aws-v2": credentials.NewStaticV2,
	"obs-v4":     credentials.NewStaticV4,
}

func main() {
	a := &adapter.Adapter{
		Identity: subject.Identity{Name: "minio-go", Version: sdkVersion(), Language: "go", URL: "https://github.com/minio/minio-go"},
		Profiles: []string{
			"obs-aws-v2/header", "obs-aws-v2/query", "obs-aws-v2/form",
			"obs-v4/header", "obs-v4/query", "obs-v4/form",
		},
		Operations: slices.Sorted(maps.Keys(operations)),
		Features:   []string{"clock", "bytes"},
		Sign:       sign,
		Send:       send,
	}
	a.Main()
}

// sdkVersion is the version of the SDK that was built in: it exports none.
func sdkVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/minio/minio-go/v7" {
				return strings.TrimPrefix(m.Version, "v")
			}
		}
	}
	return "unknown"
}

func send(ctx context.Context, q *subject.SendQuestion) (*adapter.Answer, error) {
	newCredentials, ok := signatures[q.Scheme]
	if !ok {
		return nil, fmt.Errorf("%w: the SDK has no scheme %s", subject.ErrUnsupported, q.Scheme)
	}
	op, ok := operations[q.Operation.Name]
	if !ok {
		return nil, fmt.Errorf("%w: the SDK has no operation %s", subject.ErrUnsupported, q.Operation.Name)
	}
	if q.Addressing == signature.CNAME {
		return nil, fmt.Errorf("%w: the SDK puts the bucket into the host name or into the path, it cannot leave it out", subject.ErrUnsupported)
	}
	endpoint, err := url.Parse(q.Endpoint)
	if err != nil {
		return nil, err
	}
	x, err := loopback.New(ctx, q.Connect)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	x.Transport.DisableCompression = true // as in minio.DefaultTransport

	options := &minio.Options{
		Creds:        newCredentials(q.Credentials.AccessKeyID, q.Credentials.AccessKeySecret, q.Credentials.SecurityToken),
		Secure:       endpoint.Scheme == "https",
		Transport:    x.Client.Transport,
		Region:       q.Region,
		BucketLookup: minio.BucketLookupDNS,
		MaxRetries:   1, // no second try
	}
	if q.Addressing == signature.PathStyle {
		options.BucketLookup = minio.BucketLookupPath
	}
	switch {
	case q.Operation.Name == "GetBucketLocation":
		options.Region = "" // a client that knows its region does not ask
	case options.Region == "":
		options.Region = "us-east-1" // V2 has no region; a client without one asks for it before each operation
	}
	client, err := minio.NewCore(endpoint.Host, options)
	if err != nil {
		return x.Answer(err)
	}
	c, err := newCall(ctx, client, q)
	if err != nil {
		return x.Answer(err)
	}
	var a *adapter.Answer
	switch {
	case q.Carrier == signature.InForm && q.Operation.Name == "PostObject":
		a, err = c.form()
	case q.Carrier == signature.InQuery && op.method != "":
		a, err = c.presign(op)
	case q.Carrier == signature.InHeader && op.send != nil:
		return x.Answer(op.send(c))
	default:
		err = fmt.Errorf("%w: the SDK offers no %s by %s", subject.ErrUnsupported, q.Operation.Name, q.Carrier)
	}
	if err != nil {
		return x.Answer(err)
	}
	return a, nil
}
