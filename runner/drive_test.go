package runner

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

func TestSignatureVectorsAreLeftOutOnlyOfASubjectThatSendsForTheProfile(t *testing.T) {
	const v1, v4 = "oss-v1/header", "oss-v4/header"
	sends := []string{"PutObject"}
	for _, test := range []struct {
		what       string
		operations []string
		features   []string
		asked      string // sign or send, the scheme, and what was observed
		kept       string
	}{
		{"it sends and has no signer", sends, nil,
			"sign-v1-no send-v1-yes sign-v4-no send-v4-yes", "send-v1-yes send-v4-yes"},
		{"it signs for one of its schemes", sends, []string{"sign"},
			"sign-v1-yes send-v1-yes sign-v4-no send-v4-yes", "sign-v1-yes send-v1-yes send-v4-yes"},
		{"it says that it signs, and does not", sends, []string{"sign"},
			"sign-v1-no send-v1-yes sign-v4-no send-v4-yes", "sign-v1-no send-v1-yes sign-v4-no send-v4-yes"},
		{"it signs, and does not say so", sends, nil,
			"sign-v1-yes send-v1-yes sign-v4-no send-v4-yes", "sign-v1-yes send-v1-yes sign-v4-no send-v4-yes"},
		{"it has no operations", nil, nil,
			"sign-v1-no sign-v4-no", "sign-v1-no sign-v4-no"},
		{"it declares a profile that it neither signs nor sends for", sends, nil,
			"sign-v1-no send-v1-yes sign-v4-no", "send-v1-yes sign-v4-no"},
		{"the same, and it signs for the other", sends, []string{"sign"},
			"sign-v1-yes send-v1-yes sign-v4-no", "sign-v1-yes send-v1-yes sign-v4-no"},
		{"it crashes over a vector that it could have left alone", sends, nil,
			"sign-v1-crash send-v1-yes", "sign-v1-crash send-v1-yes"},
	} {
		var items []*spec.Item
		var observations []*subject.Observation
		for _, id := range strings.Fields(test.asked) {
			part := strings.Split(id, "-")
			profile, err := signature.LookupID(map[string]string{"v1": v1, "v4": v4}[part[1]])
			if err != nil {
				t.Fatal(err)
			}
			item := &spec.Item{ID: id, Profile: profile, Case: &vectors.Case{}}
			if part[0] == "send" {
				item.Case, item.Operation = nil, &vectors.OperationCase{}
			}
			kind := map[string]subject.Kind{"no": subject.Unsupported, "yes": subject.Answered, "crash": subject.Crashed}[part[2]]
			items, observations = append(items, item), append(observations, &subject.Observation{ID: id, Kind: kind})
		}
		kept, seen, note := withoutMode(&subject.Capabilities{Operations: test.operations, Features: test.features}, items, observations)
		var ids []string
		for i, item := range kept {
			ids = append(ids, item.ID)
			if seen[i].ID != item.ID {
				t.Errorf("%s: %s has the observation of %s", test.what, item.ID, seen[i].ID)
			}
		}
		if got := strings.Join(ids, " "); got != test.kept {
			t.Errorf("%s: kept %s, want %s", test.what, got, test.kept)
		}
		if told := note != ""; told != (len(kept) < len(items)) {
			t.Errorf("%s: %d of %d are kept, and it says %q", test.what, len(kept), len(items), note)
		}
	}
}
