package flows

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// The test binary is an adapter: "adapter NAME". It does what is asked by
// requests that the reference signs, but for what its name says.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "adapter" {
		c := &client{name: os.Args[2]}
		profiles := vectors.ProfileIDs()
		if c.name != "honest" {
			profiles = []string{"oss-v1/header"}
		}
		a := &adapter.Adapter{
			Identity: subject.Identity{Name: c.name, Version: "1"}, Profiles: profiles, Operations: c.operations(), Features: []string{"bytes"},
			Send: c.send, Parallel: 8,
		}
		a.Main()
	}
	os.Exit(m.Run())
}

// client is an SDK, or one that misbehaves.
type client struct{ name string }

func (c *client) operations() []string {
	set, err := vectors.Load()
	if err != nil {
		panic(err)
	}
	var names []string
	for _, n := range set.Names {
		if c.name == "reads only" && n.Method != "GET" && n.Method != "HEAD" || c.name == "has no tagging" && strings.HasSuffix(n.Name, "Tagging") {
			continue
		}
		names = append(names, n.Name)
	}
	return names
}

// misdeeds are what a client does wrong to a question before it carries it out.
var misdeeds = map[string]func(q *subject.SendQuestion){
	"writes another body": func(q *subject.SendQuestion) {
		if q.Operation.Name == "PutObject" && q.Operation.Body != "" {
			q.Operation.Body += "\n"
		}
	},
	"loses metadata":   func(q *subject.SendQuestion) { q.Operation.Metadata = nil },
	"loses the prefix": func(q *subject.SendQuestion) { q.Operation.Query = nil },
	"deletes what else": func(q *subject.SendQuestion) {
		if q.Operation.Name == "DeleteObject" {
			q.Operation.Key = "c"
		}
	},
	"signs with another key":    func(q *subject.SendQuestion) { q.Credentials.AccessKeySecret += "x" },
	"signs with another scheme": func(q *subject.SendQuestion) { q.Scheme = "oss-v4" },
	"copies something else": func(q *subject.SendQuestion) {
		if q.Operation.CopySource != "" {
			q.Operation.CopySource += ".old"
		}
	},
	"hangs": func(q *subject.SendQuestion) {
		if q.Operation.Name == "DeleteObject" {
			time.Sleep(time.Hour)
		}
	},
	"crashes": func(q *subject.SendQuestion) { os.Exit(9) },
}

func (c *client) send(ctx context.Context, q *subject.SendQuestion) (*adapter.Answer, error) {
	switch c.name {
	case "sends nothing":
		return &adapter.Answer{Status: 200}, nil
	case "offers nothing":
		return nil, fmt.Errorf("%w: not today", subject.ErrUnsupported)
	}
	if do := misdeeds[c.name]; do != nil {
		do(q)
	}
	signed, err := sign(q)
	if err != nil {
		return nil, err
	}
	switch q.Carrier {
	case signature.InQuery:
		headers := [][2]string{}
		for _, h := range q.Operation.Headers {
			headers = append(headers, [2]string{string(h[0]), string(h[1])})
		}
		return &adapter.Answer{URL: signed.Stage(signature.URL), Headers: headers}, nil
	case signature.InForm:
		return &adapter.Answer{Form: append(fields(q), signed.Form...)}, nil
	}
	response, err := endpoint.Send(ctx, q.Connect, signed.Request())
	if err != nil {
		return nil, err
	}
	answer := &adapter.Answer{Status: response.Status}
	switch {
	case c.name == "tells another status":
		answer.Status = 200
	case c.name == "is never content" && response.Status == 200 && response.Body != "":
		answer.Failure = "I wanted JSON"
	}
	return answer, nil
}

