package wirecapture

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzCapture(f *testing.F) { native.Fuzz(f, Check) }
