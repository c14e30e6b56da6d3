package secret

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// ShortestToken is the length below which what a request calls its token is an
// example: those of the services have hundreds of characters. "token" itself is
// one in published requests.
const ShortestToken = 16

// Tokens returns the security tokens of a request, wherever a scheme would
// have them: a request may be too broken to tell its scheme.
func Tokens(req *wire.Request) []string {
	named := map[string]bool{}
	for _, p := range signature.Profiles {
		named[strings.ToLower(p.Names.TokenHeader)] = true
		named[strings.ToLower(p.Names.Token)] = true
	}
	delete(named, "")
	var tokens []string
	for _, h := range req.Headers {
		if named[strings.ToLower(h.Name)] {
			tokens = append(tokens, wire.TrimBlanks(h.Value))
		}
	}
	for _, p := range wire.AppendParams(nil, wire.SplitTarget(req.Target).Query) {
		if named[strings.ToLower(wire.UnescapeQuery(p.Name))] {
			tokens = append(tokens, wire.UnescapeQuery(p.Value))
		}
	}
	if fields, err := signature.FormFields(req); err == nil {
		for _, f := range fields {
			if named[strings.ToLower(f[0])] {
				tokens = append(tokens, f[1])
			}
		}
	}
	return slices.DeleteFunc(tokens, func(token string) bool { return len(token) < ShortestToken })
}
