package mutants

import (
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
	return during(stages, func(s *signature.Signing) func() {
		request, target, params := s.Request, s.Target, s.Params
		s.Request = request.Clone(1)
		change(s.Request)
		if s.Request.Target != request.Target { // that of a URL to be signed lacks its authentication
			s.Target = wire.SplitTarget(s.Request.Target)
			s.Params = wire.AppendParams(nil, s.Target.Query)
		}
		return func() { s.Request, s.Target, s.Params = request, target, params }
	})
}

// during builds the named stages, or all if none is named, while change is in
// force; what change returns undoes it for the stages behind them.
func during(stages []signature.Stage, change func(s *signature.Signing) (undo func())) Break {
	if len(stages) == 0 {
		stages = signature.Stages
	}
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				defer change(s)()
				return build(s, dst)
			})
		}
		return p
	}}
}

// server changes what a server knows or checks.
func server(change func(v *signature.Verifier)) Break { return Break{Server: change} }

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
