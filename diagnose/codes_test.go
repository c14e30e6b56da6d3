package diagnose

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
)

func TestEveryRowOfTheCodesIsFoundAndUnique(t *testing.T) {
	seen := map[[4]string]bool{}
	for _, c := range Codes() {
		key := [4]string{c.EC, string(c.Dialect), c.Code, c.Message}
		if c.EC != "" {
			key = [4]string{c.EC}
		}
		if seen[key] {
			t.Errorf("two rows for %q", key)
		}
		seen[key] = true
		var found Code
		var ok bool
		switch {
		case c.EC != "":
			found, ok = ByEC(c.EC)
		case c.Message == "":
			found, ok = ByCode(c.Dialect, c.Code)
		default:
			found, ok = (&ErrorDocument{Dialect: c.Dialect, Code: c.Code, Message: c.Message}).Meaning()
		}
		if !ok || found.Meaning != c.Meaning || found.EC != c.EC {
			t.Errorf("%q leads to %+v, %t", key, found, ok)
		}
	}
}

func TestCodesPointToKnownCausesAndSchemes(t *testing.T) {
	for _, c := range Codes() {
		for _, id := range c.Causes {
			if _, ok := Cause(id); !ok {
				t.Errorf("%s %s: there is no cause %s", c.EC, c.Code, id)
			}
		}
		if c.Proves != "" && !slices.Contains(c.Causes, c.Proves) {
			t.Errorf("%s %s: proves %s, which is not among its causes", c.EC, c.Code, c.Proves)
		}
		if len(c.Causes) == 0 && c.Code != "SignatureDoesNotMatch" && c.Code != "TooManyWrongSignature" {
			t.Errorf("%s %s is no mismatch and points to no cause", c.EC, c.Code)
		}
		for _, scheme := range c.Schemes {
			carriers := c.Carriers
			if carriers == nil {
				carriers = []signature.Carrier{signature.InHeader}
			}
			for _, carrier := range carriers {
				if _, err := signature.Lookup(scheme, carrier); err != nil {
					t.Errorf("%s %s: %v", c.EC, c.Code, err)
				}
			}
		}
		for _, member := range c.Guessed {
			if member == "code" && c.Code == "" || member == "status" && c.Status == 0 {
				t.Errorf("%s %s: %s is guessed, but not given", c.EC, c.Code, member)
			}
		}
	}
}

func TestMessagesStandBesideAGeneralRow(t *testing.T) {
	for _, c := range Codes() {
		if c.EC != "" || c.Message == "" || slices.Contains(c.Guessed, "code") {
			continue
		}
		if _, ok := ByCode(c.Dialect, c.Code); !ok {
			t.Errorf("%s %s is known with the message %q only", c.Dialect, c.Code, c.Message)
		}
	}
}

func TestECsTellSchemeCarrierAndCause(t *testing.T) {
	for _, tc := range []struct {
		ec, code string
		status   int
		scheme   string
		carriers []signature.Carrier
		causes   []string
		basis    Basis
	}{
		{"0002-00000010", "", 0, "", nil, []string{"C16"}, Documented},
		{"0002-00000040", "SignatureDoesNotMatch", 403, "oss-v1", []signature.Carrier{"header", "query"}, nil, Observed},
		{"0002-00000101", "SignatureDoesNotMatch", 403, "oss-v2", []signature.Carrier{"header", "query"}, nil, Documented},
		{"0002-00000201", "SignatureDoesNotMatch", 403, "oss-v4", []signature.Carrier{"header", "query"}, nil, Observed},
		{"0002-00000204", "", 0, "oss-v4", []signature.Carrier{"header"}, []string{"C20"}, Documented},
		{"0002-00000226", "InvalidArgument", 400, "oss-v4", nil, []string{"C19"}, Observed},
		{"0002-00000235", "", 0, "oss-v4", []signature.Carrier{"query"}, []string{"C12"}, Documented},
		{"0002-00000307", "SignatureDoesNotMatch", 403, "obs-aws-v2", nil, []string{"C19"}, Observed},
		{"0002-00000504", "RequestTimeTooSkewed", 403, "", []signature.Carrier{"header"}, []string{"C12"}, Observed},
		{"0003-00001401", "SecondLevelDomainForbidden", 403, "", nil, []string{"C08"}, Documented},
		{"0017-00000804", "InvalidArgument", 400, "", nil, []string{"C21"}, Documented},
	} {
		c, ok := ByEC(tc.ec)
		scheme := strings.Join(c.Schemes, " ")
		if !ok || c.Code != tc.code || c.Status != tc.status || scheme != tc.scheme || !slices.Equal(c.Carriers, tc.carriers) ||
			!slices.Equal(c.Causes, tc.causes) || c.Basis != tc.basis {
			t.Errorf("%s: %+v", tc.ec, c)
		}
	}
	for _, ec := range []string{"", "0002-00000999", "0002-00000040 ", "40"} {
		if c, ok := ByEC(ec); ok {
			t.Errorf("ByEC(%q) is %+v", ec, c)
		}
	}
}

