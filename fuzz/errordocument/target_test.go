package errordocument

import (
	"testing"

	"github.com/countersign/countersign/fuzz/native"
)

func FuzzErrorDocument(f *testing.F) { native.Fuzz(f, Check) }
