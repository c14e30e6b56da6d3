package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/livepage"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// journal tells of every request that a server has answered, one line each,
// when it has answered: the numbers are in the order of arrival. It keeps counts
// and nothing else.
type journal struct {
	env     *environment
	asJSON  bool
	explain verification
	page    *livepage.Page // or nil
	bugs    bugs
	turns   chan struct{} // taken by who explains a mismatch

	mu      sync.Mutex
	number  int // of requests
	counts  map[string]int
	capture *os.File
	lost    error // why the capture is not whole
}

func newJournal(env *environment, asJSON bool, verifier signature.Verifier) *journal {
	verifier.Now = nil // the other readings are of the signature alone
	return &journal{env: env, asJSON: asJSON, explain: verification{env: env, verifier: verifier}, bugs: bugs{env: env}, turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), counts: map[string]int{}}
}

// longestTurn is how long a mismatch waits to be explained. Explaining takes
// some ten milliseconds of a processor, and answering goes before it: half of
// the processors are for requests, and of a flood of mismatches some are told
// without.
const longestTurn = 100 * time.Millisecond

// turn waits for leave to explain a mismatch. Where there is none, end is nil.
func (j *journal) turn() (end func()) {
	select {
	case j.turns <- struct{}{}:
		return func() { <-j.turns }
	case <-time.After(longestTurn):
		return nil
	}
}

// unexplained is said of a mismatch that had no turn.
const unexplained = "not explained: too many mismatches at once; countersign verify explains the request, for example from a --capture"

// What a request came to, where it is not a verdict.
const (
	unreadable = "unreadable"
	probed     = "probe"
)

// entry is the published form of a line.
type entry struct {
	ID           int                     `json:"id"`
	Time         string                  `json:"time"`
	Verdict      string                  `json:"verdict"`
	Scheme       string                  `json:"scheme"`
	Carrier      signature.Carrier       `json:"carrier"`
	Method       wire.Bytes              `json:"method"`
	Host         wire.Bytes              `json:"host"`
	Target       wire.Bytes              `json:"target"`
	Bucket       wire.Bytes              `json:"bucket"`
	Key          wire.Bytes              `json:"key"`
	Operation    string                  `json:"operation"`
	AccessKeyID  wire.Bytes              `json:"accessKeyId"`
	Status       int                     `json:"status"`
	Code         string                  `json:"code"`
	EC           string                  `json:"ec"`
	Milliseconds float64                 `json:"milliseconds"`
	Stages       *vectors.ExpectedStages `json:"stages,omitempty"`
	Notes        []string                `json:"notes"`

	explained []explanation
}

