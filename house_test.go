// Package countersign_test holds the plan of the house: which room may use
// which.
package countersign_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/countersign/countersign/"

// mayImport is the law: a room uses the rooms it lists and no other. Rooms
// below internal/ that hold no knowledge of their own, such as the redactor
// and the version, are listed where they are used.
var mayImport = map[string][]string{
	"wire":      {},
	"signature": {"wire"},
	"vectors":   {"wire", "signature"},
	"endpoint":  {"wire", "signature", "internal/localpage"},
	"subject":   {"wire", "signature", "vectors", "endpoint", "internal/secret"},
	"reports":   {"wire", "vectors"},
	"diagnose":  {"wire", "signature", "reports", "internal/localpage", "internal/secret"}, // a page conceals what is typed into it, and a redaction finds values however they are encoded
	"spec":      {"wire", "vectors", "signature", "subject", "reports", "diagnose"},
	"runner":    {"wire", "signature", "spec", "subject", "reports", "diagnose", "vectors", "endpoint", "internal/version"},
	// A target judges by what the suite judges by: its verdict on signatures and its
	// reader of error documents. The mutants are the opponents that its grammar is
	// measured with.
	"fuzz":     {"wire", "signature", "vectors", "subject", "reports", "spec", "diagnose", "internal/mutants"},
	"adapters": {"subject"},
	"cmd":      nil, // all

	"internal/campaign": {"fuzz"},
	"internal/coverage": {"wire", "signature", "vectors", "endpoint", "subject", "reports", "spec", "internal/mutants"},
	"internal/flows":    {"wire", "signature", "vectors", "endpoint", "subject", "reports", "spec"},
	// interop starts servers, and has to make a bucket and get a key there before
	// they are judged: requests of its own, signed and sent by ours.
	"internal/interop": {"wire", "signature", "vectors", "endpoint", "subject", "reports", "spec", "runner", "internal/flows", "internal/secret"},
	// hunt is what countersign fuzz does: the differential target and its grammar, the
	// shrinker of the runner, and the mutants as explanations of a wrong signature.
	"internal/hunt":      {"wire", "signature", "vectors", "subject", "reports", "spec", "runner", "fuzz", "internal/mutants", "internal/version"},
	"internal/liars":     {"wire", "signature", "subject"},
	"internal/localpage": {},
	"internal/mutants":   {"wire", "signature", "vectors", "endpoint", "subject"},
	// planted reads requests, to know the trigger of a bug that an SDK once had.
	"internal/planted":   {"wire", "signature", "vectors", "subject", "reports", "fuzz", "internal/coverage", "internal/mutants"},
	"internal/reference": {},
	"internal/secret":    {"wire", "signature"},
	"internal/version":   {},
}

func TestEveryRoomUsesOnlyTheRoomsItMay(t *testing.T) {
	seen := map[string]bool{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && name != "." || entry.Name() == "testdata" || ownModule(name)):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		room := roomOf(path.Dir(name))
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s stands in %q, a room that is not in the plan", name, room)
			return nil
		}
		seen[room] = true
		for _, imported := range importsOf(t, name) {
			if other := roomOf(imported); other != room && allowed != nil && !slices.Contains(allowed, other) {
				t.Errorf("%s imports %s: %q may use %q only", name, imported, room, allowed)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{"wire", "signature", "vectors", "endpoint", "subject", "reports", "spec", "runner", "fuzz", "diagnose", "cmd"} {
		if !seen[room] {
			t.Errorf("the room %s holds no Go file", room)
		}
	}
}

// ownModule reports whether a folder is a module of its own, such as an
// adapter: what it imports is its own affair.
func ownModule(dir string) bool {
	if dir == "." {
		return false
	}
	_, err := os.Stat(path.Join(dir, "go.mod"))
	return err == nil
}

func roomOf(dir string) string {
	parts := strings.Split(dir, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		return "internal/" + parts[1]
	}
	return parts[0]
}

// importsOf lists the packages of this module that a file imports, without the
// module's own path.
func importsOf(t *testing.T, name string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if rest, ours := strings.CutPrefix(imported, module); ours {
			out = append(out, rest)
		}
	}
	return out
}

func TestTheAdaptersStayOutOfTheModule(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, sdk := range []string{"aliyun", "huaweicloud", "minio", "aws-sdk"} {
		if strings.Contains(string(text), sdk) {
			t.Errorf("go.mod names %s: SDKs under test belong in the modules of their adapters", sdk)
		}
	}
}
