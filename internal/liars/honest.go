package liars

import (
	"context"

	"github.com/countersign/countersign/subject"
)

// Control is [subject.Reference] as a process.
var Control = Liar{
	Name: "honest", About: "the control: it does not lie",
	Serve: answering("honest", truth),
}

var honest = subject.InProcess(subject.Identity{Name: "honest", Version: "1.0", Language: "go"}, Profiles(), subject.Reference{})

// truth is the answer of [subject.Reference].
func truth(q *subject.SignQuestion) *subject.Observation {
	return honest.Sign(context.Background(), q)
}
