package wirehttp

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzHTTP(f *testing.F) { native.Fuzz(f, Check) }
