package flows

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"

	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Flow is what an SDK is asked for, step by step.
type Flow struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Profiles []string `json:"profiles"` // patterns, as in operation vectors
	Steps    []Step   `json:"steps"`
}

// Step is an operation, and what is answered to it.
//
// The operation has no bucket: every run of a flow has one of its own. In
// copySource, uploadId and the values of query, ${Bucket} is its name and ${NAME}
// the text of the element NAME in the last document of the server that had one.
type Step struct {
	Operation vectors.Operation `json:"operation"`
	Status    int               `json:"status,omitempty"`  // 0: a success
	Content   *wire.Bytes       `json:"content,omitempty"` // GetObject: nil for the whole object
	Lists     *Listing          `json:"lists,omitempty"`
}

// Listing is what a list tells: keys, those of uploads, or numbers of parts.
type Listing struct {
	Entries  []wire.Bytes `json:"entries"`
	Prefixes []wire.Bytes `json:"prefixes,omitempty"`
	More     bool         `json:"more,omitempty"` // it is cut
}

//go:embed *.json
var files embed.FS

// All returns the flows, by file and in the order of the file.
var All = sync.OnceValues(func() ([]*Flow, error) { return load(files) })

func load(from fs.FS) ([]*Flow, error) {
	names, err := fs.Glob(from, "*.json")
	if err != nil {
		return nil, err
	}
	var all []*Flow
	seen := map[string]bool{}
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		var file struct {
			Schema string  `json:"$schema"`
			Flows  []*Flow `json:"flows"`
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&file); err != nil {
			return nil, fmt.Errorf("flows: %s: %w", name, err)
		}
		for _, f := range file.Flows {
			if seen[f.Name] {
				return nil, fmt.Errorf("flows: %s: there are two flows %q", name, f.Name)
			}
			seen[f.Name] = true
		}
		all = append(all, file.Flows...)
	}
	return all, nil
}

// RunsUnder reports whether a flow is meant for a profile.
func (f *Flow) RunsUnder(profile string) bool {
	patterns, err := vectors.NewPatternSet(f.Profiles)
	return err == nil && patterns.Match(profile)
}

// IDUnder is the name of a flow under a profile: scheme/carrier/flows/name.
func (f *Flow) IDUnder(profile string) string { return profile + "/flows/" + f.Name }
