package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"
)

// call holds an operation in the SDK's words.
type call struct {
	client  *obs.ObsClient
	sign    obs.SignatureType
	cred    signature.Credentials
	prefix  string // of the vendor's headers: x-obs- or x-amz-
	bucket  string
	key     string
	body    string
	headers map[string]string
	meta    map[string]string
	query   map[string]string

	srcBucket, srcKey string
	uploadID          string
	partNumber        int
	expires           int // seconds
}

func newCall(client *obs.ObsClient, sign obs.SignatureType, q *subject.SendQuestion) (*call, error) {
	op := q.Operation
	c := &call{
		client: client, sign: sign, cred: q.Credentials, prefix: obs.HEADER_PREFIX,
		bucket: string(op.Bucket), key: string(op.Key), body: string(op.Body),
		uploadID: string(op.UploadID), partNumber: op.PartNumber, expires: int(op.Expires),
	}
	if sign == obs.SignatureObs {
		c.prefix = obs.HEADER_PREFIX_OBS
	}
	if c.expires == 0 {
		c.expires = 3600
	}
	c.srcBucket, c.srcKey, _ = strings.Cut(string(op.CopySource), "/")
	var err error
	for _, list := range []struct {
		to    *map[string]string
		pairs [][2]wire.Bytes
	}{{&c.headers, op.Headers}, {&c.meta, op.Metadata}, {&c.query, op.Query}} {
		if *list.to, err = mapOf(list.pairs); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func mapOf(pairs [][2]wire.Bytes) (map[string]string, error) {
	m := make(map[string]string, len(pairs))
	for _, p := range pairs {
		if _, repeated := m[string(p[0])]; repeated {
			return nil, fmt.Errorf("%w: the SDK keeps headers and parameters in maps, %s cannot be repeated", subject.ErrUnsupported, p[0])
		}
		m[string(p[0])] = string(p[1])
	}
	return m, nil
}

// fields are the fields of an input of the SDK, as pointers, by the names of
// the headers and parameters they become.
type fields map[string]any

// httpHeader are the fields most inputs of the SDK have for headers.
func httpHeader(h *obs.HttpHeader) fields {
	return fields{
		"Cache-Control": &h.CacheControl, "Content-Disposition": &h.ContentDisposition,
		"Content-Encoding": &h.ContentEncoding, "Content-Language": &h.ContentLanguage,
		"Content-Type": &h.ContentType, "Expires": &h.HttpExpires,
	}
}

// and returns f with more fields.
func (f fields) and(more fields) fields {
	maps.Copy(f, more)
	return f
}

// fill moves headers and parameters to their fields. The headers that remain
// can be custom headers; a parameter without a field has no way to the wire.
func (c *call) fill(f fields) error {
	for _, name := range slices.Sorted(maps.Keys(c.query)) { // what has no way is the same every time
		field, ok := f[name]
		if !ok {
			return fmt.Errorf("%w: the SDK's input has no field for the parameter %s", subject.ErrUnsupported, name)
		}
		if value := c.query[name]; !set(field, value) {
			return fmt.Errorf("%w: the SDK's field for the parameter %s does not send %q", subject.ErrUnsupported, name, value)
		}
	}
	for name, field := range f {
		for given, value := range c.headers {
			if wire.EqualFold(given, name) && set(field, value) {
				delete(c.headers, given)
			}
		}
	}
	return nil
}

// set reports whether the field holds the value and would be sent: the SDK
// takes a zero for "not set". Only an append position may be zero.
func set(field any, text string) bool {
	v := reflect.ValueOf(field).Elem()
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return false
		}
		v.SetInt(n)
		return n != 0 || v.Kind() == reflect.Int64
	}
	return text != ""
}

// takeMeta returns the metadata for an input that has a field for it.
func (c *call) takeMeta() map[string]string {
	meta := c.meta
	c.meta = nil
	return meta
}

// customHeaders are the headers without a field. E is the SDK's type for
// options of a call, which it does not export.
func customHeaders[E any](c *call) []E {
	var options []E
	add := func(name, value string) { options = append(options, any(obs.WithCustomHeader(name, value)).(E)) }
	for name, value := range c.headers {
		add(name, value)
	}
	for name, value := range c.meta {
		add(c.prefix+obs.PREFIX_META+name, value)
	}
	return options
}

// signURL signs a URL with CreateSignedUrl, which takes any request.
func (c *call) signURL(op operation) (*adapter.Answer, error) {
	in := &obs.CreateSignedUrlInput{
		Method: op.method, Bucket: c.bucket, Key: c.key, SubResource: op.param, Expires: c.expires,
		Headers: c.headers, QueryParams: c.query,
	}
	if op.param == obs.SubResourceDelete {
		in.Key = "" // it stands in the body
	}
	for name, value := range c.meta {
		in.Headers[c.prefix+obs.PREFIX_META+name] = value
	}
	if c.srcBucket != "" {
		in.Headers[c.prefix+obs.HEADER_COPY_SOURCE] = "/" + c.srcBucket + "/" + wire.EscapePath(c.srcKey)
	}
	if c.uploadID != "" {
		in.QueryParams["uploadId"] = c.uploadID
		if op.method == obs.HttpMethodPut {
			in.QueryParams["partNumber"] = strconv.Itoa(c.partNumber)
		}
	}
	out, err := c.client.CreateSignedUrl(in)
	if err != nil {
		return nil, err
	}
	a := &adapter.Answer{URL: out.SignedUrl}
	for _, name := range slices.Sorted(maps.Keys(out.ActualSignedRequestHeaders)) {
		for _, value := range out.ActualSignedRequestHeaders[name] {
			a.Headers = append(a.Headers, [2]string{name, value})
		}
	}
	return a, nil
}

// form builds the fields of a browser upload around the policy and signature
// of CreateBrowserBasedSignature.
func (c *call) form() (*adapter.Answer, error) {
	in := &obs.CreateBrowserBasedSignatureInput{
		Bucket: c.bucket, Key: c.key, Expires: c.expires, FormParams: c.headers,
	}
	for name, value := range c.meta {
		in.FormParams[c.prefix+obs.PREFIX_META+name] = value
	}
	for name, value := range c.query {
		limit := obs.ConditionRange{RangeName: name}
		if _, err := fmt.Sscanf(value, "%d,%d", &limit.Lower, &limit.Upper); err != nil {
			return nil, fmt.Errorf("%w: the SDK writes ranges of numbers and equalities, not %s %q", subject.ErrUnsupported, name, value)
		}
		in.RangeParams = append(in.RangeParams, limit)
	}
	out, err := c.client.CreateBrowserBasedSignature(in)
	if err != nil {
		return nil, err
	}
	a := &adapter.Answer{Form: [][2]string{{"key", c.key}}}
	add := func(name, value string) { a.Form = append(a.Form, [2]string{name, value}) }
	for _, name := range slices.Sorted(maps.Keys(in.FormParams)) {
		add(name, in.FormParams[name])
	}
	if c.cred.SecurityToken != "" {
		add(c.prefix+"security-token", c.cred.SecurityToken)
	}
	add("policy", out.Policy)
	switch c.sign {
	case obs.SignatureObs:
		add("AccessKeyId", c.cred.AccessKeyID)
		add("signature", out.Signature)
	case obs.SignatureV2:
		add("AWSAccessKeyId", c.cred.AccessKeyID)
		add("signature", out.Signature)
	default:
		add("x-amz-algorithm", out.Algorithm)
		add("x-amz-credential", out.Credential)
		add("x-amz-date", out.Date)
		add("x-amz-signature", out.Signature)
	}
	return a, nil
}
