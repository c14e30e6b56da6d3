package objects

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// putBucket makes a bucket, or configures one.
func (c call) putBucket() endpoint.Response {
	sub, _ := c.SubResource()
	switch sub {
	case "":
	case "acl":
		return c.putBucketACL()
	default:
		return c.putBucketConfig(sub)
	}
	word, ok := c.Vendor("acl")
	if ok && !slices.Contains(cannedACLs, word) {
		return c.RefuseArgument(invalidArgument, "header "+c.Prefix()+"acl", word)
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, refused := c.store.make(c.Bucket(), c.Now())
	if refused != "" {
		return c.Refuse(refused)
	}
	if ok {
		b.acl = strings.Clone(word)
	}
	return c.Accept(endpoint.Success{})
}

func (c call) putBucketACL() endpoint.Response {
	word, document, wrong := c.askedACL("acl", "bucket-acl")
	if wrong {
		return c.refuseACL("acl", word)
	}
	return c.writing(func(b *bucket) endpoint.Response {
		refused := c.store.configure(b, "acl", document)
		if refused == "" {
			b.acl = word
		}
		return c.done(refused, endpoint.Success{Headers: []wire.Header{header("Location", "")}})
	})
}

func (c call) putBucketConfig(sub string) endpoint.Response {
	return c.writing(func(b *bucket) endpoint.Response {
		return c.done(c.store.configure(b, sub, c.Request().Body), endpoint.Success{Headers: []wire.Header{header("Location", "")}})
	})
}

// configure keeps a document of a bucket; "" takes it away.
func (s *Store) configure(b *bucket, sub, document string) refusal {
	cost := func(name, text string) int64 {
		if text == "" {
			return 0
		}
		return int64(len(name)+len(text)) + overhead
	}
	if !s.take(cost(sub, document)-cost(sub, b.configs[sub]), 0) {
		return full
	}
	if document == "" {
		delete(b.configs, sub)
	} else {
		b.configs[strings.Clone(sub)] = strings.Clone(document)
	}
	return ""
}

// deleteBucket takes a bucket away, or one of its documents.
func (c call) deleteBucket() endpoint.Response {
	if sub, _ := c.SubResource(); sub != "" {
		return c.writing(func(b *bucket) endpoint.Response { return c.done(c.store.configure(b, sub, ""), endpoint.Success{}) })
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, ok := c.store.bucket(c.Bucket())
	switch {
	case !ok:
		return c.Refuse(noSuchBucket)
	case len(b.keys)+len(b.uploads) > 0:
		return c.Refuse(bucketNotEmpty)
	}
	for sub := range b.configs {
		c.store.configure(b, sub, "")
	}
	delete(c.store.buckets, c.Bucket())
	return c.Accept(endpoint.Success{})
}

func (c call) getBucketInfo() endpoint.Response {
	return c.reading(func(b *bucket) endpoint.Response {
		texts := map[string]string{}
		if b.acl != "" {
			texts["BucketGrant"] = b.acl
		}
		if !b.made.IsZero() {
			texts["Time"] = iso(c.Dialect(), b.made)
		}
		return c.Accept(endpoint.Success{Values: endpoint.Values{Texts: texts}})
	})
}

// optional are the documents a bucket does not have unless it is given them.
// For the others there is that of a bucket nobody configured.
var optional = []string{"cors", "lifecycle", "website", "policy"}

func (c call) getBucketConfig() endpoint.Response {
	sub, _ := c.SubResource()
	return c.reading(func(b *bucket) endpoint.Response {
		document, ok := b.configs[sub]
		switch {
		case ok && strings.HasPrefix(strings.TrimSpace(document), "{"):
			return c.Accept(endpoint.Success{Body: document, HasBody: true, ContentType: "application/json"})
		case ok:
			return c.Accept(endpoint.Success{Body: document, HasBody: true, ContentType: "application/xml"})
		case slices.Contains(optional, sub), sub == "tagging" && c.Dialect() == endpoint.OBS:
			return c.RefuseArgument(noSuchConfiguration, "parameter "+sub, "")
		case sub == "tagging":
			return c.Accept(endpoint.Success{Values: tagRows(nil)})
		}
		return c.Example()
	})
}
