// Package diagnosis is the fuzz target for the whole way from what somebody
// pastes to the answer: any bytes get one, in words, it agrees with itself, and
// nothing is proven without a cause.
package diagnosis

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
)

// Check takes data for evidence: what was pasted and, behind a line that holds
// one NUL, the string that the client signed.
func Check(data []byte) { fuzz.Run("diagnosis", data, check) }

// behind separates what was pasted from the client's string.
var behind = []byte("\n\x00\n")

// The credentials the seeds are signed with.
var credentials = signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "examplesecret"}

// hypotheses bounds each search. Every mistake alone is among them, and many in
// pairs; more would be the same code again, on fewer inputs.
const hypotheses = 3000

func check(data []byte) {
	pasted, signed, _ := bytes.Cut(data, behind)
	sources := []paste.Source{{Name: "pasted", Data: pasted}}
	if len(bytes.TrimSpace(signed)) > 0 {
		sources = append(sources, paste.Source{Name: "signed", Kind: paste.ClientString, Data: signed})
	}
	read, err := paste.Read(sources...)
	if err != nil {
		if err.Error() == "" {
			fuzz.Fail("diagnosis/refusal", "%q is refused without a reason", data)
		}
		return
	}
	noted(data, read)
	for _, kind := range []paste.Kind{paste.ErrorBody, paste.Request, paste.ClientString, paste.HAR} {
		said, err := paste.Read(paste.Source{Name: "said to be " + string(kind), Kind: kind, Data: pasted})
		if err != nil {
			continue
		}
		noted(data, said)
		if e := said.Evidence; kind == paste.ErrorBody && e.Error == nil || kind == paste.ClientString && e.ClientString+e.ClientCanonical == "" {
			fuzz.Fail("diagnosis/nothing-read", "%q: as %s nothing was read, and nothing was said", data, kind)
		}
	}
	e := read.Evidence
	if bytes.Contains(data, []byte(credentials.AccessKeyID)) { // nobody has the secret of another key
		e.Credentials = credentials
	}
	d := diagnose.Within(e, hypotheses)
	sound(data, &d)
	if !read.Recognised() && len(d.Proven()) > 0 {
		fuzz.Fail("diagnosis/proof-of-nothing", "%q is no evidence, and proves %q", data, d.Proven())
	}
}

// noted checks what holds of everything that is read.
func noted(data []byte, read *paste.Paste) {
	for _, n := range append(slices.Clone(read.Found), read.Unused...) {
		if n.Text == "" || n.Last < n.First {
			fuzz.Fail("diagnosis/note", "%q: a note says nothing: %+v", data, n)
		}
	}
	if r := read.Evidence.Request; r != nil && len(r.Target) > len(data) {
		fuzz.Fail("diagnosis/invented", "%q: a target of %d bytes was read", data, len(r.Target))
	}
}

// sound checks what holds of every answer.
func sound(data []byte, d *diagnose.Diagnosis) {
	fail := func(property, what string) {
		fuzz.Fail("diagnosis/"+property, "%s\nin the answer to %q\n%s", what, data, marshal(data, d))
	}
	for _, c := range d.Causes {
		_, known := diagnose.Cause(c.ID)
		switch {
		case !known || c.Name == "" || c.Evidence == "" || c.Fix == "" || len(c.ChangedBy) == 0:
			fail("cause", "a cause lacks something: "+c.ID)
		case c.Confidence != reports.Proof && c.Confidence != reports.Suspicion:
			fail("confidence", "a cause is neither proven nor suspected: "+c.Confidence)
		}
	}
	if c := d.Compared; c != nil {
		if at := reports.FirstDifference(c.Strings[0], c.Strings[1]); at != c.Offset {
			fail("comparison", "the strings do not differ first where it says")
		}
	}
	if len(d.Causes) == 0 && len(d.WouldHelp) == 0 {
		fail("nothing-said", "there is neither a cause nor what would help")
	}
	if text := marshal(data, d); strings.Contains(string(text), credentials.AccessKeySecret) && !strings.Contains(string(data), credentials.AccessKeySecret) {
		fail("secret", "the secret stands in it")
	}
}

func marshal(data []byte, d *diagnose.Diagnosis) []byte {
	text, err := json.Marshal(d)
	if err != nil || !json.Valid(text) {
		fuzz.Fail("diagnosis/json", "the answer to %q has no JSON form: %v", data, err)
	}
	return text
}
