module github.com/countersign/countersign/adapters/oss-go-v2

go 1.25.0

require (
	github.com/aliyun/alibabacloud-oss-go-sdk-v2 v1.6.1
	github.com/countersign/countersign v0.0.0
)

require (
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	golang.org/x/text v0.38.0 // indirect
	golang.org/x/time v0.4.0 // indirect
	mvdan.cc/sh/v3 v3.13.1 // indirect
)

replace github.com/countersign/countersign => ../..
