package subject

import (
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// stderrKept is how much of the end of an adapter's standard error is kept for
// messages.
const stderrKept = 4 << 10

// stderrTail reads the standard error of a child, so that it never blocks on
// it, and keeps the end.
type stderrTail struct {
	file *os.File
	done chan struct{}

	mu  sync.Mutex
	end []byte
}

// readStderr reads file until it ends and copies it to out, if out is not nil.
func readStderr(file *os.File, out io.Writer) *stderrTail {
	t := &stderrTail{file: file, done: make(chan struct{})}
	go func() {
		defer close(t.done)
		buf := make([]byte, stderrKept)
		for {
			n, err := file.Read(buf)
			t.keep(buf[:n])
			if out != nil && n > 0 {
				if _, err := out.Write(buf[:n]); err != nil {
					out = nil // the child is not to suffer from it
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return t
}

func (t *stderrTail) keep(part []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, part...)
	if over := len(t.end) - stderrKept; over > 0 {
		t.end = append(t.end[:0], t.end[over:]...)
	}
}

// finish waits for the rest of a child that has ended. A process that has left
// the child's group may hold the stream open: it is not waited for.
func (t *stderrTail) finish() {
	select {
	case <-t.done:
	case <-time.After(exitGrace):
	}
	t.file.Close()
	<-t.done
}

// quoted returns what was kept as the end of a sentence, or "".
func (t *stderrTail) quoted() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.end), "\uFFFD"))
	if text == "" {
		return ""
	}
	return "; the end of its standard error:\n" + text
}
