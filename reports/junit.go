package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The JUnit elements that consumers agree on: testsuites > testsuite (one a
// profile) > testcase > failure | error | skipped (schema/junit.xsd).
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`

	duration time.Duration
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Time    string       `xml:"time,attr"`
	Failure *junitDetail `xml:"failure"`
	Error   *junitDetail `xml:"error"`
	Skipped *junitSkip   `xml:"skipped"`
}

type junitDetail struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitSkip struct {
	Message string `xml:"message,attr"`
}

// writeJUnit renders kind "junit". A file has failures or errors exactly when
// the run is not as expected: problems and an abort are test cases too, because
// consumers look at nothing else.
func writeJUnit(w io.Writer, s *Stream) error {
	suites := junitSuites{Name: "countersign " + s.Header.Subject.identity()}
	var total time.Duration
	add := func(suite junitSuite) {
		suite.Timestamp = s.Header.Time.UTC().Format("2006-01-02T15:04:05")
		suite.Properties = junitIdentity(s.Header)
		suite.Time = milliseconds(suite.duration)
		total += suite.duration
		suites.Suites = append(suites.Suites, suite)
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
		suites.Errors += suite.Errors
	}
	for _, sec := range s.sections() {
		suite := junitSuite{Name: Legible(sec.Profile)}
		for _, r := range sec.Results {
			suite.add(junitResult(r), time.Duration(r.DurationNS))
		}
		add(suite)
	}
	if run := junitRun(s.Footer); run.Tests > 0 {
		add(run)
	}
	suites.Time = milliseconds(total)

	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suites); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (suite *junitSuite) add(c junitCase, duration time.Duration) {
	c.Time = seconds(duration)
	suite.duration += duration
	suite.Cases = append(suite.Cases, c)
	suite.Tests++
	switch {
	case c.Failure != nil:
		suite.Failures++
	case c.Error != nil:
		suite.Errors++
	case c.Skipped != nil:
		suite.Skipped++
	}
}

func junitResult(r Result) junitCase {
	c := junitCase{Class: Legible(r.Profile()), Name: Legible(r.Name())}
	switch r.Standing() {
	case StandFail:
		detail := &junitDetail{Message: prose(r.Place() + ": " + r.Reason()), Type: string(r.Outcome), Text: r.plainText()}
		switch r.Outcome {
		case Fail, Flaky, RejectedWrongly, AcceptedWrongly:
			c.Failure = detail
		default: // the subject did not get as far as being wrong
			c.Error = detail
		}
	case StandExpected:
		c.Skipped = &junitSkip{prose(fmt.Sprintf("expected failure: %s (%s)", r.Expectation.Reason, r.Place()))}
	case StandProvisional:
		c.Skipped = &junitSkip{prose(fmt.Sprintf("provisional, new in this suite version: %s: %s", r.Place(), r.Reason()))}
	case StandContested:
		c.Skipped = &junitSkip{prose("contested: " + r.Reason())}
	case StandQuestion: // what was answered stands in the other reports: no consumer of this one shows it
		if r.Outcome == Unanswered {
			c.Skipped = &junitSkip{prose("unanswered: " + r.Reason())}
		}
	case StandUnsupported:
		c.Skipped = &junitSkip{prose("unsupported: " + r.Reason())}
	}
	return c
}

// junitRun holds what is wrong with the run as a whole.
func junitRun(f Footer) junitSuite {
	suite := junitSuite{Name: "countersign"}
	for i, problem := range f.Problems {
		suite.add(junitCase{
			Class: suite.Name, Name: fmt.Sprintf("problem %d", i+1),
			Failure: &junitDetail{Message: Legible(problem), Type: "problem", Text: Legible(problem)},
		}, 0)
	}
	if f.Aborted {
		suite.add(junitCase{
			Class: suite.Name, Name: "run to the end",
			Error: &junitDetail{Message: "the run was aborted before all cases ran", Type: "aborted"},
		}, 0)
	}
	return suite
}

func junitIdentity(h Header) []junitProperty {
	properties := []junitProperty{
		{"subject", h.Subject.Name},
		{"subject.version", h.Subject.Version},
		{"subject.language", h.Subject.Language},
		{"subject.url", h.Subject.URL},
		{"suite.version", h.SuiteVersion},
		{"vectors.sha256", h.VectorSetSHA256},
		{"mode", h.Mode},
		{"selection", strings.Join(h.Selection, " ")},
	}
	if h.Part != nil {
		properties = append(properties, junitProperty{"part", h.Part.String()})
	}
	set := properties[:0]
	for _, p := range properties {
		if p.Value != "" {
			set = append(set, junitProperty{p.Name, Legible(p.Value)})
		}
	}
	return set
}

// seconds is the time of a case: most take less than a millisecond.
func seconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

// milliseconds is the time of a suite, in seconds: Jenkins refuses a fourth
// decimal there.
func milliseconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
