package spec_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
)

// The header that tells the time is the signer's to write, also where its caller
// wants it signed by name: as far as it tells the time that was asked for.
func TestADateThatItsCallerWantsSignedMayBeWrittenInItsOwnForm(t *testing.T) {
	const vector = "oss-v2/header/additional-headers/one"
	at := func(layout string, later time.Duration) change {
		return as(func(in *signature.Input) { in.Request.SetHeader("Date", in.Time.Add(later).Format(layout)) })
	}
	const gmt, iso = "Mon, 02 Jan 2006 15:04:05 GMT", "20060102T150405Z"
	vendor := func(in *signature.Input) { in.Request.SetHeader("x-oss-date", in.Time.Format(iso)) }
	for _, test := range []struct {
		name   string
		given  func(in *signature.Input)
		change change
		want   string
	}{
		{"as it was given", nil, as(nil), "pass"},
		{"in another form", nil, at(gmt, 0), "pass"},
		{"another time", nil, at(iso, time.Hour), "header"},
		{"in another form beside the vendor's header, which tells the time", vendor, at(gmt, 0), "header"},
		{"another time beside the vendor's header", vendor, at(iso, time.Hour), "header"},
	} {
		item := *itemOf(t, vector)
		item.Clock = true
		given := *item.Case
		given.Input = *given.Input.Clone()
		given.Input.Request.SetHeader("Date", given.Input.Time.Format(iso))
		given.Input.AdditionalHeaders = []string{"date"}
		if test.given != nil {
			test.given(&given.Input)
		}
		given.Expect.Stages.Values, item.Case = nil, &given
		o := honest.Sign(t.Context(), item.Question())
		all(without, test.change)(t, &item, o)
		if r := judgePurely(t, &item, o); placeOf(r) != test.want {
			t.Errorf("%s: %s, want %s: %s", test.name, placeOf(r), test.want, r.Message)
		}
	}
}
