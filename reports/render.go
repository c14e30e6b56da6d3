package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// renderer is one kind of report.
type renderer struct {
	kind  string
	write func(io.Writer, *Stream) error
}

var renderers = []renderer{
	{"ndjson", func(w io.Writer, s *Stream) error { return s.Write(w) }},
	{"json", writeCompliance},
	{"junit", writeJUnit},
	{"html", writeHTML},
	{"md", writeMarkdown},
}

// Kinds are the kinds of report [Render] knows.
var Kinds = func() []string {
	kinds := make([]string, len(renderers))
	for i, r := range renderers {
		kinds[i] = r.kind
	}
	return kinds
}()

// Render writes one kind of report, in a single Write. Nothing is written of a
// stream without a footer ([ErrNoFooter]).
func Render(kind string, w io.Writer, s *Stream) error {
	for _, r := range renderers {
		if r.kind != kind {
			continue
		}
		if s.Footer.Type == "" {
			return ErrNoFooter
		}
		var buf bytes.Buffer
		if err := r.write(&buf, s); err != nil {
			return fmt.Errorf("report %s: %w", kind, err)
		}
		_, err := w.Write(buf.Bytes())
		return err
	}
	return fmt.Errorf("unknown kind of report %q; one of %s", kind, strings.Join(Kinds, ", "))
}

// WriteFile renders a report into a file. See [WriteAtomic].
func WriteFile(kind, path string, s *Stream) error {
	return WriteAtomic(path, func(w io.Writer) error { return Render(kind, w, s) })
}

// WriteAtomic writes a file so that path holds either what it held before or
// all that write wrote. Missing folders are made. A path that is there and is
// not a regular file (a terminal, a pipe) is written to directly.
func WriteAtomic(path string, write func(io.Writer) error) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder, want a file", path)
	case err == nil && !info.Mode().IsRegular():
		return writeDirectly(path, write)
	case err == nil: // keep a symbolic link to the file a link
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	folder, name := filepath.Split(path)
	if folder != "" {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
	}
	// Beside the target, so that the rename stays on one file system.
	temp := filepath.Join(folder, fmt.Sprintf(".%s.%08x", name, rand.Uint32()))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// CheckWritable returns why WriteAtomic cannot write a file, for those who want
// to know before a long work. It makes no folder and leaves no file behind; what
// is there at path is not touched. That a disk is full it cannot foresee.
func CheckWritable(path string) error {
	_, name := filepath.Split(path)
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir(), name == "":
		return fmt.Errorf("%s is a folder, want a file", path)
	case err == nil && !info.Mode().IsRegular(): // to open a pipe is to wait for its reader
		return nil
	case err == nil:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	case !missing(err):
		return err
	}
	folder := filepath.Dir(path)
	for { // the first that is there: those below it would be made
		info, err := os.Stat(folder)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is a file, want a folder", folder)
		}
		if err == nil {
			break
		}
		above := filepath.Dir(folder)
		if !missing(err) || above == folder {
			return err
		}
		folder = above
	}
	// Permissions alone do not tell: a file system can be one that is only read.
	probe := filepath.Join(folder, fmt.Sprintf(".countersign.%08x", rand.Uint32()))
	f, err := os.OpenFile(probe, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) { // its path is one that nobody knows
			err = at.Err
		}
		return fmt.Errorf("no file can be made in %s: %w", folder, err)
	}
	return errors.Join(f.Close(), os.Remove(probe))
}

// missing reports whether a path is not there, or goes through what is no folder.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func writeDirectly(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
