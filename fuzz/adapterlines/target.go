// Package adapterlines is the fuzz target for the lines of the adapter
// protocol: an answer, a greeting or a question is read or refused in words,
// and written again it is read as the same.
package adapterlines

import (
	"bytes"
	"io"
	"reflect"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/subject"
)

// Check takes data for what an adapter writes and for what it is sent.
func Check(data []byte) { fuzz.Run("adapterlines", data, check) }

func check(data []byte) {
	lines := split(data)
	for _, line := range lines {
		for _, mode := range []subject.Mode{subject.SignMode, subject.SendMode} {
			answer(line, mode)
		}
		greeting(line)
		question(line)
	}
}

// split reads the lines of data, and checks that no byte of them is lost.
func split(data []byte) [][]byte {
	reader := subject.NewLineReader(bytes.NewReader(data))
	var lines [][]byte
	for rest := data; ; {
		line, err := reader.Next()
		if err == io.EOF {
			if len(rest) > 0 {
				fuzz.Fail("subject/lines", "of %q the end %q was not read", data, rest)
			}
			return lines
		}
		want, after, _ := bytes.Cut(rest, []byte("\n"))
		if err == nil { // a last line without its line break keeps what stands there
			want = bytes.TrimSuffix(want, []byte("\r"))
		}
		if !bytes.Equal(line, want) {
			fuzz.Fail("subject/lines", "of %q the line %q was read as %q, %v", data, want, line, err)
		}
		rest = after
		lines = append(lines, bytes.Clone(line))
	}
}

func answer(line []byte, mode subject.Mode) {
	o, err := subject.ParseAnswer(line, mode)
	if err != nil {
		fuzz.Refusal("subject/answer-refusal", err)
		return
	}
	written := bytes.TrimSuffix(subject.AppendAnswer(nil, o), []byte("\n"))
	again, err := subject.ParseAnswer(written, mode)
	if err == nil {
		withoutEmptyLists(o)
		withoutEmptyLists(again)
	}
	if err != nil || !reflect.DeepEqual(o, again) {
		fuzz.Fail("subject/answer-rewrite", "%q was read as\n%+v\nwritten as %q and read as\n%+v, %v", line, o, written, again, err)
	}
}

// withoutEmptyLists takes an empty list for none: they say the same.
func withoutEmptyLists(o *subject.Observation) {
	if len(o.Headers) == 0 {
		o.Headers = nil
	}
	if len(o.Stages) == 0 {
		o.Stages = nil
	}
	if o.Request != nil && len(o.Request.Headers) == 0 {
		o.Request.Headers = nil
	}
}

func greeting(line []byte) {
	caps, err := subject.ParseHello(line)
	if err != nil {
		return
	}
	written := bytes.TrimSuffix(subject.AppendHelloAnswer(nil, caps), []byte("\n"))
	again, err := subject.ParseHello(written)
	if err != nil || again.Identity != caps.Identity || len(again.Profiles) != len(caps.Profiles) || len(again.Features) != len(caps.Features) {
		fuzz.Fail("subject/hello-rewrite", "%q was read as %+v, written as %q and read as %+v, %v", line, caps, written, again, err)
	}
}

func question(line []byte) {
	q, err := subject.ParseQuestion(line)
	if err != nil {
		return
	}
	write := func(q subject.Question) []byte {
		switch {
		case q.Sign != nil:
			return subject.AppendSign(nil, q.Sign)
		case q.Send != nil:
			return subject.AppendSend(nil, q.Send)
		}
		return nil
	}
	written := write(q)
	if written == nil {
		return
	}
	again, err := subject.ParseQuestion(bytes.TrimSuffix(written, []byte("\n")))
	if err != nil || !bytes.Equal(write(again), written) {
		fuzz.Fail("subject/question-rewrite", "%q was written as %q and read as %+v, %v", line, written, again, err)
	}
}
