package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
	"github.com/countersign/countersign/adapters/oss-go-v2/signing"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// defaultExpires is the life of a URL where the operation leaves it open.
const defaultExpires = time.Hour

// signURL signs a URL with Client.Presign, or, for the requests Presign does
// not take, with InvokeOperation and the query as its authentication method.
func (op operation) signURL(ctx context.Context, client *oss.Client, scheme string, o *vectors.Operation) (*adapter.Answer, error) {
	expires := defaultExpires
	if o.Expires != 0 {
		expires = time.Duration(o.Expires) * time.Second
	}
	now := signing.BeginOfSecond() // Presign reads the clock here, too
	if !op.presign {
		return op.invoke(ctx, client, scheme, o, now.Add(expires))
	}
	request, err := op.request(o)
	if err != nil {
		return nil, err
	}
	result, err := client.Presign(ctx, request, oss.PresignExpires(expires))
	if err != nil {
		return nil, err
	}
	a := &adapter.Answer{URL: result.URL}
	for _, name := range slices.Sorted(maps.Keys(result.SignedHeaders)) {
		a.Headers = append(a.Headers, [2]string{name, result.SignedHeaders[name]})
	}
	return a, nil
}

func (op operation) invoke(ctx context.Context, client *oss.Client, scheme string, o *vectors.Operation, expiration time.Time) (*adapter.Answer, error) {
	query, err := parameters(o)
	if err != nil {
		return nil, err
	}
	headers, err := mapOf("", o.Headers)
	if err != nil {
		return nil, err
	}
	meta, err := mapOf(metaPrefix, o.Metadata)
	if err != nil {
		return nil, err
	}
	maps.Copy(headers, meta)
	if bucket, key, ok := strings.Cut(string(o.CopySource), "/"); ok {
		headers["x-oss-copy-source"] = "/" + bucket + "/" + wire.EscapePath(key)
	}
	input := &oss.OperationInput{
		OpName: o.Name, Method: op.method,
		Headers: headers, Parameters: query,
	}
	if name, value, ordinary := strings.Cut(op.param, "="); name != "" {
		query[name] = value
		if !ordinary {
			input.OpMetadata.Set(signer.SubResource, []string{name})
		}
	}
	if o.Bucket != "" {
		input.Bucket = oss.Ptr(string(o.Bucket))
	}
	if o.Key != "" && o.Name != "DeleteObjects" { // there the key stands in the body
		input.Key = oss.Ptr(string(o.Key))
	}
	input.OpMetadata.Set(signer.SignTime, expiration)

	var unsent unsentClient
	_, err = client.InvokeOperation(ctx, input, func(options *oss.Options) {
		options.AuthMethod = oss.Ptr(oss.AuthMethodQuery)
		options.HttpClient = &unsent
	})
	if err != nil {
		return nil, err
	}
	a := &adapter.Answer{URL: unsent.request.URL.String()}
	for _, name := range slices.Sorted(maps.Keys(unsent.request.Header)) {
		if signedHeader(scheme, name) {
			a.Headers = append(a.Headers, [2]string{name, unsent.request.Header.Get(name)})
		}
	}
	return a, nil
}

// signedHeader asks the SDK's signer which headers are part of the signature,
// as Presign does.
func signedHeader(scheme, name string) bool {
	if scheme == "oss-v1" {
		return new(signer.SignerV1).IsSignedHeader(nil, name)
	}
	return new(signer.SignerV4).IsSignedHeader(nil, name)
}

// unsentClient keeps a signed request instead of sending it, like the client
// inside Presign.
type unsentClient struct{ request *http.Request }

func (c *unsentClient) Do(req *http.Request) (*http.Response, error) {
	c.request = req
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
}
