module github.com/countersign/countersign/adapters/obs-go

go 1.25.0

require (
	github.com/countersign/countersign v0.0.0
	github.com/huaweicloud/huaweicloud-sdk-go-obs v3.25.4+incompatible
)

require (
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	golang.org/x/net v0.56.0 // indirect
	golang.org/x/text v0.38.0 // indirect
	mvdan.cc/sh/v3 v3.13.1 // indirect
)

replace github.com/countersign/countersign => ../..
