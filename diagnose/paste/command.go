package paste

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// command finds a curl command at the beginning of a line, behind the prompt of
// a shell.
var command = regexp.MustCompile(`(?m)^[ \t]*(?:[$#>%][ \t]+)?(?:curl|printf '[^\n]*\| *curl)[ \t\\]`)

// longestCommand is what wire reads of a command line.
const longestCommand = 128 << 10

// commands reads the curl commands of a text.
func (c *collection) commands(t *text) {
	if !strings.Contains(t.all, "curl") {
		return
	}
	for _, m := range command.FindAllStringIndex(t.all, 16) {
		from := m[0] + strings.IndexAny(t.all[m[0]:], "cp")
		to := commandEnd(t, from)
		if !t.free(from) || to-from > longestCommand {
			continue
		}
		line := strings.ReplaceAll(strings.TrimRight(t.all[from:to], " \t\r\n"), "\\\r\n", "\\\n")
		req, err := wire.ParseCurl(line)
		where := t.note(from, to, "")
		t.take(from, to)
		if err != nil {
			where.Text = fmt.Sprintf("a curl command that cannot be read: %v", err)
			c.unused(where)
			continue
		}
		where.Text = "a curl command, " + summary(req)
		c.addExchange(Exchange{Request: req, Seen: diagnose.AtClient, Where: where, fromCommand: true})
	}
}

// commandEnd is where a command ends: at a line end that is neither quoted nor
// continued.
func commandEnd(t *text, from int) int {
	quote := byte(0)
	for i := from; i < len(t.all); i++ {
		switch ch := t.all[i]; {
		case ch == '\\' && quote != '\'':
			if strings.HasPrefix(t.all[i+1:], "\r\n") {
				i++
			}
			i++
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"':
			quote = ch
		case ch == '\n':
			return i
		}
		if i-from > longestCommand {
			break
		}
	}
	return len(t.all)
}
