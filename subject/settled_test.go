package subject

import (
	"fmt"
	"testing"
)

func TestTheNewestSettledQuestionsAreRemembered(t *testing.T) {
	var s settled
	if _, known := s.get("0"); known {
		t.Error("known before it was asked")
	}
	const asked = 5 * mostSettled
	for i := range asked {
		s.set(fmt.Sprint(i), false)
	}
	s.set(fmt.Sprint(asked-mostSettled), true)
	for i := asked - mostSettled; i < asked; i++ {
		if answered, known := s.get(fmt.Sprint(i)); !known || answered != (i == asked-mostSettled) {
			t.Fatalf("%d: %t, %t", i, answered, known)
		}
	}
	if held := len(s.newer) + len(s.older); held > 2*mostSettled {
		t.Errorf("%d questions are held", held)
	}
}
