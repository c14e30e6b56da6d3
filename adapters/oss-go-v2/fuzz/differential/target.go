// Package differential is the fuzz target that sets the reference against
// the public signers of alibabacloud-oss-go-sdk-v2, in this process.
package differential

import (
	"github.com/countersign/countersign/adapters/oss-go-v2/signing"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

var duel = differential.MustAgainst(subject.InProcess(
	subject.Identity{Name: "oss-go-v2", Language: "go"},
	[]string{"oss-v1/header", "oss-v1/query", "oss-v4/header", "oss-v4/query"},
	adapter.Signer(signing.SignWithTestClock)))

// Check is the body of the target.
func Check(data []byte) { duel.Check(data) }
