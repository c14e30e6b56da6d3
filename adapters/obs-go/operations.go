package main

import (
	"io"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"
)

// operation is one operation of the SDK: how its request looks for
// CreateSignedUrl, which takes any, and the client's own method, if it has one.
type operation struct {
	method obs.HttpMethodType
	param  obs.SubResourceType // the query parameter that makes it this operation
	send   func(c *call) error
}

const (
	get  = obs.HttpMethodGet
	put  = obs.HttpMethodPut
	post = obs.HttpMethodPost
	head = obs.HttpMethodHead
	del  = obs.HttpMethodDelete
)

var operations = map[string]operation{
	"ListBuckets":          {get, "", with(obs.ObsClient.ListBuckets, listBuckets)},
	"ListObjects":          {get, "", with(obs.ObsClient.ListObjects, listObjects)},
	"ListObjectVersions":   {get, obs.SubResourceVersions, with(obs.ObsClient.ListVersions, listVersions)},
	"ListMultipartUploads": {get, obs.SubResourceUploads, with(obs.ObsClient.ListMultipartUploads, listUploads)},
	"GetBucketACL":         {get, obs.SubResourceAcl, withBucket(obs.ObsClient.GetBucketAcl)},
	"GetBucketLocation":    {get, obs.SubResourceLocation, withBucket(obs.ObsClient.GetBucketLocation)},
	"GetBucketLifecycle":   {get, obs.SubResourceLifecycle, withBucket(obs.ObsClient.GetBucketLifecycleConfiguration)},
	"GetBucketCORS":        {get, obs.SubResourceCors, withBucket(obs.ObsClient.GetBucketCors)},
	"GetBucketLogging":     {get, obs.SubResourceLogging, withBucket(obs.ObsClient.GetBucketLoggingConfiguration)},
	"GetBucketWebsite":     {get, obs.SubResourceWebsite, withBucket(obs.ObsClient.GetBucketWebsiteConfiguration)},
	"GetBucketVersioning":  {get, obs.SubResourceVersioning, withBucket(obs.ObsClient.GetBucketVersioning)},
	"GetBucketPolicy":      {get, obs.SubResourcePolicy, withBucket(obs.ObsClient.GetBucketPolicy)},
	"DeleteObjects":        {post, obs.SubResourceDelete, with(obs.ObsClient.DeleteObjects, deleteObjects)},
	"PostObject":           {}, // a form

	"GetObject":     {get, "", with(obs.ObsClient.GetObject, getObject)},
	"PutObject":     {put, "", with(obs.ObsClient.PutObject, putObject)},
	"HeadObject":    {head, "", with(obs.ObsClient.HeadObject, headObject)},
	"DeleteObject":  {del, "", with(obs.ObsClient.DeleteObject, deleteObject)},
	"CopyObject":    {put, "", with(obs.ObsClient.CopyObject, copyObject)},
	"AppendObject":  {post, obs.SubResourceAppend, with(obs.ObsClient.AppendObject, appendObject)},
	"GetObjectACL":  {get, obs.SubResourceAcl, with(obs.ObsClient.GetObjectAcl, getObjectACL)},
	"PutObjectACL":  {put, obs.SubResourceAcl, with(obs.ObsClient.SetObjectAcl, putObjectACL)},
	"RestoreObject": {post, obs.SubResourceRestore, with(obs.ObsClient.RestoreObject, restoreObject)},

	// The client has no methods for the tags of objects.
	"PutObjectTagging":    {put, obs.SubResourceTagging, nil},
	"GetObjectTagging":    {get, obs.SubResourceTagging, nil},
	"DeleteObjectTagging": {del, obs.SubResourceTagging, nil},

	"InitiateMultipartUpload": {post, obs.SubResourceUploads, with(obs.ObsClient.InitiateMultipartUpload, initiateUpload)},
	"UploadPart":              {put, "", with(obs.ObsClient.UploadPart, uploadPart)},
	"UploadPartCopy":          {put, "", with(obs.ObsClient.CopyPart, copyPart)},
	"ListParts":               {get, "", with(obs.ObsClient.ListParts, listParts)},
	"CompleteMultipartUpload": {post, "", with(obs.ObsClient.CompleteMultipartUpload, completeUpload)},
	"AbortMultipartUpload":    {del, "", with(obs.ObsClient.AbortMultipartUpload, abortUpload)},
}

