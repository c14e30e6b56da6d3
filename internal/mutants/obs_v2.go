package mutants

var obsV2 = []Mutant{}
