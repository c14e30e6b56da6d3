// Command aws-go lets countersign drive the public V4 signer of aws-sdk-go-v2
// (v1.47.7) against the S3-shaped scheme of OBS. It signs for the time it is
// given.
package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

func main() {
	a := &adapter.Adapter{
		Identity: subject.Identity{
			Name: "aws-go", Version: aws.SDKVersion, Language: "go",
			URL: "https://github.com/aws/aws-sdk-go-v2",
		},
		Profiles: []string{"obs-v4/header", "obs-v4/query"},
		Features: []string{"clock", "bytes"},
		Sign:     sign,
	}
	a.Main()
}

// newSigner is set up as that of the SDK's own S3 client: a path is not encoded
// twice, and no header of a URL moves into its query. A signer keeps the keys it
// derives by access key id, so each question, with a secret of its own, has one.
func newSigner() *v4.Signer {
	return v4.NewSigner(func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping, o.DisableHeaderHoisting = true, true
	})
}

const payloadHeader = "X-Amz-Content-Sha256"

func sign(ctx context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	if q.Scheme != "obs-v4" {
		return nil, fmt.Errorf("%w: the SDK has no signer %s", subject.ErrUnsupported, q.Scheme)
	}
	switch q.Carrier {
	case signature.InHeader:
		return signHeader(ctx, q.Input)
	case signature.InQuery:
		return presign(ctx, q.Input)
	}
	return nil, fmt.Errorf("%w: the SDK has no signer for a %s", subject.ErrUnsupported, q.Carrier)
}

func signHeader(ctx context.Context, in *signature.Input) (*adapter.Answer, error) {
	req := adapter.HTTPRequest(in)
	hash := req.Header.Get(payloadHeader)
	if hash == "" { // what the S3 client does before it signs
		sum := sha256.Sum256([]byte(in.Request.Body))
		hash = hex.EncodeToString(sum[:])
		req.Header.Set(payloadHeader, hash)
	}
	if err := newSigner().SignHTTP(ctx, credentials(in), req, hash, service(in), in.Region, in.Time); err != nil {
		return nil, &subject.RejectedError{Message: err.Error()}
	}
	authorization := req.Header.Get("Authorization")
	_, value, _ := strings.Cut(authorization, "Signature=")
	a := adapter.Signature(value).With(signature.Authorization, authorization)
	a.Request = in.Request.Clone(len(req.Header))
	for _, name := range []string{payloadHeader, "X-Amz-Date", "X-Amz-Security-Token", "Authorization"} {
		if value := req.Header.Get(name); value != "" {
			a.Request.SetHeader(name, value)
		}
	}
	return a, nil
}

func presign(ctx context.Context, in *signature.Input) (*adapter.Answer, error) {
	req := adapter.HTTPRequest(in)
	query := req.URL.Query()
	query.Set("X-Amz-Expires", strconv.FormatInt(in.Expires, 10))
	req.URL.RawQuery = query.Encode()
	hash := cmp.Or(req.Header.Get(payloadHeader), "UNSIGNED-PAYLOAD")
	signed, _, err := newSigner().PresignHTTP(ctx, credentials(in), req, hash, service(in), in.Region, in.Time)
	if err != nil {
		return nil, &subject.RejectedError{Message: err.Error()}
	}
	u, err := url.Parse(signed)
	if err != nil {
		return nil, err
	}
	a := adapter.Signature(u.Query().Get("X-Amz-Signature"))
	a.URL = signed
	return a, nil
}

func credentials(in *signature.Input) aws.Credentials {
	c := &in.Credentials
	return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.AccessKeySecret, SessionToken: c.SecurityToken}
}

func service(in *signature.Input) string { return cmp.Or(in.Product, "s3") }
