package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
	"github.com/minio/minio-go/v7/pkg/signer"
)

const payloadHeader = "X-Amz-Content-Sha256"

// sign signs a given request with a public signer of the SDK. Those of forms
// are given the time, the others look at the clock themselves.
func sign(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	in := q.Input
	if q.Scheme == "obs-aws-v2" && in.Addressing == signature.CNAME {
		return nil, fmt.Errorf("%w: the signers of V2 know the bucket as the first part of the host or of the path, not a host in its place", subject.ErrUnsupported)
	}
	for _, name := range in.AdditionalHeaders {
		if wire.EqualFold(name, "Accept-Encoding") || wire.EqualFold(name, "User-Agent") {
			return nil, fmt.Errorf("%w: the signers of V4 sign every header but %s", subject.ErrUnsupported, name)
		}
	}
	switch q.Scheme + "/" + string(q.Carrier) {
	case "obs-aws-v2/header":
		return signHeader(in, ":", func(req *http.Request) *http.Request {
			if in.Credentials.SecurityToken != "" { // SignV2 knows no token: it is its caller's header
				req.Header.Set("X-Amz-Security-Token", in.Credentials.SecurityToken)
			}
			return signer.SignV2(*req, in.Credentials.AccessKeyID, in.Credentials.AccessKeySecret, virtualHost(in))
		})
	case "obs-v4/header":
		return signHeader(in, "Signature=", func(req *http.Request) *http.Request {
			if req.Header.Get(payloadHeader) == "" { // what the client does before it signs
				sum := sha256.Sum256([]byte(in.Request.Body))
				req.Header.Set(payloadHeader, hex.EncodeToString(sum[:]))
			}
			return signer.SignV4(*req, in.Credentials.AccessKeyID, in.Credentials.AccessKeySecret, in.Credentials.SecurityToken, in.Region)
		})
	case "obs-aws-v2/query":
		return signURL(in, "Signature", func(req *http.Request) *http.Request {
			if in.Credentials.SecurityToken != "" { // nor does PreSignV2
				req.URL.RawQuery = strings.TrimPrefix(req.URL.RawQuery+"&x-amz-security-token="+url.QueryEscape(in.Credentials.SecurityToken), "&")
			}
			return signer.PreSignV2(*req, in.Credentials.AccessKeyID, in.Credentials.AccessKeySecret, in.Expires-in.Time.Unix(), virtualHost(in))
		})
	case "obs-v4/query":
		return signURL(in, "X-Amz-Signature", func(req *http.Request) *http.Request {
			return signer.PreSignV4(*req, in.Credentials.AccessKeyID, in.Credentials.AccessKeySecret, in.Credentials.SecurityToken, in.Region, in.Expires)
		})
	case "obs-aws-v2/form":
		policy := signature.EncodePolicy(in.Policy)
		return form(signer.PostPresignSignatureV2(policy, in.Credentials.AccessKeySecret),
			[2]string{"AWSAccessKeyId", in.Credentials.AccessKeyID}, [2]string{"policy", policy},
			[2]string{"x-amz-security-token", in.Credentials.SecurityToken}, [2]string{"signature", ""}), nil
	case "obs-v4/form":
		policy := signature.EncodePolicy(in.Policy)
		return form(signer.PostPresignSignatureV4(policy, in.Time, in.Credentials.AccessKeySecret, in.Region),
			[2]string{"policy", policy}, [2]string{"x-amz-algorithm", "AWS4-HMAC-SHA256"},
			[2]string{"x-amz-credential", signer.GetCredential(in.Credentials.AccessKeyID, in.Region, in.Time, signer.ServiceTypeS3)},
			[2]string{"x-amz-date", in.Time.UTC().Format("20060102T150405Z")},
			[2]string{"x-amz-security-token", in.Credentials.SecurityToken}, [2]string{"x-amz-signature", ""}), nil
	}
	return nil, fmt.Errorf("%w: the SDK has no signer %s/%s", subject.ErrUnsupported, q.Scheme, q.Carrier)
}

// at calls do at that time: in a bubble of testing/synctest the clock is false,
// begins in the year 2000 and goes on when everything in it sleeps. It needs no
// more of the test than that it is one.
func at(t time.Time, do func()) error {
	var failure any
	synctest.Test(new(testing.T), func(*testing.T) {
		defer func() { failure = recover() }()
		time.Sleep(time.Until(t))
		do()
	})
	if failure != nil {
		return fmt.Errorf("the signer panics: %v", failure)
	}
	return nil
}

func virtualHost(in *signature.Input) bool {
	return in.Addressing == signature.VirtualHost && in.Bucket != ""
}

// signHeader lets the SDK add its headers; the signature stands behind the last
// mark in Authorization.
func signHeader(in *signature.Input, mark string, do func(*http.Request) *http.Request) (*adapter.Answer, error) {
	req := adapter.HTTPRequest(in)
	if err := at(in.Time, func() { req = do(req) }); err != nil {
		return nil, err
	}
	authorization := req.Header.Get("Authorization")
	a := adapter.Signature(authorization[strings.LastIndex(authorization, mark)+len(mark):]).With(signature.Authorization, authorization)
	a.Request = in.Request.Clone(len(req.Header))
	a.Request.Target = targetOf(in, req) // SignV4 writes the query anew
	for _, name := range []string{"Date", "X-Amz-Date", payloadHeader, "X-Amz-Security-Token", "Authorization"} {
		if value := req.Header.Get(name); value != "" {
			a.Request.SetHeader(name, value)
		}
	}
	return a, nil
}

func targetOf(in *signature.Input, req *http.Request) string {
	target := wire.SplitTarget(in.Request.Target)
	target.Query, target.HasQuery = req.URL.RawQuery, req.URL.RawQuery != ""
	return target.String()
}

// signURL lets the SDK add its parameters; param is that of the signature.
func signURL(in *signature.Input, param string, do func(*http.Request) *http.Request) (*adapter.Answer, error) {
	req := adapter.HTTPRequest(in)
	if err := at(in.Time, func() { req = do(req) }); err != nil {
		return nil, err
	}
	a := adapter.Signature(req.URL.Query().Get(param))
	a.URL = req.URL.String()
	return a, nil
}

// form fills the signature into the last field and leaves empty fields out.
func form(value string, fields ...[2]string) *adapter.Answer {
	a := adapter.Signature(value)
	fields[len(fields)-1][1] = value
	for _, f := range fields {
		if f[1] != "" {
			a.Form = append(a.Form, f)
		}
	}
	return a
}
