package reports

import (
	"strings"
	"testing"
	"time"
)

// shardsOf splits a run in n, dealing out its results.
func shardsOf(n int, results ...Result) []Shard {
	shards := make([]Shard, n)
	for i := range shards {
		part := &Part{Index: i + 1, Count: n, Cases: len(results), List: "list.txt", Patterns: []string{"oss-v4/header/operations/headers/*"}}
		h := header()
		h.Time = h.Time.Add(time.Duration(n-i) * time.Minute)
		h.Selection, h.Part = []string{"select oss-*/**", part.selection()}, part
		var own []Result
		for k := i; k < len(results); k += n {
			own = append(own, results[k])
		}
		shards[i] = Shard{Name: part.String(), Stream: &Stream{Header: h, Results: own, Footer: Conclude(h, own, nil, false)}}
	}
	return shards
}

func TestMergeIsTheWhole(t *testing.T) {
	merged, err := Merge(shardsOf(4, resultsOfARun()...))
	if err != nil {
		t.Fatal(err)
	}
	want := header()
	want.Selection, want.Time = []string{"select oss-*/**"}, want.Time.Add(time.Minute)
	whole := &Stream{Header: want, Results: resultsOfARun(), Footer: Conclude(want, resultsOfARun(), nil, false)}
	whole.Header.Mode = "sign+send"
	if got, want := ndjson(t, merged), ndjson(t, whole); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMergeRefusesWhatIsNotOneRun(t *testing.T) {
	change := func(change func(h *Header)) func([]Shard) []Shard {
		return func(s []Shard) []Shard {
			change(&s[1].Stream.Header)
			return s
		}
	}
	for name, test := range map[string]struct {
		spoil func([]Shard) []Shard
		says  string
	}{
		"nothing":    {func([]Shard) []Shard { return nil }, "there is none"},
		"a gap":      {func(s []Shard) []Shard { return s[:2] }, "there is no shard 3/3"},
		"two gaps":   {func(s []Shard) []Shard { return s[1:2] }, "there is no shard 1/3, 3/3"},
		"twice":      {func(s []Shard) []Shard { return append(s, Shard{"copy", s[0].Stream}) }, "1/3 and copy are both shard 1/3"},
		"no footer":  {func(s []Shard) []Shard { s[2].Stream.Footer = Footer{}; return s }, "3/3: no footer"},
		"cut short":  {func(s []Shard) []Shard { s[2].Stream.Footer.Aborted = true; return s }, "3/3 was cut short: run shard 3/3 again"},
		"whole":      {change(func(h *Header) { h.Part = nil }), "2/3 is not of a shard"},
		"subject":    {change(func(h *Header) { h.Subject.Version = "2" }), "differ in their subject: alibabacloud-oss-go-sdk-v2 1.3.0 go https"},
		"language":   {change(func(h *Header) { h.Subject.Language = "c" }), "differ in their subject"},
		"suite":      {change(func(h *Header) { h.SuiteVersion = "9.9.9" }), "differ in their suite version: 0.1.0 and 9.9.9"},
		"vectors":    {change(func(h *Header) { h.VectorSetSHA256 = strings.Repeat("0", 64) }), "differ in their set of vectors"},
		"protocol":   {change(func(h *Header) { h.Protocol = 2 }), "differ in their version of the protocol: 1 and 2"},
		"profiles":   {change(func(h *Header) { h.Profiles = h.Profiles[:1] }), "differ in their choice of profiles"},
		"selection":  {change(func(h *Header) { h.Selection = h.Selection[1:] }), "differ in their selection"},
		"count":      {change(func(h *Header) { h.Part.Count = 4 }), "differ in their number of shards: 3 and 4"},
		"cases":      {change(func(h *Header) { h.Part.Cases++ }), "differ in their number of vectors: 10 and 11"},
		"offer":      {change(func(h *Header) { h.Part.Offer.Sends = true }), "differ in their set of features"},
		"list":       {change(func(h *Header) { h.Part.Patterns = nil }), "differ in their list of expected failures"},
		"an overlap": {func(s []Shard) []Shard { s[1].Stream.Results[0] = s[0].Stream.Results[0]; return s }, "is in 1/3 and in 2/3"},
		"a lost result": {func(s []Shard) []Shard { s[1].Stream.Results = s[1].Stream.Results[1:]; return s },
			"the shards hold 9 results, and the run is about 10 vectors"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Merge(test.spoil(shardsOf(3, resultsOfARun()...)))
			if s != nil || err == nil || !strings.Contains(err.Error(), "not the parts of one run") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %q", err, test.says)
			}
		})
	}
}

// What is wrong with a part alone is not wrong with the whole, and the other way
// round; what went wrong beside the results stays.
func TestTheProblemsOfTheWholeAreItsOwn(t *testing.T) {
	shards := shardsOf(2, passing("oss-v4/header/a/b"), Result{ID: "oss-v4/header/a/c", Level: "must", Outcome: Contested})
	for i := range shards {
		s := shards[i].Stream
		s.Footer = Conclude(s.Header, s.Results, []string{"the subject did not end by itself: exit status 1", `list.txt: pattern "x" matches nothing; nearest: y`}, false)
	}
	if !problem(shards[1].Stream.Footer, "nothing was proven") {
		t.Fatalf("a shard without a pass has the problems %q", shards[1].Stream.Footer.Problems)
	}
	merged, err := Merge(shards)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"the subject did not end by itself: exit status 1",
		`list.txt: pattern "oss-v4/header/operations/headers/*" matches nothing; nearest: oss-v4/header/a/b, oss-v4/header/a/c`}
	if got := merged.Footer.Problems; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("problems are %q, want %q", got, want)
	}

	unoffered := shardsOf(2, passing("oss-v4/header/a/b"), Result{ID: "oss-v1/header/a/c", Level: "must", Outcome: Unsupported})
	if problem(unoffered[1].Stream.Footer, "must not be declared") {
		t.Error("a shard says that a profile is not offered")
	}
	if merged, err = Merge(unoffered); err != nil || !problem(merged.Footer, "nothing was proven of oss-v1/header") {
		t.Errorf("the whole does not say so: %v %+v", err, merged)
	}
}

func problem(f Footer, words string) bool {
	return strings.Contains(strings.Join(f.Problems, "\n"), words)
}

func TestAPartIsNamedInTheSelection(t *testing.T) {
	s := shardsOf(2, passing("oss-v4/header/a/b"), passing("oss-v4/header/a/c"))[0].Stream
	text := ndjson(t, s)
	if _, err := Read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	for from, says := range map[string]string{`"index":1`: "does not name the part 2/2", `"count":2`: "does not name the part 1/9"} {
		to := map[string]string{`"index":1`: `"index":2`, `"count":2`: `"count":9`}[from]
		if _, err := Read(strings.NewReader(strings.Replace(text, from, to, 1))); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", to, err)
		}
	}
	if _, err := Read(strings.NewReader(strings.Replace(text, `"index":1`, `"index":3`, 1))); err == nil || !strings.Contains(err.Error(), "the first number is 1 to 2") {
		t.Errorf("part 3 of 2: %v", err)
	}
}
