package signverify

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzSignVerify(f *testing.F) { native.Fuzz(f, Check) }
