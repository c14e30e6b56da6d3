package reports

// answerLines is an open question line by line, each with its label.
func (r Result) answerLines() [][2]string {
	a := r.Answer
	if a == nil {
		return [][2]string{{"what", r.Reason()}}
	}
	lines := [][2]string{{"question", a.Question}}
	for _, s := range a.Sources {
		lines = append(lines, [2]string{"known", s})
	}
	for _, s := range a.Rules {
		lines = append(lines, [2]string{"rule", s})
	}
	lines = append(lines, [2]string{"asked", a.Asked})
	if a.Name == "" {
		return append(lines, [2]string{"no answer", r.Reason()})
	}
	return append(lines, [2]string{"answer", a.Says}, [2]string{"told by", r.Message}, [2]string{"follows", a.Follows}, [2]string{"status", a.Status})
}
