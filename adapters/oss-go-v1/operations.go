package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/countersign/countersign/subject"
)

// operation is one operation of the SDK: its own method, and how its request
// looks for the calls that take any request (Bucket.SignURL and Bucket.Do).
type operation struct {
	level  level
	method string
	params []string // the query parameters that make it this operation
	extra  extra
	call   func(c *call) error
}

// level says what an operation is about.
type level int

const (
	service level = iota
	bucket
	object
)

// extra says what the SDK's method does with further query parameters.
type extra int

const (
	passed  extra = iota // sends them
	dropped              // drops them without a word: Bucket.Do sends them
	refused              // drops them, and Bucket.Do does not build the body
)

var operations = map[string]operation{
	"ListBuckets":          {service, "GET", nil, passed, func(c *call) error { _, err := c.client.ListBuckets(c.options()...); return err }},
	"ListObjects":          {bucket, "GET", nil, passed, onBucket(oss.Bucket.ListObjects)},
	"ListObjectsV2":        {bucket, "GET", nil, passed, onBucket(oss.Bucket.ListObjectsV2)},
	"ListObjectVersions":   {bucket, "GET", []string{"versions"}, passed, onBucket(oss.Bucket.ListObjectVersions)},
	"ListMultipartUploads": {bucket, "GET", []string{"uploads"}, passed, onBucket(oss.Bucket.ListMultipartUploads)},
	"GetBucketACL":         {bucket, "GET", []string{"acl"}, dropped, onName(oss.Client.GetBucketACL)},
	"GetBucketLocation":    {bucket, "GET", []string{"location"}, dropped, onName(oss.Client.GetBucketLocation)},
	"GetBucketLifecycle":   {bucket, "GET", []string{"lifecycle"}, dropped, onName(oss.Client.GetBucketLifecycle)},
	"GetBucketCORS":        {bucket, "GET", []string{"cors"}, dropped, onName(oss.Client.GetBucketCORS)},
	"GetBucketLogging":     {bucket, "GET", []string{"logging"}, dropped, onName(oss.Client.GetBucketLogging)},
	"GetBucketWebsite":     {bucket, "GET", []string{"website"}, dropped, onName(oss.Client.GetBucketWebsite)},
	"GetBucketVersioning":  {bucket, "GET", []string{"versioning"}, dropped, onName(oss.Client.GetBucketVersioning)},
	"GetBucketPolicy":      {bucket, "GET", []string{"policy"}, dropped, onName(oss.Client.GetBucketPolicy)},
	"DeleteObjects":        {bucket, "POST", []string{"delete"}, refused, deleteObjects},

	"GetObject":           {object, "GET", nil, passed, getObject},
	"PutObject":           {object, "PUT", nil, dropped, putObject},
	"HeadObject":          {object, "HEAD", nil, passed, onKey(oss.Bucket.GetObjectDetailedMeta)},
	"DeleteObject":        {object, "DELETE", nil, passed, onKeyOnly(oss.Bucket.DeleteObject)},
	"CopyObject":          {object, "PUT", nil, dropped, copyObject},
	"AppendObject":        {object, "POST", []string{"append", "position"}, dropped, appendObject},
	"GetObjectACL":        {object, "GET", []string{"acl"}, passed, onKey(oss.Bucket.GetObjectACL)},
	"PutObjectACL":        {object, "PUT", []string{"acl"}, passed, putObjectACL},
	"PutObjectTagging":    {object, "PUT", []string{"tagging"}, passed, putObjectTagging},
	"GetObjectTagging":    {object, "GET", []string{"tagging"}, passed, onKey(oss.Bucket.GetObjectTagging)},
	"DeleteObjectTagging": {object, "DELETE", []string{"tagging"}, passed, onKeyOnly(oss.Bucket.DeleteObjectTagging)},
	"RestoreObject":       {object, "POST", []string{"restore"}, passed, onKeyOnly(oss.Bucket.RestoreObject)},
	"GetSymlink":          {object, "GET", []string{"symlink"}, passed, onKey(oss.Bucket.GetSymlink)},
	"PutSymlink":          {object, "PUT", []string{"symlink"}, passed, putSymlink},

	"InitiateMultipartUpload": {object, "POST", []string{"uploads"}, passed, onKey(oss.Bucket.InitiateMultipartUpload)},
	"UploadPart":              {object, "PUT", []string{"partNumber", "uploadId"}, dropped, uploadPart},
	"UploadPartCopy":          {object, "PUT", []string{"partNumber", "uploadId"}, dropped, uploadPartCopy},
	"ListParts":               {object, "GET", []string{"uploadId"}, passed, onUpload(oss.Bucket.ListUploadedParts)},
	"CompleteMultipartUpload": {object, "POST", []string{"uploadId"}, refused, completeMultipartUpload},
	"AbortMultipartUpload": {object, "DELETE", []string{"uploadId"}, dropped, func(c *call) error {
		return c.bucket.AbortMultipartUpload(c.upload(), c.options()...)
	}},
}

func onBucket[T any](do func(oss.Bucket, ...oss.Option) (T, error)) func(*call) error {
	return func(c *call) error { _, err := do(*c.bucket, c.options()...); return err }
}

