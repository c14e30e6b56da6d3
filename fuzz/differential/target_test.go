package differential

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/native"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

func FuzzDifferential(f *testing.F) { native.Fuzz(f, Check) }

// signer is an opponent made of a function.
type signer func() (*subject.Signed, error)

func (s signer) Sign(context.Context, string, signature.Carrier, *signature.Input) (*subject.Signed, error) {
	return s()
}

func TestWhatAnOpponentDoesHasAConstantClass(t *testing.T) {
	for want, opponent := range map[string]signer{
		"":                 func() (*subject.Signed, error) { return nil, subject.ErrUnsupported },
		"rejected-wrongly": func() (*subject.Signed, error) { return nil, &subject.RejectedError{Message: "no"} },
		"adapter-error":    func() (*subject.Signed, error) { return nil, errors.New("a fault") },
		"crash":            func() (*subject.Signed, error) { panic("dead") },
		"protocol-error":   func() (*subject.Signed, error) { return nil, nil },
		"signature": func() (*subject.Signed, error) {
			return &subject.Signed{Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: "wrong"}}}, nil
		},
	} {
		d, err := Against(subject.InProcess(subject.Identity{Name: "o,o"}, []string{"oss-v1/header"}, opponent))
		if err != nil {
			t.Fatal(err)
		}
		if want != "" {
			want = "differential/oss-v1/header/" + want
		}
		for _, data := range []string{"", "\x01\x02\x03"} { // of whatever profile the byte is for others
			var class string
			if found := fuzz.Find("differential", []byte(data), d.check); found != nil {
				class = found.Class
			}
			if class != want {
				t.Errorf("%q: class %q, want %q", data, class, want)
			}
		}
	}
}

// A signer in process that never returns cannot be ended: it is left behind.
func TestASilentOpponentInProcessIsAFinding(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	d, err := Against(subject.InProcess(subject.Identity{Name: "o"}, []string{"oss-v1/header"}, signer(func() (*subject.Signed, error) {
		<-end
		return nil, nil
	})))
	if err != nil {
		t.Fatal(err)
	}
	d.patience = 10 * time.Millisecond
	found := fuzz.Find("differential", nil, d.check)
	if found == nil || found.Class != "differential/oss-v1/header/timeout" {
		t.Errorf("%+v", found)
	}
}

