package differential

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

func FuzzDifferential(f *testing.F) { native.Fuzz(f, Check) }

// signer is an opponent made of a function.
type signer func() (*subject.Signed, error)

func (s signer) Sign(context.Context, string, signature.Carrier, *signature.Input) (*subject.Signed, error) {
	return s()
}

func TestWhatAnOpponentDoesHasAConstantClass(t *testing.T) {
	for want, opponent := range map[string]signer{
		"":                 func() (*subject.Signed, error) { return nil, subject.ErrUnsupported },
		"rejected-wrongly": func() (*subject.Signed, error) { return nil, &subject.RejectedError{Message: "no"} },
		"adapter-error":    func() (*subject.Signed, error) { return nil, errors.New("a fault") },
		"crash":            func() (*subject.Signed, error) { panic("dead") },
		"protocol-error":   func() (*subject.Signed, error) { return nil, nil },
		"fail/signature": func() (*subject.Signed, error) {
			return &subject.Signed{Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: "wrong"}}}, nil
		},
	} {
		d, err := Against(subject.InProcess(subject.Identity{Name: "o,o"}, []string{"oss-v1/header"}, opponent))
		if err != nil {
			t.Fatal(err)
		}
		if want != "" {
			want = "differential/oss-v1/header/o;o/" + want
		}
		for _, data := range []string{"", "\x01\x02\x03"} { // of whatever profile the byte is for others
			var class string
			if found := fuzz.Find("differential", []byte(data), d.check); found != nil {
				class = found.Class
			}
			if class != want {
				t.Errorf("%q: class %q, want %q", data, class, want)
			}
		}
	}
}

// A process that dies or says nothing must be a finding and not a hang.
func TestADeadProcessIsAFinding(t *testing.T) {
	if os.Getenv("DIFFERENTIAL_TEST_OPPONENT") != "" {
		hello := subject.AppendHelloAnswer(nil, &subject.Capabilities{
			Identity: subject.Identity{Name: "mortal", Version: "1"}, Profiles: []string{"oss-v1/header"}, Features: []string{"sign", "bytes"}})
		os.Stdout.Write(hello)
		lines := subject.NewLineReader(os.Stdin)
		for {
			if line, err := lines.Next(); err != nil || strings.Contains(string(line), `"sign"`) {
				os.Exit(1)
			}
		}
	}
	p, err := subject.StartProcess(t.Context(), subject.ProcessOptions{
		Command: []string{os.Args[0], "-test.run", "^" + t.Name() + "$"}, Env: []string{"DIFFERENTIAL_TEST_OPPONENT=1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	d, err := Against(p)
	if err != nil {
		t.Fatal(err)
	}
	found := fuzz.Find("differential", nil, d.check)
	if found == nil || found.Class != "differential/oss-v1/header/mortal/crash" {
		t.Errorf("%+v", found)
	}
}

// The seeds are named after a planted bug each.
func TestTheCorpusShowsThePlantedBugsItIsNamedAfter(t *testing.T) {
	byName := map[string]*mutants.Mutant{}
	for i := range mutants.All {
		m := &mutants.All[i]
		byName[strings.ToLower(strings.ReplaceAll(m.ID(), "/", "-"))] = m
	}
	files, err := filepath.Glob("corpus/*")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d seeds, %v", len(files), err)
	}
	for _, file := range files {
		m, ok := byName[filepath.Base(file)]
		if !ok {
			continue // another one
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		opponent, err := Mutant(m)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Against(opponent)
		if err != nil {
			t.Fatal(err)
		}
		if fuzz.Find("differential", data, d.check) == nil {
			t.Errorf("%s does not show the bug any more: make the seeds anew", file)
		}
	}
}

func TestNamesThatMeanNobodyAreRefused(t *testing.T) {
	for _, name := range []string{"mutant nobody", "somebody"} {
		if _, err := Opponent(name); err == nil {
			t.Errorf("%q is an opponent", name)
		}
	}
}

// A file of bytes means one input to everybody who offers its profile.
func TestCanonicalBytesMeanOneProfile(t *testing.T) {
	opponent := subject.InProcess(subject.Identity{Name: "two"}, []string{"oss-v4/header", "obs-v2/query"}, subject.Reference{})
	narrow, err := Against(opponent, "obs-v2/query")
	if err != nil {
		t.Fatal(err)
	}
	all, err := Against(subject.InProcess(subject.Identity{Name: "all"}, allProfiles(), subject.Reference{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{"", "\x00\x05\x07", "\x01\x05\x07", "\xff\x05\x07"} {
		p, in := narrow.Decode([]byte(data))
		if p != signature.OBSV2Query {
			t.Fatalf("%q is of %s", data, p.ID())
		}
		q, same := all.Decode(Canonical(p, []byte(data)))
		a, err := in.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		b, err := same.MarshalJSON()
		if err != nil || q != p || string(a) != string(b) {
			t.Errorf("%q: %s %s, want %s %s (%v)", data, q.ID(), b, p.ID(), a, err)
		}
	}
	if _, err := Against(opponent, "oss-v1/header"); err == nil {
		t.Error("a profile that is not offered is taken")
	}
}
