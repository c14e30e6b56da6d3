package adapterlines

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzAdapterLines(f *testing.F) { native.Fuzz(f, Check) }
