// Package targets lists all fuzz targets, for programs that replay and shorten
// inputs of any of them. The engines build one target at a time and do not need
// it.
package targets

import (
	"github.com/countersign/countersign/fuzz/adapterlines"
	"github.com/countersign/countersign/fuzz/authorization"
	"github.com/countersign/countersign/fuzz/canonical"
	"github.com/countersign/countersign/fuzz/collision"
	"github.com/countersign/countersign/fuzz/diagnosis"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/fuzz/errordocument"
	"github.com/countersign/countersign/fuzz/policy"
	"github.com/countersign/countersign/fuzz/signverify"
	"github.com/countersign/countersign/fuzz/wirebytes"
	"github.com/countersign/countersign/fuzz/wirecapture"
	"github.com/countersign/countersign/fuzz/wirecurl"
	"github.com/countersign/countersign/fuzz/wirehar"
	"github.com/countersign/countersign/fuzz/wirehttp"
)

// All holds the body of each target by its name.
var All = map[string]func(data []byte){
	"adapterlines":  adapterlines.Check,
	"authorization": authorization.Check,
	"canonical":     canonical.Check,
	"collision":     collision.Check,
	"diagnosis":     diagnosis.Check,
	"differential":  differential.Check,
	"errordocument": errordocument.Check,
	"policy":        policy.Check,
	"signverify":    signverify.Check,
	"wirebytes":     wirebytes.Check,
	"wirecapture":   wirecapture.Check,
	"wirecurl":      wirecurl.Check,
	"wirehar":       wirehar.Check,
	"wirehttp":      wirehttp.Check,
}
