package mutants

var ossV2 = []Mutant{}
