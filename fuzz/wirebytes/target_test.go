package wirebytes

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzBytes(f *testing.F) { native.Fuzz(f, Check) }