// sign makes the request of an operation.
func sign(q *subject.SendQuestion) (*signature.Signed, error) {
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	profile, err := signature.Lookup(q.Scheme, q.Carrier)
	if err != nil {
		return nil, err
	}
	op := q.Operation
	name, _ := set.Operation(op.Name)
	now := time.Now().UTC().Truncate(time.Second)
	in := &signature.Input{
		Bucket: string(op.Bucket), Addressing: q.Addressing, Credentials: q.Credentials, Region: q.Region, Time: now, Expires: op.Expires,
		Request: &wire.Request{Transport: "http", Method: name.Method, Proto: "HTTP/1.1"},
	}
	if in.Expires > 0 && profile.Names.Terminator == "" {
		in.Expires += now.Unix()
	}
	target := "/"
	if name.Level == "object" {
		in.Key, target = string(op.Key), "/"+wire.EscapePath(string(op.Key))
	}
	query := slices.Clone(name.Subresources)
	add := func(name, value string) { query = append(query, name+"="+wire.EscapeValue(value)) }
	if op.Name == "ListObjectsV2" {
		add("list-type", "2")
	}
	if op.UploadID != "" {
		add("uploadId", string(op.UploadID))
	}
	if op.PartNumber > 0 && op.Name != "CompleteMultipartUpload" {
		add("partNumber", strconv.Itoa(op.PartNumber))
	}
	for _, p := range op.Query {
		add(string(p[0]), string(p[1]))
	}
	if len(query) > 0 {
		target += "?" + strings.Join(query, "&")
	}
	in.Request.Target, in.Request.Body = target, body(op)
	in.Request.Headers = headers(profile, q, in.Request.Body)
	if q.Carrier == signature.InForm {
		in.Key, in.Expires = string(op.Key), 0
		in.Policy = policy(q, now)
	}
	return profile.Sign(in)
}

func headers(p *signature.Profile, q *subject.SendQuestion, body string) []wire.Header {
	op := q.Operation
	list := []wire.Header{{Name: "Host", Value: string(op.Bucket) + "." + wire.SplitTarget(q.Endpoint).Authority}}
	for _, h := range op.Headers {
		list = append(list, wire.Header{Name: string(h[0]), Value: string(h[1])})
	}
	for _, m := range op.Metadata {
		list = append(list, wire.Header{Name: p.Names.HeaderPrefix + "meta-" + string(m[0]), Value: string(m[1])})
	}
	if op.CopySource != "" {
		list = append(list, wire.Header{Name: p.Names.HeaderPrefix + "copy-source", Value: "/" + wire.EscapePath(string(op.CopySource))})
	}
	if op.Name == "DeleteObjects" {
		sum := md5.Sum([]byte(body))
		list = append(list, wire.Header{Name: "Content-MD5", Value: base64.StdEncoding.EncodeToString(sum[:])})
	}
	if p.Carrier == signature.InForm {
		return list[:1]
	}
	return list
}

func body(op *vectors.Operation) string {
	var key strings.Builder
	_ = xml.EscapeText(&key, []byte(op.Key))
	switch op.Name {
	case "DeleteObjects":
		return "<Delete><Object><Key>" + key.String() + "</Key></Object></Delete>"
	case "CompleteMultipartUpload":
		return fmt.Sprintf(`<CompleteMultipartUpload><Part><PartNumber>%d</PartNumber><ETag>"D41D8CD98F00B204E9800998ECF8427E"</ETag></Part></CompleteMultipartUpload>`, op.PartNumber)
	case "PutObjectTagging":
		return "<Tagging><TagSet><Tag><Key>colour</Key><Value>red</Value></Tag></TagSet></Tagging>"
	}
	return string(op.Body)
}

// fields are those of a form that say what is uploaded.
func fields(q *subject.SendQuestion) [][2]string {
	p, _ := signature.Lookup(q.Scheme, q.Carrier)
	out := [][2]string{{"key", string(q.Operation.Key)}}
	for _, h := range q.Operation.Headers {
		out = append(out, [2]string{string(h[0]), string(h[1])})
	}
	for _, m := range q.Operation.Metadata {
		out = append(out, [2]string{p.Names.HeaderPrefix + "meta-" + string(m[0]), string(m[1])})
	}
	return out
}

func policy(q *subject.SendQuestion, now time.Time) string {
	conditions := []any{map[string]string{"bucket": string(q.Operation.Bucket)}}
	for _, f := range fields(q) {
		conditions = append(conditions, map[string]string{f[0]: f[1]})
	}
	text, err := json.Marshal(map[string]any{
		"expiration": now.Add(time.Duration(q.Operation.Expires) * time.Second).Format("2006-01-02T15:04:05.000Z"), "conditions": conditions,
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}