// with sends by a method of the client that takes an input. fill sets what the
// operation always has and names the fields for the rest.
func with[In, Out, E any](do func(obs.ObsClient, *In, ...E) (*Out, error), fill func(*In, *call) fields) func(*call) error {
	return func(c *call) error {
		in := new(In)
		if err := c.fill(fill(in, c)); err != nil {
			return err
		}
		out, err := do(*c.client, in, customHeaders[E](c)...)
		if got, ok := any(out).(*obs.GetObjectOutput); ok && err == nil {
			_, err = io.Copy(io.Discard, got.Body)
		}
		return err
	}
}

// withBucket sends by a method of the client that takes the bucket's name.
func withBucket[Out, E any](do func(obs.ObsClient, string, ...E) (*Out, error)) func(*call) error {
	return func(c *call) error {
		if err := c.fill(nil); err != nil {
			return err
		}
		_, err := do(*c.client, c.bucket, customHeaders[E](c)...)
		return err
	}
}

func listBuckets(in *obs.ListBucketsInput, _ *call) fields {
	return fields{"marker": &in.Marker, "max-keys": &in.MaxKeys}
}

func listFields(in *obs.ListObjsInput) fields {
	return fields{
		"prefix": &in.Prefix, "delimiter": &in.Delimiter, "max-keys": &in.MaxKeys,
		"encoding-type": &in.EncodingType, "Origin": &in.Origin,
	}
}

func listObjects(in *obs.ListObjectsInput, c *call) fields {
	in.Bucket = c.bucket
	return listFields(&in.ListObjsInput).and(fields{"marker": &in.Marker})
}

func listVersions(in *obs.ListVersionsInput, c *call) fields {
	in.Bucket = c.bucket
	return listFields(&in.ListObjsInput).and(fields{"key-marker": &in.KeyMarker, "version-id-marker": &in.VersionIdMarker})
}

func listUploads(in *obs.ListMultipartUploadsInput, c *call) fields {
	in.Bucket = c.bucket
	return fields{
		"prefix": &in.Prefix, "delimiter": &in.Delimiter, "max-uploads": &in.MaxUploads,
		"key-marker": &in.KeyMarker, "upload-id-marker": &in.UploadIdMarker, "encoding-type": &in.EncodingType,
	}
}

func deleteObjects(in *obs.DeleteObjectsInput, c *call) fields {
	in.Bucket, in.Objects = c.bucket, []obs.ObjectToDelete{{Key: c.key}}
	return nil
}

func getObject(in *obs.GetObjectInput, c *call) fields {
	in.Bucket, in.Key = c.bucket, c.key
	return fields{
		"If-Match": &in.IfMatch, "If-None-Match": &in.IfNoneMatch, "Accept-Encoding": &in.AcceptEncoding, "Origin": &in.Origin,
		"versionId": &in.VersionId, "x-image-process": &in.ImageProcess,
		"response-cache-control": &in.ResponseCacheControl, "response-content-disposition": &in.ResponseContentDisposition,
		"response-content-encoding": &in.ResponseContentEncoding, "response-content-language": &in.ResponseContentLanguage,
		"response-content-type": &in.ResponseContentType, "response-expires": &in.ResponseExpires,
	}
}

func putObject(in *obs.PutObjectInput, c *call) fields {
	in.Bucket, in.Key, in.Metadata, in.Body = c.bucket, c.key, c.takeMeta(), strings.NewReader(c.body)
	return httpHeader(&in.HttpHeader).and(fields{"Content-MD5": &in.ContentMD5})
}

