package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Judge says what an observation is worth against its vector. It is pure: the
// same item and observation give the same result, without the duration, which
// is the observation's.
func Judge(set *vectors.Set, item *Item, o *subject.Observation) reports.Result {
	r, _ := judgeWhole(set, item, o)
	return r
}

// Diagnosed is [Judge], and of a wrong signature that no known slip explains it
// says what was signed in place of what a server signs, where a search of some
// ten milliseconds tells. It is for results that people read; who asks thousands
// of times, or tells failures apart by their diagnosis, asks Judge.
func Diagnosed(set *vectors.Set, item *Item, o *subject.Observation) reports.Result {
	r, m := judgeWhole(set, item, o)
	if m != nil && r.Diagnosis == nil && r.Outcome == reports.Fail {
		r.Diagnosis = diagnose.Recomputed(m.request, m.credentials, m.hosts, m.signed)
	}
	return r
}

// judgeWhole also returns the request whose signature nothing explains, if that
// is what failed.
func judgeWhole(set *vectors.Set, item *Item, o *subject.Observation) (reports.Result, *mismatch) {
	if item.Open != nil {
		return judgeQuestion(set, item, o), nil
	}
	f := judge(set, item, o)
	r := reports.Result{
		Type: "result", ID: item.ID, Title: item.Title(), Requirements: item.Requirements(), Level: string(item.Level()),
		Outcome: f.outcome, Stage: string(f.stage), Divergence: f.divergence, Message: f.message,
		DurationNS: int64(o.Duration),
	}
	if f.reading != "" {
		r.ID += "@" + f.reading
		r.Dispute = &reports.Dispute{Reading: f.reading, Rule: f.requirement, Known: f.known}
	}
	if r.Outcome == reports.Pass {
		return r, nil
	}
	r.Expected, r.Observed, r.Wire = f.expected, f.observed, f.wire
	explain(set, item, &r, f.requirement)
	if r.Outcome == reports.Fail && slices.Contains(readings, f.stage) && allContested(set, item.Requirements()) {
		r.Message = "sources contradict each other here, and no reading of them gives this: " + r.Message
	}
	if f.slip != "" {
		r.Diagnosis = diagnose.ProvenSlip(&r, f.slip)
	}
	if f.clock != "" {
		r.Diagnosis = diagnose.AlsoClock(r.Diagnosis, &r, f.clock)
	}
	return r, f.mismatch
}

// readings are the stages at which a signer that reads a rule otherwise comes to
// other bytes. A scheme that changes, a parameter that is lost and a header that
// no server can read are no readings.
var readings = []signature.Stage{
	signature.CanonicalHeaders, signature.CanonicalQuery, signature.CanonicalResource, signature.CanonicalRequest,
	signature.StringToSign, signature.SignatureValue,
}

// allContested reports whether a vector is about contested rules alone. Whoever
// follows a reading of them is not wrong; who follows none is, or a signature
// of nobody would be as good as any.
func allContested(set *vectors.Set, ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool {
		r, ok := set.Requirement(id)
		return !ok || r.Status != vectors.Contested
	})
}

// finding is what judging came to, before it is told to a person.
type finding struct {
	outcome            reports.Outcome
	stage              signature.Stage
	divergence         string
	message            string
	expected, observed *wire.Bytes
	wire               *wire.Bytes
	reading            string // contested: the reading that explains the signature
	known              string // contested: who else reads the rule so
	requirement        string // the requirement that decided, if it was a particular one
	slip               string // the known slip that explains the signature, if one does
	clock              string // the two readings of the clock that explain it, if they do
	mismatch           *mismatch
}

// mismatch is a request whose signature nothing above explains.
type mismatch struct {
	request     *wire.Request
	credentials signature.Credentials
	hosts       signature.Hosts
	signed      string // what a server signs of it
}

// whatIsSigned is the text that a server signs, or hashes in V4: that of a form
// is its policy, in which nothing is looked for.
func whatIsSigned(v *signature.Verification) string {
	return cmp.Or(v.Stage(signature.CanonicalRequest), v.Stage(signature.StringToSign))
}

var passed = finding{outcome: reports.Pass}

func judge(set *vectors.Set, item *Item, o *subject.Observation) finding {
	switch o.Kind {
	case subject.Answered:
	case subject.Rejected:
		return finding{outcome: reports.RejectedWrongly, message: joined("it refused a valid input", o.Class, o.Message)}
	default:
		return finding{outcome: outcomeOf[o.Kind], message: o.Message}
	}
	var f finding
	switch {
	case o.Mode == subject.EndpointMode:
		f = judgeLive(item, o)
	case item.Case != nil:
		f = judgeSigned(item, o)
	default:
		f = judgeSent(set, item, o)
	}
	if f.outcome == reports.Pass && o.Retried {
		return finding{outcome: reports.Flaky, message: joined("it passed only when it was asked again", "", o.Message)}
	}
	return f
}

// outcomeOf names the outcome of each kind of observation that holds no
// answer. A kind that is not listed here would be no outcome at all, which
// the reports refuse.
var outcomeOf = map[subject.Kind]reports.Outcome{
	subject.Unsupported:   reports.Unsupported,
	subject.AdapterError:  reports.AdapterError,
	subject.Crashed:       reports.Crash,
	subject.TimedOut:      reports.Timeout,
	subject.ProtocolError: reports.ProtocolError,
	subject.NotRun:        reports.NotRun,
}

