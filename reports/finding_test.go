package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func listedFailure(id, reason string) Result {
	r := Result{Type: "result", ID: id, Level: "must", Outcome: Fail, Stage: "stringToSign"}
	r.Expectation = &Expectation{Pattern: id, Pin: "stringToSign", Reason: reason, Met: true}
	return r
}

func account(id string) Account {
	return Account{ID: id, Title: "Title of " + id, Status: "documented", Supports: "the document.", Where: "a.go, sign",
		Experience: "403", Workaround: "none", Upstream: "What happened: *this*."}
}

func TestFindingsJoinFailuresAndAccounts(t *testing.T) {
	s := streamOf(listedFailure("oss-v1/header/a/b", "plus-sign: signs it as a blank"), listedFailure("oss-v1/header/a/c", "plus-sign: here too"))
	findings, err := s.Findings([]Account{account("plus-sign")})
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) != 1 || len(findings[0].Results) != 2 {
		t.Errorf("findings %+v, want one with two results", findings)
	}
}

func TestFindingsRefuseWhatDoesNotFit(t *testing.T) {
	s := streamOf(listedFailure("oss-v1/header/a/b", "no mark in front"), listedFailure("oss-v1/header/a/c", "other: not told of"))
	_, err := s.Findings([]Account{account("plus-sign"), account("plus-sign")})
	for _, want := range []string{`"no mark in front"`, `"other: not told of"`, "plus-sign stands there twice", "no failure shows plus-sign"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s in it", err, want)
		}
	}
}

func TestFindingID(t *testing.T) {
	for reason, want := range map[string]string{
		"v4-plus: text": "v4-plus", "a: b: c": "a", "V4: text": "", "two words: text": "", "a:text": "", "": "", "-a: b": "",
	} {
		if got := FindingID(reason); got != want {
			t.Errorf("FindingID(%q) = %q, want %q", reason, got, want)
		}
	}
}

func shownReport(t *testing.T) *Compliance {
	s := streamOf(listedFailure("oss-v1/header/a/b", "plus-sign: signs it as a blank"))
	findings, err := s.Findings([]Account{account("plus-sign")})
	if err != nil {
		t.Fatal(err)
	}
	expected, observed, request := wire.Bytes("GET\n\n+"), wire.Bytes("GET\n\n "), wire.Bytes("GET /k?a=%2B HTTP/1.1\r\nHost: b\r\n\r\n")
	findings[0].Rule, findings[0].Source = "OSS1-PARAM-01: A plus sign is one.", "a page"
	findings[0].Shown = &Shown{
		From: "oss-v1/header/a/b", Outcome: Fail, Stage: "stringToSign", Message: "it differs",
		Operation: &ShownOperation{Operation: vectors.Operation{Name: "GetObject", Key: "k```"}, Addressing: "virtual-host"},
		Expected:  &expected, Observed: &observed, Wire: &request,
	}
	c := s.Compliance()
	c.Findings = findings
	return &c
}

func TestComplianceWithFindingsFollowsItsSchemaAndComesBack(t *testing.T) {
	c := shownReport(t)
	var buf bytes.Buffer
	if err := c.Write(&buf); err != nil {
		t.Fatal(err)
	}
	if err := validate(t, compile(t, "compliance"), buf.String()); err != nil {
		t.Error(err)
	}
	back, err := ReadCompliance(bytes.NewReader(buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := back.Write(&again); err != nil || again.String() != buf.String() {
		t.Errorf("read and written again: %v\n%s\n%s", err, &again, &buf)
	}
}

func TestReadComplianceRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, text := range []string{"", "[]", `{"schema":99}`, `{"schema":1,"more":true}`} {
		if c, err := ReadCompliance(strings.NewReader(text)); err == nil {
			t.Errorf("ReadCompliance(%q) = %+v", text, c)
		}
	}
}

func TestSaysTheSameLooksThroughTheTime(t *testing.T) {
	a, b := shownReport(t), shownReport(t)
	later := wire.Bytes("GET\n\nlater")
	b.Time, b.Findings[0].Shown.Observed = a.Time.Add(time.Hour), &later
	if !a.SaysTheSame(b) {
		t.Error("another time makes another report")
	}
	b.Findings[0].Results = append(b.Findings[0].Results, "oss-v1/header/a/c")
	if a.SaysTheSame(b) {
		t.Error("a finding that more failures show is the same report")
	}
	if a.Time.IsZero() || a.Findings[0].Shown.Observed == nil {
		t.Error("comparing changed a report")
	}
}

func TestFindingsPage(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteFindings(&buf, []*Compliance{shownReport(t)}); err != nil {
		t.Fatal(err)
	}
	page := buf.String()
	for _, want := range []string{
		"1 distinct defect in 1 SDK", "Title of plus-sign", "a document settles that the SDK is wrong", "OSS1-PARAM-01", "403",
		"expected  GET\\n\\n»+«", "observed  GET\\n\\n»·«", "first difference at byte 5", "bytes  0: 47 45 54 0A 0A »2B«",
		"GET·/k?a=%2B·HTTP/1.1", "# Title of plus-sign", "What happened: *this*.", "````text\n{\"name\":\"GetObject\"",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
}

func TestMatrixPage(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteMatrix(&buf, []*Compliance{shownReport(t)}, "compliance"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 subjects in 1 languages, 1 findings", "oss-v1/header", "0 / 1", "OSS1-PARAM-01", "Title of plus-sign"} {
		if !strings.Contains(buf.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
}
