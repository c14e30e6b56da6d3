package reports

import "embed"

// Schemas holds the published JSON Schemas: schema/result-stream.schema.json
// for one line of a stream and schema/compliance.schema.json for the
// compliance report.
//
//go:embed schema/*.schema.json
var Schemas embed.FS
