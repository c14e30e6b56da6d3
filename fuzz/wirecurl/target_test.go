package wirecurl

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzCurl(f *testing.F) { native.Fuzz(f, Check) }
