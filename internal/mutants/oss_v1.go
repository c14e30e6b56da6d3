package mutants

import "slices"

// What OSS V1 says of requests signed in their header and, where the rules are
// the same, in their URL.
var ossV1 = slices.Concat(ossV1Strings, ossV1Dates, ossV1Headers, ossV1Resource, ossV1Parameters, ossV1Authorization)
