package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// answers changes what a server says.
func answers(change func(a *endpoint.Response)) Break {
	return Break{Answer: func(_ *wire.Request, a *endpoint.Response) { change(a) }}
}

// inAnswer replaces a text in the body of an answer.
func inAnswer(old, new string) Break {
	return answers(func(a *endpoint.Response) { a.Body = strings.ReplaceAll(a.Body, old, new) })
}

// elementAs changes an element of an error document.
func elementAs(name string, change func(text string) string) Break {
	return answers(func(a *endpoint.Response) {
		before, rest, ok := strings.Cut(a.Body, "<"+name+">")
		value, after, closed := strings.Cut(rest, "</"+name+">")
		if ok && closed {
			a.Body = before + "<" + name + ">" + change(value) + "</" + name + ">" + after
		}
	})
}

// answersFor changes what is said to requests refused with a code.
func answersFor(code string, status int, old, said string) Break {
	return answers(func(a *endpoint.Response) {
		if !strings.Contains(a.Body, ">"+code+"<") {
			return
		}
		a.Status, a.Body = status, strings.ReplaceAll(a.Body, old, said)
		for i := range a.Headers {
			a.Headers[i].Value = strings.ReplaceAll(a.Headers[i].Value, old, said)
		}
	})
}

// withoutElements leaves elements out of error documents.
func withoutElements(names ...string) Break {
	return answers(func(a *endpoint.Response) {
		for _, name := range names {
			before, rest, ok := strings.Cut(a.Body, "<"+name+">")
			if _, after, closed := strings.Cut(rest, "</"+name+">"); ok && closed {
				a.Body = before + after
			}
		}
	})
}

// withoutAnswerHeader leaves a header out of answers.
func withoutAnswerHeader(name string) Break {
	return answers(func(a *endpoint.Response) {
		a.Headers = slices.DeleteFunc(slices.Clone(a.Headers), func(h wire.Header) bool { return wire.EqualFold(h.Name, name) })
	})
}
