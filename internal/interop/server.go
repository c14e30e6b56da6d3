package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Server is what stands in servers/<name>/server.json: somebody else's server,
// which is started on loopback and judged by the endpoint suite.
type Server struct {
	Program
	Software    SDK                  `json:"software"`
	Version     []string             `json:"version"` // a command that prints it
	Environment map[string]string    `json:"environment"`
	Ready       string               `json:"ready"` // a path
	Host        string               `json:"host"`
	Addressing  signature.Addressing `json:"addressing"`
	Bucket      string               `json:"bucket"`
	MakeBucket  bool                 `json:"makeBucket"`
	Region      string               `json:"region"`
	Temporary   string               `json:"temporary"` // how it gives a temporary key
	Profiles    []string             `json:"profiles"`
}

// serverFile describes a server, in its folder.
const serverFile = "server.json"

// LoadServers reads the servers of a folder, sorted by name. The tools they need
// are those of the adapters. Everything that is wrong with their files is
// reported at once.
func (a *Adapters) LoadServers(dir string) ([]*Server, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", serverFile))
	if err != nil {
		return nil, err
	}
	var servers []*Server
	var faults []error
	for _, file := range files {
		s, err := LoadServer(filepath.Dir(file))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		faults = append(faults, a.check(file, &s.Program))
		servers = append(servers, s)
	}
	if len(files) == 0 {
		faults = append(faults, fmt.Errorf("%s: no folder with a %s in it", dir, serverFile))
	}
	return servers, errors.Join(faults...)
}

// IsServer reports whether a folder is that of a server.
func IsServer(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, serverFile))
	return err == nil
}

// LoadServer reads the server of one folder.
func LoadServer(folder string) (*Server, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	s := &Server{Program: Program{Dir: folder}}
	if err := readJSON(filepath.Join(folder, serverFile), filepath.Join(folder, "..", "schema", "server.schema.json"), s); err != nil {
		return nil, err
	}
	return s, nil
}

// JudgeServer starts a server, asks it everything that its profiles have for a
// server, wrong signatures too, as fast as it goes, judges its answers, and ends
// it. The server must be installed. Scratch is an empty folder for its data.
//
// A packet of the server to another machine is a problem of the report. An error
// says that nothing was judged. The server has ended when JudgeServer returns.
func JudgeServer(ctx context.Context, s *Server, network *Network, scratch string) (*Judged, error) {
	expected, err := readExpected(s.Expected())
	if err != nil {
		return nil, err
	}
	version, err := s.version(ctx)
	if err != nil {
		return nil, err
	}
	serving, err := s.start(ctx, scratch)
	if err != nil {
		return nil, err
	}
	out := &Judged{Isolated: network != nil}
	stream, err := s.ask(ctx, serving, expected, out)
	if stopped := serving.stop(); err == nil {
		err = stopped
	}
	if err != nil {
		return nil, err
	}
	problems := stream.Footer.Problems
	packets, err := network.Packets()
	if err != nil {
		return nil, err
	}
	for _, packet := range packets {
		problems = append(problems, "it sent a packet to another machine: "+packet)
	}
	stream.Header.Subject = reports.Subject{Name: s.Name, Version: version, Language: s.Language, URL: s.Software.URL}
	stream.Footer = reports.Conclude(stream.Header, stream.Results, problems, false)
	out.Compliance = stream.Compliance()
	return out, nil
}

// ask judges what a running server answers.
func (s *Server) ask(ctx context.Context, serving *serving, expected *runner.ExpectedFailures, out *Judged) (*reports.Stream, error) {
	if s.MakeBucket {
		if err := serving.makeBucket(ctx); err != nil {
			return nil, err
		}
	}
	temporary, err := serving.temporaryKey(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	stream, err := runner.Run(ctx, runner.Options{
		Expected: expected, Parallel: s.Parallel, Profiles: s.Profiles,
		Endpoint: &subject.LiveOptions{
			URL: serving.url(), Bucket: s.Bucket, Region: s.Region, Addressing: s.Addressing,
			Credentials: serving.key, Temporary: temporary, Timeout: s.Patience(), MaxWrong: unlimited,
		},
		Judge: func(ctx context.Context, set *vectors.Set, items []*spec.Item, observations []*subject.Observation) ([]reports.Result, error) {
			began := time.Now()
			defer func() { out.Judging = time.Since(began) }()
			return runner.JudgeHere(ctx, set, items, observations)
		},
	})
	switch {
	case err != nil:
		return nil, err
	case stream.Footer.Aborted:
		return nil, fmt.Errorf("cut short: %w", context.Cause(ctx))
	}
	out.Wall = time.Since(began)
	var hidden secret.Redactor
	hidden.Add(serving.key.AccessKeySecret)
	if temporary.SecurityToken != "" {
		hidden.Add(temporary.AccessKeySecret, temporary.SecurityToken)
	}
	return stream.Redact(hidden.String), nil
}

// unlimited is more wrong signatures than there are vectors: the server is ours,
// and locks nobody out whom we would miss.
const unlimited = 1 << 20

// version asks for the version that is installed.
func (s *Server) version(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, s.Version[0], s.Version[1:]...)
	cmd.Dir = s.Dir
	said, err := cmd.Output()
	version := strings.TrimSpace(string(said))
	if err != nil || version == "" {
		return "", fmt.Errorf("asking for its version: %s: %q, %w", strings.Join(s.Version, " "), version, errors.Join(err, context.Cause(ctx)))
	}
	return version, nil
}
