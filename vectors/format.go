package vectors

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// ErrNotFormatted is returned by [CheckFormatFile] for a file that
// [FormatFile] would change.
var ErrNotFormatted = errors.New("not in canonical form; run `countersign vectors fmt`")

// FormatBytes returns a file of this folder in its canonical form:
//
//   - two blanks of indentation, a line feed at the end;
//   - members in the order of the schema that the file's "$schema" names;
//   - lists of plain values, header, parameter and field pairs among them, on
//     one line, and so the objects whose schema says "x-layout": "line";
//   - strings in printable ASCII and \uXXXX escapes, byte strings that are not
//     UTF-8 as {"hex":"…"}, as [wire.Bytes] writes them. < > & stay as they are.
//
// Nothing is dropped or added: a field the schema does not know, a field that
// comes twice, or a string that stands for no bytes is a [*SyntaxError]. The
// result formats to itself.
func FormatBytes(data []byte) ([]byte, error) {
	root, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	return formatDocument(data, root)
}

func formatDocument(data []byte, root *node) ([]byte, error) {
	named := root.text(data, "$schema")
	shape := shapes()[path.Base(named)]
	if shape == nil {
		return nil, &SyntaxError{Line: 1, Path: "$schema", Problem: fmt.Sprintf(
			"must name one of the files of vectors/schema, such as ../../schema/%s; got %q", vectorSchema, named)}
	}
	f := formatter{data: data, out: make([]byte, 0, len(data)+len(data)/8)}
	if err := f.value(root, shape, 0, false); err != nil {
		return nil, err
	}
	return append(f.out, '\n'), nil
}

type formatter struct {
	data  []byte
	out   []byte
	place []string // names and indexes that lead to the value being written
	id    string   // of the case being written
}

func (f *formatter) value(n *node, s *shape, depth int, line bool) error {
	switch {
	case n.kind == '"' || n.kind == '{' && s.bytes:
		return f.text(n)
	case n.kind == '{':
		return f.object(n, s, depth, line || s.line)
	case n.kind == '[':
		return f.list(n, s, depth, line || isPlain(n, s))
	}
	f.out = append(f.out, n.raw(f.data)...)
	return nil
}

// text writes a string, or a byte string in either of its forms.
func (f *formatter) text(n *node) error {
	var s wire.Bytes
	if err := s.UnmarshalJSON(n.raw(f.data)); err != nil {
		return f.fault(n, err.Error())
	}
	f.out = wire.AppendJSON(f.out, string(s))
	return nil
}

func (f *formatter) object(n *node, s *shape, depth int, line bool) error {
	order := make([]int, len(n.names))
	for i, name := range n.names {
		order[i] = i
		if s.index(name) < 0 {
			return f.fault(n.values[i], fmt.Sprintf("unknown field %q; there are %s", name, strings.Join(s.names, ", ")))
		}
		if slices.Index(n.names, name) != i {
			return f.fault(n.values[i], fmt.Sprintf("the field %q comes twice", name))
		}
	}
	slices.SortFunc(order, func(a, b int) int { return s.index(n.names[a]) - s.index(n.names[b]) })
	f.out = append(f.out, '{')
	for i, at := range order {
		f.separate(i, depth+1, line)
		name := n.names[at]
		f.out = append(wire.AppendJSON(f.out, name), ": "...)
		f.place = append(f.place, "."+name)
		if err := f.value(n.values[at], s.values[s.index(name)], depth+1, line); err != nil {
			return err
		}
		f.place = f.place[:len(f.place)-1]
	}
	f.end('}', len(order), depth, line)
	return nil
}

func (f *formatter) list(n *node, s *shape, depth int, line bool) error {
	items := s.items
	if items == nil {
		items = anyShape
	}
	f.out = append(f.out, '[')
	for i, item := range n.values {
		f.separate(i, depth+1, line)
		f.place = append(f.place, fmt.Sprintf("[%d]", i))
		if depth == 1 {
			f.id = item.text(f.data, "id")
		}
		if err := f.value(item, items, depth+1, line); err != nil {
			return err
		}
		f.place = f.place[:len(f.place)-1]
	}
	if depth == 1 {
		f.id = ""
	}
	f.end(']', len(n.values), depth, line)
	return nil
}

// separate writes what stands before the member or item number i.
func (f *formatter) separate(i, depth int, line bool) {
	if i > 0 {
		f.out = append(f.out, ',')
	}
	if !line {
		f.newline(depth)
	} else if i > 0 {
		f.out = append(f.out, ' ')
	}
}

func (f *formatter) end(bracket byte, count, depth int, line bool) {
	if !line && count > 0 {
		f.newline(depth)
	}
	f.out = append(f.out, bracket)
}

func (f *formatter) newline(depth int) {
	f.out = append(f.out, '\n')
	f.out = append(f.out, strings.Repeat("  ", depth)...)
}

func (f *formatter) fault(n *node, problem string) error {
	return &SyntaxError{
		Line: lineOf(f.data, n.start), Case: f.id,
		Path: strings.TrimPrefix(strings.Join(f.place, ""), "."), Problem: problem,
	}
}

// isPlain reports whether a list holds no list and no object.
func isPlain(n *node, s *shape) bool {
	for _, item := range n.values {
		if item.kind == '[' || item.kind == '{' && (s.items == nil || !s.items.bytes) {
			return false
		}
	}
	return true
}

// FormatFile brings the named file into its canonical form and reports whether
// that changed it. The file is replaced in one step, so that a reader never
// sees half of it, and is left alone when it is in order.
func FormatFile(name string) (changed bool, err error) {
	data, formatted, err := formattedFile(name)
	if err != nil || bytes.Equal(data, formatted) {
		return false, err
	}
	return true, replaceFile(name, formatted)
}

// CheckFormatFile returns [ErrNotFormatted], wrapped, for a file that
// [FormatFile] would change.
func CheckFormatFile(name string) error {
	data, formatted, err := formattedFile(name)
	if err == nil && !bytes.Equal(data, formatted) {
		err = fmt.Errorf("%s: %w", name, ErrNotFormatted)
	}
	return err
}

func formattedFile(name string) (data, formatted []byte, err error) {
	if data, err = os.ReadFile(name); err != nil {
		return nil, nil, err
	}
	if formatted, err = FormatBytes(data); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, formatted, nil
}

// replaceFile writes beside the file and renames. A file that is not there yet
// is made, and so is its folder.
func replaceFile(name string, data []byte) error {
	temp, err := writeBeside(name, data)
	if err != nil {
		return err
	}
	return takeIts(name, temp)
}

// takeIts gives a file written beside another its name.
func takeIts(name, temp string) error {
	if err := os.Rename(temp, name); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// writeBeside writes what is to replace a file to another one beside it, and
// returns the name of that.
func writeBeside(name string, data []byte) (_ string, err error) {
	mode := os.FileMode(0o644)
	switch info, err := os.Stat(name); {
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	default:
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return "", err
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", name, err), os.Remove(temp.Name()))
		}
	}()
	if _, err = temp.Write(data); err != nil {
		return "", errors.Join(err, temp.Close())
	}
	if err = temp.Chmod(mode); err != nil {
		return "", errors.Join(err, temp.Close())
	}
	if err = temp.Close(); err != nil {
		return "", err
	}
	return temp.Name(), nil
}
