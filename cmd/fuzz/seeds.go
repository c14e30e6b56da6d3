package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/canonical"
	"github.com/countersign/countersign/fuzz/collision"
	"github.com/countersign/countersign/internal/campaign"
	"github.com/countersign/countersign/internal/planted"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
)

// Seeds of the targets that decode the grammar mean something else whenever a
// table of it grows. They are made anew then, each for something it shows:
// a slip or a reading, a planted bug, a bug that an SDK once had, a profile.

// seedCommand writes them where they stand.
func seedCommand(_ context.Context, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Errorf("what is %q?", args[0])}
	}
	return seeds("fuzz")
}

// seeds writes the corpora of those targets below a folder.
func seeds(folder string) error {
	if err := write(filepath.Join(folder, "signverify", "corpus"), signverifySeeds()); err != nil {
		return err
	}
	if err := write(filepath.Join(folder, "canonical", "corpus"), pairSeeds(canonical.Changes(), canonical.Decode)); err != nil {
		return err
	}
	if err := write(filepath.Join(folder, "collision", "corpus"), pairSeeds(collision.Edits(), collision.Decode)); err != nil {
		return err
	}
	set, err := vectors.Load()
	if err != nil {
		return err
	}
	files := differentialSeeds(set)
	for i := range planted.PastBugs {
		b := &planted.PastBugs[i]
		if files[b.Seed()], err = planted.SearchPast(b, 1_000_000); err != nil {
			return err
		}
	}
	return write(filepath.Join(folder, "differential", "corpus"), files)
}

// write replaces the seeds of a folder. What was not searched for stays: inputs
// that a campaign found to cover more, and those of a finding, which begin with
// the name of its adapter.
func write(folder string, files map[string][]byte) error {
	ofAdapters, err := filepath.Glob(filepath.Join(adapters, "*", "adapter.json"))
	if err != nil {
		return err
	}
	kept := []string{campaign.Covers}
	for _, file := range ofAdapters {
		kept = append(kept, filepath.Base(filepath.Dir(file))+"-")
	}
	before, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return err
	}
	for _, file := range before {
		if slices.ContainsFunc(kept, func(prefix string) bool { return strings.HasPrefix(filepath.Base(file), prefix) }) {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%s: %d inputs\n", folder, len(files))
	return nil
}

// signverifySeeds shows every slip and every reading of every profile, and each
// profile without one.
func signverifySeeds() map[string][]byte {
	files := map[string][]byte{}
	for i, p := range signature.Profiles {
		others := map[string]func(*signature.Profile) *signature.Profile{}
		for _, s := range signature.Slips(p.ID()) {
			others[s.Name] = s.Apply
		}
		for _, r := range signature.Readings(p.ID()) {
			others[r.Name] = r.Apply
		}
		id := strings.ReplaceAll(p.ID(), "/", "-")
		files[id+"-plain"] = []byte{byte(i)}
		if p.Carrier == signature.InForm {
			files[id+"-policy"] = search(byte(i), func(data []byte) bool {
				c := fuzz.NewChoices(data)
				return fuzz.OneOf(c, signature.Profiles) == p && strings.Contains(fuzz.Input(p, c).Policy, `\u`)
			})
		}
		for name, apply := range others {
			other := apply(p)
			show := func(data []byte) bool {
				c := fuzz.NewChoices(data)
				if fuzz.OneOf(c, signature.Profiles) != p {
					return false
				}
				in := fuzz.Input(p, c)
				want, err := p.Sign(in)
				if err != nil {
					return false
				}
				got, err := other.Sign(in)
				return err == nil && got.Stage(signature.SignatureValue) != want.Stage(signature.SignatureValue)
			}
			if data := search(byte(i), show); data != nil {
				files[id+"-"+name] = data
			}
		}
	}
	return files
}

// pairSeeds has each change of a request, and each profile.
func pairSeeds(changes []string, decode func(data []byte) (profile, change string, signed bool)) map[string][]byte {
	files := map[string][]byte{}
	seen := map[string]bool{}
	add := func(i int, change string) {
		id := signature.Profiles[i].ID()
		data := search(byte(i), func(data []byte) bool {
			profile, made, signed := decode(data)
			return signed && profile == id && made == change
		})
		if data != nil {
			seen[id], seen[change] = true, true
			files[strings.ReplaceAll(id, "/", "-")+"-"+change] = data
		}
	}
	for n, change := range changes {
		for i := range signature.Profiles {
			if !seen[change] {
				add((n+i)%len(signature.Profiles), change)
			}
		}
	}
	for i, p := range signature.Profiles {
		for n := range changes {
			if !seen[p.ID()] && p.Carrier != signature.InForm {
				add(i, changes[(n+i)%len(changes)])
			}
		}
	}
	return files
}

// search looks for an input that begins with first, and shortens it.
func search(first byte, show func(data []byte) bool) []byte {
	random := rand.NewChaCha8([32]byte{first})
	data := make([]byte, 160)
	for range 100_000 {
		random.Read(data)
		data[0] = first
		if show(data) {
			return fuzz.Shorten(data, 4000, show)
		}
	}
	return nil
}

// differentialSeeds are few inputs that together show every planted bug which
// is found at all.
func differentialSeeds(set *vectors.Set) map[string][]byte {
	files := map[string][]byte{}
	left := planted.Bugs(set)
	for len(left) > 0 {
		h := planted.Random(left[:1], 100_000, 1)[0]
		if h.Class == "" {
			left = left[1:]
			continue
		}
		data := h.Shortened(2000)
		files[strings.ToLower(strings.ReplaceAll(h.Mutant.ID(), "/", "-"))] = data
		kept := left[:0]
		for _, m := range left {
			if !planted.Shows(m, data) {
				kept = append(kept, m)
			}
		}
		left = kept
	}
	return files
}
