package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Shrunk is a failure brought down to the smallest input that still shows it.
type Shrunk struct {
	From   string         // the id of the vector it began with
	Result reports.Result // the judgement of what is left
	Asked  int            // how many inputs were tried

	// What is left of the vector: one of the two.
	Operation *vectors.OperationCase
	Input     *signature.Input
}

// MostAsked is how many inputs are tried for one failure.
const MostAsked = 400

// Shrink starts the subject of the options and makes each of the given failures
// as small as it gets: parts of the input are left out or shortened as long as
// the subject still fails at the same place, by the same rule and with the same
// explanation.
//
// A failure that does not come back when it is asked again is returned as nil,
// and so is a crash or a timeout: each attempt would cost a start or a wait.
func Shrink(ctx context.Context, opts Options, failures []reports.Result) ([]*Shrunk, error) {
	opts.setDefaults()
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	s, err := opts.Start(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	defer s.Close()
	d := &driver{set: set, subject: s, caps: s.Capabilities(), ports: endpoint.NewPorts(endpoint.Options{})}
	out := make([]*Shrunk, len(failures))
	for i, failure := range failures {
		if failure.Outcome == reports.Crash || failure.Outcome == reports.Timeout {
			continue
		}
		item, err := spec.ItemByID(set, withoutReading(failure.ID))
		if err != nil {
			return nil, err
		}
		item.Clock = d.caps.Has("clock")
		sh := &shrinker{driver: d, failure: failure}
		if out[i] = sh.shrink(ctx, item); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return out, nil
}

// ShrinkInput makes one failure of a subject that is running as small as it
// gets, as [Shrink] does. The item holds an input to sign; it need not be a
// vector of the set, in which its rules are looked up. What keep refuses is not
// taken.
func ShrinkInput(ctx context.Context, set *vectors.Set, s subject.Subject, item *spec.Item, failure reports.Result, keep func(*signature.Input, *reports.Result) bool) *Shrunk {
	sh := &shrinker{driver: &driver{set: set, subject: s, caps: s.Capabilities()}, failure: failure, keep: keep}
	return sh.shrink(ctx, item)
}

// shrinker shrinks one failure.
type shrinker struct {
	*driver
	failure reports.Result
	keep    func(*signature.Input, *reports.Result) bool // may be nil
	asked   int
	best    *spec.Item
	result  reports.Result
}

func (sh *shrinker) shrink(ctx context.Context, item *spec.Item) *Shrunk {
	if !sh.try(ctx, item) {
		return nil
	}
	for shrunk := true; shrunk && ctx.Err() == nil; {
		shrunk = false
		for _, smaller := range steps {
			for n := 0; ; {
				next, more := smaller(sh.best, n)
				if !more || sh.asked >= MostAsked || ctx.Err() != nil {
					break
				}
				if next != nil && sh.try(ctx, next) {
					shrunk = true // what stood at n is gone: the next one stands there now
				} else {
					n++
				}
			}
		}
	}
	out := inputOf(sh.best)
	out.From, out.Result, out.Asked = item.ID, sh.result, sh.asked
	return out
}

// Whole is a vector as it stands in the set, for a failure that cannot be
// shrunk; nil for an id that names none.
func Whole(set *vectors.Set, id string) *Shrunk {
	item, err := spec.ItemByID(set, withoutReading(id))
	if err != nil {
		return nil
	}
	s := inputOf(item)
	s.From = item.ID
	return s
}

func inputOf(item *spec.Item) *Shrunk {
	s := &Shrunk{Operation: item.Operation}
	if item.Case != nil {
		s.Input = &item.Case.Input
	}
	return s
}

// try asks the subject and keeps the item if it fails as the first one did.
func (sh *shrinker) try(ctx context.Context, item *spec.Item) bool {
	if item.Case != nil {
		if _, err := item.Profile.Sign(&item.Case.Input); err != nil {
			return false // nobody can sign that
		}
	}
	sh.asked++
	r := spec.Judge(sh.set, item, sh.ask(ctx, item))
	if r.Outcome != sh.failure.Outcome || r.Place() != sh.failure.Place() || r.Rule != sh.failure.Rule || !sh.sameCauses(r) {
		return false
	}
	if sh.best != nil && size(item) >= size(sh.best) {
		return false
	}
	if sh.keep != nil && !sh.keep(&item.Case.Input, &r) {
		return false
	}
	sh.best, sh.result = item, r
	return true
}

// sameCauses compares with the first result here. That need not have the
// diagnosis of the failure, which may be one that only [spec.Diagnosed] finds.
func (sh *shrinker) sameCauses(r reports.Result) bool {
	if sh.best != nil {
		return causes(r) == causes(sh.result)
	}
	return r.Diagnosis == nil || causes(r) == causes(sh.failure)
}

func causes(r reports.Result) string {
	var ids []string
	if r.Diagnosis != nil {
		for _, c := range r.Diagnosis.Causes {
			ids = append(ids, c.ID)
		}
	}
	return strings.Join(ids, " ")
}

// size measures an item in what a person has to read.
func size(item *spec.Item) int {
	var v any = item.Operation
	if item.Case != nil {
		v = &item.Case.Input
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // all fields have a JSON form
	}
	return len(text)
}

// Size is the length of the JSON form of what a vector asks for, or a very large
// number for an id that names none.
func Size(set *vectors.Set, id string) int {
	item, err := spec.ItemByID(set, withoutReading(id))
	if err != nil {
		return int(^uint(0) >> 1)
	}
	return size(item)
}

// step proposes the nth way to make an item smaller: nil where that one is
// nothing for this item, more = false when there are no further ones.
type step func(item *spec.Item, n int) (smaller *spec.Item, more bool)

// steps in the order in which they are tried: the large ones first.
var steps = []step{
	inOperation(oneOf(plainer)),
	inOperation(withoutPair(func(op *vectors.Operation) *[][2]wire.Bytes { return &op.Query })),
	inOperation(withoutPair(func(op *vectors.Operation) *[][2]wire.Bytes { return &op.Headers })),
	inOperation(withoutPair(func(op *vectors.Operation) *[][2]wire.Bytes { return &op.Metadata })),
	inOperation(shorterText),
	inInput(oneOf(plainerInput)),
	inInput(withoutHeader),
	inInput(withoutParameter),
}

// inOperation applies a change to a copy of the operation of an item.
func inOperation(change func(c *vectors.OperationCase, n int) (changed, more bool)) step {
	return func(item *spec.Item, n int) (*spec.Item, bool) {
		if item.Operation == nil {
			return nil, false
		}
		next, c := *item, *item.Operation
		op := &c.Operation
		op.Query, op.Headers, op.Metadata = slices.Clone(op.Query), slices.Clone(op.Headers), slices.Clone(op.Metadata)
		next.Operation = &c
		changed, more := change(&c, n)
		if !changed {
			return nil, more
		}
		return &next, more
	}
}

// inInput is inOperation for the input of a signature vector. What the vector
// pins does not hold for another input: the reference computes it anew.
func inInput(change func(in *signature.Input, n int) (changed, more bool)) step {
	return func(item *spec.Item, n int) (*spec.Item, bool) {
		if item.Case == nil {
			return nil, false
		}
		next, c := *item, *item.Case
		c.Input, c.Expect.Stages, c.Alternatives = *c.Input.Clone(), vectors.ExpectedStages{}, nil
		next.Case = &c
		changed, more := change(&c.Input, n)
		if !changed {
			return nil, more
		}
		return &next, more
	}
}

// oneOf tries changes that stand by themselves.
func oneOf[T any](changes []func(*T) bool) func(*T, int) (changed, more bool) {
	return func(v *T, n int) (bool, bool) {
		if n >= len(changes) {
			return false, false
		}
		return changes[n](v), true
	}
}

// drop sets a field to its zero value, if it is not that already.
func drop[T comparable](field *T) bool {
	var zero T
	was := *field
	*field = zero
	return was != zero
}

var plainer = []func(c *vectors.OperationCase) bool{
	func(c *vectors.OperationCase) bool { return drop(&c.Operation.Body) },
	func(c *vectors.OperationCase) bool { return drop(&c.Credentials.SecurityToken) },
	func(c *vectors.OperationCase) bool {
		plain := c.Addressing == signature.VirtualHost && c.Endpoint == ""
		c.Addressing, c.Endpoint = signature.VirtualHost, ""
		return !plain
	},
	func(c *vectors.OperationCase) bool { return drop(&c.Endpoint) },
	func(c *vectors.OperationCase) bool { return len(c.Operation.Query) > 1 && dropAll(&c.Operation.Query) },
	func(c *vectors.OperationCase) bool {
		return len(c.Operation.Headers) > 1 && dropAll(&c.Operation.Headers)
	},
	func(c *vectors.OperationCase) bool {
		return len(c.Operation.Metadata) > 1 && dropAll(&c.Operation.Metadata)
	},
}

// dropAll drops a whole list.
func dropAll(list *[][2]wire.Bytes) bool {
	*list = nil
	return true
}

func withoutPair(list func(*vectors.Operation) *[][2]wire.Bytes) func(*vectors.OperationCase, int) (bool, bool) {
	return func(c *vectors.OperationCase, n int) (bool, bool) {
		pairs := list(&c.Operation)
		if n >= len(*pairs) {
			return false, false
		}
		*pairs = slices.Delete(*pairs, n, n+1)
		return true, true
	}
}

// shorterText shortens the texts of an operation: key, values and names of
// pairs, source of a copy.
func shorterText(c *vectors.OperationCase, n int) (bool, bool) {
	op := &c.Operation
	texts := []*wire.Bytes{&op.Key, &op.UploadID}
	for _, pairs := range [][][2]wire.Bytes{op.Query, op.Headers, op.Metadata} {
		for i := range pairs {
			texts = append(texts, &pairs[i][1])
		}
	}
	for i := range op.Metadata {
		texts = append(texts, &op.Metadata[i][0])
	}
	for _, text := range texts {
		cuts := cutsOf(string(*text))
		if n < len(cuts) {
			*text = wire.Bytes(cuts[n])
			return true, true
		}
		n -= len(cuts)
	}
	return false, false
}

// cutsOf are the shorter texts to try for a text: without its first half, its
// second half, then without each character.
func cutsOf(text string) []string {
	chars := strings.Split(text, "")
	if len(chars) < 2 {
		return nil
	}
	var cuts []string
	for width := len(chars) / 2; width >= 1; width /= 2 {
		for at := 0; at < len(chars); at += width {
			end := min(at+width, len(chars))
			cuts = append(cuts, strings.Join(chars[:at], "")+strings.Join(chars[end:], ""))
		}
	}
	return slices.DeleteFunc(cuts, func(cut string) bool { return cut == "" })
}

var plainerInput = []func(in *signature.Input) bool{
	func(in *signature.Input) bool { return drop(&in.Request.Body) },
	func(in *signature.Input) bool { return drop(&in.Credentials.SecurityToken) },
	func(in *signature.Input) bool {
		had := len(in.AdditionalHeaders) > 0
		in.AdditionalHeaders = nil
		return had
	},
	func(in *signature.Input) bool {
		t := wire.SplitTarget(in.Request.Target)
		had := t.HasQuery
		t.Query, t.HasQuery = "", false
		in.Request.Target = t.String()
		return had
	},
	func(in *signature.Input) bool {
		const key = "k"
		escaped := wire.EscapePath(in.Key)
		t := wire.SplitTarget(in.Request.Target)
		if len(in.Key) <= len(key) || !strings.HasSuffix(t.Path, "/"+escaped) {
			return false
		}
		t.Path = strings.TrimSuffix(t.Path, escaped) + key
		in.Key, in.Request.Target = key, t.String()
		return true
	},
}

func withoutHeader(in *signature.Input, n int) (bool, bool) {
	headers := in.Request.Headers
	if n >= len(headers) {
		return false, false
	}
	if wire.EqualFold(headers[n].Name, "Host") {
		return false, true
	}
	in.Request.Headers = slices.Delete(headers, n, n+1)
	return true, true
}

func withoutParameter(in *signature.Input, n int) (bool, bool) {
	t := wire.SplitTarget(in.Request.Target)
	if !t.HasQuery {
		return false, false
	}
	params := strings.Split(t.Query, "&")
	if n >= len(params) {
		return false, false
	}
	t.Query = strings.Join(slices.Delete(params, n, n+1), "&")
	t.HasQuery = t.Query != ""
	in.Request.Target = t.String()
	return true, true
}

// Smallest orders failures by how well they show what is wrong: those with both
// strings of a stage before the signature come first, then those with the least
// to read.
func Smallest(set *vectors.Set) func(a, b reports.Result) int {
	return func(a, b reports.Result) int {
		return cmp.Or(cmp.Compare(opaque(a), opaque(b)), cmp.Compare(Size(set, a.ID), Size(set, b.ID)), strings.Compare(a.ID, b.ID))
	}
}

// opaque is 1 for a failure that shows nothing but two signatures, or nothing at
// all.
func opaque(r reports.Result) int {
	switch r.Place() {
	case string(signature.SignatureValue), string(signature.Authorization), string(signature.URL), string(signature.Form):
		return 1
	}
	if r.Expected == nil || r.Observed == nil {
		return 1
	}
	return 0
}
