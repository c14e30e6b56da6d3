package signature

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/wire"
)

// Carrier says where in a request the signature travels.
type Carrier string

// The carriers.
const (
	InHeader Carrier = "header" // the Authorization header
	InQuery  Carrier = "query"  // a presigned URL
	InForm   Carrier = "form"   // the fields of a browser upload (POST policy)
)

// Addressing says how a request names its bucket.
type Addressing string

// The ways to name a bucket.
const (
	VirtualHost Addressing = "virtual-host" // bucket.endpoint/key
	PathStyle   Addressing = "path"         // endpoint/bucket/key
	CNAME       Addressing = "cname"        // a custom domain that stands for the bucket
)

// Credentials are an access key and, for temporary credentials, its token.
// They print as the access key id alone.
type Credentials struct {
	AccessKeyID     string `json:"accessKeyId"`
	AccessKeySecret string `json:"accessKeySecret"`
	SecurityToken   string `json:"securityToken,omitempty"`
}

// String keeps the secret and the token out of logs.
func (c Credentials) String() string { return c.AccessKeyID + ":[secret]" }

// GoString does the same for %#v.
func (c Credentials) GoString() string { return "Credentials{" + c.String() + "}" }

// Input is what a signer is given. Request is complete but for the
// authentication itself, which a signer adds: the Authorization header or the
// parameters or fields of the scheme, and the security token, which stands in
// Credentials alone.
type Input struct {
	Request           *wire.Request
	Bucket            string
	Key               string // decoded
	Addressing        Addressing
	Credentials       Credentials
	Region            string // V4: without the prefix "oss-"
	Product           string // V4: "oss" when empty
	Time              time.Time
	Expires           int64    // as the scheme's parameter defines it: unix seconds; V4: seconds after Time
	AdditionalHeaders []string // OSS V2 and V4, header names to sign beyond the default ones; OBS V4: SignedHeaders beyond host and x-amz-*
	Policy            string   // form: the policy JSON, byte for byte
}

// Clone returns a copy that shares nothing with in that can be changed.
func (in *Input) Clone() *Input {
	c := *in
	if in.Request != nil {
		c.Request = in.Request.Clone(0)
	}
	c.AdditionalHeaders = slices.Clone(in.AdditionalHeaders)
	return &c
}

// inputJSON is the published JSON form of [Input].
type inputJSON struct {
	Request           *wire.Request   `json:"request"`
	Bucket            wire.Bytes      `json:"bucket"`
	Key               wire.Bytes      `json:"key"`
	Addressing        Addressing      `json:"addressing"`
	Credentials       credentialsJSON `json:"credentials"`
	Region            string          `json:"region,omitempty"`
	Product           string          `json:"product,omitempty"`
	Time              string          `json:"time"`
	Expires           int64           `json:"expires,omitempty"`
	AdditionalHeaders []string        `json:"additionalHeaders,omitempty"`
	Policy            wire.Bytes      `json:"policy,omitempty"`
}

type credentialsJSON struct {
	AccessKeyID     wire.Bytes `json:"accessKeyId"`
	AccessKeySecret concealed  `json:"accessKeySecret"`
	SecurityToken   concealed  `json:"securityToken,omitempty"`
}

// concealed is a byte string whose text no error repeats.
type concealed wire.Bytes

func (c *concealed) UnmarshalJSON(data []byte) error {
	if err := (*wire.Bytes)(c).UnmarshalJSON(data); err != nil {
		return fmt.Errorf(`accessKeySecret and securityToken are each a byte string: a JSON string or {"hex":"…"}`)
	}
	return nil
}

// MarshalJSON implements [json.Marshaler].
func (in Input) MarshalJSON() ([]byte, error) { return in.AppendJSON(nil), nil }

// AppendJSON appends the published JSON form. A program that is fuzzed is asked
// thousands of questions a second, each with one.
func (in *Input) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"request":`...)
	if in.Request == nil {
		dst = append(dst, "null"...)
	} else {
		dst = in.Request.AppendJSON(dst)
	}
	dst = wire.AppendJSON(append(dst, `,"bucket":`...), in.Bucket)
	dst = wire.AppendJSON(append(dst, `,"key":`...), in.Key)
	dst = appendText(append(dst, `,"addressing":`...), string(in.Addressing))
	dst = wire.AppendJSON(append(dst, `,"credentials":{"accessKeyId":`...), in.Credentials.AccessKeyID)
	dst = wire.AppendJSON(append(dst, `,"accessKeySecret":`...), in.Credentials.AccessKeySecret)
	if in.Credentials.SecurityToken != "" {
		dst = wire.AppendJSON(append(dst, `,"securityToken":`...), in.Credentials.SecurityToken)
	}
	dst = append(dst, '}')
	if in.Region != "" {
		dst = appendText(append(dst, `,"region":`...), in.Region)
	}
	if in.Product != "" {
		dst = appendText(append(dst, `,"product":`...), in.Product)
	}
	at := ""
	if !in.Time.IsZero() {
		at = in.Time.UTC().Format(time.RFC3339)
	}
	dst = appendText(append(dst, `,"time":`...), at)
	if in.Expires != 0 {
		dst = strconv.AppendInt(append(dst, `,"expires":`...), in.Expires, 10)
	}
	if len(in.AdditionalHeaders) > 0 {
		dst = append(dst, `,"additionalHeaders":[`...)
		for i, name := range in.AdditionalHeaders {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, name)
		}
		dst = append(dst, ']')
	}
	if in.Policy != "" {
		dst = wire.AppendJSON(append(dst, `,"policy":`...), in.Policy)
	}
	return append(dst, '}')
}

// appendText appends a text that is no byte string: it has no other form.
func appendText(dst []byte, s string) []byte {
	return wire.AppendJSON(dst, strings.ToValidUTF8(s, "\ufffd"))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (in *Input) UnmarshalJSON(data []byte) error {
	var raw inputJSON
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	*in = Input{
		Request: raw.Request, Bucket: string(raw.Bucket), Key: string(raw.Key), Addressing: raw.Addressing,
		Credentials: Credentials{
			string(raw.Credentials.AccessKeyID), string(raw.Credentials.AccessKeySecret), string(raw.Credentials.SecurityToken),
		},
		Region: raw.Region, Product: raw.Product, Expires: raw.Expires,
		AdditionalHeaders: raw.AdditionalHeaders, Policy: string(raw.Policy),
	}
	if raw.Time != "" {
		t, err := time.Parse(time.RFC3339, raw.Time)
		if err != nil {
			return fmt.Errorf("input: time must be like 2022-12-28T10:27:41Z: %w", err)
		}
		in.Time = t.UTC()
	}
	return nil
}
