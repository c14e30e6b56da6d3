package authorization

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzAuthorization(f *testing.F) { native.Fuzz(f, Check) }
