package mutants

import (
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The ways to break a rule. Each makes a [Break] of one small change.

// table changes the tables of a profile: its names, lists and choices.
func table(change func(p *signature.Profile)) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		change(c)
		return c
	}}
}

// stage builds a stage otherwise.
func stage(name signature.Stage, build func(s *signature.Signing, dst []byte) ([]byte, error)) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile { return p.Replace(name, build) }}
}

// output edits what a stage came to.
func output(name signature.Stage, edit func(s *signature.Signing, built string) string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		return rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
			built, err := build(s, nil)
			if err != nil {
				return nil, err
			}
			return append(dst, edit(s, string(built))...), nil
		})
	}}
}

// text is [output] where the request does not matter.
func text(name signature.Stage, edit func(built string) string) Break {
	return output(name, func(_ *signature.Signing, built string) string { return edit(built) })
}

// input builds the named stages, or all if none is named, from another request
// than the one that goes out. Bucket, key and addressing stay those of the real
// one: see [key].
func input(change func(r *wire.Request), stages ...signature.Stage) Break {
	if len(stages) == 0 {
		stages = signature.Stages
	}
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				request, target, params := s.Request, s.Target, s.Params
				s.Request = request.Clone(1)
				change(s.Request)
				if s.Request.Target != request.Target { // that of a URL to be signed lacks its authentication
					s.Target = wire.SplitTarget(s.Request.Target)
					s.Params = wire.AppendParams(nil, s.Target.Query)
				}
				out, err := build(s, dst)
				s.Request, s.Target, s.Params = request, target, params
				return out, err
			})
		}
		return p
	}}
}

// headers builds every stage from other headers than were sent.
func headers(change func(h wire.Header) (changed wire.Header, keep bool)) Break {
	return input(func(r *wire.Request) {
		kept := r.Headers[:0]
		for _, h := range r.Headers {
			if h, keep := change(h); keep {
				kept = append(kept, h)
			}
		}
		r.Headers = kept
	})
}

// parameters builds the named stages from other parameters than were sent,
// nothing decoded.
func parameters(change func(params []wire.Param) []wire.Param, stages ...signature.Stage) Break {
	if len(stages) == 0 {
		stages = signature.Stages
	}
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				params := s.Params
				s.Params = change(append([]wire.Param(nil), params...))
				out, err := build(s, dst)
				s.Params = params
				return out, err
			})
		}
		return p
	}}
}

// resource builds the named stages, or all, for another bucket, key or
// addressing.
func resource(change func(r *signature.Resource), stages ...signature.Stage) Break {
	if len(stages) == 0 {
		stages = signature.Stages
	}
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				real := s.Resource
				change(&s.Resource)
				out, err := build(s, dst)
				s.Resource = real
				return out, err
			})
		}
		return p
	}}
}

// signedHeader signs other headers.
func signedHeader(signed func(p *signature.Profile, s *signature.Signing, name string) bool) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.SignedHeader = func(s *signature.Signing, name string) bool { return signed(p, s, name) }
		return c
	}}
}

// signedParameter signs other parameters, where a scheme has a list.
func signedParameter(signed func(p *signature.Profile, name string) bool) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.SignedParameter = func(name string) bool { return signed(p, name) }
		return c
	}}
}

// unlisted takes names off the list of signed parameters.
func unlisted(names ...string) Break {
	return signedParameter(func(p *signature.Profile, name string) bool {
		for _, n := range names {
			if n == name {
				return false
			}
		}
		return p.SignedParameter(name)
	})
}

// listed puts names on the list of signed parameters.
func listed(names ...string) Break {
	return signedParameter(func(p *signature.Profile, name string) bool {
		for _, n := range names {
			if n == name {
				return true
			}
		}
		return p.SignedParameter(name)
	})
}

// headerValue signs other header values.
func headerValue(change func(sent string) string) Break {
	return table(func(p *signature.Profile) { p.HeaderValue = change })
}

// dateLine fills the date line of the V1 family otherwise.
func dateLine(line func(s *signature.Signing) string) Break {
	return table(func(p *signature.Profile) {
		p.DateLine = func(s *signature.Signing) (string, error) { return line(s), nil }
	})
}

// forgiving reads a request's authentication without the faults that match.
func forgiving(forgiven func(f *signature.Fault) bool) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Read = func(s *signature.Signing) []*signature.Fault {
			var kept []*signature.Fault
			for _, f := range p.Read(s) {
				if !forgiven(f) {
					kept = append(kept, f)
				}
			}
			return kept
		}
		return c
	}}
}

// forgivingEC is [forgiving] by error code.
func forgivingEC(codes ...string) Break {
	return forgiving(func(f *signature.Fault) bool {
		for _, ec := range codes {
			if f.EC == ec {
				return true
			}
		}
		return false
	})
}

// limits checks the times of a request otherwise; nil checks none.
func limits(check func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Limits = nil
		if check != nil {
			c.Limits = func(s *signature.Signing, now time.Time) *signature.Fault { return check(p, s, now) }
		}
		return c
	}}
}

// clock moves the server's clock.
func clock(by time.Duration) Break {
	return server(func(v *signature.Verifier) {
		now := v.Now
		v.Now = func() time.Time { return now().Add(by) }
	})
}

// server changes what a server knows or checks.
func server(change func(v *signature.Verifier)) Break { return Break{Server: change} }

// sees changes a request between the wire and the verifier.
func sees(change func(r *wire.Request)) Break { return Break{Sees: change} }

// answers changes what a server says.
func answers(change func(a *endpoint.Response)) Break {
	return Break{Answer: func(_ *wire.Request, a *endpoint.Response) { change(a) }}
}

type builder = func(s *signature.Signing, dst []byte) ([]byte, error)

// rebuilt is p with the step of a stage wrapped; a stage p does not have is
// left alone.
func rebuilt(p *signature.Profile, name signature.Stage, wrap func(s *signature.Signing, dst []byte, build builder) ([]byte, error)) *signature.Profile {
	c := p.Clone()
	for i := range c.Steps {
		if build := c.Steps[i].Build; c.Steps[i].Stage == name {
			c.Steps[i].Build = func(s *signature.Signing, dst []byte) ([]byte, error) { return wrap(s, dst, build) }
		}
	}
	return c
}

// The profiles of a scheme, for Mutant.Profiles.

func header(scheme string) []string { return []string{scheme + "/header"} }
func query(scheme string) []string  { return []string{scheme + "/query"} }
func form(scheme string) []string   { return []string{scheme + "/form"} }

// requests are the carriers that sign the request itself: all but forms.
func requests(scheme string) []string { return []string{scheme + "/header", scheme + "/query"} }

func carriers(scheme string) []string { return append(requests(scheme), scheme+"/form") }

// both makes the changes of two breaks of a profile: a fault that is forgiven in
// one place is often found again in the next.
func both(a, b Break) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile { return b.Profile(a.Profile(p)) }}
}
