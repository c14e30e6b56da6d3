package mutants

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// What a server reads, forgives, demands and compares.

// sees changes a request between the wire and the verifier.
func sees(change func(r *wire.Request)) Break { return Break{Sees: change} }

// seesAuthorization reads another Authorization header than arrived.
func seesAuthorization(change func(value string) string) Break {
	return sees(func(r *wire.Request) {
		for i := range r.Headers {
			if wire.EqualFold(r.Headers[i].Name, "Authorization") {
				r.Headers[i].Value = change(r.Headers[i].Value)
			}
		}
	})
}

// authorizationSeen takes one text in the Authorization header for another.
func authorizationSeen(sent, seen string) Break {
	return seesAuthorization(func(value string) string { return strings.Replace(value, sent, seen, 1) })
}

// authorizationAs changes the Authorization header that a signer writes.
func authorizationAs(old, new string) Break {
	return text(signature.Authorization, func(built string) string { return strings.Replace(built, old, new, 1) })
}

// forgiving reads a request's authentication without the faults that match.
func forgiving(forgiven func(f *signature.Fault) bool) Break {
	return reading(func(_ *signature.Signing, faults []*signature.Fault) []*signature.Fault {
		var kept []*signature.Fault
		for _, f := range faults {
			if !forgiven(f) {
				kept = append(kept, f)
			}
		}
		return kept
	})
}

// forgivingEC is [forgiving] by error code.
func forgivingEC(codes ...string) Break {
	return forgiving(func(f *signature.Fault) bool { return slices.Contains(codes, f.EC) })
}

// forgivingRule is [forgiving] by words of the rule.
func forgivingRule(words string) Break {
	return forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, words) })
}

// forgivingAt is [forgiving] by words of the rule, in one header, parameter or
// field.
func forgivingAt(name, words string) Break {
	return forgiving(func(f *signature.Fault) bool {
		return strings.HasSuffix(f.Where, " "+name) && strings.Contains(f.Rule, words)
	})
}

// refusing refuses requests that a right server takes.
func refusing(refused func(s *signature.Signing) bool) Break {
	return reading(func(s *signature.Signing, faults []*signature.Fault) []*signature.Fault {
		if refused(s) {
			faults = append(faults, &signature.Fault{Class: signature.MalformedAuthorization, Where: "request", Offset: -1, Rule: "the mutant wants it otherwise"})
		}
		return faults
	})
}

// demanding is [refusing] all that is not fine.
func demanding(fine func(s *signature.Signing) bool) Break {
	return refusing(func(s *signature.Signing) bool { return !fine(s) })
}

// reading changes what was read of a request, and the faults that were found.
func reading(change func(s *signature.Signing, faults []*signature.Fault) []*signature.Fault) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Read = func(s *signature.Signing) []*signature.Fault { return change(s, p.Read(s)) }
		return c
	}}
}

// letsPass takes a provided signature for the right one.
func letsPass(passes func(right, provided string) bool) Break {
	return output(signature.SignatureValue, func(s *signature.Signing, right string) string {
		if s.Provided != "" && passes(right, s.Provided) {
			return s.Provided
		}
		return right
	})
}

// alike takes a signature for the right one if some form of both is the same.
func alike(form func(sig string) string) Break {
	return letsPass(func(right, provided string) bool { return form(right) == form(provided) })
}

// secrets looks key ids up otherwise.
func secrets(look func(find func(id string) (signature.Credentials, bool), id string) (signature.Credentials, bool)) Break {
	return server(func(v *signature.Verifier) {
		find := v.Secret
		v.Secret = func(id string) (signature.Credentials, bool) { return look(find, id) }
	})
}

// anyToken has no token on record to compare with.
func anyToken() Break {
	return secrets(func(find func(string) (signature.Credentials, bool), id string) (signature.Credentials, bool) {
		c, ok := find(id)
		c.SecurityToken = ""
		return c, ok
	})
}

// pardons lets in some of the requests that are refused: said is the answer
// that should have been given.
func pardons(which func(r *wire.Request, said string) bool) Break {
	return Break{Answer: func(r *wire.Request, a *endpoint.Response) {
		if a.Status >= http.StatusBadRequest && which(r, a.Body) {
			*a = endpoint.Response{Status: http.StatusOK}
		}
	}}
}

