package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/tags"
)

// operation is one operation of the SDK: how its request looks for
// PresignHeader, which takes any, and the client's own method, if it has one.
type operation struct {
	method string
	param  string // the query parameter that makes it this operation
	send   func(c *call) error
}

const etag = `"d41d8cd98f00b204e9800998ecf8427e"` // of any part

var operations = map[string]operation{
	"ListBuckets":          {http.MethodGet, "", listBuckets},
	"ListObjects":          {http.MethodGet, "", listObjects},
	"ListObjectVersions":   {http.MethodGet, "versions", listVersions},
	"ListMultipartUploads": {http.MethodGet, "uploads", listUploads},
	"GetBucketLocation":    {http.MethodGet, "location", withBucket((*minio.Client).GetBucketLocation)},
	"GetBucketLifecycle":   {http.MethodGet, "lifecycle", withBucket((*minio.Client).GetBucketLifecycle)},
	"GetBucketCORS":        {http.MethodGet, "cors", withBucket((*minio.Client).GetBucketCors)},
	"GetBucketVersioning":  {http.MethodGet, "versioning", withBucket((*minio.Client).GetBucketVersioning)},
	"GetBucketPolicy":      {http.MethodGet, "policy", withBucket((*minio.Client).GetBucketPolicy)},
	"DeleteObjects":        {http.MethodPost, "delete", deleteObjects},
	"PostObject":           {}, // a form

	// The client has no methods for these.
	"GetBucketACL":     {http.MethodGet, "acl", nil},
	"GetBucketLogging": {http.MethodGet, "logging", nil},
	"GetBucketWebsite": {http.MethodGet, "website", nil},
	"PutObjectACL":     {http.MethodPut, "acl", nil},
	"AppendObject":     {http.MethodPost, "append", nil}, // its AppendObject is that of S3 Express: PUT with x-amz-write-offset-bytes

	"GetObject":           {http.MethodGet, "", getObject},
	"PutObject":           {http.MethodPut, "", putObject},
	"HeadObject":          {http.MethodHead, "", headObject},
	"DeleteObject":        {http.MethodDelete, "", deleteObject},
	"CopyObject":          {http.MethodPut, "", copyObject},
	"GetObjectACL":        {http.MethodGet, "acl", getObjectACL},
	"PutObjectTagging":    {http.MethodPut, "tagging", putObjectTagging},
	"GetObjectTagging":    {http.MethodGet, "tagging", getObjectTagging},
	"DeleteObjectTagging": {http.MethodDelete, "tagging", deleteObjectTagging},
	"RestoreObject":       {http.MethodPost, "restore", restoreObject},

	"InitiateMultipartUpload": {http.MethodPost, "uploads", initiateUpload},
	"UploadPart":              {http.MethodPut, "", uploadPart},
	"UploadPartCopy":          {http.MethodPut, "", uploadPartCopy},
	"ListParts":               {http.MethodGet, "", listParts},
	"CompleteMultipartUpload": {http.MethodPost, "", completeUpload},
	"AbortMultipartUpload":    {http.MethodDelete, "", abortUpload},
}

// withBucket sends by a method of the client that takes the bucket's name.
func withBucket[Out any](do func(*minio.Client, context.Context, string) (Out, error)) func(*call) error {
	return func(c *call) error {
		if err := c.rest(); err != nil {
			return err
		}
		_, err := do(c.Client, c, c.bucket)
		return err
	}
}

func listBuckets(c *call) error {
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.Client.ListBuckets(c)
	return err
}

func listObjects(c *call) error {
	prefix, marker, delimiter, maxKeys := c.param("prefix"), c.param("marker"), c.param("delimiter"), c.number("max-keys")
	c.alwaysEncodingType()
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.Core.ListObjects(c.bucket, prefix, marker, delimiter, maxKeys)
	return err
}

func listVersions(c *call) error {
	recursive := c.query["delimiter"] != "/" // the only one that the SDK sends here
	if !recursive {
		delete(c.query, "delimiter")
	}
	o := minio.ListObjectsOptions{
		WithVersions: true, Recursive: recursive,
		Prefix: c.param("prefix"), StartAfter: c.param("key-marker"), MaxKeys: c.number("max-keys"),
	}
	if err := c.rest(); err != nil {
		return err
	}
	for object := range c.ListObjectsIter(c, c.bucket, o) {
		return object.Err
	}
	return nil
}

func listUploads(c *call) error {
	prefix, keyMarker, idMarker := c.param("prefix"), c.param("key-marker"), c.param("upload-id-marker")
	delimiter, maxUploads := c.param("delimiter"), c.number("max-uploads")
	c.alwaysEncodingType()
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.ListMultipartUploads(c, c.bucket, prefix, keyMarker, idMarker, delimiter, maxUploads)
	return err
}