// A process that dies or says nothing must be a finding and not a hang.
func TestADeadOrSilentProcessIsAFinding(t *testing.T) {
	if os.Getenv("DIFFERENTIAL_TEST_OPPONENT") != "" {
		hello := subject.AppendHelloAnswer(nil, &subject.Capabilities{
			Identity: subject.Identity{Name: "mortal", Version: "1"}, Profiles: []string{"oss-v1/header"}, Features: []string{"sign", "bytes"}})
		os.Stdout.Write(hello)
		lines := subject.NewLineReader(os.Stdin)
		for {
			line, err := lines.Next()
			asked := strings.Contains(string(line), `"sign"`)
			if err != nil || asked && os.Getenv("DIFFERENTIAL_TEST_OPPONENT") == "crash" {
				os.Exit(1)
			}
		}
	}
	for _, outcome := range []string{"crash", "timeout"} {
		p, err := subject.StartProcess(t.Context(), subject.ProcessOptions{
			Command: []string{os.Args[0], "-test.run", "^" + t.Name() + "$"}, Env: []string{"DIFFERENTIAL_TEST_OPPONENT=" + outcome},
			Timeout: 500 * time.Millisecond, HelloTimeout: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		d, err := Against(p)
		if err != nil {
			t.Fatal(err)
		}
		found := fuzz.Find("differential", nil, d.check)
		if found == nil || found.Class != "differential/oss-v1/header/"+outcome {
			t.Errorf("%s: %+v", outcome, found)
		}
	}
}

// The seeds are named after a planted bug each.
func TestTheCorpusShowsThePlantedBugsItIsNamedAfter(t *testing.T) {
	byName := map[string]*mutants.Mutant{}
	for i := range mutants.All {
		m := &mutants.All[i]
		byName[strings.ToLower(strings.ReplaceAll(m.ID(), "/", "-"))] = m
	}
	files, err := filepath.Glob("corpus/*")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d seeds, %v", len(files), err)
	}
	for _, file := range files {
		m, ok := byName[filepath.Base(file)]
		if !ok {
			continue // another one
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		opponent, err := Mutant(m)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Against(opponent)
		if err != nil {
			t.Fatal(err)
		}
		if fuzz.Find("differential", data, d.check) == nil {
			t.Errorf("%s does not show the bug any more: make the seeds anew", file)
		}
	}
}

func TestNamesThatMeanNobodyAreRefused(t *testing.T) {
	for _, name := range []string{"mutant nobody", "somebody"} {
		if _, err := Opponent(name); err == nil {
			t.Errorf("%q is an opponent", name)
		}
	}
}

// A file of bytes means one input to everybody who offers its profile.
func TestCanonicalBytesMeanOneProfile(t *testing.T) {
	opponent := subject.InProcess(subject.Identity{Name: "two"}, []string{"oss-v4/header", "obs-v2/query"}, subject.Reference{})
	narrow, err := Against(opponent, "obs-v2/query")
	if err != nil {
		t.Fatal(err)
	}
	all, err := Against(subject.InProcess(subject.Identity{Name: "all"}, allProfiles(), subject.Reference{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{"", "\x00\x05\x07", "\x01\x05\x07", "\xff\x05\x07"} {
		p, in := narrow.Decode([]byte(data))
		if p != signature.OBSV2Query {
			t.Fatalf("%q is of %s", data, p.ID())
		}
		q, same := all.Decode(Canonical(p, []byte(data)))
		a, err := in.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		b, err := same.MarshalJSON()
		if err != nil || q != p || string(a) != string(b) {
			t.Errorf("%q: %s %s, want %s %s (%v)", data, q.ID(), b, p.ID(), a, err)
		}
	}
	if _, err := Against(opponent, "oss-v1/header"); err == nil {
		t.Error("a profile that is not offered is taken")
	}
}

// spoilt signs as the reference does, and wrongly where spoil says so.
type spoilt func(in *signature.Input) bool

func (s spoilt) Sign(ctx context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	wrong := s(in)
	if wrong {
		in.Credentials.AccessKeySecret += "?"
	}
	return subject.Reference{}.Sign(ctx, scheme, carrier, in)
}

func TestAClassNamesThePartOfTheRequestItComesFrom(t *testing.T) {
	has := func(name string) spoilt {
		return func(in *signature.Input) bool { return in.Request.HeaderCount(name) > 0 }
	}
	target := func(text string) spoilt {
		return func(in *signature.Input) bool { return strings.Contains(in.Request.Target, text) }
	}
	p := signature.OSSV1Header
	in := fuzz.Input(p, fuzz.NewChoices(nil))
	in.Key, in.Request.Target = "a~/b", "/a%7E/b?acl&foo=1"
	for _, h := range [][2]string{{"x-oss-meta-a", "1"}, {"Content-Type", "text/plain"}, {"Range", "x"}} {
		in.Request.SetHeader(h[0], h[1])
	}
	for want, spoil := range map[string]spoilt{
		"":                             func(*signature.Input) bool { return true },
		"/by-spelling-of-the-path":     target("%7E"),
		"/by-listed-parameter":         target("acl"),
		"/by-other-parameter":          target("foo"),
		"/by-value-of-other-parameter": target("foo=1"),
		"/by-prefixed-header":          has("x-oss-meta-a"),
		"/by-content-type":             has("Content-Type"),
		"/by-other-header":             has("Range"),
		"/by-key":                      func(in *signature.Input) bool { return strings.Contains(in.Key, "~") },
		"/by-access-key-id":            func(in *signature.Input) bool { return in.Credentials.AccessKeyID != "ak" },
	} {
		d, err := Against(subject.InProcess(subject.Identity{Name: "o"}, []string{p.ID()}, spoil))
		if err != nil {
			t.Fatal(err)
		}
		found := d.Compare(p, in)
		if found == nil || !strings.HasSuffix(found.Class, want) || want == "" && strings.Contains(found.Class, "/by-") {
			t.Errorf("%+v, want %q", found, want)
		}
	}
}

// Clients take one kind of address and not the other, and neither must hide what
// else they refuse.
func TestAClassNamesAnAddressInThePlaceOfAHost(t *testing.T) {
	p := signature.OSSV1Query
	for host, want := range map[string]string{
		"192.0.2.10:8080": "/by-host-that-is-an-ipv4-address", "[2001:db8::1]": "/by-host-that-is-an-ipv6-address",
		"[2001:db8::1]:80": "/by-host-that-is-an-ipv6-address", "STATIC.example.com": "/by-host",
	} {
		in := fuzz.Input(p, fuzz.NewChoices(nil))
		in.Addressing, in.Key, in.Request.Target = signature.PathStyle, "key", "/"+in.Bucket+"/key"
		in.Request.SetHeader("Host", host)
		named := spoilt(func(in *signature.Input) bool { return strings.ContainsAny(in.Request.Host(), "0[S") })
		d := MustAgainst(subject.InProcess(subject.Identity{Name: "o"}, []string{p.ID()}, named))
		if found := d.Compare(p, in); found == nil || !strings.HasSuffix(found.Class, want) {
			t.Errorf("%s: %+v, want %q", host, found, want)
		}
	}
}

// A class without a part is known for all of them, so that it would hide them:
// also what has no key, or a bucket of a certain name, has a plain form.
func TestARequestOfABucketHasParts(t *testing.T) {
	p := signature.OSSV1Header
	for want, test := range map[string]struct {
		bucket, key, target string
		spoil               spoilt
	}{
		"/by-missing-key": {"examplebucket", "", "/examplebucket/", func(in *signature.Input) bool { return in.Key == "" }},
		"/by-bucket":      {"oss", "%a", "/oss/%25a", func(in *signature.Input) bool { return in.Bucket == "oss" }},
		"/by-key":         {"oss", "%a", "/oss/%25a", func(in *signature.Input) bool { return in.Key == "%a" }},
	} {
		in := fuzz.Input(p, fuzz.NewChoices(nil))
		in.Addressing, in.Bucket, in.Key, in.Request.Target = signature.PathStyle, test.bucket, test.key, test.target
		in.Request.SetHeader("Host", "oss-cn-hangzhou.aliyuncs.com")
		d, err := Against(subject.InProcess(subject.Identity{Name: "o"}, []string{p.ID()}, test.spoil))
		if err != nil {
			t.Fatal(err)
		}
		if found := d.Compare(p, in); found == nil || !strings.HasSuffix(found.Class, "/signature"+want) {
			t.Errorf("%+v, want %q", found, want)
		}
	}
}

// One fault must not hide another, and one that is known least of all.
func TestEachFaultOfARequestHasAClass(t *testing.T) {
	p := signature.OSSV1Header
	in := fuzz.Input(p, fuzz.NewChoices(nil))
	in.Key, in.Request.Target = "a~b", "/a~b?acl&foo=1"
	in.Request.SetHeader("Range", "bytes=0-1")
	faulty := spoilt(func(in *signature.Input) bool {
		return in.Request.HeaderCount("Range") > 0 || strings.Contains(in.Key, "~") || strings.Contains(in.Request.Target, "foo")
	})
	d, err := Against(subject.InProcess(subject.Identity{Name: "o"}, []string{p.ID()}, faulty))
	if err != nil {
		t.Fatal(err)
	}
	classes := slices.Collect(d.Classes(t.Context(), p, in, d.Ask(t.Context(), p, in).Result))
	const place = "oss-v1/header/signature/by-"
	if want := []string{place + "key", place + "other-header", place + "other-parameter"}; !slices.Equal(classes, want) {
		t.Errorf("%q, want %q", classes, want)
	}
	d.Known = func(class string) bool { return class == place+"key" || class == place+"other-header" }
	if found := d.Compare(p, in); found.Class != "differential/"+place+"other-parameter" {
		t.Errorf("%s hides behind what is known", found.Class)
	}
}

// A signer that does not support the request without a part of it is asked on
// with that part.
func TestAPartThatASignerCannotDoWithoutHidesNoOther(t *testing.T) {
	p := signature.OSSV1Header
	in := fuzz.Input(p, fuzz.NewChoices(nil))
	in.Key, in.Request.Target = "a~b", "/a~b"
	in.Request.SetHeader("Range", "v")
	in.Request.SetHeader("x-oss-meta-a", "v")
	d := MustAgainst(subject.InProcess(subject.Identity{Name: "o"}, []string{p.ID()}, needsRange{}))
	found := d.Compare(p, in)
	if found == nil || !strings.HasSuffix(found.Class, "/by-key") {
		t.Errorf("%+v", found)
	}
}

// needsRange errs over a tilde, and supports requests with Range alone.
type needsRange struct{}

func (needsRange) Sign(ctx context.Context, scheme string, carrier signature.Carrier, in *signature.Input) (*subject.Signed, error) {
	if in.Request.HeaderCount("Range") == 0 {
		return nil, subject.ErrUnsupported
	}
	return spoilt(func(in *signature.Input) bool { return strings.Contains(in.Key, "~") }).Sign(ctx, scheme, carrier, in)
}

func TestAListOfKnownClassesIsReadAndSetAgainstWhatIsFound(t *testing.T) {
	list, err := ParseKnown("l", strings.NewReader("# a list\n\noss-v4/*/parameter/by-key  # why\noss-v1/header/crash # why, link\noss-v1/header/stringToSign # all of it\n"))
	if err != nil || len(list.Entries) != 3 || list.Entries[1].Reason != "why, link" {
		t.Fatalf("%+v, %v", list, err)
	}
	if want := "differential/oss-v4/*/parameter/by-key"; list.Patterns()[0] != want {
		t.Errorf("%q, want %q", list.Patterns(), want)
	}
	if last := list.Patterns()[3]; last != "differential/*/*/contested/*" || !Contested("oss-v1/query/contested/first-parameter-counts") || Contested("oss-v1/header/crash") {
		t.Errorf("%q is behind the list", last)
	}
	unknown, stale := list.Compare([]string{"oss-v4/query/parameter/by-key", "oss-v4/query/parameter/by-host", "oss-v1/header/stringToSign/by-host"})
	if len(unknown) != 1 || unknown[0] != "oss-v4/query/parameter/by-host" || stale == nil || !strings.Contains(stale.Error(), "oss-v1/header/crash") {
		t.Errorf("%q, %v", unknown, stale)
	}
	var none *Known
	if none.Has("oss-v1/header/crash") {
		t.Error("no list knows nothing")
	}
	for _, line := range []string{"a/b", "a/b #", "a,b # why", "a b # why", "a/** # why", "a//b # why", "a/[ # why"} {
		if _, err := ParseKnown("l", strings.NewReader(line)); err == nil || !strings.Contains(err.Error(), "l:1: ") {
			t.Errorf("%q: %v", line, err)
		}
	}
}
