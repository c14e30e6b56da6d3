package reports

// Style says how the pieces of console output are set off. The zero value adds
// nothing: this package knows no terminal.
type Style struct {
	Strong Paint // ids and headings
	Good   Paint
	Bad    Paint
	Notice Paint // neither: expected, partial
	Faint  Paint // labels
	Mark   Paint // what differs
}

// Paint is what is printed before and behind a piece of text: terminal
// sequences, or nothing.
type Paint struct{ Start, End string }

func (p Paint) of(s string) string { return p.Start + s + p.End }

func (s Style) verdict(v Verdict) Paint {
	switch v {
	case Conformant:
		return s.Good
	case Nonconformant:
		return s.Bad
	}
	return s.Notice
}
