package main

import (
	"context"
	"io"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/countersign/countersign/vectors"
)

// operation is one operation of the SDK: its own method and request type, and
// how its request looks for InvokeOperation, the SDK's call for any request.
type operation struct {
	method  string
	param   string // the query parameter that makes it this operation, if there is one
	request func(op *vectors.Operation) (any, error)
	send    func(ctx context.Context, client *oss.Client, request any) error
	presign bool // Client.Presign takes the request type
}

var operations = map[string]operation{
	"ListBuckets":          of("GET", "", (*oss.Client).ListBuckets, nil),
	"ListObjects":          of("GET", "", (*oss.Client).ListObjects, nil),
	"ListObjectsV2":        of("GET", "list-type=2", (*oss.Client).ListObjectsV2, nil),
	"ListObjectVersions":   of("GET", "versions", (*oss.Client).ListObjectVersions, nil),
	"ListMultipartUploads": of("GET", "uploads", (*oss.Client).ListMultipartUploads, nil),
	"GetBucketACL":         of("GET", "acl", (*oss.Client).GetBucketAcl, nil),
	"GetBucketLocation":    of("GET", "location", (*oss.Client).GetBucketLocation, nil),
	"GetBucketLifecycle":   of("GET", "lifecycle", (*oss.Client).GetBucketLifecycle, nil),
	"GetBucketCORS":        of("GET", "cors", (*oss.Client).GetBucketCors, nil),
	"GetBucketLogging":     of("GET", "logging", (*oss.Client).GetBucketLogging, nil),
	"GetBucketWebsite":     of("GET", "website", (*oss.Client).GetBucketWebsite, nil),
	"GetBucketVersioning":  of("GET", "versioning", (*oss.Client).GetBucketVersioning, nil),
	"GetBucketPolicy":      of("GET", "policy", (*oss.Client).GetBucketPolicy, nil),
	"DeleteObjects":        of("POST", "delete", (*oss.Client).DeleteMultipleObjects, deleteObjects),

	"GetObject":           presigned(of("GET", "", (*oss.Client).GetObject, nil)),
	"PutObject":           presigned(of("PUT", "", (*oss.Client).PutObject, nil)),
	"HeadObject":          presigned(of("HEAD", "", (*oss.Client).HeadObject, nil)),
	"DeleteObject":        of("DELETE", "", (*oss.Client).DeleteObject, nil),
	"CopyObject":          of("PUT", "", (*oss.Client).CopyObject, copyObject),
	"AppendObject":        of("POST", "append", (*oss.Client).AppendObject, nil),
	"GetObjectACL":        of("GET", "acl", (*oss.Client).GetObjectAcl, nil),
	"PutObjectACL":        of("PUT", "acl", (*oss.Client).PutObjectAcl, nil),
	"PutObjectTagging":    of("PUT", "tagging", (*oss.Client).PutObjectTagging, putObjectTagging),
	"GetObjectTagging":    of("GET", "tagging", (*oss.Client).GetObjectTagging, nil),
	"DeleteObjectTagging": of("DELETE", "tagging", (*oss.Client).DeleteObjectTagging, nil),
	"RestoreObject":       of("POST", "restore", (*oss.Client).RestoreObject, nil),
	"GetSymlink":          of("GET", "symlink", (*oss.Client).GetSymlink, nil),
	"PutSymlink":          of("PUT", "symlink", (*oss.Client).PutSymlink, nil),

	"InitiateMultipartUpload": presigned(of("POST", "uploads", (*oss.Client).InitiateMultipartUpload, nil)),
	"UploadPart":              presigned(of("PUT", "", (*oss.Client).UploadPart, nil)),
	"UploadPartCopy":          of("PUT", "", (*oss.Client).UploadPartCopy, uploadPartCopy),
	"ListParts":               of("GET", "", (*oss.Client).ListParts, nil),
	"CompleteMultipartUpload": presigned(of("POST", "", (*oss.Client).CompleteMultipartUpload, completeMultipartUpload)),
	"AbortMultipartUpload":    presigned(of("DELETE", "", (*oss.Client).AbortMultipartUpload, nil)),
}

// of is an operation of the SDK. What its request type holds besides headers,
// parameters and a body is filled in by more.
func of[Request, Result any](
	method, param string,
	do func(*oss.Client, context.Context, *Request, ...func(*oss.Options)) (*Result, error),
	more func(*Request, *vectors.Operation),
) operation {
	return operation{
		method: method, param: param,
		request: func(op *vectors.Operation) (any, error) {
			request := new(Request)
			if err := fill(request, op); err != nil {
				return nil, err
			}
			if more != nil {
				more(request, op)
			}
			return request, nil
		},
		send: func(ctx context.Context, client *oss.Client, request any) error {
			result, err := do(client, ctx, request.(*Request))
			if got, ok := any(result).(*oss.GetObjectResult); ok && err == nil {
				_, err = io.Copy(io.Discard, got.Body) // the SDK checks it as it is read
			}
			return err
		},
	}
}

func presigned(op operation) operation {
	op.presign = true
	return op
}

func deleteObjects(r *oss.DeleteMultipleObjectsRequest, op *vectors.Operation) {
	r.Objects = []oss.DeleteObject{{Key: oss.Ptr(string(op.Key))}}
}

func copyObject(r *oss.CopyObjectRequest, op *vectors.Operation) {
	bucket, key, _ := strings.Cut(string(op.CopySource), "/")
	r.SourceBucket, r.SourceKey = &bucket, &key
}

func uploadPartCopy(r *oss.UploadPartCopyRequest, op *vectors.Operation) {
	bucket, key, _ := strings.Cut(string(op.CopySource), "/")
	r.SourceBucket, r.SourceKey = &bucket, &key
}

func putObjectTagging(r *oss.PutObjectTaggingRequest, _ *vectors.Operation) {
	r.Tagging = &oss.Tagging{TagSet: &oss.TagSet{Tags: []oss.Tag{{Key: oss.Ptr("colour"), Value: oss.Ptr("red")}}}}
}

func completeMultipartUpload(r *oss.CompleteMultipartUploadRequest, op *vectors.Operation) {
	part := oss.UploadPart{PartNumber: int32(op.PartNumber), ETag: oss.Ptr(`"D41D8CD98F00B204E9800998ECF8427E"`)}
	r.CompleteMultipartUpload = &oss.CompleteMultipartUpload{Parts: []oss.UploadPart{part}}
}
