package main

import (
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// comparison is two byte strings that should be the same, with their secrets.
type comparison struct {
	stage  signature.Stage
	opaque bool // which byte differs tells nothing
	sides  [2]side
}

// side is one of them and whose it is.
type side struct{ name, value string }

// offset is that of the first byte that differs, -1 where it tells nothing.
func (c *comparison) offset() int {
	if c.opaque {
		return -1
	}
	return reports.FirstDifference(wire.Bytes(c.sides[0].value), wire.Bytes(c.sides[1].value))
}

// explained sets what a server signs beside what the signer signed, where that
// is known, or else the signatures, which is all there is.
func explained(found *signature.Verification, explanations []explanation) []comparison {
	var out []comparison
	for _, e := range explanations {
		if d := e.proven; d != nil && d.Compared != nil && d.Compared.Offset >= 0 {
			out = append(out, proven(found, d.Compared))
		}
		if e.signed == nil {
			continue
		}
		if stage := firstOther(found, e.signed); stage != "" {
			out = append(out, comparison{stage: stage, sides: [2]side{{"a server signs", found.Stage(stage)}, {"the client signed", e.signed.Stage(stage)}}})
		}
	}
	if len(out) == 0 && found.Verdict == signature.Mismatch {
		out = append(out, comparison{stage: signature.SignatureValue, opaque: true, sides: [2]side{{"a server computes", found.Stage(signature.SignatureValue)}, {"the request carries", found.Provided}}})
	}
	return out
}

// proven sets them side by side as a diagnosis shows them: what the client signed
// comes first there.
func proven(found *signature.Verification, c *reports.Comparison) comparison {
	stage := signature.StringToSign
	if found.Stage(signature.CanonicalRequest) == string(c.Strings[1]) {
		stage = signature.CanonicalRequest
	}
	return comparison{stage: stage, sides: [2]side{{"a server signs", string(c.Strings[1])}, {c.Names[0], string(c.Strings[0])}}}
}

// same reports whether two comparisons show the same strings.
func (c comparison) same(d comparison) bool {
	a, b := [2]string{c.sides[0].value, c.sides[1].value}, [2]string{d.sides[0].value, d.sides[1].value}
	return a == b || a == [2]string{b[1], b[0]}
}

// firstOther is the stage to be shown of two verifications of one request. The
// whole ones tell more than their parts.
func firstOther(a, b *signature.Verification) signature.Stage {
	for _, stage := range []signature.Stage{signature.CanonicalRequest, signature.StringToSign} {
		if x, y := a.Stage(stage), b.Stage(stage); x != "" && y != "" && x != y {
			return stage
		}
	}
	for _, s := range a.Stages() {
		if other := b.Stage(s.Stage); s.Stage != signature.SigningKey && s.Stage != signature.SignatureValue && other != "" && other != s.Value {
			return s.Stage
		}
	}
	return ""
}
