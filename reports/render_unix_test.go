//go:build unix

package reports

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWriteFileKeepsLinksAndPipes(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile("md", link, aRun()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().IsRegular() {
		t.Error("the link was replaced by a file")
	}
	if text, _ := os.ReadFile(target); !strings.HasPrefix(string(text), "## ") {
		t.Errorf("the target holds %.20q", text)
	}
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // both ways, so that neither side waits for the other
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := WriteFile("md", pipe, aRun()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(pipe); err != nil || info.Mode().IsRegular() {
		t.Fatal("the pipe was replaced by a file")
	}
	text := make([]byte, len(render(t, "md", aRun())))
	if _, err := io.ReadFull(reader, text); err != nil || !strings.HasPrefix(string(text), "## ") {
		t.Errorf("read %.20q from the pipe: %v", text, err)
	}
}

func TestWhetherAFileCanBeWrittenIsKnownBeforehand(t *testing.T) {
	folder := t.TempDir()
	file, closed := filepath.Join(folder, "file"), filepath.Join(folder, "closed")
	link, pipe := filepath.Join(folder, "link"), filepath.Join(folder, "pipe")
	if err := errors.Join(os.WriteFile(file, []byte("old"), 0o600), os.Mkdir(closed, 0o555), os.Symlink(file, link), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	can := map[string]bool{
		file: true, link: true, pipe: true, filepath.Join(folder, "new"): true, filepath.Join(folder, "a", "b", "new"): true,
		folder: false, filepath.Join(folder, "a") + "/": false, filepath.Join(file, "below"): false, filepath.Join(link, "a", "below"): false,
	}
	if os.Getuid() != 0 { // who may do everything
		can[filepath.Join(closed, "new")], can[filepath.Join(closed, "a", "new")] = false, false
	}
	before := listing(t, folder)
	for path, want := range can {
		if err := CheckWritable(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if after := listing(t, folder); after != before {
		t.Errorf("there was\n%s\nand is\n%s", before, after)
	}
	for path, want := range can { // and it is so
		if path == pipe { // nobody reads it
			continue
		}
		if err := WriteFile("md", path, aRun()); (err == nil) != want {
			t.Errorf("writing %s: %v", path, err)
		}
	}
}

// listing is all that is in a folder.
func listing(t *testing.T, folder string) string {
	var list strings.Builder
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Type()&os.ModeNamedPipe != 0 || d.IsDir() {
			list.WriteString(path + "\n")
			return err
		}
		text, err := os.ReadFile(path)
		list.WriteString(path + ": " + string(text) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}
