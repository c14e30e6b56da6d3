package vectors

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func mustPatterns(t *testing.T, patterns ...string) *PatternSet {
	t.Helper()
	set, err := NewPatternSet(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestPatternMatchesPartByPart(t *testing.T) {
	for _, tc := range []struct {
		pattern, id string
		want        bool
	}{
		{"oss-v1/header/a/b", "oss-v1/header/a/b", true},
		{"oss-v1/header/a/b", "oss-v1/header/a/bc", false},
		{"oss-v1/header/a", "oss-v1/header/a/b", false},
		{"oss-v1/*/a/b", "oss-v1/header/a/b", true},
		{"oss-v1/*/b", "oss-v1/header/a/b", false},
		{"oss-*/header", "oss-rtmp/header", true},
		{"oss-*/header", "obs-v2/header", false},
		{"*-v2/*", "obs-aws-v2/form", true},
		{"*b*b*", "abcbd", true},
		{"*b*b*", "abcd", false},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"**", "oss-v1/header/a/b", true},
		{"**", "a", true},
		{"oss-v1/**", "oss-v1", true},
		{"oss-v1/**", "oss-v1/header/a/b", true},
		{"oss-v1/**", "oss-v2/header/a/b", false},
		{"**/b", "oss-v1/header/a/b", true},
		{"**/b", "b", true},
		{"**/b", "oss-v1/header/b/a", false},
		{"oss-v1/**/b", "oss-v1/b", true},
		{"oss-v1/**/b/**", "oss-v1/b/b/c", true},
		{"**/**", "a/b", true},
		{"**/a/**/a", "x/a/y", false},
		{"**/a/**/a", "x/a/y/a", true},
		{"oss-v1/header/a/b@raw", "oss-v1/header/a/b@raw", true},
		{"a[b]?/x", "a[b]?/x", true},
		{"a[b]?/x", "abc/x", false},
	} {
		if got := mustPatterns(t, tc.pattern).Match(tc.id); got != tc.want {
			t.Errorf("%s on %s: got %v", tc.pattern, tc.id, got)
		}
	}
}

// matchPlainly is the definition of a pattern, tried out part by part.
func matchPlainly(pattern, id []string) bool {
	if len(pattern) == 0 {
		return len(id) == 0
	}
	if pattern[0] == "**" {
		for i := 0; i <= len(id); i++ {
			if matchPlainly(pattern[1:], id[i:]) {
				return true
			}
		}
		return false
	}
	return len(id) > 0 && (pattern[0] == "*" || pattern[0] == id[0]) && matchPlainly(pattern[1:], id[1:])
}

func TestPatternSetAgreesWithThePlainDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	words := func(n int, from ...string) []string {
		list := make([]string, 1+random.IntN(n))
		for i := range list {
			list[i] = from[random.IntN(len(from))]
		}
		return list
	}
	for range 2000 {
		patterns := make([]string, 5)
		for i := range patterns {
			patterns[i] = strings.Join(words(5, "a", "b", "*", "**"), "/")
		}
		set := mustPatterns(t, patterns...)
		id := words(5, "a", "b")
		var want []int
		for i, p := range patterns {
			if matchPlainly(strings.Split(p, "/"), id) {
				want = append(want, i)
			}
		}
		if got := set.Find(strings.Join(id, "/")); !slices.Equal(got, want) {
			t.Fatalf("%v on %v: got %v, want %v", patterns, id, got, want)
		}
	}
}

func TestPatternSetRemembersWhatMatched(t *testing.T) {
	set := mustPatterns(t, "oss-v1/**", "oss-v4/header/keys/*", "oss-v1/header/**")
	if got := set.Find("oss-v1/header/a/b"); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("found patterns %v, want 0 and 2", got)
	}
	set.Match("obs-v2/header/a/b")
	if set.Len() != 3 {
		t.Errorf("the set has %d patterns, want 3", set.Len())
	}
	if got := set.Unmatched(); !slices.Equal(got, []string{"oss-v4/header/keys/*"}) {
		t.Errorf("unmatched: %v", got)
	}
	err := set.UnmatchedError([]string{"obs-v2/form/x/y", "oss-v4/header/dates/a", "oss-v4/header/key/a", "oss-v2/header/keys/a"})
	var unmatched *UnmatchedError
	if !errors.As(err, &unmatched) {
		t.Fatalf("got error %v", err)
	}
	if want := []string{"oss-v2/header/keys/a", "oss-v4/header/key/a", "oss-v4/header/dates/a"}; !slices.Equal(unmatched.Nearest, want) {
		t.Errorf("nearest are %v, want %v", unmatched.Nearest, want)
	}
	if !strings.Contains(err.Error(), `pattern "oss-v4/header/keys/*" matches nothing; nearest: oss-v2/header/keys/a, oss-v4/header/key/a, `) {
		t.Errorf("the error says %q", err)
	}
	set.Match("oss-v4/header/keys/plus")
	if err := set.UnmatchedError(nil); err != nil {
		t.Errorf("all have matched, but: %v", err)
	}
	if empty := mustPatterns(t); empty.Len() != 0 || empty.Match("a") {
		t.Error("a set without patterns matches")
	}
}

func TestNearestCountsEdits(t *testing.T) {
	for _, tc := range []struct {
		pattern, id string
		want        int
	}{
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "axc", 1},
		{"abc", "abxc", 1},
		{"kitten", "sitting", 3},
		{"a*c", "a-anything-c", 0},
		{"a*c", "a-anything-d", 1},
		{"*", "", 0},
		{"**/x", "a/b/x", 0},
	} {
		if got := editDistance(tc.pattern, tc.id); got != tc.want {
			t.Errorf("from %q to %q: got %d edits, want %d", tc.pattern, tc.id, got, tc.want)
		}
	}
	if got := Nearest("x", nil, 3); got != nil {
		t.Errorf("nearest of nothing: %v", got)
	}
}

func TestPatternsThatMatchNothingEverAreErrors(t *testing.T) {
	for _, pattern := range []string{"", "/a", "a/", "a//b", "a**", "**a/b", "a/***"} {
		if _, err := NewPatternSet([]string{"**", pattern}); err == nil {
			t.Errorf("%q is taken for a pattern", pattern)
		}
		if _, err := ParsePatterns([]string{pattern}); err == nil {
			t.Errorf("%q is parsed as an argument", pattern)
		}
	}
}

func TestParsePatternsMergesFilesAndArguments(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	one := write("one", "# why\n\n oss-v1/** # because\r\noss-v4/**\n")
	two := write("two", "oss-v4/**\nobs-*/header/**")
	got, err := ParsePatterns([]string{"a/b", "@" + one, "@" + two, "a/b"})
	if want := []string{"a/b", "oss-v1/**", "oss-v4/**", "obs-*/header/**"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, error %v, want %v", got, err, want)
	}
	if got, err := ParsePatterns([]string{"@" + write("empty", "# nothing\n")}); err != nil || len(got) != 0 {
		t.Errorf("a file of comments: got %v, error %v", got, err)
	}
	for name, text := range map[string]string{"nested": "a\n@one\n", "crowded": "a\na b\n", "bad": "a\na//b\n"} {
		if _, err := ParsePatterns([]string{"@" + write(name, text)}); err == nil || !strings.Contains(err.Error(), name+":2: ") {
			t.Errorf("%s: got error %v, want one that names line 2", name, err)
		}
	}
	if _, err := ParsePatterns([]string{"@" + filepath.Join(dir, "missing")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: got error %v", err)
	}
	if _, err := ParsePatterns([]string{"@"}); err == nil {
		t.Error("@ without a name is no error")
	}
}
