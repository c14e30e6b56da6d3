package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Diagnosis is the answer of [Explain], and the one of a report.
type Diagnosis = reports.Diagnosis

// mistake is a row of mistakes.json: something that can go wrong between the
// string that is signed and the string the service makes.
type mistake struct {
	Name    string `json:"name"`
	Cause   string `json:"cause"`
	Perhaps string `json:"perhaps,omitempty"` // a cause that can stand behind it
	Says    string `json:"says"`
}

type mistakesFile struct {
	Schema   string    `json:"$schema"`
	Mistakes []mistake `json:"mistakes"`
}

var knownMistakes = mustLoad[mistakesFile]("mistakes.json")

var mistakesByName = func() map[string]*mistake {
	out := make(map[string]*mistake, len(knownMistakes.Mistakes))
	for i := range knownMistakes.Mistakes {
		out[knownMistakes.Mistakes[i].Name] = &knownMistakes.Mistakes[i]
	}
	return out
}()

// made is a mistake that was made, with what it was made of.
type made struct {
	*mistake
	detail string // such as the name of the header; may be empty
}

func did(name, detail string) made {
	m, ok := mistakesByName[name]
	if !ok {
		panic("diagnose: mistakes.json has no " + name)
	}
	return made{m, detail}
}

func (m made) String() string {
	if m.detail == "" {
		return m.Says
	}
	return m.Says[:len(m.Says)-1] + ": " + m.detail + "."
}

// reading is a list of mistakes that together explain a signature.
type reading struct {
	mistakes []made
	signed   string // what was signed then; "" where only a key or a step differs
}

func (r *reading) has(cause string) bool {
	return slices.ContainsFunc(r.mistakes, func(m made) bool { return m.Cause == cause })
}

// credentials is the cause of a wrong pair of id and secret.
const credentials = "C02"

// hasOther reports whether a reading has another cause than one.
func (r *reading) hasOther(cause string) bool {
	return slices.ContainsFunc(r.mistakes, func(m made) bool { return m.Cause != cause })
}

// causes returns the ids of the causes of a reading, each once.
func (r *reading) causes() []string {
	var ids []string
	for _, m := range r.mistakes {
		if !slices.Contains(ids, m.Cause) {
			ids = append(ids, m.Cause)
		}
	}
	return ids
}

// conclude puts the causes into their order: proof before suspicion, and among
// equals as they were found.
func (c *inquiry) conclude() Diagnosis {
	slices.SortStableFunc(c.out.Causes, func(a, b reports.Cause) int {
		return cmp.Compare(rank(a.Confidence), rank(b.Confidence))
	})
	c.help()
	return c.out
}

func rank(confidence string) int {
	if confidence == reports.Proof {
		return 0
	}
	return 1
}

// say adds a cause, or makes a suspicion a proof.
func (c *inquiry) say(id, confidence, evidence string, by ...Party) {
	cause, known := Cause(id)
	if !known {
		return
	}
	if len(by) == 0 {
		by = cause.AtFault
	}
	said := reports.Cause{ID: id, Name: cause.Name, Confidence: confidence, Evidence: evidence, Fix: cause.Fix.For(c.dialect), ChangedBy: partyNames(by)}
	if advice, ok := c.Client.Fix(id); ok {
		said.Fix = advice.Text
	}
	for i := range c.out.Causes {
		if had := &c.out.Causes[i]; had.ID == id {
			if had.Confidence == reports.Suspicion && confidence == reports.Proof {
				*had = said
			}
			return
		}
	}
	c.out.Causes = append(c.out.Causes, said)
}

func partyNames(by []Party) []string {
	names := make([]string, len(by))
	for i, p := range by {
		names[i] = string(p)
	}
	return names
}

func (c *inquiry) proven() bool { return len(c.out.Proven()) > 0 }

func (c *inquiry) contradict(text string) {
	if !slices.Contains(c.out.Contradictions, text) {
		c.out.Contradictions = append(c.out.Contradictions, text)
	}
}

// tell turns readings into causes. A cause is proven when no reading does
// without it; else it is one of several that fit.
func (c *inquiry) tell(readings []reading, sure bool, how string, by ...Party) {
	if len(readings) == 0 {
		return
	}
	for i := range readings {
		for _, m := range readings[i].mistakes {
			everywhere := sure && !slices.ContainsFunc(readings, func(r reading) bool { return !r.has(m.Cause) })
			confidence, evidence := reports.Proof, m.String()+" "+sentence(how)
			if everywhere && vague[m.Name] {
				everywhere, evidence = false, m.String()+" "+sentence(how)+" What led to that cannot be told."
				confidence = reports.Suspicion
			} else if everywhere && m.Cause == credentials && readings[i].hasOther(credentials) {
				// What else is wrong is enough to be refused: the key may be right.
				confidence = reports.Suspicion
				evidence = m.String() + " That is so if the secret given here is the right one; else the signer had the right one, and this one was copied wrongly."
			} else if !everywhere {
				confidence = reports.Suspicion
				if sure {
					evidence = m.String() + " It is one of the ways to come to the signature."
				} else {
					evidence = m.String() + " Suspected, because " + how + "."
				}
			}
			c.say(m.Cause, confidence, evidence, by...)
			if m.Perhaps != "" && c.possible(m) {
				c.say(m.Perhaps, reports.Suspicion, m.String()+" This can stand behind it; the evidence does not tell.")
			}
		}
		c.record(&readings[i])
	}
}

// sentence makes one of a clause in ASCII.
func sentence(clause string) string { return strings.ToUpper(clause[:1]) + clause[1:] + "." }

// record adds a reading to the answer.
func (c *inquiry) record(r *reading) {
	if len(r.mistakes) == 0 {
		return
	}
	out := reports.Reading{Causes: r.causes()}
	for _, m := range r.mistakes {
		out.Mistakes = append(out.Mistakes, m.String())
	}
	for i := range c.out.Readings {
		if slices.Equal(c.out.Readings[i].Mistakes, out.Mistakes) {
			return
		}
	}
	if r.signed != "" {
		out.Signed = bytesOf(r.signed)
	}
	c.out.Readings = append(c.out.Readings, out)
}

// possible says whether a cause can stand behind a mistake, as far as the
// request tells.
func (c *inquiry) possible(m made) bool {
	if m.Perhaps != "C25" {
		return true
	}
	if c.Request == nil || c.carrier != signature.InHeader { // nobody looks headers up for a URL
		return c.carrier == signature.InHeader
	}
	for _, h := range c.Request.Headers {
		if wire.EqualFold(h.Name, "Content-Type") || wire.EqualFold(h.Name, "Content-MD5") {
			if h.Name != "Content-Type" && h.Name != "Content-MD5" {
				return true
			}
		}
	}
	return false
}
