package collision

import (
	"strings"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// An edit makes another request of one, mostly by moving a border: what stood
// on one side of it stands on the other then, and text that is only joined
// would stay the same.
type edit struct {
	name string
	make func(p *signature.Profile, in *signature.Input, c *fuzz.Choices)
}

var edits = []edit{
	{"method", func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) {
		in.Request.Method = fuzz.OneOf(c, []string{"GET", "PUT", "HEAD", "DELETE", "get"})
	}},
	{"path", target(func(t *wire.Target, c *fuzz.Choices) {
		switch c.Below(7) {
		case 0:
			t.Path += fuzz.OneOf(c, pieces)
		case 1:
			t.Path = strings.Replace(t.Path, "/", "//", 1)
		case 2:
			t.Path = strings.Replace(t.Path, "%2F", "/", 1)
		case 3:
			t.Path = strings.ReplaceAll(t.Path, "//", "/")
		case 4:
			t.Path = strings.ToLower(t.Path)
		case 5:
			t.Path = strings.ReplaceAll(t.Path, "%25", "%")
		case 6:
			t.Path = strings.ReplaceAll(t.Path, "./", "")
		}
	})},
	{"border-of-path-and-query", target(func(t *wire.Target, c *fuzz.Choices) {
		if c.Below(2) == 0 {
			t.Path, t.Query, t.HasQuery = t.Path+wire.EscapePath("?"+t.Query), "", false
			return
		}
		t.Path, t.Query = t.Path+fuzz.OneOf(c, pieces), strings.TrimPrefix(t.Query, "a")
	})},
	{"parameter-left-out", parameters(func(list []string, c *fuzz.Choices) []string {
		i := c.Below(min(len(list), 256))
		return append(list[:i:i], list[i+1:]...)
	})},
	{"parameter-twice", parameters(func(list []string, c *fuzz.Choices) []string {
		return append(list, list[c.Below(min(len(list), 256))]+fuzz.OneOf(c, pieces))
	})},
	{"parameter-more", parameters(func(list []string, c *fuzz.Choices) []string {
		return append(list, fuzz.OneOf(c, []string{"acl", "uploads", "partNumber=1", "versionId=1", "uploadId=", "x-oss-process=a"}))
	})},
	{"parameter-value", parameters(func(list []string, c *fuzz.Choices) []string {
		i := c.Below(min(len(list), 256))
		switch c.Below(5) {
		case 0:
			list[i] += fuzz.OneOf(c, pieces)
		case 1:
			list[i], _, _ = strings.Cut(list[i], "=")
		case 2:
			list[i] = strings.Replace(list[i], "=", "%3D", 1)
		case 3:
			list[i] = strings.ReplaceAll(list[i], "+", "%2B")
		case 4:
			list[i] = strings.ToLower(list[i])
		}
		return list
	})},
	{"border-of-parameters", parameters(func(list []string, c *fuzz.Choices) []string {
		i := c.Below(min(len(list), 256))
		if i+1 < len(list) {
			list[i] += "%26" + list[i+1]
			list = append(list[:i+1:i+1], list[i+2:]...)
		}
		return list
	})},
	{"parameters-swapped", parameters(func(list []string, c *fuzz.Choices) []string {
		i, j := c.Below(min(len(list), 256)), c.Below(min(len(list), 256))
		list[i], list[j] = list[j], list[i]
		return list
	})},
	{"header-left-out", headers(func(list []wire.Header, i int, _ *fuzz.Choices) []wire.Header {
		return append(list[:i:i], list[i+1:]...)
	})},
	{"header-more", func(p *signature.Profile, in *signature.Input, c *fuzz.Choices) {
		in.Request.Headers = append(in.Request.Headers, wire.Header{Name: p.Names.HeaderPrefix + "meta-" + fuzz.OneOf(c, pieces[:3]), Value: fuzz.OneOf(c, pieces)})
	}},
	{"header-value", headers(func(list []wire.Header, i int, c *fuzz.Choices) []wire.Header {
		if list[i].Name != "" && !wire.EqualFold(list[i].Name, "Host") {
			list[i].Value += fuzz.OneOf(c, pieces)
		}
		return list
	})},
	{"border-of-headers", headers(func(list []wire.Header, i int, c *fuzz.Choices) []wire.Header {
		if i+1 < len(list) {
			list[i].Value += "," + list[i+1].Value
			list = append(list[:i+1:i+1], list[i+2:]...)
		}
		return list
	})},
	{"border-of-name-and-value", headers(func(list []wire.Header, i int, c *fuzz.Choices) []wire.Header {
		if name := list[i].Name; len(name) > 1 && !wire.EqualFold(name, "Host") {
			list[i].Name, list[i].Value = name[:len(name)-1], name[len(name)-1:]+list[i].Value
		}
		return list
	})},
	{"values-swapped", headers(func(list []wire.Header, i int, c *fuzz.Choices) []wire.Header {
		j := c.Below(min(len(list), 256))
		if !wire.EqualFold(list[i].Name, "Host") && !wire.EqualFold(list[j].Name, "Host") {
			list[i].Value, list[j].Value = list[j].Value, list[i].Value
		}
		return list
	})},
	{"scope", func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) {
		switch c.Below(3) {
		case 0:
			in.Region += "x"
		case 1:
			in.Product += "x"
		case 2:
			in.Expires++
		}
	}},
}

// pieces are texts that mean something somewhere.
var pieces = []string{"a", "A", "1", "/", "%2F", "%20", "+", "%2B", "%25", "~", "%7E", "=", ",", ";", ":", "./", "%00", "%0A", "\u00e9"}

func target(change func(t *wire.Target, c *fuzz.Choices)) func(*signature.Profile, *signature.Input, *fuzz.Choices) {
	return func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) {
		t := wire.SplitTarget(in.Request.Target)
		change(&t, c)
		in.Request.Target = t.String()
	}
}

func parameters(change func(list []string, c *fuzz.Choices) []string) func(*signature.Profile, *signature.Input, *fuzz.Choices) {
	return target(func(t *wire.Target, c *fuzz.Choices) {
		list := change(strings.Split(t.Query, "&"), c)
		t.Query = strings.Join(list, "&")
		t.HasQuery = t.HasQuery || t.Query != ""
	})
}

func headers(change func(list []wire.Header, i int, c *fuzz.Choices) []wire.Header) func(*signature.Profile, *signature.Input, *fuzz.Choices) {
	return func(_ *signature.Profile, in *signature.Input, c *fuzz.Choices) {
		if n := len(in.Request.Headers); n > 0 {
			in.Request.Headers = change(in.Request.Headers, c.Below(min(n, 256)), c)
		}
	}
}