func onName[T any](do func(oss.Client, string, ...oss.Option) (T, error)) func(*call) error {
	return func(c *call) error { _, err := do(*c.client, c.bucket.BucketName, c.options()...); return err }
}

func onKey[T any](do func(oss.Bucket, string, ...oss.Option) (T, error)) func(*call) error {
	return func(c *call) error { _, err := do(*c.bucket, c.key, c.options()...); return err }
}

func onKeyOnly(do func(oss.Bucket, string, ...oss.Option) error) func(*call) error {
	return func(c *call) error { return do(*c.bucket, c.key, c.options()...) }
}

func onUpload[T any](do func(oss.Bucket, oss.InitiateMultipartUploadResult, ...oss.Option) (T, error)) func(*call) error {
	return func(c *call) error { _, err := do(*c.bucket, c.upload(), c.options()...); return err }
}

func deleteObjects(c *call) error {
	_, err := c.bucket.DeleteObjects([]string{c.key}, c.options()...)
	return err
}

func getObject(c *call) error {
	body, err := c.bucket.GetObject(c.key, c.options()...)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body) // the SDK checks it as it is read
	return errors.Join(err, body.Close())
}

func putObject(c *call) error {
	return c.bucket.PutObject(c.key, strings.NewReader(c.body), c.options()...)
}

func copyObject(c *call) error {
	_, err := c.bucket.CopyObjectFrom(c.srcBucket, c.srcKey, c.key, c.options()...)
	return err
}

func appendObject(c *call) error {
	position, err := strconv.ParseInt(c.params["position"], 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the SDK takes the position as a number, not %q", subject.ErrUnsupported, c.params["position"])
	}
	_, err = c.bucket.AppendObject(c.key, strings.NewReader(c.body), position, c.options()...)
	return err
}

func putObjectACL(c *call) error {
	acl := oss.ACLType(c.takeHeader(oss.HTTPHeaderOssObjectACL))
	return c.bucket.SetObjectACL(c.key, acl, c.options()...)
}

func putObjectTagging(c *call) error {
	tagging := oss.Tagging{Tags: []oss.Tag{{Key: "colour", Value: "red"}}}
	return c.bucket.PutObjectTagging(c.key, tagging, c.options()...)
}

func putSymlink(c *call) error {
	target := c.takeHeader(oss.HTTPHeaderOssSymlinkTarget)
	return c.bucket.PutSymlink(c.key, target, c.options()...)
}

func uploadPart(c *call) error {
	_, err := c.bucket.UploadPart(c.upload(), strings.NewReader(c.body), int64(len(c.body)), c.partNumber, c.options()...)
	return err
}

// uploadPartCopy copies the range the header names, or else the first 100 KiB:
// the method copies nothing without a range.
func uploadPartCopy(c *call) error {
	first, last := int64(0), int64(100<<10-1)
	if text := c.takeHeader(oss.HTTPHeaderOssCopySourceRange); text != "" {
		if _, err := fmt.Sscanf(text, "bytes=%d-%d", &first, &last); err != nil {
			return fmt.Errorf("%w: the SDK takes a range of two numbers, not %q", subject.ErrUnsupported, text)
		}
	}
	_, err := c.bucket.UploadPartCopy(c.upload(), c.srcBucket, c.srcKey, first, last-first+1, c.partNumber, c.options()...)
	return err
}

func completeMultipartUpload(c *call) error {
	parts := []oss.UploadPart{{PartNumber: c.partNumber, ETag: `"D41D8CD98F00B204E9800998ECF8427E"`}}
	_, err := c.bucket.CompleteMultipartUpload(c.upload(), parts, c.options()...)
	return err
}

// send calls the method of the operation, or Bucket.Do where that method would
// drop a query parameter.
func (op operation) send(c *call) error {
	if op.level != service && c.bucket == nil {
		return fmt.Errorf("%w: the SDK needs a bucket", subject.ErrUnsupported)
	}
	op.takeParams(c)
	switch {
	case len(c.query) == 0 || op.extra == passed:
		return op.call(c)
	case op.extra == refused:
		return fmt.Errorf("%w: the method passes no query parameters on", subject.ErrUnsupported)
	default:
		return c.do(op.method)
	}
}

// presign signs a URL; Bucket.SignURL takes the parameters as options.
func (op operation) presign(c *call) (string, error) {
	if op.level != object || c.bucket == nil {
		return "", fmt.Errorf("%w: Bucket.SignURL signs requests about objects only", subject.ErrUnsupported)
	}
	op.takeParams(c)
	c.addCopySource()
	options := c.options()
	for name, value := range c.params {
		options = append(options, oss.AddParam(name, value))
	}
	return c.bucket.SignURL(c.key, oss.HTTPMethod(op.method), c.expires, options...)
}

// takeParams leaves the operation's own query parameters in c.params and all
// others in c.query.
func (op operation) takeParams(c *call) {
	own := make(map[string]string)
	for _, name := range op.params {
		if value, given := c.query[name]; given {
			own[name] = value
			delete(c.query, name)
		} else {
			own[name] = c.params[name]
		}
	}
	c.params = own
}
