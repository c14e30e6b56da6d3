package mutants

import "slices"

var obsV4 = slices.Concat(obsV4URI(), obsV4Query(), obsV4Request, obsV4Headers(), obsV4Auth, obsV4Forms)
