package mutants

// Of signed URLs and forms of OSS V1.
var ossV1Query = []Mutant{}
