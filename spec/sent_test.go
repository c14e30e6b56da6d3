package spec_test

import (
	"testing"

	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// plan is the request a careful SDK would send for an operation, before it is
// signed.
func plan(set *vectors.Set, item *spec.Item) *signature.Input {
	return &new(mutants.Sender).Planned(set, item.Profile, item.Operation).Input
}

// send signs a plan and returns the request as it arrives. change may change
// the plan before it is signed.
func send(t *testing.T, item *spec.Item, change func(in *signature.Input)) *wire.Request {
	t.Helper()
	return sendAs(t, item.Profile, item, change)
}

func sendAs(t *testing.T, profile *signature.Profile, item *spec.Item, change func(in *signature.Input)) *wire.Request {
	t.Helper()
	sender := &mutants.Sender{Sign: func(*signature.Profile) *signature.Profile { return profile }}
	if change != nil {
		sender.Plan = func(p *mutants.Plan) { change(&p.Input) }
	}
	_, req, err := sender.Send(load(t), item.Profile, item.Operation)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// arrived is an observation of these requests.
func arrived(item *spec.Item, requests ...*wire.Request) *subject.Observation {
	o := &subject.Observation{ID: item.ID, Mode: subject.SendMode, Kind: subject.Answered, Status: 200}
	for _, req := range requests {
		o.Captured = append(o.Captured, subject.Captured{Request: req, Status: 200})
	}
	return o
}

func operationItems(t *testing.T) []*spec.Item {
	t.Helper()
	caps := &subject.Capabilities{Profiles: profiles(), Operations: []string{"GetObject"}}
	items, err := spec.Items(load(t), caps)
	if err != nil {
		t.Fatal(err)
	}
	var out []*spec.Item
	for _, item := range items {
		if item.Operation != nil {
			out = append(out, item)
		}
	}
	return out
}

// Every operation vector can be passed: what a careful SDK sends does.
func TestWhatACarefulSDKSendsPasses(t *testing.T) {
	tried := map[string]bool{}
	for _, item := range operationItems(t) {
		tried[item.Operation.ID] = true
		r := spec.Judge(load(t), item, arrived(item, send(t, item, nil)))
		if r.Outcome != reports.Pass {
			t.Errorf("%s: %s at %s: %s", item.ID, r.Outcome, r.Place(), r.Message)
		}
	}
	for _, c := range load(t).OperationCases() {
		if !tried[c.ID] {
			t.Errorf("%s is run under no profile", c.ID)
		}
	}
}
