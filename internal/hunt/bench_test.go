package hunt_test

import (
	"bufio"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/internal/hunt"
	"github.com/countersign/countersign/subject"
)

// BenchmarkAgainstNode is the rate of a hunt whose signer is a process of
// Node.js, written by hand so that no SDK is measured. Beside it stands how often
// such a process can be asked and answer at all, one line at a time: a machine
// that is slow at that is slow at the other.
func BenchmarkAgainstNode(b *testing.B) {
	if _, err := exec.LookPath("node"); err != nil {
		b.Skip("needs node")
	}
	trips := roundTrips(b)
	signer, err := subject.StartProcess(b.Context(), subject.ProcessOptions{
		Command: []string{"node", "testdata/signer.js"}, Timeout: differential.Patience, Parallel: hunt.InFlight, Hold: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer signer.Close()
	h, err := hunt.New(hunt.Options{Opponent: signer, Parallel: hunt.InFlight, Seed: 1, Executions: b.N, Found: func(*hunt.Finding) error { return nil }})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	tally, err := h.Run(b.Context())
	if err != nil || tally.Executions != b.N {
		b.Fatalf("%+v, %v", tally, err)
	}
	rate := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "executions/s")
	b.ReportMetric(100*float64(tally.Compared)/float64(b.N), "%compared")
	b.ReportMetric(trips, "roundtrips/s")
	b.ReportMetric(rate/trips, "executions/roundtrip")
}

// roundTrips asks a process of Node.js that answers with what it is asked.
func roundTrips(b *testing.B) float64 {
	echo := exec.CommandContext(b.Context(), "node", "-e", "process.stdin.on('data', (chunk) => process.stdout.write(chunk))")
	in, err := echo.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := echo.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := echo.Start(); err != nil {
		b.Fatal(err)
	}
	lines, line := bufio.NewReader(out), strings.Repeat("x", 1000)+"\n"
	n := 0
	var began time.Time
	for ; n < 20_000; n++ {
		if n == 1000 { // it has started, and is compiled
			began = time.Now()
		}
		fmt.Fprint(in, line)
		if _, err := lines.ReadString('\n'); err != nil {
			b.Fatal(err)
		}
	}
	rate := float64(n-1000) / time.Since(began).Seconds()
	in.Close()
	if err := echo.Wait(); err != nil {
		b.Fatal(err)
	}
	return rate
}
