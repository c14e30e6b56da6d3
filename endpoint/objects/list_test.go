package objects

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Walking through a list page by page brings what one that looks at every key
// brings, whatever the keys.
func TestPagesTogetherAreTheWholeList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.StringMatching(`[ab/]{1,5}`), 0, 20, rapid.ID[string]).Draw(t, "keys")
		slices.Sort(keys)
		prefix := rapid.SampledFrom([]string{"", "a", "a/", "b"}).Draw(t, "prefix")
		delimiter := rapid.SampledFrom([]string{"", "/", "ab"}).Draw(t, "delimiter")
		most := rapid.IntRange(1, 5).Draw(t, "most")
		var want []string
		for _, key := range keys {
			rest, ok := strings.CutPrefix(key, prefix)
			if !ok {
				continue
			}
			if at := strings.Index(rest, delimiter); delimiter != "" && at >= 0 {
				key = prefix + rest[:at+len(delimiter)] + " below"
			}
			if !slices.Contains(want, key) {
				want = append(want, key)
			}
		}
		var got []string
		marker := ""
		for range len(keys) + 1 {
			l := list(keys, prefix, marker, delimiter, most)
			page := slices.Clone(l.keys)
			for _, p := range l.prefixes {
				page = append(page, p+" below")
			}
			if len(page) > most {
				t.Fatalf("%d entries of %d", len(page), most)
			}
			got = append(got, page...)
			if marker = l.last; !l.more {
				break
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestLists(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		for _, key := range []string{"a", "b/1", "b/2", "c%26%01"} {
			s.do("PUT", "/"+key, "xyz")
		}
		r := s.want(200, "", "GET", "/?delimiter=%2F&max-keys=2&encoding-type=url", "")
		if got := said(texts(r.Body, "Key"), texts(r.Body, "Prefix"), text(r.Body, "IsTruncated"), text(r.Body, "NextMarker"), text(r.Body, "Size"), text(r.Body, "LastModified")); got != "[a] [ b%2F] true b%2F 3 2026-11-21T08:30:00.000Z" {
			t.Errorf("%s\n%s", got, r.Body)
		}
		r = s.want(200, "", "GET", "/?delimiter=%2F&marker=b%2F&encoding-type=url", "")
		if got := said(texts(r.Body, "Key"), text(r.Body, "IsTruncated"), texts(r.Body, "NextMarker")); got != "[c%26%01] false []" {
			t.Errorf("%s", got)
		}
		r = s.want(200, "", "GET", "/?versions&prefix=b", "")
		if got := said(texts(r.Body, "Key"), texts(r.Body, "VersionId"), texts(r.Body, "IsLatest")); got != "[b/1 b/2] [null null] [true true]" {
			t.Errorf("%s", got)
		}
		if r := s.want(200, "", "GET", "/?prefix=none", ""); len(texts(r.Body, "Key")) != 0 {
			t.Errorf("%s", r.Body)
		}
		s.want(400, "InvalidArgument", "GET", "/?max-keys=-1", "")
		if s.oss() {
			r := s.want(200, "", "GET", "/?list-type=2&max-keys=3", "")
			token := text(r.Body, "NextContinuationToken")
			if text(r.Body, "KeyCount") != "3" || token == "" {
				t.Errorf("%s", r.Body)
			}
			r = s.want(200, "", "GET", "/?list-type=2&max-keys=3&encoding-type=url&continuation-token="+wire.EscapeValue(token), "")
			if got := said(texts(r.Body, "Key"), texts(r.Body, "NextContinuationToken")); got != "[c%26%01] []" {
				t.Errorf("%s", got)
			}
		}
	})
}

