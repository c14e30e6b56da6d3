package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The lines of a StringToSign and of a canonical request.

// replaced replaces a text in a stage wherever it stands.
func replaced(name signature.Stage, old, new string) Break {
	return text(name, func(built string) string { return strings.ReplaceAll(built, old, new) })
}

// inLines edits the lines of a stage, in place.
func inLines(name signature.Stage, edit func(s *signature.Signing, lines []string)) Break {
	return output(name, func(s *signature.Signing, built string) string {
		lines := strings.Split(built, "\n")
		edit(s, lines)
		return strings.Join(lines, "\n")
	})
}

// outputLine edits one line of a stage; nothing happens where there is none.
func outputLine(name signature.Stage, at int, edit func(s *signature.Signing, line string) string) Break {
	return inLines(name, func(s *signature.Signing, lines []string) {
		if at < len(lines) {
			lines[at] = edit(s, lines[at])
		}
	})
}

// textLine is [outputLine] where the request does not matter.
func textLine(name signature.Stage, at int, edit func(line string) string) Break {
	return outputLine(name, at, func(_ *signature.Signing, line string) string { return edit(line) })
}

// swapLines exchanges two lines of the StringToSign.
func swapLines(i, j int) Break {
	return inLines(signature.StringToSign, func(_ *signature.Signing, lines []string) { lines[i], lines[j] = lines[j], lines[i] })
}

// lineLeftOut leaves out a line of the StringToSign when it is empty.
func lineLeftOut(i int) Break {
	return text(signature.StringToSign, func(built string) string {
		lines := strings.Split(built, "\n")
		if lines[i] == "" {
			lines = slices.Delete(lines, i, i+1)
		}
		return strings.Join(lines, "\n")
	})
}

// methodAs signs one method as another.
func methodAs(from, to string) Break {
	return input(func(r *wire.Request) {
		if r.Method == from {
			r.Method = to
		}
	}, signature.CanonicalRequest, signature.StringToSign)
}

// methodsTaken are signers that do not know a method: pairs of the one that is
// sent and the one that is signed.
func methodsTaken(requirement, prefix, where string, profiles []string, pairs ...string) []Mutant {
	var family []Mutant
	for i := 0; i < len(pairs); i += 2 {
		sent, signed := pairs[i], pairs[i+1]
		family = append(family, Mutant{requirement, prefix + strings.ToLower(sent+"-as-"+signed), "signs " + sent + " as " + signed + where, profiles, methodAs(sent, signed)})
	}
	return family
}
