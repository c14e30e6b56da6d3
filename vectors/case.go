package vectors

import (
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Level says how strong a requirement is.
type Level string

// The levels, as RFC 2119 uses the words.
const (
	Must   Level = "must"
	Should Level = "should"
	May    Level = "may"
)

// Status says what a requirement rests on. Where several apply the earlier one
// wins.
type Status string

// The statuses of a requirement.
const (
	Observed     Status = "observed"      // a real server's own echoed string or answer
	Documented   Status = "documented"    // a vendor's page says so
	SDKAgreement Status = "sdk-agreement" // no page says so, the official SDKs agree
	Inferred     Status = "inferred"      // a conclusion nobody states
	Contested    Status = "contested"     // sources contradict each other
)

// Requirement is one rule of a scheme.
type Requirement struct {
	ID       string `json:"id"` // e.g. OSS4-QUERY-03; never reused
	Level    Level  `json:"level"`
	Rule     string `json:"rule"`               // one sentence
	Source   string `json:"source"`             // document and section
	Status   Status `json:"status"`             //
	Evidence string `json:"evidence,omitempty"` // for observed and contested: the record, or who does what
}

// Provenance says where an expected value comes from, best first.
type Provenance string

// The provenances of a case as its file states them; attestations raise
// "derived" to attested(n) when they are loaded.
const (
	Published Provenance = "published" // a document or an SDK's own test prints the value
	Derived   Provenance = "derived"   // only the reference has computed it
)

// SourceCaptured is the kind of source of a request that an SDK really sent: the
// signature of the case is the SDK's own.
const SourceCaptured = "captured"

// Source says where a case comes from.
type Source struct {
	Kind string `json:"kind"`           // document, sdk-test, third-party-test, field, captured, own
	Ref  string `json:"ref"`            // document and section, or repository, path and test, or SDK, version and captured request
	ID   string `json:"id,omitempty"`   // the id of the published vector it transcribes, e.g. oss-001
	Note string `json:"note,omitempty"` // what had to be decided when transcribing
}

// File is one vector file: one theme of one profile.
type File struct {
	Schema  string            `json:"$schema"`
	Scheme  string            `json:"scheme"`
	Carrier signature.Carrier `json:"carrier"`
	Theme   string            `json:"theme"`
	Cases   []Case            `json:"cases"`

	path string
}

// Case is one signature vector.
type Case struct {
	ID           string          `json:"id"` // scheme/carrier/theme/name
	Title        string          `json:"title"`
	Why          string          `json:"why"` // what a user would suffer from if this were wrong
	Requirements []string        `json:"requirements"`
	Level        Level           `json:"level"`
	Flags        []string        `json:"flags,omitempty"`
	Since        string          `json:"since"` // the suite version that brought it
	Source       Source          `json:"source"`
	Provenance   Provenance      `json:"provenance"`
	Input        signature.Input `json:"input"`
	Expect       Expect          `json:"expect"`
	Alternatives []Alternative   `json:"alternatives,omitempty"`
}

// Expect is what must come out: stages, or for a verifier case a rejection.
// Where Tamper or ReceivedAfter stand beside stages, they say what a verifier
// must still accept.
type Expect struct {
	Stages        ExpectedStages `json:"stages,omitzero"`
	Rejected      *Rejection     `json:"rejected,omitempty"`
	Control       string         `json:"control,omitempty"`       // verifier case: the id of its valid twin
	Tamper        []Tamper       `json:"tamper,omitempty"`        // what is changed, in this order, and when
	ReceivedAfter int64          `json:"receivedAfter,omitempty"` // seconds between Input.Time and arrival; negative when the signer's clock is ahead
}

// ExpectedStages are the stages a case pins, with the StringToSign in the
// server's own form (`50 55 54 0A …`) beside it.
type ExpectedStages struct {
	Values            []signature.StageValue
	StringToSignBytes string
}

// Alternative is another reading of a contested rule; Expect holds the first.
type Alternative struct {
	Reading string         `json:"reading"`
	Stages  ExpectedStages `json:"stages"`
}

// Rejection is the answer a server must give.
type Rejection struct {
	Class  string `json:"class"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	EC     string `json:"ec,omitempty"`
}

// Tamper is one change to a request, see [Case.Arrival].
type Tamper struct {
	When   string     `json:"when"` // before-signing, after-signing
	Op     string     `json:"op"`
	Target string     `json:"target,omitempty"` // the header, parameter, field or stage; the ops on method, path and body have none
	Old    wire.Bytes `json:"old,omitempty"`    // replace-in-…: what is replaced
	Value  wire.Bytes `json:"value,omitempty"`
}

// OperationFile is one theme of operation vectors.
type OperationFile struct {
	Schema string          `json:"$schema"`
	Theme  string          `json:"theme"`
	Cases  []OperationCase `json:"cases"`

	path string
}

// OperationCase is an intent, and by that what must hold for the request an
// SDK then sends. It runs under every profile a subject declares that the case
// names; its id there has the profile in front.
type OperationCase struct {
	ID           string                `json:"id"` // operations/theme/name
	Title        string                `json:"title"`
	Why          string                `json:"why"`
	Requirements []string              `json:"requirements"`
	Level        Level                 `json:"level"`
	Flags        []string              `json:"flags,omitempty"`
	Since        string                `json:"since"`
	Source       Source                `json:"source"`
	Profiles     []string              `json:"profiles"`           // patterns, e.g. oss-*/header
	Addressing   signature.Addressing  `json:"addressing"`         //
	Credentials  signature.Credentials `json:"credentials"`        //
	Endpoint     string                `json:"endpoint,omitempty"` // default: the service's usual endpoint; CNAME cases name a custom domain
	Operation    Operation             `json:"operation"`
}

// Operation is what a caller asks an SDK to do.
type Operation struct {
	Name       string          `json:"name"`                 // one of the names in operations/names.json
	Bucket     wire.Bytes      `json:"bucket,omitempty"`     //
	Key        wire.Bytes      `json:"key,omitempty"`        // decoded
	Headers    [][2]wire.Bytes `json:"headers,omitempty"`    // Content-Type, Content-MD5, Cache-Control …, through the SDK's own options
	Metadata   [][2]wire.Bytes `json:"metadata,omitempty"`   // user metadata, names without x-oss-meta- or x-obs-meta-
	Query      [][2]wire.Bytes `json:"query,omitempty"`      // list parameters, response-* overrides, sub-resources
	Body       wire.Bytes      `json:"body,omitempty"`       //
	CopySource wire.Bytes      `json:"copySource,omitempty"` // bucket/key, decoded
	UploadID   wire.Bytes      `json:"uploadId,omitempty"`
	PartNumber int             `json:"partNumber,omitempty"`
	Expires    int64           `json:"expires,omitempty"` // query and form: seconds the signature shall live
}
