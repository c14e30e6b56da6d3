package diagnose_test

import (
	"bytes"
	"encoding/json"
	"os"
	"time"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// recorded is the note on a request of testdata/refused: which program sent it,
// and what had been signed.
type recorded struct {
	Cause     string           `json:"cause"`
	Name      string           `json:"name"` // the id of its request
	Program   string           `json:"program"`
	How       string           `json:"how"`
	Time      time.Time        `json:"time"` // when it arrived
	Service   endpoint.Dialect `json:"service"`
	Signed    string           `json:"signed"`
	Canonical string           `json:"canonical"`
	// Sent is the request as the client sent it, where something stood between it
	// and the service.
	Sent string `json:"sent"`
	// Status and Answer are those of the server, where more was refused than the
	// authentication.
	Status int    `json:"status"`
	Answer string `json:"answer"`
}

// realExchanges are those whose requests came from programs that nobody here
// wrote, as countersign serve recorded them.
func realExchanges() []exchange {
	var notes []recorded
	must(json.Unmarshal(fileOf("exchanges.json"), &notes))
	captures, err := wire.ParseCapture(bytes.NewReader(fileOf("requests.ndjson")))
	must(err)
	if len(captures) != len(notes) {
		panic("testdata/refused: there is not one note on each request")
	}
	all := make([]exchange, len(notes))
	for i, n := range notes {
		if captures[i].ID != n.Name {
			panic("testdata/refused: the request of " + n.Name + " is " + captures[i].ID)
		}
		all[i] = exchange{
			cause: n.Cause, name: n.Name, sent: captures[i].Request, signed: n.Signed, canonical: n.Canonical, service: n.Service, at: n.Time,
		}
		if n.Sent != "" {
			x := &all[i]
			x.arrived, x.seen = x.sent, diagnose.AtClient
			x.sent, err = wire.ParseRequest([]byte(n.Sent), "http")
			must(err)
		}
		if n.Status != 0 {
			all[i].said = &endpoint.Response{Status: n.Status, Body: n.Answer}
		}
	}
	return all
}

func fileOf(name string) []byte {
	data, err := os.ReadFile("../testdata/refused/" + name)
	must(err)
	return data
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