// note is called after every exchange, by several goroutines.
func (j *journal) note(x endpoint.Exchange) {
	defer j.bugs.catch()
	j.bugs.exchange(x.Err)
	e := j.entry(&x)
	mask, tooMuch := j.env.masking(x.Request)
	if tooMuch {
		e.hide()
	}
	if j.page != nil {
		j.page.Add(e.exchange(&x, mask, tooMuch))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.number++
	j.counts[e.Verdict]++
	line := e.line
	if j.asJSON {
		line = e.json
	}
	if text := line(j.env); tooMuch { // what could hold a token is gone
		fmt.Fprintln(j.env.Stdout, text)
	} else {
		fmt.Fprintln(j.env.Stdout, mask(text))
	}
	j.record(&x, e.ID)
}

// hide takes out what could hold a token that cannot be masked.
func (e *entry) hide() {
	e.Target, e.Key, e.Stages, e.Notes = "", "", nil, []string{"the request is not shown: it has more security tokens, or longer ones, than can be masked"}
}

// exchange is the entry for the live page.
func (e *entry) exchange(x *endpoint.Exchange, mask masked, tooMuch bool) livepage.Exchange {
	out := livepage.Exchange{
		ID: fmt.Sprint(e.ID), At: x.Arrived.UTC().Truncate(time.Millisecond), Verdict: e.Verdict,
		Operation: e.Operation, Status: e.Status, Code: e.Code, EC: e.EC, Milliseconds: e.Milliseconds,
	}
	for _, note := range e.Notes {
		if !tooMuch {
			note = mask.plain(note)
		}
		out.Notes = append(out.Notes, note)
	}
	found := x.Verification
	if x.Foreign || tooMuch {
		found = nil
	}
	var differences []comparison
	if found != nil && len(x.Request.Head()) <= longestShown {
		differences = explained(found, e.explained)
	}
	mask.details(&out, x.Request, found, differences)
	if out.Scheme == "" && e.Scheme != "" {
		out.Scheme = e.Scheme + "/" + string(e.Carrier)
	}
	return out
}

// newEntry is what is known of a request before it is judged; nil is one that
// could not be read.
func newEntry(req *wire.Request, arrived time.Time, took time.Duration) *entry {
	e := &entry{
		Time:         arrived.UTC().Format("2006-01-02T15:04:05.000Z"),
		Milliseconds: float64(took.Round(10*time.Microsecond)) / float64(time.Millisecond), Notes: []string{}, Verdict: unreadable,
	}
	if req != nil {
		e.Method, e.Target, e.Host = wire.Bytes(req.Method), wire.Bytes(req.Target), wire.Bytes(req.Host())
	}
	return e
}

func (j *journal) entry(x *endpoint.Exchange) *entry {
	e := newEntry(x.Request, x.Arrived, x.Took)
	e.ID, e.Operation, e.Status, e.Code, e.EC = x.Number, x.Operation, x.Status, x.Code, x.EC
	if x.Err != nil {
		e.Notes = append(e.Notes, x.Err.Error())
	}
	if x.Probe != "" {
		e.Verdict = probed
		e.Notes = append(e.Notes, x.Probe)
	}
	if v := x.Verification; v != nil {
		j.judged(e, x.Request, v)
		if x.Foreign {
			e.Verdict, e.Stages = string(signature.Malformed), nil
			e.Notes = []string{"the service that answers does not know the scheme " + v.Profile.Scheme}
		}
	}
	return e
}

// judged says what came of the verification.
func (j *journal) judged(e *entry, req *wire.Request, v *signature.Verification) {
	e.found(req, v)
	e.Notes = append(e.Notes, v.Notes...)
	for _, f := range v.Faults {
		e.Notes = append(e.Notes, string(f.Class)+": "+f.Error())
	}
	if e.Stages == nil {
		return
	}
	end := j.turn()
	if end == nil {
		e.Notes = append(e.Notes, unexplained)
		return
	}
	defer end()
	e.explained = j.explain.explain(req, v, received)
	for _, found := range e.explained {
		e.Notes = append(e.Notes, found.note)
	}
}

// found puts what a server finds in a request into the entry: with the stages it
// computes where the signature does not match.
func (e *entry) found(req *wire.Request, v *signature.Verification) {
	e.Verdict, e.Bucket, e.Key, e.AccessKeyID = string(v.Verdict), wire.Bytes(v.Resource.Bucket), wire.Bytes(v.Key), wire.Bytes(v.AccessKeyID)
	if v.Profile != nil {
		e.Scheme, e.Carrier = v.Profile.Scheme, v.Profile.Carrier
	}
	if v.Verdict != signature.Mismatch || len(req.Head()) > longestShown {
		return
	}
	e.Stages = &vectors.ExpectedStages{}
	for _, s := range v.Stages() {
		if s.Stage != signature.SigningKey {
			e.Stages.Values = append(e.Stages.Values, s)
		}
	}
}

// json is the entry for programs. It leaves < > & alone: they are common in
// requests.
func (e *entry) json(*environment) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		panic(err) // all of it has a JSON form
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// line is the entry for people.
func (e *entry) line(env *environment) string {
	verdict := e.Verdict
	if paint := signature.Verdict(verdict); verdict != probed && verdict != unreadable {
		verdict = env.verdict(paint)
	}
	parts := []string{fmt.Sprint(e.ID), verdict}
	if e.Scheme != "" {
		parts = append(parts, e.Scheme+"/"+string(e.Carrier))
	}
	if e.Operation != "" {
		parts = append(parts, e.Operation)
	}
	if e.Method != "" {
		parts = append(parts, env.plain(string(e.Method))+" "+env.plain(string(e.Host)+string(e.Target)))
	}
	parts = append(parts, fmt.Sprint(e.Status))
	if e.Code != "" {
		parts = append(parts, e.Code)
	}
	if e.EC != "" {
		parts = append(parts, "EC "+e.EC)
	}
	for _, note := range e.Notes {
		parts = append(parts, env.plain(note))
	}
	return strings.ReplaceAll(strings.Join(parts, "  "), "\n", " ")
}

// What is masked in one request. A client that sends more than this is up to
// something.
const (
	mostTokens       = 8
	longestTokenSeen = 8 << 10
)

// requestMask masks the tokens of one request. They are forgotten with it: a
// server sees more of them than a redactor could hold.
func requestMask(req *wire.Request) (mask *secret.Redactor, tooMuch bool) {
	mask = &secret.Redactor{}
	if req == nil {
		return mask, false
	}
	tokens := secret.Tokens(req)
	length := 0
	for _, token := range tokens {
		length += len(token)
	}
	if len(tokens) > mostTokens || length > longestTokenSeen {
		return mask, true
	}
	mask.Add(tokens...)
	return mask, false
}

// record writes a request that was read whole to the capture.
func (j *journal) record(x *endpoint.Exchange, number int) {
	if j.capture == nil || j.lost != nil || x.Request == nil || x.Err != nil && x.Verification == nil {
		return
	}
	_, j.lost = j.capture.Write(wire.AppendCapture(nil, wire.Capture{ID: fmt.Sprint(number), Request: x.Request}))
	if j.lost != nil {
		fmt.Fprintln(j.env.Stderr, "countersign serve: the capture ends here:", j.lost)
	}
}

// close ends the capture, and says whether it is whole and whether there were
// bugs.
func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	if j.capture != nil {
		err = j.capture.Close()
	}
	if bug := j.bugs.err(); bug != nil {
		return bug
	}
	if err = cmp.Or(j.lost, err); err != nil {
		return notRunError("%w: %w", errCapture, err)
	}
	return nil
}

// summary counts what there was.
func (j *journal) summary(held objects.Usage) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var parts []string
	for _, verdict := range []string{string(signature.Verified), string(signature.Mismatch), string(signature.Malformed), string(signature.Unsigned), probed, unreadable} {
		if n := j.counts[verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	requests := "no requests"
	if j.number > 0 {
		requests = reports.Counted(j.number, "request") + ": " + strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s; %s in %s gone", requests, reports.Counted(held.Objects, "object"), reports.Counted(held.Buckets, "bucket"))
}
