package wire

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// shellWord is a word of a command line, its quoting removed, and its place.
type shellWord struct {
	text         string
	line, column uint
}

func (w shellWord) where() string { return fmt.Sprintf("line %d, column %d", w.line, w.column) }

func (w shellWord) fault(rule string) error { return &SyntaxError{w.where(), rule, w.text} }

// commandLine is a part of a bash command line. Places count from the start of
// the whole.
type commandLine struct {
	text   string
	before string // what stands in front of text
}

// word is a word without text, to name a place in errors.
func (c commandLine) word(pos syntax.Pos) shellWord {
	w := shellWord{line: pos.Line(), column: pos.Col()}
	if w.column == 0 { // the parser gives up counting in long lines
		w.column = pos.Offset() - uint(strings.LastIndexByte(c.text[:pos.Offset()], '\n'))
	}
	if w.line == 1 {
		w.column += uint(len(c.before) - strings.LastIndexByte(c.before, '\n') - 1)
	}
	w.line += uint(strings.Count(c.before, "\n"))
	return w
}

// maxCommandLine is the longest command line in bytes that is parsed. The
// parser recurses some 4 KiB deep for a single bracket, and a Go program whose
// stack is full cannot be saved.
const maxCommandLine = 128 << 10

// splitPipeline takes a bash command line apart: the commands of a pipeline,
// each as its words. Nothing is run and nothing is expanded: a variable, a
// command substitution or a brace list is an error. Words with * or ? stand for
// themselves, as they do in bash where no file matches.
func splitPipeline(c commandLine) ([][]shellWord, error) {
	if len(c.text) > maxCommandLine {
		rule := fmt.Sprintf("a command line over %d bytes is not understood; give the request as raw HTTP", maxCommandLine)
		return nil, &SyntaxError{"command line", rule, c.text}
	}
	if i := strings.IndexByte(c.text, 0); i >= 0 {
		return nil, &SyntaxError{fmt.Sprintf("byte %d", len(c.before)+i), "a command line holds no NUL", ""}
	}
	c.text += "\n" // a backslash at the very end, left over from copying, continues nothing
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(c.text), "")
	if err != nil {
		var parse syntax.ParseError
		if errors.As(err, &parse) {
			return nil, c.word(parse.Pos).fault("not a bash command line: " + parse.Text)
		}
		return nil, &SyntaxError{"command line", "not a bash command line: " + err.Error(), ""}
	}
	if len(file.Stmts) == 0 {
		return nil, &SyntaxError{"command line", "there is no command", ""}
	}
	if len(file.Stmts) > 1 || file.Stmts[0].Background {
		end := file.Stmts[0].Semicolon
		if !end.IsValid() {
			end = file.Stmts[1].Pos()
		}
		return nil, c.word(end).fault("there must be one command only; a URL that holds & or ; stands in quotes")
	}
	return c.appendStages(nil, file.Stmts[0])
}

// appendStages appends the commands of a pipeline. Where output goes does not
// matter to a request; where input comes from does.
func (c commandLine) appendStages(stages [][]shellWord, stmt *syntax.Stmt) ([][]shellWord, error) {
	here := c.word(stmt.Pos())
	if stmt.Negated || stmt.Coprocess || stmt.Background {
		return nil, here.fault("there must be one plain command only")
	}
	for _, redir := range stmt.Redirs {
		switch redir.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.DplOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
		default:
			return nil, c.word(redir.Pos()).fault("input from a redirection is not understood; put the body into --data-raw")
		}
	}
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		if len(cmd.Assigns) > 0 {
			return nil, here.fault("a variable assignment is not understood")
		}
		words := make([]shellWord, len(cmd.Args))
		for i, arg := range cmd.Args {
			words[i] = c.word(arg.Pos())
			text, err := unquoteWord(c.text, arg)
			if err != nil {
				return nil, words[i].fault(err.Error())
			}
			words[i].text = text
		}
		return append(stages, words), nil
	case *syntax.BinaryCmd:
		if cmd.Op != syntax.Pipe && cmd.Op != syntax.PipeAll {
			return nil, here.fault("there must be one command only, not a list joined with " + cmd.Op.String())
		}
		stages, err := c.appendStages(stages, cmd.X)
		if err != nil {
			return nil, err
		}
		return c.appendStages(stages, cmd.Y)
	}
	return nil, here.fault("there must be a plain command, not shell syntax")
}

// unquoteWord returns what bash makes of a word. It reads quoted text from the
// source, because the parser turns CRLF into LF even there.
func unquoteWord(source string, word *syntax.Word) (string, error) {
	var b strings.Builder
	var braces braceList
	for _, part := range word.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			if braces.read(part.Value) {
				return "", errors.New("bash expands {…,…}; put the word in quotes")
			}
			removeBackslashes(&b, part.Value, "")
		case *syntax.SglQuoted:
			text := source[part.Left.Offset():part.Right.Offset()]
			if !part.Dollar {
				b.WriteString(text[len("'"):])
			} else if err := decodeANSI(&b, text[len("$'"):]); err != nil {
				return "", err
			}
		case *syntax.DblQuoted:
			for _, inner := range part.Parts {
				if _, ok := inner.(*syntax.Lit); !ok {
					return "", refuseExpansion(inner)
				}
			}
			text := strings.TrimPrefix(source[part.Left.Offset():part.Right.Offset()], "$")
			removeBackslashes(&b, text[len(`"`):], "$`\"\\")
		default:
			return "", refuseExpansion(part)
		}
	}
	return b.String(), nil
}

