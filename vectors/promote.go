package vectors

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
)

// Pin returns the stages that a vector made of a signed request expects: those
// that its signature proves, each once. A canonical request holds the stages
// before it.
func Pin(signed *signature.Signed) ExpectedStages {
	var e ExpectedStages
	whole := signed.Stage(signature.CanonicalRequest) != ""
	for _, s := range signed.Stages() {
		part := s.Stage == signature.CanonicalHeaders || s.Stage == signature.CanonicalQuery || s.Stage == signature.CanonicalResource
		derived := s.Stage == signature.SigningKey || s.Stage.Parsed()
		if s.Value != "" && !derived && !(part && whole) {
			e.Values = append(e.Values, s)
		}
		if s.Stage == signature.StringToSign {
			e.StringToSignBytes = SpellBytes(s.Value)
		}
	}
	return e
}

// Refresh gives a case the stages that the reference computes for its input, and
// no others.
func (c *Case) Refresh() error {
	profile, err := signature.LookupID(c.Profile())
	if err != nil {
		return err
	}
	signed, err := profile.Sign(&c.Input)
	if err != nil {
		return err
	}
	c.Provenance, c.Expect, c.Alternatives = Derived, Expect{Stages: Pin(signed)}, nil
	return nil
}

// newFile is an empty file at a place below the folder of the vectors, such as
// oss-v4/header/basics.json.
func newFile(place string) *File {
	parts := strings.Split(strings.TrimSuffix(place, ".json"), "/")
	return &File{Schema: "../../schema/" + vectorSchema, Scheme: parts[0], Carrier: signature.Carrier(parts[1]), Theme: parts[2], path: place}
}

// FormatCases returns a vector file with these cases, in canonical form. They must be
// of one theme.
func FormatCases(cases ...Case) ([]byte, error) {
	f := newFile(path.Dir(cases[0].ID) + ".json")
	for i := range cases {
		if path.Dir(cases[i].ID) != path.Dir(cases[0].ID) {
			return nil, fmt.Errorf("%s and %s belong to two files", cases[0].ID, cases[i].ID)
		}
	}
	f.Cases = cases
	return f.bytes()
}

func (f *File) bytes() ([]byte, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return FormatBytes(data)
}

// ParseFile reads one vector file that is in no folder. What a person still has
// to fill in may be empty.
func ParseFile(data []byte) (*File, error) {
	data, err := FormatBytes(data) // which refuses what the schema does not know
	if err != nil {
		return nil, err
	}
	f := new(File)
	if err := json.Unmarshal(data, f); err != nil {
		return nil, err
	}
	if len(f.Cases) == 0 {
		return nil, fmt.Errorf("there is no case in it")
	}
	for i := range f.Cases {
		if id := f.Cases[i].ID; f.Cases[i].Input.Request == nil || !isProfile(f.Cases[i].Profile()) || strings.Count(id, "/") != 3 {
			return nil, fmt.Errorf("case %d (%q): an id is scheme/carrier/theme/name, and input has a request", i+1, id)
		}
	}
	return f, nil
}

// SamePoint returns a signature vector that asks for the same as c, or nil:
// another access key makes no other case.
func (s *Set) SamePoint(c *Case) *Case {
	point := pointOf(c)
	i := slices.IndexFunc(s.cases, func(other *Case) bool {
		return other.Profile() == c.Profile() && !other.IsVerifierCase() && pointOf(other) == point
	})
	if i < 0 {
		return nil
	}
	return s.cases[i]
}

// SamePoint returns a vector of the folder as it will be that asks for the same
// as c, or nil.
func (a *Addition) SamePoint(c *Case) *Case {
	if found := a.set.SamePoint(c); found != nil {
		return found
	}
	for _, f := range a.files {
		for i := range f.Cases {
			other := &f.Cases[i]
			if other.Profile() == c.Profile() && !other.IsVerifierCase() && pointOf(other) == pointOf(c) {
				return other
			}
		}
	}
	return nil
}

// pointOf is an input without what names its access key.
func pointOf(c *Case) string {
	in := *c.Input.Clone()
	token := ""
	if in.Credentials.SecurityToken != "" {
		token = "token"
	}
	in.Credentials = signature.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: token}
	text, err := json.Marshal(in)
	if err != nil {
		panic(err) // strings, numbers and byte strings always have a JSON form
	}
	return string(text)
}
