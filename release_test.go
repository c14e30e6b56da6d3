package countersign_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/version"
)

// releaseConfig is .goreleaser.yaml, as far as it goes.
type releaseConfig struct {
	Version     int
	ProjectName string `yaml:"project_name"`
	Before      struct{ Hooks []string }
	Builds      []releaseBuild
	Archives    []releaseArchive
	Release     struct {
		GitHub             struct{ Owner, Name string } `yaml:"github"`
		Prerelease, Header string
		ExtraFiles         []extraFile `yaml:"extra_files"`
	}
	Checksum struct {
		NameTemplate string `yaml:"name_template"`
		Algorithm    string
		ExtraFiles   []extraFile `yaml:"extra_files"`
	}
	Snapshot struct {
		VersionTemplate string `yaml:"version_template"`
	}
	Changelog struct{ Disable bool }
}

type releaseBuild struct {
	ID, Main, Binary                  string
	Goos, Goarch, Env, Flags, Ldflags []string
	ModTimestamp                      string `yaml:"mod_timestamp"`
}

type releaseArchive struct {
	Formats         []string
	FormatOverrides []struct {
		Goos    string
		Formats []string
	} `yaml:"format_overrides"`
	BuildsInfo fileInfo `yaml:"builds_info"`
	Files      []struct {
		Src  string
		Info fileInfo
	}
}

type fileInfo struct{ Mtime string }

type extraFile struct{ Glob string }

func readReleaseConfig(t *testing.T) (c releaseConfig) {
	t.Helper()
	parseYAML(t, ".goreleaser.yaml", &c)
	if len(c.Builds) != 1 || len(c.Archives) != 1 {
		t.Fatalf("a release has %d builds and %d archives, want one of each", len(c.Builds), len(c.Archives))
	}
	return c
}

// systems are the names that people have for what Go calls GOOS.
var systems = map[string]string{"linux": "Linux", "darwin": "macOS", "windows": "Windows"}

// What the README promises of a release is what goreleaser makes.
func TestAReleaseIsWhatTheREADMEPromises(t *testing.T) {
	c := readReleaseConfig(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	build := c.Builds[0]
	var names []string
	for _, goos := range build.Goos {
		names = append(names, systems[goos])
	}
	last := len(names) - 1
	promise := strings.Join(names[:last], ", ") + " and " + names[last] + " (" + strings.Join(build.Goarch, ", ") + ")"
	for _, want := range []string{promise, "`" + c.Checksum.NameTemplate + "`", "go install " + module + "cmd/" + build.Binary + "@latest"} {
		if !strings.Contains(strings.Join(strings.Fields(string(readme)), " "), want) { // a line may end anywhere
			t.Errorf("README.md does not say %q", want)
		}
	}
	if got, want := "github.com/"+c.Release.GitHub.Owner+"/"+c.Release.GitHub.Name+"/", module; got != want {
		t.Errorf("releases go to %s, the module is %s", got, want)
	}
	if c.Checksum.Algorithm != "sha256" || !strings.Contains(string(readme), "SHA-256") {
		t.Errorf("checksums are %s, and the README speaks of SHA-256", c.Checksum.Algorithm)
	}
}

// What the configuration names is there, and what is built in a hook is what is
// attached.
func TestAReleaseNamesWhatThereIs(t *testing.T) {
	c := readReleaseConfig(t)
	build, archive := c.Builds[0], c.Archives[0]
	if name, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Name}}", build.Main).CombinedOutput(); err != nil || string(name) != "main\n" {
		t.Errorf("%s is package %s, %v", build.Main, name, err)
	}
	platforms, err := exec.CommandContext(t.Context(), "go", "tool", "dist", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range build.platforms() {
		if !slices.Contains(strings.Fields(string(platforms)), p.goos+"/"+p.goarch) {
			t.Errorf("Go builds nothing for %s/%s", p.goos, p.goarch)
		}
	}
	for _, file := range archive.Files {
		if !exists(file.Src) {
			t.Errorf("an archive holds %s, which does not exist", file.Src)
		}
		if file.Info.Mtime != archive.BuildsInfo.Mtime || file.Info.Mtime == "" {
			t.Errorf("%s has the time %q in an archive, the program %q: they are to be that of the commit", file.Src, file.Info.Mtime, archive.BuildsInfo.Mtime)
		}
	}
	if !slices.Equal(c.Release.ExtraFiles, c.Checksum.ExtraFiles) || len(c.Release.ExtraFiles) == 0 {
		t.Errorf("attached is %v, and the checksums are those of %v", c.Release.ExtraFiles, c.Checksum.ExtraFiles)
	}
	for _, file := range c.Release.ExtraFiles {
		if !slices.ContainsFunc(c.Before.Hooks, func(hook string) bool { return slices.Contains(written(t, hook), file.Glob) }) {
			t.Errorf("no hook writes %s, which is attached", file.Glob)
		}
	}
	if !slices.ContainsFunc(c.Before.Hooks, func(hook string) bool { return strings.Contains(hook, "TestATagNamesTheVersionOfTheSuite") }) {
		t.Error("no hook holds the tag to the version of the suite")
	}
}

