//go:build unix

package reports

import (
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
