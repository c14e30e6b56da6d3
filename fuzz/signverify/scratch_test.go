package signverify

import (
	"math/rand"
	"os"
	"strings"
	"testing"
	"fmt"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
)

func TestScratch(t *testing.T) {
	seen := map[string]bool{}
	write := func(name string, d []byte) {
		if seen[string(d)] { return }
		seen[string(d)] = true
		if len(d) == 0 { d = []byte{0} }
		os.WriteFile("corpus/"+strings.ReplaceAll(name, "/", "-"), d, 0o644)
	}
	os.MkdirAll("corpus", 0o755)
	total := 0
	for i, p := range signature.Profiles {
		others := map[string]*signature.Profile{}
		for _, s := range signature.Slips(p.ID()) { others[s.Name] = s.Apply(p) }
		for _, r := range signature.Readings(p.ID()) { others[r.Name] = r.Apply(p) }
		shows := func(d []byte, o *signature.Profile) bool {
			if int(d[0]) != i { return false }
			in := fuzz.Input(p, fuzz.NewChoices(d[1:]))
			a, err := p.Sign(in)
			if err != nil { return false }
			b, err := o.Sign(in)
			if err != nil || a.Stage(signature.SignatureValue) == b.Stage(signature.SignatureValue) { return false }
			return fuzz.Find("", d, check) == nil
		}
		write(p.ID()+"-plain", []byte{byte(i)})
		r := rand.New(rand.NewSource(7))
		if p.Carrier == signature.InForm {
			d := append([]byte{byte(i)}, make([]byte, 60)...)
			r.Read(d[1:])
			for j := range d[1:] { d[j+1] &= 63 }
			if f := fuzz.Find("", d, check); f == nil { write(p.ID()+"-policy", d) } else { fmt.Println(f.Class) }
			continue
		}
		for name, o := range others {
			var best []byte
			for n := 0; n < 40000; n++ {
				d := make([]byte, 1+r.Intn(90))
				r.Read(d); d[0] = byte(i)
				if !shows(d, o) { continue }
				d = shrink(d, func(x []byte) bool { return shows(x, o) })
				if best == nil || len(d) < len(best) || len(d) == len(best) && sum(d) < sum(best) { best = d }
				if n > 3000 { break }
			}
			if best == nil { fmt.Println("none", p.ID(), name); continue }
			total += len(best)
			write(p.ID()+"-"+name, best)
		}
	}
	fmt.Println(len(seen), total)
}
func sum(d []byte) (n int) { for _, b := range d { if b != 0 { n++ } }; return }
func shrink(d []byte, ok func([]byte) bool) []byte {
	for again := true; again; {
		again = false
		for len(d) > 1 && ok(d[:len(d)-1]) { d = d[:len(d)-1]; again = true }
		for i := 1; i < len(d); i++ {
			if i < len(d) { x := append(append([]byte{}, d[:i]...), d[i+1:]...); if ok(x) { d = x; again = true; i--; continue } }
			for _, v := range []byte{0, d[i] % 16} {
				if d[i] > v { x := append([]byte{}, d...); x[i] = v; if ok(x) { d = x; again = true; break } }
			}
		}
	}
	return d
}
