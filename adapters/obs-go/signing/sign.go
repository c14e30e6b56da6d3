// Package signing signs given requests with the functions of
// huaweicloud-sdk-go-obs for who builds requests of his own. It stands apart
// from the adapter so that fuzz targets can link it.
package signing

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"
)

const isoBasic = "20060102T150405Z"

// Sign signs a given request with GetV2Authorization or GetAuthorization, the
// SDK's functions for who builds requests of his own. They take a request as it
// goes out, with the headers or parameters of its authentication but for the
// signature, and with its key encoded; the time is in the request.
func Sign(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
	in := q.Input
	if in.Addressing == signature.CNAME {
		return nil, fmt.Errorf("%w: GetAuthorization knows the bucket in the host or in the path, not a host in its place", subject.ErrUnsupported)
	}
	if err := adapter.CheckHeaderNames(in); err != nil {
		return nil, err
	}
	switch q.Carrier {
	case signature.InHeader:
		return signHeader(q.Scheme, in)
	case signature.InQuery:
		return signQuery(q.Scheme, in)
	}
	return nil, fmt.Errorf("%w: the SDK has no signer for a policy that is given; CreateBrowserBasedSignature writes its own", subject.ErrUnsupported)
}

func signHeader(scheme string, in *signature.Input) (*adapter.Answer, error) {
	req := in.Request.Clone(4)
	prefix, authorize, mark := obs.HEADER_PREFIX, obs.GetAuthorization, ":"
	if scheme == "obs-v2" {
		prefix, authorize = obs.HEADER_PREFIX_OBS, obs.GetV2Authorization
	}
	if in.Credentials.SecurityToken != "" {
		req.SetHeader(prefix+"security-token", in.Credentials.SecurityToken)
	}
	dated := req.HeaderCount("Date")+req.HeaderCount(prefix+"date") > 0
	if scheme == "obs-v4" {
		if req.HeaderCount(obs.HEADER_CONTENT_SHA256_AMZ) == 0 {
			req.SetHeader(obs.HEADER_CONTENT_SHA256_AMZ, obs.UNSIGNED_PAYLOAD)
		}
		if !dated {
			req.SetHeader(obs.HEADER_DATE_AMZ, in.Time.UTC().Format(isoBasic))
		}
		mark = "Signature="
	} else if !dated {
		req.SetHeader("Date", in.Time.UTC().Format(obs.RFC1123_FORMAT))
	}
	headers := headersOf(req)
	switch scheme {
	case "obs-v4":
		// The SDK looks for the time among the headers that are signed.
		headers["Authorization"] = []string{fmt.Sprintf("%s Credential=%s,SignedHeaders=%s,Signature=-", obs.V4_HASH_PREFIX, credential(in), signedHeaders(in, headers, "date"))}
	case "obs-aws-v2":
		headers["Authorization"] = []string{fmt.Sprintf("%s %s:-", obs.V2_HASH_PREFIX, in.Credentials.AccessKeyID)}
	}
	key, query := keyAndQuery(in, req.Target)
	out, err := calling(authorize, in, key, query, headers)
	if err != nil {
		return nil, err
	}
	authorization := out["Authorization"]
	if !strings.Contains(authorization, mark) { // a parameter of the caller's was taken for a signature in the URL
		return nil, &subject.RejectedError{Message: fmt.Sprintf("it returns %q and no signature for the header", slices.Sorted(maps.Keys(out)))}
	}
	a := adapter.Signature(authorization[strings.LastIndex(authorization, mark)+len(mark):]).With(signature.Authorization, authorization)
	req.SetHeader("Authorization", authorization)
	a.Request = req
	return a, nil
}

