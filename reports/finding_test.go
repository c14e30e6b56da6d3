package reports

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
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

func pageOf(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestMatrixPage(t *testing.T) {
	c := shownReport(t)
	c.File = "reports/compliance/sdk/1.0.json"
	page := pageOf(t, func(w io.Writer) error { return WriteMatrix(w, set(t), []*Compliance{c}, "reports") })
	for _, want := range []string{
		"1 subject in 1 language, 1 finding", "Alibaba Cloud OSS", `colspan="1"><code>oss-v1</code>`, "<code>header</code>",
		"0 / 1", "OSS1-PARAM-01", "Title of plus-sign", `href="compliance/sdk/1.0.json"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func TestMatrixLosesNoSubject(t *testing.T) {
	var all []*Compliance
	for _, name := range []string{"first", "second", "third", "fourth"} {
		c := shownReport(t)
		c.Subject.Name, c.AsExpected = name, true
		all = append(all, c)
	}
	all[0].AsExpected, all[0].Problems = false, []string{"it sent a packet"}
	all[1].Profiles = nil
	both := all[2].Profiles[0]
	both.Profile = "obs-v4/query"
	all[2].Profiles = append(all[2].Profiles, both)
	page := pageOf(t, func(w io.Writer) error { return WriteMatrix(w, set(t), all, ".") })
	table := pageOf(t, func(w io.Writer) error { return WriteMatrixTable(w, all) })
	matrix, _, _ := strings.Cut(page, `id="findings"`)
	for name, times := range map[string]int{"first": 2, "second": 1, "third": 2, "fourth": 1} {
		if n := strings.Count(matrix, name+" "); n != times {
			t.Errorf("%s stands %d times in the matrix, want %d", name, n, times)
		}
		if n := strings.Count(table, "| "+name+" "); n != 1 {
			t.Errorf("%s stands %d times in the table:\n%s", name, n, table)
		}
	}
	for where, n := range map[string]int{
		"the table": strings.Count(table, "nonconformant, not as expected"), "the matrix": strings.Count(matrix, ">not as expected<"),
		"the list of problems": strings.Count(matrix, "first 1.3.0 is not as expected"),
	} {
		if n != 1 {
			t.Errorf("%d subjects of %s are not as expected, want 1", n, where)
		}
	}
}

func TestReadCollectionNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	c := shownReport(t)
	text := pageOf(t, c.Write)
	write("good/sdk/1.0.json", text)
	write("good/notes.txt", "not a report")
	write("twice/a.json", text)
	write("twice/b.json", text)
	write("broken/c.json", "{")
	write("empty/notes.txt", "not a report")
	for folder, want := range map[string]string{
		"twice": "are both of", "broken": "c.json", "empty": ErrNoCompliance.Error(), "missing": "missing",
	} {
		if all, err := ReadCollection(filepath.Join(dir, folder)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %d reports, error %v; want %q in it", folder, len(all), err, want)
		}
	}
	all, err := ReadCollection(filepath.Join(dir, "good"))
	if err != nil || len(all) != 1 || all[0].File != filepath.Join(dir, "good", "sdk", "1.0.json") {
		t.Errorf("good: %v, %v", all, err)
	}
	if _, err := ReadCollection(filepath.Join(dir, "good", "notes.txt")); err == nil {
		t.Error("a file that was named is passed over")
	}
}

// A server is no SDK: it has tables of its own, and no place among the findings.
func TestServersStandApart(t *testing.T) {
	sdk := &Compliance{Subject: Subject{Name: "sdk", Version: "1", Language: "go"}, Mode: "sign", Profiles: []ProfileCompliance{{Profile: "obs-v4/query"}}}
	server := &Compliance{Subject: Subject{Name: "server", Version: "2", Language: "go"}, Mode: "endpoint", Profiles: []ProfileCompliance{{Profile: "obs-v4/header"}}}
	all := []*Compliance{server, sdk}
	page := pageOf(t, func(w io.Writer) error { return WriteMatrix(w, set(t), all, ".") })
	for _, want := range []string{"1 subject in 1 language, 0 findings, 1 server", "<caption>Huawei Cloud OBS</caption>", "<caption>Servers: Huawei Cloud OBS</caption>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the matrix lacks %q", want)
		}
	}
	table := pageOf(t, func(w io.Writer) error { return WriteMatrixTable(w, all) })
	sdks, servers, apart := strings.Cut(table, "\n\n| server |")
	if !apart || !strings.Contains(sdks, "| sdk 1 |") || strings.Contains(sdks, "| server 2 |") || !strings.Contains(servers, "| server 2 |") {
		t.Errorf("the tables are:\n%s", table)
	}
	if findings := pageOf(t, func(w io.Writer) error { return WriteFindings(w, all) }); !strings.Contains(findings, "in 1 SDK") || strings.Contains(findings, "server 2") {
		t.Errorf("the findings:\n%s", findings)
	}
}