// explain fills in why a result matters and who says so: the requirement that
// decided, or else the one of the vector's own that is about the place where it
// failed. What was never judged broke no rule.
func explain(set *vectors.Set, item *Item, r *reports.Result, requirement string) {
	if slices.Contains(unjudged, r.Outcome) {
		return
	}
	r.Why = item.Why()
	if requirement == "" {
		requirement = nearest(item.Requirements(), areasOf(r))
	}
	if req, ok := set.Requirement(requirement); ok {
		r.Rule, r.Source, r.Status = req.ID+": "+req.Rule, req.Source, string(req.Status)
	}
	if item.Case != nil {
		r.AgreedBy = set.AgreedBy(item.Case)
	}
}

var unjudged = []reports.Outcome{
	reports.AdapterError, reports.Crash, reports.Timeout, reports.ProtocolError, reports.NotRun, reports.Unsupported,
}

// areas are the parts of requirement ids that are about a stage.
var areas = map[signature.Stage][]string{
	signature.CanonicalHeaders:  {"HEADER", "ADDITIONAL", "META", "TOKEN"},
	signature.CanonicalQuery:    {"PARAM", "QUERY"},
	signature.CanonicalResource: {"RESOURCE", "URI", "PARAM"},
	signature.CanonicalRequest:  {"HEADER", "PARAM", "URI", "ADDITIONAL", "PAYLOAD", "CANONICAL"},
	signature.StringToSign:      {"STRING", "DATE", "TYPE", "MD5", "METHOD", "RESOURCE", "PARAM", "HEADER", "SCOPE"},
	signature.SigningKey:        {"KEY", "SCOPE"},
	signature.SignatureValue:    {"SIGN", "KEY", "STRING", "AUTH"},
	signature.Authorization:     {"AUTH"},
	signature.URL:               {"QUERY", "URL"},
	signature.Form:              {"FORM"},
}

// areasOf are the areas of the place of a failure, the likeliest first. In a
// canonical request of V4 the line that differs says more than the stage: method,
// path, query, headers, an empty line, names of headers, the payload
// (OSS4-CANONICAL-01, OBS4-CANONICAL-01).
func areasOf(r *reports.Result) []string {
	all := areas[signature.Stage(r.Stage)]
	if signature.Stage(r.Stage) != signature.CanonicalRequest || r.Expected == nil || r.Observed == nil {
		return all
	}
	expected := string(*r.Expected)
	at := max(0, reports.FirstDifference(*r.Expected, *r.Observed))
	before, behind := strings.Count(expected[:at], "\n"), strings.Count(expected[at:], "\n")
	area := "HEADER"
	switch {
	case before == 0:
		area = "CANONICAL"
	case before == 1:
		area = "URI"
	case before == 2:
		area = "PARAM"
	case behind == 0:
		area = "PAYLOAD"
	case behind == 1:
		area = "ADDITIONAL"
	}
	return append([]string{area}, all...)
}

// nearest picks, of a vector's requirements, the first that is about one of the
// areas, or else the first.
func nearest(ids, areas []string) string {
	for _, area := range areas {
		for _, id := range ids {
			if strings.Contains(id, "-"+area) {
				return id
			}
		}
	}
	return ids[0]
}

// differs is a failure at a stage, with both byte strings.
func differs(stage signature.Stage, expected, observed, message string) finding {
	return finding{outcome: reports.Fail, stage: stage, expected: bytesOf(expected), observed: bytesOf(observed), message: message}
}

// diverges is a failure in what the request says.
func diverges(kind, expected, observed, message string) finding {
	return finding{outcome: reports.Fail, divergence: kind, expected: bytesOf(expected), observed: bytesOf(observed), message: message}
}

// by names the requirement that decided, unless a nearer one did.
func (f finding) by(requirement string) finding {
	if f.requirement == "" {
		f.requirement = requirement
	}
	return f
}

func bytesOf(s string) *wire.Bytes {
	b := wire.Bytes(s)
	return &b
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ": ")
}

// sameParsed compares the values of a stage that is compared by what it says.
func sameParsed(stage signature.Stage, expected, observed string) bool {
	if !stage.Parsed() {
		return expected == observed
	}
	a, b := parse(stage, expected), parse(stage, observed)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// parse takes a value apart into pieces whose order is free.
func parse(stage signature.Stage, value string) []string {
	switch stage {
	case signature.Authorization:
		word, rest, _ := strings.Cut(value, " ")
		pieces := []string{word}
		for _, pair := range strings.Split(rest, ",") {
			pieces = append(pieces, wire.TrimBlanks(pair))
		}
		return pieces
	case signature.URL:
		t := wire.SplitTarget(value)
		pieces := []string{t.Scheme + "://" + withoutUsualPort(t.Scheme, strings.ToLower(t.Authority)), oneSlash(wire.Unescape(cmp.Or(t.Path, "/")))}
		return append(pieces, parameters(t.Query)...)
	default:
		return parameters(value)
	}
}

// oneSlash takes a run of slashes for one. Which of them name another key depends
// on the service, on how they are written and on where the key begins: keptLine
// knows.
func oneSlash(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// withoutUsualPort leaves out the port that a URL means without saying it.
func withoutUsualPort(scheme, authority string) string {
	return strings.TrimSuffix(authority, map[string]string{"http": ":80", "https": ":443"}[scheme])
}

// parameters lists name=value decoded; an empty value and a missing one are
// the same.
func parameters(query string) []string {
	var out []string
	for _, p := range wire.AppendParams(nil, query) {
		out = append(out, wire.UnescapeQuery(p.Name)+"="+wire.UnescapeQuery(p.Value))
	}
	return out
}

// contested is the outcome for a signature that another reading explains.
func contested(r signature.Reading) finding {
	return finding{
		outcome: reports.Contested, reading: r.Name, requirement: r.Requirement, known: r.Why,
		message: fmt.Sprintf("its signature is that of the reading %q of a contested rule", r.Name),
	}
}
