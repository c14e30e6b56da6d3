package vectors

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestRepositoryIsClean(t *testing.T) {
	for _, p := range Lint(os.DirFS("."), LintOptions{}) {
		if !p.Warning {
			t.Error(p)
		}
	}
}

func TestLintPassesSoundFiles(t *testing.T) {
	for _, p := range Lint(sound(), LintOptions{}) {
		t.Error(p)
	}
}

const (
	headerFile = "oss-v1/header/basics.json"
	formFile   = "oss-v1/form/basics.json"
	keysFile   = "operations/keys.json"
	namesFile  = "operations/names.json"
	errataFile = "errata/oss.json"
	getObject  = "oss-v1/header/basics/get-object"
	late       = "oss-v1/header/basics/get-object-late"
	post       = "oss-v1/form/basics/post"
	plus       = "operations/keys/plus"
)

// replaced changes a file and keeps it in canonical form.
func replaced(name, old, new string) func(fstest.MapFS) {
	return func(files fstest.MapFS) {
		edit(files, name, old, new)
		if data, err := FormatBytes(files[name].Data); err == nil {
			files[name].Data = data
		}
	}
}

// Each fault is the only one in the files, and must be told once.
var lintFaults = []struct {
	name          string
	change        func(fstest.MapFS)
	file, id      string
	rule, message string
}{
	{"not JSON", replaced("tombstones.json", "{", "{,"), "tombstones.json", "", "syntax", "not JSON"},
	{"unknown field", replaced(headerFile, `"title": "Get`, `"name": "Get`), headerFile, getObject, "schema", "'name' not allowed"},
	{"missing field", replaced(formFile, `"provenance": "published",`, ``), formFile, post, "schema", "provenance"},
	{"field twice", replaced(headerFile, `"title": "Get`, `"title": "x", "title": "Get`), headerFile, getObject, "syntax", "comes twice"},
	{"lone surrogate", replaced(headerFile, `Get an object`, `\ud800`), headerFile, getObject, "syntax", "lone surrogate"},
	{"bad flag", replaced(formFile, `"policy"]`, `"colour"]`), formFile, post, "schema", "flags/0"},
	{"bad class", replaced(headerFile, `"skewed"`, `"late"`), headerFile, late, "schema", "rejected/class"},
	{"bad op", replaced(headerFile, `"add-header"`, `"drop-header"`), headerFile, late, "schema", "tamper/0/op"},
	{"op without target", replaced(headerFile, `"target": "X-A", `, ``), headerFile, late, "schema", "target"},
	{"removal with value", replaced(headerFile, `"add-header"`, `"remove-header"`), headerFile, late, "schema", "value"},
	{"method with target", replaced(headerFile, `"add-header"`, `"set-method"`), headerFile, late, "schema", "target"},
	{"unknown stage", replaced(headerFile, `"signature": "c2ln"`, `"sig": "c2ln"`), headerFile, getObject, "schema", "'sig' not allowed"},
	{"bytes in small letters", replaced(headerFile, `"47 45 54 0A`, `"47 45 54 0a`), headerFile, getObject, "schema", "stringToSignBytes"},
	{"rejection with stages", replaced(headerFile, `"rejected":`, `"stages": {"signature": "c2ln"}, "rejected":`), headerFile, late, "schema", "expect"},
	{"rejection without control", replaced(headerFile, `"control": "oss-v1/header/basics/get-object",`, ``), headerFile, late, "schema", "control"},
	{"fraction of a second", replaced(headerFile, `02:12:30Z`, `02:12:30.5Z`), headerFile, getObject, "schema", "time"},
	{"not kebab-case", replaced(formFile, `basics/post"`, `basics/Post_1"`), formFile, "oss-v1/form/basics/Post_1", "schema", "/cases/0/id"},
	{"observed without evidence", replaced("requirements/oss-v4.json", `"documented"`, `"observed"`), "requirements/oss-v4.json", "OSS4-DATE-01", "schema", "evidence"},
	{"untidy", func(f fstest.MapFS) { edit(f, headerFile, `"scheme"`, ` "scheme"`) }, headerFile, "", "format", "line 3"},
	{"no final line feed", func(f fstest.MapFS) { edit(f, headerFile, "\n}\n", "\n}") }, headerFile, "", "format", "not in canonical form"},
	{"no place", func(f fstest.MapFS) { f["oss-v1/basics.json"] = f[headerFile] }, "oss-v1/basics.json", "", "place", "no vectors belong here"},
	{"another schema", replaced(keysFile, "operation-file.schema", "errata.schema"), keysFile, "", "place", "errata.schema.json"},
	{"theme is not the file", replaced(formFile, `"theme": "basics"`, `"theme": "other"`), formFile, "", "place", "oss-v1/form/other.json"},
	{"id of another file", replaced(formFile, `basics/post"`, `other/post"`), formFile, "oss-v1/form/other/post", "place", "does not begin with oss-v1/form/basics/"},
	{"operation theme is not the file", replaced(keysFile, `"theme": "keys"`, `"theme": "other"`), keysFile, "", "place", "operations/other.json"},
	{"operation id of another file", replaced(keysFile, `operations/keys/plus`, `operations/other/plus`), keysFile, "operations/other/plus", "place", "operations/keys/"},
	{"requirement of another file", replaced("requirements/oss-v4.json", "OSS4-DATE", "OSS2-DATE"), "requirements/oss-v4.json", "OSS2-DATE-01", "place", "not one of oss-v4"},
	{"requirements of no scheme", func(f fstest.MapFS) {
		f["requirements/oss-v5.json"] = f["requirements/oss-v4.json"]
		delete(f, "requirements/oss-v4.json")
	}, "requirements/oss-v5.json", "OSS4-DATE-01", "place", "no scheme oss-v5"},
	{"id twice", replaced(headerFile, `"cases": [`, `"cases": [`+soundCase+","), headerFile, getObject, "unique-id", headerFile},
	{"withdrawn id", replaced("tombstones.json", "basics/gone", "basics/get-object"), headerFile, getObject, "tombstone", "clock of the tester"},
	{"withdrawn twice", replaced("tombstones.json", `"withdrawn": [`, `"withdrawn": [{"id":"oss-v1/header/basics/gone","since":"0.1.0","why":"Again."},`), "tombstones.json", "oss-v1/header/basics/gone", "unique-id", "twice"},
	{"no such requirement", replaced(keysFile, "OP-KEY-01", "OP-KEYS-01"), keysFile, plus, "requirement", "OP-KEYS-01"},
	{"requirement of another scheme", replaced(formFile, "OSS1-DATE-02\"", "OSS1-DATE-02\", \"OSS4-DATE-01\""), formFile, post, "requirement", "OSS4-DATE-01 does not bind oss-v1"},
	{"requirement of operations", replaced(formFile, "OSS1-DATE-02\"", "OSS1-DATE-02\", \"OP-KEY-01\""), formFile, post, "requirement", "OP-KEY-01 does not bind oss-v1"},
	{"requirement outside the profiles", func(f fstest.MapFS) {
		replaced(keysFile, "OSS1-DATE-01", "OSS4-DATE-01")(f)
		replaced(keysFile, "oss-*/header", "oss-v1/header")(f)
	}, keysFile, plus, "requirement", "OSS4-DATE-01 binds none"},
	{"level too high", replaced(headerFile, `"level": "should"`, `"level": "must"`), headerFile, getObject, "level", "the case is a must, its strongest requirement a should"},
	{"level of an operation too high", replaced("requirements/operations.json", `"must"`, `"may"`), keysFile, plus, "level", "a must, its strongest requirement a should"},
	{"why says nothing", replaced(headerFile, "Every download would be refused.", "It would not be good"), headerFile, getObject, "why", "too short"},
	{"why of an operation says nothing", replaced(keysFile, "A plus sign in a key must not become a blank.", "Bad."), keysFile, plus, "why", "too short"},
	{"bytes alone", replaced(headerFile, `"stringToSign": "GET`, `"canonicalRequest": "GET`), headerFile, getObject, "schema", "stringToSign"},
	{"string is not its bytes", replaced(headerFile, `"47 45 54 0A`, `"47 45 53 0A`), headerFile, getObject, "string-to-sign-bytes", "differ at byte 2"},
	{"alternative is not its bytes", replaced(formFile, `"signature": "b3RoZXI="`, `"stringToSign": "a", "stringToSignBytes": "62"`), formFile, post, "string-to-sign-bytes", "alternative other"},
	{"published by ourselves", replaced(headerFile, `"derived"`, `"published"`), headerFile, getObject, "provenance", "kind own"},
	{"published nowhere", func(f fstest.MapFS) {
		replaced(formFile, `"ref": "page"`, `"ref": " "`)(f)
		replaced(formFile, `"ref": " ",`, `"ref": " "`)(f)
		replaced(formFile, `"id": "oss-001"`, ``)(f)
	}, formFile, post, "provenance", "but not where"},
	{"no such control", replaced(headerFile, `"control": "oss-v1/header/basics/get-object"`, `"control": "oss-v1/header/basics/get-objects"`), headerFile, late, "control", "get-objects"},
	{"control is a rejection", replaced(headerFile, `"control": "oss-v1/header/basics/get-object"`, `"control": "oss-v1/header/basics/get-object-late"`), headerFile, late, "control", "a rejection itself"},
	{"control of another profile", replaced(headerFile, `"control": "oss-v1/header/basics/get-object"`, `"control": "oss-v1/form/basics/post"`), headerFile, late, "control", "another scheme or carrier"},
	{"readings of a settled rule", replaced("requirements/oss-v1.json", `"contested"`, `"inferred"`), formFile, post, "alternatives", "no requirement of the case is contested"},
	{"readings of a rejection", func(f fstest.MapFS) {
		edit(f, headerFile, `"requirements": ["OSS1-DATE-01"],
      "level": "may"`, `"requirements": ["OSS1-DATE-02"],
      "level": "may"`)
		replaced(headerFile, `"receivedAfter": 901
      }`, `"receivedAfter": 901}, "alternatives": [{"reading": "other", "stages": {"signature": "c2ln"}}]`)(f)
	}, headerFile, late, "alternatives", "a rejection cannot have other readings"},
	{"the same reading twice", replaced(formFile, `"alternatives": [`, `"alternatives": [{"reading":"other","stages":{"signature":"eA=="}},`), formFile, post, "alternatives", "other comes twice"},
	{"reading that reads the same", replaced(formFile, `"b3RoZXI="`, `"c2ln"`), formFile, post, "alternatives", "the same stages as expect"},
	{"no host", replaced(formFile, `["Host", "b.oss-cn-hangzhou.aliyuncs.com"]`, `["Accept", "*/*"]`), formFile, post, "target", "which host"},
	{"bucket is not the host", replaced(formFile, `"bucket": "b"`, `"bucket": "c"`), formFile, post, "target", "does not begin with the bucket c"},
	{"path names no bucket", replaced(headerFile, `"addressing": "virtual-host"`, `"addressing": "path"`), headerFile, getObject, "target", "path-style"},
	{"key is not the path", replaced(headerFile, `"key": "photos/`, `"key": "photo/`), headerFile, getObject, "target", "photo/"},
	{"form posted to a key", replaced(formFile, `"target": "/"`, `"target": "/k"`), formFile, post, "target", "names its key in a field"},
	{"key without a bucket", replaced(headerFile, `"bucket": "b"`, `"bucket": ""`), headerFile, getObject, "target", "no bucket"},
	{"pattern of no profile", replaced(keysFile, `"oss-*/header"`, `"oss-*/header", "oss-v1/headers"`), keysFile, plus, "profiles", "oss-v1/headers"},
	{"unknown operation", replaced(keysFile, "GetObject", "GetObjects"), keysFile, plus, "operation", "names.json has no GetObjects"},
	{"operation of the other dialect", replaced(keysFile, "oss-*/header", "*/header"), keysFile, plus, "operation", "OBS has no GetObject"},
	{"operation without a key", replaced(keysFile, `"key": "a+b"`, `"key": ""`), keysFile, plus, "operation", "object level"},
	{"operation with too much", replaced(keysFile, "GetObject", "ListBuckets"), keysFile, plus, "operation", "service level"},
	{"operation on a bucket without one", func(f fstest.MapFS) {
		replaced(keysFile, "GetObject", "PostObject")(f)
		replaced(keysFile, `"bucket": "b"`, `"bucket": ""`)(f)
	}, keysFile, plus, "operation", "bucket level"},
	{"erratum twice", replaced(errataFile, "unknown-value", "wrong-bucket"), errataFile, "wrong-bucket", "unique-id", "twice"},
	{"erratum of no vector", replaced(errataFile, "basics/get-object", "basics/get-objects"), errataFile, "wrong-bucket", "erratum", "get-objects"},
	{"erratum without the right value", replaced(errataFile, `"correct": null`, `"correct": null, "vector": "oss-v1/header/basics/get-object"`), errataFile, "unknown-value", "erratum", "none is given"},
	{"erratum that the vector contradicts", replaced(errataFile, "02:12:30 GMT", "02:12:31 GMT"), errataFile, "wrong-bucket", "erratum", "the corrected stringToSign is not"},
	{"attested vector is gone", func(f fstest.MapFS) { attest(f, "oss2", "oss-v1/header/basics/none", "0123456789abcdef") }, "attestations/oss2.json", "oss-v1/header/basics/none", "attestation", "oss2"},
}

