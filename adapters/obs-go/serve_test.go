package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/signature"
	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"
)

// What the SDK makes several requests of, and what it makes of answers that the
// flows of the matrix cannot see: they ask for one operation at a time.
func TestTheFlowsOfTheSDKWorkAgainstTheServer(t *testing.T) {
	for _, kind := range []obs.SignatureType{obs.SignatureObs, obs.SignatureV2, obs.SignatureV4} {
		t.Run(string(kind), func(t *testing.T) { flows(t, kind) })
	}
}

func flows(t *testing.T, kind obs.SignatureType) {
	server, err := endpoint.ListenAndServe("127.0.0.1:0", endpoint.ServerOptions{
		Backend: objects.New(objects.Options{}), Dialect: endpoint.OBS,
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
	defer server.Close()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	// Virtual hosts: with path style the SDK signs the whole of a bucket as
	// /photos, a reading of a contested rule.
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", server.Addr())
	}}
	defer transport.CloseIdleConnections()
	client, err := obs.New("exampleid", "examplesecret", "http://obs.cn-north-4.myhuaweicloud.com", obs.WithSignature(kind), obs.WithRegion("cn-north-4"), obs.WithHttpTransport(transport))
	must(client, err)
	defer client.Close()
	must(client.CreateBucket(&obs.CreateBucketInput{Bucket: "photos"}))
	put := &obs.PutObjectInput{Body: strings.NewReader("content")}
	put.Bucket, put.Key, put.Metadata, put.ContentType = "photos", "dir/a b+\u6d4b\u8bd5", map[string]string{"x": "1"}, "text/x"
	must(client.PutObject(put))
	get := &obs.GetObjectInput{}
	get.Bucket, get.Key = put.Bucket, put.Key
	got, err := client.GetObject(get)
	must(got, err)
	if text, err := io.ReadAll(got.Body); err != nil || string(text) != "content" || got.Metadata["x"] != "1" || got.ContentType != "text/x" {
		t.Errorf("%q %v %+v", text, err, got)
	}

	big := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	file := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(file, big, 0o600); err != nil {
		t.Fatal(err)
	}
	upload := &obs.UploadFileInput{UploadFile: file, PartSize: 100 << 10, TaskNum: 3}
	upload.Bucket, upload.Key = "photos", "big"
	must(client.UploadFile(upload))
	download := &obs.DownloadFileInput{DownloadFile: file + ".back", PartSize: 100 << 10, TaskNum: 3}
	download.Bucket, download.Key = "photos", "big"
	must(client.DownloadFile(download))
	if back, err := os.ReadFile(file + ".back"); err != nil || !bytes.Equal(back, big) {
		t.Errorf("%d bytes %v", len(back), err)
	}

	copied := &obs.CopyObjectInput{CopySourceBucket: "photos", CopySourceKey: put.Key}
	copied.Bucket, copied.Key = "photos", "copy"
	must(client.CopyObject(copied))
	list := &obs.ListObjectsInput{Bucket: "photos"}
	list.Delimiter, list.MaxKeys = "/", 2
	page, err := client.ListObjects(list)
	must(page, err)
	if len(page.Contents) != 2 || page.Contents[0].Key != "big" || !page.IsTruncated || page.NextMarker != "copy" {
		t.Errorf("%+v", page)
	}
	must(client.SetObjectAcl(&obs.SetObjectAclInput{Bucket: "photos", Key: "copy", ACL: obs.AclPublicRead}))
	acl, err := client.GetObjectAcl(&obs.GetObjectAclInput{Bucket: "photos", Key: "copy"})
	must(acl, err)
	if len(acl.Grants) != 2 || acl.Grants[1].Permission != obs.PermissionRead {
		t.Errorf("%+v", acl.Grants)
	}
	deleted, err := client.DeleteObjects(&obs.DeleteObjectsInput{Bucket: "photos", Objects: []obs.ObjectToDelete{{Key: put.Key}, {Key: "copy"}}})
	must(deleted, err)
	if len(deleted.Deleteds) != 2 || deleted.Deleteds[0].Key != put.Key {
		t.Errorf("%+v", deleted)
	}
	_, err = client.GetObject(get)
	var service obs.ObsError
	if !errors.As(err, &service) || service.Code != "NoSuchKey" {
		t.Errorf("%v", err)
	}
}
