module github.com/countersign/countersign/adapters/minio-go

go 1.25.0

require (
	github.com/countersign/countersign v0.0.0
	github.com/minio/minio-go/v7 v7.0.97
)

require (
	github.com/klauspost/cpuid/v2 v2.2.11 // indirect
	github.com/minio/md5-simd v1.1.2 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.38.0 // indirect
	mvdan.cc/sh/v3 v3.13.1 // indirect
)

replace github.com/countersign/countersign => ../..