// pardonsEC is [pardons] by error code.
func pardonsEC(ec string) Break {
	return pardons(func(_ *wire.Request, said string) bool { return strings.Contains(said, "<EC>"+ec+"</EC>") })
}

// pardonsSaying is [pardons] by any of the words of the answer.
func pardonsSaying(words ...string) Break {
	return pardons(func(_ *wire.Request, said string) bool {
		for _, w := range words {
			if strings.Contains(said, w) {
				return true
			}
		}
		return false
	})
}

// refuses turns some of the requests away that should be let in.
func refuses(which func(r *wire.Request) bool) Break {
	return Break{Answer: func(r *wire.Request, a *endpoint.Response) {
		if a.Status < http.StatusMultipleChoices && which(r) {
			*a = endpoint.Response{Status: http.StatusForbidden}
		}
	}}
}

// reads takes the authentication of a request and changes what was read.
func reads(change func(s *signature.Signing)) Break {
	return reading(func(s *signature.Signing, faults []*signature.Fault) []*signature.Fault {
		change(s)
		return faults
	})
}

// withDefault reads over one fault of a parameter and has a value in its place.
func withDefault(name, words string, set func(s *signature.Signing)) Break {
	return reading(func(s *signature.Signing, faults []*signature.Fault) []*signature.Fault {
		kept := slices.DeleteFunc(slices.Clone(faults), func(f *signature.Fault) bool {
			return strings.HasSuffix(f.Where, " "+name) && strings.Contains(f.Rule, words)
		})
		if len(kept) < len(faults) {
			set(s)
		}
		return kept
	})
}

// inURL edits the value of a parameter where it stands in a URL.
func inURL(name string, edit func(value string) string) func(url string) string {
	return func(url string) string {
		at := strings.Index(url, name+"=")
		if at < 0 {
			return url
		}
		at += len(name) + 1
		value, rest, more := strings.Cut(url[at:], "&")
		if more {
			rest = "&" + rest
		}
		return url[:at] + edit(value) + rest
	}
}

// inSignature edits the signature of a URL of the V1 family.
func inSignature(edit func(value string) string) func(url string) string {
	return inURL("&Signature", edit)
}

// inParameter edits the value of a parameter in a request that arrives.
func inParameter(name string, edit func(value string) string) func(r *wire.Request) {
	return func(r *wire.Request) { r.Target = inURL(name, edit)(r.Target) }
}

// signatureParameter edits the signature of a URL that arrives.
func signatureParameter(edit func(value string) string) func(r *wire.Request) {
	return inParameter("&Signature", edit)
}

// firstAuthorization takes every Authorization header away but the first.
func firstAuthorization(r *wire.Request) {
	seen := false
	r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool {
		again := seen && wire.EqualFold(h.Name, "Authorization")
		seen = seen || wire.EqualFold(h.Name, "Authorization")
		return again
	})
}

// authorizationRead reads an Authorization header of one form as one of another:
// seen may name the groups of the pattern.
func authorizationRead(pattern, seen string) Break {
	form := regexp.MustCompile(pattern)
	return seesAuthorization(func(value string) string { return form.ReplaceAllString(value, seen) })
}

// keysInAnyCase knows the keys of pairs in every letter case.
func keysInAnyCase(separator string, names ...string) Break {
	keys := regexp.MustCompile(`(?i)\b(` + strings.Join(names, "|") + `)` + separator)
	return seesAuthorization(func(value string) string {
		return keys.ReplaceAllStringFunc(value, func(key string) string {
			for _, name := range names {
				if strings.EqualFold(key, name+separator) {
					return name + separator
				}
			}
			return key
		})
	})
}

// anyKey takes every key id for the one it knows.
func anyKey() Break {
	return secrets(func(find func(string) (signature.Credentials, bool), id string) (signature.Credentials, bool) {
		c, _ := find(id)
		return c, true
	})
}

// keyInAnyCase looks key ids up without regard to letter case.
func keyInAnyCase() Break {
	return secrets(func(find func(string) (signature.Credentials, bool), id string) (signature.Credentials, bool) {
		c, ok := find(id)
		return c, ok || strings.EqualFold(id, c.AccessKeyID)
	})
}
