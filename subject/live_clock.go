package subject

import (
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/countersign/countersign/vectors"
)

// ClockError says that a server's clock and this machine's are apart. Requests
// are dated by the one and judged by the other, so that no answer says anything
// about a signature.
type ClockError struct {
	Ours    time.Time
	Theirs  time.Time // zero: it does not say
	Refused bool      // it refuses requests for it
}

// Error names both clocks and what to do.
func (e *ClockError) Error() string {
	const layout = "2006-01-02 15:04:05 UTC"
	text := "the clocks are apart: here it is " + e.Ours.UTC().Format(layout) + ", and "
	switch apart := e.Theirs.Sub(e.Ours).Round(time.Second); {
	case e.Theirs.IsZero():
		text += "the server does not say its time;"
	case apart < 0:
		text += fmt.Sprintf("the server's clock, %s behind, says %s;", -apart, e.Theirs.UTC().Format(layout))
	default:
		text += fmt.Sprintf("the server's clock, %s ahead, says %s;", apart, e.Theirs.UTC().Format(layout))
	}
	if e.Refused {
		text += " it refuses requests of this moment (RequestTimeTooSkewed);"
	}
	return text + " set the clock that is wrong, and run again"
}

// clockMargin is how far two clocks may be apart. Cases about limits keep half
// of it away from them (package vectors, margin).
const clockMargin = time.Minute

var serverTime = regexp.MustCompile(`<ServerTime>\s*([^<\s]+)\s*</ServerTime>`)

// checkClock compares the clocks by an answer. A server that finds a time skewed
// while its clock agrees with ours has another limit than the documents: that is
// for the judge. sent and received are times of our clock.
func (l *Live) checkClock(a *ServerAnswer, c *vectors.Case, sent, received time.Time) {
	refused := skewedBy(a)
	theirs, err := http.ParseTime(a.Header("Date"))
	if at := serverTime.FindStringSubmatch(a.Body); refused && at != nil {
		if told, unread := time.Parse(time.RFC3339, at[1]); unread == nil {
			theirs, err = told, nil
		}
	}
	var found *ClockError
	switch meant := c.Expect.ReceivedAfter != 0; {
	case err != nil && refused && !meant:
		found = &ClockError{Ours: received, Refused: true}
	case err == nil && (theirs.Before(sent.Add(-clockMargin)) || theirs.After(received.Add(clockMargin))):
		found = &ClockError{Ours: received, Theirs: theirs, Refused: refused}
	}
	if found == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clock == nil || found.Refused && !l.clock.Refused {
		l.clock = found
	}
}

// skewedBy reports whether an answer says that the time of the request is too
// far away.
func skewedBy(a *ServerAnswer) bool {
	const code = "RequestTimeTooSkewed"
	return says(a, code) || a.Header("x-oss-ec") == "0002-00000504"
}

// Clock returns what is wrong with the clocks, as far as the answers told, or
// nil.
func (l *Live) Clock() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clock == nil {
		return nil
	}
	return l.clock
}
