package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
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

// What a subject may say has no limit: 100 results with 10 KB of it in every
// place.
func BenchmarkRenderNasty(b *testing.B) {
	s := manyNasty(100, strings.Repeat("\xff<a href=\"x\">`|\x1b[31m", 500))
	for _, kind := range Kinds {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				if err := Render(kind, io.Discard, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("console", func(b *testing.B) {
		for b.Loop() {
			if err := WriteFailures(io.Discard, s, FailureOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// manyNasty are n failures with a value in every place.
func manyNasty(n int, value string) *Stream {
	s := nastyRun(value)
	for len(s.Results) < n {
		r := s.Results[slices.Index(Outcomes, Fail)]
		r.ID = fmt.Sprintf("oss-v1/header/many/%d", len(s.Results))
		s.Results = append(s.Results, r)
	}
	s.Footer = Conclude(s.Header, s.Results, nil, false)
	return s
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
