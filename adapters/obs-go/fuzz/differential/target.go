// Package differential is the fuzz target that sets the reference against
// GetAuthorization of huaweicloud-sdk-go-obs, in this process.
package differential

import (
	"github.com/countersign/countersign/adapters/obs-go/signing"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

var duel = differential.MustAgainst(subject.InProcess(
	subject.Identity{Name: "obs-go", Language: "go"},
	[]string{"obs-v2/header", "obs-v2/query", "obs-aws-v2/header", "obs-aws-v2/query", "obs-v4/header", "obs-v4/query"},
	adapter.Signer(signing.Sign)))

// Check is the body of the target.
func Check(data []byte) { duel.Check(data) }