func headObject(in *obs.HeadObjectInput, c *call) fields {
	in.Bucket, in.Key = c.bucket, c.key
	return fields{"versionId": &in.VersionId}
}

func deleteObject(in *obs.DeleteObjectInput, c *call) fields {
	in.Bucket, in.Key = c.bucket, c.key
	return fields{"versionId": &in.VersionId}
}

func copyObject(in *obs.CopyObjectInput, c *call) fields {
	in.Bucket, in.Key, in.Metadata = c.bucket, c.key, c.takeMeta()
	in.CopySourceBucket, in.CopySourceKey = c.srcBucket, c.srcKey
	return fields{
		c.prefix + obs.HEADER_METADATA_DIRECTIVE:        &in.MetadataDirective,
		c.prefix + obs.HEADER_COPY_SOURCE_IF_MATCH:      &in.CopySourceIfMatch,
		c.prefix + obs.HEADER_COPY_SOURCE_IF_NONE_MATCH: &in.CopySourceIfNoneMatch,
	}
}

func appendObject(in *obs.AppendObjectInput, c *call) fields {
	in.Bucket, in.Key, in.Metadata, in.Body = c.bucket, c.key, c.takeMeta(), strings.NewReader(c.body)
	return httpHeader(&in.HttpHeader).and(fields{"Content-MD5": &in.ContentMD5, "position": &in.Position})
}

func getObjectACL(in *obs.GetObjectAclInput, c *call) fields {
	in.Bucket, in.Key = c.bucket, c.key
	return fields{"versionId": &in.VersionId}
}

func putObjectACL(in *obs.SetObjectAclInput, c *call) fields {
	in.Bucket, in.Key = c.bucket, c.key
	return fields{"versionId": &in.VersionId, c.prefix + obs.HEADER_ACL: &in.ACL}
}

func restoreObject(in *obs.RestoreObjectInput, c *call) fields {
	in.Bucket, in.Key, in.Days, in.Tier = c.bucket, c.key, 1, obs.RestoreTierExpedited
	return fields{"versionId": &in.VersionId}
}

func initiateUpload(in *obs.InitiateMultipartUploadInput, c *call) fields {
	in.Bucket, in.Key, in.Metadata = c.bucket, c.key, c.takeMeta()
	return httpHeader(&in.HttpHeader).and(fields{"encoding-type": &in.EncodingType})
}

func uploadPart(in *obs.UploadPartInput, c *call) fields {
	in.Bucket, in.Key, in.UploadId, in.PartNumber = c.bucket, c.key, c.uploadID, c.partNumber
	in.Body, in.PartSize = strings.NewReader(c.body), int64(len(c.body))
	return fields{"Content-MD5": &in.ContentMD5}
}

func copyPart(in *obs.CopyPartInput, c *call) fields {
	in.Bucket, in.Key, in.UploadId, in.PartNumber = c.bucket, c.key, c.uploadID, c.partNumber
	in.CopySourceBucket, in.CopySourceKey = c.srcBucket, c.srcKey
	return nil
}

func listParts(in *obs.ListPartsInput, c *call) fields {
	in.Bucket, in.Key, in.UploadId = c.bucket, c.key, c.uploadID
	return fields{
		"max-parts": &in.MaxParts, "part-number-marker": &in.PartNumberMarker, "encoding-type": &in.EncodingType,
	}
}

func completeUpload(in *obs.CompleteMultipartUploadInput, c *call) fields {
	in.Bucket, in.Key, in.UploadId = c.bucket, c.key, c.uploadID
	in.Parts = []obs.Part{{PartNumber: c.partNumber, ETag: `"d41d8cd98f00b204e9800998ecf8427e"`}}
	return fields{"encoding-type": &in.EncodingType}
}

func abortUpload(in *obs.AbortMultipartUploadInput, c *call) fields {
	in.Bucket, in.Key, in.UploadId = c.bucket, c.key, c.uploadID
	return nil
}
