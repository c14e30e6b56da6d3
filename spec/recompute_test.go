package spec_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/vectors"
)

// contestedVector is a vector with another reading.
const contestedVector = "oss-rtmp/query/basics/push-url-sts"

// changed returns a copy of a vector whose stages can be changed.
func changed(t *testing.T, id string, change func(c *vectors.Case)) *vectors.Case {
	t.Helper()
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	found, ok := set.Case(id)
	if !ok {
		t.Fatalf("there is no vector %s", id)
	}
	c := *found
	c.Expect.Stages.Values = append([]signature.StageValue(nil), c.Expect.Stages.Values...)
	c.Alternatives = append([]vectors.Alternative(nil), c.Alternatives...)
	change(&c)
	return &c
}

// setStage pins another value.
func setStage(t *testing.T, stages *vectors.ExpectedStages, stage signature.Stage, change func(value string) string) {
	t.Helper()
	for i := range stages.Values {
		if stages.Values[i].Stage == stage {
			stages.Values[i].Value = change(stages.Values[i].Value)
			return
		}
	}
	t.Fatalf("%s is not pinned", stage)
}

func TestRecomputeReproducesEveryVector(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range set.Cases() {
		if err := spec.Recompute(c); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
	}
}

func TestRecomputeNamesWhatDiffers(t *testing.T) {
	const id = "oss-v4/header/basics/get-object-sts"
	for name, test := range map[string]struct {
		vector  *vectors.Case
		problem string
	}{
		"a byte of a stage": {
			changed(t, id, func(c *vectors.Case) {
				setStage(t, &c.Expect.Stages, signature.CanonicalRequest, func(v string) string { return strings.Replace(v, "docs", "doc5", 1) })
			}), "comes to another canonicalRequest: expected GET\\n/examplebucket/doc5/",
		},
		"a pair of the authorization": {
			changed(t, id, func(c *vectors.Case) {
				setStage(t, &c.Expect.Stages, signature.Authorization, func(v string) string { return v + "0" })
			}), "comes to another authorization",
		},
		"an input that cannot be signed": {
			changed(t, id, func(c *vectors.Case) { c.Input.Region = "" }), "the reference cannot sign the input",
		},
		"a reading nobody knows": {
			changed(t, contestedVector, func(c *vectors.Case) { c.Alternatives[0].Reading = "mine" }), "alternative mine: the reference does not know this reading",
		},
		"a wrong alternative": {
			changed(t, contestedVector, func(c *vectors.Case) { c.Alternatives[0].Stages = c.Expect.Stages }), "alternative token-signed: the reference comes to another",
		},
		"a reading that makes no difference": {
			changed(t, contestedVector, func(c *vectors.Case) {
				c.Input.Credentials.SecurityToken = ""
				c.Expect.Stages, c.Alternatives[0].Stages = vectors.ExpectedStages{}, vectors.ExpectedStages{}
			}), "cannot tell the readings apart",
		},
	} {
		if err := spec.Recompute(test.vector); err == nil || !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: error %v, want %q", name, err, test.problem)
		}
	}
}

func TestRecomputeComparesAuthorizationsByWhatTheySay(t *testing.T) {
	c := changed(t, "oss-v4/header/basics/get-object-sts", func(c *vectors.Case) {
		setStage(t, &c.Expect.Stages, signature.Authorization, func(v string) string {
			word, pairs, _ := strings.Cut(v, " ")
			first, second, _ := strings.Cut(pairs, ",")
			return word + " " + second + ", " + first
		})
	})
	if err := spec.Recompute(c); err != nil {
		t.Error(err)
	}
}

func TestRecomputeHoldsWhatArrivesToItsCase(t *testing.T) {
	const id = "oss-v4/header/basics/get-object-sts"
	late := func(seconds int64, rejected *vectors.Rejection) *vectors.Case {
		return changed(t, id, func(c *vectors.Case) {
			c.Expect.ReceivedAfter, c.Expect.Rejected = seconds, rejected
			if rejected != nil {
				c.Expect.Stages, c.Expect.Control = vectors.ExpectedStages{}, id
			}
		})
	}
	skewed := &vectors.Rejection{Class: "skewed", Status: 403, Code: "RequestTimeTooSkewed"}
	for name, test := range map[string]struct {
		vector *vectors.Case
		want   string // in the error; empty: none
	}{
		"just in time":             {late(900, nil), ""},
		"too late, not said":       {late(901, nil), "a server that follows the documents refuses it: skewed: "},
		"too late":                 {late(901, skewed), ""},
		"in time, said to be late": {late(900, skewed), "lets it in; the case says skewed"},
		"late for another reason":  {late(901, &vectors.Rejection{Class: "expired", Status: 403, Code: "AccessDenied"}), "refuses it otherwise: skewed: "},
		"a change that cannot be made": {changed(t, id, func(c *vectors.Case) {
			c.Expect.Tamper = []vectors.Tamper{{When: "after-signing", Op: "remove-header", Target: "X-None"}}
		}), "cannot be tampered with"},
		"a method with a header in it": {changed(t, id, func(c *vectors.Case) {
			c.Expect.Tamper = []vectors.Tamper{{When: "after-signing", Op: "set-method", Value: "GET / HTTP/1.1\r\nX: y"}}
		}), "what arrives is not what is sent"},
		"a header that ends the head": {changed(t, id, func(c *vectors.Case) {
			c.Expect.Tamper = []vectors.Tamper{{When: "after-signing", Op: "add-header", Target: "X", Value: "a\r\n\r\nb"}}
		}), "what arrives is not what is sent"},
	} {
		err := spec.Recompute(test.vector)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: error is %v, want %q", name, err, test.want)
		}
	}
}
