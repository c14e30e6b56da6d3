package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

const metaPrefix = "x-amz-meta-"

// names are the fields of the SDK's inputs, by the headers and parameters they
// become. Inputs have those of them that the operation knows.
var names = map[string]string{
	"cache-control": "CacheControl", "content-disposition": "ContentDisposition", "content-encoding": "ContentEncoding",
	"content-language": "ContentLanguage", "content-md5": "ContentMD5", "content-type": "ContentType", "expires": "Expires",
	"if-match": "IfMatch", "if-none-match": "IfNoneMatch", "if-modified-since": "IfModifiedSince",
	"if-unmodified-since": "IfUnmodifiedSince", "range": "Range",
	"x-amz-acl": "ACL", "x-amz-metadata-directive": "MetadataDirective", "x-amz-storage-class": "StorageClass",
	"x-amz-website-redirect-location": "WebsiteRedirectLocation",

	"delimiter": "Delimiter", "encoding-type": "EncodingType", "key-marker": "KeyMarker", "marker": "Marker",
	"max-keys": "MaxKeys", "max-parts": "MaxParts", "max-uploads": "MaxUploads", "part-number-marker": "PartNumberMarker",
	"prefix": "Prefix", "upload-id-marker": "UploadIdMarker", "version-id-marker": "VersionIdMarker", "versionId": "VersionId",
	"response-cache-control": "ResponseCacheControl", "response-content-disposition": "ResponseContentDisposition",
	"response-content-encoding": "ResponseContentEncoding", "response-content-language": "ResponseContentLanguage",
	"response-content-type": "ResponseContentType", "response-expires": "ResponseExpires",
}

// call holds an operation in the SDK's words.
type call struct {
	op      *vectors.Operation
	headers map[string]string
	meta    map[string]string
	query   map[string]string
	expires time.Duration
}

func newCall(q *subject.SendQuestion) (*call, error) {
	c := &call{op: q.Operation, expires: time.Hour}
	if q.Operation.Expires != 0 {
		c.expires = time.Duration(q.Operation.Expires) * time.Second
	}
	var err error
	for _, list := range []struct {
		to    *map[string]string
		pairs [][2]wire.Bytes
	}{{&c.headers, c.op.Headers}, {&c.meta, c.op.Metadata}, {&c.query, c.op.Query}} {
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
			return nil, fmt.Errorf("%w: the SDK has one field for each header and a map for metadata, %s cannot be repeated", subject.ErrUnsupported, p[0])
		}
		m[string(p[0])] = string(p[1])
	}
	return m, nil
}

// fill puts the operation into an input of the SDK. Headers and parameters
// without a field remain, for [call.options].
func (c *call) fill(input any) {
	in := reflect.ValueOf(input).Elem()
	for name, value := range c.query {
		if set(in, names[name], value) {
			delete(c.query, name)
		}
	}
	for name, value := range c.headers {
		if set(in, names[strings.ToLower(name)], value) {
			delete(c.headers, name)
		}
	}
	set(in, "Bucket", string(c.op.Bucket))
	set(in, "Key", string(c.op.Key))
	set(in, "UploadId", string(c.op.UploadID))
	if c.op.PartNumber != 0 {
		set(in, "PartNumber", strconv.Itoa(c.op.PartNumber))
	}
	if bucket, key, ok := strings.Cut(string(c.op.CopySource), "/"); ok {
		set(in, "CopySource", bucket+"/"+wire.EscapePath(key)) // its documentation asks for the encoded form
	}
	if field := in.FieldByName("Body"); field.IsValid() {
		field.Set(reflect.ValueOf(io.Reader(strings.NewReader(string(c.op.Body)))))
	}
	if field := in.FieldByName("Metadata"); field.IsValid() {
		field.Set(reflect.ValueOf(c.meta))
		c.meta = nil
	}
}

// set reports whether the input has the field and it can hold the value.
func set(in reflect.Value, name, text string) bool {
	field := in.FieldByName(name)
	if !field.IsValid() {
		return false
	}
	switch p := field.Addr().Interface().(type) {
	case **string:
		*p = &text
	case **int32:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return false
		}
		*p = aws.Int32(int32(n))
	case **time.Time:
		t, err := http.ParseTime(text)
		if err != nil {
			return false
		}
		*p = &t
	default: // a list of words
		field.SetString(text)
	}
	return true
}

// options are the client's options for what has no field: the SDK's helper for
// headers, and a step of one's own for parameters, before the request is signed.
func (c *call) options() func(*s3.Options) {
	for name, value := range c.meta {
		c.headers[metaPrefix+name] = value
	}
	return func(o *s3.Options) {
		for name, value := range c.headers {
			o.APIOptions = append(o.APIOptions, smithyhttp.SetHeaderValue(name, value))
		}
		if len(c.query) > 0 {
			o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
				return stack.Build.Add(middleware.BuildMiddlewareFunc("parameters", c.setQuery), middleware.After)
			})
		}
	}
}

func (c *call) setQuery(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
	if req, ok := in.Request.(*smithyhttp.Request); ok {
		query := req.URL.Query()
		for name, value := range c.query {
			query.Set(name, value)
		}
		req.URL.RawQuery = query.Encode() // the signer writes it anew
	}
	return next.HandleBuild(ctx, in)
}

// form takes the policy and the signature from PresignPostObject. What else a
// form has, its caller adds: a condition in the policy, and a field.
func (c *call) form(ctx context.Context, client *s3.PresignClient) (*adapter.Answer, error) {
	fields := c.headers
	for name, value := range c.meta {
		fields[metaPrefix+name] = value
	}
	var conditions []any
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		conditions = append(conditions, map[string]string{name: fields[name]})
	}
	for name, value := range c.query {
		var lower, upper int64
		if _, err := fmt.Sscanf(value, "%d,%d", &lower, &upper); err != nil {
			return nil, err
		}
		conditions = append(conditions, []any{name, lower, upper})
	}
	input := &s3.PutObjectInput{Bucket: aws.String(string(c.op.Bucket)), Key: aws.String(string(c.op.Key))}
	out, err := client.PresignPostObject(ctx, input, func(o *s3.PresignPostOptions) {
		o.Expires, o.Conditions = c.expires, conditions
	})
	if err != nil {
		return nil, err
	}
	maps.Copy(fields, out.Values)
	a := new(adapter.Answer)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		a.Form = append(a.Form, [2]string{name, fields[name]})
	}
	return a, nil
}
