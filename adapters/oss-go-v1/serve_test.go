package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/signature"
)

// What the SDK makes several requests of, and what it makes of answers that the
// flows of the matrix cannot see: they ask for one operation at a time.
func TestTheFlowsOfTheSDKWorkAgainstTheServer(t *testing.T) {
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
	defer server.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	client, err := oss.New("http://"+server.Addr(), "exampleid", "examplesecret")
	must(err)
	must(client.CreateBucket("photos"))
	bucket, err := client.Bucket("photos")
	must(err)
	key := "dir/a b+\u6d4b\u8bd5"
	must(bucket.PutObject(key, strings.NewReader("content")))

	big := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	file := filepath.Join(t.TempDir(), "big")
	must(os.WriteFile(file, big, 0o600))
	must(bucket.UploadFile("big", file, 100<<10, oss.Routines(3)))
	must(bucket.DownloadFile("big", file+".back", 100<<10, oss.Routines(3)))
	if back, err := os.ReadFile(file + ".back"); err != nil || !bytes.Equal(back, big) {
		t.Errorf("%d bytes %v", len(back), err)
	}
	next, err := bucket.AppendObject("log", strings.NewReader("one"), 0)
	must(err)
	if next, err = bucket.AppendObject("log", strings.NewReader("two"), next); err != nil || next != 6 {
		t.Errorf("%d %v", next, err)
	}
	list, err := bucket.ListObjects(oss.Delimiter("/"), oss.MaxKeys(2))
	must(err)
	if len(list.Objects) != 1 || list.Objects[0].Key != "big" || len(list.CommonPrefixes) != 1 || list.CommonPrefixes[0] != "dir/" || !list.IsTruncated || list.NextMarker != "dir/" {
		t.Errorf("%+v", list)
	}
	deleted, err := bucket.DeleteObjects([]string{key, "log"})
	must(err)
	if len(deleted.DeletedObjects) != 2 || deleted.DeletedObjects[0] != key {
		t.Errorf("%+v", deleted)
	}
	if exists, err := bucket.IsObjectExist(key); err != nil || exists {
		t.Errorf("%v %v", exists, err)
	}
	if err := client.DeleteBucket("photos"); err == nil || !strings.Contains(err.Error(), "BucketNotEmpty") {
		t.Errorf("%v", err)
	}
}
