package subject

// settled are the questions of a child that are no longer open, and whether an
// answer to each has come. It remembers the newest of them, at least mostSettled:
// a campaign asks millions. An answer to one that is forgotten is charged all
// the same, as one to a question that nobody asked.
type settled struct{ newer, older map[string]bool }

const mostSettled = 10_000

func (s *settled) set(id string, answered bool) {
	if len(s.newer) >= mostSettled {
		s.newer, s.older = nil, s.newer
	}
	if s.newer == nil {
		s.newer = make(map[string]bool)
	}
	s.newer[id] = answered
}

func (s *settled) get(id string) (answered, known bool) {
	if answered, known = s.newer[id]; !known {
		answered, known = s.older[id]
	}
	return answered, known
}
