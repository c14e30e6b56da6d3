package signature

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// The lists of signed parameters are data: every name stands beside what says
// that it is signed.
//
//go:embed parameters/*.json
var parameterFiles embed.FS

// ParameterList is the list of query parameters that a scheme of the V1 family
// signs.
type ParameterList struct {
	Scheme   string            `json:"scheme"`
	About    string            `json:"about"`
	Prefixes []ListedParameter `json:"prefixes"` // every name that begins so is signed
	Names    []ListedParameter `json:"signed"`   // in byte order
	Unsigned []ListedParameter `json:"unsigned"` // seen to be sent and not signed

	signed map[string]bool
}

// ListedParameter is one name of a list. Status is a word of the requirements:
// observed, documented, sdk-agreement, inferred, contested.
type ListedParameter struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Source string `json:"source"`
}

// Signed reports whether a parameter of that decoded name is signed.
func (l *ParameterList) Signed(name string) bool {
	if l.signed[name] {
		return true
	}
	for i := range l.Prefixes {
		if strings.HasPrefix(name, l.Prefixes[i].Name) {
			return true
		}
	}
	return false
}

// listed reports whether the list names a parameter, prefixes left aside.
func (l *ParameterList) listed(name string) bool { return l.signed[name] }

// listedInAnyCase is listed without regard to letter case.
func (l *ParameterList) listedInAnyCase(name string) bool {
	return slices.ContainsFunc(l.Names, func(p ListedParameter) bool { return wire.EqualFold(p.Name, name) })
}

// Lookup returns what the list says of a name.
func (l *ParameterList) Lookup(name string) (ListedParameter, bool) {
	for _, list := range [][]ListedParameter{l.Names, l.Unsigned} {
		for _, p := range list {
			if p.Name == name {
				return p, true
			}
		}
	}
	return ListedParameter{}, false
}

// The lists. That of OBS in its AWS dress is the same but for the token's name.
var (
	ossV1Parameters  = mustLoadParameters("oss-v1")
	obsParameters    = mustLoadParameters("obs-v2")
	obsAWSParameters = obsParameters.renamed("obs-aws-v2", "x-obs-security-token", "x-amz-security-token")
)

// SignedParameters returns the list of a scheme of the V1 family, or nil for
// schemes that sign every parameter or none.
func SignedParameters(scheme string) *ParameterList {
	for _, l := range []*ParameterList{ossV1Parameters, obsParameters, obsAWSParameters} {
		if l.Scheme == scheme {
			return l
		}
	}
	return nil
}

func mustLoadParameters(scheme string) *ParameterList {
	data, err := parameterFiles.ReadFile("parameters/" + scheme + ".json")
	if err != nil {
		panic(fmt.Sprintf("signature: embedded list: %v", err))
	}
	var l ParameterList
	if err := json.Unmarshal(data, &l); err != nil {
		panic(fmt.Sprintf("signature: parameters/%s.json: %v", scheme, err))
	}
	l.index()
	return &l
}

func (l *ParameterList) index() {
	l.signed = make(map[string]bool, len(l.Names))
	for _, p := range l.Names {
		l.signed[p.Name] = true
	}
}

func (l *ParameterList) renamed(scheme, from, to string) *ParameterList {
	c := *l
	c.Scheme = scheme
	c.Names = append([]ListedParameter(nil), l.Names...)
	for i := range c.Names {
		if c.Names[i].Name == from {
			c.Names[i].Name = to
		}
	}
	slices.SortFunc(c.Names, func(a, b ListedParameter) int { return strings.Compare(a.Name, b.Name) })
	c.index()
	return &c
}
