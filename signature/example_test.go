package signature_test

import (
	"fmt"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func ExampleProfile_Sign() {
	signed, err := signature.OSSV1Header.Sign(&signature.Input{
		Request: &wire.Request{Method: "PUT", Target: "/abc?acl", Headers: []wire.Header{
			{Name: "Host", Value: "bucket.oss-cn-hangzhou.aliyuncs.com"}, {Name: "x-oss-abc", Value: "mymeta"}}},
		Bucket: "bucket", Addressing: signature.VirtualHost,
		Credentials: signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "examplesecret"},
		Time:        time.Date(2023, 5, 24, 2, 12, 30, 0, time.UTC),
	})
	fmt.Println(err)
	fmt.Printf("%q\n", signed.Stage(signature.StringToSign))
	fmt.Println(signed.Stage(signature.Authorization))
	// Output:
	// <nil>
	// "PUT\n\n\nWed, 24 May 2023 02:12:30 GMT\nx-oss-abc:mymeta\n/bucket/abc?acl"
	// OSS exampleid:wUUaFI+xsnr/vdA82w2cc8nIxFM=
}

func ExampleVerifier_Verify() {
	req, err := wire.ParseRequest([]byte("GET /oss.jpg HTTP/1.1\r\nHost: oss-example.oss-cn-hangzhou.aliyuncs.com\r\nDate: Tue, 20 Dec 2022 08:48:18 GMT\r\n"+
		"Authorization: OSS4-HMAC-SHA256 CredentialAKID/20221220/us-east-1/oss/aliyun_v4_request,Signature=180a,UnknownKey=1\r\n\r\n"), "http")
	verifier := signature.Verifier{Secret: func(string) (signature.Credentials, bool) { return signature.Credentials{}, false }}
	got := verifier.Verify(req)
	fmt.Println(err, got.Verdict)
	for _, fault := range got.Faults {
		fmt.Println(fault)
	}
	// Output:
	// <nil> malformed
	// header Authorization at byte 17: a pair is key=value, pairs are separated by commas, got "CredentialAKID/20221220/us-east-1/oss/aliyun_v4_request" (EC 0002-00000202)
	// header Authorization at byte 88: the keys are Credential, AdditionalHeaders and Signature, got "UnknownKey" (EC 0002-00000204)
	// header Authorization: the key Credential is missing (EC 0002-00000205)
}
