package mutants

var ossRTMP = []Mutant{}