func deleteObjects(c *call) error {
	if err := c.rest(); err != nil {
		return err
	}
	objects := make(chan minio.ObjectInfo, 1)
	objects <- minio.ObjectInfo{Key: c.key}
	close(objects)
	var err error
	for result := range c.RemoveObjectsWithResult(c, c.bucket, objects, minio.RemoveObjectsOptions{}) {
		err = result.Err
	}
	return err
}

func getObject(c *call) error {
	body, _, _, err := c.Core.GetObject(c, c.bucket, c.key, c.getOptions())
	if err == nil {
		_, err = io.Copy(io.Discard, body)
		body.Close()
	}
	return err
}

func headObject(c *call) error {
	_, err := c.StatObject(c, c.bucket, c.key, c.getOptions())
	return err
}

// putObject uploads by the client's PutObject, which computes a Content-MD5
// itself if asked to; a given one can only be handed to that of Core.
func putObject(c *call) error {
	md5 := c.header("Content-MD5")
	o, err := c.putOptions()
	if err = errors.Join(err, c.rest()); err != nil {
		return err
	}
	body, size := strings.NewReader(c.body), int64(len(c.body))
	if md5 != "" {
		_, err = c.Core.PutObject(c, c.bucket, c.key, body, size, md5, "", o)
	} else {
		_, err = c.Client.PutObject(c, c.bucket, c.key, body, size, o)
	}
	return err
}

func deleteObject(c *call) error {
	o := minio.RemoveObjectOptions{VersionID: c.param("versionId")}
	if err := c.rest(); err != nil {
		return err
	}
	return c.RemoveObject(c, c.bucket, c.key, o)
}

func copyObject(c *call) error {
	headers := c.httpHeaders()
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.Core.CopyObject(c, c.srcBucket, c.srcKey, c.bucket, c.key, headers, minio.CopySrcOptions{}, minio.PutObjectOptions{})
	return err
}

func getObjectACL(c *call) error {
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.GetObjectACL(c, c.bucket, c.key)
	return err
}

func putObjectTagging(c *call) error {
	o := minio.PutObjectTaggingOptions{VersionID: c.param("versionId")}
	t, err := tags.MapToObjectTags(map[string]string{"colour": "red"})
	if err = errors.Join(err, c.rest()); err != nil {
		return err
	}
	return c.PutObjectTagging(c, c.bucket, c.key, t, o)
}

func getObjectTagging(c *call) error {
	o := minio.GetObjectTaggingOptions{VersionID: c.param("versionId")}
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.GetObjectTagging(c, c.bucket, c.key, o)
	return err
}

func deleteObjectTagging(c *call) error {
	o := minio.RemoveObjectTaggingOptions{VersionID: c.param("versionId")}
	if err := c.rest(); err != nil {
		return err
	}
	return c.RemoveObjectTagging(c, c.bucket, c.key, o)
}

func restoreObject(c *call) error {
	version := c.param("versionId")
	if err := c.rest(); err != nil {
		return err
	}
	var r minio.RestoreRequest
	r.SetDays(1)
	r.SetGlacierJobParameters(minio.GlacierJobParameters{Tier: minio.TierExpedited})
	return c.RestoreObject(c, c.bucket, c.key, version, r)
}

func initiateUpload(c *call) error {
	o, err := c.putOptions()
	if err = errors.Join(err, c.rest()); err != nil {
		return err
	}
	_, err = c.NewMultipartUpload(c, c.bucket, c.key, o)
	return err
}

func uploadPart(c *call) error {
	o := minio.PutObjectPartOptions{Md5Base64: c.header("Content-MD5"), CustomHeader: make(http.Header), DisableContentSha256: true}
	for name, value := range c.httpHeaders() {
		o.CustomHeader.Set(name, value)
	}
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.PutObjectPart(c, c.bucket, c.key, c.uploadID, c.partNumber, strings.NewReader(c.body), int64(len(c.body)), o)
	return err
}

func uploadPartCopy(c *call) error {
	headers := c.httpHeaders()
	if err := c.rest(); err != nil {
		return err
	}
	const whole = -1
	_, err := c.CopyObjectPart(c, c.srcBucket, c.srcKey, c.bucket, c.key, c.uploadID, c.partNumber, 0, whole, headers)
	return err
}

func listParts(c *call) error {
	marker, maxParts := c.number("part-number-marker"), c.number("max-parts")
	if err := c.rest(); err != nil {
		return err
	}
	_, err := c.ListObjectParts(c, c.bucket, c.key, c.uploadID, marker, maxParts)
	return err
}

func completeUpload(c *call) error {
	if err := c.rest(); err != nil {
		return err
	}
	parts := []minio.CompletePart{{PartNumber: c.partNumber, ETag: etag}}
	_, err := c.CompleteMultipartUpload(c, c.bucket, c.key, c.uploadID, parts, minio.PutObjectOptions{})
	return err
}

func abortUpload(c *call) error {
	if err := c.rest(); err != nil {
		return err
	}
	return c.AbortMultipartUpload(c, c.bucket, c.key, c.uploadID)
}
