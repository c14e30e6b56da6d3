package fuzz_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// randomInputs calls f with inputs decoded from random bytes, the same ones in
// every run.
func randomInputs(p *signature.Profile, count int, f func(in *signature.Input)) {
	random := rand.NewChaCha8([32]byte{1})
	data := make([]byte, 160)
	for range count {
		random.Read(data)
		f(fuzz.Input(p, fuzz.NewChoices(data)))
	}
}

func TestNearlyEveryInputReachesASignature(t *testing.T) {
	const count = 2000
	for _, p := range signature.Profiles {
		reached := 0
		var last error
		randomInputs(p, count, func(in *signature.Input) {
			signed, err := p.Sign(in)
			if err != nil {
				last = err
			} else if signed.Stage(signature.SignatureValue) != "" {
				reached++
			}
		})
		if reached < count*95/100 {
			t.Errorf("%s: %d of %d random inputs reach a signature; the last error is %v", p.ID(), reached, count, last)
		}
	}
}

func TestNoBytesAreTheSimplestInput(t *testing.T) {
	for _, p := range signature.Profiles {
		in := fuzz.Input(p, fuzz.NewChoices(nil))
		if len(in.Request.Headers) != 1 || in.Request.Body != "" || in.Bucket == "" || len(in.AdditionalHeaders) > 0 {
			t.Errorf("%s: %+v", p.ID(), in)
		}
		if _, err := p.Sign(in); err != nil {
			t.Error(err)
		}
		if zeros := fuzz.Input(p, fuzz.NewChoices(make([]byte, 400))); !reflect.DeepEqual(zeros, in) {
			t.Errorf("%s: bytes of zero mean %+v\nno bytes %+v", p.ID(), zeros, in)
		}
	}
}

func TestEqualBytesAreEqualInputs(t *testing.T) {
	for _, p := range signature.Profiles {
		var first, second []*signature.Input
		randomInputs(p, 100, func(in *signature.Input) { first = append(first, in) })
		randomInputs(p, 100, func(in *signature.Input) { second = append(second, in) })
		if !reflect.DeepEqual(first, second) {
			t.Errorf("%s: two decodings differ", p.ID())
		}
		if reflect.DeepEqual(first[0], first[1]) {
			t.Errorf("%s: different bytes are the same input", p.ID())
		}
	}
}

// Were it not so, a target that sends its requests would drop them unseen.
func TestEveryInputCanBeSent(t *testing.T) {
	for _, p := range signature.Profiles {
		randomInputs(p, 500, func(in *signature.Input) {
			raw := in.Request.AppendHTTP(nil)
			back, err := wire.ParseRequest(raw, in.Request.Transport)
			if err != nil {
				t.Fatalf("%s: %v\n%q", p.ID(), err, raw)
			}
			sent := in.Request.Clone(0)
			for i := range sent.Headers {
				sent.Headers[i].Value = wire.TrimBlanks(sent.Headers[i].Value)
			}
			if !fuzz.Same(back, sent) {
				t.Fatalf("%s: %q is read as %q", p.ID(), raw, back.AppendHTTP(nil))
			}
		})
	}
}

// A signer in another process is given the JSON form.
func TestEveryInputSurvivesJSON(t *testing.T) {
	for _, p := range signature.Profiles {
		randomInputs(p, 300, func(in *signature.Input) {
			text, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			var back signature.Input
			if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(&back, in) {
				t.Fatalf("%s: %s\nis read as %+v, %v\ninstead of %+v", p.ID(), text, back, err, in)
			}
		})
	}
}

// What the grammar is for: each mistake that signers are known to make, and
// each other way to read a contested rule, shows in some request of it.
func TestEverySlipAndReadingShows(t *testing.T) {
	const budget = 20000
	for _, p := range signature.Profiles {
		others := map[string]*signature.Profile{}
		for _, s := range signature.Slips(p.ID()) {
			others["slip "+s.Name] = s.Apply(p)
		}
		for _, r := range signature.Readings(p.ID()) {
			others["reading "+r.Name] = r.Apply(p)
		}
		randomInputs(p, budget, func(in *signature.Input) {
			if len(others) == 0 {
				return
			}
			right, err := p.Sign(in)
			if err != nil {
				return
			}
			for name, other := range others {
				if got, err := other.Sign(in); err != nil || got.Stage(signature.SignatureValue) != right.Stage(signature.SignatureValue) {
					delete(others, name)
				}
			}
		})
		for name := range others {
			t.Errorf("%s: in %d random inputs none shows the %s; give the grammar a choice that does", p.ID(), budget, name)
		}
	}
}

// OSS refuses what is signed otherwise, whatever the signature.
func TestTheVendorsDateStandsOnceAndInItsForm(t *testing.T) {
	seen := 0
	randomInputs(signature.OSSV4Header, 5000, func(in *signature.Input) {
		date, ok := in.Request.Header("x-oss-date")
		if !ok {
			return
		}
		seen++
		if _, err := time.Parse("20060102T150405Z", date); err != nil || in.Request.HeaderCount("x-oss-date") != 1 {
			t.Fatalf("%v", in.Request.Headers)
		}
	})
	if seen == 0 {
		t.Error("no request has one")
	}
}

func TestAdditionalHeadersAreNamesThatCanBeListed(t *testing.T) {
	seen := 0
	randomInputs(signature.OSSV4Query, 5000, func(in *signature.Input) {
		for _, name := range in.AdditionalHeaders {
			seen++
			if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!") != "" {
				t.Fatalf("%q", name)
			}
		}
	})
	if seen == 0 {
		t.Error("no request has any")
	}
}

func TestEverySubresourceAndAwkwardByteAppears(t *testing.T) {
	for id, list := range map[string]string{"oss-v1/header": "oss-v1", "obs-v2/query": "obs-v2", "oss-v4/query": "oss-v1"} {
		p, err := signature.LookupID(id)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		var seen bytes.Buffer
		randomInputs(p, 5000, func(in *signature.Input) {
			target := wire.SplitTarget(in.Request.Target)
			for _, param := range wire.AppendParams(nil, target.Query) {
				names = append(names, wire.UnescapeQuery(param.Name))
			}
			seen.WriteString(in.Key)
			for _, h := range in.Request.Headers {
				seen.WriteString("\n" + h.Name + ": " + h.Value)
			}
		})
		for _, listed := range signature.SignedParameters(list).Names {
			// A token stands in its own place; the other names that authenticate are on no list.
			if !slices.Contains(names, listed.Name) && !strings.Contains(listed.Name, "security-token") {
				t.Errorf("%s: no request has the parameter %q", id, listed.Name)
			}
		}
		for _, want := range []string{"+", "%", " ", "~", "*", "'", "(", ")", "!", "//", "./", "\u00e9", "\u4e2d", "\U0001f600", "\x01", "\x00", "\xff", "\nHOST: ", "\nhost: ", ":  "} {
			if !strings.Contains(seen.String(), want) {
				t.Errorf("%s: no key or header has %q", id, want)
			}
		}
	}
}

func TestASeedSaysWhichInputsCome(t *testing.T) {
	one, again, other := fuzz.NewRandom(1), fuzz.NewRandom(1), fuzz.NewRandom(1<<40)
	differs := false
	for range 100 {
		a := slices.Clone(one.Next())
		if b := again.Next(); !bytes.Equal(a, b) {
			t.Fatalf("%x, and then %x", a, b)
		}
		differs = differs || !bytes.Equal(a, other.Next())
	}
	if !differs {
		t.Error("another seed makes the same inputs")
	}
}
