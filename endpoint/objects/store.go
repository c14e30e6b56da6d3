package objects

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// Limits bound what a store holds. What is zero is taken from DefaultLimits.
type Limits struct {
	Bytes   int64 // of content, keys and metadata, parts of uploads included
	Items   int   // objects, and parts of uploads
	Object  int64 // bytes of one object
	Buckets int
}

// DefaultLimits are for test programs of SDKs on the same machine.
var DefaultLimits = Limits{Bytes: 1 << 30, Items: 100_000, Object: 512 << 20, Buckets: 1000}

// Options say how a store begins.
type Options struct {
	Limits Limits
	// Buckets are there from the start, and no other is until it is made. With
	// none, every bucket exists, empty until something is put into it.
	Buckets []string
}

// Store is the backend that keeps objects. It may be used concurrently.
type Store struct {
	limits Limits
	every  bool // every bucket exists

	mu      sync.RWMutex
	buckets map[string]*bucket
	bytes   int64
	items   int
}

// New returns a store without objects.
func New(opts Options) *Store {
	l, d := opts.Limits, DefaultLimits
	s := &Store{
		limits:  Limits{cmp.Or(l.Bytes, d.Bytes), cmp.Or(l.Items, d.Items), cmp.Or(l.Object, d.Object), cmp.Or(l.Buckets, d.Buckets)},
		every:   len(opts.Buckets) == 0,
		buckets: map[string]*bucket{},
	}
	for _, name := range opts.Buckets {
		s.buckets[name] = newBucket(time.Now())
	}
	return s
}

// Usage is what a store holds.
type Usage struct {
	Bytes                   int64
	Buckets, Objects, Parts int
}

// Usage returns what the store holds at the moment.
func (s *Store) Usage() Usage {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := Usage{Bytes: s.bytes, Buckets: len(s.buckets)}
	for _, b := range s.buckets {
		u.Objects += len(b.keys)
	}
	u.Parts = s.items - u.Objects
	return u
}

// bucket is one bucket, under the lock of its store.
type bucket struct {
	made    time.Time
	objects map[string]*object
	keys    []string // of objects, in the order of their bytes
	uploads map[string]*upload
	acl     string
	configs map[string]string // documents by sub-resource
}

func newBucket(at time.Time) *bucket {
	return &bucket{made: at, objects: map[string]*object{}, uploads: map[string]*upload{}, configs: map[string]string{}}
}

// fresh stands for a bucket into which nothing was put.
func (s *Store) fresh() *bucket { return newBucket(time.Time{}) }

// bucket finds a bucket to read.
func (s *Store) bucket(name string) (*bucket, bool) {
	if b, ok := s.buckets[name]; ok {
		return b, true
	}
	if s.every && name != "" {
		return s.fresh(), true
	}
	return nil, false
}

// bucketNames are those both services take.
var bucketNames = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// make makes a bucket, or finds it.
func (s *Store) make(name string, at time.Time) (*bucket, refusal) {
	b, ok := s.buckets[name]
	switch {
	case ok:
		return b, ""
	case !bucketNames.MatchString(name):
		return nil, invalidBucketName
	case len(s.buckets) >= s.limits.Buckets:
		return nil, tooManyBuckets
	}
	b = newBucket(at)
	s.buckets[strings.Clone(name)] = b
	return b, ""
}

// bucketFor finds a bucket to write to.
func (s *Store) bucketFor(t *endpoint.Task) (*bucket, refusal) {
	if s.every {
		return s.make(t.Bucket(), t.Now())
	}
	if b, ok := s.buckets[t.Bucket()]; ok {
		return b, ""
	}
	return nil, noSuchBucket
}

// take reserves memory, unless there is none.
func (s *Store) take(bytes int64, items int) bool {
	if s.bytes+bytes > s.limits.Bytes || s.items+items > s.limits.Items {
		return false
	}
	s.bytes += bytes
	s.items += items
	return true
}

// put places an object under a key, in place of the one that was there.
func (s *Store) put(b *bucket, key string, o *object) refusal {
	if int64(len(o.content)) > s.limits.Object {
		return entityTooLarge
	}
	old := b.objects[key]
	bytes, items := o.cost(key), 1
	if old != nil {
		bytes -= old.cost(key)
		items = 0
	}
	if !s.take(bytes, items) {
		return full
	}
	if old == nil {
		key = strings.Clone(key)
		at, _ := slices.BinarySearch(b.keys, key)
		b.keys = slices.Insert(b.keys, at, key)
	}
	b.objects[key] = o
	return ""
}

// remove takes an object away, if there is one.
func (s *Store) remove(b *bucket, key string) {
	o, ok := b.objects[key]
	if !ok {
		return
	}
	s.take(-o.cost(key), -1)
	delete(b.objects, key)
	at, _ := slices.BinarySearch(b.keys, key)
	b.keys = slices.Delete(b.keys, at, at+1)
}

// An owned copy of a part of a request: without it, the store would hold the
// whole head the part stands in.
func owned(headers []wire.Header) []wire.Header {
	out := make([]wire.Header, len(headers))
	for i, h := range headers {
		out[i] = wire.Header{Name: strings.Clone(h.Name), Value: strings.Clone(h.Value)}
	}
	return out
}
