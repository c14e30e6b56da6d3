package diagnose

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

// The data files hold text of our own, in ASCII: encoding/json may read them.
//
//go:embed causes.json codes.json mistakes.json clients.json
var dataFiles embed.FS

// RootCause is a way for a signed request to go wrong.
type RootCause struct {
	ID        string    `json:"id"`        // C01 … C32
	Name      string    `json:"name"`      // for a heading
	AtFault   []Party   `json:"atFault"`   // who can be at fault, the usual one first
	Happens   string    `json:"happens"`   // what goes wrong
	Fix       Fix       `json:"fix"`       // what to do
	Documents []Mention `json:"documents"` // the source documents that name it; none for most
}

// Party is a component that can be at fault. The words are listed in the
// schema.
type Party string

// Fix says what to do about a cause.
type Fix struct {
	Both string `json:"both"`          // to users of both services
	OSS  string `json:"oss,omitempty"` // what differs at OSS
	OBS  string `json:"obs,omitempty"` // what differs at OBS
}

// For returns what to do at one service. For the zero dialect it says what
// differs between the two.
func (f Fix) For(dialect Dialect) string {
	parts := []string{f.Both}
	for _, own := range []struct {
		dialect   Dialect
		name, fix string
	}{{OSS, "OSS", f.OSS}, {OBS, "OBS", f.OBS}} {
		switch {
		case own.fix == "":
		case dialect == own.dialect:
			parts = append(parts, own.fix)
		case dialect == "":
			parts = append(parts, own.name+": "+own.fix)
		}
	}
	return strings.Join(parts, " ")
}

// Mention is a place in a source document.
type Mention struct {
	Document string `json:"document"` // the number of a [Document]
	Where    string `json:"where"`
}

// Document is one of the pages of the services that causes are taken from.
type Document struct {
	ID    string `json:"id"` // 000 … 004
	Title string `json:"title"`
}

type causesFile struct {
	Schema    string      `json:"$schema"`
	Documents []Document  `json:"documents"`
	Causes    []RootCause `json:"causes"`
}

var knownCauses = mustLoad[causesFile]("causes.json")

// Causes returns all causes in the order of their ids. The list is shared: do
// not change it.
func Causes() []RootCause { return knownCauses.Causes }

// Documents returns the source documents by number. The list is shared: do not
// change it.
func Documents() []Document { return knownCauses.Documents }

// Cause returns the cause with an id such as C08.
func Cause(id string) (RootCause, bool) {
	for i := range knownCauses.Causes {
		if knownCauses.Causes[i].ID == id {
			return knownCauses.Causes[i], true
		}
	}
	return RootCause{}, false
}

// mustLoad reads an embedded file. A field that its type does not have is a
// fault of the file.
func mustLoad[File any](name string) *File {
	data, err := dataFiles.Open(name)
	if err != nil {
		panic(fmt.Sprintf("diagnose: embedded data: %v", err))
	}
	var file File
	decoder := json.NewDecoder(data)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		panic(fmt.Sprintf("diagnose: %s: %v", name, err))
	}
	return &file
}
