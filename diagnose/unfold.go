package diagnose

import (
	"regexp"
	"strings"
)

// canonicalHeader is how a header line of a canonical request begins.
var canonicalHeader = regexp.MustCompile(`^[a-z0-9-]+:`)

// unfoldCanonical gives a canonical request whose line feeds became blanks, or
// several of which became one, its lines again. Its hash says whether they are the
// right ones; ok is false where none of the ways to lay them out has it.
func unfoldCanonical(text, hash string) (whole string, ok bool) {
	if strings.Contains(text, "\n") {
		return text, false
	}
	words := strings.Fields(text)
	if len(words) < 3 || len(words) > mostLines {
		return text, false
	}
	front, rest, payload := words[:2], words[2:len(words)-1], words[len(words)-1]
	for _, query := range []bool{false, true} {
		for _, listed := range []bool{false, true} {
			n := len(rest)
			if query && n < 1 || query && listed && n < 2 || listed && n < 1 {
				continue
			}
			lines, headers := append([]string{}, front...), rest
			asked, list := "", ""
			if query {
				asked, headers = headers[0], headers[1:]
			}
			if listed {
				list, headers = headers[len(headers)-1], headers[:len(headers)-1]
			}
			lines = append(lines, asked)
			lines = append(lines, headerLinesOf(headers)...)
			whole = strings.Join(append(lines, "", list, payload), "\n")
			if hashOf(whole) == hash {
				return whole, true
			}
		}
	}
	return text, false
}

// headerLinesOf joins the words of each header.
func headerLinesOf(words []string) []string {
	var lines []string
	for _, word := range words {
		if len(lines) > 0 && !canonicalHeader.MatchString(word) {
			lines[len(lines)-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
