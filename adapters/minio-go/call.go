package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/wire"
	"github.com/minio/minio-go/v7"
)

const metaPrefix = "x-amz-meta-"

// call holds an operation in the SDK's words. What an option of the SDK takes
// is taken out of headers and query; rest reports what remains.
type call struct {
	context.Context
	*minio.Core
	scheme  string
	bucket  string
	key     string
	body    string
	headers map[string]string
	meta    map[string]string
	query   map[string]string

	srcBucket, srcKey string
	uploadID          string
	partNumber        int
	expires           time.Duration
}

func newCall(ctx context.Context, client *minio.Core, q *subject.SendQuestion) (*call, error) {
	op := q.Operation
	c := &call{
		Context: ctx, Core: client, scheme: q.Scheme,
		bucket: string(op.Bucket), key: string(op.Key), body: string(op.Body),
		uploadID: string(op.UploadID), partNumber: op.PartNumber, expires: time.Hour,
	}
	if op.Expires != 0 {
		c.expires = time.Duration(op.Expires) * time.Second
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
			return nil, fmt.Errorf("%w: the SDK keeps headers and metadata in maps, %s cannot be repeated", subject.ErrUnsupported, p[0])
		}
		m[string(p[0])] = string(p[1])
	}
	return m, nil
}

// header takes a header, whatever its letter case; param takes a parameter,
// and number one that is a number.
func (c *call) header(name string) string {
	for given, value := range c.headers {
		if wire.EqualFold(given, name) {
			delete(c.headers, given)
			return value
		}
	}
	return ""
}

func (c *call) param(name string) string {
	value := c.query[name]
	delete(c.query, name)
	return value
}

func (c *call) number(name string) int {
	n, err := strconv.Atoi(c.query[name])
	if err == nil && n > 0 {
		delete(c.query, name)
	}
	return n
}

// rest is an error when headers, metadata or parameters are left: the SDK's
// method has no option for them.
func (c *call) rest() error {
	for _, left := range []map[string]string{c.headers, c.meta, c.query} {
		for _, name := range slices.Sorted(maps.Keys(left)) { // the same one every time
			return fmt.Errorf("%w: the options of the SDK's method have none for %s: %q", subject.ErrUnsupported, name, left[name])
		}
	}
	return nil
}

// getOptions sends any header, and the parameters that the SDK lets through.
func (c *call) getOptions() minio.GetObjectOptions {
	o := minio.GetObjectOptions{VersionID: c.param("versionId")}
	for name, value := range c.headers {
		o.Set(name, value)
	}
	for name, value := range c.query {
		o.SetReqParam(name, value)
	}
	c.headers, c.query = nil, nil
	return o
}

// putOptions fills the fields that stand for headers. A store that is not
// Amazon's need not know the chunked payload that the SDK signs by default
// where there is no TLS: DisableContentSha256 sends the body as it is, and
// UNSIGNED-PAYLOAD, as the SDK always does with TLS.
func (c *call) putOptions() (minio.PutObjectOptions, error) {
	o := minio.PutObjectOptions{
		ContentType: c.header("Content-Type"), ContentEncoding: c.header("Content-Encoding"),
		ContentDisposition: c.header("Content-Disposition"), ContentLanguage: c.header("Content-Language"),
		CacheControl: c.header("Cache-Control"), StorageClass: c.header("x-amz-storage-class"),
		WebsiteRedirectLocation: c.header("x-amz-website-redirect-location"),
		UserMetadata:            c.meta, DisableContentSha256: true,
	}
	if acl := c.header("x-amz-acl"); acl != "" {
		o.UserMetadata["x-amz-acl"] = acl // the SDK's way to send it
	}
	c.meta = nil
	if text := c.header("Expires"); text != "" {
		t, err := http.ParseTime(text)
		if err != nil {
			return o, fmt.Errorf("%w: Expires is a time in the SDK, not %q", subject.ErrUnsupported, text)
		}
		o.Expires = t
	}
	return o, nil
}

// httpHeaders are the remaining headers and the metadata, for methods that
// take any header.
func (c *call) httpHeaders() map[string]string {
	headers := c.headers
	for name, value := range c.meta {
		headers[metaPrefix+name] = value
	}
	c.headers, c.meta = nil, nil
	return headers
}

// presign signs a URL with Presign or PresignHeader, which take any request.
func (c *call) presign(op operation) (*adapter.Answer, error) {
	headers, params := make(http.Header), make(url.Values)
	for name, value := range c.httpHeaders() {
		headers.Set(name, value)
	}
	if c.srcBucket != "" {
		headers.Set("x-amz-copy-source", "/"+c.srcBucket+"/"+wire.EscapePath(c.srcKey))
	}
	for name, value := range c.query {
		params.Set(name, value)
	}
	if op.param != "" {
		params.Set(op.param, "")
	}
	if c.uploadID != "" {
		params.Set("uploadId", c.uploadID)
		if op.method == http.MethodPut {
			params.Set("partNumber", strconv.Itoa(c.partNumber))
		}
	}
	key := c.key
	if op.param == "delete" {
		key = "" // it stands in the body
	}
	var signed *url.URL
	var err error
	switch {
	case len(headers) == 0:
		signed, err = c.Presign(c, op.method, c.bucket, key, c.expires, params)
	case c.scheme == "obs-v4":
		signed, err = c.PresignHeader(c, op.method, c.bucket, key, c.expires, params, headers)
	default:
		err = fmt.Errorf("%w: PresignHeader takes no headers with V2", subject.ErrUnsupported)
	}
	if err != nil {
		return nil, err
	}
	a := &adapter.Answer{URL: signed.String()}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		a.Headers = append(a.Headers, [2]string{name, headers.Get(name)})
	}
	return a, nil
}

// form takes the fields of a browser upload from PresignedPostPolicy.
func (c *call) form() (*adapter.Answer, error) {
	p := minio.NewPostPolicy()
	err := errors.Join(p.SetExpires(time.Now().Add(c.expires)), p.SetBucket(c.bucket), p.SetKey(c.key))
	for name, set := range map[string]func(string) error{
		"Content-Type": p.SetContentType, "Content-Disposition": p.SetContentDisposition, "Content-Encoding": p.SetContentEncoding,
		"success_action_status": p.SetSuccessStatusAction, "success_action_redirect": p.SetSuccessActionRedirect,
	} {
		if value := c.header(name); value != "" {
			err = errors.Join(err, set(value))
		}
	}
	for name, value := range c.meta {
		err = errors.Join(err, p.SetUserMetadata(name, value))
	}
	c.meta = nil
	if limits := c.param("content-length-range"); limits != "" {
		var lower, upper int64
		if _, err := fmt.Sscanf(limits, "%d,%d", &lower, &upper); err != nil {
			return nil, err
		}
		err = errors.Join(err, p.SetContentLengthRange(lower, upper))
	}
	if err = errors.Join(err, c.rest()); err != nil {
		return nil, err
	}
	_, fields, err := c.PresignedPostPolicy(c, p)
	if err != nil {
		return nil, err
	}
	a := new(adapter.Answer)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		a.Form = append(a.Form, [2]string{name, fields[name]})
	}
	return a, nil
}

// alwaysEncodingType takes the parameter that the SDK's listings always have.
func (c *call) alwaysEncodingType() {
	if c.query["encoding-type"] == "url" {
		delete(c.query, "encoding-type")
	}
}
