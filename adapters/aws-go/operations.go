package main

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/countersign/countersign/subject/adapter"
)

// operation is one operation of the SDK: by its client, and by its presign
// client, which offers a few.
type operation struct {
	send    func(context.Context, *s3.Client, *call) error
	presign func(context.Context, *s3.PresignClient, *call) (*adapter.Answer, error)
}

var operations = map[string]operation{
	"ListBuckets":          of((*s3.Client).ListBuckets, nil, nil),
	"ListObjects":          of((*s3.Client).ListObjects, nil, nil),
	"ListObjectVersions":   of((*s3.Client).ListObjectVersions, nil, nil),
	"ListMultipartUploads": of((*s3.Client).ListMultipartUploads, nil, nil),
	"GetBucketACL":         of((*s3.Client).GetBucketAcl, nil, nil),
	"GetBucketLocation":    of((*s3.Client).GetBucketLocation, nil, nil),
	"GetBucketLifecycle":   of((*s3.Client).GetBucketLifecycleConfiguration, nil, nil),
	"GetBucketCORS":        of((*s3.Client).GetBucketCors, nil, nil),
	"GetBucketLogging":     of((*s3.Client).GetBucketLogging, nil, nil),
	"GetBucketWebsite":     of((*s3.Client).GetBucketWebsite, nil, nil),
	"GetBucketVersioning":  of((*s3.Client).GetBucketVersioning, nil, nil),
	"GetBucketPolicy":      of((*s3.Client).GetBucketPolicy, nil, nil),
	"DeleteObjects":        of((*s3.Client).DeleteObjects, nil, deleteObjects),
	"PostObject":           {}, // a form

	"GetObject":           of((*s3.Client).GetObject, (*s3.PresignClient).PresignGetObject, nil),
	"PutObject":           of((*s3.Client).PutObject, (*s3.PresignClient).PresignPutObject, nil),
	"HeadObject":          of((*s3.Client).HeadObject, (*s3.PresignClient).PresignHeadObject, nil),
	"DeleteObject":        of((*s3.Client).DeleteObject, (*s3.PresignClient).PresignDeleteObject, nil),
	"CopyObject":          of((*s3.Client).CopyObject, nil, nil),
	"GetObjectACL":        of((*s3.Client).GetObjectAcl, nil, nil),
	"PutObjectACL":        of((*s3.Client).PutObjectAcl, nil, nil),
	"PutObjectTagging":    of((*s3.Client).PutObjectTagging, nil, putObjectTagging),
	"GetObjectTagging":    of((*s3.Client).GetObjectTagging, nil, nil),
	"DeleteObjectTagging": of((*s3.Client).DeleteObjectTagging, nil, nil),
	"RestoreObject":       of((*s3.Client).RestoreObject, nil, restoreObject),

	"InitiateMultipartUpload": of((*s3.Client).CreateMultipartUpload, nil, nil),
	"UploadPart":              of((*s3.Client).UploadPart, (*s3.PresignClient).PresignUploadPart, nil),
	"UploadPartCopy":          of((*s3.Client).UploadPartCopy, nil, nil),
	"ListParts":               of((*s3.Client).ListParts, nil, nil),
	"CompleteMultipartUpload": of((*s3.Client).CompleteMultipartUpload, nil, completeUpload),
	"AbortMultipartUpload":    of((*s3.Client).AbortMultipartUpload, nil, nil),
}

// of is an operation of the SDK. What its input holds besides headers,
// parameters and a body is filled in by more.
func of[Input, Output any](
	do func(*s3.Client, context.Context, *Input, ...func(*s3.Options)) (*Output, error),
	presign func(*s3.PresignClient, context.Context, *Input, ...func(*s3.PresignOptions)) (*v4.PresignedHTTPRequest, error),
	more func(*Input, *call),
) operation {
	input := func(c *call) *Input {
		in := new(Input)
		c.fill(in)
		if more != nil {
			more(in, c)
		}
		return in
	}
	op := operation{send: func(ctx context.Context, client *s3.Client, c *call) error {
		out, err := do(client, ctx, input(c), c.options())
		if got, ok := any(out).(*s3.GetObjectOutput); ok && err == nil {
			_, err = io.Copy(io.Discard, got.Body) // the SDK checks it as it is read
		}
		return err
	}}
	if presign != nil {
		op.presign = func(ctx context.Context, client *s3.PresignClient, c *call) (*adapter.Answer, error) {
			out, err := presign(client, ctx, input(c), s3.WithPresignExpires(c.expires), s3.WithPresignClientFromClientOptions(c.options()))
			if err != nil {
				return nil, err
			}
			a := &adapter.Answer{URL: out.URL}
			for _, name := range slices.Sorted(maps.Keys(out.SignedHeader)) {
				if name != "Host" { // it is in the URL
					a.Headers = append(a.Headers, [2]string{name, out.SignedHeader.Get(name)})
				}
			}
			return a, nil
		}
	}
	return op
}

func deleteObjects(in *s3.DeleteObjectsInput, c *call) {
	in.Delete = &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String(string(c.op.Key))}}}
}

func putObjectTagging(in *s3.PutObjectTaggingInput, _ *call) {
	in.Tagging = &types.Tagging{TagSet: []types.Tag{{Key: aws.String("colour"), Value: aws.String("red")}}}
}

func restoreObject(in *s3.RestoreObjectInput, _ *call) {
	in.RestoreRequest = &types.RestoreRequest{Days: aws.Int32(1), GlacierJobParameters: &types.GlacierJobParameters{Tier: types.TierExpedited}}
}

func completeUpload(in *s3.CompleteMultipartUploadInput, c *call) {
	part := types.CompletedPart{PartNumber: aws.Int32(int32(c.op.PartNumber)), ETag: aws.String(`"d41d8cd98f00b204e9800998ecf8427e"`)}
	in.MultipartUpload = &types.CompletedMultipartUpload{Parts: []types.CompletedPart{part}}
}