// braceList finds what bash would expand, {a,b} and {1..9}, in the unquoted
// text of a word. It is not exact: "{a}b,c{d}" counts as a list as well.
type braceList struct{ open, several bool }

// read takes the next unquoted text and reports whether a list ends in it.
func (l *braceList) read(s string) bool {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\', strings.HasPrefix(s[i:], "{}"):
			i++
		case s[i] == '{':
			l.open = true
		case l.open && (s[i] == ',' || strings.HasPrefix(s[i:], "..")):
			l.several = true
		case l.several && s[i] == '}':
			return true
		}
	}
	return false
}

func refuseExpansion(part syntax.WordPart) error {
	kind := "an expansion"
	switch part.(type) {
	case *syntax.ParamExp:
		kind = "a variable"
	case *syntax.CmdSubst, *syntax.ProcSubst:
		kind = "a command substitution"
	case *syntax.ArithmExp:
		kind = "arithmetic"
	case *syntax.ExtGlob:
		kind = "a file pattern"
	}
	return fmt.Errorf("%s is not expanded here; write its value, or use single quotes", kind)
}

// removeBackslashes removes them as bash does without quotes and, where only
// names the bytes that a backslash escapes, within double quotes. A backslash
// before a line break removes both.
func removeBackslashes(b *strings.Builder, s, only string) {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch next := s[i+1]; {
		case next == '\n':
			i++
		case only == "" || strings.IndexByte(only, next) >= 0:
			b.WriteByte(next)
			i++
		default:
			b.WriteByte('\\')
		}
	}
}

var ansiEscapes = map[byte]byte{
	'a': '\a', 'b': '\b', 'e': 0x1b, 'E': 0x1b, 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
	'\\': '\\', '\'': '\'', '"': '"', '?': '?',
}

// decodeANSI decodes what stands within $'…', as bash does in a UTF-8 locale.
func decodeANSI(b *strings.Builder, s string) error {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		c := s[i]
		if simple, ok := ansiEscapes[c]; ok {
			b.WriteByte(simple)
			continue
		}
		value, width := ansiNumber(s[i:])
		switch {
		case width == 0 && c == 'c':
			return errors.New(`\c is not understood within $'…'; write \xHH`)
		case width == 0: // bash keeps what it does not know
			b.WriteString(s[i-1 : i+1])
			continue
		case value == 0:
			return errors.New("a NUL ends a bash word; no argument can hold one")
		case c != 'u' && c != 'U' || value < utf8.RuneSelf:
			b.WriteByte(byte(value))
		case value <= utf8.MaxRune:
			writeRune(b, value)
		default:
			return fmt.Errorf(`\U%08x is not a character`, value)
		}
		i += width - 1
	}
	return nil
}

// ansiNumber reads a numeric escape behind its backslash: its value, and how
// many bytes it has, 0 if it is none.
func ansiNumber(s string) (value uint32, width int) {
	digits, base := 0, uint32(16)
	switch s[0] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		digits, base = 3, 8
	}
	start := 1
	if base == 8 {
		start = 0
	}
	i := start
	for ; i < len(s) && i < start+digits; i++ {
		d := unhex[s[i]]
		if d < 0 || uint32(d) >= base {
			break
		}
		value = value*base + uint32(d)
	}
	if i == start {
		return 0, 0
	}
	if digits < 4 {
		value &= 0xff // \777 is one byte
	}
	return value, i
}

// writeRune writes three bytes for a lone surrogate, as bash does and utf8 does not.
func writeRune(b *strings.Builder, value uint32) {
	if 0xd800 <= value && value <= 0xdfff {
		b.Write([]byte{0xe0 | byte(value>>12), 0x80 | byte(value>>6)&0x3f, 0x80 | byte(value)&0x3f})
		return
	}
	b.WriteRune(rune(value))
}

// cutPrintf takes the beginning printf 'FORMAT' | from a command line, and
// returns what printf writes. It comes before all parsing, because a body may
// be longer than a command line that is parsed. written is nil, and rest the
// whole command, if the command line begins otherwise.
func cutPrintf(command string) (written *string, rest commandLine, err error) {
	whole := commandLine{text: command}
	start := len(command) - len(strings.TrimLeft(command, " \t\r\n"))
	tail, ok := strings.CutPrefix(command[start:], "printf '")
	if !ok {
		return nil, whole, nil
	}
	format, tail, ok := strings.Cut(tail, "'")
	tail = strings.TrimLeft(tail, " \t")
	if !ok || !strings.HasPrefix(tail, "|") || strings.HasPrefix(tail, "||") {
		return nil, whole, nil
	}
	out, err := decodePrintf(format)
	if err != nil {
		return nil, whole, &SyntaxError{fmt.Sprintf("byte %d", start), err.Error(), ""}
	}
	split := len(command) - len(tail) + len("|")
	return &out, commandLine{text: command[split:], before: command[:split]}, nil
}

// decodePrintf returns what printf writes for a format without arguments.
func decodePrintf(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "%%"):
			b.WriteByte('%')
			i++
			continue
		case s[i] == '%':
			return "", errors.New("only %% is understood in the format of printf")
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
			continue
		}
		i++
		c := s[i]
		if simple, ok := ansiEscapes[c]; ok && c != '?' {
			b.WriteByte(simple)
			continue
		}
		value, width := ansiNumber(s[i:])
		if width == 0 || c == 'u' || c == 'U' {
			return "", errors.New(`only \\, \ooo, \xHH and letters as in \n are understood in the format of printf`)
		}
		b.WriteByte(byte(value))
		i += width - 1
	}
	return b.String(), nil
}
