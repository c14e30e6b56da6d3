package reports

import (
	"encoding/xml"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// parsedJUnit is what a consumer reads, elements counted apart from the
// attributes that claim their number.
type parsedJUnit struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Suites   []struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Cases    []struct {
			Class   string       `xml:"classname,attr"`
			Name    string       `xml:"name,attr"`
			Failure *junitDetail `xml:"failure"`
			Error   *junitDetail `xml:"error"`
			Skipped *junitSkip   `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func parseJUnit(t rapid.TB, text string) parsedJUnit {
	t.Helper()
	var doc parsedJUnit
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return doc
}

// checkCounts compares every count attribute with the elements it counts.
func checkCounts(t rapid.TB, doc parsedJUnit) {
	t.Helper()
	var tests, failures, errs int
	for _, suite := range doc.Suites {
		var f, e, s int
		for _, c := range suite.Cases {
			if c.Failure != nil {
				f++
			}
			if c.Error != nil {
				e++
			}
			if c.Skipped != nil {
				s++
			}
			if c.Class != suite.Name || c.Name == "" {
				t.Errorf("test case %q of class %q in suite %q", c.Name, c.Class, suite.Name)
			}
		}
		if suite.Tests != len(suite.Cases) || suite.Failures != f || suite.Errors != e || suite.Skipped != s {
			t.Errorf("suite %s claims %d %d %d %d, has %d %d %d %d", suite.Name, suite.Tests, suite.Failures, suite.Errors, suite.Skipped, len(suite.Cases), f, e, s)
		}
		tests, failures, errs = tests+len(suite.Cases), failures+f, errs+e
	}
	if doc.Tests != tests || doc.Failures != failures || doc.Errors != errs {
		t.Errorf("testsuites claims %d %d %d, has %d %d %d", doc.Tests, doc.Failures, doc.Errors, tests, failures, errs)
	}
}

func TestJUnitHasRealElements(t *testing.T) {
	doc := parseJUnit(t, render(t, "junit", aRun()))
	checkCounts(t, doc)
	skipped := 0
	for _, suite := range doc.Suites {
		skipped += suite.Skipped
	}
	if doc.Tests != 10 || doc.Failures != 1 || doc.Errors != 1 || skipped != 4 || len(doc.Suites) != 3 {
		t.Errorf("got %d tests, %d failures, %d errors, %d skipped in %d suites", doc.Tests, doc.Failures, doc.Errors, skipped, len(doc.Suites))
	}
	found := map[string]string{}
	for _, suite := range doc.Suites {
		for _, c := range suite.Cases {
			switch {
			case c.Failure != nil:
				found[c.Class+" "+c.Name] = "failure " + c.Failure.Type + " " + c.Failure.Message + c.Failure.Text
			case c.Error != nil:
				found[c.Class+" "+c.Name] = "error " + c.Error.Type + " " + c.Error.Message
			case c.Skipped != nil:
				found[c.Class+" "+c.Name] = "skipped " + c.Skipped.Message
			}
		}
	}
	for name, want := range map[string]string{
		"oss-v1/header operations/keys/get-plus":              "failure fail stringToSign: the resource holds %2B",
		"oss-v4/header operations/headers/blank-around-value": "skipped expected failure: net/http trims, issue 25 (header)",
		"oss-v4/header edge/new-case":                         "skipped provisional, new in this suite version: canonicalQuery: new",
		"oss-v4/header edge/additional-headers@lower":         "skipped contested: follows the reading lower: two SDKs of three sort so",
		"oss-v4/query operations/presign/put":                 "skipped unsupported: the SDK has no presigned PUT",
		"oss-v4/query operations/presign/crash":               `error crash crash: exit status 2: \x1B[31mpanic\x1B[0m \xFF\x00`,
	} {
		if !strings.HasPrefix(found[name], want) {
			t.Errorf("%s: got %q, want %q", name, found[name], want)
		}
	}
	text := found["oss-v1/header operations/keys/get-plus"]
	for _, want := range []string{"a»+«b", "a»%«2Bb", "2B", "SignatureDoesNotMatch", "step 6", "countersign run --signer"} {
		if !strings.Contains(text, want) {
			t.Errorf("the failure does not say %q:\n%s", want, text)
		}
	}
}

func TestJUnitSurvivesAnyByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := awkwardRun(t)
		text := render(t, "junit", s)
		if strings.Contains(text, "\ufffd") {
			t.Fatalf("a character was replaced:\n%s", text)
		}
		checkCounts(t, parseJUnit(t, text))
	})
}

// Consumers look at failures and errors only: they must see red exactly when
// the exit code does.
func TestJUnitIsRedWhenTheRunIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, results := header(), drawResults(t)
		s := &Stream{Header: h, Results: results, Footer: Conclude(h, results, nil, rapid.Bool().Draw(t, "aborted"))}
		doc := parseJUnit(t, render(t, "junit", s))
		if red := doc.Failures+doc.Errors > 0; red == s.Footer.AsExpected {
			t.Fatalf("JUnit red: %v, as expected: %v", red, s.Footer.AsExpected)
		}
	})
}
