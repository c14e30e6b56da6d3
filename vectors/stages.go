package vectors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// stringToSignBytes is the name under which the bytes of a StringToSign stand
// beside it.
const stringToSignBytes = "stringToSignBytes"

// SpellBytes returns the bytes of s as OSS prints them in StringToSignBytes,
// without the blank at the end: "50 55 54 0A".
func SpellBytes(s string) string {
	const upper = "0123456789ABCDEF"
	out := make([]byte, 0, 3*len(s))
	for i := 0; i < len(s); i++ {
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(out, upper[s[i]>>4], upper[s[i]&15])
	}
	return string(out)
}

// Stage returns the expected value of a stage, and whether the case pins it.
func (e *ExpectedStages) Stage(stage signature.Stage) (string, bool) {
	for i := range e.Values {
		if e.Values[i].Stage == stage {
			return e.Values[i].Value, true
		}
	}
	return "", false
}

// IsZero reports whether no stage is pinned.
func (e ExpectedStages) IsZero() bool { return len(e.Values) == 0 && e.StringToSignBytes == "" }

// MarshalJSON writes an object with the stages in the order they are built,
// stringToSignBytes behind stringToSign.
func (e ExpectedStages) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for _, stage := range signature.Stages {
		if value, ok := e.Stage(stage); ok {
			out = appendMember(out, string(stage), value)
		}
		if stage == signature.StringToSign && e.StringToSignBytes != "" {
			out = appendMember(out, stringToSignBytes, e.StringToSignBytes)
		}
	}
	return append(out, '}'), nil
}

func appendMember(dst []byte, name, value string) []byte {
	if len(dst) > 1 {
		dst = append(dst, ',')
	}
	dst = append(wire.AppendJSON(dst, name), ':')
	return wire.AppendJSON(dst, value)
}

// UnmarshalJSON reads what [ExpectedStages.MarshalJSON] writes, in any order.
// A name that is no stage, or comes twice, is an error.
func (e *ExpectedStages) UnmarshalJSON(data []byte) error {
	n := (&parser{data: data}).value() // it is JSON: that is promised to an Unmarshaler
	if n.kind != '{' {
		return fmt.Errorf("stages: want an object, got %.60s", data)
	}
	*e = ExpectedStages{}
	for i, name := range n.names {
		var value wire.Bytes
		if err := value.UnmarshalJSON(n.values[i].raw(data)); err != nil {
			return fmt.Errorf("stages: %s: %w", name, err)
		}
		stage := signature.Stage(name)
		switch {
		case slices.Index(n.names, name) != i:
			return fmt.Errorf("stages: %s comes twice", name)
		case name == stringToSignBytes:
			e.StringToSignBytes = string(value)
		case slices.Contains(signature.Stages, stage):
			e.Values = append(e.Values, signature.StageValue{Stage: stage, Value: string(value)})
		default:
			return fmt.Errorf("stages: %q is no stage; there are %s", name, stageNames())
		}
	}
	slices.SortFunc(e.Values, func(a, b signature.StageValue) int {
		return slices.Index(signature.Stages, a.Stage) - slices.Index(signature.Stages, b.Stage)
	})
	return nil
}

func stageNames() string {
	names := make([]string, len(signature.Stages))
	for i, stage := range signature.Stages {
		names[i] = string(stage)
	}
	return strings.Join(names, ", ")
}
