package mutants

import (
	"slices"
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

// anotherMethod sends one method for another.
func anotherMethod(from, to string) Break {
	return plans(func(p *Plan) {
		if p.Request.Method == from {
			p.Request.Method = to
		}
	})
}

// anotherHost sends to another host.
func anotherHost(change func(host string) string) Break {
	return plans(func(p *Plan) { p.Request.SetHeader("Host", change(p.Request.Host())) })
}

// anotherBucket sends to another bucket, where the host names it.
func anotherBucket(change func(bucket string) string) Break {
	return plans(func(p *Plan) {
		if p.Bucket != "" && p.Addressing == signature.VirtualHost {
			endpoint := strings.TrimPrefix(p.Request.Host(), p.Bucket)
			p.Bucket = change(p.Bucket)
			p.Request.SetHeader("Host", p.Bucket+endpoint)
		}
	})
}

// anotherBody sends another body.
func anotherBody(change func(body string) string) Break {
	return plans(func(p *Plan) { p.Request.Body = change(p.Request.Body) })
}

// anotherToken sends another token.
func anotherToken(change func(token string) string) Break {
	return plans(func(p *Plan) { p.Credentials.SecurityToken = change(p.Credentials.SecurityToken) })
}

// tokenLost sends no token in some cases.
func tokenLost(lost func(p *Plan) bool) Break {
	return plans(func(p *Plan) {
		if lost(p) {
			p.Credentials.SecurityToken = ""
		}
	})
}

// anotherLifetime signs for other seconds than were asked for.
func anotherLifetime(change func(seconds int64) int64) Break {
	return plans(func(p *Plan) {
		if asked := p.Case.Operation.Expires; asked != 0 {
			p.Expires += change(asked) - asked
		}
	})
}

// addTo adds a header to a request.
func addTo(req *wire.Request, name, value string) {
	req.Headers = append(slices.Clone(req.Headers), wire.Header{Name: name, Value: value})
}

// changePath changes the path of a request.
func changePath(req *wire.Request, change func(path string) string) {
	t := wire.SplitTarget(req.Target)
	t.Path = change(t.Path)
	req.Target = t.String()
}

// signedValues signs the values that the caller gave, changed, and sends them
// trimmed.
func signedValues(change func(given string) string) Break {
	return Break{Sends: func(s *Sender) {
		var given map[string]string
		s.Plan = func(p *Plan) { given = givenValues(p) }
		s.Sign = func(p *signature.Profile) *signature.Profile {
			return p.WithValues(func(h wire.Header) string {
				if v, ok := given[strings.ToLower(h.Name)]; ok {
					return change(v)
				}
				return h.Value
			})
		}
	}}
}

// givenValues are the values of headers as the caller gave them.
func givenValues(p *Plan) map[string]string {
	given := map[string]string{}
	add := func(prefix string, pairs [][2]wire.Bytes) {
		for _, h := range pairs {
			given[strings.ToLower(prefix+string(h[0]))] = string(h[1])
		}
	}
	add("", p.Case.Operation.Headers)
	add(p.Profile.Names.HeaderPrefix+"meta-", p.Case.Operation.Metadata)
	return given
}
