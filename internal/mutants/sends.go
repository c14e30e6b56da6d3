package mutants

import (
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The ways to break a sender.

// plans changes the request before it is signed.
func plans(change func(p *Plan)) Break { return Break{Sends: func(s *Sender) { s.Plan = change }} }

// onTheWay changes the request after it was signed.
func onTheWay(change func(p *Plan, req *wire.Request)) Break {
	return Break{Sends: func(s *Sender) { s.Sent = change }}
}

// keyPath writes the key otherwise into the path.
func keyPath(escape func(key string) string) Break {
	return Break{Sends: func(s *Sender) { s.Key = escape }}
}

// anotherKey sends another key, in the path or in the form.
func anotherKey(change func(key string) string) Break {
	return Break{Sends: func(s *Sender) {
		s.Key = func(key string) string { return escapeKey(change(key)) }
		s.Plan = func(p *Plan) {
			for i := range p.Fields {
				if p.Fields[i][0] == "key" {
					p.Fields[i][1] = change(p.Fields[i][1])
				}
			}
		}
	}}
}

// otherValue sends other values of parameters.
func otherValue(change func(value string) string) Break {
	return Break{Sends: func(s *Sender) {
		s.Value = func(value string) string { return wire.EscapeValue(change(value)) }
	}}
}

// otherParameter sends another parameter, decoded, or none.
func otherParameter(change func(name, value string) (string, string, bool)) Break {
	return plans(func(p *Plan) {
		t := wire.SplitTarget(p.Request.Target)
		var kept []string
		for _, q := range wire.AppendParams(nil, t.Query) {
			name, value, keep := change(wire.Unescape(q.Name), wire.Unescape(q.Value))
			switch {
			case keep && q.HasValue:
				kept = append(kept, wire.EscapeValue(name)+"="+wire.EscapeValue(value))
			case keep:
				kept = append(kept, wire.EscapeValue(name))
			}
		}
		t.Query = strings.Join(kept, "&")
		t.HasQuery = len(kept) > 0
		p.Request.Target = t.String()
	})
}

// sourceAs writes the copy source otherwise into its header.
func sourceAs(escape func(source string) string) Break {
	return Break{Sends: func(s *Sender) { s.Source = escape }}
}

// otherSource copies from elsewhere.
func otherSource(change func(source string) string) Break {
	return sourceAs(func(s string) string { return "/" + wire.EscapePath(change(s)) })
}

// otherHeader sends other headers and fields than its caller gave, or none.
func otherHeader(change func(p *Plan, h wire.Header) (wire.Header, bool)) Break {
	return plans(func(p *Plan) {
		kept := p.Request.Headers[:0]
		for _, h := range p.Request.Headers {
			if wire.EqualFold(h.Name, "Host") || strings.HasSuffix(strings.ToLower(h.Name), "-copy-source") {
				kept = append(kept, h)
			} else if h, keep := change(p, h); keep {
				kept = append(kept, h)
			}
		}
		p.Request.Headers = kept
		var fields [][2]string
		for _, f := range p.Fields {
			if f[0] == "key" {
				fields = append(fields, f)
			} else if h, keep := change(p, wire.Header{Name: f[0], Value: f[1]}); keep {
				fields = append(fields, [2]string{h.Name, h.Value})
			}
		}
		p.Fields = fields
	})
}

// otherHeaderValue sends the headers that are meant with another value.
func otherHeaderValue(meant func(p *Plan, name string) bool, change func(value string) string) Break {
	return otherHeader(func(p *Plan, h wire.Header) (wire.Header, bool) {
		if meant(p, h.Name) {
			h.Value = wire.TrimBlanks(change(h.Value))
		}
		return h, true
	})
}

// lostHeader does not send a header.
func lostHeader(lost func(p *Plan, h wire.Header) bool) Break {
	return otherHeader(func(p *Plan, h wire.Header) (wire.Header, bool) { return h, !lost(p, h) })
}

// isMeta tells user metadata, notMeta every other header.
func isMeta(p *Plan, name string) bool {
	prefix := p.Profile.Names.HeaderPrefix + "meta-"
	return len(name) > len(prefix) && wire.EqualFold(name[:len(prefix)], prefix)
}

func notMeta(p *Plan, name string) bool { return !isMeta(p, name) }

// anotherProfile signs by another scheme or carrier where it applies.
func anotherProfile(id func(p *Plan) string) Break {
	return Break{Sends: func(s *Sender) {
		var to string
		s.Plan = func(p *Plan) { to = id(p) }
		s.Sign = func(p *signature.Profile) *signature.Profile {
			if other, err := signature.LookupID(to); err == nil {
				return other
			}
			return p
		}
	}}
}

// inOperation does what a break does in one operation only.
func inOperation(name string, b Break) Break {
	return Break{Sends: func(s *Sender) {
		var broken Sender
		b.Sends(&broken)
		s.Plan = func(p *Plan) {
			if p.Case.Operation.Name != name {
				return
			}
			if broken.Key != nil && p.Operation.Level == "object" {
				careful := escapeKey(p.Input.Key)
				path := strings.TrimSuffix(wire.SplitTarget(p.Request.Target).Path, careful)
				p.Request.Target = path + broken.Key(p.Input.Key) + strings.TrimPrefix(p.Request.Target, path+careful)
			}
			if broken.Plan != nil {
				broken.Plan(p)
			}
		}
	}}
}

// senders are the profiles that SDKs are driven under, by carrier.
func senders(carriers ...string) []string {
	var ids []string
	for _, scheme := range []string{"oss-v1", "oss-v2", "oss-v4", "obs-v2", "obs-aws-v2", "obs-v4"} {
		for _, carrier := range carriers {
			ids = append(ids, scheme+"/"+carrier)
		}
	}
	return ids
}
