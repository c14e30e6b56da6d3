package differential

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

// OpponentVariable is the environment variable that names the opponent of
// [Check]: see [Opponent].
const OpponentVariable = "COUNTERSIGN_FUZZ_OPPONENT"

// FolderVariable is the environment variable that names the folder in which
// the process of an opponent runs; without it that is the current one.
const FolderVariable = "COUNTERSIGN_FUZZ_OPPONENT_FOLDER"

// Opponent returns the opponent of a name:
//
//	""             the reference behind the adapter protocol: questions and
//	               answers go through their lines, in this process
//	reference      the reference, called
//	mutant ID      the reference with one rule broken, such as
//	               "mutant OSS1-DATE-02/date-wins"
//	process CMD    an adapter: a command line, parted at blanks
//
// A signer written in Go needs no name: a program that links it calls
// [Against] with [subject.InProcess] and fuzzes [Duel.Check].
func Opponent(name string) (subject.Subject, error) {
	word, rest, _ := strings.Cut(name, " ")
	switch word {
	case "":
		return byLines{subject.Reference{}}, nil
	case "reference":
		return subject.InProcess(subject.Identity{Name: word}, allProfiles(), subject.Reference{}), nil
	case "mutant":
		for i := range mutants.All {
			if m := &mutants.All[i]; m.ID() == rest {
				return Mutant(m)
			}
		}
		return nil, fmt.Errorf("there is no mutant %q; countersign vectors coverage --mutants lists them", rest)
	case "process":
		return subject.StartProcess(context.Background(), subject.ProcessOptions{
			Command: strings.Fields(rest), Dir: os.Getenv(FolderVariable), Timeout: Patience, Restarts: 1000, Parallel: 1,
		})
	}
	return nil, fmt.Errorf("%s=%q names no opponent: give nothing, reference, mutant ID or process CMD", OpponentVariable, name)
}

// Mutant returns a mutant of the reference as a signer.
func Mutant(m *mutants.Mutant) (subject.Subject, error) {
	if m.Profile == nil {
		return nil, fmt.Errorf("%s is a mutant of a server or of a sender: it signs as the reference does", m.ID())
	}
	return subject.InProcess(subject.Identity{Name: "mutant " + m.ID()}, m.Profiles, subject.Reference{Reading: m.Reading}), nil
}

// named is the duel with the opponent of the environment. A name that means
// nobody is no finding of an input: the target does not start.
var named = sync.OnceValue(func() *Duel {
	opponent, err := Opponent(os.Getenv(OpponentVariable))
	if err == nil {
		var d *Duel
		if d, err = Against(opponent); err == nil {
			return d
		}
	}
	fmt.Fprintln(os.Stderr, "differential:", err)
	os.Exit(2)
	return nil
})

func allProfiles() []string {
	var ids []string
	for _, p := range signature.Profiles {
		ids = append(ids, p.ID())
	}
	return ids
}

// byLines is a signer behind the adapter protocol, without the process.
type byLines struct{ signer subject.Signer }

func (byLines) Capabilities() subject.Capabilities {
	return subject.Capabilities{Identity: subject.Identity{Name: "reference by lines"}, Profiles: allProfiles(), Features: []string{"sign", "clock", "bytes"}}
}

func (byLines) Close() error { return nil }

func (byLines) Send(_ context.Context, q *subject.SendQuestion) *subject.Observation {
	return &subject.Observation{ID: q.ID, Mode: subject.SendMode, Kind: subject.Unsupported, Message: "it signs"}
}

func (s byLines) Sign(ctx context.Context, q *subject.SignQuestion) *subject.Observation {
	broken := func(err error) *subject.Observation {
		return &subject.Observation{ID: q.ID, Mode: subject.SignMode, Kind: subject.ProtocolError, Message: err.Error()}
	}
	asked, err := subject.ParseQuestion(bytes.TrimSuffix(subject.AppendSign(nil, q), []byte("\n")))
	if err != nil {
		return broken(err)
	}
	o := subject.InProcess(subject.Identity{}, nil, s.signer).Sign(ctx, asked.Sign)
	line := subject.AppendAnswer(nil, o)
	answer, err := subject.ParseAnswer(bytes.TrimSuffix(line, []byte("\n")), subject.SignMode)
	if err != nil {
		return broken(err)
	}
	if answer.ID != q.ID {
		return broken(fmt.Errorf("the question %s is answered as %s", q.ID, answer.ID))
	}
	return answer
}
