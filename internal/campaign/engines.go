package campaign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// stopGrace is how long an engine that was asked to stop may take.
const stopGrace = 3 * time.Second

// inputTimeout is how long an input may take before an engine calls it a
// hang, in seconds.
const inputTimeout = 10

// command runs a program in the module, or in a folder. Its output comes back
// whatever happens, and is shown as it comes.
func (c *campaign) command(ctx context.Context, folder, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = folder, c.environment(name)
	ownGroup(cmd)
	var out tail
	out.also = c.Log
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if cmd.Process != nil {
		killGroup(cmd) // what it started and left
	}
	if cmd.ProcessState != nil {
		c.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return out.String(), err
}

// forAWhile runs an engine until its time is over, which is no error.
func (c *campaign) forAWhile(ctx context.Context, limit time.Duration, folder, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := c.command(ctx, folder, name, args...)
	if ctx.Err() != nil {
		err = nil
	}
	return out, err
}

// lastNumber is the last number that a pattern finds in a text.
func lastNumber(pattern *regexp.Regexp, text string) int64 {
	all := pattern.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(all[len(all)-1][1], 10, 64)
	return n
}

func saying(err error, out string) error {
	return fmt.Errorf("%w\n%s", err, strings.TrimSpace(out))
}

// dvyukov/go-fuzz, pinned in go.mod as a tool.

// buildGoFuzz instruments this module and the standard library; packages of
// others only cost time. A build is kept as long as its sources are the same:
// instrumenting takes minutes.
func buildGoFuzz(ctx context.Context, c *campaign) (string, error) {
	sum, others, err := c.sources(ctx)
	if err != nil {
		return "", err
	}
	archive := filepath.Join(c.Out, "builds", c.Target+"-"+sum+".zip")
	if _, err := os.Stat(archive); err == nil {
		return archive, nil
	}
	if err := os.MkdirAll(filepath.Dir(archive), 0o755); err != nil {
		return "", err
	}
	built := filepath.Join(c.tmp, "target.zip")
	out, err := c.command(ctx, c.Root, "go", "tool", "go-fuzz-build", "-preserve", strings.Join(others, ","), "-o", built, "./fuzz/"+c.Target)
	if err != nil {
		return "", saying(err, out)
	}
	return archive, move(built, archive)
}

// move renames across file systems too.
func move(from, to string) error {
	if os.Rename(from, to) == nil {
		return nil
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

var goFuzzExecutions = regexp.MustCompile(`execs: (\d+)`)

func runGoFuzz(ctx context.Context, c *campaign, archive string, limit time.Duration) error {
	tool, err := goFuzzTool(ctx, c)
	if err != nil {
		return err
	}
	work := filepath.Dir(c.corpus)
	crashers := filepath.Join(work, "crashers")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if c.First {
		go endWith(ctx, cancel, crashers)
	}
	out, err := c.forAWhile(ctx, limit, c.tmp, tool, "-bin", archive, "-workdir", work,
		"-procs", strconv.Itoa(c.Workers), "-timeout", strconv.Itoa(inputTimeout), "-minimize", "10s")
	if err != nil {
		return saying(err, out)
	}
	c.executions += lastNumber(goFuzzExecutions, out)
	found, err := inputsOf(crashers)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	c.crashers = append(c.crashers, found...)
	return err
}

// endWith cancels when a folder has something in it.
func endWith(ctx context.Context, cancel func(), folder string) {
	for ctx.Err() == nil {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
			time.Sleep(time.Second) // for what belongs to it
			cancel()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// goFuzzTool is the program itself: what `go tool` starts would stay behind
// when it is ended.
func goFuzzTool(ctx context.Context, c *campaign) (string, error) {
	var path bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "tool", "-n", "go-fuzz")
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.Root, &path, c.Log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go tool -n go-fuzz: %w", err)
	}
	return strings.TrimSpace(path.String()), nil
}

// The engine of the testing package.

func buildNative(ctx context.Context, c *campaign) (string, error) {
	program := filepath.Join(c.tmp, "native.test")
	out, err := c.command(ctx, c.Root, "go", "test", "-c", "-fuzz=.", "-o", program, "./fuzz/"+c.Target)
	if err != nil {
		return "", saying(err, out)
	}
	return program, nil
}

var nativeExecutions = regexp.MustCompile(`execs: (\d+)`)

// runNative runs in a folder whose folder corpus is the campaign's, so that a
// finding is written there and not into the source.
func runNative(ctx context.Context, c *campaign, program string, limit time.Duration) error {
	return runNativeFor(ctx, c, program, limit.String(), "1000x")
}

var nativeSeed = regexp.MustCompile(`failure while testing seed corpus entry: \w+/seed#(\d+)`)

// failingSeed is the input of the corpus at which the engine stopped before it
// began: those it does not write again. Its number is that of the file.
func (c *campaign) failingSeed(out string) ([][]byte, error) {
	match := nativeSeed.FindStringSubmatch(out)
	if match == nil {
		return nil, nil
	}
	inputs, err := inputsOf(c.corpus)
	if n, _ := strconv.Atoi(match[1]); err == nil && n < len(inputs) {
		return inputs[n : n+1], nil
	}
	return nil, err
}

// runNativeFor runs for a time, or for a number of executions such as 1000x, and
// minimises what adds coverage or fails for another: without a limit it may
// stall there.
func runNativeFor(ctx context.Context, c *campaign, program, limit, minimise string) error {
	folder := filepath.Dir(c.corpus)
	cache := filepath.Join(c.tmp, "cache")
	out, err := c.command(ctx, folder, program, "-test.run", "^$", "-test.fuzz", "^Fuzz", "-test.fuzztime", limit,
		"-test.fuzzminimizetime", minimise, "-test.fuzzcachedir", cache, "-test.parallel", strconv.Itoa(c.Workers))
	c.executions += lastNumber(nativeExecutions, out)
	found, readErr := nativeInputs(filepath.Join(folder, "testdata", "fuzz"))
	if readErr != nil {
		return readErr
	}
	if len(found) == 0 && err != nil {
		if found, readErr = c.failingSeed(out); readErr != nil {
			return readErr
		}
	}
	if err != nil && len(found) == 0 && ctx.Err() == nil {
		return saying(err, out)
	}
	c.crashers = append(c.crashers, found...)
	if err := os.RemoveAll(filepath.Join(folder, "testdata")); err != nil { // it would be replayed first
		return err
	}
	cached, err := nativeInputs(cache)
	if err != nil {
		return err
	}
	return addInputs(c.corpus, cached)
}

// nativeInputs reads inputs in the format of the testing package, in folders
// below folder.
func nativeInputs(folder string) ([][]byte, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	if err != nil {
		return nil, err
	}
	var inputs [][]byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		data, err := nativeInput(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		inputs = append(inputs, data)
	}
	return inputs, nil
}

// nativeInput reads the one argument of a file of the testing package.
func nativeInput(text string) ([]byte, error) {
	version, argument, _ := strings.Cut(strings.TrimSpace(text), "\n")
	quoted, ok := strings.CutPrefix(strings.TrimSpace(argument), "[]byte(")
	if version != "go test fuzz v1" || !ok {
		return nil, fmt.Errorf("it is no input of one []byte: %.60q", text)
	}
	data, err := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
	return []byte(data), err
}

// libFuzzer, by way of an archive of go-fuzz-build.

func buildLibFuzzer(ctx context.Context, c *campaign) (string, error) {
	if _, err := exec.LookPath("clang"); err != nil {
		return "", fmt.Errorf("libFuzzer needs clang with its runtime (Debian: clang libclang-rt-dev): %w", err)
	}
	archive, program := filepath.Join(c.tmp, "target.a"), filepath.Join(c.tmp, "target.libfuzzer")
	_, others, err := c.sources(ctx)
	if err != nil {
		return "", err
	}
	if out, err := c.command(ctx, c.Root, "go", "tool", "go-fuzz-build", "-libfuzzer", "-preserve", strings.Join(others, ","), "-o", archive, "./fuzz/"+c.Target); err != nil {
		return "", saying(err, out)
	}
	if out, err := c.command(ctx, c.Root, "clang", "-fsanitize=fuzzer", archive, "-o", program); err != nil {
		return "", saying(err, out)
	}
	return program, nil
}

var libFuzzerExecutions = regexp.MustCompile(`stat::number_of_executed_units:\s*(\d+)`)

func runLibFuzzer(ctx context.Context, c *campaign, program string, limit time.Duration) error {
	artifacts := filepath.Join(c.tmp, "artifacts")
	if err := os.MkdirAll(artifacts, 0o755); err != nil {
		return err
	}
	args := []string{c.corpus, "-artifact_prefix=" + artifacts + "/", "-print_final_stats=1", "-timeout=" + strconv.Itoa(inputTimeout),
		"-max_total_time=" + strconv.Itoa(max(1, int(limit.Seconds())))}
	if c.Workers > 1 {
		args = append(args, "-fork="+strconv.Itoa(c.Workers))
	}
	out, err := c.forAWhile(ctx, limit+stopGrace, c.tmp, program, args...)
	c.executions += lastNumber(libFuzzerExecutions, out)
	found, readErr := inputsOf(artifacts)
	if readErr != nil {
		return readErr
	}
	if err != nil && len(found) == 0 {
		return saying(err, out)
	}
	c.crashers = append(c.crashers, found...)
	return os.RemoveAll(artifacts)
}