func TestLintTellsEachFaultOnce(t *testing.T) {
	for _, tc := range lintFaults {
		files := sound()
		tc.change(files)
		problems := Lint(files, LintOptions{})
		if len(problems) != 1 {
			t.Errorf("%s: got %d problems, want 1: %v", tc.name, len(problems), problems)
			continue
		}
		p := problems[0]
		if p.File != tc.file || p.Case != tc.id || p.Rule != tc.rule || !strings.Contains(p.Message, tc.message) || p.Warning {
			t.Errorf("%s: got %+v,\nwant %s %s [%s] with %q", tc.name, p, tc.file, tc.id, tc.rule, tc.message)
		}
	}
}

func TestLintStopsAtABadPatternOfProfiles(t *testing.T) {
	files := sound()
	replaced(keysFile, "oss-*/header", "oss-*//header")(files)
	problems := Lint(files, LintOptions{})
	if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == "profiles" && strings.Contains(p.Message, "is empty") }) {
		t.Errorf("got %v", problems)
	}
}

func TestLintAcceptsWhatIsAllowed(t *testing.T) {
	for name, change := range map[string]func(fstest.MapFS){
		"requirement of one of the profiles": replaced(keysFile, "OSS1-DATE-01", "OSS4-DATE-01"),
		"level below its requirements":       replaced(formFile, `"level": "must"`, `"level": "may"`),
		"acceptance at the limit":            replaced(headerFile, `"signature": "c2ln"`+"\n        }", `"signature": "c2ln"}, "receivedAfter": 900`),
		"form that names its key":            replaced(keysFile, "GetObject", "PostObject"),
		"erratum of another stage":           replaced(errataFile, `"correct": {`, `"correct": {"url": "x",`),
		"set-body without a target": func(f fstest.MapFS) {
			replaced(headerFile, `"add-header"`, `"set-body"`)(f)
			replaced(headerFile, `"target": "X-A", `, ``)(f)
		},
		"RTMP key without live": func(f fstest.MapFS) {
			edit(f, formFile, `"oss-v1"`, `"oss-rtmp"`)
			edit(f, formFile, `"form"`, `"query"`)
			edit(f, formFile, "oss-v1/form/", "oss-rtmp/query/")
			edit(f, formFile, `"target": "/"`, `"target": "rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/k"`)
			edit(f, formFile, "OSS1-DATE-02", "RTMP-TOKEN-02")
			f["requirements/oss-rtmp.json"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(f["requirements/oss-v1.json"].Data), "OSS1-DATE", "RTMP-TOKEN"))}
			replaced("requirements/oss-rtmp.json", "", "")(f)
			f["oss-rtmp/query/basics.json"] = f[formFile]
			delete(f, formFile)
		},
	} {
		files := sound()
		change(files)
		for _, p := range Lint(files, LintOptions{}) {
			t.Errorf("%s: %v", name, p)
		}
	}
}

