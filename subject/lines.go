package subject

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrLineTooLong is returned for a line over [MaxLine].
var ErrLineTooLong = errors.New("line is over the size limit")

// LineReader reads NDJSON line by line, with a limit on what one line may take
// of memory.
type LineReader struct {
	br   *bufio.Reader
	long []byte // a line that does not fit the buffer of br
	err  error  // what ended the reading
}

// NewLineReader returns a reader of the lines of r.
func NewLineReader(r io.Reader) *LineReader {
	return &LineReader{br: bufio.NewReaderSize(r, 64<<10)}
}

// Next returns the next line without its line break (LF or CRLF); the bytes
// are valid until the next call. At the end it returns io.EOF. A last line
// without a line break is returned with io.ErrUnexpectedEOF, and the beginning
// of a line that is too long with [ErrLineTooLong]; the reading ends with both.
func (l *LineReader) Next() ([]byte, error) {
	if l.err != nil {
		return nil, io.EOF
	}
	l.long = l.long[:0]
	for {
		part, err := l.br.ReadSlice('\n')
		line := part
		if err == bufio.ErrBufferFull || len(l.long) > 0 {
			l.long = append(l.long, part...)
			line = l.long
		}
		switch {
		case len(line) > MaxLine+2: // the line break
			l.err = fmt.Errorf("%w of %d bytes", ErrLineTooLong, MaxLine)
			return line[:200], l.err
		case err == nil:
			return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
		case err == bufio.ErrBufferFull:
			continue
		}
		l.err = err
		if err == io.EOF && len(line) > 0 {
			return line, io.ErrUnexpectedEOF
		}
		return nil, err
	}
}
