package spec

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Answer is what a server said to the request of a case.
type Answer = subject.ServerAnswer

// JudgeAnswer says what a server's answer to the arrival of a case
// ([vectors.Case.Arrival]) is worth. It is pure, as [Judge] is.
//
// A case without rejection must be let in: whatever else the server says of the
// request, it is not about the signature. A rejection must come with the status,
// the code and, where the service has them, the error code of the vector; a
// refused signature must be refused over the strings that the vector tells
// ([vectors.Case.Found]); and requirements that are about the answer itself are
// looked up in it.
func JudgeAnswer(set *vectors.Set, c *vectors.Case, arrived *wire.Request, a *Answer) reports.Result {
	item := &Item{ID: c.ID, Case: c}
	profile, err := signature.LookupID(c.Profile())
	if err != nil {
		return reports.Result{Type: "result", ID: c.ID, Level: string(c.Level), Outcome: reports.NotRun, Message: "a bug in the vector: " + err.Error()}
	}
	told, _ := c.Found(profile)
	f := judgeAnswer(c, told, a)
	r := reports.Result{
		Type: "result", ID: c.ID, Title: c.Title, Requirements: c.Requirements, Level: string(c.Level),
		Outcome: f.outcome, Stage: string(f.stage), Message: f.message,
	}
	if r.Outcome != reports.Pass {
		r.Expected, r.Observed, r.Wire = f.expected, f.observed, httpOf(arrived)
		explain(set, item, &r, f.requirement)
	}
	return r
}

func judgeAnswer(c *vectors.Case, told []signature.StageValue, a *Answer) finding {
	if a.Status < http.StatusOK {
		return finding{outcome: reports.ProtocolError, message: fmt.Sprintf("it gave no answer to the request: the status is %d", a.Status)}
	}
	doc, unread := readAnswer(a)
	want := c.Expect.Rejected
	if want == nil {
		if redirects(a.Status) {
			return finding{outcome: reports.RejectedWrongly, message: fmt.Sprintf("it sends a valid request elsewhere: %d %s", a.Status, a.Header("Location"))}
		}
		if a.Status == http.StatusNotImplemented && doc.Code == "NotImplemented" {
			return finding{outcome: reports.Unsupported, message: "it does not offer what is asked for: " + joined(doc.Code, doc.EC, doc.Message)}
		}
		if refusesTheRequest(a.Status) && !pastTheSignature(doc) {
			return finding{outcome: reports.RejectedWrongly, message: fmt.Sprintf("it refused a valid request: %d %s", a.Status, joined(doc.Code, doc.EC, doc.Message))}
		}
		return passed
	}
	if a.Status < http.StatusMultipleChoices {
		return finding{outcome: reports.AcceptedWrongly, message: fmt.Sprintf("it answered %d to a request that is refused with %d %s (%s)", a.Status, want.Status, want.Code, want.Class)}
	}
	for _, part := range []struct{ name, want, got string }{
		{"status", fmt.Sprint(want.Status), fmt.Sprint(a.Status)},
		{"code", want.Code, doc.Code},
		{"EC", want.EC, doc.EC},
	} {
		if part.want != "" && part.want != part.got {
			message := fmt.Sprintf("it refused with another %s: %s, want %s", part.name, part.got, part.want)
			if part.got == "" {
				message = fmt.Sprintf("it refused without %s, want %s", part.name, part.want)
			}
			if part.got == "" && unread != nil {
				message += fmt.Sprintf("; its error document cannot be read: %v", unread)
			}
			f := finding{outcome: reports.Fail, message: message}
			f.expected, f.observed = bytesOf(part.want), bytesOf(part.got)
			return f
		}
	}
	if len(doc.Damaged) > 0 {
		return finding{outcome: reports.Fail, message: "elements of its error document are cut off or cannot be read: " + strings.Join(doc.Damaged, ", ")}
	}
	if want.Class == string(signature.SignatureMismatch) {
		if f := sameString(told, doc); f.outcome != reports.Pass {
			return f
		}
	}
	for _, id := range c.Requirements {
		if rule, ok := answerRules[id]; ok {
			if complaint := rule(a, doc); complaint != "" {
				return finding{outcome: reports.Fail, message: complaint, requirement: id}
			}
		}
	}
	return rightlyRefused(c, a, doc)
}

