package vectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/countersign/countersign/wire"
)

// A node is one JSON value with its place in the file. encoding/json would
// forget the order of members, let the last of two equal names win, and put
// U+FFFD in the place of a lone surrogate.
type node struct {
	kind       byte // '{', '[', '"', or 'l' for numbers, booleans and null
	start, end int  // the value is data[start:end]
	names      []string
	values     []*node // members of an object, items of an array
}

// SyntaxError is a fault in a file itself: not JSON, a field twice, a field
// the schema does not know, a byte string that stands for no bytes.
type SyntaxError struct {
	Line    int    // 1 is the first
	Case    string // the id of the case it stands in, or ""
	Path    string // the place in the document: input.request.headers[2]
	Problem string
}

func (e *SyntaxError) Error() string {
	where := fmt.Sprintf("line %d", e.Line)
	if e.Case != "" {
		where += ", " + e.Case
	}
	if e.Path != "" {
		where += ", " + e.Path
	}
	return where + ": " + e.Problem
}

// parseDocument reads data as one JSON value.
func parseDocument(data []byte) (*node, error) {
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		var syntax *json.SyntaxError
		offset := len(data)
		if errors.As(err, &syntax) {
			offset = int(syntax.Offset)
		}
		return nil, &SyntaxError{Line: lineOf(data, offset), Problem: "not JSON: " + err.Error()}
	}
	p := parser{data: data}
	return p.value(), nil
}

func lineOf(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}

// A parser takes apart what is known to be JSON.
type parser struct {
	data []byte
	at   int
}

// next skips white space and separators and returns the byte behind them.
func (p *parser) next() byte {
	for {
		switch c := p.data[p.at]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			p.at++
		default:
			return c
		}
	}
}

func (p *parser) value() *node {
	n := &node{kind: p.next(), start: p.at}
	switch n.kind {
	case '{':
		p.at++
		for p.next() != '}' {
			n.names = append(n.names, p.name())
			n.values = append(n.values, p.value())
		}
		p.at++
	case '[':
		p.at++
		for p.next() != ']' {
			n.values = append(n.values, p.value())
		}
		p.at++
	case '"':
		p.skipString()
	default:
		n.kind = 'l'
		for p.at < len(p.data) && bytes.IndexByte([]byte(" \t\r\n,:]}"), p.data[p.at]) < 0 {
			p.at++
		}
	}
	n.end = p.at
	return n
}

func (p *parser) skipString() {
	for p.at++; p.data[p.at] != '"'; p.at++ {
		if p.data[p.at] == '\\' {
			p.at++
		}
	}
	p.at++
}

// name reads the name of a member. Names are compared as they decode; one that
// cannot be decoded is in no schema, so its raw text does as well.
func (p *parser) name() string {
	start := p.at
	p.skipString()
	var name string
	if json.Unmarshal(p.data[start:p.at], &name) != nil {
		return string(p.data[start:p.at])
	}
	return name
}

// member returns the value of a member, or nil.
func (n *node) member(name string) *node {
	for i := range n.names {
		if n.names[i] == name {
			return n.values[i]
		}
	}
	return nil
}

// text returns the value of a string member, or "".
func (n *node) text(data []byte, name string) string {
	m := n.member(name)
	if m == nil || m.kind != '"' {
		return ""
	}
	var s wire.Bytes
	if s.UnmarshalJSON(data[m.start:m.end]) != nil {
		return ""
	}
	return string(s)
}

// raw returns the bytes of a value as they stand in the file.
func (n *node) raw(data []byte) []byte { return data[n.start:n.end] }