func TestLintAsksTheReference(t *testing.T) {
	var asked []string
	problems := Lint(sound(), LintOptions{Recompute: func(c *Case) error {
		asked = append(asked, c.ID)
		if c.ID == post {
			return errors.New("stage signature: got a, want b")
		}
		return nil
	}})
	if !slices.Equal(asked, []string{post, getObject, late}) {
		t.Errorf("asked for %v", asked)
	}
	if len(problems) != 1 || problems[0].Case != post || problems[0].Rule != "expected" || problems[0].Message != "stage signature: got a, want b" {
		t.Errorf("got %v", problems)
	}
}

func TestLintWarnsOfLongFiles(t *testing.T) {
	files := sound()
	var more strings.Builder
	for i := range 60 {
		fmt.Fprintf(&more, "%s,", strings.Replace(soundCase, "get-object", fmt.Sprintf("get-object-%d", i), 1))
	}
	replaced(headerFile, `"cases": [`, `"cases": [`+more.String())(files)
	problems := Lint(files, LintOptions{})
	if len(problems) != 1 || !problems[0].Warning || problems[0].Rule != "size" || !strings.Contains(problems[0].Message, "62 cases") {
		t.Errorf("got %v", problems)
	}
}

func TestLintWarnsOfAttestationsThatHaveEnded(t *testing.T) {
	files := sound()
	attest(files, "oss2", getObject, "0123456789abcdef")
	problems := Lint(files, LintOptions{})
	if len(problems) != 1 || !problems[0].Warning || problems[0].Rule != "attestation" || !strings.Contains(problems[0].Message, "since oss2 attested them: 1") {
		t.Errorf("got %v", problems)
	}
}

