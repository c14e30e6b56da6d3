package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// call holds an operation in the SDK's words.
type call struct {
	client  *oss.Client
	bucket  *oss.Bucket // nil at service level
	key     string
	body    string
	params  map[string]string // query parameters that make the operation what it is
	query   map[string]string // the other ones
	headers [][2]string       // also the answer to a caller who will use a presigned URL

	srcBucket, srcKey string
	partNumber        int
	expires           int64 // seconds
}

func newCall(client *oss.Client, op *vectors.Operation) (*call, error) {
	c := &call{
		client: client, key: string(op.Key), body: string(op.Body),
		params: make(map[string]string), query: make(map[string]string),
		partNumber: op.PartNumber, expires: op.Expires,
	}
	if c.expires == 0 {
		c.expires = 3600
	}
	c.params["uploadId"], c.params["partNumber"] = string(op.UploadID), strconv.Itoa(op.PartNumber)
	c.srcBucket, c.srcKey, _ = strings.Cut(string(op.CopySource), "/")
	for _, p := range op.Query {
		if _, repeated := c.query[string(p[0])]; repeated {
			return nil, fmt.Errorf("%w: the SDK keeps parameters in a map, %s cannot be repeated", subject.ErrUnsupported, p[0])
		}
		c.query[string(p[0])] = string(p[1])
	}
	if err := c.addHeaders("", op.Headers); err != nil {
		return nil, err
	}
	if err := c.addHeaders(oss.HTTPHeaderOssMetaPrefix, op.Metadata); err != nil {
		return nil, err
	}
	var err error
	if op.Bucket != "" {
		c.bucket, err = client.Bucket(string(op.Bucket))
	}
	return c, err
}

// addHeaders notes headers under the names the SDK itself uses: a name in
// another letter case would stand beside a header the SDK sets.
func (c *call) addHeaders(prefix string, pairs [][2]wire.Bytes) error {
	for _, p := range pairs {
		name := prefix + string(p[0])
		if prefix == "" {
			name = http.CanonicalHeaderKey(name)
		}
		if wire.EqualFold(name, oss.HTTPHeaderContentMD5) {
			name = oss.HTTPHeaderContentMD5
		}
		if slices.ContainsFunc(c.headers, func(h [2]string) bool { return wire.EqualFold(h[0], name) }) {
			return fmt.Errorf("%w: the SDK keeps headers in a map, %s cannot be repeated", subject.ErrUnsupported, name)
		}
		c.headers = append(c.headers, [2]string{name, string(p[1])})
	}
	return nil
}

// takeHeader removes a header that a method of the SDK takes as an argument
// and returns its value.
func (c *call) takeHeader(name string) string {
	for i, h := range c.headers {
		if wire.EqualFold(h[0], name) {
			c.headers = slices.Delete(c.headers, i, i+1)
			return h[1]
		}
	}
	return ""
}

// addCopySource adds the header that names the source, for the calls that leave
// it, and its escaping, to their caller.
func (c *call) addCopySource() {
	if c.srcBucket != "" {
		c.headers = append(c.headers, [2]string{oss.HTTPHeaderOssCopySource, "/" + c.srcBucket + "/" + wire.EscapePath(c.srcKey)})
	}
}

func (c *call) upload() oss.InitiateMultipartUploadResult {
	return oss.InitiateMultipartUploadResult{Key: c.key, UploadID: c.params["uploadId"]}
}

// options gives headers and further parameters as options of the SDK.
func (c *call) options() []oss.Option {
	var options []oss.Option
	for _, h := range c.headers {
		if meta, ok := strings.CutPrefix(h[0], oss.HTTPHeaderOssMetaPrefix); ok {
			options = append(options, oss.Meta(meta, h[1]))
		} else {
			options = append(options, oss.SetHeader(h[0], h[1]))
		}
	}
	for name, value := range c.query {
		options = append(options, oss.AddParam(name, value))
	}
	return options
}

// do sends the request by Bucket.Do, the SDK's call for any request.
func (c *call) do(method string) error {
	c.addCopySource()
	params := make(map[string]any)
	for _, from := range []map[string]string{c.params, c.query} {
		for name, value := range from {
			params[name] = value
		}
	}
	var body io.Reader
	if method == http.MethodPut || method == http.MethodPost {
		body = strings.NewReader(c.body)
	}
	resp, err := c.bucket.Do(method, c.key, params, c.options(), body, nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
