// Command minio-go lets countersign drive the public signers of minio-go
// (v7.0.97) against the S3-shaped schemes of OBS: V2 in the header, and the
// policies of V2 and V4 forms. Its other signers read the clock themselves and
// cannot be asked for the signature of another time.
package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/minio/minio-go/v7/pkg/signer"
)

func main() {
	a := &adapter.Adapter{
		Identity: subject.Identity{Name: "minio-go", Version: sdkVersion(), Language: "go", URL: "https://github.com/minio/minio-go"},
		Profiles: []string{"obs-aws-v2/header", "obs-aws-v2/form", "obs-v4/form"},
		Features: []string{"clock", "bytes"},
		Sign:     sign,
	}
	a.Main()
}

// sdkVersion is the version of the SDK that was built in: it names none itself.
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

func sign(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	switch q.Scheme + "/" + string(q.Carrier) {
	case "obs-aws-v2/header":
		return signV2(q.Input), nil
	case "obs-aws-v2/form":
		in := q.Input
		policy := signature.EncodePolicy(in.Policy)
		return form(signer.PostPresignSignatureV2(policy, in.Credentials.AccessKeySecret),
			[2]string{"AWSAccessKeyId", in.Credentials.AccessKeyID}, [2]string{"policy", policy},
			[2]string{"x-amz-security-token", in.Credentials.SecurityToken}, [2]string{"signature", ""}), nil
	case "obs-v4/form":
		in := q.Input
		policy := signature.EncodePolicy(in.Policy)
		return form(signer.PostPresignSignatureV4(policy, in.Time, in.Credentials.AccessKeySecret, in.Region),
			[2]string{"policy", policy}, [2]string{"x-amz-algorithm", "AWS4-HMAC-SHA256"},
			[2]string{"x-amz-credential", signer.GetCredential(in.Credentials.AccessKeyID, in.Region, in.Time, "s3")},
			[2]string{"x-amz-date", in.Time.UTC().Format("20060102T150405Z")},
			[2]string{"x-amz-security-token", in.Credentials.SecurityToken}, [2]string{"x-amz-signature", ""}), nil
	}
	return nil, fmt.Errorf("%w: its signers for %s/%s read the clock themselves", subject.ErrUnsupported, q.Scheme, q.Carrier)
}

// signV2 lets the SDK add the Authorization header. The token is put into its
// header first, as the SDK's client does.
func signV2(in *signature.Input) *adapter.Answer {
	req := adapter.HTTPRequest(in)
	if in.Credentials.SecurityToken != "" {
		req.Header.Set("X-Amz-Security-Token", in.Credentials.SecurityToken)
	}
	signed := signer.SignV2(*req, in.Credentials.AccessKeyID, in.Credentials.AccessKeySecret, in.Addressing == signature.VirtualHost && in.Bucket != "")
	authorization := signed.Header.Get("Authorization")
	a := adapter.Signature(authorization[strings.LastIndexByte(authorization, ':')+1:]).With(signature.Authorization, authorization)
	a.Request = in.Request.Clone(3)
	for _, name := range []string{"Date", "X-Amz-Security-Token", "Authorization"} {
		if value := signed.Header.Get(name); value != "" {
			a.Request.SetHeader(name, value)
		}
	}
	return a
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