// A captured vector is what the SDK sent: who changes it by hand is told.
func TestLintHoldsCapturedVectorsToTheirSDK(t *testing.T) {
	files := sound()
	replaced(formFile, `"kind": "`, `"kind": "captured", "note": "`)(files)
	for range 2 {
		replaced(formFile, `"provenance": "published"`, `"provenance": "derived"`)(files)
	}
	edit(files, formFile, `"ref": "`, `"ref": "oss2 1: `)
	if problems := Lint(files, LintOptions{}); len(problems) != 1 || problems[0].Rule != "captured" || problems[0].Case != post || problems[0].Warning {
		t.Errorf("not attested: got %v", problems)
	}
	set, err := LoadFS(files)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := set.Case(post)
	attest(files, "other", post, c.Digest())
	if problems := Lint(files, LintOptions{}); len(problems) != 1 || problems[0].Rule != "captured" {
		t.Errorf("attested by another: got %v", problems)
	}
	attest(files, "oss2", post, c.Digest())
	for _, p := range Lint(files, LintOptions{}) {
		t.Errorf("attested: %v", p)
	}
}

func TestLintOfAFolderThatCannotBeRead(t *testing.T) {
	if problems := Lint(missing{}, LintOptions{}); len(problems) != 1 || problems[0].Rule != "read" {
		t.Errorf("got %v", problems)
	}
}

func TestAProblemSaysWhatWhereWhichRuleAndWhatToDo(t *testing.T) {
	p := Problem{File: "a.json", Case: "x/y", Rule: "level", Message: "too high", Fix: "lower it"}
	if got := p.Error(); got != "a.json: x/y: too high [level]; lower it" {
		t.Errorf("got %q", got)
	}
}
