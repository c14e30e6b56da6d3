package diagnose

import (
	"slices"
	"strings"
)

// laidOut is another layout of a text.
type laidOut struct {
	layout   []piece
	mistakes []made
	edit     func(text []byte) []byte // done to the whole text at last, or nil
}

// layouts are the ways in which a signer may have laid its text out.
func (c *inquiry) layouts(p *parts) []laidOut {
	if len(p.layout) < 2 {
		return nil
	}
	var list []laidOut
	add := func(name, detail string, layout []piece) {
		list = append(list, laidOut{layout: layout, mistakes: []made{did(name, detail)}})
	}
	empty := func(piece piece) bool { return p.text[piece.field] == "" && piece.after != "" }
	add("line-missing", "all empty ones", slices.DeleteFunc(slices.Clone(p.layout), empty))
	for i, piece := range p.layout {
		if empty(piece) {
			add("line-missing", piece.field.String(), without(p.layout, i))
		}
	}
	crlf := slices.Clone(p.layout)
	for i := range crlf {
		crlf[i].after = strings.ReplaceAll(crlf[i].after, "\n", "\r\n")
	}
	list = append(list, laidOut{layout: crlf, mistakes: []made{did("line-ends-crlf", "")}, edit: func(text []byte) []byte {
		return []byte(strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n", "\r\n"))
	}})
	list = append(list, laidOut{layout: p.layout, mistakes: []made{did("line-feeds-escaped", "")}, edit: func(text []byte) []byte {
		return []byte(strings.ReplaceAll(string(text), "\n", `\n`))
	}})
	last := len(p.layout) - 1
	add("line-feed-behind", "", with(p.layout, last, piece{p.layout[last].field, "\n"}))
	for i, at := range p.layout {
		if at.field == headerField {
			add("headers-joined", "a line feed between headers and resource", with(p.layout, i, piece{headerField, at.after + "\n"}))
			if p.text[headerField] != "" {
				list = append(list, laidOut{layout: p.layout, mistakes: []made{did("headers-joined", "no line feed behind the last header")}, edit: func(text []byte) []byte {
					block := p.text[headerField]
					return []byte(strings.Replace(string(text), block, strings.TrimSuffix(block, "\n"), 1))
				}})
			}
		}
	}
	for i := 0; i+1 < len(p.layout) && p.layout[i+1].after == "\n"; i++ {
		a, b := p.layout[i], p.layout[i+1]
		if p.text[a.field] == p.text[b.field] || a.after != "\n" {
			continue
		}
		swapped := with(with(p.layout, i, piece{b.field, a.after}), i+1, piece{a.field, b.after})
		add("fields-exchanged", a.field.String()+" and "+b.field.String(), swapped)
	}
	return list
}
