package differential

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzDifferential(f *testing.F) { native.Fuzz(f, Check) }
