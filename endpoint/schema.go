package endpoint

import "embed"

// Schemas holds the published JSON Schema of the endpoint:
// schema/credentials.schema.json for the file of access keys that package keys
// reads.
//
//go:embed schema/*.schema.json
var Schemas embed.FS
