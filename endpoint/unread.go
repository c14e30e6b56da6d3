package endpoint

import (
	"time"

	"github.com/countersign/countersign/wire"
)

// AnswerUnread is what the service says to a request that could not be read
// for err: a *wire.SyntaxError, wire.ErrTooLarge, io.ErrUnexpectedEOF or
// os.ErrDeadlineExceeded, wrapped. req is what is known of it, or nil.
func AnswerUnread(dialect Dialect, err error, req *wire.Request, now time.Time) Response {
	return refuseUnread(dialect, classOf(err, req), req, now)
}

// AnswerProbe answers a request for which [ProbeOf] has a name.
func AnswerProbe(probe string, req *wire.Request, now time.Time) Response {
	return answerProbe(probe, req, now)
}

// CheckHead refuses a head that wire can read and HTTP does not allow: another
// version than 1.0 and 1.1, and a request that does not say which host it is
// for, or says it twice.
func CheckHead(req *wire.Request) error { return checkHead(req) }

// KeepsAlive reports whether a client wants to send more on its connection
// (RFC 9112, section 9.3).
func KeepsAlive(req *wire.Request) bool { return keepsAlive(req) }

// StatusLine reads the head of a response that was read as that of a request:
// version, status and reason stand where a request has method, target and
// version. It returns the status.
func StatusLine(head *wire.Request) (int, error) { return statusOf(head) }
