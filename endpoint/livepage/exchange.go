package livepage

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// Exchange is a request and what came of it, as people are to read it: without
// secrets, and with bytes that cannot be seen written out.
type Exchange struct {
	ID           string       `json:"id"` // "" for what was no request
	At           time.Time    `json:"at"`
	Verdict      string       `json:"verdict"`
	Method       string       `json:"method"`
	URL          string       `json:"url"`    // host and target
	Scheme       string       `json:"scheme"` // scheme/carrier
	Operation    string       `json:"operation"`
	Status       int          `json:"status"` // 0: not answered
	Code         string       `json:"code"`
	EC           string       `json:"ec"`
	Notes        []string     `json:"notes"`
	Differences  []Difference `json:"differences"`
	Facts        []Text       `json:"facts"`
	Stages       []Text       `json:"stages"`  // what a server computes
	Request      string       `json:"request"` // the head as it arrived
	Milliseconds float64      `json:"milliseconds"`
}

// Text is a text and what it is called.
type Text struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Difference is two byte strings that should be the same.
type Difference struct {
	Stage string `json:"stage"`
	// Offset is that of the first byte that differs; -1 where comparing bytes
	// would tell nothing, as for signatures.
	Offset int    `json:"offset"`
	Sides  []Side `json:"sides"`
}

// Side is one of the strings of a Difference, around the byte that differs.
type Side struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	Mark   string `json:"mark"` // what differs
	After  string `json:"after"`
	Hex    Hex    `json:"hex"`
}

// Hex is a row of bytes around the one that differs, in hexadecimal.
type Hex struct {
	Offset int    `json:"offset"`
	Before string `json:"before"`
	Mark   string `json:"mark"`
	After  string `json:"after"`
}

// The bounds of the parts of an exchange, in bytes and in number.
const (
	longestField = 512
	longestURL   = 2 << 10
	longestText  = 16 << 10
	mostParts    = 32
)

// encode is the exchange as JSON of up to limit bytes: long texts are cut, and
// where that is not enough, stages, the request and at last everything but the
// line of the list are left out. What is missing is said.
func (x Exchange) encode(limit int) []byte {
	x.Notes, x.Differences, x.Facts, x.Stages = atMost(x.Notes), atMost(x.Differences), atMost(x.Facts), atMost(x.Stages)
	x.cut(longestText)
	out := mustMarshal(&x)
	if len(out) <= limit {
		return out
	}
	x.cut(longestField)
	x.Notes = append(x.Notes, "this exchange is too long to be kept whole here: its texts are cut")
	if out = mustMarshal(&x); len(out) <= limit {
		return out
	}
	x.Notes = []string{"this exchange is too long to be kept here"}
	x.Differences, x.Facts, x.Stages, x.Request = []Difference{}, []Text{}, []Text{}, ""
	x.URL = cut(x.URL, longestField)
	return mustMarshal(&x)
}

// cut shortens the texts to longest bytes and the fields of the list to theirs.
func (x *Exchange) cut(longest int) {
	for _, field := range []*string{&x.ID, &x.Verdict, &x.Method, &x.Scheme, &x.Operation, &x.Code, &x.EC} {
		*field = cut(*field, longestField)
	}
	x.URL, x.Request = cut(x.URL, longestURL), cut(x.Request, longest)
	for i := range x.Notes {
		x.Notes[i] = cut(x.Notes[i], longest)
	}
	for _, texts := range [][]Text{x.Facts, x.Stages} {
		for i := range texts {
			texts[i].Name, texts[i].Text = cut(texts[i].Name, longestField), cut(texts[i].Text, longest)
		}
	}
	for i := range x.Differences {
		d := &x.Differences[i]
		d.Stage, d.Sides = cut(d.Stage, longestField), atMost(d.Sides)
		for k := range d.Sides {
			s := &d.Sides[k]
			s.Name, s.Before, s.Mark, s.After = cut(s.Name, longestField), cut(s.Before, longest), cut(s.Mark, longestField), cut(s.After, longest)
			s.Hex.Before, s.Hex.Mark, s.Hex.After = cut(s.Hex.Before, longestField), cut(s.Hex.Mark, longestField), cut(s.Hex.After, longestField)
		}
	}
}

// atMost is a copy of the first parts, never nil: a list is one in JSON too,
// and what the caller holds stays as it is.
func atMost[T any](parts []T) []T { return append([]T{}, parts[:min(len(parts), mostParts)]...) }

// cut shortens text to limit bytes and says how many are gone.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d more bytes)", text[:end], len(text)-end)
}

func mustMarshal(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // all of it has a JSON form
	}
	return out
}
