package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/wire"
)

const example = "Ex+ample/Secret=With All 0123456789"

func TestRedactorKnowsEveryForm(t *testing.T) {
	var r Redactor
	r.Add(example)
	around := base64.StdEncoding.EncodeToString([]byte("Authorization: x\r\nToken: " + example + "\r\n\r\n"))
	for name, text := range map[string]string{
		"raw":           "secret is " + example + "!",
		"base64":        base64.StdEncoding.EncodeToString([]byte(example)),
		"base64 url":    base64.URLEncoding.EncodeToString([]byte(example)),
		"inside base64": around,
		"query":         url.QueryEscape(example),
		"path":          url.PathEscape(example),
		"lower escapes": strings.ReplaceAll(url.QueryEscape(example), "%2F", "%2f"),
		"hex":           hex.EncodeToString([]byte(example)),
		"spaced hex":    strings.ToUpper(spaced(hex.EncodeToString([]byte(example)))),
	} {
		got := r.String(text)
		if !strings.Contains(got, Mask) {
			t.Errorf("%s: nothing was masked in %q", name, text)
		}
	}
}

func TestRedactorTakesSecretsThatAreNoText(t *testing.T) {
	for _, s := range []string{"gehe\u00efm-\u5bc6\u7801", "raw-\xff\xfe-bytes", "a.b*c[d"} {
		var r Redactor
		r.Add(s)
		for _, text := range []string{s, url.QueryEscape(s), base64.StdEncoding.EncodeToString([]byte(s))} {
			if got := r.String("<" + text + ">"); got != "<"+Mask+">" {
				t.Errorf("%q in %q: got %q", s, text, got)
			}
		}
	}
}

func TestRedactorKnowsSecretsInJSON(t *testing.T) {
	for _, s := range []string{`quoted"\back<slash>&`, `ends in a quote"`, "line\nfeed", "gehe\u00efm"} {
		var r Redactor
		r.Add(s)
		marshalled, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(marshalled), string(wire.AppendJSON(nil, s))} {
			if got := r.String(text); got != `"`+Mask+`"` {
				t.Errorf("%s: got %s", text, got)
			}
		}
	}
}

func TestWriterMasksASecretCutIntoPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-c]{0,9}`).Draw(t, "before") + example + rapid.StringMatching(`[a-c]{0,9}`).Draw(t, "after")
		var r Redactor
		r.Add(example)
		var out strings.Builder
		w := r.Writer(&out)
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if want := strings.Replace(text, example, Mask, 1); out.String() != want {
			t.Fatalf("got %q, want %q", out.String(), want)
		}
	})
}

func TestWriterPassesOtherTextOnUnchanged(t *testing.T) {
	var r Redactor
	r.Add(example)
	var out strings.Builder
	w := r.Writer(&out)
	for _, piece := range []string{"Ex", "+ample but not it\n", "\x00\xff", "E"} {
		w.Write([]byte(piece))
	}
	w.Flush()
	if want := "Ex+ample but not it\n\x00\xffE"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestWriterRemembersThatTextWasLost(t *testing.T) {
	full := errors.New("no space left")
	r, out := io.Pipe()
	r.CloseWithError(full)
	w := new(Redactor).Writer(out)
	if _, err := w.Write([]byte("held back")); err != nil {
		t.Errorf("a line that has not ended is not written: %v", err)
	}
	if _, err := w.Write([]byte("\n")); !errors.Is(err, full) {
		t.Errorf("Write returned %v, want %v", err, full)
	}
	if err := w.Flush(); !errors.Is(err, full) {
		t.Errorf("Flush returned %v, want %v", err, full)
	}
}

func TestLoad(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "credentials")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := map[string]string{
		"json":  `{"accessKeyId":"id","accessKeySecret":"s=1","securityToken":"t"}`,
		"lines": "# pair\nexport COUNTERSIGN_ACCESS_KEY_ID=id\nCOUNTERSIGN_ACCESS_KEY_SECRET=s=1\nCOUNTERSIGN_SECURITY_TOKEN=t\n",
	}
	for name, text := range good {
		c, err := Load(write(text))
		if err != nil || c.AccessKeyID != "id" || c.AccessKeySecret != "s=1" || c.SecurityToken != "t" {
			t.Errorf("%s: %#v, %v", name, c, err)
		}
	}
	for name, text := range map[string]string{
		"cut json": `{"accessKeySecret":"hunter2`, "no id": "COUNTERSIGN_ACCESS_KEY_SECRET=hunter2", "other": "hunter2", "unknown": "PASSWORD=hunter2",
	} {
		if _, err := Load(write(text)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
