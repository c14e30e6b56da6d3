package policy

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzPolicy(f *testing.F) { native.Fuzz(f, Check) }
