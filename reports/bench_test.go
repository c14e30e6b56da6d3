package reports

import (
	"io"
	"testing"
)

// A report of 5,000 results is a matter of less than a second.
func BenchmarkRender5000(b *testing.B) {
	s := manyFailures(5000)
	for _, kind := range Kinds {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				if err := Render(kind, io.Discard, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatrix(b *testing.B) {
	all, err := ReadCollection("compliance")
	if err != nil {
		b.Fatal(err)
	}
	rules := set(b)
	for b.Loop() {
		if err := WriteMatrix(io.Discard, rules, all, "."); err != nil {
			b.Fatal(err)
		}
	}
}
