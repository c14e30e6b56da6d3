// Package differential is the fuzz target that sets the reference against
// the URLs of aliyun-oss-go-sdk, in this process.
package differential

import (
	"github.com/countersign/countersign/adapters/oss-go-v1/signing"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

var duel = differential.MustAgainst(subject.InProcess(
	subject.Identity{Name: "oss-go-v1", Language: "go"},
	[]string{"oss-v1/query", "oss-v2/query", "oss-v4/query", "oss-rtmp/query"},
	adapter.Signer(signing.Sign)))

// Check is the body of the target.
func Check(data []byte) { duel.Check(data) }
