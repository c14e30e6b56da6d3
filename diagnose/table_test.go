package diagnose_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// table.txt says what each kind of evidence tells of each cause. It is written
// with go test ./diagnose -run TestTable -update, and read by a person.
//
// Every cause but one has a line of a real program. C29 has none: a program that
// sends a second attempt with the signature of the first either sends the same
// request, which is accepted for a quarter of an hour, or was written wrong, as
// its line here is. The line of C25 is of real header maps; what it lacks to be
// proven is the source of the signer, since C01 makes the same bytes.
const tableFile = "testdata/table.txt"

var update = flag.Bool("update", false, "write testdata/table.txt")

// kinds are the columns: what is known of an exchange.
var kinds = []struct {
	name     string
	evidence func(t testing.TB, x exchange) (e diagnose.Evidence, exists bool)
}{
	{"body", func(t testing.TB, x exchange) (diagnose.Evidence, bool) { return x.body(t), true }},
	{"head", func(t testing.TB, x exchange) (diagnose.Evidence, bool) { return x.head(), true }},
	{"request", func(t testing.TB, x exchange) (diagnose.Evidence, bool) { return x.withRequest(x.body(t)), true }},
	{"url", func(t testing.TB, x exchange) (diagnose.Evidence, bool) { // the presigned URL as it was handed over, beside the body
		e := x.withRequest(x.body(t))
		e.Request = bareURL(e.Request)
		return e, strings.Contains(x.sent.Target, "Signature=")
	}},
	{"client", func(t testing.TB, x exchange) (diagnose.Evidence, bool) {
		return x.withClient(x.body(t)), x.signed != ""
	}},
	{"hash", func(t testing.TB, x exchange) (diagnose.Evidence, bool) { // V4 without the secret and the service's canonical request
		e := x.withClient(x.body(t))
		if x.canonical == "" {
			return e, false
		}
		e.Error = parsed(t, canonicalElement.ReplaceAllString(x.answer().Body, ""))
		return e, true
	}},
	{"secret", func(t testing.TB, x exchange) (diagnose.Evidence, bool) { return x.withSecret(x.body(t)), true }},
	{"all", func(t testing.TB, x exchange) (diagnose.Evidence, bool) {
		return x.withSecret(x.withClient(x.withRequest(x.body(t)))), true
	}},
}

// bareURL is what a URL tells of a request.
func bareURL(req *wire.Request) *wire.Request {
	return &wire.Request{Transport: req.Transport, Target: req.Target, Headers: []wire.Header{{Name: "Host", Value: req.Host()}}}
}

var canonicalElement = regexp.MustCompile(`(?s)<CanonicalRequest>.*?</CanonicalRequest>`)

func parsed(t testing.TB, body string) *diagnose.ErrorDocument {
	t.Helper()
	doc, err := diagnose.ParseErrorDocument([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// body is the evidence of the answer to a request that is not HEAD. The service
// answers HEAD in headers: what it says there is read back.
func (x exchange) body(t testing.TB) diagnose.Evidence {
	t.Helper()
	answer := x.answer()
	if answer.Status < 400 {
		t.Fatalf("%s, %s: the service accepts the request", x.cause, x.name)
	}
	e := diagnose.Evidence{Status: answer.Status, Answer: answer.Headers}
	if answer.Body != "" {
		e.Error, e.Answer = parsed(t, answer.Body), nil
	}
	return e
}

// head is the evidence of the same answer in headers alone.
func (x exchange) head() diagnose.Evidence {
	req := x.got()
	answer := endpoint.Answer(x.service, x.verification(), withMethod(req, "HEAD"), x.now())
	return diagnose.Evidence{Status: answer.Status, Answer: answer.Headers}
}

func (x exchange) withRequest(e diagnose.Evidence) diagnose.Evidence {
	e.Request, e.Seen, e.Hosts = x.sent, x.seen, x.hosts
	return e
}

func (x exchange) withClient(e diagnose.Evidence) diagnose.Evidence {
	e.ClientString, e.ClientCanonical = x.signed, x.canonical
	return e
}

func (x exchange) withSecret(e diagnose.Evidence) diagnose.Evidence {
	e.Credentials = x.credentials()
	return e
}

// says is what a diagnosis says of a cause.
func says(d diagnose.Diagnosis, id string) string {
	for _, c := range d.Causes {
		if c.ID == id {
			return c.Confidence
		}
	}
	return "nothing"
}

// allowed lists what may be proven of an exchange: its cause, and what is
// proven of a mistake that its cause leads to.
func allowed(cause string) []string {
	return append([]string{cause}, diagnose.LeadsTo(cause)...)
}

func TestTableOfCausesAndEvidence(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "%-4s %-46s", "", "")
	for _, k := range kinds {
		fmt.Fprintf(&table, " %-10s", k.name)
	}
	table.WriteString("\n")
	lines := map[string][]string{}
	for _, x := range exchanges() {
		line := fmt.Sprintf("%-4s %-46s", x.cause, x.name)
		for _, k := range kinds {
			e, exists := k.evidence(t, x)
			if !exists {
				line += fmt.Sprintf(" %-10s", "-")
				continue
			}
			d := diagnose.Explain(e)
			line += fmt.Sprintf(" %-10s", says(d, x.cause))
			for _, id := range d.Proven() {
				if !slices.Contains(allowed(x.cause), id) {
					t.Errorf("%s, %s, %s: proves %s: %+v", x.cause, x.name, k.name, id, d.Causes)
				}
			}
		}
		lines[x.cause] = append(lines[x.cause], strings.TrimRight(line, " "))
	}
	for _, c := range diagnose.Causes() {
		if len(lines[c.ID]) == 0 {
			t.Errorf("no exchange for %s, %s", c.ID, c.Name)
		}
		for _, line := range lines[c.ID] {
			table.WriteString(line + "\n")
		}
	}
	if *update {
		if err := os.WriteFile(tableFile, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	if got := table.String(); got != string(want) {
		t.Errorf("the table is another one:\n%s", got)
	}
}
