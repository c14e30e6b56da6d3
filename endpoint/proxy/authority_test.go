package proxy

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestAnAuthorityIsMadeOnceAndItsKeyIsForItsOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "ca")
	a, err := OpenAuthority(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenAuthority(dir, time.Now())
	if err != nil || !a.ca.Leaf.Equal(b.ca.Leaf) {
		t.Errorf("a second opening: %v, the same certificate: %t", err, b != nil && a.ca.Leaf.Equal(b.ca.Leaf))
	}
	if runtime.GOOS != "windows" {
		for name, want := range map[string]os.FileMode{keyFile: 0o600, certificateFile: 0o644, ".": os.ModeDir | 0o700} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != want {
				t.Errorf("%s: %v %v, want mode %v", name, info.Mode(), err, want)
			}
		}
	}
	text, err := os.ReadFile(a.CertificatePath())
	if err != nil || strings.Contains(string(text), "PRIVATE") {
		t.Errorf("%s: %v\n%s", a.CertificatePath(), err, text)
	}
	bundle, err := a.BundlePath([]byte("roots"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(bundle); err != nil || string(got) != string(text)+"roots" {
		t.Errorf("bundle: %v\n%s", err, got)
	}
}

func TestAnExposedKeyIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes here")
	}
	dir := filepath.Dir(authority(t).CertificatePath())
	if err := os.Chmod(filepath.Join(dir, keyFile), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(dir, time.Now()); !errors.Is(err, ErrKeyExposed) {
		t.Errorf("error %v, want %v", err, ErrKeyExposed)
	}
}

func TestAnAuthorityIsMadeAnewBeforeItsEnd(t *testing.T) {
	dir := t.TempDir()
	old, err := OpenAuthority(dir, time.Now().Add(-lifetime+renewal/2))
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := OpenAuthority(dir, time.Now())
	if err != nil || renewed.ca.Leaf.Equal(old.ca.Leaf) {
		t.Errorf("%v: still the old one", err)
	}
}

func TestDamagedAuthoritiesAreNotReplaced(t *testing.T) {
	dir := filepath.Dir(authority(t).CertificatePath())
	if err := os.WriteFile(filepath.Join(dir, certificateFile), []byte("nothing"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(dir, time.Now()); err == nil {
		t.Error("a certificate that cannot be read is taken")
	}
}

func TestCertificatesAreForTheirHostAndKept(t *testing.T) {
	a := authority(t)
	for _, host := range []string{ossHost, "127.0.0.1", "::1", "localhost"} {
		c, err := a.certificate(host)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
		if again, err := a.certificate(strings.ToUpper(host)); again != c || err != nil {
			t.Errorf("%s: minted twice", host)
		}
	}
}
