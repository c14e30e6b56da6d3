package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
)

// newSigner is set up as that of the SDK's own S3 client: a path is not encoded
// twice, and no header of a URL moves into its query. A signer keeps the keys it
// derives by access key id, so each question, with a secret of its own, has one.
func newSigner() *v4.Signer {
	return v4.NewSigner(func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping, o.DisableHeaderHoisting = true, true
	})
}

const payloadHeader = "X-Amz-Content-Sha256"

// unsigned are the headers that the signer never signs.
var unsigned = []string{"Authorization", "User-Agent", "X-Amzn-Trace-Id", "Expect", "Transfer-Encoding"}

// sign signs a given request with the SDK's public signer, which is given the
// time.
func sign(ctx context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	for _, name := range q.Input.AdditionalHeaders {
		if slices.ContainsFunc(unsigned, func(never string) bool { return wire.EqualFold(name, never) }) {
			return nil, fmt.Errorf("%w: the signer signs every header but %s", subject.ErrUnsupported, name)
		}
	}
	if q.Scheme != "obs-v4" {
		return nil, fmt.Errorf("%w: the SDK has no signer %s", subject.ErrUnsupported, q.Scheme)
	}
	switch q.Carrier {
	case signature.InHeader:
		return signHeader(ctx, q.Input)
	case signature.InQuery:
		return presign(ctx, q.Input)
	}
	return nil, fmt.Errorf("%w: the SDK has no signer for a policy that is given; PresignPostObject writes its own", subject.ErrUnsupported)
}

func signHeader(ctx context.Context, in *signature.Input) (*adapter.Answer, error) {
	req := adapter.HTTPRequest(in)
	hash := req.Header.Get(payloadHeader)
	if hash == "" { // what the S3 client does before it signs
		sum := sha256.Sum256([]byte(in.Request.Body))
		hash = hex.EncodeToString(sum[:])
		req.Header.Set(payloadHeader, hash)
	}
	if err := newSigner().SignHTTP(ctx, credentialsOf(in), req, hash, service(in), in.Region, in.Time); err != nil {
		return nil, &subject.RejectedError{Message: err.Error()}
	}
	authorization := req.Header.Get("Authorization")
	_, value, _ := strings.Cut(authorization, "Signature=")
	a := adapter.Signature(value).With(signature.Authorization, authorization)
	a.Request = in.Request.Clone(len(req.Header))
	target := wire.SplitTarget(in.Request.Target) // the signer writes the query anew
	target.Query, target.HasQuery = req.URL.RawQuery, req.URL.RawQuery != ""
	a.Request.Target = target.String()
	if req.Host != in.Request.Host() { // the signer takes a default port away
		a.Request.SetHeader("Host", req.Host)
	}
	for _, name := range []string{payloadHeader, "X-Amz-Date", "X-Amz-Security-Token", "Authorization"} {
		if value := req.Header.Get(name); value != "" {
			a.Request.SetHeader(name, value)
		}
	}
	return a, nil
}

func presign(ctx context.Context, in *signature.Input) (*adapter.Answer, error) {
	req := adapter.HTTPRequest(in)
	req.URL.RawQuery = strings.TrimPrefix(req.URL.RawQuery+"&X-Amz-Expires="+strconv.FormatInt(in.Expires, 10), "&")
	hash := cmp.Or(req.Header.Get(payloadHeader), "UNSIGNED-PAYLOAD")
	signed, _, err := newSigner().PresignHTTP(ctx, credentialsOf(in), req, hash, service(in), in.Region, in.Time)
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

func credentialsOf(in *signature.Input) aws.Credentials {
	c := &in.Credentials
	return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.AccessKeySecret, SessionToken: c.SecurityToken}
}

func service(in *signature.Input) string { return cmp.Or(in.Product, "s3") }
