package objects

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestLookShowsWhatABucketHolds(t *testing.T) {
	s := open(t, signature.OSSV1Header, Options{})
	if held, begun := s.store.Look("examplebucket"); held != nil || begun != nil {
		t.Errorf("before anything is put: %v %v", held, begun)
	}
	s.want(200, "", "PUT", "/b", "two", "Content-Type", "text/x", "*meta-Author", "someone", "*object-acl", "public-read", "*tagging", "k=v")
	s.want(200, "", "PUT", "/a", "one")
	id := text(s.want(200, "", "POST", "/film?uploads", "").Body, "UploadId")
	s.want(200, "", "PUT", "/film?partNumber=2&uploadId="+id, "part")
	held, begun := s.store.Look("examplebucket")
	want := []Held{
		{Key: "a", Content: "one", Headers: []wire.Header{}},
		{Key: "b", Content: "two", Headers: []wire.Header{{Name: "Content-Type", Value: "text/x"}, {Name: "meta-Author", Value: "someone"}}, ACL: "public-read", Tags: [][2]string{{"k", "v"}}},
	}
	if !reflect.DeepEqual(held, want) {
		t.Errorf("%+v\nwant %+v", held, want)
	}
	if want := []Begun{{"film", id, map[int]string{2: "part"}}}; !reflect.DeepEqual(begun, want) {
		t.Errorf("%+v, want %+v", begun, want)
	}
}

// SDKs read no other times of OSS than of whole seconds (oss2), and no blanks
// between the elements of OBS (esdk-obs-browserjs).
func TestDocumentsHaveTheFormThatSDKsRead(t *testing.T) {
	for p, want := range map[*signature.Profile]string{signature.OSSV1Header: "2026-11-21T08:30:00.000Z", signature.OBSV2Header: "2026-11-21T08:30:00.987Z"} {
		s := open(t, p, Options{})
		s.now = someTime.Add(987 * time.Millisecond)
		s.want(200, "", "PUT", "/a", "one")
		if got := text(s.want(200, "", "GET", "/", "").Body, "LastModified"); got != want {
			t.Errorf("%s: modified at %s, want %s", p.ID(), got, want)
		}
	}
	s := open(t, signature.OBSV2Header, Options{})
	body := s.want(200, "", "POST", "/?delete", "<Delete><Object><Key>a</Key></Object></Delete>").Body
	if _, root, _ := strings.Cut(body, "?>\n"); strings.ContainsAny(root, "\n\t") || strings.Contains(root, "> ") {
		t.Errorf("%q", body)
	}
}
