package diagnosis

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzDiagnosis(f *testing.F) { native.Fuzz(f, Check) }
