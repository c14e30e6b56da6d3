package vectors

import (
	"strings"
	"testing"
)

func TestAFileOfOneCaseIsReadAgain(t *testing.T) {
	set, err := LoadFS(sound())
	if err != nil {
		t.Fatal(err)
	}
	c, _ := set.Case(getObject)
	made := *c
	made.ID, made.Why, made.Requirements = "oss-v1/header/fuzz/made-up", "", []string{} // for a person to fill in
	data, err := FormatCases(made)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseFile(data)
	if err != nil || f.Theme != "fuzz" || len(f.Cases) != 1 || f.Cases[0].Digest() != c.Digest() {
		t.Errorf("%+v, %v", f, err)
	}
	other := made
	other.ID = "oss-v1/header/other/made-up"
	if _, err := FormatCases(made, other); err == nil {
		t.Error("two themes stand in one file")
	}
	for name, text := range map[string]string{
		"no JSON": "GET /", "no case": `{"$schema":"../../schema/vector-file.schema.json","cases":[]}`,
		"an unknown field": strings.Replace(string(data), `"why"`, `"reason"`, 1),
		"an id too short":  strings.Replace(string(data), "oss-v1/header/fuzz/made-up", "oss-v1/header/made-up", 1),
		"no such profile":  strings.Replace(string(data), "oss-v1/header/fuzz/made-up", "oss-v9/header/fuzz/made-up", 1),
	} {
		if _, err := ParseFile([]byte(text)); err == nil {
			t.Errorf("%s: it is read", name)
		}
	}
}

func TestAnotherAccessKeyIsNoOtherPoint(t *testing.T) {
	set, err := LoadFS(sound())
	if err != nil {
		t.Fatal(err)
	}
	c, _ := set.Case(getObject)
	same := *c
	same.Input = *c.Input.Clone()
	same.Input.Credentials.AccessKeySecret = "another"
	if found := set.SamePoint(&same); found == nil || found.ID != getObject {
		t.Errorf("got %v", found)
	}
	token, key, profile := same, same, same
	token.Input.Credentials.SecurityToken = "t"
	key.Input.Key += "2"
	profile.ID = strings.Replace(getObject, "oss-v1", "oss-v2", 1)
	for name, other := range map[string]*Case{"a token": &token, "a key": &key, "a profile": &profile} {
		if found := set.SamePoint(other); found != nil {
			t.Errorf("%s makes no other point than %s", name, found.ID)
		}
	}
}
