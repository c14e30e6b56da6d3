package liars

import (
	"fmt"
	"io"
	"os"

	"github.com/countersign/countersign/subject"
)

// The liars do not use package adapter: it would not let them misbehave.

// question is a line as it came, and what it asks.
type question struct {
	*subject.SignQuestion
	line   string
	number int // from 1, counted in this process
	out    io.Writer
}

// conversing says hello, and then whatever say says to each question: all of
// it in one write, or nothing.
func conversing(name string, say func(q question) []byte) func(in io.Reader, out io.Writer) {
	return func(in io.Reader, out io.Writer) {
		lines := subject.NewLineReader(in)
		for number := 0; ; {
			line, err := lines.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				give(err)
			}
			asked, err := subject.ParseQuestion(line)
			var words []byte
			switch {
			case err != nil:
				give(err)
			case asked.Hello:
				words = subject.AppendHelloAnswer(nil, capabilities(name))
			case asked.Sign == nil:
				words = subject.AppendAnswer(nil, &subject.Observation{ID: asked.ID, Kind: subject.Unsupported, Message: asked.Type})
			default:
				number++
				words = say(question{asked.Sign, string(line), number, out})
			}
			if _, err := out.Write(words); err != nil {
				give(err)
			}
		}
	}
}

// answering gives one well-formed answer to each question.
func answering(name string, answer func(q *subject.SignQuestion) *subject.Observation) func(in io.Reader, out io.Writer) {
	return conversing(name, func(q question) []byte { return subject.AppendAnswer(nil, answer(q.SignQuestion)) })
}

// give gives up where a liar cannot even lie: what it was sent is no question,
// or nobody listens.
func give(err error) {
	fmt.Fprintln(os.Stderr, "liar:", err)
	os.Exit(4)
}
