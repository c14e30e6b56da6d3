package subject

import "embed"

// Schemas holds the published JSON Schemas: schema/protocol.schema.json for
// one line between the suite and an adapter and
// schema/observation.schema.json for one line of a recording.
//
//go:embed schema/*.schema.json
var Schemas embed.FS
