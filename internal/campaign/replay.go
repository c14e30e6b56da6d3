package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/fuzz"
)

// An input is replayed for so long before it is called a hang, and shortened
// for so long before what has come out by then is kept.
const (
	replayLimit  = 20 * time.Second
	shortenLimit = 60 * time.Second
	shortenCalls = 20_000
)

// replayed is what the process that replays prints: the class, and as often as
// a shorter input was found, that.
type replayed struct {
	Class string
	Input []byte
}

// ErrReplayUsage says that [Replay] was given other arguments than it takes.
var ErrReplayUsage = errors.New("replay TARGET [--shorten] FILE")

// Replay replays one input of a target, of which the bodies are given, and
// writes its class; with --shorten, it goes on to write shorter and shorter
// inputs of that class. It is run in a process of its own: what it replays may
// end that.
func Replay(bodies map[string]func(data []byte), args []string, out io.Writer) error {
	shorten := len(args) == 3 && args[1] == "--shorten"
	if len(args) != 2 && !shorten {
		return ErrReplayUsage
	}
	target := args[0]
	check, ok := bodies[target]
	if !ok {
		return fmt.Errorf("there is no target %q", target)
	}
	data, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		return err
	}
	write := json.NewEncoder(out)
	class := classIn(check, data)
	if err := write.Encode(replayed{class, data}); err != nil || class == "" || !shorten {
		return err
	}
	fuzz.Shorten(data, shortenCalls, func(shorter []byte) bool {
		if classIn(check, shorter) != class {
			return false
		}
		return write.Encode(replayed{class, shorter}) == nil
	})
	return nil
}

// classIn runs a target's body and returns the class it panics with, or "".
func classIn(check func(data []byte), data []byte) (class string) {
	defer func() {
		if p := recover(); p != nil {
			class = fmt.Sprint(p)
		}
	}()
	check(data)
	return ""
}

// classOf replays an input. One that ends or stops the process has a class of
// its own, and so has one that does nothing when it is replayed.
//
// The classes that were known to the engine are known to the replay: an input may
// be of several, and the engine stopped at the one that was new.
func (c *campaign) classOf(ctx context.Context, data []byte, known []string) string {
	class, _ := c.replay(ctx, data, known, false)
	return class
}

// shortened is the shortest input that keeps the class.
func (c *campaign) shortened(ctx context.Context, class string, data []byte) []byte {
	others := slices.DeleteFunc(slices.Clone(c.Known), func(known string) bool { return known == class })
	if got, shorter := c.replay(ctx, data, others, true); got == class && shorter != nil {
		return shorter
	}
	return data
}

func (c *campaign) replay(ctx context.Context, data []byte, known []string, shorten bool) (class string, shortest []byte) {
	limit, args := replayLimit, []string{c.Target}
	if shorten {
		limit, args = shortenLimit, append(args, "--shorten")
	}
	file := filepath.Join(c.tmp, "replay")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return c.Target + "/not replayed", nil
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Replay[0], append(append(c.Replay[1:len(c.Replay):len(c.Replay)], args...), file)...)
	cmd.Env = append(append(os.Environ(), c.Settings...), fuzz.KnownClasses+"="+strings.Join(known, ","))
	var out bytes.Buffer
	cmd.Stdout = &out
	ownGroup(cmd)
	err := cmd.Run()
	decoder := json.NewDecoder(&out)
	answers := 0
	for {
		var r replayed
		if decoder.Decode(&r) != nil {
			break
		}
		class, shortest = r.Class, r.Input
		answers++
	}
	switch {
	case answers > 0 && class != "":
	case ctx.Err() != nil:
		class = c.Target + "/hang"
	case err != nil:
		class = c.Target + "/died"
	default:
		class = c.Target + "/not reproducible"
	}
	return class, shortest
}
