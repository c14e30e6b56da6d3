// Package signing signs given requests with the public signers of
// alibabacloud-oss-go-sdk-v2. It stands apart from the adapter so that fuzz
// targets can link it.
package signing

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
)

// subResources are the query parameters that the V1 signer signs only when its
// caller names them. The SDK's own operations name these.
var subResources = []string{
	"accessPoint", "accessPointConfigForObjectProcess", "accessPointForObjectProcess", "accessPointPolicy",
	"accessPointPolicyForObjectProcess", "bucketArchiveDirectRead", "cleanRestoredObject", "cname", "comp", "cors",
	"encryption", "httpsConfig", "inventory", "inventoryId", "legalHold", "lifecycle", "logging", "metaQuery",
	"metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "objectWorm", "overwriteConfig",
	"policy", "policyStatus", "publicAccessBlock", "quota", "redundancyTransition", "referer", "replication",
	"replicationLocation", "replicationProgress", "requestPayment", "resourceGroup", "retention", "rtc", "seal",
	"style", "styleName", "transferAcceleration", "userDefinedLogFieldsConfig", "website", "worm", "wormExtend",
	"wormId",
}

var signers = map[string]signer.Signer{
	"oss-v1": &signer.SignerV1{},
	"oss-v4": &signer.SignerV4{},
}

// Sign signs a given request with a public signer of the SDK.
//
// The signer of V4 URLs reads the clock itself and offers only the expiry to
// its caller: such a URL is signed for now.
func Sign(ctx context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	return sign(ctx, q, false)
}

// SignWithTestClock signs like [Sign], but URLs of V4 for the time of the
// question, by the field that the SDK's own tests set.
func SignWithTestClock(ctx context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	return sign(ctx, q, true)
}

func sign(ctx context.Context, q *subject.SignQuestion, testClock bool) (*adapter.Answer, error) {
	s, ok := signers[q.Scheme]
	if !ok {
		return nil, fmt.Errorf("%w: the SDK has no signer %s", subject.ErrUnsupported, q.Scheme)
	}
	if err := adapter.CheckHeaderNames(q.Input); err != nil {
		return nil, err
	}
	signed := newContext(q.Input)
	switch q.Carrier {
	case signature.InHeader:
		signed.Time = q.Input.Time
		if err := s.Sign(ctx, signed); err != nil {
			return nil, &subject.RejectedError{Message: err.Error()}
		}
		return headerAnswer(q, signed), nil
	case signature.InQuery:
		signed.AuthMethodQuery = true
		signed.Time = time.Unix(q.Input.Expires, 0)
		if q.Scheme == "oss-v4" && testClock {
			signed.Time = q.Input.Time.Add(time.Duration(q.Input.Expires) * time.Second)
			if err := setSignTime(signed, q.Input.Time); err != nil {
				return nil, err
			}
		} else if q.Scheme == "oss-v4" {
			signed.Time = BeginOfSecond().Add(time.Duration(q.Input.Expires) * time.Second)
		}
		if err := s.Sign(ctx, signed); err != nil {
			return nil, &subject.RejectedError{Message: err.Error()}
		}
		return queryAnswer(q.Input, signed), nil
	default:
		return nil, fmt.Errorf("%w: the SDK builds no %s", subject.ErrUnsupported, q.Carrier)
	}
}

// BeginOfSecond returns the time, and waits for the next second when this one
// is nearly over: the V4 signer computes x-oss-expires from the caller's expiry
// and a second look at the clock.
func BeginOfSecond() time.Time {
	now := time.Now()
	if rest := time.Second - time.Duration(now.Nanosecond()); rest < 50*time.Millisecond {
		time.Sleep(rest)
		now = time.Now()
	}
	return now
}

// setSignTime sets the clock of the V4 signer for URLs. The field is not
// exported: it is there for the SDK's own tests.
func setSignTime(c *signer.SigningContext, t time.Time) error {
	field := reflect.ValueOf(c).Elem().FieldByName("signTime")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Time]() {
		return fmt.Errorf("%w: this version of the SDK has no clock for tests", subject.ErrUnsupported)
	}
	reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Set(reflect.ValueOf(&t))
	return nil
}

// newContext gives a request to the signer as a client would. The signer takes
// bucket and key from the context, parameters and headers from the request.
func newContext(in *signature.Input) *signer.SigningContext {
	req := adapter.HTTPRequest(in)
	if in.Request.HeaderCount("Host") > 0 {
		req.Header.Set("Host", req.Host) // the only place where the signer looks for it
	}
	c := &signer.SigningContext{
		Request: req, Region: &in.Region, Product: oss.Ptr(cmp.Or(in.Product, oss.DefaultProduct)),
		SubResource: subResources, AdditionalHeaders: in.AdditionalHeaders,
		Credentials: &credentials.Credentials{
			AccessKeyID:     in.Credentials.AccessKeyID,
			AccessKeySecret: in.Credentials.AccessKeySecret,
			SecurityToken:   in.Credentials.SecurityToken,
		},
	}
	if in.Bucket != "" {
		c.Bucket = &in.Bucket
	}
	if in.Key != "" {
		c.Key = &in.Key
	}
	return c
}

// headerAnswer takes the signature from the Authorization header and gives
// back the request with the headers that the signer added or replaced.
func headerAnswer(q *subject.SignQuestion, signed *signer.SigningContext) *adapter.Answer {
	header := signed.Request.Header
	authorization := header.Get("Authorization")
	value := authorization[strings.LastIndexByte(authorization, ':')+1:]
	if q.Scheme == "oss-v4" {
		_, value, _ = strings.Cut(authorization, "Signature=")
	}
	a := adapter.Signature(value).
		With(signature.StringToSign, signed.StringToSign).
		With(signature.Authorization, authorization)
	a.Request = q.Input.Request.Clone(len(header))
	for _, name := range []string{"Date", "x-oss-date", "x-oss-content-sha256", "x-oss-security-token", "Authorization"} {
		if values := header.Values(name); len(values) == 1 && values[0] != "" {
			a.Request.SetHeader(name, values[0])
			a.Request.Headers = withoutRepeated(a.Request.Headers, name)
		}
	}
	return a
}

// withoutRepeated leaves the first of the headers of a name: the signer replaces
// all of them by its own.
func withoutRepeated(headers []wire.Header, name string) []wire.Header {
	seen := false
	return slices.DeleteFunc(headers, func(h wire.Header) bool {
		again := seen && wire.EqualFold(h.Name, name)
		seen = seen || wire.EqualFold(h.Name, name)
		return again
	})
}

func queryAnswer(in *signature.Input, signed *signer.SigningContext) *adapter.Answer {
	query := signed.Request.URL.Query()
	a := adapter.Signature(cmp.Or(query.Get("x-oss-signature"), query.Get("Signature"))).
		With(signature.StringToSign, signed.StringToSign)
	target := wire.SplitTarget(in.Request.Target)
	target.Scheme, target.Authority = in.Request.Transport, in.Request.Host()
	target.Query, target.HasQuery = signed.Request.URL.RawQuery, true
	a.URL = target.String()
	return a
}
