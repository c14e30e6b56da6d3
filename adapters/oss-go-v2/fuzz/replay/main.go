// Replay replays an input of the fuzz target of this module and prints its
// class. It is what a campaign runs in a process of its own.
package main

import (
	"fmt"
	"os"

	"github.com/countersign/countersign/adapters/oss-go-v2/fuzz/differential"
	"github.com/countersign/countersign/internal/campaign"
)

func main() {
	bodies := map[string]func(data []byte){"differential": differential.Check}
	if err := campaign.Replay(bodies, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(3)
	}
}
