package mutants

var ossV4 = []Mutant{}
