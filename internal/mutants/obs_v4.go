package mutants

var obsV4 = []Mutant{}
