package countersign_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	modversion "golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"

	"github.com/countersign/countersign/internal/version"
)

// zipFile is a file of this tree in a module zip.
type zipFile string

func (f zipFile) Path() string                 { return string(f) }
func (f zipFile) Lstat() (os.FileInfo, error)  { return os.Lstat(string(f)) }
func (f zipFile) Open() (io.ReadCloser, error) { return os.Open(string(f)) }

// filesOfTheTree lists what git knows of this tree, or would know of after git
// add.
func filesOfTheTree(t *testing.T) []modzip.File {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("this tree is no checkout of git")
	}
	var files []modzip.File
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if exists(name) { // not deleted since
			files = append(files, zipFile(name))
		}
	}
	return files
}

// A module zip leaves out more than one thinks: folders with a go.mod of their
// own, and whatever git does not know. Nothing that is embedded may be among it.
func TestWhatIsEmbeddedIsInTheModuleZip(t *testing.T) {
	checked, err := modzip.CheckFiles(filesOfTheTree(t))
	if err != nil {
		t.Fatalf("go install will refuse the module: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-find", "-json=Dir,EmbedFiles", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	embedded := 0
	for packages := json.NewDecoder(bytes.NewReader(out)); packages.More(); {
		var p struct {
			Dir        string
			EmbedFiles []string
		}
		if err := packages.Decode(&p); err != nil {
			t.Fatal(err)
		}
		room, err := filepath.Rel(root, p.Dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range p.EmbedFiles {
			embedded++
			if name := path.Join(filepath.ToSlash(room), file); !slices.Contains(checked.Valid, name) {
				t.Errorf("%s is embedded, and not in the module zip", name)
			}
		}
	}
	if embedded < 100 {
		t.Errorf("%d files are embedded: the vectors alone are more", embedded)
	}
}

// go install takes the module from a proxy, as a zip, and refuses what is fine
// in a checkout, such as a replace directive. The proxy is a folder here, and
// what the module needs comes from the cache of the modules.
func TestGoInstallTakesTheModuleFromAProxy(t *testing.T) {
	files := filesOfTheTree(t)
	release := modversion.Version{Path: strings.TrimSuffix(module, "/"), Version: "v" + version.Suite}
	proxy, cache, bin := t.TempDir(), t.TempDir(), t.TempDir()
	publish(t, proxy, release, files)
	if out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/countersign").CombinedOutput(); err != nil { // downloads what is not there yet
		t.Fatalf("%v\n%s", err, out)
	}
	downloads, err := exec.CommandContext(t.Context(), "go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "go", "install", release.Path+"/cmd/countersign@latest")
	install.Dir = bin // no module
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOMODCACHE="+cache, "GOWORK=off", "GOSUMDB=off",
		"GOFLAGS=-modcacherw -trimpath", // so that it can be removed; so that one run has what the next one builds
		"GOPROXY=file://"+proxy+",file://"+filepath.Join(strings.TrimSpace(string(downloads)), "cache", "download"))
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	installed, err := exec.CommandContext(t.Context(), filepath.Join(bin, "countersign"), "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "build       " + release.Version + "\n"; !strings.Contains(string(installed), want) {
		t.Errorf("installed, it says of itself\n%s, want %s", installed, want)
	}
}

// publish puts a version of the module into a folder that is a module proxy.
func publish(t *testing.T, proxy string, release modversion.Version, files []modzip.File) {
	t.Helper()
	folder := filepath.Join(proxy, filepath.FromSlash(release.Path), "@v")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	goMod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := modzip.Create(&archive, release, files); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"list":                    []byte(release.Version + "\n"),
		release.Version + ".info": []byte(`{"Version":"` + release.Version + `"}`),
		release.Version + ".mod":  goMod,
		release.Version + ".zip":  archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
