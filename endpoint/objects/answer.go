package objects

import (
	"crypto/md5"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// call is one request at the store.
type call struct {
	*endpoint.Task
	store *Store
}

// handlers answer the operations of the tables in endpoint/answers.
var handlers map[string]func(c call) endpoint.Response

func init() { // not a literal: the handlers of buckets refer to it
	handlers = map[string]func(c call) endpoint.Response{
		"ListBuckets": call.listBuckets, "PutBucket": call.putBucket, "DeleteBucket": call.deleteBucket, "HeadBucket": call.inBucket, "GetBucketInfo": call.getBucketInfo,
		"GetBucketACL": call.getBucketACL, "GetBucketLocation": call.inBucket, "GetBucketReferer": call.getBucketConfig,
		"GetBucketLifecycle": call.getBucketConfig, "GetBucketCORS": call.getBucketConfig, "GetBucketLogging": call.getBucketConfig,
		"GetBucketWebsite": call.getBucketConfig, "GetBucketVersioning": call.getBucketConfig, "GetBucketPolicy": call.getBucketConfig, "GetBucketTagging": call.getBucketConfig,
		"ListObjects": call.listObjects, "ListObjectsV2": call.listObjectsV2, "ListObjectVersions": call.listVersions, "DeleteObjects": call.deleteObjects,
		"GetObject": call.getObject, "HeadObject": call.getObject, "PutObject": call.putObject, "PostObject": call.postObject,
		"CopyObject": call.copyObject, "AppendObject": call.appendObject, "DeleteObject": call.deleteObject,
		"GetObjectACL": call.getObjectACL, "PutObjectACL": call.putObjectACL,
		"GetObjectTagging": call.getTagging, "PutObjectTagging": call.putTagging, "DeleteObjectTagging": call.deleteTagging,
		"GetSymlink": call.getSymlink, "PutSymlink": call.putSymlink, "RestoreObject": call.restore,
		"InitiateMultipartUpload": call.initiate, "UploadPart": call.uploadPart, "UploadPartCopy": call.uploadPartCopy, "ListParts": call.listParts,
		"ListMultipartUploads": call.listUploads, "CompleteMultipartUpload": call.complete, "AbortMultipartUpload": call.abort,
	}
}

// Answer implements [endpoint.Backend].
func (s *Store) Answer(t *endpoint.Task) endpoint.Response {
	c := call{t, s}
	handle, ok := handlers[t.Operation()]
	if !ok || c.beyond() {
		return t.Refuse(notImplemented)
	}
	if refused := c.checkBody(); refused != "" {
		return t.Refuse(refused)
	}
	return handle(c)
}

// beyond reports whether a request asks for what the store does not have, and
// would otherwise be taken for something else.
func (c call) beyond() bool {
	for _, name := range []string{"x-oss-process", "x-image-process"} { // without a value there is nothing to do
		if process, _ := c.Param(name); process != "" {
			return true
		}
	}
	if sum, _ := c.Vendor("content-sha256"); strings.HasPrefix(sum, "STREAMING-") {
		return true // the body holds more than the content
	}
	switch c.Operation() {
	case "PutObject", "DeleteObject":
		sub, bare := c.SubResource()
		return sub != "" && bare && !slices.Contains([]string{"metadata", "partNumber", "uploadId"}, sub)
	}
	return false
}

// checkBody holds a body that is stored or parsed to its Content-MD5. The other
// methods have none: there, the header is only a line that is signed.
func (c call) checkBody() refusal {
	want, ok := c.Request().Header("Content-MD5")
	if method := c.Request().Method; !ok || want == "" || method != http.MethodPut && method != http.MethodPost {
		return ""
	}
	claimed, err := base64.StdEncoding.DecodeString(want)
	if err != nil || len(claimed) != md5.Size {
		return invalidDigest
	}
	if md5.Sum([]byte(c.Request().Body)) != [md5.Size]byte(claimed) {
		return badDigest
	}
	return ""
}

// done answers with what went well, or refuses.
func (c call) done(refused refusal, s endpoint.Success) endpoint.Response {
	if refused != "" {
		return c.Refuse(refused)
	}
	return c.Accept(s)
}

// inBucket answers as the tables do, for a bucket that exists.
func (c call) inBucket() endpoint.Response {
	return c.reading(func(*bucket) endpoint.Response { return c.Example() })
}

// reading looks into the bucket of a request.
func (c call) reading(look func(b *bucket) endpoint.Response) endpoint.Response {
	c.store.mu.RLock()
	defer c.store.mu.RUnlock()
	b, ok := c.store.bucket(c.Bucket())
	if !ok {
		return c.Refuse(noSuchBucket)
	}
	return look(b)
}

// writing changes the bucket of a request.
func (c call) writing(change func(b *bucket) endpoint.Response) endpoint.Response {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, refused := c.store.bucketFor(c.Task)
	if refused != "" {
		return c.Refuse(refused)
	}
	return change(b)
}

// withObject looks at the object of a request.
func (c call) withObject(look func(o *object) endpoint.Response) endpoint.Response {
	return c.reading(func(b *bucket) endpoint.Response {
		o, ok := b.objects[c.Key()]
		if c.unsigned() && !c.isPublic(b, o) {
			return c.RefuseUnsigned()
		}
		if !ok {
			return c.Refuse(noSuchKey)
		}
		return look(o)
	})
}

// changing gives the object of a request other properties.
func (c call) changing(change func(o *object), s endpoint.Success) endpoint.Response {
	return c.writing(func(b *bucket) endpoint.Response {
		o, ok := b.objects[c.Key()]
		if !ok {
			return c.Refuse(noSuchKey)
		}
		changed := *o
		change(&changed)
		return c.done(c.store.put(b, c.Key(), &changed), s)
	})
}

// checkKey holds a key that is written to the rules of the services.
func (c call) checkKey() refusal {
	key, longest := c.Key(), 1024
	if c.Dialect() == endpoint.OSS {
		longest = 1023
		if strings.HasPrefix(key, "/") || strings.HasPrefix(key, `\`) {
			return invalidObjectName
		}
	}
	if key == "" || len(key) > longest || !utf8.ValidString(key) {
		return invalidObjectName
	}
	return ""
}

func header(name, value string) wire.Header { return wire.Header{Name: name, Value: value} }

// isTrue reports whether a vendor header says true.
func (c call) isTrue(name string) bool {
	value, _ := c.Vendor(name)
	return wire.EqualFold(value, "true")
}
