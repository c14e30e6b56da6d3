package liars

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/countersign/countersign/subject"
)

// SlowAnswer is how long the slow liar takes for an answer.
const SlowAnswer = 5 * time.Second

// unruly liars know the right signature and break the protocol, or the
// process.
var unruly = []Liar{
	{
		Name: "slow", About: "answers right, five seconds late: a signer that fetches its credentials for every request",
		Serve: conversing("slow", func(q question) []byte {
			time.Sleep(SlowAnswer)
			return right(q)
		}),
	},
	{
		Name: "crash-before-hello", About: "ends before it has said anything: a missing shared library",
		Serve: func(io.Reader, io.Writer) { crash("cannot find module") },
	},
	{
		Name: "crash-at-once", About: "says hello and ends at the first question",
		Serve: conversing("crash-at-once", func(question) []byte { return crash("out of order") }),
	},
	{
		Name: "crash-at-tenth", About: "ends at the tenth question: a leak that only a long run shows",
		Serve: conversing("crash-at-tenth", func(q question) []byte {
			if q.number == 10 {
				return crash("out of memory")
			}
			return right(q)
		}),
	},
	{
		Name: "crash-on-put", About: "ends whenever the request is a PUT, and answers all others right",
		Serve: conversing("crash-on-put", func(q question) []byte {
			if q.Input.Request.Method == "PUT" {
				time.Sleep(50 * time.Millisecond) // by then others wait for their answers
				return crash("nil body")
			}
			return right(q)
		}),
	},
	{
		Name: "banner", About: "greets on standard output before it says hello",
		Serve: func(in io.Reader, out io.Writer) {
			fmt.Fprintln(out, "SDK 1.0 ready.")
			conversing("banner", right)(in, out)
		},
	},
	{
		Name: "chatty", About: "logs to standard output before each answer",
		Serve: conversing("chatty", func(q question) []byte { return append([]byte("DEBUG signing "+q.ID+"\n"), right(q)...) }),
	},
	{
		Name: "chatty-afterwards", About: "logs to standard output behind each answer",
		Serve: conversing("chatty-afterwards", func(q question) []byte { return append(right(q), "DEBUG signed\n"...) }),
	},
	{
		Name: "duplicate-answers", About: "gives every answer twice",
		Serve: conversing("duplicate-answers", func(q question) []byte { return bytes.Repeat(right(q), 2) }),
	},
	{
		Name: "wrong-ids", About: "answers right under ids nobody asked",
		Serve: answering("wrong-ids", func(q *subject.SignQuestion) *subject.Observation {
			o := truth(q)
			o.ID += "-answer"
			return o
		}),
	},
	{
		Name: "invalid-utf8", About: "writes Latin-1 where the protocol has UTF-8",
		Serve: conversing("invalid-utf8", func(q question) []byte {
			return append(bytes.TrimSuffix(right(q), []byte("}\n")), ",\"note\":\"sign\xe9\"}\n"...)
		}),
	},
	{
		Name: "endless-line", About: "never ends the line of its answer",
		Serve: conversing("endless-line", func(q question) []byte {
			chunk := []byte(strings.Repeat("A", 64<<10))
			for {
				if _, err := q.out.Write(chunk); err != nil {
					give(err)
				}
			}
		}),
	},
	{
		Name: "flood", About: "writes lines that answer nothing, without end",
		Serve: conversing("flood", func(q question) []byte {
			for {
				if _, err := io.WriteString(q.out, "DEBUG waiting\n"); err != nil {
					give(err)
				}
			}
		}),
	},
	{
		Name: "lingers", About: "answers right and stays when its input has ended: a thread pool nobody shut down",
		Serve: func(in io.Reader, out io.Writer) {
			conversing("lingers", right)(in, out)
			time.Sleep(time.Hour)
		},
	},
	{
		Name: "leaks", About: "prints its whole environment, in error messages and on standard error",
		Serve: answering("leaks", func(q *subject.SignQuestion) *subject.Observation {
			environment := strings.Join(os.Environ(), "\n")
			fmt.Fprintln(os.Stderr, environment)
			return &subject.Observation{ID: q.ID, Kind: subject.AdapterError, Message: environment}
		}),
	},
}

// right is the line of the honest answer.
func right(q question) []byte { return subject.AppendAnswer(nil, truth(q.SignQuestion)) }

// crash ends the process as an uncaught exception would.
func crash(lastWords string) []byte {
	fmt.Fprintln(os.Stderr, "fatal:", lastWords)
	os.Exit(3)
	return nil
}
