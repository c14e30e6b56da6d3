package runner_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
)

// BenchmarkRun measures whole runs over all signature vectors, in cases a
// second: with a signer of this process, with an adapter process, and with the
// specs in Ginkgo's process. For the adapter process it also measures the
// adapter alone, given the same questions in one go and turn about, and
// reports the ratio as "times-adapter-alone". The goal of the design is 1.5.
func BenchmarkRun(b *testing.B) {
	b.Run("in-process", func(b *testing.B) {
		benchmarkRun(b, runner.Options{Start: here(subject.Reference{})}, nil)
	})
	b.Run("adapter-process", func(b *testing.B) {
		benchmarkRun(b, runner.Options{Start: process("honest", nil)}, adapterAlone(b))
	})
	b.Run("in-process/judged-by-ginkgo", func(b *testing.B) {
		benchmarkRun(b, runner.Options{Start: here(subject.Reference{}), Judge: runner.JudgeWithGinkgo(os.Args[0], "judge")}, nil)
	})
}

func benchmarkRun(b *testing.B, opts runner.Options, alone func()) {
	cases := 0
	var ran, bare time.Duration
	for b.Loop() {
		began := time.Now()
		stream, err := runner.Run(context.Background(), opts)
		if err != nil {
			b.Fatal(err)
		}
		ran += time.Since(began)
		cases += len(stream.Results)
		if alone != nil {
			began = time.Now()
			alone()
			bare += time.Since(began)
		}
	}
	b.ReportMetric(float64(cases)/ran.Seconds(), "cases/s")
	if alone != nil {
		b.ReportMetric(ran.Seconds()/bare.Seconds(), "times-adapter-alone")
	}
}

// adapterAlone returns the adapter's own work: start, all questions in one go,
// all answers, end.
func adapterAlone(b *testing.B) func() {
	set := load(b)
	items, err := spec.Items(set, &subject.Capabilities{Profiles: liars.Profiles()})
	if err != nil {
		b.Fatal(err)
	}
	questions := subject.AppendHello(nil, false)
	for _, item := range items {
		questions = subject.AppendSign(questions, item.Question())
	}
	return func() {
		cmd := exec.Command(os.Args[0], "liar", "honest")
		cmd.Stdin = bytes.NewReader(questions)
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		answers := 0
		for r := bufio.NewReader(out); ; answers++ {
			if _, err := r.ReadSlice('\n'); err == io.EOF {
				break
			} else if err != nil && err != bufio.ErrBufferFull {
				b.Fatal(err)
			}
		}
		if err := cmd.Wait(); err != nil || answers < len(items) {
			b.Fatalf("%d answers to %d questions: %v", answers, len(items), err)
		}
	}
}
