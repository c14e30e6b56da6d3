package vectors

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// tampering moves what is changed on the way. Values in which the right signature
// of the case stands, such as an Authorization spelled otherwise, get the one of
// the moved case. Mistakes of a signer come last: they are put into the strings of
// the case without them.
func (m *mover) tampering(moved *Case) error {
	given := moved.Expect.Tamper
	moved.Expect.Tamper = slices.Clone(given)
	for i := range moved.Expect.Tamper {
		if t := &moved.Expect.Tamper[i]; t.Op != "set-stage" {
			if err := m.tamper(t); err != nil {
				return err
			}
		}
	}
	if err := m.signatures(moved); err != nil {
		return err
	}
	for i := range moved.Expect.Tamper {
		if t := &moved.Expect.Tamper[i]; t.Op == "set-stage" {
			if err := m.mistake(moved, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// signatures puts the signature of the moved case where that of the case stands in
// what is changed after signing.
func (m *mover) signatures(moved *Case) error {
	before, err := withoutMistakes(m.c, m.profile)
	if err != nil {
		return nil // its mistake is that it cannot be signed otherwise
	}
	right := before.Stage(signature.SignatureValue)
	for i := range moved.Expect.Tamper {
		t := &moved.Expect.Tamper[i]
		if t.When != "after-signing" || !strings.Contains(string(t.Value), right) {
			continue
		}
		after, err := withoutMistakes(moved, m.profile)
		if err != nil {
			return &LeftOut{"it cannot be made anew: " + err.Error(), true}
		}
		t.Value = wire.Bytes(strings.ReplaceAll(string(t.Value), right, after.Stage(signature.SignatureValue)))
	}
	return nil
}

func (m *mover) tamper(t *Tamper) error {
	value := string(t.Value)
	n := &m.profile.Names
	switch {
	case t.Op == "set-path":
		path, err := m.path(value)
		if err != nil {
			return err
		}
		value = path
	case strings.HasSuffix(t.Op, "-field") && t.Target == "key":
		value = m.w.Prefix + value
	case strings.HasSuffix(t.Op, "-field") && t.Target == n.Policy:
		value = m.encodedPolicy(value)
	case t.Target == n.Expires && n.Expires != "" && !m.v4():
		value = m.unix(value)
	default:
		value = m.text(value)
	}
	t.Value, t.Old = wire.Bytes(value), wire.Bytes(m.text(string(t.Old)))
	return nil
}

// mistake moves the string that a client with a known mistake signs: what is
// of the world in it is found by moving the right string in the same way, which
// must give the right string of the world.
func (m *mover) mistake(moved *Case, t *Tamper) error {
	stage := signature.Stage(t.Target)
	if stage == signature.SignatureValue || stage == signature.SigningKey {
		return &LeftOut{Reason: "its mistake is in a value made with another secret"}
	}
	before, err := withoutMistakes(m.c, m.profile)
	if err != nil {
		return &LeftOut{"it cannot be made anew: " + err.Error(), true}
	}
	after, err := withoutMistakes(moved, m.profile)
	if err != nil {
		return &LeftOut{"it cannot be made anew: " + err.Error(), true}
	}
	right, want := before.Stage(stage), after.Stage(stage)
	if m.signedText(stage, right, before, after) != want {
		return &LeftOut{Reason: "the string of its mistake cannot be moved"}
	}
	value := m.signedText(stage, string(t.Value), before, after)
	if value == want {
		return &LeftOut{Reason: "its mistake is none at this endpoint"}
	}
	t.Value = wire.Bytes(value)
	return nil
}

// signedText moves a stage, right or wrong.
func (m *mover) signedText(stage signature.Stage, s string, before, after *signature.Signed) string {
	old := &m.c.Input
	if hash := lastLine(before.Stage(signature.StringToSign)); m.v4() && m.profile.Carrier != signature.InForm {
		s = strings.ReplaceAll(s, hash, lastLine(after.Stage(signature.StringToSign)))
	}
	if m.profile.Carrier == signature.InForm {
		return m.encodedPolicy(s)
	}
	prefix := m.below("")
	if m.profile.Scheme == "obs-v4" {
		from, to := "/", m.root()+prefix
		if old.Addressing == signature.PathStyle {
			from += old.Bucket + "/"
		}
		if stage == signature.CanonicalRequest {
			s = strings.Replace(s, "\n"+from, "\n"+to, 1)
		} else if stage == signature.CanonicalResource && strings.HasPrefix(s, from) {
			s = to + strings.TrimPrefix(s, from)
		}
	} else {
		for _, slash := range []string{"/", "%2F", "%2f"} {
			s = strings.ReplaceAll(s, slash+old.Bucket+slash, slash+m.w.Bucket+slash+strings.ReplaceAll(prefix, "/", slash))
		}
	}
	s = strings.ReplaceAll(s, old.Request.Host(), m.w.Authority())
	if !m.v4() && m.profile.Carrier == signature.InQuery {
		lines := strings.Split(s, "\n")
		for i := range lines {
			lines[i] = m.unix(lines[i])
		}
		s = m.query(strings.Join(lines, "\n"))
	}
	return m.text(s)
}

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }

// withoutMistakes signs a case as a right signer does.
func withoutMistakes(c *Case, profile *signature.Profile) (*signature.Signed, error) {
	in := c.Input.Clone()
	for i := range c.Expect.Tamper {
		if t := &c.Expect.Tamper[i]; t.When == "before-signing" && t.Op != "set-stage" {
			if err := t.change(in.Request); err != nil {
				return nil, err
			}
		}
	}
	return profile.Sign(in)
}
