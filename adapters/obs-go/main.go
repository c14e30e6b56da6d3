// Command obs-go lets countersign drive huaweicloud-sdk-go-obs (v3.25.4), the
// Go SDK of Huawei Cloud OBS: by its operations, by CreateSignedUrl, by
// CreateBrowserBasedSignature and by GetAuthorization.
package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/countersign/countersign/adapters/internal/loopback"
	"github.com/countersign/countersign/adapters/obs-go/signing"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"
)

// signatures are the schemes the SDK offers, in its own words.
var signatures = map[string]obs.SignatureType{
	"obs-v2":     obs.SignatureObs,
	"obs-aws-v2": obs.SignatureV2,
	"obs-v4":     obs.SignatureV4,
}

func main() {
	a := &adapter.Adapter{
		Identity: subject.Identity{
			Name: "obs-go", Version: obs.OBS_SDK_VERSION, Language: "go",
			URL: "https://github.com/huaweicloud/huaweicloud-sdk-go-obs",
		},
		Profiles: []string{
			"obs-v2/header", "obs-v2/query", "obs-v2/form",
			"obs-aws-v2/header", "obs-aws-v2/query", "obs-aws-v2/form",
			"obs-v4/header", "obs-v4/query", "obs-v4/form",
		},
		Operations: slices.Sorted(maps.Keys(operations)),
		Features:   []string{"clock", "bytes"},
		Sign:       signing.Sign,
		Send:       send,
	}
	a.Main()
}

func send(ctx context.Context, q *subject.SendQuestion) (*adapter.Answer, error) {
	sign, ok := signatures[q.Scheme]
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
	x.Transport.DisableCompression = true // as in the transport the SDK makes for itself

	client, err := obs.New(q.Credentials.AccessKeyID, q.Credentials.AccessKeySecret, q.Endpoint,
		obs.WithSecurityToken(q.Credentials.SecurityToken),
		obs.WithSignature(sign),
		obs.WithRegion(q.Region),
		obs.WithPathStyle(q.Addressing == signature.PathStyle),
		obs.WithCustomDomainName(q.Addressing == signature.CNAME),
		obs.WithHttpClient(x.Client),
		obs.WithMaxRetryCount(0),
		obs.WithMaxRedirectCount(0),
	)
	if err != nil {
		return x.Answer(err)
	}
	c, err := newCall(client, sign, q)
	if err != nil {
		return x.Answer(err)
	}
	var a *adapter.Answer
	switch {
	case q.Carrier == signature.InForm && q.Operation.Name == "PostObject":
		a, err = c.form()
	case q.Carrier == signature.InQuery && op.method != "":
		a, err = c.signURL(op)
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
