package spec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Item is one thing to be judged: a signature vector, an operation vector under
// one profile, or an open question.
type Item struct {
	ID        string
	Profile   *signature.Profile
	Case      *vectors.Case          // nil for an operation
	Operation *vectors.OperationCase // nil for a signature vector
	Open      *vectors.Question      // an open question; then the other two are nil
	Clock     bool                   // the subject signs for the time it is given, and is held to it
	Live      bool                   // the subject is a server, asked by what arrives of the case
}

// Mode says how a subject is asked.
func (it *Item) Mode() subject.Mode {
	switch {
	case it.Live || it.Open != nil:
		return subject.EndpointMode
	case it.Case != nil:
		return subject.SignMode
	}
	return subject.SendMode
}

// Title names the vector for a person.
func (it *Item) Title() string {
	if it.Open != nil {
		return it.Open.Question
	}
	return pick(it, func(c *vectors.Case) string { return c.Title }, func(c *vectors.OperationCase) string { return c.Title })
}

// Why says what a user would suffer from.
func (it *Item) Why() string {
	if it.Open != nil {
		return strings.Join(it.Open.Sources, " ")
	}
	return pick(it, func(c *vectors.Case) string { return c.Why }, func(c *vectors.OperationCase) string { return c.Why })
}

// Level is how strong the vector's requirement is.
func (it *Item) Level() vectors.Level {
	if it.Open != nil {
		return vectors.May
	}
	return pick(it, func(c *vectors.Case) vectors.Level { return c.Level }, func(c *vectors.OperationCase) vectors.Level { return c.Level })
}

// Requirements are the ids of what the vector proves.
func (it *Item) Requirements() []string {
	if it.Open != nil {
		return it.Open.Requirements
	}
	return pick(it, func(c *vectors.Case) []string { return c.Requirements }, func(c *vectors.OperationCase) []string { return c.Requirements })
}

// Flags are the vector's marks.
func (it *Item) Flags() []string {
	if it.Open != nil {
		return []string{"open-question"}
	}
	return pick(it, func(c *vectors.Case) []string { return c.Flags }, func(c *vectors.OperationCase) []string { return c.Flags })
}

// Since is the suite version that brought the vector.
func (it *Item) Since() string {
	if it.Open != nil {
		return it.Open.Since
	}
	return pick(it, func(c *vectors.Case) string { return c.Since }, func(c *vectors.OperationCase) string { return c.Since })
}

func pick[T any](it *Item, ofCase func(*vectors.Case) T, ofOperation func(*vectors.OperationCase) T) T {
	if it.Case != nil {
		return ofCase(it.Case)
	}
	return ofOperation(it.Operation)
}

// Labels are what Ginkgo's label filter selects by: scheme, carrier, theme,
// level, mode, flags and requirement ids.
func (it *Item) Labels() []string {
	parts := strings.Split(it.ID, "/")
	labels := append([]string{}, parts[:len(parts)-1]...)
	labels = append(labels, string(it.Level()), string(it.Mode()))
	labels = append(labels, it.Flags()...)
	return append(labels, it.Requirements()...)
}

// Items lists everything there is to judge about a subject, in a fixed order:
// the signature vectors of its profiles, and the operation vectors of its
// profiles if it declares operations. Verifier cases are for endpoints and
// left out; an endpoint (feature "endpoint") is asked for all signature vectors
// and for nothing else, unless it declares the open questions of a service, such
// as open-questions/oss.
func Items(set *vectors.Set, caps *subject.Capabilities) ([]*Item, error) {
	var items []*Item
	live := caps.Has("endpoint")
	for _, id := range caps.Profiles {
		if dialect, ok := strings.CutPrefix(id, vectors.QuestionsProfile+"/"); ok && live {
			asked, err := questionItems(set, dialect)
			if err != nil {
				return nil, err
			}
			items = append(items, asked...)
			continue
		}
		profile, err := signature.LookupID(id)
		if err != nil {
			return nil, fmt.Errorf("the subject declares %q: %w", id, err)
		}
		for _, c := range set.Cases() {
			if c.Profile() == id && (live || !c.IsVerifierCase()) {
				items = append(items, &Item{ID: c.ID, Profile: profile, Case: c, Clock: caps.Has("clock"), Live: live})
			}
		}
		if len(caps.Operations) == 0 || live {
			continue
		}
		for _, c := range set.OperationCases() {
			if c.RunsUnder(id) {
				items = append(items, &Item{ID: c.IDUnder(id), Profile: profile, Operation: c})
			}
		}
	}
	return items, nil
}

func questionItems(set *vectors.Set, dialect string) ([]*Item, error) {
	var items []*Item
	for _, q := range set.Questions() {
		if q.Dialect() != dialect {
			continue
		}
		profile, err := signature.LookupID(q.Profile)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.ID, err)
		}
		items = append(items, &Item{ID: q.ID, Profile: profile, Open: q, Live: true})
	}
	return items, nil
}

// ErrUnknownItem is returned for an id that names no vector of this suite.
var ErrUnknownItem = errors.New("no such vector")

// ItemByID finds what an observation is about: a signature vector by its id,
// or an operation vector by the profile and the id behind it.
func ItemByID(set *vectors.Set, id string) (*Item, error) {
	if c, ok := set.Case(id); ok {
		profile, err := signature.LookupID(c.Profile())
		return &Item{ID: id, Profile: profile, Case: c}, err
	}
	if q, ok := set.Question(id); ok {
		profile, err := signature.LookupID(q.Profile)
		return &Item{ID: id, Profile: profile, Open: q, Live: true}, err
	}
	if profileID, rest, ok := strings.Cut(id, "/operations/"); ok {
		if c, ok := set.OperationCase("operations/" + rest); ok {
			profile, err := signature.LookupID(profileID)
			return &Item{ID: id, Profile: profile, Operation: c}, err
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownItem, id)
}