// written names the files that a make target says it writes.
func written(t *testing.T, hook string) []string {
	t.Helper()
	target, isMake := strings.CutPrefix(hook, "make ")
	if !isMake {
		return nil
	}
	recipe, err := exec.CommandContext(t.Context(), "make", "-n", target).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", hook, err, recipe)
	}
	return strings.Fields(string(recipe))
}

type platform struct{ goos, goarch string }

func (b *releaseBuild) platforms() (all []platform) {
	for _, goos := range b.Goos {
		for _, goarch := range b.Goarch {
			all = append(all, platform{goos, goarch})
		}
	}
	return all
}

// TestTheBinariesOfARelease builds them as goreleaser would. It takes minutes
// where nothing is built yet, so it is asked for: make cross.
func TestTheBinariesOfARelease(t *testing.T) {
	if os.Getenv("CROSS") != "1" {
		t.Skip("make cross builds for every platform")
	}
	build := readReleaseConfig(t).Builds[0]
	for _, p := range build.platforms() {
		t.Run(p.goos+"-"+p.goarch, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), build.Binary)
			args := append([]string{"build", "-o", name, "-ldflags", strings.Join(build.Ldflags, " ")}, build.Flags...)
			cmd := exec.CommandContext(t.Context(), "go", append(args, build.Main)...)
			cmd.Env = append(append(os.Environ(), "GOOS="+p.goos, "GOARCH="+p.goarch), build.Env...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			p.isThatOf(t, name)
			if p == (platform{runtime.GOOS, runtime.GOARCH}) {
				if out, err := exec.CommandContext(t.Context(), name, "version").CombinedOutput(); err != nil || !strings.Contains(string(out), "countersign "+version.Suite+"\n") {
					t.Errorf("asked for its version: %v\n%s", err, out)
				}
			}
		})
	}
}

// isThatOf checks what Go has recorded in a program: that it is for this
// platform, holds no paths, needs no C, and knows the commit it is of.
func (p platform) isThatOf(t *testing.T, program string) {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]string{}
	for _, s := range info.Settings {
		recorded[s.Key] = s.Value
	}
	want := map[string]string{"GOOS": p.goos, "GOARCH": p.goarch, "CGO_ENABLED": "0", "-trimpath": "true"}
	if folder, err := os.Stat(".git"); err == nil && folder.IsDir() { // in a linked work tree it is a file, and Go records nothing
		want["vcs"] = "git"
	}
	for key, value := range want {
		if recorded[key] != value {
			t.Errorf("it is built with %s=%s, want %s", key, recorded[key], value)
		}
	}
}

var changelogSection = regexp.MustCompile(`(?m)^## \[?([0-9]+\.[0-9]+\.[0-9]+)\]? - (\d{4}-\d{2}-\d{2}|unreleased)$`)

// A commit that is tagged vX.Y.Z is version X.Y.Z of the suite, and the
// changelog has its day. The vectors name versions in "since": a tag that says
// another would make them wrong for ever.
func TestATagNamesTheVersionOfTheSuite(t *testing.T) {
	changelog, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	newest := changelogSection.FindSubmatch(changelog)
	if newest == nil || string(newest[1]) != version.Suite {
		t.Fatalf("the first section of CHANGELOG.md is %q, and this is version %s", newest, version.Suite)
	}
	tags, err := exec.CommandContext(t.Context(), "git", "tag", "--points-at", "HEAD", "v*").Output()
	if err != nil {
		t.Skip("this tree is no checkout of git")
	}
	for _, tag := range strings.Fields(string(tags)) {
		if tag != "v"+version.Suite {
			t.Errorf("this commit is tagged %s, and is version %s of the suite (internal/version)", tag, version.Suite)
		}
		if string(newest[2]) == "unreleased" {
			t.Errorf("this commit is tagged %s, and CHANGELOG.md calls it unreleased", tag)
		}
	}
}
