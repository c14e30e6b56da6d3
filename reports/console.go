package reports

import "strings"

// disarm takes the meaning that services of continuous integration give to lines
// of a log from lines that merely hold what a subject said: GitHub obeys a line
// that begins with :: after blanks, Azure Pipelines one that holds ##[ or ##vso[.
// A backslash goes in front, or in between.
func disarm(text string) string {
	if !strings.Contains(text, "::") && !strings.Contains(text, "##") {
		return text
	}
	text = strings.NewReplacer("##[", `#\#[`, "##vso[", `#\#vso[`).Replace(text)
	var out strings.Builder
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		if strings.HasPrefix(rest, "::") {
			line = line[:len(line)-len(rest)] + `\` + rest
		}
		out.WriteString(line)
	}
	return out.String()
}