func TestOneCodeMeansWhatItsServiceMeans(t *testing.T) {
	oss, okOSS := ByCode(OSS, "SecurityTokenExpired")
	_, okOBS := ByCode(OBS, "SecurityTokenExpired")
	if !okOSS || okOBS || oss.Causes[0] != "C16" {
		t.Errorf("SecurityTokenExpired: oss %t %+v, obs %t", okOSS, oss, okOBS)
	}
	if c, ok := ByCode(OBS, "VirtualHostDomainRequired"); !ok || c.Causes[0] != "C08" || c.Status != 403 {
		t.Errorf("VirtualHostDomainRequired: %t %+v", ok, c)
	}
	if _, ok := ByCode("", "SignatureDoesNotMatch"); ok {
		t.Error("a code has a meaning without a service")
	}
}

func TestMeaningGoesFromTheSpecialToTheGeneral(t *testing.T) {
	for name, tc := range map[string]struct {
		d     ErrorDocument
		cause string
		ec    string
	}{
		"EC wins":                  {ErrorDocument{Dialect: OSS, Code: "AccessDenied", Message: "Request has expired.", EC: "0002-00000503"}, "C13", "0002-00000503"},
		"message without EC":       {ErrorDocument{Dialect: OSS, Code: "AccessDenied", Message: "Request has expired."}, "C12", ""},
		"message without stop":     {ErrorDocument{Dialect: OSS, Code: "AccessDenied", Message: "OSS authentication requires a valid Date"}, "C13", ""},
		"unknown EC":               {ErrorDocument{Dialect: OSS, Code: "AccessDenied", Message: "Request has expired.", EC: "0002-00009999"}, "C12", ""},
		"unknown message":          {ErrorDocument{Dialect: OSS, Code: "AccessDenied", Message: "No."}, "C30", ""},
		"message of other service": {ErrorDocument{Dialect: OBS, Code: "AccessDenied", Message: "OSS authentication requires a valid Date."}, "C30", ""},
		"expired URL of OBS":       {ErrorDocument{Dialect: OBS, Code: "RequestTimeTooSkewed", Message: "Request has expired."}, "C12", ""},
	} {
		c, ok := tc.d.Meaning()
		if !ok || c.EC != tc.ec || c.Causes[0] != tc.cause {
			t.Errorf("%s: %+v, %t", name, c, ok)
		}
	}
	if c, ok := (&ErrorDocument{Dialect: OSS, Code: "Unheard"}).Meaning(); ok {
		t.Errorf("an unknown code means %+v", c)
	}
}

// An EC that this module gives to a request must be one it can explain.
func TestEveryECOfTheVerifierIsKnown(t *testing.T) {
	files, err := filepath.Glob("../signature/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("the package signature has %d files, %v", len(files), err)
	}
	quoted := regexp.MustCompile(`"(\d{4}-\d{8})"`)
	found := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllSubmatch(text, -1) {
			found++
			if _, ok := ByEC(string(m[1])); !ok {
				t.Errorf("%s names EC %s, which has no meaning here", filepath.Base(name), m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("found %d ECs in the package signature, which has many more", found)
	}
}

// What the endpoint answers is what the table says the services answer.
func TestAnswersOfTheEndpointAgreeWithTheCodes(t *testing.T) {
	text, err := os.ReadFile("../endpoint/answers/oss/refusals.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Refusals []struct {
			EC, Code string
			Status   int
			Causes   []string
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, r := range file.Refusals {
		for _, ec := range append(r.Causes, r.EC) {
			if ec == "" {
				continue
			}
			c, ok := ByEC(ec)
			if !ok {
				t.Errorf("the endpoint knows EC %s, the table does not", ec)
				continue
			}
			if r.EC != ec || slices.Contains(c.Guessed, "code") {
				continue // a class of faults, or nothing to compare with
			}
			checked++
			if c.Code != "" && c.Code != r.Code || c.Status != 0 && c.Status != r.Status {
				t.Errorf("EC %s: the endpoint answers %d %s, the table has %d %s", ec, r.Status, r.Code, c.Status, c.Code)
			}
		}
	}
	if checked == 0 {
		t.Error("nothing was compared")
	}
}
