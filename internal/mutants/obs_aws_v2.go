package mutants

var obsAWSV2 = []Mutant{}
