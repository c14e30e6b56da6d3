package campaign

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// Cluster runs go-fuzz's coordinator and its workers as processes of their own
// on loopback, as they would run on several machines: two workers, of which one
// is killed without warning, and one that joins. It returns an error unless
// the others go on as if nothing had happened.
//
// The connection between coordinator and workers has no authentication: use
// loopback or a network of your own.
func Cluster(ctx context.Context, opts Options) (*Report, error) {
	opts.Engine, opts.Workers = "go-fuzz", 1
	c, err := begin(opts)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(c.tmp)
	archive, err := buildGoFuzz(ctx, c)
	if err != nil {
		return nil, err
	}
	tool, err := goFuzzTool(ctx, c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cl := &cluster{c: c, tool: tool, archive: archive}
	defer func() {
		cancel()
		for _, p := range cl.processes {
			killGroup(p.cmd)
			<-p.ended
		}
	}()
	began := time.Now()
	if err := cl.play(ctx); err != nil {
		return nil, err
	}
	found, _ := inputsOf(filepath.Join(filepath.Dir(c.corpus), "crashers")) // no folder: no crasher
	report := &Report{Target: c.Target, Engine: "go-fuzz cluster", Executions: cl.executions(), Elapsed: time.Since(began), Crashers: len(found)}
	report.Added, err = c.merge()
	return report, err
}

// cluster is a coordinator with its workers.
type cluster struct {
	c             *campaign
	tool, archive string
	address       string
	coordinator   *process
	processes     []*process
}

// process is a part of a cluster.
type process struct {
	cmd   *exec.Cmd
	out   tail
	ended chan struct{}
}

// patience is how long a cluster may take to get somewhere: the coordinator
// prints its figures every three seconds, and a worker starts with the corpus.
const patience = 3 * time.Minute

// play is the story of the cluster.
func (cl *cluster) play(ctx context.Context) error {
	addresses, err := freeAddresses(2)
	if err != nil {
		return err
	}
	cl.address = addresses[0]
	if cl.coordinator, err = cl.start(ctx, "-workdir", filepath.Dir(cl.c.corpus), "-coordinator", cl.address, "-http", addresses[1]); err != nil {
		return err
	}
	stays, err := cl.worker(ctx)
	if err != nil {
		return err
	}
	dies, err := cl.worker(ctx)
	if err != nil {
		return err
	}
	if err := cl.wait(ctx, "both workers work", func() bool { return cl.workers() == 2 && cl.executions() > 0 }); err != nil {
		return err
	}
	cl.say("killing a worker")
	killGroup(dies.cmd)
	<-dies.ended
	before := cl.executions()
	if err := cl.wait(ctx, "the other worker goes on", func() bool { return cl.executions() > before }); err != nil {
		return err
	}
	cl.say("a worker joins")
	joins, err := cl.worker(ctx)
	if err != nil {
		return err
	}
	// The coordinator counts a worker that died for five minutes more.
	if err := cl.wait(ctx, "the new worker is taken", func() bool { return cl.workers() == 3 }); err != nil {
		return err
	}
	killGroup(stays.cmd)
	<-stays.ended
	before = cl.executions()
	if err := cl.wait(ctx, "the new worker works alone", func() bool { return cl.executions() > before+1000 }); err != nil {
		return err
	}
	for _, p := range []*process{cl.coordinator, joins} {
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended by itself:\n%s", p.cmd.Args, p.out.String())
		default:
		}
	}
	return nil
}

func (cl *cluster) worker(ctx context.Context) (*process, error) {
	return cl.start(ctx, "-bin", cl.archive, "-worker", cl.address, "-procs", "1", "-timeout", strconv.Itoa(inputTimeout))
}

func (cl *cluster) start(ctx context.Context, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, cl.tool, args...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = cl.c.tmp, cl.c.environment("go-fuzz")
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.out.also = cl.c.Log
	ownGroup(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in its output
		close(p.ended)
	}()
	cl.processes = append(cl.processes, p)
	return p, nil
}

var clusterWorkers = regexp.MustCompile(`workers: (\d+)`)

func (cl *cluster) workers() int64 { return lastNumber(clusterWorkers, cl.coordinator.out.String()) }

func (cl *cluster) executions() int64 {
	return lastNumber(goFuzzExecutions, cl.coordinator.out.String())
}

func (cl *cluster) say(what string) { fmt.Fprintln(cl.c.Log, "cluster:", what) }

// wait waits until something holds.
func (cl *cluster) wait(ctx context.Context, what string, holds func() bool) error {
	deadline := time.After(patience)
	for !holds() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-cl.coordinator.ended:
			return fmt.Errorf("the coordinator ended before %s:\n%s", what, cl.coordinator.out.String())
		case <-deadline:
			return fmt.Errorf("%s: not within %s; the coordinator says:\n%s", what, patience, cl.coordinator.out.String())
		case <-time.After(200 * time.Millisecond):
		}
	}
	cl.say(what)
	return nil
}

// freeAddresses are loopback addresses that nobody listens on.
func freeAddresses(count int) ([]string, error) {
	var addresses []string
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		addresses = append(addresses, l.Addr().String())
	}
	return addresses, nil
}
