package mutants

var operations = []Mutant{}
