package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/signature"
)

// client is the SDK at a server that keeps objects.
func client(t *testing.T, version oss.SignatureVersionType) *oss.Client {
	t.Helper()
	server, err := endpoint.ListenAndServe("127.0.0.1:0", endpoint.ServerOptions{
		Backend: objects.New(objects.Options{}),
		Verifier: &signature.Verifier{
			Secret: func(id string) (signature.Credentials, bool) {
				return signature.Credentials{AccessKeyID: id, AccessKeySecret: "examplesecret"}, id == "exampleid"
			},
			Now: time.Now,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return oss.NewClient(oss.LoadDefaultConfig().
		WithEndpoint("http://" + server.Addr()).WithUsePathStyle(true).WithRegion("cn-hangzhou").WithSignatureVersion(version).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("exampleid", "examplesecret")))
}

// What the SDK makes several requests of, and what it makes of answers that the
// flows of the matrix cannot see: they ask for one operation at a time.
func TestTheFlowsOfTheSDKWorkAgainstTheServer(t *testing.T) {
	for _, version := range []oss.SignatureVersionType{oss.SignatureVersionV1, oss.SignatureVersionV4} {
		c := client(t, version)
		ctx := context.Background()
		bucket := oss.Ptr("photos")
		must := func(_ any, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("signature version %v: %v", version, err)
			}
		}
		must(c.PutBucket(ctx, &oss.PutBucketRequest{Bucket: bucket}))
		for _, key := range []string{"a b+c", "dir/1", "dir/2", "\u6d4b\u8bd5&<"} {
			must(c.PutObject(ctx, &oss.PutObjectRequest{Bucket: bucket, Key: oss.Ptr(key), Body: strings.NewReader("content of " + key), Tagging: oss.Ptr("a=1")}))
		}
		var keys []string
		for p := c.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: bucket, MaxKeys: 1}); p.HasNext(); {
			page, err := p.NextPage(ctx)
			must(page, err)
			for _, o := range page.Contents {
				keys = append(keys, oss.ToString(o.Key))
			}
		}
		if got := strings.Join(keys, "|"); got != "a b+c|dir/1|dir/2|\u6d4b\u8bd5&<" {
			t.Errorf("listed %q", got)
		}

		big := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
		uploader := c.NewUploader(func(o *oss.UploaderOptions) { o.PartSize = 100 << 10; o.ParallelNum = 3 })
		must(uploader.UploadFrom(ctx, &oss.PutObjectRequest{Bucket: bucket, Key: oss.Ptr("big")}, bytes.NewReader(big)))
		got, err := c.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: oss.Ptr("big"), Range: oss.Ptr("bytes=100000-")})
		must(got, err)
		if text, err := io.ReadAll(got.Body); err != nil || !bytes.Equal(text, big[100_000:]) {
			t.Errorf("%d bytes %v", len(text), err)
		}
		must(c.NewCopier().Copy(ctx, &oss.CopyObjectRequest{Bucket: bucket, Key: oss.Ptr("copy"), SourceBucket: bucket, SourceKey: oss.Ptr("a b+c")}))

		appended, err := c.AppendObject(ctx, &oss.AppendObjectRequest{Bucket: bucket, Key: oss.Ptr("log"), Position: oss.Ptr(int64(0)), Body: strings.NewReader("one")})
		must(appended, err)
		must(c.AppendObject(ctx, &oss.AppendObjectRequest{Bucket: bucket, Key: oss.Ptr("log"), Position: oss.Ptr(appended.NextPosition), Body: strings.NewReader("two"), InitHashCRC64: appended.HashCRC64}))
		if tags, err := c.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: bucket, Key: oss.Ptr("dir/1")}); err != nil || len(tags.Tags) != 1 || oss.ToString(tags.Tags[0].Value) != "1" {
			t.Errorf("%+v %v", tags, err)
		}
		must(c.PutSymlink(ctx, &oss.PutSymlinkRequest{Bucket: bucket, Key: oss.Ptr("link"), Target: oss.Ptr("dir/1")}))

		link, err := c.Presign(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: oss.Ptr("link")}, oss.PresignExpires(time.Minute))
		must(link, err)
		if r, err := http.Get(link.URL); err != nil || r.StatusCode != 200 {
			t.Errorf("presigned: %+v %v", r, err)
		} else {
			r.Body.Close()
		}

		deleted, err := c.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: bucket, Objects: []oss.DeleteObject{{Key: oss.Ptr("\u6d4b\u8bd5&<")}, {Key: oss.Ptr("dir/1")}}})
		must(deleted, err)
		if len(deleted.DeletedObjects) != 2 || oss.ToString(deleted.DeletedObjects[0].Key) != "\u6d4b\u8bd5&<" {
			t.Errorf("%+v", deleted.DeletedObjects)
		}
		_, err = c.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: oss.Ptr("dir/1")})
		var service *oss.ServiceError
		if !errors.As(err, &service) || service.Code != "NoSuchKey" || service.EC != "0026-00000001" {
			t.Errorf("%v", err)
		}
		if exists, err := c.IsObjectExist(ctx, "photos", "dir/1"); err != nil || exists {
			t.Errorf("%v %v", exists, err)
		}
	}
}
