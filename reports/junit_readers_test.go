package reports

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jstemmer/go-junit-report/v2/junit"
	"github.com/onsi/ginkgo/v2/reporters"
)

// aNastyRun has in every text what XML cannot hold or what could end it.
func aNastyRun() *Stream {
	var results []Result
	for i, text := range []string{
		"]]>", "<!-- -->", "<failure>", `"'&<>`, "&amp;", "\x00", "\x1b[31mred\x1b[0m", "\xff\xfe", "\ufffe\uffff", "\u2028\u202e", "a\r\nb\tc", "\x7f\u0085", "<?xml?>", "😀",
	} {
		for _, outcome := range Outcomes {
			results = append(results, Result{
				ID: "oss-v1/header/x/" + string(outcome) + string(rune('a'+i)) + text, Level: "must", Outcome: outcome,
				Message: text, Why: text, Rule: text, Source: text, Expected: raw(text), Observed: raw(text + "x"), Wire: raw(text), Reproduce: text,
			})
		}
	}
	s := streamOf(results...)
	s.Header.Subject.Name += "<&\x00"
	s.Footer = Conclude(s.Header, s.Results, []string{"]]><&\x1b\xff"}, true)
	return s
}

// TestJUnitIsReadByOthers has two readers that nobody here wrote count what is
// in a report: the one Ginkgo merges reports with, and that of go-junit-report.
func TestJUnitIsReadByOthers(t *testing.T) {
	for name, s := range map[string]*Stream{"a run": aRun(), "a nasty run": aNastyRun(), "an empty run": streamOf(), "a green run": streamOf(passing("oss-v4/header/a/b"))} {
		text := render(t, "junit", s)
		want := parseJUnit(t, text)
		failed := want.Failures + want.Errors

		var ginkgo reporters.JUnitTestSuites
		if err := xml.Unmarshal([]byte(text), &ginkgo); err != nil {
			t.Errorf("%s: Ginkgo: %v", name, err)
			continue
		}
		cases, failures, errs, skipped := 0, 0, 0, 0
		for _, suite := range ginkgo.TestSuites {
			if suite.Properties.WithName("subject") == "" || suite.Timestamp == "" {
				t.Errorf("%s: Ginkgo does not read whose suite %s is", name, suite.Name)
			}
			for _, c := range suite.TestCases {
				cases++
				switch {
				case c.Failure != nil:
					failures++
				case c.Error != nil:
					errs++
				case c.Skipped != nil:
					skipped++
				}
			}
		}
		if ginkgo.Tests != cases || ginkgo.Failures != failures || ginkgo.Errors != errs || cases != want.Tests || skipped == 0 && name == "a run" {
			t.Errorf("%s: Ginkgo reads %d cases, %d failures, %d errors, %d skipped; the report claims %d, %d, %d",
				name, cases, failures, errs, skipped, ginkgo.Tests, ginkgo.Failures, ginkgo.Errors)
		}

		var other junit.Testsuites
		if err := xml.Unmarshal([]byte(text), &other); err != nil {
			t.Errorf("%s: go-junit-report: %v", name, err)
			continue
		}
		red, all := 0, 0
		for _, suite := range other.Suites {
			for _, c := range suite.Testcases {
				all++
				for _, result := range []*junit.Result{c.Failure, c.Error} {
					if result != nil {
						red++
						if result.Message == "" || result.Type == "" {
							t.Errorf("%s: go-junit-report reads a failure of %s without a message or type", name, c.Name)
						}
					}
				}
			}
		}
		if all != want.Tests || red != failed || (red > 0) == s.Footer.AsExpected {
			t.Errorf("%s: go-junit-report reads %d cases, %d red; the report has %d and %d", name, all, red, want.Tests, failed)
		}
	}
}

// TestJUnitFollowsItsSchema validates reports with the XML Schema processor that
// comes with Java.
func TestJUnitFollowsItsSchema(t *testing.T) {
	java, err := exec.LookPath("java")
	if err != nil {
		if os.Getenv("REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip("no Java here, which has an XML Schema processor")
	}
	flaky := streamOf(passing("oss-v4/header/a/b"), Result{ID: "oss-v4/header/a/c", Level: "must", Outcome: Flaky})
	valid := render(t, "junit", aRun())
	documents := []struct{ name, text string }{
		{"a run", valid}, {"a nasty run", render(t, "junit", aNastyRun())},
		{"an empty run", render(t, "junit", streamOf())}, {"a flaky case", render(t, "junit", flaky)},
		{"a shard", render(t, "junit", shardsOf(3, resultsOfARun()...)[1].Stream)}, {"many", render(t, "junit", manyFailures(200))},
	}
	good := len(documents)
	for from, to := range map[string]string{
		`type="crash"`: `type="boom"`, "<testcase ": `<testcase extra="1" `, `tests="10"`: `tests="ten"`, "</properties>": "</properties><system-out/>", ` timestamp="`: ` stamp="`,
	} {
		if !strings.Contains(valid, from) {
			t.Fatalf("no %s in the report", from)
		}
		documents = append(documents, struct{ name, text string }{to, strings.Replace(valid, from, to, 1)})
	}
	args := []string{"testdata/Validate.java", "schema/junit.xsd"}
	folder := t.TempDir()
	for i, d := range documents {
		name := filepath.Join(folder, string(rune('a'+i))+".xml")
		if err := os.WriteFile(name, []byte(d.text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	out, err := exec.CommandContext(t.Context(), java, args...).CombinedOutput()
	verdicts := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(verdicts) != len(documents) {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, d := range documents {
		if ok := verdicts[i] == "valid"; ok != (i < good) {
			t.Errorf("%s: %s", d.name, verdicts[i])
		}
	}
}