// rightlyRefused is the pass of a case that must be refused, and was for the reason the
// vector names: the message says what that was, because "passed" alone does not
// tell it from a server that refuses everything.
func rightlyRefused(c *vectors.Case, a *Answer, doc *diagnose.ErrorDocument) finding {
	answer := strings.Join(slices.DeleteFunc([]string{fmt.Sprint(a.Status), doc.Code, doc.EC}, func(part string) bool { return part == "" }), " ")
	f := passed
	f.message = fmt.Sprintf("refused for the right reason, %s: %s", c.Expect.Rejected.Class, answer)
	if c.Expect.Control != "" {
		f.message += "; its valid twin is " + c.Expect.Control
	}
	return f
}

// refusesTheRequest reports whether a status says that the request itself is
// not taken: a missing object or a conflict comes after that.
func refusesTheRequest(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	}
	return status >= http.StatusInternalServerError
}

// redirects reports whether a status sends the client to another place, which
// nobody follows with a signature.
func redirects(status int) bool {
	return status >= http.StatusMultipleChoices && status < http.StatusBadRequest && status != http.StatusNotModified
}

// pastTheSignature reports whether an error document is about what a service
// looks at behind authentication: by its EC; by a code that is about the
// content; or because it blames an argument of the operation.
func pastTheSignature(doc *diagnose.ErrorDocument) bool {
	if family, _, coded := strings.Cut(doc.EC, "-"); coded {
		return !authenticationFamilies[family]
	}
	blamed, named := doc.Field("ArgumentName")
	return contentCodes[doc.Code] || doc.Code == "InvalidArgument" && named && !authenticates(blamed)
}

// authenticates reports whether an argument takes part in authentication, in
// any scheme and carrier.
func authenticates(argument string) bool {
	argument = strings.ToLower(argument)
	return argument == "" || slices.ContainsFunc([]string{
		"authorization", "signature", "accesskeyid", "credential", "algorithm", "date", "expires", "security-token", "policy",
		"additional-headers", "signedheaders", "content-sha256",
	}, func(part string) bool { return strings.Contains(argument, part) })
}

// authenticationFamilies are those of the error codes of OSS that are about
// authentication, about permission, which anonymous requests get too, and about
// the fields of forms.
var authenticationFamilies = map[string]bool{"0002": true, "0003": true, "0006": true}

// contentCodes are said of a body, or of the object, by who has read or found
// it (error responses of both API references).
var contentCodes = map[string]bool{
	"BadDigest": true, "MalformedXML": true, "EntityTooSmall": true, "EntityTooLarge": true, "InvalidPart": true, "InvalidPartOrder": true,
	"InvalidObjectState": true, "MissingRequestBodyError": true, "NotSymlink": true,
}

// sameString compares the strings a server says it signed with those that the
// vector tells ([vectors.Case.Found]). A server that does not say them is not
// blamed here: there are requirements for that.
func sameString(told []signature.StageValue, doc *diagnose.ErrorDocument) finding {
	for _, want := range told {
		said := ""
		switch want.Stage {
		case signature.CanonicalRequest:
			said = doc.CanonicalRequest
		case signature.StringToSign:
			said = doc.StringToSign
		}
		if said != "" && !diagnose.FitsMask(said, want.Value) {
			return differs(want.Stage, want.Value, said, fmt.Sprintf("it refused the signature over another %s", want.Stage))
		}
	}
	return passed
}

// readAnswer reads the error document of an answer; that to HEAD has it in a
// header (OSS), or its code alone (OBS). What cannot be read is empty, and the
// error says why.
func readAnswer(a *Answer) (*diagnose.ErrorDocument, error) {
	text := a.Body
	if hidden, err := base64.StdEncoding.DecodeString(a.Header("x-oss-err")); err == nil && len(hidden) > 0 && text == "" {
		text = string(hidden)
	}
	doc, unread := diagnose.ParseErrorDocument([]byte(text))
	if unread != nil {
		doc = &diagnose.ErrorDocument{}
	}
	if doc.EC == "" {
		doc.EC = a.Header("x-oss-ec")
	}
	for _, name := range []string{"x-obs-error-code", "x-amz-error-code"} {
		if doc.Code == "" {
			doc.Code = a.Header(name)
		}
	}
	return doc, unread
}
