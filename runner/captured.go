package runner

import (
	"fmt"

	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Captured returns the requests that an SDK sent while a run was recorded, with
// what the operation vectors say of them: credentials and hosts. Where several
// requests arrived for one vector they are numbered behind its id. Requests of
// vectors that the suite no longer has are left out.
func Captured(set *vectors.Set, rec *subject.Recording) []vectors.Captured {
	var out []vectors.Captured
	for _, o := range rec.Observations {
		item, err := spec.ItemByID(set, o.ID)
		if err != nil || item.Operation == nil {
			continue
		}
		n := 0
		for _, c := range o.Captured {
			if c.Request == nil || c.Probe != "" || c.Error != "" {
				continue
			}
			id := o.ID
			if n++; n > 1 {
				id = fmt.Sprintf("%s#%d", o.ID, n)
			}
			out = append(out, vectors.Captured{
				ID: id, Request: c.Request, At: c.At,
				Credentials: item.Operation.Credentials, Hosts: item.Operation.Scene(item.Profile.Scheme).Hosts,
			})
		}
	}
	return out
}
