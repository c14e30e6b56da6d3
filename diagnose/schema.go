package diagnose

import "embed"

// Schemas holds the JSON Schemas (draft 2020-12) of the data files, in the
// folder schema.
//
//go:embed schema/*.schema.json
var Schemas embed.FS