func TestBucketsExistUnlessTheyAreNamed(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.want(200, "", "GET", "/", "")
		s.do("PUT", "/k", "x")
		if got := texts(s.at("/", "GET", "/", "").Body, "Name"); !slices.Equal(got, []string{"examplebucket"}) {
			t.Errorf("buckets %q", got)
		}
	})
	everywhere(t, Options{Buckets: []string{"named"}}, func(s *shop) {
		s.want(404, "NoSuchBucket", "GET", "/", "")
		s.want(404, "", "HEAD", "/", "")
		s.want(404, "NoSuchBucket", "PUT", "/k", "x")
		s.want(200, "", "PUT", "/", "")
		s.want(200, "", "HEAD", "/", "")
		s.want(200, "", "PUT", "/k", "x")
		s.want(409, "BucketNotEmpty", "DELETE", "/", "")
		s.want(204, "", "DELETE", "/k", "")
		s.want(204, "", "DELETE", "/", "")
		s.want(404, "NoSuchBucket", "GET", "/", "")
		s.want(404, "NoSuchBucket", "DELETE", "/", "")
		if got := texts(s.at("/", "GET", "/", "").Body, "Name"); !slices.Equal(got, []string{"named"}) {
			t.Errorf("buckets %q", got)
		}
	})
}

func TestConfigurationsOfBuckets(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.want(404, "NoSuchCORSConfiguration", "GET", "/?cors", "")
		s.want(200, "", "PUT", "/?cors", "<CORSConfiguration><CORSRule/></CORSConfiguration>")
		if r := s.want(200, "", "GET", "/?cors", ""); r.Body != "<CORSConfiguration><CORSRule/></CORSConfiguration>" {
			t.Errorf("%s", r.Body)
		}
		s.want(204, "", "DELETE", "/?cors", "")
		s.want(404, "NoSuchCORSConfiguration", "GET", "/?cors", "")
		s.want(200, "", "PUT", "/?acl", "", "*acl", "public-read")
		acl := s.do("GET", "/?acl", "").Body
		if s.oss() && text(acl, "Grant") != "public-read" || !s.oss() && !slices.Contains(texts(acl, "Permission"), "READ") {
			t.Errorf("%s", acl)
		}
		s.want(200, "", "GET", "/?location", "")
		if u := s.store.Usage(); u.Bytes != 0 || u.Buckets != 1 {
			t.Errorf("left: %+v", u)
		}
	})
}

func TestTheStoreIsBounded(t *testing.T) {
	s := open(t, signature.OSSV4Header, Options{Limits: Limits{Bytes: 10_000, Items: 3, Object: 5000, Buckets: 2}})
	s.want(400, "EntityTooLarge", "PUT", "/k", strings.Repeat("x", 5001))
	s.want(200, "", "PUT", "/k", strings.Repeat("x", 4000))
	s.want(200, "", "PUT", "/k", strings.Repeat("x", 4500)) // in place of the other
	s.want(200, "", "POST", "/a?append&position=0", strings.Repeat("x", 3000))
	s.want(507, "InsufficientStorage", "PUT", "/l", strings.Repeat("x", 4000))
	s.want(507, "InsufficientStorage", "POST", "/a?append&position=3000", strings.Repeat("x", 1500))
	s.want(400, "EntityTooLarge", "POST", "/a?append&position=3000", strings.Repeat("x", 2500))
	s.want(200, "", "POST", "/a?append&position=3000", "x")
	id := text(s.want(200, "", "POST", "/m?uploads", "").Body, "UploadId")
	s.want(507, "InsufficientStorage", "PUT", "/m?partNumber=1&uploadId="+id, "x") // the fourth item
	s.want(507, "InsufficientStorage", "PUT", "/?cors", strings.Repeat("x", 4000))
	s.want(200, "", "GET", "/k", "")
	for i, want := range []int{200, 400} {
		if r := s.at("bucket-"+strconv.Itoa(i), "PUT", "/", ""); r.Status != want {
			t.Errorf("bucket %d: %d %s", i, r.Status, r.Body)
		}
	}
	s.want(204, "", "DELETE", "/m?uploadId="+id, "")
	s.do("DELETE", "/k", "")
	s.do("DELETE", "/a", "")
	if u := s.store.Usage(); u.Bytes != 0 || u.Objects != 0 || u.Parts != 0 {
		t.Errorf("left: %+v", u)
	}
}
