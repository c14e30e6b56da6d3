package wirehar

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzHAR(f *testing.F) { native.Fuzz(f, Check) }
