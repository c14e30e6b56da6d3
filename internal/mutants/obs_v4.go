package mutants

import "slices"

var obsV4 = slices.Concat(obsV4URI(), obsV4Query(), obsV4Request,
	methodsTaken("OBS4-CANONICAL-02", "", "", requests("obs-v4"), "HEAD", "GET", "PUT", "POST", "POST", "PUT", "DELETE", "POST", "OPTIONS", "GET"),
	obsV4Headers(), obsV4Auth, obsV4Forms)