func signQuery(scheme string, in *signature.Input) (*adapter.Answer, error) {
	target := wire.SplitTarget(in.Request.Target)
	add := func(name, value string) {
		if target.Query != "" {
			target.Query += "&"
		}
		target.Query, target.HasQuery = target.Query+name+"="+url.QueryEscape(value), true
	}
	headers := headersOf(in.Request)
	token, name := "x-amz-security-token", "Signature"
	switch scheme {
	case "obs-v4":
		token, name = "X-Amz-Security-Token", "X-Amz-Signature"
		add("X-Amz-Algorithm", obs.V4_HASH_PREFIX)
		add("X-Amz-Credential", credential(in))
		add("X-Amz-Date", in.Time.UTC().Format(isoBasic))
		add("X-Amz-Expires", strconv.FormatInt(in.Expires, 10))
		add("X-Amz-SignedHeaders", signedHeaders(in, headers))
	case "obs-aws-v2":
		add("AWSAccessKeyId", in.Credentials.AccessKeyID)
		add("Expires", strconv.FormatInt(in.Expires, 10))
	default:
		token = "x-obs-security-token"
		add("AccessKeyId", in.Credentials.AccessKeyID)
		add("Expires", strconv.FormatInt(in.Expires, 10))
	}
	if in.Credentials.SecurityToken != "" {
		add(token, in.Credentials.SecurityToken)
	}
	key, query := keyAndQuery(in, target.String())
	out, err := calling(obs.GetAuthorization, in, key, query+"&"+name+"=-", headers)
	if err != nil {
		return nil, err
	}
	value, err := url.QueryUnescape(out[name])
	if err != nil {
		return nil, err
	}
	add(name, value)
	target.Scheme, target.Authority = in.Request.Transport, in.Request.Host()
	a := adapter.Signature(value)
	a.URL = target.String()
	return a, nil
}

type authorizer func(ak, sk, method, bucket, key, query string, headers map[string][]string) map[string]string

// calling reports a panic, or no answer, as the refusal it comes to.
func calling(authorize authorizer, in *signature.Input, key, query string, headers map[string][]string) (out map[string]string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &subject.RejectedError{Class: "panic", Message: fmt.Sprint(p)}
		} else if out == nil {
			err = &subject.RejectedError{Message: "it returns nil"}
		}
	}()
	c := &in.Credentials
	// A question mark in front is taken off, one that belongs to the query too.
	return authorize(c.AccessKeyID, c.AccessKeySecret, in.Request.Method, in.Bucket, key, "?"+query, headers), nil
}

func credential(in *signature.Input) string {
	return in.Credentials.AccessKeyID + "/" + in.Time.UTC().Format("20060102") + "/" + in.Region + "/s3/aws4_request"
}

// signedHeaders is the list that the SDK takes from the authentication it is
// given: what V4 wants signed, what the question does, and more.
func signedHeaders(in *signature.Input, headers map[string][]string, more ...string) string {
	var names []string
	for name := range headers {
		same := func(other string) bool { return wire.EqualFold(name, other) }
		if name == obs.HEADER_HOST || name == "content-type" || strings.HasPrefix(name, obs.HEADER_PREFIX) ||
			slices.ContainsFunc(in.AdditionalHeaders, same) || slices.Contains(more, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ";")
}

// headersOf has one name for a header that comes in several letter cases: the
// SDK would drop all but one of them.
func headersOf(req *wire.Request) map[string][]string {
	headers := make(map[string][]string)
	for _, h := range req.Headers {
		name := []byte(h.Name)
		for i, c := range name {
			if 'A' <= c && c <= 'Z' {
				name[i] += 'a' - 'A'
			}
		}
		headers[string(name)] = append(headers[string(name)], h.Value)
	}
	return headers
}

// keyAndQuery are the key as it stands in the path, and the query.
func keyAndQuery(in *signature.Input, target string) (key, query string) {
	t := wire.SplitTarget(target)
	key = strings.TrimPrefix(t.Path, "/")
	if in.Addressing == signature.PathStyle {
		_, key, _ = strings.Cut(key, "/")
	}
	return key, t.Query
}
